/** Sorting of runs by the values of several columns. Pure. */
import type { TableField } from './fields';
import type { RunTable } from './runTable';

export interface SortTerm {
  /** `fieldId` */
  readonly field: string;
  readonly descending: boolean;
}

/** A value that can be compared, of one term, by slot: first `rank`, then `value`. */
export interface SortKeys {
  /** 0: a value, 1: NaN, 2: none; in both directions in this order. */
  readonly rank: Uint8Array;
  readonly value: Float64Array;
}

/**
 * What a field's values are sorted by; undefined where the field has none to sort by (a curve) or they were not read yet.
 * @param now Unix milliseconds, the end of runs that run
 */
export function sortKeys(table: RunTable, field: TableField, now: number): SortKeys | undefined {
  const keys = { rank: new Uint8Array(table.id.length), value: new Float64Array(table.id.length) };
  const read = reader(table, field, now);
  if (!read) {
    return undefined;
  }
  for (const slot of table.order) {
    const value = read(slot);
    keys.rank[slot] = value === undefined ? 2 : Number.isNaN(value) ? 1 : 0;
    keys.value[slot] = value === undefined || Number.isNaN(value) ? 0 : value;
  }
  return keys;
}

function reader(table: RunTable, field: TableField, now: number): ((slot: number) => number | undefined) | undefined {
  if (field.kind === 'attribute') {
    switch (field.key) {
      case 'state':
        return (slot) => table.statusRank(slot);
      case 'started':
        return (slot) => present(table.started[slot]);
      case 'ended':
        return (slot) => present(table.ended[slot]);
      case 'duration':
        return (slot) => present(table.duration(slot, now));
      case 'id':
        return (slot) => Number.parseInt((table.id[slot] ?? '').slice(0, 12), 16);
      case 'name':
      case 'experiment':
        break;
    }
  }
  const column = table.column(field);
  if (column?.kind === 'numbers') {
    return (slot) => column.get(slot);
  }
  if (column?.kind === 'texts') {
    const { ranks, code } = column;
    return (slot) => {
      const own = code[slot] ?? -1;
      return own < 0 ? undefined : ranks[own];
    };
  }
  return undefined;
}

function present(value: number | undefined): number | undefined {
  return value === undefined || Number.isNaN(value) ? undefined : value;
}

/** Compares slots by several terms; 0 where all are equal. */
export function comparator(
  terms: readonly { readonly keys: SortKeys; readonly descending: boolean }[],
): (a: number, b: number) => number {
  return (a, b) => {
    for (const { keys, descending } of terms) {
      const rank = (keys.rank[a] ?? 2) - (keys.rank[b] ?? 2);
      if (rank !== 0) {
        return rank;
      }
      const [left, right] = [keys.value[a] ?? 0, keys.value[b] ?? 0];
      // No difference of the two: that of infinities is NaN.
      if (left !== right) {
        return left < right === descending ? 1 : -1;
      }
    }
    return 0;
  };
}

/** Sorts slots; equals keep their order (newest first). @returns a new list */
export function sorted(slots: Int32Array, compare: (a: number, b: number) => number): Int32Array {
  return Int32Array.from(slots).sort(compare);
}

/**
 * The terms after a click on a header: descending, then ascending, then off. With `adding` (Shift) the other terms stay; without,
 * a column that was one of several becomes the only one, as it was.
 */
export function clicked(terms: readonly SortTerm[], id: string, adding: boolean): SortTerm[] {
  const before = terms.find(({ field }) => field === id);
  if (before === undefined) {
    return [...(adding ? terms : []), { field: id, descending: true }];
  }
  if (!adding && terms.length > 1) {
    return [before];
  }
  return terms.flatMap((each) => (each !== before ? [each] : each.descending ? [{ ...each, descending: false }] : []));
}
