/** Figures over the runs of a group. Pure. */
import type { ColumnData } from './columnData';

export interface Spread {
  /** Runs with a finite value. */
  readonly n: number;
  readonly mean: number;
  /** Of the sample (n - 1); NaN below two values. */
  readonly std: number;
  readonly min: number;
  readonly max: number;
}

/** @returns undefined where no value is finite */
export function spreadOf(slots: Iterable<number>, valueOf: (slot: number) => number | undefined): Spread | undefined {
  // Welford's way: exact enough also where the values are large and near to each other.
  let [n, mean, squares, min, max] = [0, 0, 0, Infinity, -Infinity];
  for (const slot of slots) {
    const value = valueOf(slot);
    if (value !== undefined && Number.isFinite(value)) {
      n++;
      const off = value - mean;
      mean += off / n;
      squares += off * (value - mean);
      min = Math.min(min, value);
      max = Math.max(max, value);
    }
  }
  if (n === 0) {
    return undefined;
  }
  // Differences of the largest doubles overflow; the mean lies between the extremes all the same.
  const between = Number.isFinite(mean) ? Math.min(max, Math.max(min, mean)) : min / 2 + max / 2;
  return { n, mean: between, std: n < 2 ? NaN : Math.sqrt(squares / (n - 1)), min, max };
}

/** The different values of a group's runs, sorted, the first few; `more` says how many others there are. */
export function distinctTexts(
  slots: Iterable<number>,
  column: ColumnData,
  most = 6,
): { readonly values: readonly string[]; readonly more: number } {
  if (column.kind !== 'texts') {
    return { values: [], more: 0 };
  }
  const codes = new Set<number>();
  for (const slot of slots) {
    const code = column.code[slot] ?? -1;
    if (code >= 0) {
      codes.add(code);
    }
  }
  const { ranks } = column;
  const inOrder = [...codes].sort((a, b) => (ranks[a] ?? 0) - (ranks[b] ?? 0));
  const values = inOrder.slice(0, most).map((code) => column.values[code] ?? '');
  return { values, more: inOrder.length - values.length };
}
