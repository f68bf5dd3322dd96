/** Elements of the tree, with ids that are the same for the same thing for ever. */
import type { ArtifactEntry, Run } from '../../core/model';
import type { ArtifactRef, NodeRef, RunGroup, RunModelRef, RunRef } from './model';

/** The experiment that every store has; it can be neither renamed nor deleted by accident of being there. */
export const defaultExperimentId = '0';

export const experimentRef = (experimentId: string): NodeRef => ({
  kind: 'experiment',
  id: `experiment:${experimentId}`,
  experimentId,
});

export const runRef = (run: Run): RunRef => ({
  kind: 'run',
  id: `run:${run.info.id}`,
  experimentId: run.info.experimentId,
  runId: run.info.id,
});

export const runGroupRef = (experimentId: string, value: string | undefined): NodeRef => ({
  kind: 'runGroup',
  id: `runGroup:${experimentId}:${value === undefined ? 'none' : `=${value}`}`,
  experimentId,
  value,
});

export const groupRef = (run: RunRef, group: RunGroup): NodeRef => ({
  kind: 'group',
  id: `${group}:${run.runId}`,
  run,
  group,
});

export const runModelRef = (run: RunRef, path: string): RunModelRef => ({
  kind: 'runModel',
  id: `runModel:${run.runId}:${path}`,
  run,
  runId: run.runId,
  path,
});

/** The last row of a list that is not shown whole. */
export const moreRef = (parent: NodeRef, experimentId: string): NodeRef => ({
  kind: 'more',
  id: `more:${parent.id}`,
  experimentId,
  parent,
  within: parent.id,
});

/** What can be done when there is no server. */
export const failureRefs: readonly NodeRef[] = [
  { kind: 'wayOut', id: 'wayOut:tryAgain', way: 'tryAgain' },
  { kind: 'wayOut', id: 'wayOut:showLog', way: 'showLog' },
];

export const artifactRef = (run: RunRef, entry: ArtifactEntry): ArtifactRef => ({
  kind: 'artifact',
  id: `artifact:${run.runId}:${entry.path}`,
  run,
  runId: run.runId,
  experimentId: run.experimentId,
  path: entry.path,
  isDirectory: entry.isDirectory,
  size: entry.size,
});

/** Tags of MLflow's own (`mlflow.…`) say what the tree shows elsewhere. */
export function userTags(run: Run): Run['tags'] {
  return run.tags.filter(({ key }) => !key.startsWith('mlflow.'));
}
