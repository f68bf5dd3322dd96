import path from 'node:path';
import type { RunInfo } from '../../../core/model';
import { takingTurns } from '../../turns';
import type { Catalog } from '../catalog';
import { type StoreFiles, systemCode } from '../files';
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

/** Removals that are carried out, and noted, at once: few, so that other requests get their turn. */
const removalsAtOnce = 200;

/** Permanent deletion: what is asked before, and what is to be removed from the disk after. */
export class Purging implements PurgeReader {
  private finishing: Promise<void> = Promise.resolve();

  constructor(private readonly parts: PurgeParts) {}

  runsOf(
    experimentId: string,
    { after, limit }: { readonly after: string | undefined; readonly limit: number },
  ): Page<RunInfo> {
    const id = experimentNumber(experimentId);
    const rows =
      id === undefined
        ? []
        : // With the plus they are gone through in their order: by the index of experiments all would be sorted for each page.
          this.parts.catalog.runs('WHERE +r.experiment = ? AND r.id > ? ORDER BY r.id LIMIT ?', [
            id,
            (after === undefined ? undefined : this.parts.catalog.run(after)?.id) ?? 0,
            limit + 1,
          ]);
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

  async historyBytes(runIds: readonly string[]): Promise<ReadonlyMap<string, number>> {
    const bytes = new Map<string, number>();
    const there = await this.historyFiles();
    const turn = takingTurns();
    for (const runId of runIds) {
      for (const file of there(runId)) {
        bytes.set(runId, (bytes.get(runId) ?? 0) + ((await this.parts.files.facts(file))?.size ?? 0));
      }
      await turn();
    }
    return bytes;
  }

  locations(): string[] {
    return this.parts.catalog.db.rows('SELECT DISTINCT artifact_location FROM experiments').map((row) => text(row[0]));
  }

  removals(): Removal[] {
    return this.removalsAfter(undefined, -1);
  }

  /** @param limit -1 for all */
  private removalsAfter(last: Removal | undefined, limit: number): Removal[] {
    const { kind = '', name = '' } = last ?? {};
    return this.parts.catalog.db
      .rows(
        'SELECT kind, name FROM removals WHERE (kind, name) > (?, ?) ORDER BY kind, name LIMIT ?',
        kind,
        name,
        limit,
      )
      .map((row) => ({ kind: removalKind(text(row[0])), name: text(row[1]) }));
  }

  /** Most runs have no history: looking for the files of each would take longer than all else. @returns those of a run that are there */
  private async historyFiles(): Promise<(runId: string) => string[]> {
    const { files, histories } = this.parts;
    const names = new Set(
      await files.list(histories.folder).catch((error: unknown) => {
        if (systemCode(error) === 'ENOENT') {
          return [];
        }
        throw error;
      }),
    );
    return (runId) => histories.filesOf(runId).filter((file) => names.has(path.basename(file)));
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
    if (this.removalsAfter(undefined, 1).length === 0) {
      return;
    }
    const { checkpoint, histories, files, write } = this.parts;
    await checkpoint();
    const there = await this.historyFiles();
    for (let last: Removal | undefined; ;) {
      const removals = this.removalsAfter(last, removalsAtOnce);
      last = removals.at(-1);
      if (last === undefined) {
        return;
      }
      const ofHistories = removals.filter(({ kind }) => kind === 'history');
      const found = ofHistories.flatMap(({ name }) => there(name));
      for (const file of found) {
        await files.remove(file);
      }
      if (ofHistories.length > 0) {
        await files.syncFolder(histories.folder);
      }
      const gone = await remove(removals.filter(({ kind }) => kind !== 'history'));
      await write({ kind: 'noteRemoved', removals: [...ofHistories, ...gone] });
    }
  }
}
