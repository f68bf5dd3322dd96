/** Hovers as Markdown in which every name is harmless, as pure functions. `t` translates. */
import { columnFormat, formatAgo, formatCount, formatDuration, formatInstant } from '../../core/format';
import { compareInt64 } from '../../core/int64';
import type { Better } from '../../core/metricDirection';
import { tagNames, type Metric, type Run } from '../../core/model';
import { inMarkdown, type Translate } from '../platform/text';
import type { Extremes } from './runFigures';
import type { NodeRef, TreeModel } from './model';
import { statusWord } from './runView';

/** What the hover of a run says beside what the tree knows of it. */
export interface RunHover {
  /** The run that others are compared with. */
  readonly baseline: Run | undefined;
  /** Unix milliseconds. */
  readonly now: number;
}

/** Metrics that a run's hover has. */
const hoverMetrics = 3;
/** Names of parameters that differ from the baseline's. */
const namedParams = 3;

/** The hover of an element; undefined where the label says it all. */
export function tooltipOf(ref: NodeRef, model: TreeModel, hover: RunHover, t: Translate): string | undefined {
  switch (ref.kind) {
    case 'experiment': {
      const experiment = model.experiment(ref.experimentId)?.experiment;
      return (
        experiment &&
        [
          `**${inMarkdown(experiment.name)}**`,
          t('Experiment {0}, created {1}', experiment.id, inMarkdown(formatInstant(experiment.createdAt).local)),
        ].join('\n\n')
      );
    }
    case 'run': {
      const list = model.experiment(ref.experimentId)?.list;
      const run = list?.runs.get(ref.runId);
      return run && runTooltip(run, list?.primaryMetric, model, hover, t);
    }
    case 'metric': {
      const run = model.experiment(ref.run.experimentId)?.list?.runs.get(ref.run.runId);
      const metric = run?.metrics.find(({ key }) => key === ref.key);
      return run && metric && metricTooltip(run, metric, model, t);
    }
    case 'param':
    case 'tag': {
      const run = model.experiment(ref.run.experimentId)?.list?.runs.get(ref.run.runId);
      const entry = (ref.kind === 'param' ? run?.params : run?.tags)?.find(({ key }) => key === ref.key);
      return entry && `**${inMarkdown(ref.key)}**\n\n${inMarkdown(entry.value, 2000)}`;
    }
    case 'artifact':
    case 'runModel':
      return inMarkdown(ref.path);
    case 'group':
    case 'runGroup':
    case 'more':
    case 'wayOut':
      return undefined;
    case 'failure':
      return inMarkdown(ref.message, 2000);
  }
}

/** Keys of the metrics that a run's hover has: the primary one first, then by name. */
export function hoverKeys(run: Run, primary: string | undefined): string[] {
  return hoverMetricsOf(run, primary).map(({ key }) => key);
}

function hoverMetricsOf(run: Run, primary: string | undefined): Metric[] {
  const isSystem = ({ key }: Metric): boolean => key.startsWith('system/');
  return [...run.metrics]
    .sort(
      (a, b) =>
        Number(b.key === primary) - Number(a.key === primary) ||
        Number(isSystem(a)) - Number(isSystem(b)) ||
        (a.key < b.key ? -1 : 1),
    )
    .slice(0, hoverMetrics);
}

/** The best of what is known of a metric, with the word for it; undefined where it is not known, or not which values are better. */
export function bestOf(
  extremes: Extremes | undefined,
  better: Better | undefined,
): { readonly word: 'min' | 'max'; readonly value: number } | undefined {
  const word = better === 'lower' ? 'min' : better === 'higher' ? 'max' : undefined;
  const value = word && extremes?.[word];
  return word !== undefined && value !== undefined && Number.isFinite(value) ? { word, value } : undefined;
}

/** `min 0.923` or `max 0.7599` */
export function bestText(word: 'min' | 'max', value: string, t: Translate): string {
  return word === 'min' ? t('min {0}', value) : t('max {0}', value);
}

function runTooltip(
  run: Run,
  primary: string | undefined,
  model: TreeModel,
  { baseline, now }: RunHover,
  t: Translate,
): string {
  const { info } = run;
  const status = model.isLost?.(info.id) === true ? t('lost') : statusWord(info.status, t);
  const other = baseline?.info.id === info.id ? undefined : baseline;
  const newest = newestOf(run.metrics);
  const metrics = hoverMetricsOf(run, primary).map((metric) => metricLine(run, metric, other, model, newest, t));
  if (newest) {
    const ago = inMarkdown(formatAgo(newest.timestamp, now));
    metrics.push(`${t('Step {0}', `**${inMarkdown(formatCount(newest.step))}**`)} · ${ago}`);
  }
  const comparison = baseline === undefined ? [] : [other ? differences(run, other, t) : inMarkdown(t('Baseline'))];
  const parts = [
    `**${inMarkdown(info.name || info.id)}** ${inMarkdown(status)}`,
    metrics.join('  \n'),
    [...comparison, ...factsOf(run, now, t).map((fact) => inMarkdown(fact))].join('  \n'),
  ];
  return parts.filter((part) => part !== '').join('\n\n');
}

