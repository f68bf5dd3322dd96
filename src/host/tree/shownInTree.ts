import type { Experiment } from '../../core/model';
import { firstShown, type ShownRuns } from '../../core/shownRuns';
import { newestFirst } from '../shown/shownRunsOf';
import type { ExperimentEntry, RunList } from './model';
import type { RunForest } from './runForest';

export interface ShownSource {
  /** What was said of an experiment's runs; undefined: nothing yet. */
  readonly kept: (experimentId: string) => ShownRuns | undefined;
  readonly baseline: (experiment: Experiment) => string | undefined;
  /** Runs that are shown at the first opening. */
  readonly newest: () => number;
}

/**
 * Which runs the boxes in the tree say are in charts: what was said, else what the rule of the first opening says of the runs that are
 * loaded. Runs are loaded newest first, with those that run, so these are all that the rule asks for; while the tree shows others or
 * in another order, what the rule said before goes on.
 */
export class ShownInTree {
  /** A list has another forest when a run came, went, or changed its state. */
  readonly #first = new WeakMap<RunForest, { readonly shown: ShownRuns; readonly rule: string }>();
  readonly #last = new Map<string, ShownRuns>();

  constructor(private readonly source: ShownSource) {}

  /** @param isNewest whether the list has the newest runs */
  of({ experiment, list }: ExperimentEntry, isNewest: boolean): ShownRuns | undefined {
    const kept = this.source.kept(experiment.id);
    if (kept || !list) {
      return kept;
    }
    const last = this.#last.get(experiment.id);
    if (!isNewest && last) {
      return last;
    }
    const first = this.#firstOf(experiment, list);
    this.#last.set(experiment.id, first);
    return first;
  }

  #firstOf(experiment: Experiment, list: RunList): ShownRuns {
    const [newest, baseline] = [this.source.newest(), this.source.baseline(experiment)];
    const rule = `${newest} ${baseline ?? ''}`;
    const known = this.#first.get(list.forest);
    if (known?.rule === rule) {
      return known.shown;
    }
    const shown = firstShown(newestFirst(list.runs.values()), newest, baseline);
    this.#first.set(list.forest, { shown, rule });
    return shown;
  }
}
