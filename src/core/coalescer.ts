export interface CoalescerOptions {
  /** Milliseconds that pass at least between the end of one run and the start of the next; default 0. */
  readonly minInterval?: number;
  /** Told what a run threw; must not throw itself. The next request runs all the same. */
  readonly onError: (error: unknown) => void;
}

/**
 * Turns any number of requests into as few runs of a task as keep its result current: one run at a time, and after it exactly
 * one more when there was a request meanwhile. A request is never lost, also not when a run throws.
 */
export class Coalescer {
  private state: 'idle' | 'waiting' | 'running' | 'dirty' | 'disposed' = 'idle';
  private timer: ReturnType<typeof setTimeout> | undefined;
  private lastEnd = -Infinity;
  private idleWaiters: (() => void)[] = [];

  constructor(
    private readonly task: () => void | Promise<void>,
    private readonly options: CoalescerOptions,
  ) {}

  /** Asks for a run that begins after now. It begins at once when none is under way and the interval has passed. */
  request(): void {
    if (this.state === 'running') {
      this.state = 'dirty';
    } else if (this.state === 'idle') {
      this.schedule();
    }
  }

  /** Resolves when nothing runs and nothing is asked for, or on dispose. */
  whenIdle(): Promise<void> {
    return this.state === 'idle' || this.state === 'disposed'
      ? Promise.resolve()
      : new Promise((resolve) => this.idleWaiters.push(resolve));
  }

  /** No run begins any more; one under way ends by itself. */
  dispose(): void {
    this.state = 'disposed';
    clearTimeout(this.timer);
    this.tellIdle();
  }

  private schedule(): void {
    const interval = this.options.minInterval ?? 0;
    // Never longer than the interval, also when the clock was set back.
    const wait = Math.min(interval, this.lastEnd + interval - Date.now());
    if (wait > 0) {
      this.state = 'waiting';
      this.timer = setTimeout(() => void this.run(), wait);
    } else {
      void this.run();
    }
  }

  private async run(): Promise<void> {
    this.state = 'running';
    try {
      await this.task();
    } catch (error) {
      this.options.onError(error);
    } finally {
      this.lastEnd = Date.now();
      this.next();
    }
  }

  private next(): void {
    const { state } = this;
    if (state === 'disposed') {
      return;
    }
    this.state = 'idle';
    if (state === 'dirty') {
      this.schedule();
    } else {
      this.tellIdle();
    }
  }

  private tellIdle(): void {
    const waiters = this.idleWaiters;
    this.idleWaiters = [];
    for (const resolve of waiters) {
      resolve();
    }
  }
}
