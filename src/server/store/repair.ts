import { rm } from 'node:fs/promises';
import path from 'node:path';
import { finish } from '../../core/steps';
import { Catalog } from './catalog';
import { type Finding, checkStore, findStore, historyFolderName, journalName, namesIn } from './check';
import { catalogName } from './checkpoint';
import { StoreVersionError, whyUnreadable } from './damage';
import { Databases } from './databases';
import type { Effect, MetricEffect } from './effects';
import { isFull, realFiles, replaceFile, type StoreFiles, systemCode } from './files';
import { Histories } from './histories';
import { StoreLock } from './lock';
import { messageOf } from './messages';
import { inPieces } from './pieceFile';
import { appendPoints, endOfPoints } from './pointsFile';
import { reconcile } from './reconcile';
import { HistoryCopies } from './repairHistories';
import { firstInJournal, freeExperiment, type JournalFrame, readFrames } from './repairJournal';
import { Missing, type MissingOptions } from './repairMissing';
import { salvageTables, tablesOf, wholePages, withSchemaOf } from './salvage';
import { checksumHolds, Database, loadSqlite, real, type SqlJs, verifyDatabase } from './sqlite';

export interface RepairOptions extends Pick<MissingOptions, 'artifactRoot' | 'runsWithArtifacts'> {
  /** The damaged store; nothing in it is changed. */
  readonly folder: string;
  /** The new store: a folder that is not there, or empty. */
  readonly to: string;
}

export interface RepairReport {
  /** The new store. */
  readonly folder: string;
  readonly experiments: number;
  readonly runs: number;
  readonly points: number;
  /** What could not be recovered, or not with certainty. */
  readonly lost: readonly Finding[];
  /** What was wrong and could be put right for certain. */
  readonly mended: readonly Finding[];
}

/**
 * Makes a new store of everything that can be read of a damaged one.
 * @throws StoreLockedError where a server has it open; StoreVersionError; Error where there is no store, or `to` holds something
 */
export async function repairStore(options: RepairOptions, files: StoreFiles = realFiles): Promise<RepairReport> {
  const folder = await findStore(files, options.folder);
  const lock = await StoreLock.acquire(files, folder);
  try {
    return await makeIn(await emptyFolder(files, folder, options.to), folder, options, files);
  } finally {
    await lock?.release();
  }
}

/** @param to an empty folder, which is empty again after an error: half of a store would look like one */
async function makeIn(to: string, folder: string, options: RepairOptions, files: StoreFiles): Promise<RepairReport> {
  const parts = [journalName, historyFolderName, 'artifacts'];
  try {
    for (const name of parts) {
      await files.makeFolder(path.join(to, name));
    }
    const report = await new Repair(folder, to, options, files, await loadSqlite()).run();
    const { findings } = await checkStore(to, files);
    return { ...report, lost: [...report.lost, ...findings.filter(({ severity }) => severity === 'damage')] };
  } catch (error) {
    for (const name of [...parts, catalogName]) {
      // What went wrong first says more than that it cannot be removed either.
      await rm(path.join(to, name), { recursive: true, force: true }).catch(() => undefined);
    }
    if (isFull(error)) {
      throw new Error(
        `The disk has no room for the new store ${to}; what was written of it was removed. The old one was left as it is. ` +
          'Name a folder on a disk with more room.',
        { cause: error },
      );
    }
    throw error;
  }
}

async function emptyFolder(files: StoreFiles, source: string, wanted: string): Promise<string> {
  const to = path.resolve(wanted);
  if (`${to}${path.sep}`.startsWith(`${source}${path.sep}`)) {
    throw new Error(`The new store ${to} must not be inside of the damaged one.`);
  }
  try {
    if ((await namesIn(files, to)).length > 0) {
      throw new Error(`The folder ${to} is not empty: name one for the new store that does not exist yet.`);
    }
    await files.makeFolder(to);
  } catch (error) {
    if (systemCode(error) === 'ENOTDIR') {
      throw new Error(`The folder ${to} cannot be made: a file is in its place.`, { cause: error });
    }
    throw error;
  }
  return files.realpath(to);
}

