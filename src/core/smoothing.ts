/**
 * Smoothing of curves. It is always computed from all points of a curve, before any thinning, so that the smoothed curve is the
 * same however far one zooms. Points with NaN or an infinity take no part, as if they were not there, and the smoothed curve
 * has NaN at them, so that a line breaks there.
 */

import { finish, numbersInStep, type Steps } from './steps';

/**
 * `ema`: exponential moving average with bias correction, amount = weight of the past, 0 <= amount < 1, the same for each point;
 * `timeEma`: the same weight, applied for each unit of median distance in x; `mean`, `median`: over a centred window of `amount`
 * points; `gaussian`: standard deviation of `amount` points.
 */
export interface Smoothing {
  kind: 'ema' | 'timeEma' | 'mean' | 'median' | 'gaussian';
  amount: number;
}

export const smoothingKinds = ['ema', 'timeEma', 'mean', 'median', 'gaussian'] as const satisfies Smoothing['kind'][];

/** Widest window in points, and the largest standard deviation of a Gaussian. */
export const maxWindow = 10_001;
const maxSigma = 2500;
/** A Gaussian ends at so many standard deviations. */
const gaussianEnd = 4;

/** Why a smoothing cannot be done, as the end of a sentence; undefined where it can. */
export function smoothingFault({ kind, amount }: Smoothing): string | undefined {
  if (kind === 'ema' || kind === 'timeEma') {
    return amount >= 0 && amount < 1 ? undefined : 'the weight of the past must be at least 0 and less than 1';
  }
  if (kind === 'gaussian') {
    return amount > 0 && amount <= maxSigma ? undefined : `the standard deviation must lie above 0, up to ${maxSigma}`;
  }
  return Number.isInteger(amount) && amount >= 1 && amount <= maxWindow
    ? undefined
    : `the window must be a whole number of points from 1 to ${maxWindow}`;
}

/**
 * How many of a curve's last finite points have smoothed values that points appended later still change. Those of `timeEma` all
 * change where the median distance does.
 */
export function reachAhead({ kind, amount }: Smoothing): number {
  switch (kind) {
    case 'ema':
    case 'timeEma':
      return 0;
    case 'mean':
    case 'median':
      return Math.floor(amount / 2);
    case 'gaussian':
      return Math.ceil(amount * gaussianEnd);
  }
}

/** Work in a step of smoothing by a window, in values that are looked at. */
const valuesInStep = 1_000_000;

/** The smoothed curve at every point. @param x ascending @throws RangeError as `smoothAt` */
export function smooth(x: Float64Array, y: Float64Array, smoothing: Smoothing): Float64Array {
  return smoothAt(
    x,
    y,
    smoothing,
    Uint32Array.from(y, (_, i) => i),
  );
}

/**
 * The smoothed curve at some of its points; NaN where `y` is not finite. Averages cost time in proportion to the points, windows to
 * `at` times their width.
 * @param x ascending
 * @param at indices into the columns, ascending
 * @param unit for `timeEma`, where it is known: `medianDistance(x, y)`
 * @throws RangeError where `smoothingFault` has something to say
 */
export function smoothAt(
  x: Float64Array,
  y: Float64Array,
  smoothing: Smoothing,
  at: Uint32Array,
  unit?: number,
): Float64Array {
  return finish(smoothAtInSteps(x, y, smoothing, at, unit));
}

/** As `smoothAt`, a few milliseconds at a time; the columns stay as they are meanwhile. */
export function* smoothAtInSteps(
  x: Float64Array,
  y: Float64Array,
  smoothing: Smoothing,
  at: Uint32Array,
  unit?: number,
): Steps<Float64Array> {
  const fault = smoothingFault(smoothing);
  if (fault !== undefined) {
    throw new RangeError(`Smoothing by ${smoothing.kind}: ${fault}, not ${smoothing.amount}.`);
  }
  const { kind } = smoothing;
  const out = new Float64Array(at.length).fill(NaN);
  if (kind === 'ema' || kind === 'timeEma') {
    const average = new RunningAverage(smoothing, kind === 'ema' ? 1 : (unit ?? (yield* medianDistanceInSteps(x, y))));
    let next = 0;
    for (let i = 0; next < at.length; i++) {
      const each = average.add(value(x, i), value(y, i));
      for (; at[next] === i; next++) {
        out[next] = each;
      }
      if (i % numbersInStep === numbersInStep - 1) {
        yield;
      }
    }
    return out;
  }
  const finite = yield* finiteOf(y);
  const { values } = finite;
  const window = windowOf(smoothing, values);
  // A median looks at each value more than once.
  const atOnce = Math.ceil(valuesInStep / widthOf(smoothing) / (kind === 'median' ? 10 : 1));
  for (let i = 0; i < at.length; i++) {
    const index = at[i] ?? 0;
    if (Number.isFinite(value(y, index))) {
      out[i] = window(finite.rank(index));
    }
    if (i % atOnce === atOnce - 1) {
      yield;
    }
  }
  return out;
}

