import path from 'node:path';
import { finish } from '../../core/steps';
import { Catalog } from './catalog';
import { type Finding, checkStore, findStore, historyFolderName, journalName, namesIn } from './check';
import { catalogName } from './checkpoint';
import { missingChanges, StoreDamagedError, StoreVersionError } from './damage';
import { Databases } from './databases';
import { decodeEffects, type Effect, type MetricEffect } from './effects';
import { realFiles, replaceFile, type StoreFiles, systemCode } from './files';
import { Histories, historyName } from './histories';
import { FoundPoints } from './foundPoints';
import { segmentPattern } from './journal';
import { scanSegment } from './journalFormat';
import { StoreLock } from './lock';
import { messageOf } from './messages';
import { inPieces } from './pieceFile';
import { appendPoints, endOfPoints } from './pointsFile';
import { reconcile } from './reconcile';
import { Missing, type MissingOptions, runsBy } from './repairMissing';
import { salvageTables, tablesOf } from './salvage';
import { checksumHolds, Database, loadSqlite, real, type SqlJs, text, verifyDatabase } from './sqlite';

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
}

/**
 * Makes a new store of everything that can be read of a damaged one.
 * @throws StoreLockedError where a server has it open; StoreVersionError; Error where there is no store, or `to` holds something
 */
export async function repairStore(options: RepairOptions, files: StoreFiles = realFiles): Promise<RepairReport> {
  const folder = await findStore(files, options.folder);
  const to = await emptyFolder(files, folder, options.to);
  const lock = await StoreLock.acquire(files, folder);
  try {
    for (const name of [journalName, historyFolderName, 'artifacts']) {
      await files.makeFolder(path.join(to, name));
    }
    const repair = new Repair(folder, to, options, files, await loadSqlite());
    const report = await repair.run();
    const { findings } = await checkStore(to, files);
    return { ...report, lost: [...report.lost, ...findings.filter(({ severity }) => severity === 'damage')] };
  } finally {
    await lock?.release();
  }
}

async function emptyFolder(files: StoreFiles, source: string, wanted: string): Promise<string> {
  const to = path.resolve(wanted);
  if (`${to}${path.sep}`.startsWith(`${source}${path.sep}`)) {
    throw new Error(`The new store ${to} must not be inside of the damaged one.`);
  }
  if ((await namesIn(files, to)).length > 0) {
    throw new Error(`The folder ${to} is not empty: name one for the new store that does not exist yet.`);
  }
  await files.makeFolder(to);
  return files.realpath(to);
}

interface JournalFrame {
  readonly file: string;
  readonly offset: number;
  /** Number of the first of its changes. */
  readonly first: number;
  readonly effects: readonly Effect[];
}

/** The first number that no change gives to an experiment. */
function freeExperiment(frames: readonly JournalFrame[]): number {
  let free = 0;
  for (const effect of frames.flatMap(({ effects }) => effects)) {
    if (effect.kind === 'createExperiment' || effect.kind === 'createRun') {
      free = Math.max(free, (effect.kind === 'createRun' ? effect.experimentId : effect.id) + 1);
    }
  }
  return free;
}

class Repair {
  private readonly lost: Finding[] = [];
  /** Runs whose histories were made anew of what was found: it is not known up to which change they go. */
  private readonly made = new Set<string>();

  constructor(
    private readonly from: string,
    private readonly to: string,
    private readonly options: RepairOptions,
    private readonly files: StoreFiles,
    private readonly sqlite: SqlJs,
  ) {}

