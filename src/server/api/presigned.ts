import { ApiError } from '../../core/errors';
import { checkRunId } from '../../core/limits';
import { parseArtifactPath } from '../artifacts/paths';
import type { Store } from '../store/types';
import type { Endpoint } from './endpoint';
import { decode, integer, message, text } from './fields';
import { mustGetModel } from './loggedModels';

const requests = {
  upload: message({
    run_id: text.optional,
    model_id: text.optional,
    path: text.required,
    expiration: integer.optional,
  }),
  download: message({ run_id: text.required, path: text.required, expiration: integer.optional }),
};

/** Presigned URLs are for stores in a cloud; the answers are those of an MLflow server that proxies its artifacts. */
export function presignedEndpoints(store: Store): Endpoint[] {
  return [
    { method: 'POST', path: '/artifacts/presigned-upload-url', handle: (input) => refuseUpload(store, input) },
    { method: 'POST', path: '/artifacts/presigned-download-url', handle: (input) => refuseDownload(store, input) },
  ];
}

function refuseUpload(store: Store, input: unknown): object {
  const { run_id, model_id, path } = decode(requests.upload, input);
  if (!run_id === !model_id) {
    throw new ApiError('INVALID_PARAMETER_VALUE', 'Exactly one of run_id and model_id must be provided.');
  }
  parseArtifactPath(path);
  const uri = run_id ? artifactUriOf(store, run_id) : mustGetModel(store, model_id ?? '').artifactUri;
  throw new ApiError(
    'INVALID_PARAMETER_VALUE',
    `Presigned upload is not supported for proxied artifact storage (artifact URI scheme: ${schemeOf(uri)}). ` +
      'This endpoint requires a direct cloud storage artifact URI.',
  );
}

function refuseDownload(store: Store, input: unknown): object {
  const { run_id, path } = decode(requests.download, input);
  parseArtifactPath(path);
  const uri = artifactUriOf(store, run_id);
  throw new ApiError(
    'INVALID_PARAMETER_VALUE',
    `Presigned download is not supported for runs with proxied artifact storage (artifact URI scheme: ${schemeOf(uri)}). ` +
      'This endpoint requires a run with a direct cloud storage artifact URI.',
  );
}

function artifactUriOf(store: Store, runId: string): string {
  const info = store.getRunInfo(checkRunId(runId));
  if (info === undefined) {
    throw new ApiError('RESOURCE_DOES_NOT_EXIST', `Run with id=${runId} not found`);
  }
  return info.artifactUri;
}

function schemeOf(uri: string): string {
  return /^([a-z][\w+.-]*):/i.exec(uri)?.[1] ?? '';
}
