import * as vscode from 'vscode';
import { Coalescer } from '../../core/coalescer';
import { commands } from '../contributions';
import { describe, type Connection, type ServerState } from '../platform/connection';
import { Disposables } from '../platform/disposables';
import type { StorePlace } from '../platform/storePlace';
import type { ExperimentsView } from '../tree/experimentsView';
import { safeMarkdown } from '../tree/treeItems';
import { allRuns, liveRuns, statusView, type LiveRun } from './statusText';

/** Milliseconds between two changes of the text, and between two looks at durations in the hover. */
const textInterval = 1000;
const durationInterval = 60_000;

/** The entry at the left of the status bar: how many runs go on, the newest one's value, and whether there is a server. */
export class StatusBar {
  readonly #owned = new Disposables();
  readonly #item: vscode.StatusBarItem;
  readonly #drawer: Coalescer;
  #drawn: ServerState['kind'] | undefined;

  constructor(
    private readonly connection: Connection,
    private readonly experiments: Pick<ExperimentsView, 'catalog' | 'lost' | 'onTouched' | 'onLost'>,
    readonly place: Pick<StorePlace, 'name'>,
    log: Pick<vscode.LogOutputChannel, 'error'>,
  ) {
    this.#item = this.#owned.add(
      vscode.window.createStatusBarItem('labbook.status', vscode.StatusBarAlignment.Left, -10),
    );
    this.#item.name = 'Labbook';
    this.#item.command = commands.showRunningRuns;
    this.#drawer = this.#owned.add(
      new Coalescer(() => this.#draw(), {
        minInterval: textInterval,
        onError: (error) => log.error(`drawing the status bar: ${describe(error)}`),
      }),
    );
    // Whether there is a server is told at once, as the tree does; only values wait.
    this.#owned.add(connection.onState(({ kind }) => (kind === this.#drawn ? this.#drawer.request() : this.#draw())));
    this.#owned.add(experiments.onTouched(() => this.#drawer.request()));
    this.#owned.add(experiments.onLost(() => this.#drawer.request()));
    const timer = setInterval(() => this.#drawer.request(), durationInterval);
    this.#owned.add({ dispose: () => clearInterval(timer) });
    this.#draw();
    this.#item.show();
  }

  get live(): readonly LiveRun[] {
    return liveRuns(this.experiments.catalog.experiments, this.experiments.lost);
  }

  dispose(): void {
    this.#owned.dispose();
  }

  #draw(): void {
    const { state, otherVersion } = this.connection;
    const { catalog } = this.experiments;
    this.#drawn = state.kind;
    const view = statusView(state, this.live, Date.now(), vscode.l10n.t, {
      storeName: this.place.name,
      runs: state.kind === 'ready' ? allRuns(catalog.experiments, catalog.isFiltered) : undefined,
      versions: otherVersion,
    });
    this.#item.text = view.text;
    this.#item.tooltip = safeMarkdown(view.tooltip);
    this.#item.backgroundColor = view.isProblem ? new vscode.ThemeColor('statusBarItem.warningBackground') : undefined;
  }
}
