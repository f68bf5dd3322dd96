import * as vscode from 'vscode';
import { Emitter } from '../../client/emitter';
import { readSetting, viewIds, type ContextKeySetter } from '../contributions';
import type { Connection, ServerState } from '../platform/connection';
import { describe } from '../platform/connection';
import { Disposables } from '../platform/disposables';
import { inMessage } from '../platform/text';
import { phaseText } from '../platform/phaseText';
import type { StorePlace } from '../platform/storePlace';
import { Catalog } from './catalog';
import { TreeDragging } from './dragging';
import { ExperimentsTree } from './experimentsTree';
import { LostWatch } from './lostWatch';
import type { NodeRef } from './model';
import { rootRefs } from './nodes';
import { foundInAll } from './nodeViews';
import type { MarkedRuns } from '../shown/markedRuns';
import { ShownInTree } from './shownInTree';
import { TreeMarks } from './treeMarks';
import { RunDecorations } from './runDecorations';

/** Settings that change nothing but how what was read is shown. */
const redrawnBy = [
  'labbook.charts.initialRuns',
  'labbook.metrics.lowerIsBetter',
  'labbook.metrics.higherIsBetter',
] as const;

/** The view Experiments: its tree, what it says while there is no server, and its badge. */
export class ExperimentsView {
  readonly catalog: Catalog;
  readonly #tree: ExperimentsTree;
  readonly #view: vscode.TreeView<NodeRef>;
  readonly #marks: TreeMarks;
  readonly #owned = new Disposables();
  readonly #onTouched = this.#owned.add(new Emitter<void>());
  readonly #onLost = this.#owned.add(new Emitter<void>());
  #endProgress: (() => void) | undefined;

