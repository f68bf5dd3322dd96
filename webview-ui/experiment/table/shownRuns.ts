/** Which runs the charts draw (the eye in the table). Pure. */

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

export const allShown: ShownRuns = { rest: true, after: Infinity, on: new Set(), off: new Set() };

export function isShown(shown: ShownRuns, { id, started }: Pick<ShownFacts, 'id' | 'started'>): boolean {
  return shown.on.has(id) || (!shown.off.has(id) && (shown.rest || started > shown.after));
}

/**
 * At the first opening of an experiment: the newest runs, the baseline, and what runs.
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

export function latest(runs: Iterable<Pick<ShownFacts, 'started'>>): number {
  let most = -Infinity;
  for (const { started } of runs) {
    most = started > most ? started : most;
  }
  return most;
}
