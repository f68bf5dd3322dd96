import { Coalescer } from '../../src/core/coalescer';
import type { MetricFacts } from '../../src/protocol/experimentPanel';
import type { PanelNotices, PanelRequests, PanelRun, PanelSubject } from '../../src/protocol/panels';
import { ArrangementKeeper } from './arrangementKeeper';
import { chartsBySettings, followSettings, plainCharts, type ChartsArrangement } from './charts/arrangement';
import { SeriesLoader } from './charts/seriesLoader';
import { connectHost, type Host } from './hostBridge';
import { lostRuns } from './lostRuns';
import { watchPalette, type Palette } from './palette';
import { keptState, readPanelState, type PanelState } from './panelState';
import { Store } from './store';

/** The runs of the panel as they were last read. */
export type RunsState =
  | { readonly kind: 'loading' }
  | { readonly kind: 'failed'; readonly message: string }
  | {
      readonly kind: 'ready';
      readonly subject: PanelSubject;
      readonly runs: readonly PanelRun[];
      readonly total: number;
      readonly experimentName: string;
      /** Key of the metric that is looked at first. */
      readonly primary?: string;
      readonly metricFacts: MetricFacts;
      /** When it was read, Unix milliseconds. */
      readonly at: number;
      /** Why a later reading failed; what is here stays. */
      readonly problem?: string;
    };

export interface ConnectionState {
  readonly state: PanelNotices['connection']['state'];
  readonly reason?: string | undefined;
  /** Of the server that went away. */
  readonly host?: string | undefined;
  /** When it went away or came, Unix milliseconds. */
  readonly since: number;
  /** When the next try is, Unix milliseconds. */
  readonly nextTry?: number | undefined;
}

/** The runs that table and charts mark together. */
export interface MarkedRuns {
  /** Ids; in every list and chart of the panel. */
  readonly selected: ReadonlySet<string>;
  /** Under the pointer, in the table or in a chart. */
  readonly hovered: string | undefined;
}

export interface SessionOptions {
  /** False where the panel reads its runs by itself, as the table of an experiment does. */
  readonly readsRuns?: boolean;
}

/** Without a name: the view that is shown. */
export type ViewWish =
  { readonly kind: 'show'; readonly name: string } | { readonly kind: 'save'; readonly name: string | undefined };

type Changed = PanelNotices['changed'];

/** Milliseconds between two readings of the runs while values come. */
const runsInterval = 500;

/** All that a panel's page holds: the host, the runs, what the user arranged. Lives as long as the page. */
export class PanelSession {
  readonly runs = new Store<RunsState>({ kind: 'loading' });
  readonly connection = new Store<ConnectionState>({ state: 'connected', since: Date.now() });
  readonly state: Store<PanelState>;
  readonly palette: Store<Palette>;
  /** How far the table is read, while it is. */
  readonly tableRead = new Store<PanelNotices['tableRead'] | undefined>(undefined);
  readonly marked = new Store<MarkedRuns>({ selected: new Set(), hovered: undefined });
  readonly host: Host;
  /** Curves for charts. */
  readonly loader: SeriesLoader;
  /** Curves in few points, for the tables of metrics. */
  readonly trends: SeriesLoader;
  /** Nothing that comes by itself is shown: somebody looks at what is there. */
  readonly isPaused = new Store(false);
  /** What changed since then. */
  #heldBack: Changed | undefined;
  readonly #changeListeners = new Set<(change: Changed) => void>();
  readonly #factsListeners = new Set<() => void>();
  readonly #viewsListeners = new Set<() => void>();
  /** What a command wants of the views; only the panel of an experiment has any. */
  readonly viewWish = new Store<ViewWish | undefined>(undefined);
  readonly #shownListeners = new Set<(shown: PanelNotices['shownChanged']) => void>();
  readonly #selectedListeners = new Set<(selected: PanelNotices['selected']) => void>();
  readonly #keeper: ArrangementKeeper;
  readonly #reader: Coalescer;
  readonly #readsRuns: boolean;
  /** Charts as the settings say; undefined until they are known. */
  #chartDefaults: ChartsArrangement | undefined;

