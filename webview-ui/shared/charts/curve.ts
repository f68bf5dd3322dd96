/** From the columns of a series to what is drawn of it. Pure. */
import type { Series } from '../../../src/core/series';
import type { SeriesEntry } from '../../../src/protocol/seriesCodec';
import type { Range } from '../panelState';

/** A point with NaN or an infinity. */
export interface OddPoint {
  readonly x: number;
  readonly y: number;
}

/**
 * Columns of equal length in ascending x. A NaN in `y` breaks the line: there is no finite value there. Where `low` and `high`
 * are, `y` is the mean of what lies between them.
 */
export interface Curve {
  readonly runId: string;
  readonly x: readonly number[];
  readonly y: readonly number[];
  /** Smallest and largest value around each point; absent where every point is drawn. */
  readonly low?: readonly number[];
  readonly high?: readonly number[];
  readonly odd: readonly OddPoint[];
  /** How many points the store holds. */
  readonly total: number;
}

/** A part of a series that was read in finer buckets. */
export interface Detail {
  readonly range: Range;
  readonly entry: SeriesEntry;
}

/** @param detail replaces the rows of its range; outside of it the coarse ones keep the line from ending at the edge */
export function curveOf(entry: SeriesEntry, detail?: Detail): Curve {
  const rows = new Rows();
  if (detail) {
    const { min, max } = detail.range;
    rows.add(entry.series, (x) => x < min);
    rows.add(detail.entry.series, () => true);
    rows.add(entry.series, (x) => x > max);
  } else {
    rows.add(entry.series, () => true);
  }
  return rows.curve(entry.runId, entry.total);
}

class Rows {
  readonly #x: number[] = [];
  readonly #y: number[] = [];
  readonly #low: number[] = [];
  readonly #high: number[] = [];
  readonly #odd: OddPoint[] = [];
  #banded = false;

  add(series: Series, keep: (x: number) => boolean): void {
    if (series.kind === 'raw') {
      series.x.forEach((x, i) => {
        if (keep(x)) {
          this.#point(x, series.y[i] ?? NaN);
        }
      });
      return;
    }
    this.#banded = true;
    let next = 0;
    const newest = series.last.findLastIndex(Number.isFinite);
    series.x.forEach((x, i) => {
      // Odd points of the bucket come before its last finite value: the line breaks on the way to it.
      for (; next < series.oddX.length && (series.oddX[next] ?? Infinity) <= x; next++) {
        const oddX = series.oddX[next] ?? NaN;
        if (keep(oddX)) {
          this.#point(oddX, series.oddY[next] ?? NaN);
        }
      }
      // The line is the mean between the band's edges; it ends at the newest value itself.
      const value = (i === newest ? series.last[i] : series.mean[i]) ?? NaN;
      if (keep(x) && Number.isFinite(value)) {
        this.#push(x, value, series.min[i] ?? value, series.max[i] ?? value);
      }
    });
  }

  curve(runId: string, total: number): Curve {
    const band = this.#banded ? { low: this.#low, high: this.#high } : {};
    return { runId, x: this.#x, y: this.#y, ...band, odd: this.#odd, total };
  }

  #point(x: number, y: number): void {
    if (Number.isFinite(y)) {
      this.#push(x, y, y, y);
    } else {
      this.#odd.push({ x, y });
      this.#push(x, NaN, NaN, NaN);
    }
  }

  #push(x: number, y: number, low: number, high: number): void {
    this.#x.push(x);
    this.#y.push(y);
    this.#low.push(low);
    this.#high.push(high);
  }
}

/** The smallest and largest x of all points; undefined where there is none. */
export function xExtent(curves: readonly Curve[]): Range | undefined {
  let min = Infinity;
  let max = -Infinity;
  for (const { x } of curves) {
    min = Math.min(min, x[0] ?? Infinity);
    max = Math.max(max, x[x.length - 1] ?? -Infinity);
  }
  return min <= max ? { min, max } : undefined;
}

/** The finite values that are drawn within an x range: smallest, smallest above 0, largest, and how many are not above 0. */
export function yExtent(
  curves: readonly Curve[],
  xRange: Range,
  banded: boolean,
): { min: number; minPositive: number; max: number; notPositive: number } | undefined {
  const extent = { min: Infinity, minPositive: Infinity, max: -Infinity, notPositive: 0 };
  for (const { x, y, low, high } of curves) {
    for (let i = 0; i < x.length; i++) {
      const at = x[i] ?? NaN;
      const value = y[i] ?? NaN;
      if (!(at >= xRange.min && at <= xRange.max) || !Number.isFinite(value)) {
        continue;
      }
      const smallest = banded ? (low?.[i] ?? value) : value;
      extent.min = Math.min(extent.min, smallest);
      extent.max = Math.max(extent.max, banded ? (high?.[i] ?? value) : value);
      extent.notPositive += value <= 0 ? 1 : 0;
      const positive = smallest > 0 ? smallest : value;
      extent.minPositive = positive > 0 ? Math.min(extent.minPositive, positive) : extent.minPositive;
    }
  }
  return extent.min <= extent.max ? extent : undefined;
}

/** Index of the row whose x is nearest; of several with the same x the last. -1 where there is no row. */
export function nearestIndex(x: readonly number[], at: number): number {
  let low = 0;
  let high = x.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((x[middle] ?? NaN) <= at) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  const before = low - 1;
  if (low >= x.length) {
    return x.length - 1;
  }
  if (before < 0) {
    return 0;
  }
  return at - (x[before] ?? NaN) <= (x[low] ?? NaN) - at ? before : low;
}
