import type { ChangeBatch } from '../protocol/extras';
import { Emitter } from './emitter';
import type { Disposable, FeedState } from './types';

/** Milliseconds. */
export interface FeedTimes {
  /** Between two polls of a server that has no feed. */
  readonly poll: number;
  /** The connection counts as dead after this long without a sign of life; the server gives one every 15 s. */
  readonly silence: number;
  /** Wait before the first new attempt; doubles up to `lastRetry`. */
  readonly firstRetry: number;
  readonly lastRetry: number;
}

export const feedTimes: FeedTimes = { poll: 5_000, silence: 45_000, firstRetry: 200, lastRetry: 5_000 };

/** A connection that lived this long was a good one: what follows begins again with the shortest wait. */
const goodMilliseconds = 5_000;

/** What both kinds of feed share: listeners, the state, and when to try again. */
export class FeedCore implements Disposable {
  readonly changes = new Emitter<ChangeBatch>();
  readonly resets = new Emitter<void>();
  readonly states = new Emitter<FeedState>();
  private current: FeedState = { state: 'connecting' };
  private connectedAt = Infinity;
  private failures = 0;
  private timer: NodeJS.Timeout | undefined;
  private attempt: (() => void) | undefined;
  private isDisposed = false;

  constructor(private readonly times: FeedTimes) {}

  get state(): FeedState {
    return this.current;
  }

  get disposed(): boolean {
    return this.isDisposed;
  }

  connecting(): void {
    this.set({ state: 'connecting' });
  }

  connected(): void {
    if (this.current.state !== 'connected') {
      this.connectedAt = Date.now();
      this.set({ state: 'connected' });
    }
  }

  /** Tells why, and calls `attempt` after a wait that grows with the failures in a row, somewhat random. */
  disconnected(reason: string, attempt: () => void): void {
    if (this.isDisposed) {
      return;
    }
    this.failures = Date.now() - this.connectedAt >= goodMilliseconds ? 0 : this.failures;
    this.connectedAt = Infinity;
    const wait = Math.min(this.times.lastRetry, this.times.firstRetry * 2 ** Math.min(this.failures, 16));
    const delay = wait * (0.75 + Math.random() / 4);
    this.failures++;
    this.later(delay, attempt);
    this.set({ state: 'disconnected', reason, retryAt: Date.now() + delay });
  }

  /** Calls `attempt` after `delay` milliseconds, or when `now` is called before. */
  later(delay: number, attempt: () => void): void {
    clearTimeout(this.timer);
    if (!this.isDisposed) {
      this.attempt = attempt;
      this.timer = setTimeout(() => this.now(), delay);
    }
  }

  /** Makes the attempt that is waited for at once. */
  now(): void {
    clearTimeout(this.timer);
    const { attempt } = this;
    this.attempt = undefined;
    attempt?.();
  }

  dispose(): void {
    this.isDisposed = true;
    clearTimeout(this.timer);
    this.attempt = undefined;
    this.changes.dispose();
    this.resets.dispose();
    this.states.dispose();
  }

  private set(state: FeedState): void {
    this.current = state;
    this.states.fire(state);
  }
}