  constructor({ readsRuns = true }: SessionOptions = {}) {
    this.#readsRuns = readsRuns;
    this.host = connectHost({
      changed: (change) => this.#hear(change),
      factsChanged: () => this.#onFactsChanged(),
      showView: ({ name }) => this.viewWish.set({ kind: 'show', name }),
      saveView: ({ name }) => this.viewWish.set({ kind: 'save', name }),
      tableRead: (progress) => this.tableRead.set(progress),
      viewsChanged: () => [...this.#viewsListeners].forEach((listener) => listener()),
      chartDefaultsChanged: () => void this.#readChartDefaults(),
      shownChanged: (shown) => [...this.#shownListeners].forEach((listener) => listener(shown)),
      selected: (selected) => [...this.#selectedListeners].forEach((listener) => listener(selected)),
      connection: (connection) => this.#onConnection(connection),
      lostChanged: ({ runIds }) => lostRuns.set(new Set(runIds)),
    });
    this.state = new Store(readPanelState(this.host.getState()));
    this.#keeper = new ArrangementKeeper(this.host, () => keptState(this.state.get(), this.chartDefaults));
    this.palette = watchPalette();
    this.#reader = new Coalescer(() => this.#read(), {
      minInterval: runsInterval,
      onError: (error) => this.host.logError('reading the runs', error),
    });
    const logged = (error: unknown): void => this.host.logError('reading curves', error);
    this.loader = new SeriesLoader(this.host.channel, logged);
    this.trends = new SeriesLoader(this.host.channel, logged);
    this.onChanged(({ metrics, runIds }) => {
      if (metrics) {
        this.loader.invalidate(runIds);
        this.trends.invalidate(runIds);
      }
    });
    void this.#readLost();
    if (readsRuns) {
      this.#reader.request();
    }
  }

  /** Changes what the user arranged. */
  arrange(change: Partial<PanelState>): void {
    this.state.update((state) => ({ ...state, ...change }));
  }

  /** Holds back what comes by itself from now on, or shows what came meanwhile. */
  pause(isPaused: boolean): void {
    this.isPaused.set(isPaused);
    const change = this.#heldBack;
    if (!isPaused && change) {
      this.#heldBack = undefined;
      this.#onChanged(change);
    }
  }

  /** Reads the runs, and whatever else is shown, again. */
  refresh(): void {
    this.#onChanged(this.#everything());
  }

  /** What the panel shows, how the settings say that charts look, and how it was arranged, read from the host. */
  async readSubject(): Promise<PanelSubject> {
    const { hasBegun } = this.#keeper;
    const [subject, kept] = await Promise.all([
      this.host.channel.request('subject', {}),
      hasBegun ? undefined : this.#keeper.read(),
      this.#readChartDefaults(),
    ]);
    if (!hasBegun) {
      this.state.update((state) => ({
        ...(kept === undefined ? state : readPanelState(kept, this.chartDefaults)),
        subject,
      }));
      this.#keeper.begin(this.state.subscribe);
    }
    return subject;
  }

  /** Charts in which nothing was arranged. */
  get chartDefaults(): ChartsArrangement {
    return this.#chartDefaults ?? plainCharts;
  }

  mark(change: Partial<MarkedRuns>): void {
    this.marked.update((marked) => ({ ...marked, ...change }));
  }

  /** Told when `tableFacts` has another answer. */
  onFactsChanged(listener: () => void): () => void {
    this.#factsListeners.add(listener);
    return () => this.#factsListeners.delete(listener);
  }

  /** Told when `listViews` has another answer. */
  onViewsChanged(listener: () => void): () => void {
    this.#viewsListeners.add(listener);
    return () => this.#viewsListeners.delete(listener);
  }

  /** Told when other runs are to be shown in charts. */
  onShownChanged(listener: (shown: PanelNotices['shownChanged']) => void): () => void {
    this.#shownListeners.add(listener);
    return () => this.#shownListeners.delete(listener);
  }

  /** Told what is selected elsewhere. */
  onSelected(listener: (selected: PanelNotices['selected']) => void): () => void {
    this.#selectedListeners.add(listener);
    return () => this.#selectedListeners.delete(listener);
  }

  onChanged(listener: (change: Changed) => void): () => void {
    this.#changeListeners.add(listener);
    return () => this.#changeListeners.delete(listener);
  }

  /** Asks the host to do something; an error goes to the log, the host tells the user. */
  act<Method extends 'command' | 'openRun' | 'openArtifact'>(
    method: Method,
    params: PanelRequests[Method]['params'],
  ): void {
    // Commands may ask the user something: minutes.
    this.host.channel.request(method, params, { timeout: 600_000 }).then(
      () => {
        // What somebody changed does not come by itself: a new name is shown also where the panel is paused.
        if (method === 'command' && this.#readsRuns && this.isPaused.get()) {
          this.#reader.request();
        }
      },
      (error: unknown) => this.host.logError(method, error),
    );
  }

  /** Not known what. */
  #everything(): Changed {
    const state = this.runs.get();
    const runIds = state.kind === 'ready' ? state.runs.map(({ id }) => id) : [];
    return { runIds, metrics: true, runs: true, artifacts: true, all: true };
  }

