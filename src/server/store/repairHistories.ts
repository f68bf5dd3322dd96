import path from 'node:path';
import type { Catalog } from './catalog';
import { namesIn } from './check';
import { StoreDamagedError, StoreVersionError } from './damage';
import { replaceFile, type StoreFiles } from './files';
import { FoundPoints } from './foundPoints';
import { Histories, historyName } from './histories';
import { messageOf } from './messages';
import type { RepairReading } from './repairJournal';
import { runsBy } from './repairMissing';
import { checksumHolds, Database, type SqlJs, text } from './sqlite';

/** Brings the points of a store's runs into a new one. */
export class HistoryCopies {
  /** Runs whose histories were made anew of what was found: it is not known up to which change they go. */
  readonly made = new Set<string>();

  /** @param folder the damaged store's histories */
  constructor(
    private readonly folder: string,
    private readonly files: StoreFiles,
    private readonly sqlite: SqlJs,
    private readonly reading: RepairReading,
  ) {}

  /** Copies good histories as they are, and makes new ones of what can be read of the others. @returns the runs that have one */
  async copy(catalog: Catalog, histories: Histories): Promise<string[]> {
    const source = this.folder;
    const names = await namesIn(this.files, source);
    const bases = new Set(names.flatMap((name) => /^(.+)\.(?:sqlite|points)$/.exec(name)?.[1] ?? []));
    const known = runsBy(catalog, historyName);
    const runs: string[] = [];
    for (const base of bases) {
      const file = path.join(source, `${base}.sqlite`);
      const runId = known.get(`${base}.sqlite`) ?? (await this.runOf(file));
      if (runId !== undefined) {
        const from = new Histories(this.sqlite, this.files, source);
        await this.copyOne(runId, histories, from);
        from.close();
        runs.push(runId);
      }
    }
    return runs;
  }

  private async copyOne(runId: string, to: Histories, from: Histories): Promise<void> {
    const file = from.fileOf(runId);
    const points = from.pointsFileOf(runId);
    const hasPoints = (await this.files.facts(points)) !== undefined;
    const bytes = await this.reading.read(file);
    const sealed = hasPoints ? await this.reading.read(points) : undefined;
    const isWhole = bytes !== undefined && (sealed !== undefined || !hasPoints);
    if (isWhole && this.isSound(runId, from, bytes)) {
      await replaceFile(this.files, to.fileOf(runId), bytes);
      if (sealed !== undefined) {
        await replaceFile(this.files, to.pointsFileOf(runId), sealed);
      }
      return;
    }
    const found = new FoundPoints();
    if (bytes !== undefined && this.isOf(runId, file, bytes)) {
      found.addFrom(bytes);
      found.addFromDatabase(this.sqlite, bytes);
    }
    if (sealed !== undefined) {
      found.addFrom(sealed);
    }
    found.writeTo(to.change(runId));
    to.commit(0);
    this.made.add(runId);
  }

  /** Whether a history is as it was written; says what is wrong with it. @throws StoreVersionError */
  private isSound(runId: string, from: Histories, bytes: Uint8Array): boolean {
    try {
      from.find(runId)?.verify();
      return true;
    } catch (error) {
      if (error instanceof StoreVersionError && checksumHolds(bytes)) {
        throw error;
      }
      const file = from.fileOf(runId);
      const place = error instanceof StoreDamagedError ? error : { file, offset: 0, what: `${messageOf(error)}.` };
      this.reading.lose(place.file, place.offset, place.what);
      return false;
    }
  }

  /** False for a sound history of another run, which got this one's name: its points must not become this run's. */
  private isOf(runId: string, file: string, bytes: Uint8Array): boolean {
    if (!checksumHolds(bytes)) {
      return true;
    }
    const db = new Database(this.sqlite, bytes);
    try {
      const owner = text(db.row("SELECT value FROM meta WHERE name = 'run'")?.[0]);
      if (owner !== runId) {
        this.reading.lose(
          file,
          0,
          `Its points are those of run ${owner} and were left out. Its name would be ${historyName(owner)}.`,
        );
      }
      return owner === runId;
    } finally {
      db.close();
    }
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
      this.reading.lose(file, 0, `It cannot be read of which run it is: ${messageOf(error)}.`);
      return undefined;
    } finally {
      db?.close();
    }
  }
}
