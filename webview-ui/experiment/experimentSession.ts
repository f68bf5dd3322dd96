import type { SearchError } from '../../src/core/search/ast';
import type { ExperimentRequests } from '../../src/protocol/experimentPanel';
import type { PanelCommand } from '../../src/protocol/panels';
import type { ColumnId } from '../../src/protocol/tableTypes';
import type { PanelSession, ViewWish } from '../shared/session';
import { Store } from '../shared/store';
import { columnName } from './columnTexts';
import { readArrangement, writeArrangement, type Arrangement } from './table/arrangement';
import { HandingOver, type HandOverWish } from './handingOver';
import { columnIdsOf, type TableField } from './table/fields';
import { allLines, runKey } from './table/lines';
import { cleaned, nothing, type Selection } from './table/selection';
import { SharedSelection } from './sharedSelection';
import { ShownInCharts } from './shownInCharts';
import { RemoteConditions } from './remoteConditions';
import { TableModel, type TableView } from './tableModel';
import { TableReader } from './tableReader';
import { cellsOf } from './textColumns';
import { ViewList } from './views/viewList';

/** Runs that were just moved to the trash, for as long as that can be undone. */
export interface Undo {
  readonly runIds: readonly string[];
}

/** What an edit did wrong, to be told where it was made. */
export interface Failure {
  readonly message: string;
}

const undoTime = 10_000;
/** Milliseconds for which the user may think about a question. */
const questionTime = 600_000;
/** Pixels of a column of short numbers. */
const narrowColumn = 90;

type Edit = 'setName' | 'setTag' | 'setBaseline' | 'setPrimaryMetric' | 'setDirection';

/** All that the panel of an experiment holds beside what every panel does. Lives as long as the page. */
export class ExperimentSession {
  readonly arrangement: Store<Arrangement>;
  readonly reader: TableReader;
  readonly model: TableModel;
  readonly selection = new Store<Selection>(nothing);
  /** The line of a run that was just chosen elsewhere (chart, tree), for the table to bring into view. */
  readonly chosen = new Store<{ readonly key: string } | undefined>(undefined);
  /** Which runs the charts draw. */
  readonly shown: ShownInCharts;
  readonly undo = new Store<Undo | undefined>(undefined);
  readonly failure = new Store<Failure | undefined>(undefined);
  /** A query that something else began, for the query line to go on with. */
  readonly draft = new Store<{ readonly text: string } | undefined>(undefined);
  /** What is wrong with the text in the query line, which is not applied then. */
  readonly wrongQuery = new Store<SearchError | undefined>(undefined);
  /** Whether the help of the query line is open. */
  readonly queryHelp = new Store(false);
  readonly views: ViewList;
  readonly handingOver: HandingOver;
  readonly #shared: SharedSelection;
  #undoTimer: number | undefined;

