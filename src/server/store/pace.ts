/** When a disk is waited for on the event loop. */
export interface Patience {
  /** Appends that take less are quick; milliseconds. A disk that is not kept waiting takes a tenth to a half of it. */
  readonly quick: number;
  /** So many quick ones in a row say that the disk is idle, … */
  readonly appends: number;
  /** … and so many in a row that one writer waited for, that there is nothing to do for others meanwhile. */
  readonly alone: number;
  /** What held the event loop for so long was a stall, milliseconds; … */
  readonly stall: number;
  /** … after which the event loop is not risked for so long; after one twice as long for four times as long, and so on. */
  readonly pause: number;
}

const patience: Patience = { quick: 1, appends: 32, alone: 8, stall: 10, pause: 1000 };
/** Milliseconds. What held the event loop for very long was mostly no disk: a debugger, a computer that slept. */
const longestPause = 600_000;

/**
 * Decides whether a synced append is waited for on the event loop (docs/adr/0008). One slow append, and the next ones are waited for in
 * another thread; so a stall of the disk holds the event loop once a minute at most, and a slow disk never does.
 */
export class Pace {
  private quickInARow = 0;
  private aloneInARow = 0;
  private notBefore = -Infinity;

  /** @param limits for tests: others */
  constructor(private readonly limits: Patience = patience) {}

  /** @param all how many wait for the append that comes next, where nobody else writes; 0 where others do */
  isToWaitHere(all: number): boolean {
    this.aloneInARow = all === 1 ? this.aloneInARow + 1 : 0;
    return (all > 1 || this.aloneInARow > this.limits.alone) && this.mayHold;
  }

  /** The disk is quick, and there was no stall lately. */
  get mayHold(): boolean {
    return this.isQuick && performance.now() >= this.notBefore;
  }

  /**
   * Writers mostly come again when they are answered: were everything that waits to go into one group, all would soon wait for the same
   * sync, with nothing to do for anybody meanwhile. So where syncs cost little, each of two groups takes half.
   * @param last writes in the group before this one, whose writers are just being answered; 0 where there was none
   * @param waiting at least 1
   * @returns how many of those that wait go into the next group
   */
  groupSize(last: number, waiting: number): number {
    return last > 0 && this.isQuick ? Math.min(waiting, Math.ceil((last + waiting) / 2)) : waiting;
  }

  private get isQuick(): boolean {
    return this.quickInARow >= this.limits.appends;
  }

  /** Times an append that is made in another thread. */
  async time(append: () => Promise<void>): Promise<void> {
    const from = performance.now();
    try {
      await append();
      this.note(performance.now() - from);
    } catch (error) {
      this.quickInARow = 0;
      throw error;
    }
  }

  /** Times an append that the event loop waits for. */
  timeHere(append: () => void): void {
    const from = performance.now();
    try {
      append();
    } finally {
      const now = performance.now();
      const took = now - from;
      const { stall, pause } = this.limits;
      if (took >= stall) {
        this.notBefore = now + Math.min(longestPause, pause * (took / stall) ** 2);
      }
      this.note(took);
    }
  }

  private note(took: number): void {
    this.quickInARow = took < this.limits.quick ? this.quickInARow + 1 : 0;
  }
}