/** Points in a window. */
function widthOf({ kind, amount }: Smoothing): number {
  return kind === 'gaussian' ? 2 * Math.ceil(amount * gaussianEnd) + 1 : amount;
}

/**
 * The median of the distances above 0 between neighbouring finite points; 1 where there is none. It is what `timeEma` counts
 * distances in, so that its amount means the same as that of `ema` for points at equal distances.
 */
export function medianDistance(x: Float64Array, y: Float64Array): number {
  return finish(medianDistanceInSteps(x, y));
}

/** As `medianDistance`, some milliseconds at a time; the columns stay as they are meanwhile. */
export function* medianDistanceInSteps(x: Float64Array, y: Float64Array): Steps<number> {
  const distances = new Float64Array(x.length);
  let count = 0;
  let before = NaN;
  for (let i = 0; i < x.length; i++) {
    if (Number.isFinite(value(y, i))) {
      const distance = value(x, i) - before;
      before = value(x, i);
      if (distance > 0 && distance < Infinity) {
        distances[count++] = distance;
      }
    }
    if (i % numbersInStep === numbersInStep - 1) {
      yield;
    }
  }
  return count === 0 ? 1 : yield* select(distances.subarray(0, count), count >> 1);
}

/** What a running average knows of the points so far. */
export interface AverageState {
  mean: number;
  /** Sum of the weights, that of the newest point being 1; 0 before the first point. */
  weight: number;
  /** Of the newest point. */
  x: number;
}

/**
 * The weighted mean of all finite points so far, each weight being 1 at its own point and less on the way to each next one. With the
 * same factor at every point that is the exponential moving average with bias correction.
 */
export class RunningAverage {
  readonly state: AverageState = { mean: NaN, weight: 0, x: NaN };
  private distance = 0;
  private decay = 1;

  /** @param unit for `timeEma`: the distance in x over which the weight is `amount` */
  constructor(
    private readonly smoothing: Smoothing,
    private readonly unit: number,
  ) {
    this.decay = smoothing.kind === 'ema' ? smoothing.amount : 1;
  }

  /** @returns the average including this point; NaN where `y` is not finite, which changes nothing */
  add(x: number, y: number): number {
    if (!Number.isFinite(y)) {
      return NaN;
    }
    const { state } = this;
    if (this.smoothing.kind === 'timeEma' && x - state.x !== this.distance && state.weight > 0) {
      this.distance = x - state.x;
      // 0 ** 0 is 1: points of the same x share it, also where nothing of the past is kept.
      this.decay = this.smoothing.amount ** (this.distance / this.unit);
    }
    state.weight = state.weight * this.decay + 1;
    // In this form a constant stays exactly what it is.
    const change = y - state.mean;
    state.mean =
      state.weight === 1
        ? y
        : Number.isFinite(change)
          ? state.mean + change / state.weight
          : // The difference is beyond the doubles, the mean is not.
            state.mean * (1 - 1 / state.weight) + y / state.weight;
    state.x = x;
    return state.mean;
  }
}

interface Finite {
  /** The finite values in their order. */
  readonly values: Float64Array;
  /** Place among them of a finite value; to be asked in ascending order of indices. */
  rank(index: number): number;
}

function* finiteOf(y: Float64Array): Steps<Finite> {
  let odd = 0;
  for (let i = 0; i < y.length; i++) {
    odd += Number.isFinite(value(y, i)) ? 0 : 1;
    if (i % numbersInStep === numbersInStep - 1) {
      yield;
    }
  }
  if (odd === 0) {
    return { values: y, rank: (index) => index };
  }
  const values = new Float64Array(y.length - odd);
  const places = new Uint32Array(y.length);
  let count = 0;
  for (let i = 0; i < y.length; i++) {
    places[i] = count;
    if (Number.isFinite(value(y, i))) {
      values[count++] = value(y, i);
    }
    if (i % numbersInStep === numbersInStep - 1) {
      yield;
    }
  }
  return { values, rank: (index) => places[index] ?? 0 };
}

/** From a place among the values to the smoothed value there; near an end the window is cut, not moved. */
function windowOf({ kind, amount }: Smoothing, values: Float64Array): (place: number) => number {
  if (kind === 'gaussian') {
    const reach = Math.ceil(amount * gaussianEnd);
    const weights = Float64Array.from({ length: reach + 1 }, (_, i) => Math.exp(-0.5 * (i / amount) ** 2));
    return (place) => {
      const from = Math.max(0, place - reach);
      return weightedMean(values, from, Math.min(values.length, place + reach + 1), (i) =>
        value(weights, Math.abs(i - place)),
      );
    };
  }
  const before = Math.floor((amount - 1) / 2);
  const after = Math.floor(amount / 2);
  const from = (place: number): number => Math.max(0, place - before);
  const to = (place: number): number => Math.min(values.length, place + after + 1);
  if (kind === 'mean') {
    return (place) => weightedMean(values, from(place), to(place), () => 1);
  }
  const sorted = new SortedWindow(values);
  return (place) => sorted.median(from(place), to(place));
}

