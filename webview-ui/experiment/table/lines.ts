/** The lines of the table, from top to bottom: runs, groups of runs, runs under their parents. Pure. */
import { fieldOf } from './fields';
import type { TextColumn } from './columnData';
import { spreadOf } from './aggregate';
import { groupRuns, sortGroups, type Group, type GroupLevel } from './grouping';
import type { RunTable } from './runTable';
import { sorted, sortKeys, type KeyedTerm, type SortTerm } from './sorting';

export interface RunLine {
  readonly kind: 'run';
  readonly key: string;
  readonly slot: number;
  readonly depth: number;
  /** How many runs are directly under it. */
  readonly children: number;
  readonly open: boolean;
}

export interface GroupLine {
  readonly kind: 'group';
  readonly key: string;
  readonly group: Group;
  readonly depth: number;
  readonly open: boolean;
}

/** Stands in for a run that was deleted elsewhere while nothing may move. */
export interface GoneLine {
  readonly kind: 'gone';
  readonly key: string;
  readonly name: string;
}

export type Line = RunLine | GroupLine | GoneLine;

export interface LineInput {
  readonly table: RunTable;
  /** The runs that pass the filter, newest first. */
  readonly passing: Int32Array;
  readonly sort: readonly SortTerm[];
  /** `fieldId`s of params and tags. */
  readonly groupBy: readonly string[];
  /** Each column is a level of its own, rather than all of them one. */
  readonly nested: boolean;
  /** Keys of lines that the user opened or closed; groups and parents are closed at first. */
  readonly open: ReadonlySet<string>;
  /** It has a place of its own, above all others. */
  readonly baseline: number | undefined;
  readonly now: number;
}

export interface Lines {
  readonly lines: readonly Line[];
  /** The outermost groups; empty where nothing is grouped. */
  readonly groups: readonly Group[];
  /** All runs of the lines, also of closed ones, in their order. */
  readonly runs: Int32Array;
}

const noGroups: readonly Group[] = [];

/** What lines are seen, with the baseline that stands above them. */
interface Seen {
  readonly lines: readonly Line[];
  readonly baseline: number | undefined;
  readonly table: RunTable;
}

/** The line under the header. */
export function baselineLine({ baseline, table }: Omit<Seen, 'lines'>): RunLine | undefined {
  return baseline === undefined
    ? undefined
    : { kind: 'run', key: runKey(table.id[baseline] ?? ''), slot: baseline, depth: 0, children: 0, open: false };
}

/** All lines from top to bottom: the baseline first, unless it stands in its group too. */
export function allLines(seen: Seen): readonly Line[] {
  const { lines } = seen;
  const baseline = baselineLine(seen);
  return baseline === undefined || lines.some(({ key }) => key === baseline.key) ? lines : [baseline, ...lines];
}

export function runKey(id: string): string {
  return `run:${id}`;
}

/** Whether a key of `Arrangement.open` is that of a run's line. */
export function isRunKey(key: string): boolean {
  return key.startsWith('run:');
}

export function groupKey(key: string): string {
  return `group:${key}`;
}

export function linesOf(input: LineInput): Lines {
  const { passing, baseline } = input;
  const { terms, order } = sortedRuns(input);
  const slots = amongst(order, passing, input.table);
  const levels = levelsOf(input);
  if (levels.length === 0) {
    const rest = baseline === undefined ? slots : slots.filter((slot) => slot !== baseline);
    const lines: Line[] = [];
    appendRuns(lines, input, rest, 0);
    return { lines, groups: noGroups, runs: slots };
  }
  const groups = sortGroups(groupRuns(slots, levels), groupComparator(terms));
  const lines: Line[] = [];
  appendGroups(lines, input, groups);
  return { lines, groups, runs: runsOf(groups) };
}

interface SortedRuns {
  readonly terms: readonly KeyedTerm[];
  /** All runs of the table. */
  readonly order: Int32Array;
}

const sortedOfTables = new WeakMap<RunTable, SortedRuns & { readonly version: string }>();

/** All runs in their order. Kept for as long as it is the same: a filter or another group is no reason to sort again. */
function sortedRuns({ table, sort, now }: LineInput): SortedRuns {
  const fields = sort.flatMap(({ field, descending }) => {
    const found = fieldOf(field);
    return found ? [{ field: found, descending }] : [];
  });
  const version = JSON.stringify([
    table.rowsVersion,
    sort,
    fields.map(({ field }) => [table.column(field)?.kind, table.column(field)?.version]),
  ]);
  const known = sortedOfTables.get(table);
  // How long runs run changes by itself.
  const isLasting = fields.every(({ field }) => field.kind !== 'attribute' || field.key !== 'duration');
  if (isLasting && known?.version === version) {
    return known;
  }
  const terms = fields.flatMap(({ field, descending }) => {
    const keys = sortKeys(table, field, now);
    return keys ? [{ keys, descending }] : [];
  });
  const made = { terms, order: terms.length > 0 ? sorted(table.order, terms) : table.order, version };
  sortedOfTables.set(table, made);
  return made;
}

