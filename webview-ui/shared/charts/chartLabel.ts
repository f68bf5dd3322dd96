import { formatCount, metricFormat } from '../../../src/core/format';
import type { XAxis } from '../../../src/protocol/extras';
import { t, tCount } from '../strings';
import { placeCell } from './axisText';
import { xExtent, type Curve } from './curve';
import { isLowerBetter } from './direction';

/** What a chart shows, in a sentence: `val/loss, 10 runs, steps 0 to 78,200, lowest 0.7364 wrn28-10-cutmix`. */
export function chartLabel(
  key: string,
  curves: readonly Curve[],
  axis: XAxis,
  nameOf: (runId: string) => string,
): string {
  const extent = xExtent(curves);
  if (!extent) {
    return t('chartEmptyLabel', key);
  }
  const runs = tCount('oneRun', 'manyRuns', curves.length, formatCount(curves.length));
  const from = placeCell(axis, extent.min);
  const to = placeCell(axis, extent.max);
  const place = axis === 'step' ? t('stepsFromTo', from, to) : t('timesFromTo', from, to);
  const best = extreme(curves, isLowerBetter(key));
  if (!best) {
    return t('chartLabelNoValue', key, runs, place);
  }
  const value = metricFormat([best.value])(best.value);
  const label = isLowerBetter(key) ? 'chartLabelLowest' : 'chartLabelHighest';
  return t(label, key, runs, place, value, nameOf(best.runId));
}

function extreme(curves: readonly Curve[], lowest: boolean): { value: number; runId: string } | undefined {
  let best: { value: number; runId: string } | undefined;
  for (const { runId, y, low, high } of curves) {
    for (const value of (lowest ? low : high) ?? y) {
      if (Number.isFinite(value) && (best === undefined || (lowest ? value < best.value : value > best.value))) {
        best = { value, runId };
      }
    }
  }
  return best;
}
