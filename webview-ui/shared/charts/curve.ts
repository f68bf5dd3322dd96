/** From the columns of a series to what is drawn of it. Pure. */
import type { Series, ThinnedSeries } from '../../../src/core/series';
import type { SeriesEntry } from '../../../src/protocol/seriesCodec';
import type { Range } from './range';

/** A point with NaN or an infinity. */
export interface OddPoint {
  readonly x: number;
  readonly y: number;
}

/** Columns of equal length in ascending x. A NaN in `y` breaks the line: there is no finite value there. */
export interface Curve {
  /** The run's id, or the group's. */
  readonly runId: string;
  readonly x: Float64Array;
  /** The line: smoothed where that was asked for, else `values`. */
  readonly y: Float64Array;
  /** What was logged; the mean where several points share a row. The same column as `y` where nothing is smoothed. */
  readonly values: Float64Array;
  /** Smallest and largest value around each point; absent where every point is drawn. */
  readonly low?: Float64Array;
  readonly high?: Float64Array;
  readonly odd: readonly OddPoint[];
  /** How many points the store holds. */
  readonly total: number;
  /** x of the first point. */
  readonly first: number;
  /** Of a group: how many runs have a value at each x. Its band is what was chosen for groups. */
  readonly members?: Float64Array;
}

/** A part of a series that was read in finer buckets. */
export interface Detail {
  readonly range: Range;
  readonly entry: SeriesEntry;
}

interface Rows {
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly values: Float64Array;
  readonly low: Float64Array | undefined;
  readonly high: Float64Array | undefined;
  readonly odd: readonly OddPoint[];
}

/** @param detail replaces the rows of its range; outside of it the coarse ones keep the line from ending at the edge */
export function curveOf(entry: SeriesEntry, detail?: Detail): Curve {
  const rows = rowsOf(entry);
  const merged = detail ? splice(rows, rowsOf(detail.entry), detail.range) : rows;
  const { x, y, values, low, high, odd } = merged;
  return {
    runId: entry.runId,
    x,
    y,
    values,
    ...(low && high ? { low, high } : {}),
    odd,
    total: entry.total,
    first: entry.first ?? x[0] ?? NaN,
  };
}

function rowsOf({ series, smooth }: SeriesEntry): Rows {
  return series.kind === 'raw' ? rawRows(series.x, series.y, smooth) : thinnedRows(series, smooth);
}

function rawRows(x: Float64Array, y: Float64Array, smooth: Float64Array | undefined): Rows {
  const odd: OddPoint[] = [];
  for (let i = 0; i < y.length; i++) {
    if (!Number.isFinite(y[i])) {
      odd.push({ x: x[i] ?? NaN, y: y[i] ?? NaN });
    }
  }
  const values = odd.length > 0 ? y.map((value) => (Number.isFinite(value) ? value : NaN)) : y;
  return { x, y: smooth ?? values, values, low: undefined, high: undefined, odd };
}

function thinnedRows(series: ThinnedSeries, smooth: Float64Array | undefined): Rows {
  // The line is the mean between the band's edges; it ends at the newest value itself.
  const values = copyOf(series.mean);
  const newest = series.last.findLastIndex(Number.isFinite);
  if (newest >= 0) {
    values[newest] = series.last[newest] ?? NaN;
  }
  const rows = { x: series.x, y: smooth ?? values, values, low: series.min, high: series.max };
  return series.oddX.length === 0 ? { ...rows, odd: [] } : withBreaks(rows, series);
}

/** Copies by the memory that they were made of. */
const copies = new WeakMap<ArrayBufferLike, { readonly at: number; readonly copy: Float64Array }>();

/** A copy of a column; in the same memory as the one before of a column that grew in its own. */
function copyOf(column: Float64Array): Float64Array {
  const { buffer, byteOffset, length } = column;
  let known = copies.get(buffer);
  if (known?.at !== byteOffset || known.copy.length < length) {
    const room = Math.min(2 * length, (buffer.byteLength - byteOffset) / column.BYTES_PER_ELEMENT);
    known = { at: byteOffset, copy: new Float64Array(room) };
    copies.set(buffer, known);
  }
  const copy = known.copy.subarray(0, length);
  copy.set(column);
  return copy;
}

