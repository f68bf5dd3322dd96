import type { Endpoint } from './endpoint';
import { decode, message, texts } from './fields';

const request = message({ experiment_ids: texts });

/**
 * There are no logged models yet, and a search says so: clients from 3.0 on search for them whenever they list or download the
 * artifacts in a folder of a run (`runs_artifact_repo.py`), so refusing would break those. Creating one is refused.
 */
export function loggedModelEndpoints(): Endpoint[] {
  return [{ method: 'POST', path: '/logged-models/search', handle: search }];
}

function search(input: unknown): object {
  decode(request, input);
  return {};
}
