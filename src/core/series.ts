/**
 * A metric's history as columns, and its thinning. Thinned series keep each bucket's first and last x, minimum, maximum,
 * mean and last value, so that no peak is lost, and buckets lie at fixed multiples of a power of two, so that the same curve
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
