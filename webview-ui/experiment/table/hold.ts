/** Keeps lines in their places while somebody points at them (ui.md 8). Pure. */
import type { Line } from './lines';
import type { OwnChanges } from './ownChanges';
import type { RunTable } from './runTable';

export interface Held {
  readonly lines: readonly Line[];
  /** Runs that are to be shown as soon as lines may move. */
  readonly newRuns: number;
  readonly isOrderChanged: boolean;
}

type Own = Pick<OwnChanges, 'deleted' | 'restored'>;

const none: Own = { deleted: new Set(), restored: new Set() };

/**
 * The lines that were there, in their order, with what became of them.
 * @param before the lines as they stand
 * @param next the lines as they should stand
 * @param own runs whose lines go and come at once
 */
export function held(before: readonly Line[], next: readonly Line[], table: RunTable, own: Own = none): Held {
  const nextByKey = new Map(next.map((line) => [line.key, line]));
  const staying = before.filter((line) => nextByKey.has(line.key) || !isOwnGone(line, table, own.deleted));
  const known = new Set(staying.map(({ key }) => key));
  const lines = staying.map((line): Line => {
    const now = nextByKey.get(line.key);
    if (now) {
      return now;
    }
    if (line.kind === 'run') {
      return table.has(line.slot) ? line : { kind: 'gone', key: line.key, name: table.name[line.slot] ?? '' };
    }
    return line;
  });
  const added = next.filter((line) => !known.has(line.key));
  const back = new Set(added.filter((line) => isOwnBack(line, table, own)));
  const newRuns = added.filter((line) => line.kind === 'run' && !back.has(line)).length;
  const kept = next.filter(({ key }) => known.has(key));
  const stillThere = staying.filter(({ key }) => nextByKey.has(key));
  const isOrderChanged =
    stillThere.length < staying.length || kept.some(({ key }, index) => key !== stillThere[index]?.key);
  return { lines: withBack(lines, back, next), newRuns, isOrderChanged };
}

/** A run that was deleted here, or a group of which nothing is left after that. */
function isOwnGone(line: Line, table: RunTable, deleted: ReadonlySet<string>): boolean {
  switch (line.kind) {
    case 'run':
      return !table.has(line.slot) && deleted.has(table.id[line.slot] ?? '');
    case 'group':
      return line.group.slots.every((slot) => !table.has(slot)) && hasSome(line.group.slots, table, deleted);
    case 'gone':
      return false;
  }
}

/** A run that was brought back here, what stands alone since its parent was deleted here, or a group with such a run. */
function isOwnBack(line: Line, table: RunTable, { deleted, restored }: Own): boolean {
  switch (line.kind) {
    case 'run':
      return restored.has(table.id[line.slot] ?? '') || deleted.has(table.parent[line.slot] ?? '');
    case 'group':
      return hasSome(line.group.slots, table, restored);
    case 'gone':
      return false;
  }
}

function hasSome(slots: Int32Array, table: RunTable, ids: ReadonlySet<string>): boolean {
  return ids.size > 0 && slots.some((slot) => ids.has(table.id[slot] ?? ''));
}

/** Puts lines behind those that they follow in `next`. */
function withBack(lines: readonly Line[], back: ReadonlySet<Line>, next: readonly Line[]): readonly Line[] {
  if (back.size === 0) {
    return lines;
  }
  const there = new Set(lines.map(({ key }) => key));
  const followers = new Map<string | undefined, Line[]>();
  let before: string | undefined;
  for (const line of next) {
    if (back.has(line)) {
      const same = followers.get(before) ?? [];
      same.push(line);
      followers.set(before, same);
    } else if (there.has(line.key)) {
      before = line.key;
    }
  }
  return [...(followers.get(undefined) ?? []), ...lines.flatMap((line) => [line, ...(followers.get(line.key) ?? [])])];
}

/** How many runs of the lines are there, and no longer among those that pass. */
export function leavingRuns(
  lines: readonly Line[],
  { runs, table }: { readonly runs: Int32Array; readonly table: RunTable },
): number {
  const passing = new Set(runs);
  return lines.filter((line) => line.kind === 'run' && table.has(line.slot) && !passing.has(line.slot)).length;
}

/** Whether two lists have the same lines in the same order: then nothing moves. */
export function sameOrder(a: readonly Line[], b: readonly Line[]): boolean {
  return a.length === b.length && a.every(({ key }, index) => key === b[index]?.key);
}
