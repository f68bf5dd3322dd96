import * as vscode from 'vscode';
import type { Experiment, Run } from '../../core/model';
import type { Connection } from '../platform/connection';
import { describe } from '../platform/connection';
import type { Translate } from '../platform/text';
import { namesOf } from './artifactNames';
import type { Catalog } from './catalog';
import type { Touched } from './catalogOptions';
import type { ArtifactRef, NodeRef, RunRef } from './model';
import { childRefs, parentRef, rootRefs } from './nodes';
import { viewOf } from './nodeViews';
import { experimentRef, failureRefs } from './refs';
import { hoverKeys, tooltipOf } from './tooltips';
import { safeMarkdown, treeItem, withLinks } from './treeItems';

/** Feeds VS Code's tree from the catalog; what stands where and how it looks is decided in `nodes.ts`. */
export class ExperimentsTree implements vscode.TreeDataProvider<NodeRef> {
  readonly #changed = new vscode.EventEmitter<NodeRef[] | undefined>();
  readonly onDidChangeTreeData = this.#changed.event;
  /**
   * The one object of each id. VS Code knows elements by identity, so the same thing must be the same object for a refresh to
   * find its row, and for expansion and selection to stay.
   */
  readonly #refs = new Map<string, NodeRef>();
  /** Whether rows of runs, by the elements' ids, say that the run is in charts. */
  readonly #drawnShown = new Map<string, boolean | undefined>();
  /** Ids of elements that are open, as far as it is known. */
  readonly #open = new Set<string>();
  /** Ids of the elements at the top, as VS Code last asked for them. */
  #shownRoots: readonly string[] = [];

  constructor(
    private readonly catalog: Catalog,
    private readonly connection: Connection,
    private readonly t: Translate,
    private readonly baselineOf: (experiment: Experiment) => string | undefined = () => undefined,
  ) {}

  redraw(): void {
    this.#changed.fire(undefined);
  }

  /** Draws again what changed, and only that. */
  refresh(touched: Touched): void {
    // Also where the first run came or the last one went: VS Code does not refresh elements that it does not show.
    if (touched.all || this.#rootsMoved()) {
      this.redraw();
      return;
    }
    const ids = [
      ...[...touched.experiments].map((id) => experimentRef(id).id),
      ...[...touched.runs].filter(([, experiment]) => !touched.experiments.has(experiment)).map(([id]) => `run:${id}`),
      ...[...touched.artifacts]
        .filter(([id, experiment]) => !touched.experiments.has(experiment) && !touched.runs.has(id))
        .map(([id]) => `artifacts:${id}`),
      ...touched.elements,
    ];
    const refs = ids.flatMap((id) => this.#refs.get(id) ?? []);
    if (refs.length > 0) {
      this.#changed.fire(refs);
    }
  }

  /** Draws again the rows of an experiment's runs that are now in charts, or no longer. */
  refreshShown(experimentId: string): void {
    const refs = [...this.#drawnShown].flatMap(([id, drawn]) => {
      const ref = this.#refs.get(id);
      const isOf = ref?.kind === 'run' && ref.experimentId === experimentId;
      return isOf && viewOf(ref, this.catalog, this.t)?.shown !== drawn ? [ref] : [];
    });
    if (refs.length > 0) {
      this.#changed.fire(refs);
    }
  }

  getTreeItem(ref: NodeRef): vscode.TreeItem {
    const view = viewOf(ref, this.catalog, this.t);
    if (ref.kind === 'run') {
      this.#drawnShown.set(ref.id, view?.shown);
    }
    if (ref.kind === 'group' && ref.group === 'artifacts') {
      this.catalog.totals.look(ref.run.runId);
    }
    // Gone since it was listed; the refresh that takes its row away is on its way.
    const names = ref.kind === 'artifact' ? namesOf(this.catalog, ref) : undefined;
    return view ? treeItem(ref, view, names) : { id: ref.id, label: '' };
  }

  async getChildren(ref?: NodeRef): Promise<NodeRef[]> {
    if (ref === undefined) {
      const roots = this.#roots();
      this.#shownRoots = roots.map(({ id }) => id);
      return this.#known(roots);
    }
    this.#open.add(ref.id);
    try {
      const refs = this.#known(childRefs(ref, this.catalog) ?? (await this.#loaded(ref)));
      await this.#readFigures(ref, refs);
      return refs;
    } catch (error) {
      const message = this.t('Could not be read: {0}', describe(error));
      return this.#known([{ kind: 'failure', id: `failure:${ref.id}`, parent: ref.id, message }]);
    }
  }

  /** A run's element where its row is there, because all above it are open; VS Code opens them to select a row. */
  visibleRun(runId: string): RunRef | undefined {
    const ref = this.#refs.get(`run:${runId}`);
    if (ref?.kind !== 'run') {
      return undefined;
    }
    for (let above = this.getParent(ref); above !== undefined; above = this.getParent(above)) {
      if (!this.#open.has(above.id)) {
        return undefined;
      }
    }
    return ref;
  }

