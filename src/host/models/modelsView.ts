import * as vscode from 'vscode';
import { Coalescer } from '../../core/coalescer';
import { commands, viewIds } from '../contributions';
import { describe, type Connection } from '../platform/connection';
import { Disposables } from '../platform/disposables';
import { KeyTargets } from '../tree/keyTargets';
import { safeMarkdown } from '../tree/treeItems';
import { ModelCatalog } from './modelCatalog';
import { modelRefs, modelTooltip, modelView, versionRefs, type ModelRef } from './modelNodes';

/** The view Models: registered models and their versions. VS Code asks for them only while it shows. */
export class ModelsView implements vscode.TreeDataProvider<ModelRef> {
  readonly #owned = new Disposables();
  readonly #changed = this.#owned.add(new vscode.EventEmitter<undefined>());
  readonly onDidChangeTreeData = this.#changed.event;
  readonly #catalog = new ModelCatalog();
  /** The one object of each id: VS Code knows elements by identity. */
  readonly #refs = new Map<string, ModelRef>();
  readonly #drawer: Coalescer;
  readonly #view: vscode.TreeView<ModelRef>;

  constructor(
    private readonly connection: Connection,
    private readonly log: vscode.LogOutputChannel,
  ) {
    this.#drawer = this.#owned.add(
      new Coalescer(() => this.#changed.fire(undefined), {
        minInterval: 300,
        onError: (error) => log.error(`drawing the models: ${describe(error)}`),
      }),
    );
    this.#view = this.#owned.add(
      vscode.window.createTreeView(viewIds.models, {
        treeDataProvider: this,
        canSelectMany: true,
        showCollapseAll: true,
      }),
    );
    // VS Code hides a tree that is shown for the first time for 2 s, in case that its provider is late; a message, also an
    // empty one, ends that.
    this.#owned.add(this.#view.onDidChangeVisibility(() => (this.#view.message = '')));
    this.#owned.add(
      connection.onChange((batch) => {
        const renamed = this.#catalog.outdateRuns(
          batch.runs.filter(({ aspects }) => aspects.includes('info')).map(({ run_id: id }) => id),
        );
        if (batch.models !== undefined || renamed) {
          this.#catalog.outdate(batch.models ?? []);
          this.#drawer.request();
        }
      }),
    );
    this.#owned.add(connection.onReset(() => this.refresh()));
  }

  get selection(): readonly ModelRef[] {
    return this.#view.selection;
  }

  /** What a key that was pressed in the view is for. */
  keyTargets(): Promise<readonly ModelRef[]> {
    return new KeyTargets(this.#view).get();
  }

  /** Reads the models again, now or when they are next seen. */
  refresh(): void {
    this.#catalog.outdate();
    this.#drawer.request();
  }

  getTreeItem(ref: ModelRef): vscode.TreeItem {
    const { None, Collapsed } = vscode.TreeItemCollapsibleState;
    const view = modelView(ref, this.#catalog, vscode.l10n.t);
    const item = new vscode.TreeItem(view?.label ?? '', view?.expandable ? Collapsed : None);
    item.id = ref.id;
    if (view) {
      item.description = view.description ?? '';
      item.contextValue = view.contextValue;
      item.iconPath = new vscode.ThemeIcon(view.icon?.name ?? 'package');
      if (view.accessibleName !== undefined) {
        item.accessibilityInformation = { label: view.accessibleName };
      }
      if (ref.kind === 'version' && ref.runId !== undefined) {
        // Without arguments, see `treeItem`.
        item.command = { command: commands.openModel, title: vscode.l10n.t('Open Run') };
      }
    }
    return item;
  }

  async getChildren(ref?: ModelRef): Promise<ModelRef[]> {
    const client = this.connection.session?.client;
    if (client === undefined) {
      return [];
    }
    try {
      if (ref === undefined) {
        await this.#catalog.load(client);
        return this.#known(modelRefs(this.#catalog));
      }
      if (ref.kind !== 'model') {
        return [];
      }
      await this.#catalog.loadVersions(client, ref.model);
      return this.#known(versionRefs(ref.model, this.#catalog) ?? []);
    } catch (error) {
      this.log.error(`reading the models: ${describe(error)}`);
      const message = vscode.l10n.t('Could not be read: {0}', describe(error));
      return [{ kind: 'failure', id: `failure:${ref?.id ?? ''}`, message }];
    }
  }

  getParent(ref: ModelRef): ModelRef | undefined {
    return ref.kind === 'version' ? this.#refs.get(`model:${ref.model}`) : undefined;
  }

  resolveTreeItem(item: vscode.TreeItem, ref: ModelRef): vscode.TreeItem {
    const text = modelTooltip(ref, this.#catalog, vscode.l10n.t, Date.now());
    if (text !== undefined) {
      item.tooltip = safeMarkdown(text);
    }
    return item;
  }

  dispose(): void {
    this.#owned.dispose();
  }

  #known(refs: readonly ModelRef[]): ModelRef[] {
    return refs.map((ref) => {
      const known = this.#refs.get(ref.id);
      if (known === undefined) {
        this.#refs.set(ref.id, ref);
      }
      return known ?? ref;
    });
  }
}