function weightedMean(values: Float64Array, from: number, to: number, weightAt: (i: number) => number): number {
  let sum = 0;
  let weights = 0;
  let min = Infinity;
  let max = -Infinity;
  for (let i = from; i < to; i++) {
    const each = value(values, i);
    const weight = weightAt(i);
    sum += each * weight;
    weights += weight;
    min = Math.min(min, each);
    max = Math.max(max, each);
  }
  let mean = sum / weights;
  if (!Number.isFinite(sum)) {
    // The sum of values near the largest double overflows, their mean does not.
    mean = 0;
    for (let i = from; i < to; i++) {
      mean += value(values, i) * (weightAt(i) / weights);
    }
  }
  // Rounding must not carry it out of what it is a mean of: a constant stays exactly what it is.
  return Math.min(max, Math.max(min, mean));
}

/** The values of a window that moves to the right, in ascending order. */
class SortedWindow {
  private from = 0;
  private to = 0;
  private readonly sorted: Float64Array;
  private readonly some: Float64Array;
  /** Where the window was that was asked for last. */
  private before = -Infinity;

  constructor(private readonly values: Float64Array) {
    this.sorted = new Float64Array(Math.min(values.length, maxWindow) + 1);
    this.some = new Float64Array(this.sorted.length);
  }

  /** Of the values `[from, to)`. */
  median(from: number, to: number): number {
    const moved = from - this.before;
    this.before = from;
    if (moved * 100 > to - from) {
      // Finding the middle one costs less than moving so many values in and out.
      return this.selected(from, to);
    }
    // Moving one value in and one out costs about as much as sorting a few.
    if ((from - this.from) * 8 > to - from || to - this.to > from - this.from + 8) {
      this.from = from;
      this.to = to;
      this.sorted.set(this.values.subarray(from, to));
      this.sorted.subarray(0, to - from).sort();
    }
    // Out first, so that there is never more than a window.
    while (this.from < from) {
      this.remove(value(this.values, this.from));
      this.from++;
    }
    while (this.to < to) {
      this.insert(value(this.values, this.to));
      this.to++;
    }
    const count = to - from;
    const upper = value(this.sorted, count >> 1);
    return count % 2 === 1 ? upper : between(value(this.sorted, (count >> 1) - 1), upper);
  }

  private selected(from: number, to: number): number {
    const count = to - from;
    const some = this.some.subarray(0, count);
    some.set(this.values.subarray(from, to));
    const upper = finish(select(some, count >> 1));
    if (count % 2 === 1) {
      return upper;
    }
    // Those before it are not greater.
    let lower = -Infinity;
    for (let i = 0; i < count >> 1; i++) {
      lower = Math.max(lower, value(some, i));
    }
    return between(lower, upper);
  }

  private insert(each: number): void {
    const place = this.placeOf(each);
    this.sorted.copyWithin(place + 1, place, this.to - this.from);
    this.sorted[place] = each;
  }

  private remove(each: number): void {
    this.sorted.copyWithin(this.placeOf(each), this.placeOf(each) + 1, this.to - this.from);
  }

  /** Of the first value that is not less. */
  private placeOf(each: number): number {
    let low = 0;
    let high = this.to - this.from;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (value(this.sorted, middle) < each) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }
}

function between(lower: number, upper: number): number {
  return lower === upper ? upper : lower / 2 + upper / 2;
}

/** The `place`-th smallest value, from 0. `values` end up in another order, those before the place being not greater. */
function* select(values: Float64Array, place: number): Steps<number> {
  let low = 0;
  let high = values.length - 1;
  while (low < high) {
    const pivot = value(values, (low + high) >>> 1);
    let left = low;
    let right = high;
    let swaps = 0;
    while (left <= right) {
      while (value(values, left) < pivot) {
        left++;
      }
      while (value(values, right) > pivot) {
        right--;
      }
      if (left <= right) {
        const kept = value(values, left);
        values[left++] = value(values, right);
        values[right--] = kept;
        if (++swaps % numbersInStep === 0) {
          yield;
        }
      }
    }
    if (place <= right) {
      high = right;
    } else if (place >= left) {
      low = left;
    } else {
      break;
    }
  }
  return value(values, place);
}

function value(column: Float64Array, index: number): number {
  return column[index] ?? NaN;
}