/** The value that was logged last. */
function newestOf(metrics: readonly Metric[]): Metric | undefined {
  const newer = (a: Metric, b: Metric): boolean =>
    (compareInt64(a.timestamp, b.timestamp) || compareInt64(a.step, b.step)) > 0;
  return metrics.reduce<Metric | undefined>((best, each) => (best && !newer(each, best) ? best : each), undefined);
}

/** `val/acc: **0.7574** · max 0.7599 · +0.0393 to baseline`, with the step where it is not the newest value's */
function metricLine(
  run: Run,
  metric: Metric,
  baseline: Run | undefined,
  model: TreeModel,
  newest: Metric | undefined,
  t: Translate,
): string {
  const best = bestOf(model.extremes?.(run, metric.key), model.better?.(metric.key));
  const base = baseline?.metrics.find(({ key }) => key === metric.key)?.value;
  const format = columnFormat([metric.value, best?.value ?? NaN, base ?? NaN]);
  const difference = base === undefined ? NaN : metric.value - base;
  const parts = [
    ...(best ? [bestText(best.word, format.value(best.value), t)] : []),
    ...(Number.isFinite(difference) ? [t('{0} to baseline', format.difference(difference))] : []),
    ...(metric.step === newest?.step ? [] : [t('step {0}', formatCount(metric.step))]),
  ];
  const value = `**${inMarkdown(format.value(metric.value))}**`;
  return `${inMarkdown(metric.key, 60)}: ${[value, ...parts.map((part) => inMarkdown(part))].join(' · ')}`;
}

/** Which parameters are others than the baseline's. */
function differences(run: Run, baseline: Run, t: Translate): string {
  const [own, others] = [run, baseline].map(({ params }) => new Map(params.map(({ key, value }) => [key, value])));
  const keys = [...new Set([...(own?.keys() ?? []), ...(others?.keys() ?? [])])].sort();
  const differing = keys.filter((key) => own?.get(key) !== others?.get(key));
  if (differing.length === 0) {
    return inMarkdown(t('Same parameters as the baseline'));
  }
  const names = differing
    .slice(0, namedParams)
    .map((key) => `**${inMarkdown(key, 60)}**`)
    .join(', ');
  const more = differing.length - namedParams;
  return more > 0
    ? t('Differs from the baseline in {0} and {1} more', names, more)
    : t('Differs from the baseline in {0}', names);
}

function factsOf({ info, tags }: Run, now: number, t: Translate): string[] {
  const tag = (key: string): string | undefined => tags.find((each) => each.key === key)?.value;
  const isOver = info.status !== 'RUNNING' && info.status !== 'SCHEDULED';
  const end = info.endTime === undefined ? (isOver ? undefined : now) : Number(info.endTime);
  const started = formatInstant(info.startTime).local;
  const took = end === undefined ? undefined : formatDuration(end - Number(info.startTime));
  const source = tag(tagNames.sourceName);
  const commit = tag(tagNames.gitCommit);
  return [
    took === undefined
      ? t('Started {0}', started)
      : isOver
        ? t('Started {0}, took {1}', started, took)
        : t('Started {0}, for {1} now', started, took),
    ...(source ? [t('Source: {0}', source)] : []),
    ...(commit
      ? [commitText(commit.slice(0, 12), changedFiles(tag(tagNames.gitDiff)), tag(tagNames.gitDirty), t)]
      : []),
    ...(info.userId && info.userId !== 'unknown' ? [t('User: {0}', info.userId)] : []),
    info.id,
  ];
}

/** Files that a diff in Git's form changes. */
function changedFiles(diff: string | undefined): number {
  return diff?.match(/^diff --git /gm)?.length ?? 0;
}

/** `Commit: 3f9c1ab01234 + 2 files`: the code was not only what was committed. */
function commitText(commit: string, files: number, dirty: string | undefined, t: Translate): string {
  if (files > 0) {
    return files === 1 ? t('Commit: {0} + 1 file', commit) : t('Commit: {0} + {1} files', commit, files);
  }
  return dirty?.toLowerCase() === 'true' ? t('Commit: {0} + changes', commit) : t('Commit: {0}', commit);
}

function metricTooltip(run: Run, metric: Metric, model: TreeModel, t: Translate): string {
  const last = t(
    '{0} at step {1}, {2}',
    String(metric.value),
    String(metric.step),
    formatInstant(metric.timestamp).local,
  );
  const extremes = model.extremes?.(run, metric.key);
  const range =
    extremes && Number.isFinite(extremes.min)
      ? [inMarkdown(t('Least {0}, greatest {1}', String(extremes.min), String(extremes.max)))]
      : [];
  return [`**${inMarkdown(metric.key)}**`, [inMarkdown(last), ...range].join('  \n')].join('\n\n');
}
