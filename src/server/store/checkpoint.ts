import path from 'node:path';
import type { SaveCatalog } from './catalogSaver';
import type { Committer } from './committer';
import type { Databases } from './databases';
import { replaceFile, type StoreFiles } from './files';
import type { Histories } from './histories';
import type { Journal } from './journal';
import { inTurns, nextTurn, someOf } from '../turns';
import { appendPoints, endOfPoints } from './pointsFile';
import { stamped } from './sqlite';

export const catalogName = 'catalog.sqlite';

/** Journal size from which on a checkpoint is due, in bytes. */
const dueBytes = 16 * 1024 * 1024;
/** … histories with unsaved changes, which must stay in memory. */
const dueHistories = 256;
/** … time since the first change after the last checkpoint, in milliseconds. */
const dueTime = 60_000;
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
    private readonly options: {
      /** How a catalog of at least so many bytes is saved while the store is open; else it is exported here, too. */
      readonly aside: { readonly from: number; readonly save: SaveCatalog } | undefined;
      /** Told of those that nobody waits for. */
      readonly onFailure: (error: unknown) => void;
    },
  ) {
    this.saved = saved;
  }

  /** To be called after each group: starts a checkpoint where one is due. */
  afterGroup(): void {
    if (this.closed) {
      return;
    }
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      this.inBackground();
    }, dueTime).unref();
    const much = this.journal.size > dueBytes || this.databases.histories.dirtyCount > dueHistories;
    if (much && performance.now() >= this.notBefore) {
      this.inBackground();
    }
  }

  /** Resolves when everything that was durable at the call is in the databases' files. */
  async checkpoint(): Promise<void> {
    // One that runs already may have missed the newest changes.
    await this.running?.catch(() => undefined);
    this.running ??= this.run().finally(() => {
      this.running = undefined;
    });
    await this.running;
  }

  /** No checkpoint starts any more by itself; resolves when none runs. */
  async stop(): Promise<void> {
    this.closed = true;
    clearTimeout(this.timer);
    await this.running?.catch(() => undefined);
  }

  /** A failure loses nothing: the journal has everything. */
  private inBackground(): void {
    this.running ??= this.run().finally(() => {
      this.running = undefined;
    });
    this.running.catch((error: unknown) => {
      this.options.onFailure(error);
      this.notBefore = performance.now() + retryTime;
      this.afterGroup();
    });
  }

  private async run(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    const { histories } = this.databases;
    if (this.committer.revision === this.saved && this.journal.size === 0) {
      return;
    }
    const seq = await this.committer.between(() => {
      this.journal.rotate();
      return this.committer.revision;
    });
    await this.saveHistories(histories);
    this.saved = (await this.savedAside(seq)) ?? (await this.saveCatalog());
    await this.journal.removeUpTo(seq);
  }

  /** @returns the sequence number of the catalog's file; undefined where that is not for another thread, or failed there */
  private async savedAside(seq: number): Promise<number | undefined> {
    const { aside, onFailure } = this.options;
    if (aside === undefined || this.closed || this.databases.catalog.db.size < aside.from) {
      return undefined;
    }
    return aside.save(this.folder, seq).then(
      () => seq,
      (error: unknown) => {
        onFailure(error);
        return undefined;
      },
    );
  }

  private async saveCatalog(): Promise<number> {
    const { catalog } = this.databases;
    const { seq, pieces } = await this.committer.between(() => ({ seq: catalog.applied, pieces: catalog.snapshot() }));
    await replaceFile(this.files, path.join(this.folder, catalogName), await inTurns(stamped(pieces)));
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
    const pointsEnd = await endOfPoints(this.files, pointsFile);
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
