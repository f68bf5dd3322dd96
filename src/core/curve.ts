import { neverShared, oddLimit, sameX, sharedExponent } from './buckets';
import { Fingerprint } from './fingerprint';
import { GrowingRows } from './growingRows';
import type { Series } from './series';
import { Blocks, grown } from './curveBlocks';
import { CurveBuckets, type Buckets, type Span } from './curveBuckets';
import { CurveSmoothing } from './curveSmoothing';
import { reachAhead, type Smoothing } from './smoothing';
import { finish, type Steps } from './steps';

const keptFingerprints = 4;
/** Points that a fingerprint takes in at once. */
const fingerprintStep = 250_000;
/**
 * Points that are taken in at once. V8 makes functions fast that are called often; while one that is called for very many points is made
 * fast in its first loop, what comes behind the loop is not known yet, and each further call ends with going back to slow code.
 */
const pieceSize = 1024;

export interface RowsQuery {
  /** A curve of more points is thinned into so many buckets at most; at least 2 (one bucket each side of 0 cannot be merged). */
  readonly maxPoints: number;
  /** Only points with min <= x <= max. */
  readonly range?: { readonly min: number; readonly max: number };
  readonly smoothing?: Smoothing;
  /** `Rows.version` of the answer to the same query that the asker has. */
  readonly known?: string;
}

export interface Rows {
  /** Points in the range. */
  readonly total: number;
  /** x of the first of them. */
  readonly first: number;
  readonly series: Series;
  readonly smooth?: Float64Array;
  /** Names the points that the answer was made from. */
  readonly version: string;
  /** So many of the rows that the asker has stay; `series` and `smooth` begin behind them. Absent: they are whole. */
  readonly keep?: number;
  /** Of those that stay, where the asker is to join them first: the exponent of their buckets (`widerRows`). */
  readonly join?: number;
}

/**
 * The points of one curve in ascending order of x, with figures of blocks of them, so that any part of it is thinned in time of
 * what is drawn rather than of what there is. Points can be appended; what is then new to an asker is found without the rest.
 */
export class Curve {
  private xs: Float64Array;
  private ys: Float64Array;
  /** For each point the exponent from which on it shares a bucket with the one before (`sharedExponent`). */
  private shared: Int16Array;
  private readonly blocks = new Blocks();
  private readonly buckets = new CurveBuckets(this.blocks);
  private readonly smoothing = new CurveSmoothing();
  /** Those of the lengths that were asked for last. */
  private fingerprints: readonly Fingerprint[] = [];
  /** Of all points. */
  private readonly whole = new Fingerprint();
  private size = 0;

  /** The columns become the curve's own until more is appended. @param x finite, ascending @throws RangeError as `append` */
  constructor(x: Float64Array, y: Float64Array) {
    this.xs = x;
    this.ys = y;
    this.shared = new Int16Array(x.length);
    this.take(x, y);
  }

  get length(): number {
    return this.size;
  }

  /** Memory that it takes, about. */
  get bytes(): number {
    return this.xs.length * 18 + this.blocks.bytes + this.buckets.bytes + this.smoothing.bytes(this.size);
  }

  /** x of the last point; -Infinity where there is none. */
  get lastX(): number {
    return this.size === 0 ? -Infinity : at(this.xs, this.size - 1);
  }

  /** @param x not below any x that is there @throws RangeError where the columns differ in length or x falls */
  append(x: Float64Array, y: Float64Array): void {
    if (x.length !== y.length) {
      throw new RangeError(`The columns differ in length: ${x.length} and ${y.length}`);
    }
    this.appendFrom(x.length, (xs, ys) => {
      xs.set(x);
      ys.set(y);
    });
  }

  /** As `append`, of `count` points that `fill` puts into columns of that length. */
  appendFrom(count: number, fill: (x: Float64Array, y: Float64Array) => void): void {
    const needed = this.size + count;
    if (needed > this.xs.length) {
      this.reserve(Math.max(needed, Math.ceil(this.size * 1.25)));
    }
    const [x, y] = [this.xs.subarray(this.size, needed), this.ys.subarray(this.size, needed)];
    fill(x, y);
    this.take(x, y);
  }

