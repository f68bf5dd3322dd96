import { ApiError } from '../../core/errors';

/** Parts of MLflow that are not offered, by their paths below `/api/N.0` or `/ajax-api/N.0` (or at the root). */
const features: readonly (readonly [RegExp, string])[] = [
  [/^\/mlflow\/(?:traces|unified-traces|get-online-trace-details|get-trace-artifact)\b|^\/v1\/traces\b/, 'traces'],
  [/^\/mlflow\/webhooks\b/, 'webhooks'],
  [/^\/mlflow\/(?:gateway|gateway-proxy)\b|^\/gateway\b/, 'the AI gateway'],
  [/^\/mlflow\/workspaces\b/, 'workspaces'],
  [/^\/mlflow\/datasets\b/, 'evaluation datasets'],
  [/^\/mlflow\/(?:scorers?|issues|label-schemas|review-queues|prompt-optimization)\b/, 'evaluation'],
  [/^\/mlflow\/runs\/create-promptlab-run\b/, 'the prompt lab'],
  [/^\/mlflow-artifacts\/presigned\b/, 'presigned artifact URLs'],
  [/^\/mlflow\/(?:users|permissions|experiments\/permissions)\b|^\/signup\b/, 'users and permissions'],
  [/^\/(?:graphql|mlflow\/graphql)\b/, 'GraphQL'],
  [/^\/(?:mlflow\/)?jobs\b/, 'jobs'],
];

/**
 * The answer for a path that no route serves: what MLflow has and Labbook has not is named (501, which clients do not retry;
 * presigned downloads then fall back to plain ones), anything else is MLflow's ENDPOINT_NOT_FOUND, on which clients fall back to
 * older calls.
 */
export function unknownEndpoint(method: string, path: string): ApiError {
  const bare = path.replace(/^\/(?:ajax-)?api\/\d\.0(?:\/preview)?(?=\/)/, '');
  const feature = features.find(([pattern]) => pattern.test(bare))?.[1];
  const shown = `${method} ${path.length > 200 ? `${path.slice(0, 200)}…` : path}`;
  return feature === undefined
    ? new ApiError('ENDPOINT_NOT_FOUND', `There is no endpoint ${shown}`)
    : new ApiError('NOT_IMPLEMENTED', `Labbook does not offer ${feature} yet (${shown})`);
}
