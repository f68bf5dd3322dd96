import path from 'node:path';
import { encodeFrame, headerSize, segmentHeader } from './journalFormat';
import type { StoreFile, StoreFiles } from './files';
import { Pace, type Patience } from './pace';

export function segmentName(first: number): string {
  return `${String(first).padStart(16, '0')}.log`;
}

export const segmentPattern = /^(\d{16,})\.log$/;

/** An append failed, and what was written of it could not be cut off: after a crash now it may be there, whole. */
export class UncertainAppendError extends Error {
  override readonly name = 'UncertainAppendError';
}

/** The writing end of the journal. Only one `append` at a time. */
export class Journal {
  private current: { file: StoreFile; first: number; end: number; broken: boolean } | undefined;
  /** First sequence numbers of older segments that are still there, ascending. */
  private older: number[];
  private olderBytes: number;
  private closing: Promise<void> = Promise.resolve();
  private readonly pace: Pace;
  /** From `rotate` to `removeUpTo`: the disk is busy then. */
  private isCheckpointing = false;

  /**
   * @param older first sequence numbers of the segments that are there
   * @param olderBytes their size in bytes
   * @param patience for tests: another
   */
  constructor(
    private readonly files: StoreFiles,
    private readonly folder: string,
    older: readonly number[],
    olderBytes: number,
    patience?: Patience,
  ) {
    this.pace = new Pace(patience);
    this.older = [...older];
    this.olderBytes = olderBytes;
  }

  /** Bytes in all segments. */
  get size(): number {
    return this.olderBytes + (this.current?.end ?? 0);
  }

  /**
   * Writes one frame and syncs it. When this rejects, nothing of it is in the journal, and the next append may succeed.
   * @param first sequence number of the first change in it
   * @param payload is copied before this returns
   * @param writers how many wait for it: for one alone this may hold the event loop instead of going to another thread (`Pace`)
   * @throws UncertainAppendError where something of it may be in the journal until the next append succeeds; system errors
   */
  async append(first: number, count: number, payload: Uint8Array, writers = 1): Promise<void> {
    const frame = encodeFrame(first, count, payload);
    if (this.current === undefined || this.current.broken) {
      await this.startSegment(first);
    }
    const segment = this.current;
    if (segment === undefined) {
      throw new Error('the journal has no segment');
    }
    try {
      const here = this.pace.isToWaitHere(writers) && !this.isCheckpointing;
      if (here && segment.file.appendSyncedHere !== undefined) {
        this.pace.timeHere(() => segment.file.appendSyncedHere?.(frame));
      } else {
        await this.pace.time(() => segment.file.appendSynced(frame));
      }
    } catch (error) {
      await this.cutBack(segment);
      throw segment.broken ? new UncertainAppendError(messageOf(error), { cause: error }) : error;
    }
    segment.end += frame.length;
  }

  /** A checkpoint begins: the next append starts a new segment. Not while one is under way. */
  rotate(): void {
    this.isCheckpointing = true;
    this.endSegment();
  }

  /**
   * A checkpoint ends: removes the segments before the current one whose changes are all at most `seq`; oldest first, and each
   * durably before the next: a loss of power must not bring one back without those that follow it.
   */
  async removeUpTo(seq: number): Promise<void> {
    const gone = this.older.filter((_, i) => (this.older[i + 1] ?? this.current?.first ?? seq + 1) <= seq + 1);
    for (const first of gone) {
      await this.files.remove(path.join(this.folder, segmentName(first)));
      await this.files.syncFolder(this.folder);
      this.older = this.older.filter((each) => each !== first);
    }
    if (gone.length > 0) {
      this.olderBytes = 0;
      for (const first of this.older) {
        this.olderBytes += (await this.files.facts(path.join(this.folder, segmentName(first))))?.size ?? 0;
      }
    }
    this.isCheckpointing = false;
  }

  async close(): Promise<void> {
    this.endSegment();
    await this.closing;
  }

  private endSegment(): void {
    const segment = this.current;
    if (segment === undefined) {
      return;
    }
    this.current = undefined;
    this.older.push(segment.first);
    this.olderBytes += segment.end;
    // All in it is synced; closing has nothing to say that matters.
    this.closing = segment.file.close().catch(() => undefined);
  }

  private async startSegment(first: number): Promise<void> {
    this.endSegment();
    // A segment of the same name holds no answered change: its first one would be `first`. So it may be overwritten.
    this.older = this.older.filter((each) => each !== first);
    const file = await this.files.open(path.join(this.folder, segmentName(first)), 'log');
    try {
      await file.appendSynced(segmentHeader(first));
      await this.files.syncFolder(this.folder);
    } catch (error) {
      await file.close().catch(() => undefined);
      await this.files.remove(path.join(this.folder, segmentName(first))).catch(() => undefined);
      throw error;
    }
    this.current = { file, first, end: headerSize, broken: false };
  }

  /** After a failed append an unknown part of the frame is in the file, or all of it without being durable. */
  private async cutBack(segment: { file: StoreFile; end: number; broken: boolean }): Promise<void> {
    try {
      await segment.file.truncate(segment.end);
      await segment.file.sync();
    } catch {
      // The next append goes to a new segment; readers stop in this one where the new one begins.
      segment.broken = true;
    }
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
