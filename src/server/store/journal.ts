import path from 'node:path';
import { encodeFrame, headerSize, segmentHeader } from './journalFormat';
import type { StoreFile, StoreFiles } from './files';
import { Pace, type Patience } from './pace';
import { Room, type RoomSizes } from './room';

export function segmentName(first: number): string {
  return `${String(first).padStart(16, '0')}.log`;
}

export const segmentPattern = /^(\d{16,})\.log$/;

/** An append failed, and what was written of it could not be cut off: after a crash now it may be there, whole. */
export class UncertainAppendError extends Error {
  override readonly name = 'UncertainAppendError';
}

export interface SegmentExtent {
  /** Number of its first change. */
  readonly first: number;
  /** Bytes up to the end of its last frame. */
  readonly end: number;
}

/** The segment that is written to. */
interface OpenSegment extends SegmentExtent {
  readonly file: StoreFile;
  end: number;
  /** Where the file ends, at least `end`; between the two are zeros. */
  reserved: number;
  /** While it gets more room; never rejects. */
  reserving: Promise<void> | undefined;
  /** What could not be written could not be cut off either: no append any more. */
  broken: boolean;
  /** The disk has no more room, or none that is sure. */
  isWithoutRoom: boolean;
}

/** The writing end of the journal. Only one `append` at a time. */
export class Journal {
  private current: OpenSegment | undefined;
  /** Older segments that are still there, ascending. */
  private older: readonly SegmentExtent[];
  private olderBytes = 0;
  private closing: Promise<unknown> = Promise.resolve();
  private readonly pace: Pace;
  private readonly room: Room;
  /** From `rotate` to `removeUpTo`: the disk is busy then. */
  private isCheckpointing = false;

  /**
   * @param older the segments that are there, ascending
   * @param limits for tests: others
   */
  constructor(
    private readonly files: StoreFiles,
    private readonly folder: string,
    older: readonly SegmentExtent[],
    limits: { readonly patience?: Patience; readonly room?: RoomSizes } = {},
  ) {
    this.pace = new Pace(limits.patience);
    this.room = new Room(limits.room);
    this.older = older;
    this.countOlder();
  }

  /** Bytes in all segments, room that is left not counted. */
  get size(): number {
    return this.olderBytes + (this.current?.end ?? 0);
  }

  /**
   * Writes one frame and syncs it. When this rejects, nothing of it is in the journal, and the next append may succeed.
   * @param first sequence number of the first change in it
   * @param payload in one piece or some; is copied before this returns
   * @param all how many wait for it, where nobody else writes: it may hold the event loop then instead of going to another thread
   *   (`Pace`); 0 where others do
   * @throws UncertainAppendError where something of it may be in the journal until the next append succeeds; system errors
   */
  async append(first: number, count: number, payload: Uint8Array | readonly Uint8Array[], all = 1): Promise<void> {
    const frame = encodeFrame(first, count, payload);
    if (this.current?.reserving !== undefined) {
      // Never both at once: whatever fails concerns either the room or the frame, and what is not durable is one write at most.
      await this.current.reserving;
    }
    if (this.current === undefined || this.current.broken) {
      await this.startSegment(first);
    }
    const segment = this.current;
    if (segment === undefined) {
      throw new Error('the journal has no segment');
    }
    try {
      const here = this.pace.isToWaitHere(all) && !this.isCheckpointing;
      if (here && segment.file.writeSyncedHere !== undefined) {
        this.pace.timeHere(() => segment.file.writeSyncedHere?.(frame, segment.end));
      } else {
        await this.pace.time(() => segment.file.writeSynced(frame, segment.end));
      }
    } catch (error) {
      await this.cutBack(segment);
      throw segment.broken ? new UncertainAppendError(messageOf(error), { cause: error }) : error;
    }
    segment.end += frame.length;
    segment.reserved = Math.max(segment.reserved, segment.end);
    const more = segment.isWithoutRoom ? 0 : this.room.due(frame.length, segment.end, segment.reserved);
    if (more > 0) {
      // Meanwhile the frame's writers are answered, and their next writes come in.
      segment.reserving = this.reserve(segment, more).finally(() => {
        segment.reserving = undefined;
      });
    }
  }

  /** Whether an append may hold the event loop where nobody else writes meanwhile. */
  get canWaitHere(): boolean {
    return this.pace.mayHold && !this.isCheckpointing && this.current?.file.writeSyncedHere !== undefined;
  }

  /** How many of those that wait should share the next append (`Pace.groupSize`). */
  groupSize(last: number, waiting: number): number {
    return this.pace.groupSize(last, waiting);
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
    await this.closing;
    const { older } = this;
    const gone = older.filter((_, i) => ((older[i + 1] ?? this.current)?.first ?? seq + 1) <= seq + 1);
    for (const { first } of gone) {
      await this.files.remove(path.join(this.folder, segmentName(first)));
      await this.files.syncFolder(this.folder);
      this.forget(first);
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
    this.older = [...this.older, { first: segment.first, end: segment.end }];
    this.countOlder();
    // All in it is synced; closing has nothing to say that matters.
    const close = async (): Promise<void> => {
      await segment.reserving;
      await segment.file.close();
    };
    this.closing = Promise.allSettled([this.closing, close()]);
  }

  private forget(first: number): void {
    this.older = this.older.filter((each) => each.first !== first);
    this.countOlder();
  }

  private countOlder(): void {
    this.olderBytes = this.older.reduce((sum, { end }) => sum + end, 0);
  }

  private async startSegment(first: number): Promise<void> {
    this.endSegment();
    // Nothing is written to the one before when the new one has the first frame.
    await this.closing;
    // A segment of the same name holds no answered change: its first one would be `first`. So it may be overwritten.
    this.forget(first);
    const file = await this.files.open(path.join(this.folder, segmentName(first)), 'log');
    try {
      await file.writeSynced(segmentHeader(first), 0);
      await this.files.syncFolder(this.folder);
    } catch (error) {
      await file.close().catch(() => undefined);
      await this.files.remove(path.join(this.folder, segmentName(first))).catch(() => undefined);
      throw error;
    }
    const extent = { first, end: headerSize, reserved: headerSize };
    this.current = { ...extent, file, reserving: undefined, broken: false, isWithoutRoom: false };
  }

  /** Writes zeros behind the segment's room. Where that fails it is cut off at its last frame, and goes on without room. */
  private async reserve(segment: OpenSegment, bytes: number): Promise<void> {
    try {
      await segment.file.writeSynced(new Uint8Array(bytes), segment.reserved);
      segment.reserved += bytes;
    } catch {
      // A full disk, mostly: appends say so when it concerns them.
      segment.isWithoutRoom = true;
      await this.cutBack(segment);
    }
  }

  /** After a failed write an unknown part of it is in the file, or all of it without being durable. */
  private async cutBack(segment: OpenSegment): Promise<void> {
    try {
      await segment.file.truncate(segment.end);
      await segment.file.sync();
      segment.reserved = segment.end;
    } catch {
      // The next append goes to a new segment; readers stop in this one where the new one begins.
      segment.broken = true;
    }
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
