import { nextTurn } from '../turns';

/** How long a group waits for those that write again and again. */
export interface GatheringLimits {
  /** So long for the next one of them, milliseconds; a program that only logs comes again in a tenth of it. */
  readonly next: number;
  /** For more writers than this it does not wait: reading what one half sends takes as long as a sync for the other. */
  readonly most: number;
  /** Each group after so many waits for twice as many, which shows how many there are. */
  readonly count: number;
  /** After so many waits in vain one after the other, … */
  readonly inVain: number;
  /** … the next group does not wait; after one more the next two do not, then four, but never more than so many. */
  readonly rest: number;
}

const usual: GatheringLimits = { next: 0.1, most: 32, count: 64, inVain: 4, rest: 64 };

/**
 * Knows how many write again and again, and has a group of commits wait until all of them are there: one sync is enough for everybody then,
 * and nobody is left who could be served while it goes on. One that writes again and again is waited for awake, too: to be woken takes a
 * third of what its next request takes (docs/adr/0008).
 */
export class Gathering {
  /** How many wrote when the group before was made; 0 where there was none. */
  private active = 0;
  private uncounted = 0;
  private inVain = 0;
  private resting = 0;

  /** @param limits for tests: others */
  constructor(private readonly limits: GatheringLimits = usual) {}

  /** @param writers in the group that is made now, and behind it; 0 when nobody came any more */
  note(writers: number): void {
    this.active = writers;
  }

  /** Whether these are all. Of those that begin in the same moment nobody knows how many there are. */
  isAll(waiting: number): boolean {
    return this.active === 0 ? waiting === 1 : waiting >= this.active;
  }

  /**
   * Resolves when all are there, or when the next one takes too long; others have their turns meanwhile.
   * @param waiting tells how many are there
   */
  async gather(waiting: () => number): Promise<void> {
    const { active, limits } = this;
    if (active === 0 || active > limits.most) {
      return;
    }
    if (this.resting > 0) {
      this.resting--;
      return;
    }
    // Halves that take turns look like all of them: while one is synced the other is not read.
    const isToCount = this.uncounted++ >= limits.count;
    await this.comeTogether(isToCount ? 2 * active : active, waiting);
    if (isToCount) {
      this.uncounted = 0;
    }
    if (this.isAll(waiting())) {
      this.inVain = 0;
      return;
    }
    this.inVain++;
    this.resting = Math.min(limits.rest, Math.floor(2 ** (this.inVain - limits.inVain)));
  }

  private async comeTogether(all: number, waiting: () => number): Promise<void> {
    let since = performance.now();
    for (let count = waiting(); count < all;) {
      await nextTurn();
      const now = performance.now();
      const before = count;
      count = waiting();
      if (count > before) {
        since = now;
      } else if (now - since > this.limits.next) {
        return;
      }
    }
  }
}