  #hear(change: Changed): void {
    if (this.isPaused.get()) {
      this.#heldBack = this.#heldBack ? together(this.#heldBack, change) : change;
    } else {
      this.#onChanged(change);
    }
  }

  /** The primary metric, for one, comes with the runs. What somebody changes is shown also where the panel is paused. */
  #onFactsChanged(): void {
    if (this.#readsRuns) {
      this.#reader.request();
    }
    [...this.#factsListeners].forEach((listener) => listener());
  }

  #onChanged(change: Changed): void {
    if (this.#readsRuns) {
      this.#reader.request();
    }
    for (const listener of [...this.#changeListeners]) {
      listener(change);
    }
  }

  async #readLost(): Promise<void> {
    try {
      lostRuns.set(new Set((await this.host.channel.request('lostRuns', {})).runIds));
    } catch (error) {
      this.host.logError('reading which runs are lost', error);
    }
  }

  /** Settings can be changed while the panel is open. Without an answer charts stay as they are. */
  async #readChartDefaults(): Promise<void> {
    try {
      const before = this.#chartDefaults;
      const after = chartsBySettings(await this.host.channel.request('chartDefaults', {}));
      this.#chartDefaults = after;
      if (before) {
        this.arrange({ charts: followSettings(this.state.get().charts, before, after) });
      } else {
        // Before this nothing was shown, so nothing was arranged either.
        this.arrange({ charts: readPanelState(this.host.getState(), after).charts });
      }
    } catch (error) {
      this.host.logError('reading the settings of charts', error);
    }
  }

  #onConnection({ state, reason, host, awayFor, nextTryIn }: PanelNotices['connection']): void {
    const before = this.connection.get();
    const now = Date.now();
    const isSame = (before.state === 'connected') === (state === 'connected');
    const since = awayFor === undefined ? (isSame ? before.since : now) : now - awayFor;
    const nextTry = nextTryIn === undefined ? undefined : now + nextTryIn;
    this.connection.set({ state, reason, host, since, nextTry });
    if (state === 'connected' && before.state !== 'connected') {
      // Paused, the panel stays as it is, but for what could not be read while the server was away.
      this.#hear(this.#everything());
      this.loader.retry();
      this.trends.retry();
    }
  }

  async #read(): Promise<void> {
    const before = this.runs.get();
    try {
      const { channel } = this.host;
      const subject = before.kind === 'ready' ? before.subject : await this.readSubject();
      const answer = await channel.request('runs', {});
      this.runs.set({ kind: 'ready', subject, ...answer, at: Date.now() });
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      this.runs.set(before.kind === 'ready' ? { ...before, problem: message } : { kind: 'failed', message });
    }
  }
}

function together(a: Changed, b: Changed): Changed {
  return {
    runIds: [...new Set([...a.runIds, ...b.runIds])],
    metrics: a.metrics || b.metrics,
    runs: a.runs || b.runs,
    artifacts: a.artifacts || b.artifacts,
    all: (a.all ?? false) || (b.all ?? false),
  };
}
