import type { RunInfo } from '../../../core/model';
import type { Catalog } from '../catalog';
import type { StoreFiles } from '../files';
import type { Histories } from '../histories';
import { experimentNumber } from '../resolve';
import { text } from '../sqlite';
import type { Page } from '../types';
import { removalKind } from './effects';
import { modelsOf } from './resolve';
import type { PurgeReader, PurgeWrite, Removal, RemoveArtifacts } from './types';

export interface PurgeParts {
  readonly catalog: Catalog;
  readonly histories: Histories;
  readonly files: StoreFiles;
  readonly checkpoint: () => Promise<void>;
  readonly write: (write: PurgeWrite) => Promise<unknown>;
}

/** Permanent deletion: what is asked before, and what is to be removed from the disk after. */
export class Purging implements PurgeReader {
  private finishing: Promise<void> = Promise.resolve();

  constructor(private readonly parts: PurgeParts) {}

  runsOf(experimentId: string, { offset, limit }: { readonly offset: number; readonly limit: number }): Page<RunInfo> {
    const id = experimentNumber(experimentId);
    const rows =
      id === undefined
        ? []
        : this.parts.catalog.runs('WHERE r.experiment = ? ORDER BY r.id LIMIT ? OFFSET ?', [id, limit + 1, offset]);
    return { items: rows.slice(0, limit).map(({ info }) => info), more: rows.length > limit };
  }

  deletedAt(runId: string): number {
    return Number(this.parts.catalog.db.row('SELECT deleted FROM runs WHERE run_id = ?', runId)?.[0] ?? 0);
  }

  modelUris(runId: string): string[] {
    return modelsOf(this.parts.catalog, 'source_run_id', runId).map(([, uri]) => uri);
  }

  modelUrisIn(experimentId: string): string[] {
    const id = experimentNumber(experimentId);
    return id === undefined ? [] : modelsOf(this.parts.catalog, 'experiment', id).map(([, uri]) => uri);
  }

  async historyBytes(runIds: readonly string[]): Promise<number> {
    let bytes = 0;
    for (const runId of runIds) {
      for (const file of this.parts.histories.filesOf(runId)) {
        bytes += (await this.parts.files.facts(file))?.size ?? 0;
      }
    }
    return bytes;
  }

  locations(): string[] {
    return this.parts.catalog.db.rows('SELECT DISTINCT artifact_location FROM experiments').map((row) => text(row[0]));
  }

  removals(): Removal[] {
    return this.parts.catalog.db
      .rows('SELECT kind, name FROM removals ORDER BY kind, name')
      .map((row) => ({ kind: removalKind(text(row[0])), name: text(row[1]) }));
  }

  finish(remove: RemoveArtifacts): Promise<void> {
    // One at a time, so that none takes another's half for nothing.
    this.finishing = this.finishing.catch(() => undefined).then(() => this.finishNow(remove));
    return this.finishing;
  }

  /**
   * Only when a checkpoint has saved the purge, and with it dropped what the journal has of the runs, do the histories' files go:
   * a replay would miss them. What was removed is noted only when that is durable, so a crash leaves no rest that is not known.
   */
  private async finishNow(remove: RemoveArtifacts): Promise<void> {
    const removals = this.removals();
    if (removals.length === 0) {
      return;
    }
    const { checkpoint, histories, files, write } = this.parts;
    await checkpoint();
    const ofHistories = removals.filter(({ kind }) => kind === 'history');
    for (const { name } of ofHistories) {
      for (const file of histories.filesOf(name)) {
        await files.remove(file);
      }
    }
    if (ofHistories.length > 0) {
      await files.syncFolder(histories.folder);
    }
    const gone = await remove(removals.filter(({ kind }) => kind !== 'history'));
    await write({ kind: 'noteRemoved', removals: [...ofHistories, ...gone] });
  }
}
