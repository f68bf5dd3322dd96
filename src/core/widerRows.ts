/** The rows of a thinned curve as they are in wider buckets, made of the rows alone: what has them needs none of the points for it. */
import { sharedExponent } from './buckets';
import type { ThinnedSeries } from './series';

/** What rows with a smoothed curve consist of. */
export interface SmoothedRows {
  readonly series: ThinnedSeries;
  readonly smooth?: Float64Array;
}

/**
 * Joins rows that share a bucket of width 2^exponent: exactly, but for the last bits of means. Where more points are NaN or infinite than
 * are told (`oddLimit`) that cannot be done.
 */
export function widerRows({ series, smooth }: SmoothedRows, exponent: number): SmoothedRows {
  const starts = startsOf(series.x, exponent);
  const { x, last, min, max, mean, count, oddX, oddY } = series;
  const finite = finiteOf(series);
  const column = (): Float64Array => new Float64Array(starts.length);
  const wide = { x: column(), last: column(), min: column(), max: column(), mean: column(), count: column() };
  const wideSmooth = smooth && column();
  for (let row = 0; row < starts.length; row++) {
    const from = starts[row] ?? 0;
    const to = starts[row + 1] ?? x.length;
    let [sum, points, all, least, greatest] = [0, 0, 0, Infinity, -Infinity];
    // Of the last finite point, as is the smoothed value; any where there is none.
    let anchor = to - 1;
    for (let i = from; i < to; i++) {
      const own = at(finite, i);
      all += at(count, i);
      if (own > 0) {
        points += own;
        sum += at(mean, i) * own;
        // Of 0 and -0 the first one, as where the points are taken one by one.
        least = at(min, i) < least ? at(min, i) : least;
        greatest = at(max, i) > greatest ? at(max, i) : greatest;
        anchor = i;
      }
    }
    wide.x[row] = at(x, to - 1);
    wide.count[row] = all;
    wide.last[row] = at(last, anchor);
    wide.min[row] = points === 0 ? NaN : least;
    wide.max[row] = points === 0 ? NaN : greatest;
    // As where the points are added up: rounding must not carry it out of what it is a mean of.
    wide.mean[row] = points === 0 ? NaN : Math.min(greatest, Math.max(least, sum / points));
    if (smooth && wideSmooth) {
      wideSmooth[row] = at(smooth, anchor);
    }
  }
  return {
    series: { kind: 'thinned', ...wide, oddX, oddY },
    ...(wideSmooth === undefined ? {} : { smooth: wideSmooth }),
  };
}

/** The first row of each wide bucket. A row has the x of its last point, which lies in the same bucket as the others. */
function startsOf(x: Float64Array, exponent: number): number[] {
  const starts: number[] = [];
  for (let row = 0; row < x.length; row++) {
    if (row === 0 || sharedExponent(at(x, row - 1), at(x, row)) > exponent) {
      starts.push(row);
    }
  }
  return starts;
}

/** Of each row: how many of its points are finite. */
function finiteOf({ x, count, oddX }: ThinnedSeries): Float64Array {
  if (oddX.length === 0) {
    return count;
  }
  const finite = count.slice();
  let row = 0;
  for (const odd of oddX) {
    while (odd > at(x, row)) {
      row++;
    }
    finite[row] = at(finite, row) - 1;
  }
  return finite;
}

function at(column: Float64Array, index: number): number {
  return column[index] ?? NaN;
}
