import type { RunTable } from './runTable';

/** Runs that the user deletes or brings back in this very table, until that is seen in it: their lines wait for nothing. */
export class OwnChanges {
  readonly #deleted = new Set<string>();
  readonly #restored = new Set<string>();

  get deleted(): ReadonlySet<string> {
    return this.#deleted;
  }

  get restored(): ReadonlySet<string> {
    return this.#restored;
  }

  /** Said before it is asked for: what comes of it may be told earlier than the answer, and run by run. */
  deleting(runIds: readonly string[]): void {
    for (const id of runIds) {
      this.#deleted.add(id);
      this.#restored.delete(id);
    }
  }

  /** They are not deleted after all. */
  keeping(runIds: readonly string[]): void {
    runIds.forEach((id) => this.#deleted.delete(id));
  }

  restoring(runIds: readonly string[]): void {
    for (const id of runIds) {
      this.#restored.add(id);
      this.#deleted.delete(id);
    }
  }

  /** Forgets what the lines show by now. */
  seen(table: Pick<RunTable, 'slotOf'>): void {
    const isThere = (id: string): boolean => table.slotOf(id) !== undefined;
    [...this.#deleted].filter((id) => !isThere(id)).forEach((id) => this.#deleted.delete(id));
    [...this.#restored].filter(isThere).forEach((id) => this.#restored.delete(id));
  }
}
