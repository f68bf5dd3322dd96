import type { Log } from '../../log';
import type { Store } from '../../store/types';
import { takingTurns } from '../../turns';

/** Milliseconds between two looks for changes. */
const defaultInterval = 2000;

/**
 * Keeps the tables of large experiments ready while a window is attached: the first question about one would else have to wait until all of
 * its cells are read. What changed is read at most every two seconds, in turns.
 */
export class TableWarmth {
  readonly #timer: NodeJS.Timeout;
  #revision = -1;
  #work: Promise<void> | undefined;
  #ended = false;

  constructor(
    private readonly store: Pick<Store, 'table' | 'revision'>,
    private readonly isAttached: () => boolean,
    private readonly log: Log,
    interval = defaultInterval,
  ) {
    this.#timer = setInterval(() => this.#look(), interval);
    this.#timer.unref();
  }

  /** Ends when nothing is read any more. */
  async end(): Promise<void> {
    this.#ended = true;
    clearInterval(this.#timer);
    await this.#work;
  }

  #look(): void {
    const { revision } = this.store;
    if (this.isAttached() && this.#work === undefined && revision !== this.#revision) {
      this.#work = this.#warm(revision).finally(() => (this.#work = undefined));
    }
  }

  async #warm(revision: number): Promise<void> {
    const turn = takingTurns();
    try {
      await this.store.table.warm(async () => {
        await turn();
        if (this.#ended) {
          throw new Error('The server ends.');
        }
      });
      this.#revision = revision;
    } catch (error) {
      if (!this.#ended) {
        this.log.error(`reading tables ahead: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
  }
}