  /** Makes room for so many points, where it is known how many will come. */
  reserve(capacity: number): void {
    if (capacity > this.xs.length) {
      this.xs = grown(this.xs, this.size, capacity);
      this.ys = grown(this.ys, this.size, capacity);
      const shared = new Int16Array(capacity);
      shared.set(this.shared.subarray(0, this.size));
      this.shared = shared;
      this.blocks.reserve(capacity);
    }
  }

  /** Undefined where no point is in the range. @throws RangeError for an impossible `maxPoints` or smoothing */
  rows(query: RowsQuery): Rows | undefined {
    return finish(this.rowsInSteps(query));
  }

  /** As `rows`, a few milliseconds at a time; the curve may grow between two steps. */
  *rowsInSteps(query: RowsQuery): Steps<Rows | undefined> {
    if (!(query.maxPoints >= 2)) {
      throw new RangeError(`maxPoints must be at least 2, not ${query.maxPoints}`);
    }
    yield* this.prepare(query);
    // From here to the smoothing in one step: the curve does not change.
    const span = this.spanOf(query.range);
    if (span.from === span.to) {
      return undefined;
    }
    const buckets = this.buckets.of(span, query.maxPoints, this.shared);
    const keep = this.kept(query, span, buckets);
    const rows = {
      total: span.to - span.from,
      first: at(this.xs, span.from),
      series: buckets === undefined ? this.raw(span, keep) : this.thinned(span, buckets, keep),
      version: this.fingerprint(this.size).name,
      ...(keep === undefined ? {} : { keep }),
    };
    if (query.smoothing === undefined) {
      return rows;
    }
    const [x, y] = [this.xs.subarray(0, this.size), this.ys.subarray(0, this.size)];
    const smooth = yield* this.smoothing.at(x, y, query.smoothing, this.anchors(span, buckets, keep));
    return { ...rows, smooth };
  }

  /**
   * The answer to a query as it is now, to take in further points by itself; undefined where these would change more than the last rows,
   * or the curve is not thinned yet.
   */
  growing({ maxPoints, range, smoothing }: RowsQuery): GrowingRows | undefined {
    if (range !== undefined || (smoothing !== undefined && smoothing.kind !== 'ema')) {
      return undefined;
    }
    const buckets = this.buckets.of({ from: 0, to: this.size }, maxPoints, this.shared);
    if (buckets === undefined) {
      return undefined;
    }
    const rows = this.rows({ maxPoints, ...(smoothing === undefined ? {} : { smoothing }) });
    if (rows?.series.kind !== 'thinned') {
      return undefined;
    }
    const [x, y] = [this.xs.subarray(0, this.size), this.ys.subarray(0, this.size)];
    return GrowingRows.from({
      rows: { ...rows, series: rows.series },
      limit: Math.floor(maxPoints),
      exponent: buckets.exponent,
      fingerprint: this.whole.copy(),
      ...(smoothing === undefined ? {} : { average: this.smoothing.after(x, y, smoothing) }),
    });
  }

  /** What goes through all points, done before and remembered. */
  private *prepare({ smoothing, known = '' }: RowsQuery): Steps<void> {
    const knownLength = parseInt(known);
    if (knownLength <= this.size) {
      for (let next = this.nearest(knownLength).length + fingerprintStep; next < knownLength; next += fingerprintStep) {
        this.fingerprint(next);
        yield;
      }
    }
    if (smoothing?.kind === 'timeEma') {
      if (knownLength > 0 && knownLength < this.size) {
        yield* this.smoothing.distance(this.xs, this.ys, knownLength);
      }
      yield* this.smoothing.distance(this.xs, this.ys, this.size);
    }
  }