  constructor(readonly session: PanelSession) {
    this.arrangement = new Store(readArrangement(session.state.get().table));
    this.reader = new TableReader(
      session.host.channel,
      (error) => session.host.logError('reading the table', error),
      (facts): readonly ColumnId[] => this.model.firstNeeds(facts, Math.ceil(window.innerWidth / narrowColumn) + 4),
    );
    const remote = new RemoteConditions(
      session.host.channel,
      () => this.model.answered(),
      (error) => session.host.logError('asking which runs match', error),
    );
    this.model = new TableModel(this.reader, this.arrangement, remote);
    this.views = new ViewList(session, this.arrangement);
    this.handingOver = new HandingOver(this.reader, session.host.channel);
    // What can be done with what is selected comes back at once.
    this.selection.subscribe(() => this.handingOver.forget());
    this.shown = new ShownInCharts(session, this.reader.table);
    const onHeard = (key: string): void => this.chosen.set({ key });
    this.#shared = new SharedSelection(session, this.selection, this.reader.table, onHeard);
    session.onChanged(({ runIds, all = false }) => {
      this.reader.invalidate(all ? undefined : runIds);
      remote.invalidate();
    });
    session.onFactsChanged(() => this.reader.invalidateFacts());
    session.viewWish.subscribe(() => this.#grant(session.viewWish.get()));
    this.#follow();
    this.#start().catch((error: unknown) => session.host.logError('opening the panel', error));
  }

  /** Reads the table after that failed, or was given up. */
  load(): void {
    this.session.tableRead.set(undefined);
    this.reader.retry();
  }

  /** Changes what the user arranged. */
  arrange(change: Partial<Arrangement>): void {
    this.arrangement.update((before) => ({ ...before, ...change }));
  }

  need(who: string, fields: readonly TableField[]): void {
    this.reader.need(who, columnIdsOf(fields));
  }

  /** Whether runs can be changed: the store takes writes, and the server is there. */
  get canWrite(): boolean {
    const state = this.reader.state.get();
    return state.kind === 'ready' && state.facts.canWrite && this.session.connection.get().state === 'connected';
  }

  isShown(slot: number): boolean {
    return this.shown.isShown(slot);
  }

  setShown(runIds: Iterable<string>, isOn: boolean): void {
    this.shown.set(runIds, isOn);
  }

  showOnly(runIds: Iterable<string>): void {
    this.shown.only(runIds);
  }

  showAll(): void {
    this.shown.all();
  }

  /** Opens or closes groups and runs with children, by the keys of their lines. */
  toggleOpen(key: string): void {
    const { open } = this.arrangement.get();
    this.arrange({ open: open.includes(key) ? open.filter((each) => each !== key) : [...open, key] });
  }

  open(runId: string, toSide: boolean): void {
    this.session.act('openRun', { runId, toSide });
  }

  command(command: PanelCommand, runIds: readonly string[]): void {
    this.session.act('command', { command, runIds: [...runIds] });
  }

  /** Asks the host for a change; what comes of it is read again. */
  edit<Method extends Edit>(method: Method, params: ExperimentRequests[Method]['params']): void {
    this.#ask(method, async () => {
      await this.session.host.channel.request(method, params);
      this.model.expect();
      this.reader.invalidateFacts();
      this.reader.invalidate(
        'runIds' in params ? params.runIds : 'runId' in params && params.runId ? [params.runId] : [],
      );
    });
  }

  /** Moves runs to the trash, which can be undone for 10 s. Where scripts log to some of them the host asks first. */
  trash(runIds: readonly string[]): void {
    this.model.own.deleting(runIds);
    const { table } = this.reader;
    const going = runIds.map((id) => table.slotOf(id) ?? -1).find((slot) => table.markOf(slot) === 'RUNNING');
    const running = going === undefined ? {} : { running: table.name[going] ?? '' };
    this.#ask('trashRuns', async () => {
      const wish = { runIds: [...runIds], ...running };
      const answer = await this.session.host.channel.request('trashRuns', wish, { timeout: questionTime });
      if (answer?.kept) {
        this.model.own.keeping(runIds);
        return;
      }
      window.clearTimeout(this.#undoTimer);
      this.undo.set({ runIds });
      this.#undoTimer = window.setTimeout(() => this.undo.set(undefined), undoTime);
      this.reader.invalidate(runIds);
    });
  }

  untrash(): void {
    const undo = this.undo.get();
    if (undo) {
      this.undo.set(undefined);
      this.model.own.restoring(undo.runIds);
      this.#ask('restoreRuns', async () => {
        await this.session.host.channel.request('restoreRuns', { runIds: [...undo.runIds] });
        this.reader.invalidate(undo.runIds);
      });
    }
  }

  /** Hands runs to other programs; says what became of it. */
  handOver(what: HandOverWish): void {
    this.#ask(what.to === 'clipboard' ? 'copyText' : 'exportRuns', () => this.handingOver.run(what));
  }

  /** Copies cells of one column: of runs in the order of the table, or of a group. */
  copyCells(view: TableView, field: TableField, of: readonly string[] | Int32Array): void {
    const column = columnName(view.column(field));
    this.#ask('copyText', () =>
      this.handingOver.copyCells(field, column, () => cellsOf(this.model.view.get() ?? view, field, of)),
    );
  }

  openViewFile(name: string): void {
    this.#ask('openViewFile', () => this.views.openFile(name));
  }

  #grant(wish: ViewWish | undefined): void {
    if (wish?.kind === 'show') {
      this.#ask('showView', () => this.views.show(wish.name));
    } else if (wish?.kind === 'save') {
      const name = wish.name ?? this.arrangement.get().view;
      if (name === '') {
        this.command('saveViewAs', []);
      } else {
        this.#ask('saveView', () => this.views.save(name));
      }
    }
  }

  #ask(what: string, act: () => Promise<unknown>): void {
    this.failure.set(undefined);
    act().catch((error: unknown) => {
      this.session.host.logError(what, error);
      this.failure.set({ message: error instanceof Error ? error.message : String(error) });
    });
  }

  async #start(): Promise<void> {
    const { session } = this;
    const { channel } = session.host;
    const { table } = session.state.get();
    const answers = Promise.all([
      session.readSubject(),
      // Without what is kept runs are shown as at the first opening.
      channel.request('readShown', {}).catch(() => ({ experiments: [], selected: [] })),
    ]);
    this.reader.prepare();
    const [, marks] = await answers;
    this.shown.start(marks.experiments);
    this.#shared.hear(marks.selected);
    const back = session.state.get().table;
    if (back !== table) {
      this.arrangement.set(readArrangement(back));
    }
    this.reader.start();
    this.views.read();
  }

  /** What is selected is the same in table and charts; runs that are gone are forgotten. */
  #follow(): void {
    const { session, selection, model, arrangement } = this;
    selection.subscribe(() => session.mark({ selected: selection.get().runs }));
    session.marked.subscribe(() => {
      const { selected } = session.marked.get();
      const before = selection.get();
      if (selected !== before.runs) {
        const [first] = selected;
        const key = first === undefined ? before.focus : runKey(first);
        selection.set({ ...before, runs: selected, focus: key, anchor: key });
        this.chosen.set(first === undefined ? undefined : { key: runKey(first) });
      }
    });
    let lines: TableView['lines'] = [];
    model.view.subscribe(() => {
      const view = model.view.get();
      if (view) {
        const place = { lines: allLines(view), table: view.table };
        selection.update((state) => cleaned(state, lines, place));
        ({ lines } = place);
        this.#shared.onRuns();
        this.shown.begin(view);
      }
    });
    arrangement.subscribe(() => session.arrange({ table: writeArrangement(arrangement.get()) }));
  }
}
