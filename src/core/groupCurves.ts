/**
 * One curve of many: the mean or median of runs that belong together, and how far they spread, at each x. Runs need not have
 * logged at the same x: between two of its points a run's value lies on the line, before its first and after its last it has none.
 */

export type GroupCentre = 'mean' | 'median';

/**
 * What the band shows: the sample's standard deviation, the standard error of the mean, its 95 % confidence interval (Student's t),
 * the quartiles, or all values.
 */
export type GroupSpread = 'std' | 'se' | 'ci95' | 'iqr' | 'range';

/** Columns of equal length, x ascending. A y that is not finite breaks the line: nothing is interpolated over it. */
export interface GroupMember {
  readonly x: Float64Array;
  readonly y: Float64Array;
}

/** Columns of equal length, x strictly ascending. Where no member has a value, all but x and n are NaN. */
export interface GroupCurve {
  readonly x: Float64Array;
  readonly centre: Float64Array;
  readonly low: Float64Array;
  readonly high: Float64Array;
  /** How many members have a value there. */
  readonly n: Float64Array;
}

/**
 * @param most rows at most, at least 2: of more different x an even choice is taken, the first and the last among them
 * @returns of a single member, or where only one has a value, a band without width
 */
export function groupCurve(
  members: readonly GroupMember[],
  centre: GroupCentre,
  spread: GroupSpread,
  most = 1000,
): GroupCurve {
  const x = gridOf(members, most);
  const readers = members.map((member) => new Reader(member));
  const columns = {
    centre: new Float64Array(x.length),
    low: new Float64Array(x.length),
    high: new Float64Array(x.length),
    n: new Float64Array(x.length),
  };
  for (const [row, at] of x.entries()) {
    const values = readers.map((reader) => reader.read(at)).filter(Number.isFinite);
    const facts = summarise(values, centre, spread);
    columns.centre[row] = facts.centre;
    columns.low[row] = facts.low;
    columns.high[row] = facts.high;
    columns.n[row] = values.length;
  }
  return { x, ...columns };
}

/** Centre and band of some finite values; NaN of none. */
export function summarise(
  values: readonly number[],
  centre: GroupCentre,
  spread: GroupSpread,
): { centre: number; low: number; high: number } {
  const sorted = [...values].sort((a, b) => a - b);
  const [least = NaN] = sorted;
  const largest = sorted.at(-1) ?? NaN;
  const mean = clamp(
    sorted.reduce((sum, value) => sum + value / sorted.length, 0),
    least,
    largest,
  );
  const middle = sorted.length === 0 ? NaN : centre === 'mean' ? mean : quantile(sorted, 0.5);
  if (spread === 'range') {
    return { centre: middle, low: least, high: largest };
  }
  if (spread === 'iqr') {
    const [low, high] = [quantile(sorted, 0.25), quantile(sorted, 0.75)];
    // A mean may lie outside of the quartiles; the band still holds the line.
    return { centre: middle, low: Math.min(low, middle), high: Math.max(high, middle) };
  }
  const width = widthOf(sorted, mean, spread);
  // Beyond the largest double a band ends at it.
  return {
    centre: middle,
    low: Math.max(-Number.MAX_VALUE, middle - width),
    high: Math.min(Number.MAX_VALUE, middle + width),
  };
}

/** The value that exceeds 97.5 % of Student's t distribution with `degrees` degrees of freedom (an integer from 1), to 3 digits. */
export function studentT(degrees: number): number {
  const exact = tTable[degrees - 1];
  if (exact !== undefined) {
    return exact;
  }
  // Cornish and Fisher's expansion around the normal quantile: from 31 degrees on right to 5 digits.
  const z = 1.959964;
  return z + (z ** 3 + z) / (4 * degrees) + (5 * z ** 5 + 16 * z ** 3 + 3 * z) / (96 * degrees ** 2);
}

const tTable = [
  12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.16, 2.145, 2.131, 2.12, 2.11,
  2.101, 2.093, 2.086, 2.08, 2.074, 2.069, 2.064, 2.06, 2.056, 2.052, 2.048, 2.045, 2.042,
];

function widthOf(sorted: readonly number[], mean: number, spread: 'std' | 'se' | 'ci95'): number {
  const n = sorted.length;
  if (n < 2) {
    return 0;
  }
  // Scaled, so that neither differences nor squares of large values overflow.
  const part = Math.max(Math.abs(sorted[0] ?? 0), Math.abs(sorted[n - 1] ?? 0)) > 1e300 ? 0.25 : 1;
  const differences = sorted.map((value) => value * part - mean * part);
  const scale = Math.max(...differences.map(Math.abs));
  if (scale === 0) {
    return 0;
  }
  const squares = differences.reduce((sum, each) => sum + (each / scale) ** 2, 0);
  const std = scale * (Math.sqrt(squares / (n - 1)) / part);
  return spread === 'std' ? std : (std / Math.sqrt(n)) * (spread === 'ci95' ? studentT(n - 1) : 1);
}

/** By linear interpolation between order statistics, as NumPy does by default. */
function quantile(sorted: readonly number[], share: number): number {
  const place = (sorted.length - 1) * share;
  const low = sorted[Math.floor(place)] ?? NaN;
  const high = sorted[Math.ceil(place)] ?? NaN;
  const part = place - Math.floor(place);
  return part === 0 ? low : low * (1 - part) + high * part;
}

function gridOf(members: readonly GroupMember[], most: number): Float64Array {
  const all = new Set<number>();
  for (const { x, y } of members) {
    for (let i = 0; i < x.length; i++) {
      if (Number.isFinite(y[i])) {
        all.add(x[i] ?? NaN);
      }
    }
  }
  const sorted = Float64Array.from(all).sort();
  const last = sorted.length - 1;
  return sorted.length <= most
    ? sorted
    : Float64Array.from({ length: most }, (_, i) => sorted[Math.round((i * last) / (most - 1))] ?? NaN);
}

/** Reads a member at ascending x, in one pass over its columns. */
class Reader {
  #next = 0;

  constructor(private readonly member: GroupMember) {}

  read(at: number): number {
    const { x, y } = this.member;
    while (this.#next < x.length && (x[this.#next] ?? NaN) <= at) {
      this.#next++;
    }
    const before = this.#next - 1;
    const [from, value] = [x[before], y[before]];
    if (from === undefined || value === undefined) {
      return NaN;
    }
    if (from === at) {
      return value;
    }
    const [to, next] = [x[this.#next], y[this.#next]];
    if (to === undefined || next === undefined) {
      return NaN;
    }
    const part = (at - from) / (to - from);
    return value * (1 - part) + next * part;
  }
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}
