import path from 'node:path';
import { Catalog } from './catalog';
import { catalogName } from './checkpoint';
import { StoreDamagedError, StoreVersionError, whyUnreadable } from './damage';
import { Databases } from './databases';
import { decodeEffects } from './effects';
import { realFiles, type StoreFiles, systemCode } from './files';
import { databaseSuffix, Histories, historyName, pointsSuffix } from './histories';
import { segmentPattern } from './journal';
import { headerSize, readHeader, scanSegment } from './journalFormat';
import { StoreLock } from './lock';
import { messageOf } from './messages';
import { inPieces } from './pieceFile';
import { pointsDamage, pointsHeaderSize, verifyPointsHeader } from './pointsFile';
import { recover } from './recover';
import { checksumHolds, Database, loadSqlite, real, type SqlJs, text, verifyDatabase } from './sqlite';

export const journalName = 'journal';
export const historyFolderName = 'history';

/** SQLite's own check of a file's inside, beyond our checksum, up to this size in bytes: it takes a second per 100 MB. */
const inspectedBytes = 64 * 1024 * 1024;

export interface Finding {
  /** `damage`: something that was answered is unreadable or missing. `note`: worth knowing, nothing is lost. */
  readonly severity: 'damage' | 'note';
  readonly file: string;
  /** Byte in the file from which on it is about. */
  readonly offset: number;
  readonly what: string;
}

export interface CheckReport {
  /** Real path of the store. */
  readonly folder: string;
  /** How many files were read. */
  readonly files: number;
  /** Their size. */
  readonly bytes: number;
  readonly findings: readonly Finding[];
}

/**
 * Reads every file of a store and verifies all checksums; where they hold, also that the files belong together. Changes nothing.
 * @throws StoreLockedError where a server has the store open; StoreVersionError where a newer version wrote it; Error where there is
 *   no store; system errors
 */
export async function checkStore(folder: string, files: StoreFiles = realFiles): Promise<CheckReport> {
  const real = await findStore(files, folder);
  const lock = await StoreLock.acquire(files, real);
  try {
    return await new Check(real, files, await loadSqlite()).run();
  } finally {
    await lock?.release();
  }
}

/** @returns the real path of a folder that holds a store, or what is left of one */
export async function findStore(files: StoreFiles, folder: string): Promise<string> {
  let real: string;
  let names: string[];
  try {
    real = await files.realpath(path.resolve(folder));
    names = await files.list(real);
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(systemCode(error) ?? '')) {
      throw new Error(`There is no store in ${folder}: there is no such folder.`, { cause: error });
    }
    throw error;
  }
  if (![catalogName, journalName, historyFolderName].some((name) => names.includes(name))) {
    throw new Error(`There is no store in ${folder}: the folder has no ${catalogName}.`);
  }
  return real;
}

/** Names in a folder of a store, sorted; none where it is missing. */
export async function namesIn(files: StoreFiles, folder: string): Promise<string[]> {
  try {
    return (await files.list(folder)).sort();
  } catch (error) {
    if (systemCode(error) === 'ENOENT') {
      return [];
    }
    throw error;
  }
}

/** The file that a system error is about: of a run's two files it may be either. */
function pathOf(error: unknown): string | undefined {
  return error instanceof Error && 'path' in error && typeof error.path === 'string' ? error.path : undefined;
}

class Check {
  private readonly findings: Finding[] = [];
  private files = 0;
  private bytes = 0;

  constructor(
    private readonly folder: string,
    private readonly storeFiles: StoreFiles,
    private readonly sqlite: SqlJs,
  ) {}

  async run(): Promise<CheckReport> {
    const catalog = path.join(this.folder, catalogName);
    await this.checkDatabase(catalog, undefined);
    await this.checkJournal(path.join(this.folder, journalName));
    const histories = path.join(this.folder, historyFolderName);
    const pointsFiles: string[] = [];
    for (const name of await namesIn(this.storeFiles, histories)) {
      const file = path.join(histories, name);
      if (name.endsWith('.tmp')) {
        this.note(file, 0, 'It was being written when a process ended; nothing uses it.');
      } else if (name.endsWith(databaseSuffix)) {
        await this.checkDatabase(file, name);
      } else if (name.endsWith(pointsSuffix)) {
        pointsFiles.push(file);
      }
    }
    for (const file of pointsFiles) {
      await this.checkPointsFile(file);
    }
    if (!this.findings.some(({ severity }) => severity === 'damage')) {
      await this.checkTogether(catalog, histories);
    }
    const { folder, findings, files, bytes } = this;
    return { folder, files, bytes, findings };
  }

