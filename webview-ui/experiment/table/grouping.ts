/** Groups of runs that are equal in some columns. Pure. */
import type { TextColumn } from './columnData';

/** What runs are grouped by at one level: by one column, or by several at once. */
export interface GroupLevel {
  readonly columns: readonly { readonly field: string; readonly column: TextColumn }[];
}

export interface Group {
  /** Names it among all groups, also over reloads: the values on the way to it. */
  readonly key: string;
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
  const byValues = new Map<string, number[]>();
  for (const slot of slots) {
    const codes = level.columns.map(({ column }) => column.code[slot] ?? -1).join(' ');
    const members = byValues.get(codes);
    if (members) {
      members.push(slot);
    } else {
      byValues.set(codes, [slot]);
    }
  }
  return [...byValues.values()].map((members) => {
    const first = members[0] ?? -1;
    const values = level.columns.map(({ column }) => column.get(first));
    const key = `${prefix}${JSON.stringify(values.map((value) => value ?? null))}`;
    const own = Int32Array.from(members);
    return { key, values, depth, slots: own, groups: groupRuns(own, inner, key, depth + 1) };
  });
}

/** Sorts groups, the inner ones too, by a value of each; groups without one come last, equals keep their order. */
export function sortGroups(groups: readonly Group[], compare: (a: Group, b: Group) => number): Group[] {
  return groups.map((group) => ({ ...group, groups: sortGroups(group.groups, compare) })).sort(compare);
}