/** Odd points of a bucket come before its last finite value: the line breaks on the way to it. */
function withBreaks(rows: Omit<Rows, 'odd'> & { low: Float64Array; high: Float64Array }, series: Series): Rows {
  const { oddX, oddY } = series.kind === 'thinned' ? series : { oddX: new Float64Array(), oddY: new Float64Array() };
  const names = ['x', 'y', 'values', 'low', 'high'] as const;
  const columns = names.map(() => [] as number[]);
  const odd: OddPoint[] = [];
  const push = (row: readonly number[]): void => row.forEach((value, i) => columns[i]?.push(value));
  let next = 0;
  const breakUpTo = (x: number): void => {
    for (; next < oddX.length && (oddX[next] ?? Infinity) <= x; next++) {
      const at = oddX[next] ?? NaN;
      odd.push({ x: at, y: oddY[next] ?? NaN });
      push([at, NaN, NaN, NaN, NaN]);
    }
  };
  for (let i = 0; i < rows.x.length; i++) {
    breakUpTo(rows.x[i] ?? NaN);
    if (Number.isFinite(rows.values[i])) {
      push(names.map((name) => rows[name][i] ?? NaN));
    }
  }
  breakUpTo(Infinity);
  const [x, y, values, low, high] = columns.map((column) => Float64Array.from(column));
  const none = new Float64Array();
  const logged = values ?? none;
  // That the line is what was logged is told by being the same column.
  const line = rows.y === rows.values ? logged : (y ?? none);
  return { x: x ?? none, y: line, values: logged, low: low ?? none, high: high ?? none, odd };
}

/** What was put together last of a coarse column. */
const joined = new WeakMap<
  Float64Array,
  { readonly fine: Float64Array; readonly from: number; readonly to: number; readonly x: Float64Array }
>();

function splice(coarse: Rows, fine: Rows, { min, max }: Range): Rows {
  const from = lowerBound(coarse.x, min);
  const to = upperBound(coarse.x, max);
  const join = (a: Float64Array, b: Float64Array): Float64Array => {
    const joined = new Float64Array(from + b.length + a.length - to);
    joined.set(a.subarray(0, from));
    joined.set(b, from);
    joined.set(a.subarray(to), from + b.length);
    return joined;
  };
  const values = join(coarse.values, fine.values);
  const isSmooth = coarse.y !== coarse.values || fine.y !== fine.values;
  // Many runs have the same steps, and then the same columns of them.
  const known = joined.get(coarse.x);
  const x = known?.fine === fine.x && known.from === from && known.to === to ? known.x : join(coarse.x, fine.x);
  joined.set(coarse.x, { fine: fine.x, from, to, x });
  return {
    x,
    y: isSmooth ? join(coarse.y, fine.y) : values,
    values,
    low: join(coarse.low ?? coarse.values, fine.low ?? fine.values),
    high: join(coarse.high ?? coarse.values, fine.high ?? fine.values),
    odd: [...coarse.odd.filter(({ x }) => x < min), ...fine.odd, ...coarse.odd.filter(({ x }) => x > max)],
  };
}

/** The smallest and largest x of all points; undefined where there is none. */
export function xExtent(curves: readonly Curve[]): Range | undefined {
  let min = Infinity;
  let max = -Infinity;
  for (const { x, first } of curves) {
    min = Math.min(min, first < (x[0] ?? Infinity) ? first : (x[0] ?? Infinity));
    max = Math.max(max, x[x.length - 1] ?? -Infinity);
  }
  return min <= max ? { min, max } : undefined;
}

/** Index of the first x that is at least `at`. */
export function lowerBound(x: ArrayLike<number>, at: number): number {
  let low = 0;
  let high = x.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((x[middle] ?? NaN) < at) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

/** Index of the first x that is beyond `at`. */
export function upperBound(x: ArrayLike<number>, at: number): number {
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
  return low;
}

/** Index of the row whose x is nearest; of several with the same x the last. -1 where there is no row. */
export function nearestIndex(x: ArrayLike<number>, at: number): number {
  const after = upperBound(x, at);
  const before = after - 1;
  if (after >= x.length) {
    return x.length - 1;
  }
  if (before < 0) {
    // The last of those with the first x.
    return upperBound(x, x[0] ?? NaN) - 1;
  }
  if (at - (x[before] ?? NaN) <= (x[after] ?? NaN) - at) {
    return before;
  }
  return upperBound(x, x[after] ?? NaN) - 1;
}

/** The best value of a curve as it was logged, and where; undefined where there is none. */
export function bestOf(
  { x, values, low, high }: Curve,
  better: 'lower' | 'higher',
  range?: Range,
): { x: number; y: number } | undefined {
  const column = (better === 'lower' ? low : high) ?? values;
  let best = -1;
  const from = range ? lowerBound(x, range.min) : 0;
  const to = range ? upperBound(x, range.max) : x.length;
  for (let i = from; i < to; i++) {
    const value = column[i] ?? NaN;
    const held = column[best] ?? NaN;
    if (Number.isFinite(value) && (best < 0 || (better === 'lower' ? value < held : value > held))) {
      best = i;
    }
  }
  return best < 0 ? undefined : { x: x[best] ?? NaN, y: column[best] ?? NaN };
}
