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

export interface KeyedTerm {
  readonly keys: SortKeys;
  readonly descending: boolean;
}

/**
 * Sorts slots by several terms; equals keep their order (newest first). Term by term from the last one, each by counting places: for
 * 10,000 runs a fifth of the time that comparing them takes.
 * @returns a new list
 */
export function sorted(slots: Int32Array, terms: readonly KeyedTerm[]): Int32Array {
  let order: Int32Array = Int32Array.from(slots);
  for (const term of [...terms].reverse()) {
    order = byPlaces(order, placesOf(order, term));
  }
  return order;
}

interface Places {
  /** By the index in the list that is sorted. */
  readonly place: Int32Array;
  readonly count: number;
}

/** The place of each slot's value among the different values; then NaN, then none, in both directions. */
function placesOf(slots: Int32Array, { keys, descending }: KeyedTerm): Places {
  const { rank, value } = keys;
  const values = new Float64Array(slots.length);
  let count = 0;
  for (const slot of slots) {
    if (rank[slot] === 0) {
      // -0 is 0 here.
      values[count++] = (value[slot] ?? 0) + 0;
    }
  }
  const different = unique(values.subarray(0, count).sort());
  const place = new Int32Array(slots.length);
  slots.forEach((slot, i) => {
    const kind = rank[slot] ?? 2;
    const at = kind === 0 ? indexIn(different, value[slot] ?? 0) : 0;
    place[i] = kind > 0 ? different.length + kind - 1 : descending ? different.length - 1 - at : at;
  });
  return { place, count: different.length + 2 };
}

/** @param ascending is written over */
function unique(ascending: Float64Array): Float64Array {
  let count = 0;
  for (const value of ascending) {
    if (count === 0 || ascending[count - 1] !== value) {
      ascending[count++] = value;
    }
  }
  return ascending.subarray(0, count);
}

/** The index of a value that is in a sorted list. */
function indexIn(ascending: Float64Array, value: number): number {
  let [low, high] = [0, ascending.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ascending[middle] ?? 0) < value) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

function byPlaces(slots: Int32Array, { place, count }: Places): Int32Array {
  const next = new Int32Array(count + 1);
  for (const each of place) {
    next[each + 1] = (next[each + 1] ?? 0) + 1;
  }
  for (let i = 1; i <= count; i++) {
    next[i] = (next[i] ?? 0) + (next[i - 1] ?? 0);
  }
  const found = new Int32Array(slots.length);
  slots.forEach((slot, i) => {
    const at = next[place[i] ?? 0] ?? 0;
    next[place[i] ?? 0] = at + 1;
    found[at] = slot;
  });
  return found;
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