  /** @param history its file name, for the history of a run */
  private async checkDatabase(file: string, history: string | undefined): Promise<void> {
    const bytes = await this.read(file);
    if (bytes === undefined) {
      return;
    }
    this.tried(file, bytes, () => {
      verifyDatabase(file, bytes);
      if (bytes.length > inspectedBytes) {
        return;
      }
      const db = new Database(this.sqlite, bytes);
      try {
        for (const [complaint] of db.rows('PRAGMA integrity_check(5)')) {
          if (complaint !== 'ok') {
            this.damage(file, 0, `SQLite says: ${String(complaint)}.`);
          }
        }
        if (history !== undefined) {
          this.checkHistory(file, text(db.row("SELECT value FROM meta WHERE name = 'run'")?.[0]));
        }
      } finally {
        db.close();
      }
    });
  }

  private checkHistory(file: string, runId: string): void {
    if (historyName(runId) !== path.basename(file)) {
      this.damage(file, 0, `It belongs to run ${runId} and should be named ${historyName(runId)}.`);
      return;
    }
    const histories = new Histories(this.sqlite, this.storeFiles, path.dirname(file));
    histories.find(runId)?.verify();
    histories.close();
  }

  /** The header: blocks were read with the databases that speak of them. */
  private async checkPointsFile(file: string): Promise<void> {
    const size = (await this.storeFiles.facts(file))?.size ?? 0;
    this.files++;
    this.bytes += size;
    if (size < pointsHeaderSize || this.findings.some((finding) => finding.file === file)) {
      // Who should have something in it has told.
      return;
    }
    try {
      verifyPointsHeader(file, this.storeFiles.readPartSync(file, 0, pointsHeaderSize));
    } catch (error) {
      const place = pointsDamage(error);
      const database = file.slice(0, -pointsSuffix.length) + databaseSuffix;
      const isUnused = await this.isSound(database);
      const what = place?.what ?? whyUnreadable(error);
      if (isUnused) {
        this.note(file, place?.offset ?? 0, `${what} Its database speaks of nothing in it.`);
      } else {
        this.damage(file, place?.offset ?? 0, what);
      }
    }
  }

  /** Whether a file that was looked at is there, and nothing is wrong with it. */
  private async isSound(file: string): Promise<boolean> {
    return !this.findings.some((finding) => finding.file === file) && (await this.storeFiles.facts(file)) !== undefined;
  }

  private async checkJournal(folder: string): Promise<void> {
    if ((await this.storeFiles.facts(folder)) === undefined) {
      this.note(
        folder,
        0,
        'The folder is missing: what was not yet saved elsewhere is gone with it, if there was any.',
      );
    }
    const names = await namesIn(this.storeFiles, folder);
    for (const name of names) {
      if (name.startsWith('torn-')) {
        this.note(path.join(folder, name), 0, 'An unfinished end that was cut off the journal; it was never answered.');
      }
    }
    const segments = names.filter((name) => segmentPattern.test(name));
    for (const [i, name] of segments.entries()) {
      const file = path.join(folder, name);
      const bytes = await this.read(file);
      if (bytes !== undefined) {
        this.tried(file, bytes, () => this.checkSegment(file, Buffer.from(bytes), segments[i + 1]));
      }
    }
  }

