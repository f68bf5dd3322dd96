import { changeShown, firstShown, isShown, latest, readShown, sameShown, writeShown } from '../../src/core/shownRuns';
import type { ShownChange, ShownRuns } from '../../src/core/shownRuns';
import type { ExperimentRequests, ExperimentShown } from '../../src/protocol/experimentPanel';
import type { PanelSession } from '../shared/session';
import { Store } from '../shared/store';
import type { RunTable } from './table/runTable';
import type { TableView } from './tableModel';

/** By id of the experiment. */
export type ShownByExperiment = ReadonlyMap<string, ShownRuns>;

type Change = ExperimentRequests['changeShown']['params']['changes'][number];

/**
 * Which runs the charts draw. The host has it, for the tree and other panels too; what is done here is seen at once, and what the
 * host then says counts. While it has yet to answer its notices wait: the answer has what they tell.
 */
export class ShownInCharts {
  /** Undefined until the host told what is kept, and an experiment that is opened for the first time has its beginning. */
  readonly state = new Store<ShownByExperiment | undefined>(undefined);
  #isRead = false;
  #waiting = 0;

  constructor(
    private readonly session: PanelSession,
    private readonly table: RunTable,
  ) {
    session.onShownChanged(({ experiments }) => {
      if (this.#isRead && this.#waiting === 0) {
        this.#take(experiments);
      }
    });
  }

  /** @param experiments as the host says; none where it could not */
  start(experiments: readonly ExperimentShown[]): void {
    this.#isRead = true;
    this.#take(experiments);
  }

  /** To be called with every view: decides what is shown of experiments that were never open before. */
  begin({ table, facts }: TableView): void {
    const known = this.state.get();
    const missing = this.#isRead ? table.experiments.filter(({ id }) => known?.get(id) === undefined) : [];
    this.#change(
      missing.map(({ id }) => {
        const runs = this.#slots(id).map((slot) => ({
          id: table.id[slot] ?? '',
          started: table.started[slot] ?? NaN,
          isRunning: table.status[slot] === 'RUNNING',
        }));
        const shown = writeShown(firstShown(runs, facts.initialRuns, facts.baseline));
        return { experimentId: id, change: { do: 'first', shown } };
      }),
    );
  }

  isShown(slot: number): boolean {
    const { id, started, experimentId } = this.table;
    const shown = this.state.get()?.get(experimentId[slot] ?? '');
    return shown !== undefined && isShown(shown, { id: id[slot] ?? '', started: started[slot] ?? NaN });
  }

  set(runIds: Iterable<string>, isOn: boolean): void {
    this.#change(
      [...this.#byExperiment(runIds)]
        .filter(([, own]) => own.length > 0)
        .map(([experimentId, own]) => ({ experimentId, change: { do: 'set', runIds: own, isOn } })),
    );
  }

  only(runIds: Iterable<string>): void {
    this.#change(
      [...this.#byExperiment(runIds)].map(([experimentId, own]) => {
        const started = this.#slots(experimentId).map((slot) => ({ started: this.table.started[slot] ?? NaN }));
        return { experimentId, change: { do: 'only', runIds: own, after: latest(started) } };
      }),
    );
  }

  all(): void {
    this.#change(this.table.experiments.map(({ id }) => ({ experimentId: id, change: { do: 'all' } })));
  }

  /** Ids of runs by that of their experiment; every experiment is there. */
  #byExperiment(runIds: Iterable<string>): Map<string, string[]> {
    const { table } = this;
    const found = new Map(table.experiments.map(({ id }): [string, string[]] => [id, []]));
    for (const runId of runIds) {
      found.get(table.experimentId[table.slotOf(runId) ?? -1] ?? '')?.push(runId);
    }
    return found;
  }

  /** Of the runs of an experiment, newest first. */
  #slots(experimentId: string): number[] {
    return [...this.table.order].filter((slot) => this.table.experimentId[slot] === experimentId);
  }

  #change(changes: Change[]): void {
    if (changes.length === 0) {
      return;
    }
    const now = new Map(this.state.get());
    for (const { experimentId, change } of changes) {
      now.set(experimentId, changeShown(now.get(experimentId), change satisfies ShownChange));
    }
    this.state.set(now);
    this.#waiting++;
    this.session.host.channel
      .request('changeShown', { changes })
      .then(({ experiments }) => {
        this.#waiting--;
        if (this.#waiting === 0) {
          this.#take(experiments);
        }
      })
      .catch((error: unknown) => {
        this.#waiting--;
        this.session.host.logError('showing runs in charts', error);
      });
  }

  /** The same object while it says the same: nothing is drawn anew for that. */
  #take(experiments: readonly ExperimentShown[]): void {
    const before = this.state.get();
    const now = new Map(before);
    for (const { experimentId, shown } of experiments) {
      const read = readShown(shown);
      if (read && !sameShown(read, before?.get(experimentId))) {
        now.set(experimentId, read);
      }
    }
    const isSame = now.size === before?.size && [...now].every(([id, shown]) => before.get(id) === shown);
    if (now.size > 0 && !isSame) {
      this.state.set(now);
    }
  }
}
