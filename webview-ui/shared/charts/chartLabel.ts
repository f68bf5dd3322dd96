import { formatCount, formatMetric } from '../../../src/core/format';
import type { Better } from '../../../src/core/metricDirection';
import type { XSource } from '../../../src/protocol/extras';
import { t, tCount } from '../strings';
import { placeCell, placesText } from './axisText';
import { bestOf, xExtent, type Curve } from './curve';

/** What a chart shows, in a sentence: `val/loss, 10 runs, steps 0 to 78,200, lowest 0.7364 wrn28-10-cutmix`. @param isBars each run has one value */
export function chartLabel(
  key: string,
  curves: readonly Curve[],
  axis: XSource,
  better: Better | undefined,
  nameOf: (runId: string) => string,
  digits: number,
  isBars: boolean,
): string {
  const extent = xExtent(curves);
  if (!extent) {
    return t('chartEmptyLabel', key);
  }
  const isGroups = curves.some(({ members }) => members !== undefined);
  const one = isGroups ? 'oneGroup' : 'oneRun';
  const runs = tCount(one, isGroups ? 'manyGroups' : 'manyRuns', curves.length, formatCount(curves.length));
  const from = placeCell(axis, extent.min);
  const to = placeCell(axis, extent.max);
  const place = isBars ? t('oneValueEach') : placesText(axis, from, to);
  const best = extreme(curves, better ?? 'higher');
  if (!best) {
    return t('chartLabelNoValue', key, runs, place);
  }
  const value = formatMetric(best.value, digits);
  return t(better === 'lower' ? 'chartLabelLowest' : 'chartLabelHighest', key, runs, place, value, nameOf(best.runId));
}

function extreme(curves: readonly Curve[], better: Better): { value: number; runId: string } | undefined {
  let best: { value: number; runId: string } | undefined;
  for (const curve of curves) {
    // Of a group the line counts, not its band.
    const value = bestOf(curve.members ? { ...curve, low: curve.y, high: curve.y } : curve, better)?.y;
    if (value !== undefined && (!best || (better === 'lower' ? value < best.value : value > best.value))) {
      best = { value, runId: curve.runId };
    }
  }
  return best;
}
