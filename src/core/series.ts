/**
 * A metric's history as columns, and its thinning. Thinned series keep each bucket's last x, minimum, maximum, mean
 * and last value, so that no peak is lost, and buckets lie at fixed multiples of a power of two, so that the same curve
 * looks the same live and finished, alone and beside others.
 */

import { Curve } from './curve';
import { finish, numbersInStep, type Steps } from './steps';

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

/**
 * The points in ascending order of x; points of equal x stay in the order in which they came. Columns that are in order
 * already are returned as they are.
 */
export function sortByX(x: Float64Array, y: Float64Array): Columns {
  return finish(sortByXInSteps(x, y));
}

/** As `sortByX`, a few milliseconds at a time. */
export function* sortByXInSteps(x: Float64Array, y: Float64Array): Steps<Columns> {
  let runs = [0];
  for (let i = 1; i < x.length; i++) {
    if (at(x, i) < at(x, i - 1)) {
      runs.push(i);
    }
    if (i % numbersInStep === 0) {
      yield;
    }
  }
  if (runs.length === 1) {
    return { x, y };
  }
  // Histories consist of few ascending parts (a run that was resumed at an earlier step): merging these is linear.
  let from: Columns = { x, y };
  let to = emptyColumns(x.length);
  while (runs.length > 1) {
    const merged: number[] = [];
    for (let i = 0; i < runs.length; i += 2) {
      const start = runs[i] ?? 0;
      const middle = runs[i + 1] ?? x.length;
      yield* merge(from, to, start, middle, runs[i + 2] ?? x.length);
      merged.push(start);
    }
    runs = merged;
    // The caller's columns stay as they are.
    [from, to] = [to, from.x === x ? emptyColumns(x.length) : from];
  }
  return from;
}

function emptyColumns(length: number): Columns {
  return { x: new Float64Array(length), y: new Float64Array(length) };
}

/** Merges the parts `[start, middle)` and `[middle, end)`. */
function* merge(from: Columns, to: Columns, start: number, middle: number, end: number): Steps<void> {
  let left = start;
  let right = middle;
  for (let i = start; i < end; i++) {
    const takesLeft = left < middle && (right >= end || at(from.x, left) <= at(from.x, right));
    const next = takesLeft ? left++ : right++;
    to.x[i] = at(from.x, next);
    to.y[i] = at(from.y, next);
    if (i % numbersInStep === 0) {
      yield;
    }
  }
}

/**
 * A series that is fit to draw: the points themselves where there are at most `maxPoints`, else at most `maxPoints` buckets
 * (`core/buckets.ts`), the narrowest that are few enough. Empty buckets do not count, so a pause in the curve costs no detail.
 * Appending points only ever merges neighbours. To draw a curve more than once, keep a `Curve`.
 * @param x finite, ascending
 * @param maxPoints at least 2
 */
export function thin(x: Float64Array, y: Float64Array, maxPoints: number): Series {
  return new Curve(x, y).rows({ maxPoints })?.series ?? { kind: 'raw', x, y };
}

function at(column: Float64Array, index: number): number {
  return column[index] ?? NaN;
}
