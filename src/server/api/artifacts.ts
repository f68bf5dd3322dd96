import { ApiError } from '../../core/errors';
import { checkRunId } from '../../core/limits';
import { parseRelative } from '../artifacts/locations';
import type { ArtifactPlaces } from '../artifacts/places';
import { wireListing } from '../artifacts/proxy';
import type { Store } from '../store/types';
import type { Endpoint } from './endpoint';
import { decode, message, text } from './fields';

const request = message({ run_id: text.required, path: text.optional });

export function artifactEndpoints(store: Store, places: ArtifactPlaces): Endpoint[] {
  return [{ method: 'GET', path: '/artifacts/list', handle: (input) => list(store, places, input) }];
}

/** Paths in the answer are relative to the run's artifact root (those of the proxy are names only). */
async function list(store: Store, places: ArtifactPlaces, input: unknown): Promise<object> {
  const { run_id, path } = decode(request, input);
  const inside = parseRelative(path);
  const info = store.getRunInfo(checkRunId(run_id));
  if (info === undefined) {
    throw new ApiError('RESOURCE_DOES_NOT_EXIST', `Run with id=${run_id} not found`);
  }
  const { files, segments } = await places.find(info.artifactUri, 'run');
  const entries = await files.list([...segments, ...inside]);
  return { root_uri: info.artifactUri, ...wireListing(entries, inside.map((each) => `${each}/`).join('')) };
}
