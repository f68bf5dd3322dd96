import path from 'node:path';
import type { Committer } from './committer';
import type { Databases } from './databases';
import { replaceFile, type StoreFiles } from './files';
import type { Histories } from './histories';
import type { Journal } from './journal';
import { inTurns, nextTurn, someOf } from '../turns';
import { appendPoints, endOfPoints } from './pointsFile';
import { stamped } from './sqlite';

export const catalogName = 'catalog.sqlite';

/** Histories with unsaved changes, which must stay in memory: so many are saved at once. */
const dueHistories = 256;
/** Milliseconds after the first change until what changed is saved. */
const dueTime = 60_000;

/**
 * When the catalog, which is written whole, is due. The larger it is the less often: it is written at half a megabyte a second at most
 * while little is logged, and at eight times of what is logged while that is much. Until then the journal has what changed.
 */
const catalogDue = {
  /** Size of the journal, bytes. */
  journal: (size: number): number => Math.max(16 * 1024 * 1024, size / 8),
  /** Milliseconds since it was saved. */
  time: (size: number): number => Math.max(dueTime, size / 500),
};

/** After a failure (a full disk) none starts by itself for this long, in milliseconds. */
const retryTime = 10_000;
/** Histories that are written at once: of Node's four threads for files the journal needs one. */
const historiesAtOnce = 2;

/**
 * Saves changed databases, so that the journal can be forgotten. Why any crash in between is harmless:
 * - Every file is replaced whole (temporary name, sync, rename) and carries the sequence number of the last change in it. On
 *   opening, each database takes from the journal just the changes above its own number.
 * - An effect says for the catalog and for the history separately what they need (`Effect`), so it does not matter that one
 *   of the files is newer than the other.
 * - The segments that are removed last hold only changes up to the number at the start, `seq`. By then every database that
 *   any of these changes touched has been saved with a number of at least `seq`. What is written meanwhile is in newer
 *   segments, which stay.
 */
export class Checkpointer {
  private running: Promise<void> | undefined;
  private timer: NodeJS.Timeout | undefined;
  /** Sequence number of the catalog's file. */
  private saved: number;
  /** When it was saved, milliseconds. */
  private savedAt = performance.now();
  private closed = false;
  private notBefore = 0;

  constructor(
    private readonly files: StoreFiles,
    private readonly folder: string,
    private readonly databases: Databases,
    private readonly journal: Journal,
    private readonly committer: Committer,
    /** Sequence number of the catalog's file. */
    saved: number,
    /** Told of failures of those that nobody waits for. */
    private readonly onFailure: (error: unknown) => void,
  ) {
    this.saved = saved;
  }

  /** To be called after each group: starts a checkpoint where one is due. */
  afterGroup(): void {
    if (this.closed) {
      return;
    }
    this.startTimer();
    const much = this.isJournalLong() || this.databases.histories.dirtyCount > dueHistories;
    if (much && performance.now() >= this.notBefore) {
      this.inBackground();
    }
  }

  /** Resolves when everything that was durable at the call is in the databases' files. */
  async checkpoint(): Promise<void> {
    // One that runs already may have missed the newest changes, or leave the catalog out.
    while (this.running !== undefined) {
      await this.running.catch(() => undefined);
    }
    await this.start(true);
  }

  /** No checkpoint starts any more by itself; resolves when none runs. */
  async stop(): Promise<void> {
    this.closed = true;
    clearTimeout(this.timer);
    await this.running?.catch(() => undefined);
  }

  private startTimer(): void {
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      this.inBackground();
    }, dueTime).unref();
  }

  /** A failure loses nothing: the journal has everything. */
  private inBackground(): void {
    this.start(false).catch((error: unknown) => {
      this.onFailure(error);
      this.notBefore = performance.now() + retryTime;
      this.afterGroup();
    });
  }

  /** @param everything the catalog, too, when it is not due */
  private start(everything: boolean): Promise<void> {
    this.running ??= this.run(everything).finally(() => {
      this.running = undefined;
    });
    return this.running;
  }

  private isJournalLong(): boolean {
    return this.journal.size > catalogDue.journal(this.databases.catalog.db.size);
  }

  private async run(everything: boolean): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    const { catalog, histories } = this.databases;
    if (this.committer.revision === this.saved && this.journal.size === 0) {
      return;
    }
    const isDue = this.isJournalLong() || performance.now() - this.savedAt >= catalogDue.time(catalog.db.size);
    if (!everything && !isDue) {
      await this.saveHistories(histories);
      if (!this.closed) {
        this.startTimer();
      }
      return;
    }
    const seq = await this.committer.between(() => {
      this.journal.rotate();
      return this.committer.revision;
    });
    await this.saveHistories(histories);
    this.saved = await this.saveCatalog();
    this.savedAt = performance.now();
    await this.journal.removeUpTo(seq);
  }

  private async saveCatalog(): Promise<number> {
    const { catalog } = this.databases;
    const { seq, snapshot } = await this.committer.between(() => ({
      seq: catalog.applied,
      snapshot: catalog.snapshot(),
    }));
    try {
      await replaceFile(this.files, path.join(this.folder, catalogName), await inTurns(stamped(snapshot.pieces)));
    } finally {
      snapshot.release();
    }
    await this.files.syncFolder(this.folder);
    return seq;
  }

  private async saveHistories(histories: Histories): Promise<void> {
    const waiting = histories.dirtyRuns;
    const saved: SavedHistory[] = [];
    const saveSome = async (): Promise<void> => {
      try {
        for (let runId = waiting.pop(); runId !== undefined; runId = waiting.pop()) {
          saved.push(...(await this.saveHistory(histories, runId)));
        }
      } catch (error) {
        // The others are left for the next time.
        waiting.length = 0;
        throw error;
      }
    };
    const ends = await Promise.allSettled(Array.from({ length: historiesAtOnce }, saveSome));
    for (const end of ends) {
      if (end.status === 'rejected') {
        throw end.reason;
      }
    }
    if (saved.length > 0) {
      await this.files.syncFolder(histories.folder);
    }
    // Only now are the renames durable. Until then the histories count as unsaved, so that a failure is made up for.
    for (const { runId, seq, done } of saved) {
      done();
      histories.saved(runId, seq);
    }
  }

  /** @returns nothing where the run is not there any more */
  private async saveHistory(histories: Histories, runId: string): Promise<SavedHistory[]> {
    const pointsFile = histories.pointsFileOf(runId);
    const pointsEnd = await endOfPoints(this.files, pointsFile, histories.usesPointsFile(runId));
    const packing = histories.pack(runId);
    while (packing !== undefined && !(await this.committer.between(() => someOf(packing)))) {
      await nextTurn();
    }
    const { seq, history } = await this.committer.between(() => {
      const revision = this.committer.revision;
      return { seq: revision, history: histories.export(runId, revision, pointsEnd) };
    });
    if (history === undefined) {
      return [];
    }
    const bytes = await inTurns(history.database);
    if (history.points.length > 0) {
      await appendPoints(this.files, pointsFile, pointsEnd, history.points);
    }
    await replaceFile(this.files, histories.fileOf(runId), bytes);
    return [{ runId, seq, done: () => history.saved() }];
  }
}

interface SavedHistory {
  readonly runId: string;
  /** Sequence number of the last change in the file. */
  readonly seq: number;
  /** To be called when the file's name is durable. */
  readonly done: () => void;
}
