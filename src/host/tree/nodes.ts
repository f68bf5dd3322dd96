/** Which elements of the tree stand below which, as pure functions of the model. How each looks is in `nodeViews.ts`. */
import type { Run } from '../../core/model';
import type { ExperimentEntry, NodeRef, RunGroup, RunRef, TreeModel } from './model';
import { artifactRef, defaultExperimentId, experimentRef, groupRef, runGroupRef, runRef, userTags } from './refs';
import { compareGroups, groupValue, type Grouping } from './treeQuery';

/**
 * The elements at the top. None while the store holds nothing but its empty default experiment: the view then shows its
 * welcome text.
 */
export function rootRefs(model: TreeModel): NodeRef[] {
  const [only, ...others] = model.experiments;
  const empty =
    model.isFiltered !== true &&
    others.length === 0 &&
    (only === undefined || (only.experiment.id === defaultExperimentId && only.list?.runs.size === 0));
  return empty ? [] : model.experiments.map(({ experiment }) => experimentRef(experiment.id));
}

/** The elements below one; undefined where the model has not loaded them yet. */
export function childRefs(ref: NodeRef, model: TreeModel): NodeRef[] | undefined {
  switch (ref.kind) {
    case 'experiment':
      return runRefs(model.experiment(ref.experimentId), model.grouping);
    case 'runGroup':
      return rootsOf(model.experiment(ref.experimentId)?.list)
        .filter((run) => model.grouping && groupValue(run, model.grouping) === ref.value)
        .map(runRef);
    case 'run':
      return belowRun(ref, model);
    case 'group':
      return inGroup(ref.run, ref.group, model);
    case 'artifact':
      return ref.isDirectory ? artifactRefs(ref.run, ref.path, model) : [];
    case 'metric':
    case 'param':
    case 'tag':
    case 'more':
    case 'wayOut':
    case 'failure':
      return [];
  }
}

/** The runs at the top of an experiment. */
export function rootsOf(list: ExperimentEntry['list']): Run[] {
  return list?.forest.roots.flatMap((id) => list.runs.get(id) ?? []) ?? [];
}

function runRefs(entry: ExperimentEntry | undefined, grouping: Grouping | undefined): NodeRef[] | undefined {
  const list = entry?.list;
  if (entry === undefined || list === undefined) {
    return entry === undefined ? [] : undefined;
  }
  const roots = rootsOf(list);
  const refs: NodeRef[] = grouping
    ? [...new Set(roots.map((run) => groupValue(run, grouping)))]
        .sort(compareGroups)
        .map((value) => runGroupRef(entry.experiment.id, value))
    : roots.map(runRef);
  if (list.more) {
    refs.push({ kind: 'more', id: `more:${entry.experiment.id}`, experimentId: entry.experiment.id });
  }
  return refs;
}

function runOf(ref: RunRef, model: TreeModel): Run | undefined {
  return model.experiment(ref.experimentId)?.list?.runs.get(ref.runId);
}

function belowRun(ref: RunRef, model: TreeModel): NodeRef[] {
  const list = model.experiment(ref.experimentId)?.list;
  const run = list?.runs.get(ref.runId);
  if (list === undefined || run === undefined) {
    return [];
  }
  const nested = (list.forest.children.get(ref.runId) ?? []).flatMap((id) => list.runs.get(id) ?? []).map(runRef);
  const groups: RunGroup[] = [];
  if (run.metrics.length > 0) groups.push('metrics');
  if (run.params.length > 0) groups.push('params');
  if (userTags(run).length > 0) groups.push('tags');
  groups.push('artifacts');
  return [...nested, ...groups.map((group) => groupRef(ref, group))];
}

function inGroup(ref: RunRef, group: RunGroup, model: TreeModel): NodeRef[] | undefined {
  const run = runOf(ref, model);
  if (run === undefined) {
    return [];
  }
  const leaves = (kind: 'metric' | 'param' | 'tag', keys: readonly string[]): NodeRef[] =>
    [...keys].sort().map((key) => ({ kind, id: `${kind}:${ref.runId}:${key}`, run: ref, key }));
  switch (group) {
    case 'metrics': {
      const primary = model.experiment(ref.experimentId)?.list?.primaryMetric;
      const keys = run.metrics.map(({ key }) => key);
      const first = leaves('metric', keys).filter((each) => each.kind === 'metric' && each.key === primary);
      const rest = leaves('metric', keys).filter((each) => each.kind === 'metric' && each.key !== primary);
      return [...first, ...rest];
    }
    case 'params':
      return leaves(
        'param',
        run.params.map(({ key }) => key),
      );
    case 'tags':
      return leaves(
        'tag',
        userTags(run).map(({ key }) => key),
      );
    case 'artifacts':
      return artifactRefs(ref, '', model);
  }
}

function artifactRefs(run: RunRef, path: string, model: TreeModel): NodeRef[] | undefined {
  const entries = model.artifacts(run.runId, path);
  return entries
    ? [...entries]
        .sort((a, b) => Number(b.isDirectory) - Number(a.isDirectory) || (a.path < b.path ? -1 : 1))
        .map((entry) => artifactRef(run, entry))
    : undefined;
}

/** The element above one, which `TreeView.reveal` asks for. */
export function parentRef(ref: NodeRef, model: TreeModel): NodeRef | undefined {
  switch (ref.kind) {
    case 'experiment':
    case 'wayOut':
    case 'failure':
      return undefined;
    case 'run': {
      const list = model.experiment(ref.experimentId)?.list;
      const parentId = list?.forest.parents.get(ref.runId);
      const parent = parentId === undefined ? undefined : list?.runs.get(parentId);
      const run = list?.runs.get(ref.runId);
      if (parent) {
        return runRef(parent);
      }
      return run && model.grouping
        ? runGroupRef(ref.experimentId, groupValue(run, model.grouping))
        : experimentRef(ref.experimentId);
    }
    case 'group':
      return ref.run;
    case 'metric':
      return groupRef(ref.run, 'metrics');
    case 'param':
      return groupRef(ref.run, 'params');
    case 'tag':
      return groupRef(ref.run, 'tags');
    case 'artifact': {
      const slash = ref.path.lastIndexOf('/');
      return slash < 0
        ? groupRef(ref.run, 'artifacts')
        : artifactRef(ref.run, { path: ref.path.slice(0, slash), isDirectory: true, size: undefined });
    }
    case 'runGroup':
    case 'more':
      return experimentRef(ref.experimentId);
  }
}
