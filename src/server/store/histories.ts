import { createHash } from 'node:crypto';
import path from 'node:path';
import type { Steps } from '../../core/steps';
import { StoreDamagedError } from './damage';
import { systemCode, type StoreFiles } from './files';
import { History, type HistoryExport, type HistoryHome, pointSizes, type PointSizes } from './history';
import type { Migration } from './migrations';
import { pointsHeaderSize, verifyPointsHeader } from './pointsFile';
import type { SqlJs } from './sqlite';

/** Histories without unsaved changes that stay open: at most so many … */
const keptOpen = 200;
/** … of so many bytes together. */
const keptBytes = 128 * 1024 * 1024;

/**
 * A history's file name. Ids as Labbook makes them are their own name; others may be too long, differ from another one in case
 * only, or be reserved (`con`), so they become a hash. The id itself is in the file's table `meta`.
 */
export function historyName(runId: string): string {
  const safe = /^[0-9a-f]{32}$/.test(runId);
  return safe ? `${runId}.sqlite` : `x-${createHash('sha256').update(runId).digest('hex')}.sqlite`;
}

export const databaseSuffix = '.sqlite';
export const pointsSuffix = '.points';

/** The open histories, most recently used last. Those with unsaved changes stay open until a checkpoint has saved them. */
export class Histories {
  private readonly open = new Map<string, History>();
  /** Of each history with changes that its file does not have: the sequence number of the last one. */
  private readonly dirty = new Map<string, number>();
  /** Runs whose histories are inside a transaction. */
  private readonly touched = new Set<string>();
  /** Runs that the running transaction deletes for good. */
  private readonly forgotten = new Set<string>();
  /** Grows with each history that is opened, made or forgotten. */
  private opened = 0;

  constructor(
    private readonly sqlite: SqlJs,
    private readonly files: StoreFiles,
    readonly folder: string,
    private readonly sizes: PointSizes = pointSizes,
    private readonly migrations?: readonly Migration[],
  ) {}

  /**
   * The history of a run, or undefined where it has none.
   * @throws StoreDamagedError, StoreVersionError, system errors
   */
  find(runId: string): History | undefined {
    const known = this.open.get(runId);
    if (known !== undefined) {
      this.open.delete(runId);
      this.open.set(runId, known);
      return known;
    }
    const bytes = this.read(runId);
    return bytes && this.add(runId, History.open(this.homeOf(runId), bytes));
  }

  /** Opens a run's history, where it has one, so that `find` has it at once. @throws as `find` */
  *openInSteps(runId: string): Steps<void> {
    const { opened } = this;
    const bytes = this.open.has(runId) ? undefined : this.read(runId);
    if (bytes === undefined) {
      return;
    }
    yield;
    const history = yield* History.openInSteps(this.homeOf(runId), bytes);
    if (opened === this.opened) {
      this.add(runId, history);
    }
    // Otherwise it may have been opened meanwhile, and its file may be another one by now: whoever asks for it opens it.
  }

  private read(runId: string): Uint8Array | undefined {
    try {
      return this.files.readSync(this.fileOf(runId));
    } catch (error) {
      if (systemCode(error) === 'ENOENT') {
        return undefined;
      }
      throw error;
    }
  }

  /** The history of a run inside the running transaction, made where there is none. */
  change(runId: string): History {
    const history = this.find(runId) ?? this.add(runId, History.create(this.homeOf(runId)));
    this.touched.add(runId);
    return history;
  }

  /** Keeps what was changed since the last commit or rollback. @param seq sequence number of the last change */
  commit(seq: number): void {
    this.forgotten.forEach((runId) => this.forgetNow(runId));
    this.forgotten.clear();
    if (this.touched.size === 0) {
      return;
    }
    for (const runId of this.touched) {
      this.open.get(runId)?.commit();
      this.dirty.set(runId, seq);
    }
    this.touched.clear();
  }

  rollback(): void {
    this.forgotten.clear();
    for (const runId of this.touched) {
      this.open.get(runId)?.rollback();
    }
    this.touched.clear();
  }