  constructor(
    connection: Connection,
    private readonly contextKeys: ContextKeySetter,
    log: vscode.LogOutputChannel,
    marked: MarkedRuns,
    private readonly place: Pick<StorePlace, 'name'>,
  ) {
    const shown = new ShownInTree({
      kept: (experimentId) => marked.shown.get(experimentId),
      baseline: (experiment) => marked.marks.baseline(experiment),
      newest: () => marked.newest,
    });
    this.catalog = this.#owned.add(
      new Catalog({
        primaryPatterns: () => readSetting(vscode.workspace, 'labbook.metrics.primary'),
        better: (key) => marked.better(key),
        shownIn: (entry, isNewest) => shown.of(entry, isNewest),
        onTouched: (touched) => {
          this.contextKeys.set('labbook.empty', rootRefs(this.catalog).length === 0);
          this.contextKeys.set('labbook.filtered', this.catalog.isFiltered);
          this.#showMessage(connection.state);
          this.#tree.refresh(touched);
          this.#showBadge();
          this.#onTouched.fire();
        },
        onError: (what, error) => log.error(`${what}: ${describe(error)}`),
      }),
    );
    this.#tree = this.#owned.add(
      new ExperimentsTree(this.catalog, connection, vscode.l10n.t, (experiment) => marked.marks.baseline(experiment)),
    );
    this.#view = this.#owned.add(
      vscode.window.createTreeView(viewIds.experiments, {
        treeDataProvider: this.#tree,
        canSelectMany: true,
        showCollapseAll: true,
        // A parent is a run of its own: its box says nothing of its children's.
        manageCheckboxStateManually: true,
        dragAndDropController: new TreeDragging(this.catalog),
      }),
    );
    // VS Code hides a tree that is shown for the first time for 2 s, in case that its provider is late; a message, also an
    // empty one, ends that.
    this.#owned.add(this.#view.onDidChangeVisibility(() => this.#showMessage(connection.state)));
    this.#owned.add(connection.onState((state) => this.#show(state)));
    this.#owned.add(connection.onChange((batch) => this.catalog.apply(batch)));
    this.#owned.add(connection.onReset(() => this.catalog.reload()));
    this.#owned.add(
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration('labbook.metrics.primary')) {
          this.catalog.reload();
        } else if (redrawnBy.some((id) => event.affectsConfiguration(id))) {
          this.#tree.redraw();
        }
      }),
    );
    this.#owned.add(marked.directions.on(() => this.#tree.redraw()));
    this.#marks = this.#owned.add(new TreeMarks(this.catalog, this.#tree, this.#view, marked, log));
    const lost = this.#owned.add(
      new LostWatch(this.catalog, connection, log, () => {
        this.#showBadge();
        this.#onLost.fire();
      }),
    );
    this.#owned.add(this.onTouched(() => lost.onRead()));
    this.#owned.add(vscode.window.registerFileDecorationProvider(new RunDecorations()));
    this.#owned.add({ dispose: () => this.#endProgress?.() });
    this.#show(connection.state);
  }

  /** Experiments or runs were read again. */
  onTouched(listener: () => void): { dispose(): void } {
    return this.#onTouched.on(listener);
  }

  /** Ids of running runs of which nothing is heard any more. */
  get lost(): ReadonlySet<string> {
    return this.catalog.lost;
  }

  onLost(listener: () => void): { dispose(): void } {
    return this.#onLost.on(listener);
  }

  get selection(): readonly NodeRef[] {
    return this.#view.selection;
  }

  /** What a key that was pressed in the view is for. */
  keyTargets(): Promise<readonly NodeRef[]> {
    return this.#marks.keyTargets();
  }

  dispose(): void {
    this.#owned.dispose();
  }

  #show(state: ServerState): void {
    this.contextKeys.set('labbook.server', state.kind);
    this.contextKeys.set('labbook.canWrite', state.kind === 'ready' && state.session.server.info.read_only !== true);
    this.contextKeys.set('labbook.canPurge', state.kind === 'ready' && state.session.client.has('purge'));
    this.#showProgress(state.kind === 'starting');
    this.#showMessage(state);
    if (state.kind === 'ready') {
      this.catalog.connect(state.session.client);
    } else {
      this.catalog.connect(undefined);
    }
    if (state.kind === 'stopped' || state.kind === 'off') {
      this.catalog.clear();
      // Nothing is known of the next server's store.
      this.contextKeys.set('labbook.empty', false);
    } else {
      this.#tree.redraw();
    }
    this.#showBadge();
  }

  #showMessage(state: ServerState): void {
    const { filter } = this.catalog.query;
    const parts = [
      messageOf(state, this.place.name),
      ...(filter === undefined
        ? []
        : [inMessage(filter.text, 200), foundInAll(this.catalog.experiments, vscode.l10n.t)]),
    ];
    this.#view.message = parts.filter((part) => part !== '').join(' · ');
  }

  #showProgress(on: boolean): void {
    if (!on) {
      this.#endProgress?.();
      this.#endProgress = undefined;
    } else if (this.#endProgress === undefined) {
      void vscode.window.withProgress(
        { location: { viewId: viewIds.experiments } },
        () => new Promise<void>((resolve) => (this.#endProgress = resolve)),
      );
    }
  }

  #showBadge(): void {
    const running = this.catalog.runningRuns;
    this.#view.badge =
      running === 0
        ? undefined
        : {
            value: running,
            tooltip: running === 1 ? vscode.l10n.t('1 running run') : vscode.l10n.t('{0} running runs', running),
          };
  }
}

/** What stands above the tree, as plain text; VS Code shows no welcome text beside it. */
function messageOf(state: ServerState, storeName: string): string {
  switch (state.kind) {
    case 'starting':
      return phaseText(state);
    case 'failed':
      return vscode.l10n.t('The tracking server could not be started: {0}', inMessage(state.reason, 500));
    case 'ready':
      return state.session.server.info.read_only ? vscode.l10n.t('{0} · read-only', inMessage(storeName)) : '';
    case 'off':
    case 'stopped':
      return '';
  }
}
