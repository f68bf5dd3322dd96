import { statSync } from 'node:fs';

/** A store's folder that is missing at so many looks in a row was moved or deleted, and is no drive that was away for a moment. */
const missesUntilGone = 2;
/** Milliseconds between two looks, however many requests come. */
const shortestPause = 1_000;

/**
 * Whether a store's folder is still where it was opened. A server whose folder was moved would go on writing to its open files there,
 * and make new ones at the old place; another folder of that name (one that an upload made, or a new store) is not its own.
 */
export class FolderPresence {
  private readonly inode: bigint | undefined;
  private misses = 0;
  private isTold = false;
  private lookedAt = -Infinity;

  /**
   * @param onGone called once
   * @param now milliseconds, of a clock that does not jump back
   */
  constructor(
    private readonly folder: string,
    private readonly onGone: () => void,
    private readonly now: () => number = () => performance.now(),
  ) {
    this.inode = this.find();
  }

  isHere(): boolean {
    return this.find() === this.inode;
  }

  /** To be asked regularly and with each request. */
  isGone(): boolean {
    const now = this.now();
    if (now - this.lookedAt >= shortestPause) {
      this.lookedAt = now;
      this.misses = this.isHere() ? 0 : this.misses + 1;
    }
    if (this.misses >= missesUntilGone && !this.isTold) {
      this.isTold = true;
      this.onGone();
    }
    return this.isTold;
  }

  /** The number by which the file system knows the folder; the lock trusts in those, too. */
  private find(): bigint | undefined {
    try {
      return statSync(this.folder, { bigint: true }).ino;
    } catch {
      return undefined;
    }
  }
}
