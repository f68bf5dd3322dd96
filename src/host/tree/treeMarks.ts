import * as vscode from 'vscode';
import type { Run } from '../../core/model';
import { describe } from '../platform/connection';
import { Disposables } from '../platform/disposables';
import type { MarkedRuns } from '../shown/markedRuns';
import type { Catalog } from './catalog';
import type { ExperimentsTree } from './experimentsTree';
import { KeyTargets } from './keyTargets';
import type { NodeRef, RunRef } from './model';

/**
 * The tree's boxes and its selection, which tables and charts share. What panels select is selected here only where its row is there to
 * be seen: nothing opens for it, and the keyboard stays where it is.
 */
export class TreeMarks {
  readonly #owned = new Disposables();
  /** Id of the run that the tree is told to select: what it then tells is no news. */
  #revealed: string | undefined;
  readonly #keys: KeyTargets<NodeRef>;

  constructor(
    private readonly catalog: Catalog,
    private readonly tree: ExperimentsTree,
    private readonly view: vscode.TreeView<NodeRef>,
    private readonly marked: MarkedRuns,
    private readonly log: vscode.LogOutputChannel,
  ) {
    this.#keys = new KeyTargets(view);
    const { shown, selected } = marked;
    this.#owned.add(shown.onChange((experimentId) => tree.refreshShown(experimentId)));
    this.#owned.add(view.onDidChangeCheckboxState(({ items }) => this.#check(items)));
    this.#owned.add(view.onDidChangeSelection(({ selection }) => this.#select(selection)));
    this.#owned.add(view.onDidExpandElement(({ element }) => tree.setOpen(element, true)));
    this.#owned.add(view.onDidCollapseElement(({ element }) => tree.setOpen(element, false)));
    this.#owned.add(
      selected.onChange(({ experimentIds, by }) => {
        if (by !== this) {
          this.#reveal([...experimentIds]);
        }
      }),
    );
  }

  dispose(): void {
    this.#owned.dispose();
  }

  /** What a key in the tree is for. */
  keyTargets(): Promise<readonly NodeRef[]> {
    return this.#keys.get();
  }

  #check(items: readonly (readonly [NodeRef, vscode.TreeItemCheckboxState])[]): void {
    for (const state of [vscode.TreeItemCheckboxState.Checked, vscode.TreeItemCheckboxState.Unchecked]) {
      const refs = items.filter(([, each]) => each === state).map(([ref]) => ref);
      const runs = this.#withSelection(refs).flatMap((ref) => this.#runOf(ref) ?? []);
      this.marked.actions.set(runs, state === vscode.TreeItemCheckboxState.Checked).catch((error: unknown) => {
        this.log.error(`showing runs in charts: ${describe(error)}`);
        // The boxes say again what holds.
        this.tree.redraw();
      });
    }
  }

  /** A box of one of several selected runs is the box of all of them, as with every other command. */
  #withSelection(refs: readonly NodeRef[]): readonly NodeRef[] {
    const { selection } = this.view;
    return refs.some((ref) => selection.includes(ref)) ? [...new Set([...refs, ...selection])] : refs;
  }

  #runOf(ref: NodeRef): Run | undefined {
    return ref.kind === 'run' ? this.catalog.experiment(ref.experimentId)?.list?.runs.get(ref.runId) : undefined;
  }

  #select(selection: readonly NodeRef[]): void {
    if (this.#keys.isLooking) {
      return;
    }
    const runs = selection.filter((ref) => ref.kind === 'run');
    const [first] = runs;
    const isAnswer = runs.length === 1 && first?.runId === this.#revealed;
    this.#revealed = undefined;
    if (isAnswer) {
      return;
    }
    const byExperiment = new Map<string, string[]>();
    for (const { experimentId, runId } of runs) {
      byExperiment.set(experimentId, [...(byExperiment.get(experimentId) ?? []), runId]);
    }
    this.marked.selected.set(byExperiment, this);
  }

  /** VS Code selects one row at most when it is told to; of several that are selected in a table the tree keeps its own. */
  #reveal(experimentIds: readonly string[]): void {
    const runIds = this.marked.selected.get(experimentIds);
    const [runId] = runIds;
    const ref = runIds.length === 1 && runId !== undefined ? this.tree.visibleRun(runId) : undefined;
    if (ref && this.view.visible && !isOnly(this.view.selection, ref)) {
      this.#revealed = ref.runId;
      this.view.reveal(ref, { select: true, focus: false, expand: false }).then(undefined, (error: unknown) => {
        // Gone meanwhile, or not drawn yet: then it is not selected.
        this.#revealed = undefined;
        this.log.debug(`selecting a run in the tree: ${describe(error)}`);
      });
    }
  }
}

function isOnly(selection: readonly NodeRef[], ref: RunRef): boolean {
  return selection.length === 1 && selection[0]?.id === ref.id;
}
