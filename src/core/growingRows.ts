/** The answer to a question about a whole curve, into which further points go without those that are there. */
import { oddLimit, sameX, sharedExponent } from './buckets';
import type { Rows } from './curve';
import type { Fingerprint } from './fingerprint';
import type { ThinnedSeries } from './series';
import type { RunningAverage } from './smoothing';

/** Answers whose versions are remembered: of two askers, some each. */
const keptVersions = 6;

export interface GrowingStart {
  /** The whole answer: thinned, with all points that are NaN or infinite. */
  readonly rows: Rows & { readonly series: ThinnedSeries };
  /** So many rows at most. */
  readonly limit: number;
  /** Of the buckets: 2^exponent wide. */
  readonly exponent: number;
  /** Of all points. It becomes the rows' own, as does the average after all points, where the answer is smoothed. */
  readonly fingerprint: Fingerprint;
  readonly average?: RunningAverage;
}

/** The same rows as `Curve.rows` has, but for the last bits of their means: sums are taken in another order here. */
export class GrowingRows {
  private readonly first: number;
  private readonly limit: number;
  private exponent: number;
  private readonly fingerprint: Fingerprint;
  private readonly average: RunningAverage | undefined;
  /** Rows; the last one is still open. */
  private size: number;
  private readonly x: Float64Array;
  private readonly last: Float64Array;
  /** Infinity and -Infinity where no value is finite. */
  private readonly min: Float64Array;
  private readonly max: Float64Array;
  private readonly sum: Float64Array;
  private readonly finite: Float64Array;
  private readonly count: Float64Array;
  private readonly smooth: Float64Array;
  private readonly oddX: number[];
  private readonly oddY: number[];
  /** False as soon as a sum is beyond the doubles. */
  private hasSums = true;
  /** How many of the rows, as they are now, answers with these names had, and in which buckets these were. */
  private versions: readonly { readonly name: string; readonly rows: number; readonly exponent: number }[];

  private constructor({ rows, limit, exponent, fingerprint, average }: GrowingStart) {
    const { series, smooth, first } = rows;
    const column = (from: Float64Array | undefined): Float64Array => {
      const made = new Float64Array(limit);
      made.set(from ?? []);
      return made;
    };
    this.first = first;
    this.limit = limit;
    this.exponent = exponent;
    this.fingerprint = fingerprint;
    this.average = average;
    this.size = series.x.length;
    this.x = column(series.x);
    this.last = column(series.last);
    this.min = column(series.min.map((value) => (Number.isNaN(value) ? Infinity : value)));
    this.max = column(series.max.map((value) => (Number.isNaN(value) ? -Infinity : value)));
    this.count = column(series.count);
    this.finite = column(series.count);
    this.smooth = column(smooth);
    this.oddX = [...series.oddX];
    this.oddY = [...series.oddY];
    let row = 0;
    for (const x of this.oddX) {
      while (x > at(this.x, row)) {
        row++;
      }
      this.finite[row] = at(this.finite, row) - 1;
    }
    this.sum = column(series.mean.map((mean, i) => (at(this.finite, i) === 0 ? 0 : mean * at(this.finite, i))));
    this.versions = [{ name: rows.version, rows: this.size, exponent }];
  }

  /** Undefined where sums are beyond the doubles, or there are so many odd points that not all are told. */
  static from(start: GrowingStart): GrowingRows | undefined {
    if (start.rows.series.oddX.length > oddLimit) {
      return undefined;
    }
    const made = new GrowingRows(start);
    return made.sum.every(Number.isFinite) ? made : undefined;
  }

  /** Memory that it takes, about. */
  get bytes(): number {
    return this.limit * 8 * 8;
  }

  /**
   * Takes in points behind those that are there.
   * @returns false where that cannot be done without these: it is then of no use any more
   */
  append(x: Float64Array, y: Float64Array): boolean {
    for (let i = 0; i < x.length; i++) {
      const next = at(x, i);
      if (!(next >= at(this.x, this.size - 1))) {
        return false;
      }
      this.makeRowFor(next);
      this.take(next, at(y, i));
    }
    this.fingerprint.append(x, y);
    return this.oddX.length <= oddLimit && this.hasSums;
  }

  /**
   * The rows behind those that the asker keeps, or all where it is not known which it has. Those that it keeps it makes wider by itself where
   * buckets became so: to send them anew, all those of all curves at once, would hold up live charts.
   */
  answer(known: string | undefined): Rows {
    const { name } = this.fingerprint;
    const before = this.versions.find((each) => each.name === known);
    // The last of the rows that the asker has was open.
    const keep = before && (name === known ? before.rows : before.rows - 1);
    const from = keep ?? 0;
    if (this.versions.at(-1)?.name !== name) {
      this.versions = [...this.versions.slice(1 - keptVersions), { name, rows: this.size, exponent: this.exponent }];
    }
    const isWider = before !== undefined && before.exponent !== this.exponent;
    const smooth = this.average === undefined ? {} : { smooth: this.smooth.slice(from, this.size) };
    return {
      total: this.fingerprint.length,
      first: this.first,
      series: this.series(from),
      ...smooth,
      version: name,
      ...(keep === undefined ? {} : { keep }),
      ...(isWider ? { join: this.exponent } : {}),
    };
  }

