/** How a run's row looks, as pure functions. `t` translates. */
import { formatMetric, formatStep } from '../../core/format';
import { tagNames, type Run, type RunStatus } from '../../core/model';
import { pickMetric } from '../../core/primaryMetric';
import { runColours, runStyle } from '../../core/runColour';
import { isShown } from '../../core/shownRuns';
import { oneLine, type Translate } from '../platform/text';
import { shownFacts } from '../shown/shownRunsOf';
import type { NodeView, RunRef, TreeModel } from './model';

/** Codicon per status, so that the status never hangs on colour alone. */
const statusIcons: Readonly<Record<RunStatus, string>> = {
  FINISHED: 'circle-filled',
  RUNNING: 'record',
  FAILED: 'error',
  KILLED: 'circle-slash',
  SCHEDULED: 'circle-large',
};

/** Runs that are not in charts: the same shapes hollow, in a faint colour that every theme has. */
const hollowIcons: Readonly<Record<string, string>> = { 'circle-filled': 'circle-outline' };
const faint = 'list.deemphasizedForeground';

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

export function runView(ref: RunRef, model: TreeModel, t: Translate): NodeView | undefined {
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
  const inCharts = model.shownIn?.(ref.experimentId);
  const shown = inCharts && isShown(inCharts, shownFacts(run));
  const icon = { name: isLost ? 'issue-draft' : statusIcons[status], ...colourOf(run, slot) };
  return {
    id: ref.id,
    label: name,
    description,
    icon: shown === false ? { name: hollowIcons[icon.name] ?? icon.name, colour: faint } : icon,
    ...(shown === undefined ? {} : { shown }),
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