class Repair {
  private readonly lost: Finding[] = [];
  private readonly mended: Finding[] = [];
  private readonly histories: HistoryCopies;

  constructor(
    private readonly from: string,
    private readonly to: string,
    private readonly options: RepairOptions,
    private readonly files: StoreFiles,
    private readonly sqlite: SqlJs,
  ) {
    this.histories = new HistoryCopies(path.join(from, historyFolderName), files, sqlite, this);
  }

  private get journal(): string {
    return path.join(this.from, journalName);
  }

  /** Of a file of the new store that of the old one. */
  private sourceOf(file: string): string {
    return path.join(this.from, path.relative(this.to, file));
  }

  async run(): Promise<RepairReport> {
    const catalog = await this.readCatalog();
    const histories = new Histories(this.sqlite, this.files, path.join(this.to, historyFolderName));
    const databases = new Databases(catalog, histories);
    try {
      const runs = await this.histories.copy(catalog, histories);
      const frames = await readFrames(this.files, this.journal, catalog.applied, this);
      const missing = new Missing(catalog, {
        ...this.options,
        freeExperiment: freeExperiment(frames),
        lose: (what) => this.lose(path.join(this.from, catalogName), 0, what),
      });
      databases.begin();
      missing.makeDefault();
      databases.commit(catalog.applied);
      frames.forEach((frame) => this.replayFrame(databases, missing, frame));
      const seq = catalog.applied;
      databases.begin();
      missing.makeAll(runs);
      reconcile(catalog, histories, (file, what) => this.lose(this.sourceOf(file), 0, what));
      databases.commit(seq);
      await this.save(databases, seq);
      const count = (table: string): number => real(catalog.db.row(`SELECT count(*) FROM ${table}`)?.[0]);
      const points = real(catalog.db.row('SELECT coalesce(sum(points), 0) FROM metrics')?.[0]);
      const { to: folder, lost, mended } = this;
      return { folder, experiments: count('experiments'), runs: count('runs'), points, lost, mended };
    } finally {
      databases.close();
    }
  }

  private async readCatalog(): Promise<Catalog> {
    const file = path.join(this.from, catalogName);
    const bytes = await this.read(file);
    if (bytes !== undefined && this.verified(file, bytes)) {
      return Catalog.open(this.sqlite, file, inPieces(bytes));
    }
    const catalog = Catalog.create(this.sqlite);
    if (bytes !== undefined) {
      // Before the first segment of the journal everything is in the catalog.
      catalog.applied = this.salvage(file, bytes, catalog.db) ?? (await firstInJournal(this.files, this.journal)) - 1;
    }
    return catalog;
  }

  /** @returns false where the checksum does not match; @throws StoreVersionError */
  private verified(file: string, bytes: Uint8Array): boolean {
    try {
      verifyDatabase(file, bytes);
      return true;
    } catch (error) {
      // Without a right checksum the number of the version may be what is damaged.
      if (error instanceof StoreVersionError && checksumHolds(bytes)) {
        throw error;
      }
      return false;
    }
  }

  /** Copies what can be read. @returns the number of the last change that was in the file, where that can be read */
  private salvage(file: string, bytes: Uint8Array, into: Database): number | undefined {
    if (bytes.length === 0) {
      this.lose(file, 0, 'It is empty.');
      return undefined;
    }
    let from: Database;
    try {
      from = this.openDamaged(bytes, into);
    } catch (error) {
      this.lose(file, 0, `Nothing could be read: ${messageOf(error)}.`);
      return undefined;
    }
    try {
      const tables = tablesOf(into).filter((name) => name !== 'meta');
      const read = salvageTables(from, into, tables);
      for (const { table, rows, refused, stopped } of read) {
        if (stopped !== undefined || refused > 0) {
          const why = stopped === undefined ? '' : ` (${stopped})`;
          this.lose(file, 0, `Of the table ${table} only ${rows} rows could be read${why}.`);
        }
      }
      if (read.every(({ stopped, refused }) => stopped === undefined && refused === 0)) {
        this.lose(file, 0, 'Its checksum does not match. All rows could be read, but a value may be another one.');
      }
      const applied = from.row("SELECT value FROM meta WHERE name = 'applied'")?.[0];
      return typeof applied === 'number' ? applied : undefined;
    } catch (error) {
      this.lose(file, 0, `Not all could be read: ${messageOf(error)}.`);
      return undefined;
    } finally {
      from.close();
    }
  }

