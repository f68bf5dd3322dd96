import { ApiError } from '../../../core/errors';
import type { Catalog } from '../catalog';
import type { RunRow } from '../catalogRows';
import type { Effect } from '../effects';
import { wellFormed } from '../wellFormed';

/** Where 1.x and 2.x clients keep which models a run logged: a JSON list in a tag. */
const historyTag = 'mlflow.log-model.history';

/**
 * Appends to a run's list of models. The tag is as long as it needs to be: cut, it would be no JSON (MLflow does not cut it either).
 * @param write `entry`: a JSON object, put into the list as it is
 * @throws ApiError where the tag holds something else than a list
 */
export function recordModel(catalog: Catalog, run: RunRow, write: { runId: string; entry: string }): Effect {
  const old = catalog.tag(run.id, historyTag);
  if (old !== undefined && !isList(old)) {
    throw new ApiError('INVALID_PARAMETER_VALUE', `The tag ${historyTag} of run ${write.runId} is no JSON list.`);
  }
  const inner = old?.trim().slice(1, -1).trim() ?? '';
  const value = `[${inner}${inner === '' ? '' : ', '}${wellFormed(write.entry)}]`;
  return { kind: 'log', runId: write.runId, metrics: [], params: [], tags: [{ key: historyTag, value }] };
}

function isList(text: string): boolean {
  try {
    return Array.isArray(JSON.parse(text));
  } catch {
    return false;
  }
}
