/** Keeps lines in their places while somebody points at them (ui.md 8). Pure. */
import type { Line } from './lines';
import type { RunTable } from './runTable';

export interface Held {
  readonly lines: readonly Line[];
  /** Runs that are to be shown as soon as lines may move. */
  readonly newRuns: number;
  readonly isOrderChanged: boolean;
}

/**
 * The lines that were there, in their order, with what became of them.
 * @param before the lines as they stand
 * @param next the lines as they should stand
 */
export function held(before: readonly Line[], next: readonly Line[], table: RunTable): Held {
  const nextByKey = new Map(next.map((line) => [line.key, line]));
  const known = new Set(before.map(({ key }) => key));
  const lines = before.map((line): Line => {
    const now = nextByKey.get(line.key);
    if (now) {
      return now;
    }
    if (line.kind === 'run') {
      return table.has(line.slot) ? line : { kind: 'gone', key: line.key, name: table.name[line.slot] ?? '' };
    }
    return line;
  });
  const newRuns = next.filter(({ kind, key }) => kind === 'run' && !known.has(key)).length;
  const kept = next.filter(({ key }) => known.has(key));
  const stillThere = before.filter(({ key }) => nextByKey.has(key));
  const isOrderChanged =
    stillThere.length < before.length || kept.some(({ key }, index) => key !== stillThere[index]?.key);
  return { lines, newRuns, isOrderChanged };
}

/** Whether two lists have the same lines in the same order: then nothing moves. */
export function sameOrder(a: readonly Line[], b: readonly Line[]): boolean {
  return a.length === b.length && a.every(({ key }, index) => key === b[index]?.key);
}