  /** Of the first so many points. */
  private fingerprint(length: number): Fingerprint {
    const nearest = this.nearest(length);
    if (nearest.length === length && nearest !== this.whole) {
      return nearest;
    }
    const made = nearest.copy();
    made.extend(this.xs, this.ys, length);
    this.fingerprints = [...this.fingerprints.slice(1 - keptFingerprints), made];
    return made;
  }

  /** The longest fingerprint that there is of not more points; of the remembered ones where there is one of as many. */
  private nearest(length: number): Fingerprint {
    let nearest = new Fingerprint();
    for (const each of [...this.fingerprints, this.whole]) {
      nearest = each.length <= length && each.length > nearest.length ? each : nearest;
    }
    return nearest;
  }

  private take(x: Float64Array, y: Float64Array): void {
    if (x.length !== y.length) {
      throw new RangeError(`The columns differ in length: ${x.length} and ${y.length}`);
    }
    const { size } = this;
    const end = size + x.length;
    for (let from = size; from < end; from += pieceSize) {
      this.compare(x, from - size, Math.min(end, from + pieceSize) - size);
    }
    for (let from = size; from < end; from += pieceSize) {
      const to = Math.min(end, from + pieceSize);
      this.blocks.update(this.ys, this.shared, from, to);
      this.whole.extend(this.xs, this.ys, to);
    }
    this.size = end;
  }

  /** Finds the shared exponents of new points, by their places in `x`. @throws RangeError where x falls */
  private compare(x: Float64Array, from: number, to: number): void {
    const { shared, size } = this;
    let before = from === 0 ? this.lastX : at(x, from - 1);
    // Whether it is a whole number from 0 on that fits into 31 bits; most are, and `sharedExponent` is then done here: half the time.
    let isSmall = (before | 0) === before && before >= 0;
    for (let i = from; i < to; i++) {
      const next = x[i] ?? NaN;
      if (!(next >= before)) {
        throw new RangeError(`x falls from ${before} to ${next}`);
      }
      const isWhole = (next | 0) === next;
      if (isSmall && isWhole) {
        shared[size + i] = next === before ? sameX : 32 - Math.clz32(next ^ before);
      } else {
        shared[size + i] = before === -Infinity ? neverShared : sharedExponent(before, next);
        isSmall = isWhole && next >= 0;
      }
      before = next;
    }
  }

  private spanOf(range: RowsQuery['range']): Span {
    if (range === undefined) {
      return { from: 0, to: this.size };
    }
    const from = this.firstIndex((x) => x >= range.min);
    return {
      from,
      to: Math.max(
        from,
        this.firstIndex((x) => x > range.max),
      ),
    };
  }

  /** The first index whose x fulfils `after`, given that all later ones do too; the length where none does. */
  private firstIndex(after: (x: number) => boolean): number {
    let low = 0;
    let high = this.size;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (after(at(this.xs, middle))) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return low;
  }

  /** How many rows stay as the asker has them; undefined where it has to be told all. */
  private kept(query: RowsQuery, span: Span, buckets: Buckets | undefined): number | undefined {
    const { known: version = '', smoothing } = query;
    const knownLength = parseInt(version);
    if (!(knownLength > span.from && knownLength <= this.size) || this.fingerprint(knownLength).name !== version) {
      return undefined;
    }
    const known = { from: span.from, to: Math.min(span.to, knownLength) };
    const before = this.buckets.of(known, query.maxPoints, this.shared);
    const odd = this.blocks.countOdd(this.ys, span.from, span.to);
    const oddBefore = this.blocks.countOdd(this.ys, known.from, known.to);
    if (before?.exponent !== buckets?.exponent || odd > oddLimit !== oddBefore > oddLimit) {
      return undefined;
    }
    const rows = rowCount(known, before);
    if (known.to === span.to && smoothing === undefined) {
      return rows;
    }
    // The last bucket is still open, unless the next point begins another one.
    const closed = buckets === undefined || known.to === span.to || buckets.starts[rows] === known.to ? rows : rows - 1;
    return smoothing === undefined ? closed : this.keptSmooth(smoothing, knownLength, { span: known, buckets, closed });
  }

