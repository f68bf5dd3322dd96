import { compareInt64, int64 } from '../../core/int64';
import type { Int64 } from '../../core/model';

/** One point of a metric, its run and key being known from the context. */
export interface Point {
  readonly step: Int64;
  /** Unix milliseconds. */
  readonly timestamp: Int64;
  /** Any double: NaN, infinities and -0 included. */
  readonly value: number;
}

/**
 * What SQLite cannot keep in a REAL column: NaN (it becomes NULL) and the sign of zero. Both are stored as value 0 with this
 * flag beside it, so that NaN takes part in comparisons as 0, as in MLflow's SQL store.
 */
export const special = { none: 0, nan: 1, negativeZero: 2 } as const;

export function specialOf(value: number): number {
  return Number.isNaN(value) ? special.nan : Object.is(value, -0) ? special.negativeZero : special.none;
}

export function storedValue(value: number): number {
  return Number.isNaN(value) ? 0 : value;
}

export function valueFrom(stored: number, flag: number): number {
  return flag === special.none ? stored : flag === special.nan ? NaN : -0;
}

/**
 * The order of a metric's points, (step, timestamp, value) with NaN as 0 (MLflow's order for the latest point), then the
 * flag, so that it is total. Two points are the same, and logged once only, when this is 0.
 */
export function comparePoints(a: Point, b: Point): number {
  return (
    compareInt64(a.step, b.step) ||
    compareInt64(a.timestamp, b.timestamp) ||
    storedValue(a.value) - storedValue(b.value) ||
    // Infinity - Infinity is NaN, hence falsy as equality is.
    specialOf(a.value) - specialOf(b.value)
  );
}

/** Points of several metrics as columns, little-endian, each `8 * sum(counts)` bytes: exact for every double and int64. */
export interface PointColumns {
  readonly counts: readonly number[];
  readonly values: Uint8Array;
  readonly steps: Uint8Array;
  readonly timestamps: Uint8Array;
}

export function packPoints(groups: readonly (readonly Point[])[]): PointColumns {
  const counts = groups.map((group) => group.length);
  const total = counts.reduce((sum, count) => sum + count, 0);
  // One piece of memory for all: a log-metric has one point, and making three would be most of its work here.
  const size = total * 8;
  const view = new DataView(new ArrayBuffer(size * 3));
  let at = 0;
  for (const group of groups) {
    for (const point of group) {
      view.setFloat64(at, point.value, true);
      setInt64(view, size + at, point.step);
      setInt64(view, 2 * size + at, point.timestamp);
      at += 8;
    }
  }
  const { buffer } = view;
  return {
    counts,
    values: new Uint8Array(buffer, 0, size),
    steps: new Uint8Array(buffer, size, size),
    timestamps: new Uint8Array(buffer, 2 * size, size),
  };
}

/** As `setBigInt64`, without making a bigint of each number. */
function setInt64(view: DataView, at: number, value: Int64): void {
  if (typeof value === 'bigint') {
    view.setBigInt64(at, value, true);
    return;
  }
  // A negative number's high half is rounded down, and its low half counts up from there: two's complement.
  view.setInt32(at, value, true);
  view.setInt32(at + 4, Math.floor(value / 2 ** 32), true);
}

/** @throws RangeError where the columns are shorter than `counts` say */
export function unpackPoints(columns: PointColumns): Point[][] {
  const values = viewOf(columns.values);
  const steps = viewOf(columns.steps);
  const timestamps = viewOf(columns.timestamps);
  let at = 0;
  return columns.counts.map((count) => {
    const points: Point[] = [];
    for (let i = 0; i < count; i++, at += 8) {
      points.push({
        value: values.getFloat64(at, true),
        step: exact(steps.getBigInt64(at, true)),
        timestamp: exact(timestamps.getBigInt64(at, true)),
      });
    }
    return points;
  });
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function exact(value: bigint): Int64 {
  return int64(value) ?? value;
}
