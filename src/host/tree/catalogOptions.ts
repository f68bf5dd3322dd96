import type { Better } from '../../core/metricDirection';
import type { ShownRuns } from '../../core/shownRuns';
import type { ExperimentEntry } from './model';

/** What must be drawn again. */
export interface Touched {
  /** The list of experiments changed: everything. */
  readonly all: boolean;
  /** Experiments whose runs came, went, or changed their state. */
  readonly experiments: ReadonlySet<string>;
  /** Runs whose contents changed, with their experiments; none of those in `experiments`. */
  readonly runs: ReadonlyMap<string, string>;
  /** Runs whose files changed, with their experiments. */
  readonly artifacts: ReadonlyMap<string, string>;
  /** Ids of other elements of the tree. */
  readonly elements: readonly string[];
}

export const untouched: Touched = {
  all: false,
  experiments: new Set(),
  runs: new Map(),
  artifacts: new Map(),
  elements: [],
};

export interface CatalogOptions {
  /** Globs of `labbook.metrics.primary`. */
  readonly primaryPatterns: () => readonly string[];
  /** Which runs of an experiment charts draw; `isNewest`: its list has the newest ones. */
  readonly shownIn?: (entry: ExperimentEntry, isNewest: boolean) => ShownRuns | undefined;
  readonly better?: (key: string) => Better | undefined;
  readonly onTouched: (touched: Touched) => void;
  readonly onError: (what: string, error: unknown) => void;
}
