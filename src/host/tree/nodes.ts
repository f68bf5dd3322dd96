/** Which elements of the tree stand below which, as pure functions of the model. How each looks is in `nodeViews.ts`. */
import type { Run } from '../../core/model';
import {
  rowsPerPage,
  type ExperimentEntry,
  type NodeRef,
  type RunGroup,
  type RunList,
  type RunRef,
  type TreeModel,
} from './model';
import {
  artifactRef,
  defaultExperimentId,
  experimentRef,
  groupRef,
  moreRef,
  runGroupRef,
  runModelRef,
  runRef,
  userTags,
} from './refs';
import { modelsMark } from './runModels';
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
      return model.grouping
        ? (runGroups(model.experiment(ref.experimentId)?.list, model.grouping).get(ref.value) ?? []).map(runRef)
        : [];
    case 'run':
      return belowRun(ref, model);
    case 'group':
      return inGroup(ref.run, ref.group, model);
    case 'artifact':
      return ref.isDirectory ? artifactRefs(ref.run, ref.path, ref, model) : [];
    case 'metric':
    case 'param':
    case 'tag':
    case 'runModel':
    case 'more':
    case 'wayOut':
    case 'failure':
      return [];
  }
}

/** The runs at the top of an experiment. */
function rootsOf(list: RunList | undefined): Run[] {
  return list?.forest.roots.flatMap((id) => list.runs.get(id) ?? []) ?? [];
}

type Groups = ReadonlyMap<string | undefined, readonly Run[]>;

/** Groups of a list, which are others only when its forest is: each row of a group asks for them. */
const groupsOfForest = new WeakMap<object, { readonly grouping: Grouping; readonly groups: Groups }>();

/** The runs at the top of an experiment by what they are put together by. */
export function runGroups(list: RunList | undefined, grouping: Grouping): Groups {
  if (list === undefined) {
    return new Map();
  }
  const known = groupsOfForest.get(list.forest);
  if (known?.grouping === grouping) {
    return known.groups;
  }
  const groups = new Map<string | undefined, Run[]>();
  for (const run of rootsOf(list)) {
    const value = groupValue(run, grouping);
    const group = groups.get(value) ?? [];
    group.push(run);
    groups.set(value, group);
  }
  groupsOfForest.set(list.forest, { grouping, groups });
  return groups;
}

function runRefs(entry: ExperimentEntry | undefined, grouping: Grouping | undefined): NodeRef[] | undefined {
  const list = entry?.list;
  if (entry === undefined || list === undefined) {
    return entry === undefined ? [] : undefined;
  }
  const refs: NodeRef[] = grouping
    ? [...runGroups(list, grouping).keys()].sort(compareGroups).map((value) => runGroupRef(entry.experiment.id, value))
    : rootsOf(list).map(runRef);
  return list.more ? [...refs, moreRef(experimentRef(entry.experiment.id), entry.experiment.id)] : refs;
}

function belowRun(ref: RunRef, model: TreeModel): NodeRef[] | undefined {
  const list = model.experiment(ref.experimentId)?.list;
  const run = list?.runs.get(ref.runId);
  if (list === undefined || run === undefined) {
    return [];
  }
  const children = list.childrenOf(ref.runId);
  if (children === undefined && list.more && model.isFiltered !== true) {
    // Children of a loaded run may be among the runs that are not loaded.
    return undefined;
  }
  const nested: NodeRef[] = (list.forest.children.get(ref.runId) ?? [])
    .flatMap((id) => list.runs.get(id) ?? [])
    .map(runRef);
  if (children === 'more') {
    nested.push(moreRef(ref, ref.experimentId));
  }
  const groups: RunGroup[] = [];
  if (run.metrics.length > 0) groups.push('metrics');
  if (run.params.length > 0) groups.push('params');
  if (userTags(run).length > 0) groups.push('tags');
  groups.push('artifacts');
  if (modelsMark(run) !== undefined) groups.push('models');
  return [...nested, ...groups.map((group) => groupRef(ref, group))];
}

function inGroup(ref: RunRef, group: RunGroup, model: TreeModel): NodeRef[] | undefined {
  const list = model.experiment(ref.experimentId)?.list;
  const run = list?.runs.get(ref.runId);
  if (run === undefined) {
    return [];
  }
  const leaves = (kind: 'metric' | 'param' | 'tag', entries: readonly { readonly key: string }[]): NodeRef[] => {
    const primary = kind === 'metric' ? list?.primaryMetric : undefined;
    const keys = entries.map(({ key }) => key).sort();
    const inOrder =
      primary !== undefined && keys.includes(primary) ? [primary, ...keys.filter((key) => key !== primary)] : keys;
    return firstOf(inOrder, groupRef(ref, group), ref.experimentId, model, (key) => ({
      kind,
      id: `${kind}:${ref.runId}:${key}`,
      run: ref,
      key,
    }));
  };
  switch (group) {
    case 'metrics':
      return leaves('metric', run.metrics);
    case 'params':
      return leaves('param', run.params);
    case 'tags':
      return leaves('tag', userTags(run));
    case 'artifacts':
      return artifactRefs(ref, '', groupRef(ref, group), model);
    case 'models':
      return model.models?.(run)?.map(({ path }) => runModelRef(ref, path));
  }
}

/** The rows of a list that may be very long: the first of them, and one that shows more. */
function firstOf<T>(
  items: readonly T[],
  parent: NodeRef,
  experimentId: string,
  model: TreeModel,
  refOf: (item: T) => NodeRef,
): NodeRef[] {
  const shown = model.rowsOf?.(parent.id) ?? rowsPerPage;
  const refs = items.slice(0, shown).map(refOf);
  return items.length > shown ? [...refs, moreRef(parent, experimentId)] : refs;
}

function artifactRefs(run: RunRef, path: string, parent: NodeRef, model: TreeModel): NodeRef[] | undefined {
  const entries = model.artifacts(run.runId, path);
  if (entries === undefined) {
    return undefined;
  }
  const inOrder = [...entries].sort(
    (a, b) => Number(b.isDirectory) - Number(a.isDirectory) || (a.path < b.path ? -1 : 1),
  );
  return firstOf(inOrder, parent, run.experimentId, model, (entry) => artifactRef(run, entry));
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
    case 'runModel':
      return groupRef(ref.run, 'models');
    case 'runGroup':
      return experimentRef(ref.experimentId);
    case 'more':
      return ref.parent;
  }
}
