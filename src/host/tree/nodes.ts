/**
 * What the tree shows, as pure functions of the model: which elements stand below which, and how each looks. `t` translates.
 */
import { formatBytes, formatMetric, formatStep } from '../../core/format';
import { runStatuses, tagNames, type ArtifactEntry, type Metric, type Run, type RunStatus } from '../../core/model';
import { runColours, runStyle } from '../../core/runColour';
import { oneLine, type Translate } from '../platform/text';
import type { ArtifactRef, ExperimentEntry, NodeRef, NodeView, RunGroup, RunRef, TreeModel } from './model';
import { pickMetric } from '../../core/primaryMetric';
import { compareGroups, groupValue, type Grouping } from './treeQuery';

/** Codicon per status, so that the status never hangs on colour alone. */
const statusIcons: Readonly<Record<RunStatus, string>> = {
  FINISHED: 'circle-filled',
  RUNNING: 'record',
  FAILED: 'error',
  KILLED: 'circle-slash',
  SCHEDULED: 'circle-large',
};

/** The experiment that every store has; it can be neither renamed nor deleted by accident of being there. */
const defaultExperimentId = '0';

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

const runGroupRef = (experimentId: string, value: string | undefined): NodeRef => ({
  kind: 'runGroup',
  id: `runGroup:${experimentId}:${value === undefined ? 'none' : `=${value}`}`,
  experimentId,
  value,
});

