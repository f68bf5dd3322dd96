/** Which rows of runs side by side differ. Pure. */
import type { PanelRun } from '../../src/protocol/panels';

export interface DiffRow {
  readonly key: string;
  /** One for each run; undefined where the run has none. */
  readonly values: readonly (string | undefined)[];
  readonly differs: boolean;
}

type Pairs = (run: PanelRun) => readonly { key: string; value: string | number }[];

/** A row for each key of any run, by name; `differs` where two runs have not the same text, or one has none. */
export function diffRows(runs: readonly PanelRun[], pairsOf: Pairs): DiffRow[] {
  const columns = runs.map((run) => new Map(pairsOf(run).map(({ key, value }) => [key, String(value)])));
  const keys = [...new Set(columns.flatMap((column) => [...column.keys()]))];
  return keys.sort(new Intl.Collator('en', { numeric: true }).compare).map((key) => {
    const values = columns.map((column) => column.get(key));
    return { key, values, differs: values.some((value) => value !== values[0]) };
  });
}
