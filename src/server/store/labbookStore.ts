import { ApiError } from '../../core/errors';
import type { ChangeBatch } from '../../protocol/extras';
import { Checkpointer } from './checkpoint';
import { Committer } from './committer';
import type { Databases } from './databases';
import type { StoreFiles } from './files';
import type { Journal } from './journal';
import type { StoreLock } from './lock';
import { Purging } from './purge/purging';
import type { PurgeReader } from './purge/types';
import { Reads } from './reads';
import { TableReader } from './table/reader';
import { StepValues } from './table/stepValues';
import type { Store, StoreOptions, Write, WriteResult } from './types';

export interface StoreParts {
  readonly folder: string;
  readonly warnings: readonly string[];
  readonly files: StoreFiles;
  readonly databases: Databases;
  readonly journal: Journal;
  /** Sequence number of the catalog's file. */
  readonly saved: number;
  readonly artifactRoot: string;
  readonly onFailedCheckpoint: StoreOptions['onFailedCheckpoint'];
  /** Undefined where the folder cannot be written to. */
  readonly lock: StoreLock | undefined;
  readonly refuseWrites: boolean;
}

/** An open store; made by `openStore`. */
export class LabbookStore extends Reads implements Store {
  readonly folder: string;
  readonly readOnly: boolean;
  readonly refusesWrites: boolean;
  readonly table: TableReader;
  readonly warnings: readonly string[];
  readonly purging: PurgeReader;
  private readonly lock: StoreLock | undefined;
  private readonly databases: Databases;
  private readonly journal: Journal;
  private readonly committer: Committer;
  private readonly checkpointer: Checkpointer;
  private readonly listeners = new Set<(batch: ChangeBatch) => void>();
  private readonly onFailedCheckpoint: (error: unknown) => void;
  private closing: Promise<void> | undefined;

  constructor(parts: StoreParts) {
    const { databases, journal } = parts;
    super(databases.catalog, databases.histories);
    this.folder = parts.folder;
    const stepValues = new StepValues(databases.catalog, (query) => this.sampleMetric(query));
    this.table = new TableReader(databases.catalog, stepValues, () => this.revision);
    this.lock = parts.lock;
    this.readOnly = parts.lock === undefined;
    this.refusesWrites = this.readOnly || parts.refuseWrites;
    this.warnings = parts.warnings;
    this.databases = databases;
    this.journal = journal;
    this.onFailedCheckpoint = parts.onFailedCheckpoint ?? (() => undefined);
    this.committer = new Committer(databases, journal, parts.artifactRoot, (batch) => this.emit(batch));
    const { committer, onFailedCheckpoint } = this;
    const place = [parts.files, parts.folder] as const;
    this.checkpointer = new Checkpointer(...place, databases, journal, committer, parts.saved, onFailedCheckpoint);
    this.purging = new Purging({
      catalog: databases.catalog,
      histories: databases.histories,
      files: parts.files,
      checkpoint: async () => {
        this.checkWritable();
        await this.checkpointer.checkpoint();
      },
      write: (write) => this.write(write),
    });
  }

  get revision(): number {
    return this.committer.revision;
  }

  write(write: Write): Promise<WriteResult> {
    const refusal = this.refusal();
    return refusal === undefined ? this.committer.write(write) : Promise.reject(refusal);
  }

  noteArtifacts(runId: string): void {
    const run = this.getRunInfo(runId);
    if (run !== undefined) {
      const runs: ChangeBatch['runs'] = [{ run_id: runId, experiment_id: run.experimentId, aspects: ['artifacts'] }];
      this.emit({ revision: this.revision, experiments: [], runs });
    }
  }

  onChange(listener: (batch: ChangeBatch) => void): { dispose(): void } {
    this.listeners.add(listener);
    return { dispose: () => void this.listeners.delete(listener) };
  }

  async checkpoint(): Promise<void> {
    if (this.writable) {
      await this.checkpointer.checkpoint();
    }
  }

  close(): Promise<void> {
    this.closing ??= this.finish();
    return this.closing;
  }

  private checkWritable(): void {
    const refusal = this.refusal();
    if (refusal !== undefined) {
      throw refusal;
    }
  }

  /** Why nothing can be written, if that is so. */
  private refusal(): ApiError | undefined {
    if (this.readOnly) {
      return new ApiError('PERMISSION_DENIED', `The store ${this.folder} is read-only: nothing can be logged to it.`);
    }
    if (this.refusesWrites) {
      return new ApiError(
        'PERMISSION_DENIED',
        `The server of the store ${this.folder} was told to refuse writes (--read-only, or the setting labbook.server.readOnly).`,
      );
    }
    if (this.lock?.lost === true) {
      return new ApiError(
        'PERMISSION_DENIED',
        `Another process has taken over the store ${this.folder}: log to that one.`,
      );
    }
    if (this.closing !== undefined) {
      return new ApiError('PERMISSION_DENIED', 'The store is being closed: nothing more can be logged to it.');
    }
    return undefined;
  }

  private get writable(): boolean {
    return this.lock?.lost === false;
  }

  private async finish(): Promise<void> {
    await this.committer.idle();
    await this.checkpointer.stop();
    // Another store may be at this place since the last sign of life, where this one was moved away.
    await this.lock?.beat();
    if (this.writable) {
      // Where this fails (a full disk) the journal still has everything, and the next start replays it.
      await this.checkpointer.checkpoint().catch(this.onFailedCheckpoint);
    }
    await this.journal.close();
    this.databases.close();
    await this.lock?.release();
    this.listeners.clear();
  }

  private emit(batch: ChangeBatch): void {
    if (this.writable) {
      this.checkpointer.afterGroup();
    }
    this.table.note(batch);
    for (const listener of this.listeners) {
      listener(batch);
    }
  }
}