  /** To be told when the user opens or closes a row; that VS Code opened one by itself shows in its asking for what is below. */
  setOpen(ref: NodeRef, isOpen: boolean): void {
    if (isOpen) {
      this.#open.add(ref.id);
    } else {
      this.#open.delete(ref.id);
    }
  }

  getParent(ref: NodeRef): NodeRef | undefined {
    const parent = ref.kind === 'failure' ? this.#refs.get(ref.parent) : parentRef(ref, this.catalog);
    return parent && this.#one(parent);
  }

  /** Called when somebody points at a row; reads what only a hover says. */
  async resolveTreeItem(item: vscode.TreeItem, ref: NodeRef): Promise<vscode.TreeItem> {
    const baseline = ref.kind === 'run' ? await this.#readForHover(ref) : undefined;
    const text = tooltipOf(ref, this.catalog, { baseline, now: Date.now() }, this.t);
    if (text !== undefined) {
      const run = ref.kind === 'run' ? this.#runOf(ref) : undefined;
      item.tooltip = run ? withLinks(text, run, baseline) : safeMarkdown(text);
    }
    return item;
  }

  #runOf({ experimentId, runId }: RunRef): Run | undefined {
    return this.catalog.experiment(experimentId)?.list?.runs.get(runId);
  }

  /** @returns the baseline; what cannot be read is not in the hover */
  async #readForHover(ref: RunRef): Promise<Run | undefined> {
    const entry = this.catalog.experiment(ref.experimentId);
    const run = this.#runOf(ref);
    const baselineId = entry && this.baselineOf(entry.experiment);
    if (!entry || !run) {
      return undefined;
    }
    const [baseline] = await Promise.all([
      baselineId === undefined ? undefined : (entry.list?.runs.get(baselineId) ?? this.#getRun(baselineId)),
      this.catalog.figures.read(run, hoverKeys(run, entry.list?.primaryMetric)).catch(() => false),
    ]);
    return baseline;
  }

  async #getRun(runId: string): Promise<Run | undefined> {
    try {
      return await (await this.connection.ready(2000)).client.getRun(runId);
    } catch {
      // A baseline that is gone is none.
      return undefined;
    }
  }

  /** The best values of metrics that are to be seen: waited for at first, later the rows are drawn again where they are others. */
  async #readFigures(group: NodeRef, refs: readonly NodeRef[]): Promise<void> {
    const run = group.kind === 'group' && group.group === 'metrics' ? this.#runOf(group.run) : undefined;
    if (!run) {
      return;
    }
    const isFirst = !this.catalog.figures.has(run);
    const keys = refs.flatMap((ref) => (ref.kind === 'metric' ? [ref.key] : []));
    const reading = this.catalog.figures.read(run, keys).then(
      (isOther) => {
        if (isOther && !isFirst) {
          this.#changed.fire([...refs]);
        }
      },
      // Without them rows tell the last value.
      () => undefined,
    );
    await (isFirst ? reading : undefined);
  }

  dispose(): void {
    this.#changed.dispose();
  }

  #rootsMoved(): boolean {
    const now = this.#roots();
    return now.length !== this.#shownRoots.length || now.some(({ id }, place) => id !== this.#shownRoots[place]);
  }

  #roots(): NodeRef[] {
    // A message takes the welcome text's place, buttons and all, so the ways out of a failure are rows.
    const ways = this.connection.state.kind === 'failed' ? failureRefs : [];
    return [...ways, ...rootRefs(this.catalog)];
  }

  async #loaded(ref: NodeRef): Promise<NodeRef[]> {
    if (ref.kind === 'experiment') {
      await this.catalog.load(ref.experimentId);
    } else if (ref.kind === 'run') {
      await this.catalog.loadChildren(ref.experimentId, ref.runId);
    } else if (ref.kind === 'artifact') {
      await this.catalog.loadArtifacts(ref.runId, ref.path);
    } else if (ref.kind === 'group' && ref.group === 'models') {
      await this.catalog.loadModels(ref.run);
    } else if (ref.kind === 'group') {
      await this.catalog.loadArtifacts(ref.run.runId, '');
    }
    return childRefs(ref, this.catalog) ?? [];
  }

  #known(refs: readonly NodeRef[]): NodeRef[] {
    return refs.map((ref) => this.#one(ref));
  }

  #one<T extends NodeRef>(ref: T): NodeRef {
    const known = this.#refs.get(ref.id);
    // Files grow and messages change under the same id.
    if (known !== undefined && known.kind !== 'failure' && !(known.kind === 'artifact' && differs(known, ref))) {
      return known;
    }
    this.#refs.set(ref.id, ref);
    return ref;
  }
}

function differs(known: ArtifactRef, ref: NodeRef): boolean {
  return ref.kind === 'artifact' && (known.size !== ref.size || known.isDirectory !== ref.isDirectory);
}
