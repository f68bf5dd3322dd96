import { formatDuration, formatInstant, formatMetric, formatStep } from '../../core/format';
import { tagNames, type Run } from '../../core/model';
import { inMarkdown, type Translate } from '../platform/text';
import type { NodeRef, TreeModel } from './model';
import { statusWord } from './runView';

/** The hover of an element as Markdown in which every name is harmless; undefined where the label says it all. */
export function tooltipOf(ref: NodeRef, model: TreeModel, t: Translate): string | undefined {
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
      return run && runTooltip(run, list?.primaryMetric, t);
    }
    case 'metric': {
      const metric = model
        .experiment(ref.run.experimentId)
        ?.list?.runs.get(ref.run.runId)
        ?.metrics.find(({ key }) => key === ref.key);
      const value =
        metric &&
        t('{0} at step {1}, {2}', String(metric.value), String(metric.step), formatInstant(metric.timestamp).local);
      return value && `**${inMarkdown(ref.key)}**\n\n${inMarkdown(value)}`;
    }
    case 'param':
    case 'tag': {
      const run = model.experiment(ref.run.experimentId)?.list?.runs.get(ref.run.runId);
      const entry = (ref.kind === 'param' ? run?.params : run?.tags)?.find(({ key }) => key === ref.key);
      return entry && `**${inMarkdown(ref.key)}**\n\n${inMarkdown(entry.value, 2000)}`;
    }
    case 'artifact':
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

function runTooltip(run: Run, primary: string | undefined, t: Translate): string {
  const { info } = run;
  const tag = (key: string): string | undefined => run.tags.find((each) => each.key === key)?.value;
  const metrics = [...run.metrics].sort(
    (a, b) => Number(b.key === primary) - Number(a.key === primary) || (a.key < b.key ? -1 : 1),
  );
  const shown = metrics
    .slice(0, 3)
    .map(
      (metric) =>
        `${inMarkdown(metric.key, 60)}: **${inMarkdown(formatMetric(metric.value))}** (${inMarkdown(t('step {0}', formatStep(metric.step)))})`,
    );
  const took = info.endTime === undefined ? undefined : formatDuration(Number(info.endTime) - Number(info.startTime));
  const facts = [
    took === undefined
      ? t('Started {0}', formatInstant(info.startTime).local)
      : t('Started {0}, took {1}', formatInstant(info.startTime).local, took),
  ];
  const source = tag(tagNames.sourceName);
  if (source) facts.push(t('Source: {0}', source));
  const commit = tag(tagNames.gitCommit);
  if (commit) facts.push(t('Commit: {0}', commit.slice(0, 12)));
  if (info.userId && info.userId !== 'unknown') facts.push(t('User: {0}', info.userId));
  facts.push(info.id);
  const head = `**${inMarkdown(info.name || info.id)}** ${inMarkdown(statusWord(info.status, t))}`;
  return [head, shown.join('  \n'), facts.map((fact) => inMarkdown(fact)).join('  \n')]
    .filter((part) => part !== '')
    .join('\n\n');
}
