import { Coalescer } from '../../core/coalescer';
import type { ChangeBatch } from '../../protocol/extras';
import { PendingChanges, type Changes } from './pendingChanges';

/**
 * Milliseconds between two refreshes; what a script logs meanwhile is read at once. VS Code holds changes of a tree back until
 * there was none for 200 ms, so at a shorter interval a script that logs all the time would freeze the tree.
 */
const refreshInterval = 300;
/** Milliseconds before a refresh that failed is done again, where nothing else asks for one: the first, and the longest. */
const firstRetry = 1000;
const longestRetry = 30_000;

export interface RefresherOptions {
  /** Shows what changed. What it throws is told, and then everything is read afresh. */
  readonly refresh: (changes: Changes) => Promise<void>;
  /** Changes are gathered as long as nothing can be read. */
  readonly isConnected: () => boolean;
  readonly onError: (error: unknown) => void;
}

/** Gathers what changed and has it shown, one refresh at a time; one that failed is done again. */
export class Refresher {
  readonly #pending = new PendingChanges();
  readonly #coalescer: Coalescer;
  #failures = 0;
  #isDisposed = false;
  #retry: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly options: RefresherOptions) {
    this.#coalescer = new Coalescer(() => this.#run(), {
      minInterval: refreshInterval,
      onError: (error) => this.#failed(error),
    });
  }

  add(batch: ChangeBatch): void {
    this.#pending.add(batch);
    this.#coalescer.request();
  }

  /** Everything may have changed. */
  addAll(): void {
    this.#pending.addAll();
    this.#coalescer.request();
  }

  dispose(): void {
    this.#isDisposed = true;
    clearTimeout(this.#retry);
    this.#coalescer.dispose();
  }

  async #run(): Promise<void> {
    clearTimeout(this.#retry);
    if (this.options.isConnected()) {
      await this.options.refresh(this.#pending.take());
      this.#failures = 0;
    }
  }

  #failed(error: unknown): void {
    if (this.#isDisposed) {
      return;
    }
    // What was taken and not shown is not known any more.
    this.#pending.addAll();
    const wait = Math.min(longestRetry, firstRetry * 2 ** Math.min(this.#failures, 10));
    this.#failures += 1;
    this.#retry = setTimeout(() => this.#coalescer.request(), wait);
    this.options.onError(error);
  }
}
