import * as vscode from 'vscode';
import { Coalescer } from '../../core/coalescer';
import { viewIds } from '../contributions';
import { describe, type Connection } from '../platform/connection';
import { Disposables } from '../platform/disposables';
import { trashRefs, trashTooltip, trashView, type Trash, type TrashRef } from './trashNodes';
import { safeMarkdown } from './treeItems';

/** Deleted runs that are listed at most. */
const shownRuns = 500;
const empty: Trash = { experiments: [], runs: [], names: new Map() };

/** The view Trash: deleted experiments and runs, from which they can be restored. Reads only while it can be seen. */
export class TrashView implements vscode.TreeDataProvider<TrashRef> {
  readonly #owned = new Disposables();
  readonly #changed = this.#owned.add(new vscode.EventEmitter<undefined>());
  readonly onDidChangeTreeData = this.#changed.event;
  readonly #view: vscode.TreeView<TrashRef>;
  readonly #reader: Coalescer;
  #trash = empty;
  #stale = true;

  constructor(
    private readonly connection: Connection,
    log: vscode.LogOutputChannel,
  ) {
    this.#reader = this.#owned.add(
      new Coalescer(() => this.#read(), {
        minInterval: 300,
        onError: (error) => log.error(`reading the trash: ${describe(error)}`),
      }),
    );
    this.#view = this.#owned.add(
      vscode.window.createTreeView(viewIds.trash, { treeDataProvider: this, canSelectMany: true }),
    );
    this.#owned.add(this.#view.onDidChangeVisibility(() => this.#readIfSeen()));
    this.#owned.add(
      connection.onChange((batch) => {
        if (batch.experiments.length > 0 || batch.runs.some(({ aspects }) => aspects.includes('info'))) {
          this.refresh();
        }
      }),
    );
    this.#owned.add(connection.onReset(() => this.refresh()));
  }

  get selection(): readonly TrashRef[] {
    return this.#view.selection;
  }

  /** Reads again what is in the trash, now or when it is next seen. */
  refresh(): void {
    this.#stale = true;
    this.#readIfSeen();
  }

  getTreeItem(ref: TrashRef): vscode.TreeItem {
    const view = trashView(ref, this.#trash, vscode.l10n.t);
    const item = new vscode.TreeItem(view?.label ?? '');
    item.id = ref.id;
    if (view) {
      item.description = view.description ?? '';
      item.contextValue = view.contextValue;
      item.iconPath = new vscode.ThemeIcon(view.icon?.name ?? 'trash');
    }
    return item;
  }

  getChildren(ref?: TrashRef): TrashRef[] {
    return ref ? [] : trashRefs(this.#trash);
  }

  getParent(): undefined {
    return undefined;
  }

  resolveTreeItem(item: vscode.TreeItem, ref: TrashRef): vscode.TreeItem {
    const text = trashTooltip(ref, this.#trash, vscode.l10n.t);
    if (text !== undefined) {
      item.tooltip = safeMarkdown(text);
    }
    return item;
  }

  dispose(): void {
    this.#owned.dispose();
  }

  #readIfSeen(): void {
    if (this.#stale && this.#view.visible) {
      this.#reader.request();
    }
  }

  async #read(): Promise<void> {
    const client = this.connection.session?.client;
    if (client === undefined) {
      return;
    }
    this.#stale = false;
    const all = await client.allExperiments({ view: 'ALL' });
    const active = all.filter(({ stage }) => stage === 'active');
    const experimentIds = active.map(({ id }) => id);
    const runs =
      experimentIds.length === 0
        ? []
        : await client.allRuns({ experimentIds, view: 'DELETED_ONLY', maxResults: shownRuns }, { limit: shownRuns });
    this.#trash = {
      experiments: all.filter(({ stage }) => stage === 'deleted'),
      runs,
      names: new Map(active.map(({ id, name }) => [id, name])),
    };
    this.#changed.fire(undefined);
  }
}
