/** Groups of runs that are equal in some columns. Pure. */
import type { TextColumn } from './columnData';

/** What runs are grouped by at one level: by one column, or by several at once. */
export interface GroupLevel {
  readonly columns: readonly { readonly field: string; readonly column: TextColumn }[];
}

export interface Group {
  /** Names it among all groups, also over reloads: the values on the way to it. */
  readonly key: string;
  /** `fieldId`s of the level's columns. */
  readonly fields: readonly string[];
  /** By column of the level; undefined where the runs lack the key. */
  readonly values: readonly (string | undefined)[];
  readonly depth: number;
  /** Its runs in the order in which they were given. */
  readonly slots: Int32Array;
  readonly groups: readonly Group[];
}

/**
 * Groups in the order of their first runs; within, the given order stays.
 * @param prefix key of the group that is parted, for the inner levels
 */
export function groupRuns(slots: Int32Array, levels: readonly GroupLevel[], prefix = '', depth = 0): Group[] {
  const [level, ...inner] = levels;
  if (!level) {
    return [];
  }
  const fields = level.columns.map(({ field }) => field);
  return members(slots, level).map((own) => {
    const first = own[0] ?? -1;
    const values = level.columns.map(({ column }) => column.get(first));
    const key = `${prefix}${JSON.stringify(values.map((value) => value ?? null))}`;
    return { key, fields, values, depth, slots: own, groups: groupRuns(own, inner, key, depth + 1) };
  });
}

/** Parts slots by their values in all columns of a level; in the order of the first ones. */
function members(slots: Int32Array, { columns }: GroupLevel): Int32Array[] {
  // By the index in `slots`: the number of its group so far. Each column parts the groups of those before it.
  let groupOf = new Int32Array(slots.length);
  let sizes: number[] = [];
  for (const { column } of columns) {
    const width = column.values.length + 1;
    const numbers = new Map<number, number>();
    const next: number[] = [];
    groupOf = groupOf.map((before, i) => {
      const parted = before * width + (column.code[slots[i] ?? -1] ?? -1) + 1;
      const number = numbers.get(parted) ?? numbers.size;
      numbers.set(parted, number);
      next[number] = (next[number] ?? 0) + 1;
      return number;
    });
    sizes = next;
  }
  const found = sizes.map((size) => new Int32Array(size));
  const filled = new Int32Array(sizes.length);
  slots.forEach((slot, i) => {
    const group = groupOf[i] ?? 0;
    const at = filled[group] ?? 0;
    filled[group] = at + 1;
    const own = found[group];
    if (own) {
      own[at] = slot;
    }
  });
  return found;
}

/** Sorts groups, the inner ones too, by a value of each; groups without one come last, equals keep their order. */
export function sortGroups(groups: readonly Group[], compare: (a: Group, b: Group) => number): Group[] {
  return groups.map((group) => ({ ...group, groups: sortGroups(group.groups, compare) })).sort(compare);
}
