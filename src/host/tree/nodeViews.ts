/** How each element of the tree looks, as pure functions of the model. `t` translates. */
import { formatBytes, formatCount, formatStep, metricFormat } from '../../core/format';
import { runStatuses, type ArtifactEntry, type Metric, type Run } from '../../core/model';
import { oneLine, type Translate } from '../platform/text';
import type {
  ArtifactRef,
  ExperimentEntry,
  NodeRef,
  NodeView,
  RunGroup,
  RunModelRef,
  RunRef,
  TreeModel,
} from './model';
import { runGroups } from './nodes';
import { defaultExperimentId, userTags } from './refs';
import { runView, statusWord } from './runView';
import { bestOf, bestText } from './tooltips';

/** How an element looks; undefined where the thing is gone from the model. */
export function viewOf(ref: NodeRef, model: TreeModel, t: Translate): NodeView | undefined {
  switch (ref.kind) {
    case 'experiment':
      return experimentView(ref.id, model.experiment(ref.experimentId), model, t);
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
    case 'runModel':
      return runModelView(ref, model, t);
    case 'more':
      return {
        id: ref.id,
        label: ref.parent.kind === 'experiment' || ref.parent.kind === 'run' ? t('Load more runs') : t('Show more'),
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
  model: TreeModel,
  t: Translate,
): NodeView | undefined {
  if (entry === undefined) {
    return undefined;
  }
  const { experiment, list, total } = entry;
  const description = list && model.isFiltered === true ? countOfMatches(list, t) : countOfRuns(entry, model, t);
  return {
    id,
    label: oneLine(experiment.name),
    ...(description === undefined ? {} : { description }),
    icon: { name: 'beaker' },
    expandable: true,
    // What a script is about to fill, or fills, is seen without a click.
    startsOpen: list === undefined ? total === 0 : list.runs.size === 0 || list.running.size > 0,
    contextValue: experiment.id === defaultExperimentId ? 'experiment;default;' : 'experiment;',
  };
}

function countOfRuns({ list, total }: ExperimentEntry, model: TreeModel, t: Translate): string | undefined {
  const n = list?.more === false ? list.runs.size : total;
  if (n === undefined) {
    return list && withRunning(list, t('{0}+ runs', formatCount(list.runs.size)), model, t);
  }
  return withRunning(list, n === 0 ? t('no runs') : n === 1 ? t('1 run') : t('{0} runs', formatCount(n)), model, t);
}

/** Lost runs do not go on. */
function withRunning(list: ExperimentEntry['list'], runs: string, model: TreeModel, t: Translate): string {
  const going = [...(list?.running ?? [])].filter((id) => model.isLost?.(id) !== true).length;
  return going > 0 ? t('{0} · {1} running', runs, formatCount(going)) : runs;
}

function countOfMatches(list: NonNullable<ExperimentEntry['list']>, t: Translate): string {
  return foundText(list.runs.size, list.more, t);
}

function foundText(n: number, more: boolean, t: Translate): string {
  return more ? t('{0}+ found', formatCount(n)) : n === 0 ? t('none found') : t('{0} found', formatCount(n));
}

/** How many runs of all experiments pass the filter, as far as they were read: what stands above the tree beside the filter. */
export function foundInAll(experiments: readonly ExperimentEntry[], t: Translate): string {
  const lists = experiments.map(({ list }) => list);
  const n = lists.reduce((sum, list) => sum + (list?.runs.size ?? 0), 0);
  return foundText(
    n,
    lists.some((list) => list === undefined || list.more),
    t,
  );
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
  const count = runGroups(list, grouping).get(ref.value)?.length ?? 0;
  const value =
    ref.value === undefined
      ? t('none')
      : grouping.kind === 'status'
        ? statusWord(runStatuses.find((each) => each === ref.value) ?? 'FINISHED', t)
        : valueText(ref.value, t);
  return {
    id: ref.id,
    label: grouping.kind === 'status' ? value : `${oneLine(grouping.key, 60)} = ${value}`,
    description: count === 1 ? t('1 run') : t('{0} runs', formatCount(count)),
    icon: { name: 'symbol-namespace' },
    expandable: true,
    contextValue: 'runGroup;',
  };
}

function groupView(id: string, group: RunGroup, ref: RunRef, model: TreeModel, t: Translate): NodeView | undefined {
  const run = model.experiment(ref.experimentId)?.list?.runs.get(ref.runId);
  if (run === undefined) {
    return undefined;
  }
  const looks = {
    metrics: { label: t('Metrics'), icon: 'graph-line', count: run.metrics.length },
    params: { label: t('Parameters'), icon: 'settings', count: run.params.length },
    tags: { label: t('Tags'), icon: 'tag', count: userTags(run).length },
    artifacts: { label: t('Artifacts'), icon: 'files', count: undefined },
    models: { label: t('Models'), icon: 'package', count: model.models?.(run)?.length },
  }[group];
  const description =
    looks.count !== undefined
      ? formatCount(looks.count)
      : group === 'artifacts'
        ? artifactsText(ref.runId, model)
        : undefined;
  return {
    id,
    label: looks.label,
    ...(description === undefined ? {} : { description }),
    icon: { name: looks.icon },
    expandable: true,
    contextValue: `${group};`,
  };
}

/** A model's row tells what it was registered as: `digits-net v3 @champion`. */
function runModelView(ref: RunModelRef, model: TreeModel, t: Translate): NodeView | undefined {
  const run = model.experiment(ref.run.experimentId)?.list?.runs.get(ref.runId);
  const found = run && model.models?.(run)?.find(({ path }) => path === ref.path);
  if (found === undefined) {
    return undefined;
  }
  const versions = found.versions.map(({ name, version, aliases }) =>
    [`${name} v${version}`, ...aliases.map((alias) => `@${alias}`)].join(' '),
  );
  return {
    id: ref.id,
    label: oneLine(ref.path),
    description: versions.length > 0 ? oneLine(versions.join(', ')) : t('not registered'),
    icon: { name: 'package' },
    expandable: false,
    contextValue: 'runModel;',
  };
}

/** How many files a run has, and how large they are; before that is known, how much its root has. */
function artifactsText(runId: string, model: TreeModel): string | undefined {
  const root = model.artifacts(runId, '');
  const before = model.artifactTotal?.(runId);
  const lastKnown = before && `${formatCount(before.files)} · ${formatBytes(before.bytes)}`;
  if (root === undefined) {
    return before?.files === 0 ? '0' : lastKnown;
  }
  if (root.length === 0) {
    return '0';
  }
  const files: ArtifactEntry[] = [];
  const waiting = [...root];
  for (let entry = waiting.pop(); entry !== undefined; entry = waiting.pop()) {
    const inside = entry.isDirectory ? model.artifacts(runId, entry.path) : undefined;
    if (entry.isDirectory && inside === undefined) {
      return lastKnown ?? formatCount(root.length);
    }
    waiting.push(...(inside ?? []));
    files.push(...(entry.isDirectory ? [] : [entry]));
  }
  const bytes = files.reduce((sum, { size = 0 }) => sum + size, 0);
  return `${formatCount(files.length)} · ${formatBytes(bytes)}`;
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
    return metric && look(metricDescription(run, metric, model, t), isPrimary ? 'star-full' : undefined);
  }
  const entry = (ref.kind === 'param' ? run.params : run.tags).find(({ key }) => key === ref.key);
  return entry && look(valueText(entry.value, t));
}

/** The last value and the best (`0.7574 · max 0.7599`); the step where it is not known which is best. */
function metricDescription(run: Run, { key, value, step }: Metric, model: TreeModel, t: Translate): string {
  const best = bestOf(model.extremes?.(run, key), model.better?.(key));
  const format = metricFormat(best ? [value, best.value] : [value]);
  const more = best ? bestText(best.word, format(best.value), t) : t('step {0}', formatStep(step));
  return `${format(value)} · ${more}`;
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
