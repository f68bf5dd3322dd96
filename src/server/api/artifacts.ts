import { ApiError } from '../../core/errors';
import { checkRunId } from '../../core/limits';
import type { ArtifactStore } from '../artifacts/artifactStore';
import { parseRelative, segmentsOfRun } from '../artifacts/locations';
import { wireListing } from '../artifacts/proxy';
import type { Store } from '../store/types';
import type { Endpoint } from './endpoint';
import { decode, message, text } from './fields';

const request = message({ run_id: text.required, path: text.optional });

export function artifactEndpoints(store: Store, artifacts: ArtifactStore): Endpoint[] {
  return [{ method: 'GET', path: '/artifacts/list', handle: (input) => list(store, artifacts, input) }];
}

/** Paths in the answer are relative to the run's artifact root (those of the proxy are names only). */
async function list(store: Store, artifacts: ArtifactStore, input: unknown): Promise<object> {
  const { run_id, path } = decode(request, input);
  const inside = parseRelative(path);
  const info = store.getRunInfo(checkRunId(run_id));
  if (info === undefined) {
    throw new ApiError('RESOURCE_DOES_NOT_EXIST', `Run with id=${run_id} not found`);
  }
  const root = segmentsOfRun(info);
  if (root === undefined) {
    throw new ApiError(
      'NOT_IMPLEMENTED',
      `The artifacts of this run are kept at ${info.artifactUri}, which Labbook's server does not read.`,
    );
  }
  const entries = await artifacts.list([...root, ...inside]);
  return { root_uri: info.artifactUri, ...wireListing(entries, inside.map((each) => `${each}/`).join('')) };
}