const groupRef = (run: RunRef, group: RunGroup): NodeRef => ({
  kind: 'group',
  id: `${group}:${run.runId}`,
  run,
  group,
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

function rootsOf(list: ExperimentEntry['list']): Run[] {
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

/** How an element looks; undefined where the thing is gone from the model. */
export function viewOf(ref: NodeRef, model: TreeModel, t: Translate): NodeView | undefined {
  switch (ref.kind) {
    case 'experiment':
      return experimentView(ref.id, model.experiment(ref.experimentId), model.isFiltered === true, t);
    case 'runGroup':
      return runGroupView(ref, model, t);
    case 'run':
      return runView(ref, model, t);
    case 'group':
      return groupView(ref.id, ref.group, ref.run, model, t);
    case 'metric':
    case 'param':
    case 'tag':
      return leafView(ref, model, t);
    case 'artifact':
      return artifactView(ref);
    case 'more':
      return {
        id: ref.id,
        label: t('Load more runs'),
        icon: { name: 'ellipsis' },
        expandable: false,
        contextValue: 'more;',
      };
    case 'wayOut':
      return {
        id: ref.id,
        label: ref.way === 'tryAgain' ? t('Try again') : t('Show the log'),
        icon: { name: ref.way === 'tryAgain' ? 'debug-restart' : 'output' },
        expandable: false,
        contextValue: 'wayOut;',
      };
    case 'failure':
      return {
        id: ref.id,
        label: oneLine(ref.message),
        icon: { name: 'warning' },
        expandable: false,
        contextValue: 'failure;',
      };
  }
}

function experimentView(
  id: string,
  entry: ExperimentEntry | undefined,
  isFiltered: boolean,
  t: Translate,
): NodeView | undefined {
  if (entry === undefined) {
    return undefined;
  }
  const { experiment, list } = entry;
  return {
    id,
    label: oneLine(experiment.name),
    ...(list ? { description: isFiltered ? countOfMatches(list, t) : countOfRuns(list, t) } : {}),
    icon: { name: 'beaker' },
    expandable: true,
    // What a script is about to fill, or fills, is seen without a click.
    startsOpen: list !== undefined && (list.runs.size === 0 || list.running > 0),
    contextValue: experiment.id === defaultExperimentId ? 'experiment;default;' : 'experiment;',
  };
}

function countOfRuns(list: NonNullable<ExperimentEntry['list']>, t: Translate): string {
  const n = list.runs.size;
  const runs = list.more ? t('{0}+ runs', n) : n === 0 ? t('no runs') : n === 1 ? t('1 run') : t('{0} runs', n);
  return list.running > 0 ? t('{0} · {1} running', runs, list.running) : runs;
}

function countOfMatches(list: NonNullable<ExperimentEntry['list']>, t: Translate): string {
  const n = list.runs.size;
  return list.more ? t('{0}+ found', n) : n === 0 ? t('none found') : t('{0} found', n);
}

function runGroupView(
  ref: Extract<NodeRef, { kind: 'runGroup' }>,
  model: TreeModel,
  t: Translate,
): NodeView | undefined {
  const { grouping } = model;
  if (grouping === undefined) {
    return undefined;
  }
  const list = model.experiment(ref.experimentId)?.list;
  const count = rootsOf(list).filter((run) => groupValue(run, grouping) === ref.value).length;
  const value =
    ref.value === undefined
      ? t('none')
      : grouping.kind === 'status'
        ? statusWord(runStatuses.find((each) => each === ref.value) ?? 'FINISHED', t)
        : valueText(ref.value, t);
  return {
    id: ref.id,
    label: grouping.kind === 'status' ? value : `${oneLine(grouping.key, 60)} = ${value}`,
    description: count === 1 ? t('1 run') : t('{0} runs', count),
    icon: { name: 'symbol-namespace' },
    expandable: true,
    contextValue: 'runGroup;',
  };
}

/** A run's status as a word. */
export function statusWord(status: RunStatus, t: Translate): string {
  switch (status) {
    case 'RUNNING':
      return t('running');
    case 'SCHEDULED':
      return t('scheduled');
    case 'FINISHED':
      return t('finished');
    case 'FAILED':
      return t('failed');
    case 'KILLED':
      return t('killed');
  }
}

function runView(ref: RunRef, model: TreeModel, t: Translate): NodeView | undefined {
  const list = model.experiment(ref.experimentId)?.list;
  const run = list?.runs.get(ref.runId);
  if (list === undefined || run === undefined) {
    return undefined;
  }
  const { status } = run.info;
  const slot = list.slots.get(ref.runId);
  const nested = list.forest.parents.has(ref.runId) ? 'nested;' : '';
  const isLost = status === 'RUNNING' && model.isLost?.(ref.runId) === true;
  const description = isLost ? lostDescription(run, list.primaryMetric, t) : runDescription(run, list.primaryMetric, t);
  const name = oneLine(run.info.name) || run.info.id;
  return {
    id: ref.id,
    label: name,
    description,
    icon: { name: isLost ? 'issue-draft' : statusIcons[status], ...colourOf(run, slot) },
    ...(isLost ? { mark: 'lost' as const } : status === 'FAILED' ? { mark: 'failed' as const } : {}),
    expandable: true,
    contextValue: `run;status=${status.toLowerCase()};${nested}${isLost ? 'lost;' : ''}`,
    accessibleName: t('{0}, {1}, {2}', name, isLost ? t('lost') : statusWord(status, t), description),
  };
}

/** The colour that the user chose, where it is one of the palette (the tree knows no others), else that of its place. */
function colourOf(run: Run, slot: number | undefined): { colour?: string } {
  const chosen = run.tags.find(({ key }) => key === tagNames.runColor)?.value.toLowerCase();
  const place = chosen === undefined ? -1 : runColours.dark.findIndex((each) => each.toLowerCase() === chosen);
  const shown = place >= 0 ? place : slot;
  return shown === undefined ? {} : { colour: runStyle(shown).colourId };
}

/**
 * The primary metric's value, with the step while the run is live; the status first where something ended badly. A run without
 * the primary metric shows another one, with its name.
 */
export function runDescription(run: Run, primary: string | undefined, t: Translate): string {
  const { status } = run.info;
  const metric =
    run.metrics.find(({ key }) => key === primary) ??
    run.metrics.find(
      ({ key }) =>
        key ===
        pickMetric(
          run.metrics.map((each) => each.key),
          [],
        ),
    );
  const parts: string[] = [];
  if (status === 'FAILED' || status === 'KILLED' || status === 'SCHEDULED') {
    parts.push(statusWord(status, t));
  }
  if (metric) {
    parts.push(
      metric.key === primary ? formatMetric(metric.value) : `${oneLine(metric.key, 40)} ${formatMetric(metric.value)}`,
    );
  }
  if (status === 'RUNNING') {
    parts.push(metric ? formatStep(metric.step) : statusWord(status, t));
  }
  return parts.join(' · ');
}

/** Of a run of which nothing was heard for a while: the word first, and its last value without a step, as nothing moves. */
function lostDescription(run: Run, primary: string | undefined, t: Translate): string {
  const value = runDescription({ ...run, info: { ...run.info, status: 'FINISHED' } }, primary, t);
  return value === '' ? t('lost') : t('lost · {0}', value);
}

function groupView(id: string, group: RunGroup, ref: RunRef, model: TreeModel, t: Translate): NodeView | undefined {
  const run = runOf(ref, model);
  if (run === undefined) {
    return undefined;
  }
  const looks = {
    metrics: { label: t('Metrics'), icon: 'graph-line', count: run.metrics.length },
    params: { label: t('Parameters'), icon: 'settings', count: run.params.length },
    tags: { label: t('Tags'), icon: 'tag', count: userTags(run).length },
    artifacts: { label: t('Artifacts'), icon: 'files', count: model.artifacts(ref.runId, '')?.length },
  }[group];
  return {
    id,
    label: looks.label,
    ...(looks.count === undefined ? {} : { description: String(looks.count) }),
    icon: { name: looks.icon },
    expandable: true,
    contextValue: `${group};`,
  };
}

function leafView(
  ref: Extract<NodeRef, { kind: 'metric' | 'param' | 'tag' }>,
  model: TreeModel,
  t: Translate,
): NodeView | undefined {
  const list = model.experiment(ref.run.experimentId)?.list;
  const run = list?.runs.get(ref.run.runId);
  if (list === undefined || run === undefined) {
    return undefined;
  }
  const look = (description: string, icon?: string): NodeView => ({
    id: ref.id,
    label: oneLine(ref.key),
    description,
    ...(icon === undefined ? {} : { icon: { name: icon } }),
    expandable: false,
    contextValue: `${ref.kind};`,
  });
  if (ref.kind === 'metric') {
    const metric = run.metrics.find(({ key }) => key === ref.key);
    const isPrimary = ref.key === list.primaryMetric;
    return metric && look(metricDescription(metric, t), isPrimary ? 'star-full' : undefined);
  }
  const entry = (ref.kind === 'param' ? run.params : run.tags).find(({ key }) => key === ref.key);
  return entry && look(valueText(entry.value, t));
}

function metricDescription(metric: Metric, t: Translate): string {
  return t('{0} · step {1}', formatMetric(metric.value), formatStep(metric.step));
}

/** A parameter's or tag's value in one line. */
export function valueText(value: string, t: Translate): string {
  if (value === '') {
    return t('(empty)');
  }
  const [first = '', ...others] = value.slice(0, 10_000).split('\n');
  return others.length === 0 ? oneLine(first) : t('{0} ⏎ {1} lines', oneLine(first, 80), others.length + 1);
}

function artifactView(ref: ArtifactRef): NodeView {
  return {
    id: ref.id,
    label: oneLine(ref.path.slice(ref.path.lastIndexOf('/') + 1)),
    ...(ref.size === undefined ? {} : { description: formatBytes(ref.size) }),
    fileIcon: ref.isDirectory ? 'folder' : 'file',
    expandable: ref.isDirectory,
    contextValue: ref.isDirectory ? 'artifact;folder;' : 'artifact;file;',
  };
}
