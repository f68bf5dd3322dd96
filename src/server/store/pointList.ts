import { compareInt64 } from '../../core/int64';
import type { Int64 } from '../../core/model';
import { comparePoints, type Point } from './points';

/**
 * Points of one metric in their order (`comparePoints`), as columns: 24 bytes each. Steps and timestamps that are no exact doubles
 * are kept beside.
 */
export class PointList {
  private size = 0;
  private steps: Float64Array;
  private timestamps: Float64Array;
  private values: Float64Array;
  /** The points whose step or timestamp is a bigint, by their place. */
  private wide: Map<number, Point> | undefined;

  constructor(capacity = 16) {
    this.steps = new Float64Array(capacity);
    this.timestamps = new Float64Array(capacity);
    this.values = new Float64Array(capacity);
  }

  static of(points: readonly Point[]): PointList {
    const list = new PointList(points.length);
    points.forEach((point) => list.push(point.step, point.timestamp, point.value));
    return list;
  }

  /** @param columns exact doubles, in the order of the points; they become the list's own */
  static fromColumns(steps: Float64Array, timestamps: Float64Array, values: Float64Array): PointList {
    const list = new PointList(0);
    list.size = values.length;
    list.steps = steps;
    list.timestamps = timestamps;
    list.values = values;
    return list;
  }

  get length(): number {
    return this.size;
  }

  /** Memory that it takes. */
  get bytes(): number {
    return this.steps.length * 24 + (this.wide?.size ?? 0) * 100;
  }

  /** True where all steps and timestamps are exact doubles. */
  get isPlain(): boolean {
    return this.wide === undefined;
  }

  /** Columns of doubles; integers beyond 2^53 are rounded in them. Only good until something is pushed. */
  columns(): { steps: Float64Array; timestamps: Float64Array; values: Float64Array } {
    return {
      steps: this.steps.subarray(0, this.size),
      timestamps: this.timestamps.subarray(0, this.size),
      values: this.values.subarray(0, this.size),
    };
  }

  push(step: Int64, timestamp: Int64, value: number): void {
    const at = this.size;
    if (at === this.steps.length) {
      const capacity = Math.max(16, at * 2);
      this.steps = grown(this.steps, capacity);
      this.timestamps = grown(this.timestamps, capacity);
      this.values = grown(this.values, capacity);
    }
    this.steps[at] = Number(step);
    this.timestamps[at] = Number(timestamp);
    this.values[at] = value;
    if (typeof step === 'bigint' || typeof timestamp === 'bigint') {
      this.wide ??= new Map();
      this.wide.set(at, { step, timestamp, value });
    }
    this.size++;
  }

  /** Takes back what was pushed after the first `length`. */
  cut(length: number): void {
    for (let at = length; this.wide !== undefined && at < this.size; at++) {
      this.wide.delete(at);
    }
    this.size = length;
  }

  /** @param at below `length` */
  at(at: number): Point {
    return (
      this.wide?.get(at) ?? {
        step: this.steps[at] ?? NaN,
        timestamp: this.timestamps[at] ?? NaN,
        value: this.values[at] ?? NaN,
      }
    );
  }

  /** Place of the first point that is not before `point`. */
  placeOf(point: Point): number {
    return firstPlace(this.size, (at) => comparePoints(this.at(at), point) >= 0);
  }

  has(point: Point): boolean {
    const place = this.placeOf(point);
    return place < this.size && comparePoints(this.at(place), point) === 0;
  }

  /** Place of the first point with at least this step. */
  placeOfStep(step: Int64): number {
    return firstPlace(this.size, (at) => compareInt64(this.at(at).step, step) >= 0);
  }

  /** With more points, those that are in it already left out. It stays as it is. @param points in their order */
  merged(points: readonly Point[]): PointList {
    const all = new PointList(this.size + points.length);
    let from = 0;
    for (const point of points) {
      const place = this.placeOf(point);
      all.pushPart(this, from, place);
      from = place;
      if (place === this.size || comparePoints(this.at(place), point) !== 0) {
        all.push(point.step, point.timestamp, point.value);
      }
    }
    all.pushPart(this, from, this.size);
    return all;
  }

  /** The points from the place `from` to before `to`, as a list of its own. */
  part(from: number, to: number): PointList {
    const part = new PointList(to - from);
    part.pushPart(this, from, to);
    return part;
  }

  /** There must be room. */
  private pushPart(list: PointList, from: number, to: number): void {
    const at = this.size;
    this.steps.set(list.steps.subarray(from, to), at);
    this.timestamps.set(list.timestamps.subarray(from, to), at);
    this.values.set(list.values.subarray(from, to), at);
    this.size += to - from;
    for (let place = from; list.wide !== undefined && place < to; place++) {
      const point = list.wide.get(place);
      if (point !== undefined) {
        this.wide ??= new Map();
        this.wide.set(at + place - from, point);
      }
    }
  }
}

/** The first place for which `after` holds, given that it holds for all later ones; `length` where there is none. */
export function firstPlace(length: number, after: (at: number) => boolean): number {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (after(middle)) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  return low;
}

function grown(column: Float64Array, capacity: number): Float64Array {
  const larger = new Float64Array(capacity);
  larger.set(column);
  return larger;
}
