/** The bars of a metric of which each run has one value, for the page and for a picture to keep. Pure. */
import { metricFormat } from '../../../src/core/format';
import type { Better } from '../../../src/core/metricDirection';
import { t } from '../strings';
import type { Curve } from './curve';
import { lastOf } from './Legend';

export interface Bar {
  readonly runId: string;
  readonly value: number;
  /** Where it starts and how long it is, as shares of the room for bars: all by the same measure. */
  readonly start: number;
  readonly size: number;
  readonly isBest: boolean;
  /** Of a group how many runs it is of. */
  readonly note: string | undefined;
}

/**
 * @param digits of `labbook.table.digits`
 * @returns the bars from the best to the worst, NaN last, and the format that their values share
 */
export function barsOf(
  curves: readonly Curve[],
  better: Better | undefined,
  digits: number,
): { bars: readonly Bar[]; format: (value: number) => string } {
  const rows = curves.map((curve) => ({ curve, value: lastOf(curve) }));
  const sign = better === 'lower' ? 1 : -1;
  rows.sort((a, b) => Number(Number.isNaN(a.value)) - Number(Number.isNaN(b.value)) || sign * (a.value - b.value));
  const finite = rows.map(({ value }) => value).filter(Number.isFinite);
  const most = finite.reduce((size, value) => Math.max(size, Math.abs(value)), 0) || 1;
  // Values below zero go to the other side of it, by the same measure. Shares of the largest: a span of doubles may be no double.
  const low = finite.reduce((least, value) => Math.min(least, value / most), 0);
  const span = finite.reduce((high, value) => Math.max(high, value / most), 0) - low || 1;
  const best = better === undefined ? NaN : rows[0]?.value;
  const bars = rows.map(({ curve, value }) => {
    const share = Number.isFinite(value) ? value / most : 0;
    return {
      runId: curve.runId,
      value,
      start: (Math.min(share, 0) - low) / span,
      size: Math.abs(share) / span,
      isBest: value === best,
      note: curve.members && t('groupSize', curve.members.at(-1) ?? 0),
    };
  });
  return {
    bars,
    format: metricFormat(
      rows.map(({ value }) => value),
      digits,
    ),
  };
}