  async run(): Promise<RepairReport> {
    const catalog = await this.readCatalog();
    const histories = new Histories(this.sqlite, this.files, path.join(this.to, historyFolderName));
    const databases = new Databases(catalog, histories);
    try {
      const runs = await this.copyHistories(catalog, histories);
      const frames = await this.readJournal(catalog.applied);
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
      reconcile(catalog, histories, (file, what) => this.lose(file, 0, what));
      databases.commit(seq);
      await this.save(databases, seq);
      const count = (table: string): number => real(catalog.db.row(`SELECT count(*) FROM ${table}`)?.[0]);
      const points = real(catalog.db.row('SELECT coalesce(sum(points), 0) FROM metrics')?.[0]);
      return { folder: this.to, experiments: count('experiments'), runs: count('runs'), points, lost: this.lost };
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
      catalog.applied = this.salvage(file, bytes, catalog.db) ?? (await this.firstInJournal()) - 1;
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
    let from: Database;
    try {
      from = new Database(this.sqlite, bytes);
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

  /** Copies good histories as they are, and makes new ones of what can be read of the others. @returns the runs that have one */
  private async copyHistories(catalog: Catalog, histories: Histories): Promise<string[]> {
    const source = path.join(this.from, historyFolderName);
    const names = await namesIn(this.files, source);
    const bases = new Set(names.flatMap((name) => /^(.+)\.(?:sqlite|points)$/.exec(name)?.[1] ?? []));
    const known = runsBy(catalog, historyName);
    const runs: string[] = [];
    for (const base of bases) {
      const file = path.join(source, `${base}.sqlite`);
      const runId = known.get(`${base}.sqlite`) ?? (await this.runOf(file));
      if (runId !== undefined) {
        await this.copyHistory(runId, histories, new Histories(this.sqlite, this.files, source));
        runs.push(runId);
      }
    }
    return runs;
  }

  private async copyHistory(runId: string, to: Histories, from: Histories): Promise<void> {
    const file = from.fileOf(runId);
    const points = from.pointsFileOf(runId);
    const hasPoints = (await this.files.facts(points)) !== undefined;
    try {
      const history = from.find(runId);
      history?.verify();
      if (history !== undefined) {
        await replaceFile(this.files, to.fileOf(runId), await this.files.read(file));
        if (hasPoints) {
          await replaceFile(this.files, to.pointsFileOf(runId), await this.files.read(points));
        }
        return;
      }
    } catch (error) {
      if (error instanceof StoreVersionError && checksumHolds(await this.files.read(file))) {
        throw error;
      }
      const place = error instanceof StoreDamagedError ? error : { file, offset: 0, what: `${messageOf(error)}.` };
      this.lose(place.file, place.offset, place.what);
    }
    const found = new FoundPoints();
    const bytes = await this.read(file);
    if (bytes !== undefined) {
      found.addFrom(bytes);
      found.addFromDatabase(this.sqlite, bytes);
    }
    if (hasPoints) {
      found.addFrom((await this.read(points)) ?? new Uint8Array());
    }
    found.writeTo(to.change(runId));
    to.commit(0);
    this.made.add(runId);
  }

  /** The run that a history says that it belongs to. */
  private async runOf(file: string): Promise<string | undefined> {
    const named = /^([0-9a-f]{32})\.sqlite$/.exec(path.basename(file))?.[1];
    if (named !== undefined) {
      return named;
    }
    let db: Database | undefined;
    try {
      db = new Database(this.sqlite, await this.files.read(file));
      return text(db.row("SELECT value FROM meta WHERE name = 'run'")?.[0]);
    } catch (error) {
      this.lose(file, 0, `It cannot be read of which run it is: ${messageOf(error)}.`);
      return undefined;
    } finally {
      db?.close();
    }
  }

  private async firstInJournal(): Promise<number> {
    const names = await namesIn(this.files, path.join(this.from, journalName));
    return Number(names.map((name) => segmentPattern.exec(name)?.[1]).find((first) => first !== undefined) ?? 1);
  }

  /** Every change that can be read. @param applied number of the last one that the catalog has */
  private async readJournal(applied: number): Promise<JournalFrame[]> {
    const folder = path.join(this.from, journalName);
    const names = (await namesIn(this.files, folder)).filter((name) => segmentPattern.test(name));
    const found: JournalFrame[] = [];
    let seq = applied;
    for (const [i, name] of names.entries()) {
      const file = path.join(folder, name);
      const bytes = Buffer.from((await this.read(file)) ?? []);
      const next = Number(segmentPattern.exec(names[i + 1] ?? '')?.[1] ?? Infinity);
      const { frames, bad } = scanSegment(bytes);
      for (const { offset, end } of bad.filter(({ isFollowed }) => isFollowed)) {
        this.lose(file, offset, `${end - offset} bytes cannot be read.`);
      }
      // What follows is refused changes that could not be cut off.
      for (const { first, count, payload, format, offset } of frames.filter((frame) => frame.first < next)) {
        if (first > seq + 1) {
          this.lose(file, offset, missingChanges(seq + 1, first - 1));
        }
        seq = Math.max(seq, first + count - 1);
        try {
          found.push({ file, offset, first, effects: decodeEffects(payload, format) });
        } catch (error) {
          this.lose(file, offset, `The changes from ${first} on cannot be read: ${messageOf(error)}.`);
        }
      }
    }
    return found;
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
    const isMade = this.made.has(effect.runId);
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
      const end = await endOfPoints(this.files, pointsFile);
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

  private async read(file: string): Promise<Uint8Array | undefined> {
    try {
      return await this.files.read(file);
    } catch (error) {
      const code = systemCode(error);
      if (code === undefined) {
        throw error;
      }
      this.lose(file, 0, code === 'ENOENT' ? 'It is missing.' : `It cannot be read: ${messageOf(error)}.`);
      return undefined;
    }
  }

  private lose(file: string, offset: number, what: string): void {
    this.lost.push({ severity: 'damage', file, offset, what });
  }
}
