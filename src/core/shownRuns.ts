/** Which runs of an experiment the charts draw: the eye in the table, the checkbox in the tree. Pure. */

/**
 * Runs that started after `after` are shown, of the others all or none, as `rest` says; `on` and `off` are the exceptions.
 * So it stays short also where thousands are shown, and new runs appear by themselves.
 */
export interface ShownRuns {
  readonly rest: boolean;
  /** Unix milliseconds. */
  readonly after: number;
  readonly on: ReadonlySet<string>;
  readonly off: ReadonlySet<string>;
}

export interface ShownFacts {
  readonly id: string;
  /** Unix milliseconds; NaN counts as old. */
  readonly started: number;
  readonly isRunning: boolean;
}

/** As it is kept, and sent between host and panel. */
export interface KeptShown {
  rest: boolean;
  /** Absent: no run counts as new. */
  after?: number | undefined;
  on: string[];
  off: string[];
}

/** What somebody does to it. Changes of several places may follow each other in any order, so each says only what it changes. */
export type ShownChange =
  | { do: 'set'; runIds: string[]; isOn: boolean }
  /** `after`: start of the newest run that is known, Unix milliseconds: later ones are new. */
  | { do: 'only'; runIds: string[]; after: number }
  | { do: 'all' }
  /** The first opening: counts only where nothing else was said yet. */
  | { do: 'first'; shown: KeptShown };

/** Longer lists are cut when they are kept: what is kept stays small. */
const mostKept = 2000;

export function isShown(shown: ShownRuns, { id, started }: Pick<ShownFacts, 'id' | 'started'>): boolean {
  return shown.on.has(id) || (!shown.off.has(id) && (shown.rest || started > shown.after));
}

/**
 * At the first opening of an experiment (ui.md 2): the newest runs, the baseline, and what runs.
 * @param runs newest first
 */
export function firstShown(runs: readonly ShownFacts[], newest: number, baseline: string | undefined): ShownRuns {
  const on = runs.filter(({ id, isRunning }, index) => index < newest || isRunning || id === baseline);
  return only(
    on.map(({ id }) => id),
    latest(runs),
  );
}

/** @param after start of the newest run that is known: later ones are new */
export function only(ids: Iterable<string>, after: number): ShownRuns {
  return { rest: false, after, on: new Set(ids), off: new Set() };
}

export function withShown(shown: ShownRuns, ids: Iterable<string>, isOn: boolean): ShownRuns {
  const on = new Set(shown.on);
  const off = new Set(shown.off);
  for (const id of ids) {
    (isOn ? on : off).add(id);
    (isOn ? off : on).delete(id);
  }
  return { ...shown, on, off };
}

/** Start of the newest run, Unix milliseconds; 0 where there is none: then every run is a new one. */
export function latest(runs: Iterable<Pick<ShownFacts, 'started'>>): number {
  let most = 0;
  for (const { started } of runs) {
    most = started > most ? started : most;
  }
  return most;
}

/** @param shown undefined: nothing was said yet; then only the first opening makes a beginning */
export function changeShown(shown: ShownRuns | undefined, change: ShownChange): ShownRuns {
  switch (change.do) {
    case 'set':
      return withShown(shown ?? only([], Infinity), change.runIds, change.isOn);
    case 'only':
      return only(change.runIds, change.after);
    case 'all':
      return { rest: true, after: Infinity, on: new Set(), off: new Set() };
    case 'first':
      return shown ?? readShown(change.shown) ?? only([], Infinity);
  }
}

/** Whether two say the same. */
export function sameShown(a: ShownRuns | undefined, b: ShownRuns | undefined): boolean {
  if (a === undefined || b === undefined) {
    return a === b;
  }
  const same = (one: ReadonlySet<string>, other: ReadonlySet<string>): boolean =>
    one.size === other.size && [...one].every((id) => other.has(id));
  return a.rest === b.rest && a.after === b.after && same(a.on, b.on) && same(a.off, b.off);
}

/** As JSON; `readShown` reads it back. */
export function writeShown({ rest, after, on, off }: ShownRuns): KeptShown {
  return { rest, ...(Number.isFinite(after) ? { after } : {}), on: [...on], off: [...off] };
}

/** What is kept over restarts: as `writeShown`, of long lists the beginning. */
export function keptShown(shown: ShownRuns): KeptShown {
  const { on, off, ...rest } = writeShown(shown);
  return { ...rest, on: on.slice(0, mostKept), off: off.slice(0, mostKept) };
}

/** Field by field, as it may be of an older version or edited by hand; undefined where it says nothing. */
export function readShown(kept: unknown): ShownRuns | undefined {
  if (!isRecord(kept)) {
    return undefined;
  }
  const { rest, after, on, off } = kept;
  return {
    rest: rest === true,
    after: typeof after === 'number' ? after : Infinity,
    on: new Set(texts(on)),
    off: new Set(texts(off)),
  };
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : [];
}

function isRecord(value: unknown): value is Partial<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