  private series(from: number): ThinnedSeries {
    const part = (column: Float64Array): Float64Array => column.slice(from, this.size);
    const [min, max, mean] = [part(this.min), part(this.max), part(this.sum)];
    for (let row = 0; row < mean.length; row++) {
      const finite = at(this.finite, from + row);
      const [least, greatest] = finite === 0 ? [NaN, NaN] : [at(min, row), at(max, row)];
      min[row] = least;
      max[row] = greatest;
      mean[row] = Math.min(greatest, Math.max(least, at(mean, row) / finite));
    }
    const end = from === 0 ? -Infinity : at(this.x, from - 1);
    let firstOdd = this.oddX.length;
    while (firstOdd > 0 && (this.oddX[firstOdd - 1] ?? -Infinity) > end) {
      firstOdd--;
    }
    return {
      kind: 'thinned',
      x: part(this.x),
      last: part(this.last),
      min,
      max,
      mean,
      count: part(this.count),
      oddX: Float64Array.from(this.oddX.slice(firstOdd)),
      oddY: Float64Array.from(this.oddY.slice(firstOdd)),
    };
  }

  /** Begins another row where the point is in another bucket; where there is no room for one, buckets become wider. */
  private makeRowFor(x: number): void {
    const shared = sharedExponent(at(this.x, this.size - 1), x);
    if (shared > this.exponent && this.size === this.limit) {
      this.widen(shared);
    }
    if (shared > this.exponent) {
      const row = this.size++;
      this.last[row] = NaN;
      this.min[row] = Infinity;
      this.max[row] = -Infinity;
      this.sum[row] = this.finite[row] = this.count[row] = 0;
      this.smooth[row] = NaN;
    }
  }

  private take(x: number, y: number): void {
    const row = this.size - 1;
    this.x[row] = x;
    this.count[row] = at(this.count, row) + 1;
    const smooth = this.average?.add(x, y) ?? NaN;
    if (Number.isFinite(y)) {
      this.add(row, { last: y, min: y, max: y, sum: y, finite: 1, smooth });
    } else {
      this.oddX.push(x);
      this.oddY.push(y);
    }
  }

  /** Figures of what comes behind the points of a row. */
  private add(
    row: number,
    { last, min, max, sum, finite, smooth }: Record<'last' | 'min' | 'max' | 'sum' | 'finite' | 'smooth', number>,
  ): void {
    this.last[row] = last;
    this.min[row] = min < at(this.min, row) ? min : at(this.min, row);
    this.max[row] = max > at(this.max, row) ? max : at(this.max, row);
    this.sum[row] = at(this.sum, row) + sum;
    this.finite[row] = at(this.finite, row) + finite;
    this.smooth[row] = smooth;
    this.hasSums &&= Number.isFinite(at(this.sum, row));
  }

  /** The narrowest buckets that leave room for one more row. @param next by which the new point shares a bucket with the last row */
  private widen(next: number): void {
    const shared = Array.from({ length: this.size }, (_, row) =>
      row === 0 ? next : sharedExponent(at(this.x, row - 1), at(this.x, row)),
    );
    const widest = Float64Array.from(shared).sort().reverse();
    this.exponent = widest[this.limit - 1] ?? sameX;
    let into = 0;
    /** By row so far: in which it is now. */
    const rowOf = [0];
    for (let row = 1; row < this.size; row++) {
      if ((shared[row] ?? sameX) > this.exponent) {
        this.move(row, ++into);
      } else {
        this.merge(row, into);
      }
      rowOf.push(into);
    }
    this.size = into + 1;
    this.versions = this.versions.map((each) => ({ ...each, rows: (rowOf[each.rows - 1] ?? -1) + 1 }));
  }

  private move(row: number, into: number): void {
    for (const column of [this.x, this.last, this.min, this.max, this.sum, this.finite, this.count, this.smooth]) {
      column[into] = at(column, row);
    }
  }

  private merge(row: number, into: number): void {
    this.x[into] = at(this.x, row);
    this.count[into] = at(this.count, into) + at(this.count, row);
    if (at(this.finite, row) > 0) {
      this.add(into, {
        last: at(this.last, row),
        min: at(this.min, row),
        max: at(this.max, row),
        sum: at(this.sum, row),
        finite: at(this.finite, row),
        smooth: at(this.smooth, row),
      });
    }
  }
}

function at(column: Float64Array, index: number): number {
  return column[index] ?? NaN;
}
