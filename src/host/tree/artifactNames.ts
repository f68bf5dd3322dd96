import type { ArtifactNames } from '../artifacts/uri';
import type { TreeModel } from './model';

/** What stands in the address of a run's artifact, so that a click, a drag and the row's icon name the same file. */
export function namesOf(
  model: TreeModel,
  { experimentId, runId }: { readonly experimentId: string; readonly runId: string },
): ArtifactNames | undefined {
  const entry = model.experiment(experimentId);
  const run = entry?.list?.runs.get(runId);
  return entry && run && { experiment: entry.experiment.name, run: run.info.name };
}
