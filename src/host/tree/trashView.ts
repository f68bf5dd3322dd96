import * as vscode from 'vscode';
import { RequestError } from '../../client/requestError';
import type { TrackingClient } from '../../client/types';
import { Coalescer } from '../../core/coalescer';
import type { Experiment, Run } from '../../core/model';
import { viewIds } from '../contributions';
import { describe, type Connection } from '../platform/connection';
import { Disposables } from '../platform/disposables';
import {
  emptyTrash,
  itemKey,
  trashRefs,
  trashSummary,
  trashTooltip,
  trashView,
  type Trash,
  type TrashRef,
} from './trashNodes';
import { KeyTargets } from './keyTargets';
import { safeMarkdown } from './treeItems';

/** Deleted runs that are listed at most. */
const shownRuns = 500;
/** Milliseconds between two looks at how long ago something was deleted. */
const timesInterval = 30_000;

/** The view Trash: deleted experiments and runs, from which they can be restored. VS Code asks for them only while it shows. */
export class TrashView implements vscode.TreeDataProvider<TrashRef> {
  readonly #owned = new Disposables();
  readonly #changed = this.#owned.add(new vscode.EventEmitter<TrashRef[] | undefined>());
  readonly onDidChangeTreeData = this.#changed.event;
  readonly #drawer: Coalescer;
  readonly #view: vscode.TreeView<TrashRef>;
  #trash = emptyTrash;
  /** The rows that VS Code has. */
  #refs: TrashRef[] = [];

  constructor(
    private readonly connection: Connection,
    private readonly log: vscode.LogOutputChannel,
  ) {
    this.#drawer = this.#owned.add(
      new Coalescer(() => this.#changed.fire(undefined), {
        minInterval: 300,
        onError: (error) => log.error(`drawing the trash: ${describe(error)}`),
      }),
    );
    this.#view = this.#owned.add(
      vscode.window.createTreeView(viewIds.trash, { treeDataProvider: this, canSelectMany: true }),
    );
    // VS Code hides a tree that is shown for the first time for 2 s, in case that its provider is late; a message, also an
    // empty one, ends that.
    this.#owned.add(this.#view.onDidChangeVisibility(() => (this.#view.message = '')));
    this.#owned.add(
      connection.onChange((batch) => {
        if (batch.experiments.length > 0 || batch.runs.some(({ aspects }) => aspects.includes('info'))) {
          this.refresh();
        }
      }),
    );
    this.#owned.add(connection.onReset(() => this.refresh()));
    const timer = setInterval(() => {
      if (this.#view.visible && this.#refs.length > 0) {
        this.#changed.fire(this.#refs);
      }
    }, timesInterval);
    this.#owned.add({ dispose: () => clearInterval(timer) });
  }

  get selection(): readonly TrashRef[] {
    return this.#view.selection;
  }

  /** What a key that was pressed in the view is for. */
  keyTargets(): Promise<readonly TrashRef[]> {
    return new KeyTargets(this.#view).get();
  }

  /** Reads again what is in the trash, now or when it is next seen. */
  refresh(): void {
    this.#drawer.request();
  }

  getTreeItem(ref: TrashRef): vscode.TreeItem {
    const view = trashView(ref, this.#trash, Date.now(), vscode.l10n.t);
    const item = new vscode.TreeItem(view?.label ?? '');
    item.id = ref.id;
    if (view) {
      item.description = view.description ?? '';
      item.contextValue = view.contextValue;
      item.iconPath = new vscode.ThemeIcon(view.icon?.name ?? 'trash');
      item.accessibilityInformation = { label: view.accessibleName ?? view.label };
    }
    return item;
  }

  async getChildren(ref?: TrashRef): Promise<TrashRef[]> {
    if (ref !== undefined) {
      return [];
    }
    const client = this.connection.session?.client;
    try {
      this.#trash = client === undefined ? emptyTrash : await readTrash(client);
      this.#view.description = trashSummary(this.#trash, vscode.l10n.t);
    } catch (error) {
      // What was there is better than nothing; the next change reads again.
      this.log.error(`reading the trash: ${describe(error)}`);
    }
    this.#refs = trashRefs(this.#trash);
    return this.#refs;
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
}

async function readTrash(client: TrackingClient): Promise<Trash> {
  const all = await client.allExperiments({ view: 'ALL' });
  const active = all.filter(({ stage }) => stage === 'active');
  const experimentIds = active.map(({ id }) => id);
  const query = { experimentIds, view: 'DELETED_ONLY', maxResults: shownRuns } as const;
  const page = experimentIds.length === 0 ? { items: [] } : await client.searchRuns(query);
  const experiments = all.filter(({ stage }) => stage === 'deleted');
  return {
    experiments,
    runs: page.items,
    names: new Map(active.map(({ id, name }) => [id, name])),
    items: await itemsOf(client, page.items, experiments),
    more: page.nextPageToken !== undefined,
  };
}

/** Sizes and times, where the server knows them. */
async function itemsOf(
  client: TrackingClient,
  runs: readonly Run[],
  experiments: readonly Experiment[],
): Promise<Trash['items']> {
  if (!client.has('purge') || runs.length + experiments.length === 0) {
    return new Map();
  }
  try {
    const { items } = await client.purge({
      runIds: runs.map(({ info }) => info.id),
      experimentIds: experiments.map(({ id }) => id),
      dryRun: true,
    });
    return new Map(items.map((item) => [itemKey(item.kind, item.id), item]));
  } catch (error) {
    // Something was restored meanwhile: the change is on its way and reads all of it again.
    if (error instanceof RequestError && error.failure === 'status') {
      return new Map();
    }
    throw error;
  }
}
