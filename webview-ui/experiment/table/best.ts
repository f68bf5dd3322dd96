/** Which value of a column is the best, and how far others are from the baseline. Pure. */
import type { Better } from '../../../src/core/metricDirection';
import type { NumberColumn } from './columnData';

/**
 * The best finite value among runs; all runs with it are the best. Undefined where less than two runs have a value: one is
 * not better than anything.
 */
export function bestOf(slots: Iterable<number>, column: NumberColumn, better: Better): number | undefined {
  let best: number | undefined;
  let count = 0;
  for (const slot of slots) {
    const value = column.get(slot);
    if (value !== undefined && Number.isFinite(value)) {
      count++;
      best = best === undefined ? value : better === 'lower' ? Math.min(best, value) : Math.max(best, value);
    }
  }
  return count < 2 ? undefined : best;
}

export interface Delta {
  /** Value less baseline. */
  readonly difference: number;
  /** Share of the baseline's size; undefined where that is 0. */
  readonly share: number | undefined;
  /** Undefined where they are equal, and where it is not known which values are good. */
  readonly verdict: Verdict | undefined;
}

export type Verdict = 'better' | 'worse';

/** Undefined where one of the two is not a finite number. */
export function deltaOf(
  value: number | undefined,
  base: number | undefined,
  better: Better | undefined,
): Delta | undefined {
  if (value === undefined || base === undefined || !Number.isFinite(value) || !Number.isFinite(base)) {
    return undefined;
  }
  const difference = value - base;
  const isLess = difference < 0;
  const verdict =
    better === undefined || difference === 0 ? undefined : (better === 'lower') === isLess ? 'better' : 'worse';
  return { difference, share: base === 0 ? undefined : difference / Math.abs(base), verdict };
}