  private keptSmooth(
    smoothing: Smoothing,
    knownLength: number,
    { span, buckets, closed }: { span: Span; buckets: Buckets | undefined; closed: number },
  ): number | undefined {
    if (knownLength === this.size) {
      return closed;
    }
    if (smoothing.kind === 'timeEma' && this.distance(knownLength) !== this.distance(this.size)) {
      return undefined;
    }
    // Points from here on are in reach of the new ones.
    let stays = knownLength;
    for (let left = reachAhead(smoothing); left > 0 && stays > 0; stays--) {
      left -= Number.isFinite(at(this.ys, stays - 1)) ? 1 : 0;
    }
    let keep = closed;
    while (keep > 0 && (buckets === undefined ? span.from + keep : (buckets.starts[keep] ?? Infinity)) > stays) {
      keep--;
    }
    return keep;
  }

  private raw({ from, to }: Span, keep = 0): Series {
    // Copies: the columns go on growing.
    return { kind: 'raw', x: this.xs.slice(from + keep, to), y: this.ys.slice(from + keep, to) };
  }

  private thinned(span: Span, { starts }: Buckets, keep = 0): Series {
    const size = starts.length - 1 - keep;
    const column = (): Float64Array => new Float64Array(size);
    const result = { x: column(), last: column(), min: column(), max: column(), mean: column(), count: column() };
    for (let row = 0; row < size; row++) {
      const from = starts[row + keep] ?? 0;
      const to = starts[row + keep + 1] ?? 0;
      const figures = this.blocks.figures(this.ys, from, to);
      result.x[row] = at(this.xs, to - 1);
      result.last[row] = figures.lastFinite < 0 ? NaN : at(this.ys, figures.lastFinite);
      result.min[row] = figures.min;
      result.max[row] = figures.max;
      result.mean[row] = figures.mean;
      result.count[row] = to - from;
    }
    const from = starts[keep] ?? span.to;
    return { kind: 'thinned', ...result, ...this.oddPoints(span, from, starts) };
  }

  /** The odd points from an index on. */
  private oddPoints(span: Span, from: number, starts: Uint32Array): { oddX: Float64Array; oddY: Float64Array } {
    let kept = this.blocks.odd(this.ys, from, span.to);
    if (this.blocks.countOdd(this.ys, span.from, span.to) > oddLimit) {
      let bucket = 0;
      let seen = new Set<number>();
      kept = kept.filter((i) => {
        while (i >= (starts[bucket + 1] ?? Infinity)) {
          bucket++;
          seen = new Set();
        }
        const fresh = !seen.has(at(this.ys, i));
        seen.add(at(this.ys, i));
        return fresh;
      });
    }
    return {
      oddX: Float64Array.from(kept, (i) => at(this.xs, i)),
      oddY: Float64Array.from(kept, (i) => at(this.ys, i)),
    };
  }

  /** The point whose smoothed value a row has: the last finite one of its bucket, any where there is none. */
  private anchors(span: Span, buckets: Buckets | undefined, keep = 0): Uint32Array {
    if (buckets === undefined) {
      return Uint32Array.from({ length: span.to - span.from - keep }, (_, i) => span.from + keep + i);
    }
    const { starts } = buckets;
    return Uint32Array.from({ length: starts.length - 1 - keep }, (_, row) => {
      const to = starts[row + keep + 1] ?? 0;
      const last = this.blocks.lastFinite(this.ys, starts[row + keep] ?? 0, to);
      return last < 0 ? to - 1 : last;
    });
  }

  /** `medianDistance` of the first points. */
  private distance(length: number): number {
    return finish(this.smoothing.distance(this.xs, this.ys, length));
  }
}

function rowCount(span: Span, buckets: Buckets | undefined): number {
  return buckets === undefined ? span.to - span.from : buckets.starts.length - 1;
}

function at(column: Float64Array, index: number): number {
  return column[index] ?? NaN;
}
