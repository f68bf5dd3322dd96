/**
 * A metric's history as columns, and its thinning. Thinned series keep each bucket's last x, minimum, maximum, mean
 * and last value, so that no peak is lost, and buckets lie at fixed multiples of a power of two, so that the same curve
 * looks the same live and finished, alone and beside others.
 */

/** Columns of equal length, sorted by x. `y` may hold NaN and infinities. */
export interface RawSeries {
  readonly kind: 'raw';
  readonly x: Float64Array;
  readonly y: Float64Array;
}

/** One row per non-empty bucket, sorted. Statistics are over finite values; a bucket without any has NaN in them. */
export interface ThinnedSeries {
  readonly kind: 'thinned';
  /** x of the bucket's last point. */
  readonly x: Float64Array;
  /** Value of the bucket's last finite point. */
  readonly last: Float64Array;
  readonly min: Float64Array;
  readonly max: Float64Array;
  readonly mean: Float64Array;
  /** Number of points in the bucket, finite or not. */
  readonly count: Float64Array;
  /** Points with NaN, +Infinity or -Infinity, never thinned away up to 1,000 of them: their x and y. */
  readonly oddX: Float64Array;
  readonly oddY: Float64Array;
}

export type Series = RawSeries | ThinnedSeries;

/** Columns of equal length, as they come from a history. */
export interface Columns {
  readonly x: Float64Array;
  readonly y: Float64Array;
}

/** Beyond this many NaN and infinite points only the first of each kind in each bucket is kept. */
export const oddLimit = 1000;

/**
 * The points in ascending order of x; points of equal x stay in the order in which they came. Columns that are in order
 * already are returned as they are.
 */
export function sortByX(x: Float64Array, y: Float64Array): Columns {
  let ordered = true;
  for (let i = 1; i < x.length && ordered; i++) {
    ordered = at(x, i - 1) <= at(x, i);
  }
  if (ordered) {
    return { x, y };
  }
  const order = Uint32Array.from(x, (_, i) => i).sort((a, b) => at(x, a) - at(x, b) || a - b);
  return { x: Float64Array.from(order, (i) => at(x, i)), y: Float64Array.from(order, (i) => at(y, i)) };
}

/** The points with `min <= x <= max`, as views of the columns; `x` must ascend. */
export function sliceRange(x: Float64Array, y: Float64Array, range: { min: number; max: number }): Columns {
  const from = firstIndex(x, (value) => value >= range.min);
  const to = Math.max(
    from,
    firstIndex(x, (value) => value > range.max),
  );
  return { x: x.subarray(from, to), y: y.subarray(from, to) };
}

/**
 * A series that is fit to draw: the points themselves where there are at most `maxPoints`, else at most `maxPoints` buckets
 * `[i * w, (i + 1) * w)`, `w` being the smallest power of two (in the unit of x, also below 1) that makes them few enough.
 * Empty buckets do not count, so a pause in the curve costs no detail. Appending points only ever merges neighbours.
 * Linear in the number of points.
 * @param x finite, ascending
 * @param maxPoints at least 2 (one bucket each side of 0 can never be merged)
 */
export function thin(x: Float64Array, y: Float64Array, maxPoints: number): Series {
  if (x.length !== y.length) {
    throw new RangeError(`The columns differ in length: ${x.length} and ${y.length}`);
  }
  if (!(maxPoints >= 2)) {
    throw new RangeError(`maxPoints must be at least 2, not ${maxPoints}`);
  }
  if (x.length <= maxPoints) {
    return { kind: 'raw', x, y };
  }
  return fill(x, y, bucketStarts(x, bucketExponent(x, Math.floor(maxPoints))));
}

/** Exponents of doubles: from the smallest subnormal to one above the largest, where all of one sign is one bucket. */
const lowest = -1074;
const highest = 1024;

/** Index of the bucket of width 2^exponent that holds `x`: exact, as scaling by a power of two and floor are. */
function bucketOf(x: number, exponent: number): number {
  // 2^-1074 has no reciprocal and 2^1024 is no double, so scale in two steps.
  const half = Math.trunc(exponent / 2);
  const index = Math.floor(x / 2 ** half / 2 ** (exponent - half));
  // A tiny negative x becomes -0 when scaled down.
  return index === 0 && x < 0 ? -1 : index;
}

/** For a < b. Where an index overflows, doubles lie further apart than buckets are wide. */
function sharesBucket(a: number, b: number, exponent: number): boolean {
  const index = bucketOf(a, exponent);
  return Number.isFinite(index) && index === bucketOf(b, exponent);
}

