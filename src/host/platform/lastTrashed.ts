/** A run or an experiment that was moved to the trash. */
export type Trashed =
  { readonly kind: 'run'; readonly runId: string } | { readonly kind: 'experiment'; readonly experimentId: string };

/** What was moved to the trash last, from wherever in the window, as long as it was not taken back: what Undo restores. */
export class LastTrashed {
  #things: readonly Trashed[] = [];

  /** @param onChange told whether there is something to undo */
  constructor(private readonly onChange: (canUndo: boolean) => void) {}

  get things(): readonly Trashed[] {
    return this.#things;
  }

  set(things: readonly Trashed[]): void {
    this.#things = things;
    this.onChange(things.length > 0);
  }

  /** To be called when things were restored in another way than by Undo. */
  restored(things: readonly Trashed[]): void {
    const back = new Set(things.map(idOf));
    this.set(this.#things.filter((thing) => !back.has(idOf(thing))));
  }
}

function idOf(thing: Trashed): string {
  return thing.kind === 'run' ? thing.runId : `experiment ${thing.experimentId}`;
}
