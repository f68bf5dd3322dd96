import type * as vscode from 'vscode';
import { Emitter } from '../../client/emitter';
import { changeShown, keptShown, readShown, sameShown, type ShownChange, type ShownRuns } from '../../core/shownRuns';

/**
 * Which runs of each experiment charts draw, kept by the workspace: what tree, table and charts show is this one state. A panel of
 * several experiments has that of each, so it stays in step with the tree, and with panels of one of them.
 */
export class ShownState {
  readonly #known = new Map<string, ShownRuns>();
  readonly #onChange = new Emitter<string>();

  constructor(
    private readonly memory: Pick<vscode.Memento, 'get' | 'update'>,
    private readonly onError: (error: unknown) => void,
  ) {}

  /** Undefined where nobody opened the experiment yet, nor said which runs to show: then the rule of the first opening holds. */
  get(experimentId: string): ShownRuns | undefined {
    return this.#known.get(experimentId) ?? this.#read(experimentId, experimentId);
  }

  /** Of a panel's experiments. What earlier versions kept with the panel's arrangement counts where nothing newer is there. */
  of(experimentIds: readonly string[]): { experimentId: string; shown: ShownRuns | undefined }[] {
    const arrangement = [...experimentIds].sort().join('+');
    return experimentIds.map((experimentId) => ({
      experimentId,
      shown: this.get(experimentId) ?? this.#read(experimentId, arrangement),
    }));
  }

  change(experimentId: string, change: ShownChange): void {
    const before = this.get(experimentId);
    const after = changeShown(before, change);
    if (!sameShown(before, after)) {
      this.#known.set(experimentId, after);
      this.#keep(experimentId, after);
      this.#onChange.fire(experimentId);
    }
  }

  /** Told the id of an experiment of which other runs are shown now. */
  onChange(listener: (experimentId: string) => void): vscode.Disposable {
    return this.#onChange.on(listener);
  }

  dispose(): void {
    this.#onChange.dispose();
  }

  #read(experimentId: string, arrangement: string): ShownRuns | undefined {
    const own = readShown(this.memory.get(memoryKey(experimentId)));
    const shown = own ?? shownOfArrangement(this.memory.get(`arrangement.${arrangement}`));
    if (shown) {
      this.#known.set(experimentId, shown);
    }
    if (shown && !own) {
      // The panel's next arrangement no longer has it.
      this.#keep(experimentId, shown);
    }
    return shown;
  }

  #keep(experimentId: string, shown: ShownRuns): void {
    this.memory.update(memoryKey(experimentId), keptShown(shown)).then(undefined, this.onError);
  }
}

function memoryKey(experimentId: string): string {
  return `shown.${experimentId}`;
}

/** Before this was one state, it was a part of what the panel arranged: JSON, in `table.shown`. */
function shownOfArrangement(kept: unknown): ShownRuns | undefined {
  if (typeof kept !== 'string') {
    return undefined;
  }
  try {
    const { table }: { table?: { shown?: unknown } } = JSON.parse(kept) as { table?: { shown?: unknown } };
    return readShown(table?.shown);
  } catch {
    // What was kept by something else is as if nothing was.
    return undefined;
  }
}
