import path from 'node:path';
import type { Committer } from './committer';
import type { Databases } from './databases';
import { replaceFile, type StoreFiles } from './files';
import type { Journal } from './journal';

export const catalogName = 'catalog.sqlite';

/** Journal size from which on a checkpoint is due, in bytes. */
const dueBytes = 16 * 1024 * 1024;
/** … histories with unsaved changes, which must stay in memory. */
const dueHistories = 256;
/** … time since the first change after the last checkpoint, in milliseconds. */
const dueTime = 60_000;

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

  constructor(
    private readonly files: StoreFiles,
    private readonly folder: string,
    private readonly databases: Databases,
    private readonly journal: Journal,
    private readonly committer: Committer,
    /** Sequence number of the catalog's file. */
    saved: number,
  ) {
    this.saved = saved;
  }

  /** To be called after each group: starts a checkpoint where one is due. */
  afterGroup(): void {
    if (this.closed) {
      return;
    }
    if (this.journal.size > dueBytes || this.databases.histories.dirtyCount > dueHistories) {
      this.inBackground();
    } else {
      this.timer ??= setTimeout(() => this.inBackground(), dueTime).unref();
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

  /** A failure (a full disk) loses nothing: the journal has everything, and the timer tries again. */
  private inBackground(): void {
    if (this.running === undefined) {
      this.checkpoint().catch(() => this.afterGroup());
    }
  }

  private async run(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    const { catalog, histories } = this.databases;
    if (this.committer.revision === this.saved && this.journal.size === 0) {
      return;
    }
    const seq = await this.committer.between(() => {
      this.journal.rotate();
      return this.committer.revision;
    });
    const dirty = histories.dirtyRuns;
    for (const runId of dirty) {
      await this.saveHistory(runId);
    }
    if (dirty.length > 0) {
      await this.files.syncFolder(histories.folder);
    }
    const exported = await this.committer.between(() => ({ seq: catalog.applied, bytes: catalog.export() }));
    await replaceFile(this.files, path.join(this.folder, catalogName), exported.bytes);
    await this.files.syncFolder(this.folder);
    this.saved = exported.seq;
    await this.journal.removeUpTo(seq);
  }

  private async saveHistory(runId: string): Promise<void> {
    const { histories } = this.databases;
    const exported = await this.committer.between(() => ({
      seq: this.committer.revision,
      history: histories.export(runId, this.committer.revision),
    }));
    if (exported.history !== undefined) {
      await replaceFile(this.files, exported.history.file, exported.history.bytes);
      histories.saved(runId, exported.seq);
    }
  }
}
