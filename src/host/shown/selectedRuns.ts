import type * as vscode from 'vscode';
import { Emitter } from '../../client/emitter';

/** Who selects: the tree, or a panel by its own object. Nobody is told of what was selected by itself. */
export type Selector = object;

export interface SelectionChange {
  readonly experimentIds: ReadonlySet<string>;
  readonly by: Selector;
}

/** The runs that are selected, of each experiment, in tree, tables and charts; for as long as the window lives. */
export class SelectedRuns {
  readonly #runIds = new Map<string, readonly string[]>();
  readonly #onChange = new Emitter<SelectionChange>();

  get(experimentIds: readonly string[]): string[] {
    return experimentIds.flatMap((id) => this.#runIds.get(id) ?? []);
  }

  /** Experiments that are not named keep what is selected of them. */
  set(selection: ReadonlyMap<string, readonly string[]>, by: Selector): void {
    const changed = [...selection].filter(([id, runIds]) => !sameIds(this.#runIds.get(id) ?? [], runIds));
    changed.forEach(([id, runIds]) => this.#runIds.set(id, runIds));
    if (changed.length > 0) {
      this.#onChange.fire({ experimentIds: new Set(changed.map(([id]) => id)), by });
    }
  }

  onChange(listener: (change: SelectionChange) => void): vscode.Disposable {
    return this.#onChange.on(listener);
  }

  dispose(): void {
    this.#onChange.dispose();
  }
}

function sameIds(a: readonly string[], b: readonly string[]): boolean {
  const known = new Set(a);
  return known.size === new Set(b).size && b.every((id) => known.has(id));
}