/** The smallest exponent at which a and b (a < b) share a bucket; the highest where 0 lies between them. */
function meetingExponent(a: number, b: number): number {
  const distance = b - a;
  let exponent = distance < Infinity ? Math.floor(Math.log2(distance)) - 1 : highest - 1;
  exponent = Math.max(lowest, exponent);
  while (exponent < highest && !sharesBucket(a, b, exponent)) {
    exponent++;
  }
  return exponent;
}

/** The smallest exponent for which at most `maxBuckets` buckets hold a point. */
function bucketExponent(x: Float64Array, maxBuckets: number): number {
  // meetings[e - lowest]: how many pairs of neighbours share a bucket from exponent e on.
  const meetings = new Uint32Array(highest - lowest + 1);
  let buckets = 1;
  for (let i = 1; i < x.length; i++) {
    const a = at(x, i - 1);
    const b = at(x, i);
    if (a < b) {
      buckets++;
      const exponent = meetingExponent(a, b);
      meetings[exponent - lowest] = (meetings[exponent - lowest] ?? 0) + 1;
    }
  }
  let exponent = lowest;
  buckets -= meetings[0] ?? 0;
  while (buckets > maxBuckets && exponent < highest) {
    exponent++;
    buckets -= meetings[exponent - lowest] ?? 0;
  }
  return exponent;
}

/** Index of each bucket's first point, and the number of points as the last element. */
function bucketStarts(x: Float64Array, exponent: number): number[] {
  const starts = [0];
  for (let i = 1; i < x.length; i++) {
    if (at(x, i - 1) !== at(x, i) && !sharesBucket(at(x, i - 1), at(x, i), exponent)) {
      starts.push(i);
    }
  }
  starts.push(x.length);
  return starts;
}

function fill(x: Float64Array, y: Float64Array, starts: readonly number[]): ThinnedSeries {
  const size = starts.length - 1;
  const column = (): Float64Array => new Float64Array(size);
  const result = { x: column(), last: column(), min: column(), max: column(), mean: column(), count: column() };
  for (let bucket = 0; bucket < size; bucket++) {
    const from = starts[bucket] ?? 0;
    const to = starts[bucket + 1] ?? 0;
    const facts = summary(y, from, to);
    result.x[bucket] = at(x, to - 1);
    result.last[bucket] = facts.last;
    result.min[bucket] = facts.min;
    result.max[bucket] = facts.max;
    result.mean[bucket] = facts.mean;
    result.count[bucket] = to - from;
  }
  return { kind: 'thinned', ...result, ...oddPoints(x, y, starts) };
}

function summary(y: Float64Array, from: number, to: number): { last: number; min: number; max: number; mean: number } {
  let last = NaN;
  let min = Infinity;
  let max = -Infinity;
  let sum = 0;
  let finite = 0;
  for (let i = from; i < to; i++) {
    const value = at(y, i);
    if (Number.isFinite(value)) {
      last = value;
      min = Math.min(min, value);
      max = Math.max(max, value);
      sum += value;
      finite++;
    }
  }
  if (finite === 0) {
    return { last: NaN, min: NaN, max: NaN, mean: NaN };
  }
  let mean = sum / finite;
  if (!Number.isFinite(sum)) {
    // The sum of values near the largest double overflows, their mean does not.
    mean = 0;
    for (let i = from; i < to; i++) {
      mean += Number.isFinite(at(y, i)) ? at(y, i) / finite : 0;
    }
  }
  return { last, min, max, mean: Math.min(max, Math.max(min, mean)) };
}

function oddPoints(
  x: Float64Array,
  y: Float64Array,
  starts: readonly number[],
): { oddX: Float64Array; oddY: Float64Array } {
  const all: number[] = [];
  for (let i = 0; i < y.length; i++) {
    if (!Number.isFinite(at(y, i))) {
      all.push(i);
    }
  }
  let kept = all;
  if (all.length > oddLimit) {
    let bucket = 0;
    let seen = new Set<number>();
    kept = all.filter((i) => {
      while (i >= (starts[bucket + 1] ?? Infinity)) {
        bucket++;
        seen = new Set();
      }
      const fresh = !seen.has(at(y, i));
      seen.add(at(y, i));
      return fresh;
    });
  }
  return { oddX: Float64Array.from(kept, (i) => at(x, i)), oddY: Float64Array.from(kept, (i) => at(y, i)) };
}

function at(column: Float64Array, index: number): number {
  return column[index] ?? NaN;
}

/** The first index whose value fulfils `after`, given that all later ones do too; the length where none does. */
function firstIndex(x: Float64Array, after: (value: number) => boolean): number {
  let low = 0;
  let high = x.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (after(at(x, middle))) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  return low;
}