  private checkSegment(file: string, bytes: Buffer, following: string | undefined): void {
    const first = Number(segmentPattern.exec(path.basename(file))?.[1]);
    const next = following === undefined ? Infinity : Number(segmentPattern.exec(following)?.[1]);
    if (readHeader(file, bytes) !== first) {
      if (following === undefined && bytes.length <= headerSize) {
        this.note(file, 0, 'The journal’s end is torn: this part of it was never used.');
        return;
      }
      this.damage(file, 0, 'The checksum of its header does not match, or its name was changed.');
    }
    const { frames, bad } = scanSegment(bytes);
    // What follows the change before `next` was refused and could not be cut off.
    const refusedFrom = frames.find((frame) => frame.first >= next)?.offset ?? Infinity;
    const counted = frames.filter(({ offset }) => offset < refusedFrom);
    const last = counted.at(-1);
    const complete = last !== undefined && last.first + last.count === next;
    for (const { offset, end, isFollowed } of bad.filter((each) => each.offset < refusedFrom)) {
      if (!isFollowed && following === undefined) {
        this.note(file, offset, `The last ${end - offset} bytes are torn: they were never answered, and are cut off.`);
      } else if (!(complete && offset > last.offset)) {
        this.damage(file, offset, `The checksum of the changes there does not match (${end - offset} bytes).`);
      }
    }
    for (const frame of counted) {
      try {
        decodeEffects(frame.payload, frame.format);
      } catch (error) {
        this.damage(file, frame.offset, `The changes there cannot be read: ${messageOf(error)}.`);
      }
    }
  }

  /** Every file is as it was written. Are they of one store, and is nothing missing? */
  private async checkTogether(file: string, historyFolder: string): Promise<void> {
    const bytes = await this.storeFiles.read(file);
    const catalog = Catalog.open(this.sqlite, file, inPieces(bytes));
    const databases = new Databases(catalog, new Histories(this.sqlite, this.storeFiles, historyFolder));
    try {
      await recover(this.storeFiles, path.join(this.folder, journalName), databases, true);
      this.checkPoints(databases);
    } catch (error) {
      if (!(error instanceof StoreDamagedError)) {
        throw error;
      }
      this.damage(error.file, error.offset, error.what);
    } finally {
      databases.close();
    }
  }

  private checkPoints({ catalog, histories }: Databases): void {
    const rows = catalog.db.rows(
      'SELECT r.run_id, m.key, m.points FROM metrics m JOIN runs r ON r.id = m.run WHERE m.points > 1 ORDER BY m.run',
    );
    let [current, counts]: [string, ReadonlyMap<string, number> | undefined] = ['', undefined];
    for (const row of rows) {
      const runId = text(row[0]);
      const file = histories.fileOf(runId);
      if (runId !== current) {
        current = runId;
        counts = histories.find(runId)?.counts();
        if (counts === undefined) {
          this.damage(file, 0, `It is missing, with the points of run ${runId}.`);
        }
      }
      const found = counts?.get(text(row[1])) ?? 0;
      if (counts !== undefined && found !== real(row[2])) {
        const metric = JSON.stringify(row[1]);
        this.damage(file, 0, `Of metric ${metric} of run ${runId} it has ${found} points instead of ${real(row[2])}.`);
      }
    }
  }

  private async read(file: string): Promise<Uint8Array | undefined> {
    try {
      const bytes = await this.storeFiles.read(file);
      this.files++;
      this.bytes += bytes.length;
      return bytes;
    } catch (error) {
      if (systemCode(error) === undefined) {
        throw error;
      }
      this.damage(file, 0, whyUnreadable(error));
      return undefined;
    }
  }

  private tried(file: string, bytes: Uint8Array, action: () => void): void {
    try {
      action();
    } catch (error) {
      const points = error instanceof StoreVersionError && error.file === file ? undefined : pointsDamage(error);
      if (points !== undefined) {
        this.damage(points.file, points.offset, points.what);
      } else if (error instanceof StoreVersionError) {
        if (segmentPattern.test(path.basename(file)) || checksumHolds(bytes)) {
          throw error;
        }
        // Its version is what is damaged.
        this.damage(error.file, 0, error.message);
      } else if (systemCode(error) !== undefined) {
        this.damage(pathOf(error) ?? file, 0, whyUnreadable(error));
      } else {
        this.damage(file, 0, `SQLite says: ${messageOf(error)}.`);
      }
    }
  }

  private damage(file: string, offset: number, what: string): void {
    this.findings.push({ severity: 'damage', file, offset, what });
  }

  private note(file: string, offset: number, what: string): void {
    this.findings.push({ severity: 'note', file, offset, what });
  }
}