/** Those of a list that are in another one, in its order. */
function amongst(order: Int32Array, passing: Int32Array, table: RunTable): Int32Array {
  if (passing === table.order) {
    return order;
  }
  const isIn = new Uint8Array(table.id.length);
  for (const slot of passing) {
    isIn[slot] = 1;
  }
  return order.filter((slot) => isIn[slot] === 1);
}

function levelsOf({ table, groupBy, nested }: LineInput): GroupLevel[] {
  const columns = groupBy.flatMap((field) => {
    const found = fieldOf(field);
    const column = found && table.column(found);
    return column?.kind === 'texts' ? [{ field, column }] : [];
  });
  const level = (list: readonly { field: string; column: TextColumn }[]): GroupLevel => ({ columns: list });
  return columns.length === 0 ? [] : nested ? columns.map((column) => level([column])) : [level(columns)];
}

/** Groups sort by the mean of their runs' values; by their first run where that says nothing. */
function groupComparator(terms: readonly KeyedTerm[]): (a: Group, b: Group) => number {
  const means = terms.map(({ keys, descending }) => {
    const known = new Map<string, number | undefined>();
    const mean = (group: Group): number | undefined => {
      if (!known.has(group.key)) {
        const value = (slot: number): number | undefined => (keys.rank[slot] === 0 ? keys.value[slot] : undefined);
        known.set(group.key, spreadOf(group.slots, value)?.mean);
      }
      return known.get(group.key);
    };
    return { mean, descending };
  });
  return (a, b) => {
    for (const { mean, descending } of means) {
      const [left, right] = [mean(a), mean(b)];
      if (left !== right) {
        return left === undefined ? 1 : right === undefined ? -1 : left < right === descending ? 1 : -1;
      }
    }
    return 0;
  };
}

function appendGroups(lines: Line[], input: LineInput, groups: readonly Group[]): void {
  for (const group of groups) {
    const key = groupKey(group.key);
    const open = input.open.has(key);
    lines.push({ kind: 'group', key, group, depth: group.depth, open });
    if (open) {
      if (group.groups.length > 0) {
        appendGroups(lines, input, group.groups);
      } else {
        appendRuns(lines, input, group.slots, group.depth + 1);
      }
    }
  }
}

const linesOfTables = new WeakMap<RunTable, RunLine[]>();

/** The line that each run had last, by slot: thousands of new objects with every sorting would be so much garbage. */
function knownLines(table: RunTable): RunLine[] {
  const known = linesOfTables.get(table) ?? [];
  linesOfTables.set(table, known);
  return known;
}

/** Runs whose parent is among the same runs stand under it, where it is open. */
function appendRuns(lines: Line[], { table, open }: LineInput, slots: Int32Array, depth: number): void {
  const known = knownLines(table);
  const among = new Uint8Array(table.id.length);
  slots.forEach((slot) => (among[slot] = 1));
  const parentOf = (slot: number): number | undefined => {
    const id = table.parent[slot] ?? '';
    const parent = id === '' ? undefined : table.slotOf(id);
    return parent !== undefined && parent !== slot && among[parent] === 1 ? parent : undefined;
  };
  const children = new Map<number, number[]>();
  const roots: number[] = [];
  for (const slot of slots) {
    const parent = parentOf(slot);
    if (parent === undefined || isCircular(slot, parentOf)) {
      roots.push(slot);
    } else {
      const siblings = children.get(parent);
      if (siblings) {
        siblings.push(slot);
      } else {
        children.set(parent, [slot]);
      }
    }
  }
  const append = (list: readonly number[], at: number): void => {
    for (const slot of list) {
      const before = known[slot];
      const key = before?.key ?? runKey(table.id[slot] ?? '');
      const own = children.get(slot) ?? [];
      const isOpen = own.length > 0 && open.has(key);
      const isSame = before?.depth === at && before.children === own.length && before.open === isOpen;
      const line = isSame ? before : { kind: 'run' as const, key, slot, depth: at, children: own.length, open: isOpen };
      known[slot] = line;
      lines.push(line);
      if (isOpen) {
        append(own, at + 1);
      }
    }
  };
  append(roots, depth);
}

/** Clients can write any parent into a tag, also one of the run's own descendants. */
function isCircular(slot: number, parentOf: (slot: number) => number | undefined): boolean {
  const seen = new Set([slot]);
  for (let at = parentOf(slot); at !== undefined; at = parentOf(at)) {
    if (seen.has(at)) {
      return true;
    }
    seen.add(at);
  }
  return false;
}

function runsOf(groups: readonly Group[]): Int32Array {
  const parts = groups.map((group) => (group.groups.length > 0 ? runsOf(group.groups) : group.slots));
  const all = new Int32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
