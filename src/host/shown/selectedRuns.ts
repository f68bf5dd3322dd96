import type * as vscode from 'vscode';
import * as z from 'zod/mini';
import { Emitter } from '../../client/emitter';

/** Who selects: the tree, or a panel by its own object. Nobody is told of what was selected by itself. */
export type Selector = object;

export interface SelectionChange {
  readonly experimentIds: ReadonlySet<string>;
  readonly by: Selector;
}

const memoryKey = 'selected';
/**
 * Ids that are kept in all: VS Code writes all that an extension keeps at once, so thousands of them would be written with each click.
 * Of a larger selection, as by Ctrl+A, nothing is kept: a part of it would be another selection.
 */
const mostKept = 500;
const kept = z.array(z.tuple([z.string(), z.array(z.string())]));

/**
 * The runs that are selected, of each experiment, in tree, tables and charts. The workspace keeps those that were selected last; runs
 * that are gone drop out where they are shown.
 */
export class SelectedRuns {
  /** By experiment, the one in which something was selected last at the end. */
  readonly #runIds: Map<string, readonly string[]>;
  readonly #onChange = new Emitter<SelectionChange>();

  constructor(
    private readonly memory: Pick<vscode.Memento, 'get' | 'update'>,
    private readonly onError: (error: unknown) => void,
  ) {
    // What was kept by something else is as if nothing was.
    this.#runIds = new Map(kept.safeParse(memory.get(memoryKey)).data);
  }

  get(experimentIds: readonly string[]): string[] {
    return experimentIds.flatMap((id) => this.#runIds.get(id) ?? []);
  }

  /** Experiments that are not named keep what is selected of them. */
  set(selection: ReadonlyMap<string, readonly string[]>, by: Selector): void {
    const changed = [...selection].filter(([id, runIds]) => !sameIds(this.#runIds.get(id) ?? [], runIds));
    for (const [id, runIds] of changed) {
      this.#runIds.delete(id);
      this.#runIds.set(id, runIds);
    }
    if (changed.length > 0) {
      this.memory.update(memoryKey, this.#toKeep()).then(undefined, this.onError);
      this.#onChange.fire({ experimentIds: new Set(changed.map(([id]) => id)), by });
    }
  }

  onChange(listener: (change: SelectionChange) => void): vscode.Disposable {
    return this.#onChange.on(listener);
  }

  dispose(): void {
    this.#onChange.dispose();
  }

  /** The newest selections that have room; undefined: there are none. */
  #toKeep(): z.infer<typeof kept> | undefined {
    let room = mostKept;
    const found: z.infer<typeof kept> = [];
    for (const [id, runIds] of [...this.#runIds].reverse()) {
      if (runIds.length > 0 && runIds.length <= room) {
        room -= runIds.length;
        found.unshift([id, [...runIds]]);
      }
    }
    return found.length > 0 ? found : undefined;
  }
}

function sameIds(a: readonly string[], b: readonly string[]): boolean {
  const known = new Set(a);
  return known.size === new Set(b).size && b.every((id) => known.has(id));
}
