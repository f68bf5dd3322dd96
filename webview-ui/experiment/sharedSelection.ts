import type { PanelSession } from '../shared/session';
import type { Store } from '../shared/store';
import { runKey } from './table/lines';
import type { RunTable } from './table/runTable';
import { everyOf, type Selection } from './table/selection';

/** Milliseconds until what is selected here is told: arrow keys that are held down tell only where they end. */
const tellDelay = 100;

/** What is selected here is selected in the tree too, and the other way round; nobody hears of what they said. */
export class SharedSelection {
  /** What host and panel last agreed on. */
  #agreed: ReadonlySet<string> = new Set();
  /** What was heard before the runs were read. */
  #heard: readonly string[] | undefined;
  #timer: number | undefined;

  constructor(
    private readonly session: PanelSession,
    private readonly selection: Store<Selection>,
    private readonly table: RunTable,
    /** Told which line is to be brought into view. */
    private readonly onHeard: (key: string) => void,
  ) {
    session.onSelected(({ runIds }) => this.hear(runIds));
    selection.subscribe(() => (this.#timer ??= window.setTimeout(() => this.#tell(), tellDelay)));
  }

  /** Selects what is selected elsewhere, of the runs that are here. The keyboard's place in the table goes with it. */
  hear(runIds: readonly string[]): void {
    this.#heard = this.table.size === 0 ? runIds : undefined;
    const runs = new Set(runIds.filter((id) => this.table.slotOf(id) !== undefined));
    if (runs.size > 0 && !isSame(runs, this.selection.get().runs)) {
      const [first = ''] = runs;
      this.#agreed = runs;
      this.selection.set({ runs, focus: runKey(first), cell: -1, anchor: runKey(first) });
      this.onHeard(runKey(first));
    }
  }

  /** To be called when runs were read: those that are gone are no longer selected, which nobody did. */
  onRuns(): void {
    const isThere = (id: string): boolean => this.table.slotOf(id) !== undefined;
    if (!everyOf(this.#agreed, isThere)) {
      this.#agreed = new Set([...this.#agreed].filter(isThere));
    }
    if (this.#heard) {
      this.hear(this.#heard);
    }
  }

  #tell(): void {
    this.#timer = undefined;
    const { runs } = this.selection.get();
    if (isSame(runs, this.#agreed)) {
      return;
    }
    this.#agreed = runs;
    const { table } = this;
    const selection = table.experiments.map(({ id }) => ({
      experimentId: id,
      runIds: [...runs].filter((runId) => table.experimentId[table.slotOf(runId) ?? -1] === id),
    }));
    this.session.host.channel
      .request('select', { selection })
      .catch((error: unknown) => this.session.host.logError('telling the selection', error));
  }
}

function isSame(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  return a === b || (a.size === b.size && everyOf(a, (id) => b.has(id)));
}