  /** @param fresh a catalog that nothing is in yet */
  private openDamaged(bytes: Uint8Array, fresh: Database): Database {
    const whole = wholePages(bytes);
    let db: Database | undefined;
    try {
      db = new Database(this.sqlite, whole);
      tablesOf(db);
      return db;
    } catch (error) {
      db?.close();
      const mended = withSchemaOf(fresh.export(), whole);
      if (mended === undefined) {
        throw error;
      }
      return new Database(this.sqlite, mended);
    }
  }

  private replayFrame(databases: Databases, missing: Missing, { file, offset, first, effects }: JournalFrame): void {
    const { catalog } = databases;
    for (const [i, effect] of effects.entries()) {
      const seq = first + i;
      databases.begin();
      try {
        if (seq > catalog.applied) {
          missing.makeFor(effect);
        }
        databases.replay(this.asFarAsKnown(databases, effect), seq);
        databases.commit(Math.max(seq, catalog.applied));
      } catch (error) {
        databases.rollback();
        this.lose(file, offset, `Change ${seq} (${effect.kind}) cannot be carried out: ${messageOf(error)}.`);
      }
    }
  }

  /**
   * The first points of a metric may be in a change that is lost, and a history that was made anew may have points of this change
   * already. What the catalog makes of it is put right by `reconcile`.
   */
  private asFarAsKnown({ catalog, histories }: Databases, effect: Effect): Effect {
    if (effect.kind !== 'log') {
      return effect;
    }
    const history = histories.find(effect.runId);
    const counts = history?.counts();
    const isMade = this.histories.made.has(effect.runId);
    const run = catalog.run(effect.runId);
    const metrics = effect.metrics.map((metric): MetricEffect => {
      const { key, mode } = metric;
      const hasKey = counts?.has(key) === true;
      if (mode === 'single' || (!isMade && (mode !== 'append' || hasKey))) {
        return metric;
      }
      const points = isMade ? metric.points.filter((point) => history?.has(key, point) !== true) : metric.points;
      const known = run && catalog.metric(run.id, key);
      if (mode === 'append' && known?.points === 1 && history?.has(key, known.latest) !== true) {
        return { key, mode: 'move', points: [known.latest, ...points] };
      }
      const isOnly = known === undefined && !hasKey && points.length === 1;
      return { key, mode: isOnly ? 'single' : 'start', points };
    });
    return { ...effect, metrics };
  }

  private async save({ catalog, histories }: Databases, seq: number): Promise<void> {
    for (const runId of histories.dirtyRuns) {
      const pointsFile = histories.pointsFileOf(runId);
      const end = await endOfPoints(this.files, pointsFile, histories.usesPointsFile(runId));
      const exported = histories.export(runId, seq, end);
      if (exported !== undefined) {
        if (exported.points.length > 0) {
          await appendPoints(this.files, pointsFile, end, exported.points);
        }
        await replaceFile(this.files, histories.fileOf(runId), finish(exported.database));
        exported.saved();
      }
    }
    await this.files.syncFolder(histories.folder);
    await replaceFile(this.files, path.join(this.to, catalogName), catalog.export());
    await this.files.syncFolder(this.to);
  }

  async read(file: string): Promise<Uint8Array | undefined> {
    try {
      return await this.files.read(file);
    } catch (error) {
      if (systemCode(error) === undefined) {
        throw error;
      }
      this.lose(file, 0, whyUnreadable(error));
      return undefined;
    }
  }

  lose(file: string, offset: number, what: string): void {
    this.lost.push({ severity: 'damage', file, offset, what });
  }

  mend(file: string, offset: number, what: string): void {
    this.mended.push({ severity: 'note', file, offset, what });
  }
}