  /** With the running transaction's end the run has no history any more, in memory; the file is removed later (purge/). */
  forget(runId: string): void {
    this.forgotten.add(runId);
  }

  /** The same at once: no rollback brings it back. */
  forgetNow(runId: string): void {
    if (this.touched.delete(runId)) {
      this.open.get(runId)?.rollback();
    }
    this.opened++;
    this.open.delete(runId);
    this.dirty.delete(runId);
  }

  /** Runs with changes that no file has. */
  get dirtyRuns(): string[] {
    return [...this.dirty.keys()];
  }

  get dirtyCount(): number {
    return this.dirty.size;
  }

  /** Prepares the export of a run's history; not inside a transaction. */
  pack(runId: string): Steps<void> | undefined {
    return this.open.get(runId)?.pack();
  }

  /**
   * @param seq sequence number of the last change of all; the files then say that they hold all up to there
   * @param pointsEnd size of the run's points' file
   */
  export(runId: string, seq: number, pointsEnd: number): HistoryExport | undefined {
    return this.open.get(runId)?.export(seq, pointsEnd);
  }

  /** The file on the disk holds the changes up to `seq`. */
  saved(runId: string, seq: number): void {
    if ((this.dirty.get(runId) ?? 0) <= seq) {
      this.dirty.delete(runId);
    }
    this.evict();
  }

  close(): void {
    this.opened++;
    this.open.clear();
    this.dirty.clear();
    this.touched.clear();
  }

  fileOf(runId: string): string {
    return path.join(this.folder, historyName(runId));
  }

  /** Where the points are that the database has no room for. */
  pointsFileOf(runId: string): string {
    return this.fileOf(runId).replace(/\.sqlite$/, pointsSuffix);
  }

  /** Whether the newest database of a run, on the disk or in memory, speaks of blocks in its points' file. */
  usesPointsFile(runId: string): boolean {
    return this.open.get(runId)?.usesPointsFile === true;
  }

  /** All files that a run may have, that which speaks of the others first. */
  filesOf(runId: string): string[] {
    return [this.fileOf(runId), this.pointsFileOf(runId)];
  }

  private homeOf(runId: string): HistoryHome {
    const pointsFile = this.pointsFileOf(runId);
    // Who opens a history need not read its blocks, and who does reads many: the header is looked at once, with the first of them.
    let isVerified = false;
    return {
      sqlite: this.sqlite,
      runId,
      file: this.fileOf(runId),
      pointsFile,
      sizes: this.sizes,
      migrations: this.migrations,
      readPoints: (offset, length, room) => {
        if (!isVerified) {
          verifyPointsHeader(pointsFile, this.readPart(pointsFile, 0, pointsHeaderSize));
          isVerified = true;
        }
        return this.readPart(pointsFile, offset, length, room);
      },
    };
  }

  /** @throws StoreDamagedError where the file has no such part */
  private readPart(file: string, offset: number, length: number, room?: Uint8Array): Uint8Array {
    let bytes: Uint8Array;
    try {
      bytes = this.files.readPartSync(file, offset, length, room);
    } catch (error) {
      if (systemCode(error) === 'ENOENT') {
        throw new StoreDamagedError(file, offset, 'It is missing.');
      }
      throw error;
    }
    if (bytes.length < length) {
      throw new StoreDamagedError(file, offset + bytes.length, 'It ends too early.');
    }
    return bytes;
  }

  private add(runId: string, history: History): History {
    this.evict();
    this.opened++;
    this.open.set(runId, history);
    return history;
  }

  /** Closes the least recently used of those that the disk has. */
  private evict(): void {
    const clean = [...this.open].filter(([runId]) => !this.dirty.has(runId) && !this.touched.has(runId));
    let bytes = clean.reduce((sum, [, history]) => sum + history.bytes, 0);
    let count = clean.length;
    for (const [runId, history] of clean) {
      if (count <= keptOpen && bytes <= keptBytes) {
        return;
      }
      this.open.delete(runId);
      bytes -= history.bytes;
      count--;
    }
  }
}
