import path from 'node:path';
import type { Catalog } from './catalog';
import { namesIn } from './check';
import { StoreDamagedError, StoreVersionError } from './damage';
import { replaceFile, type StoreFiles } from './files';
import { FoundPoints } from './foundPoints';
import { databaseSuffix, type Histories, historyName, pointsSuffix } from './histories';
import { History, pointSizes } from './history';
import { messageOf } from './messages';
import { pointsDamage, pointsHeaderSize, verifyPointsHeader, withPointsHeader } from './pointsFile';
import { PointsOwners } from './pointsOwners';
import type { RepairReading } from './repairJournal';
import { runsBy } from './repairMissing';
import { checksumHolds, Database, type SqlJs, text, verifyDatabase } from './sqlite';

/** Where the history of a run was found; names of files without their endings. */
interface HistoryPlace {
  readonly runId: string;
  /** Databases that say that they are the run's, and that with its name unless another run's is in its place; this one first. */
  readonly databases: string[];
  points: string | undefined;
}

/** What is wrong with a history, and where. */
interface Wrong {
  readonly file: string;
  readonly offset: number;
  readonly what: string;
}

/** Brings the points of a store's runs into a new one, each under the name of the run whose they are. */
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
  async copy(catalog: Catalog, to: Histories): Promise<string[]> {
    const names = await namesIn(this.files, this.folder);
    const places = await this.find(names, runsBy(catalog, historyName));
    const left = new Map<HistoryPlace, Wrong | undefined>();
    for (const place of places) {
      const wrong = await this.copyWhole(place, to);
      if (wrong !== true) {
        left.set(place, wrong);
      }
    }
    const moved = await this.findPoints([...left.keys()], places, names);
    for (const [place, wrong] of left) {
      const again = moved.has(place) ? await this.copyWhole(place, to) : wrong;
      if (again !== true) {
        if (again !== undefined) {
          this.reading.lose(again.file, again.offset, again.what);
        }
        await this.makeAnew(place, to);
      }
    }
    return places.map(({ runId }) => runId);
  }

  /** @param known runs of the catalog by the names of their histories */
  private async find(names: readonly string[], known: ReadonlyMap<string, string>): Promise<HistoryPlace[]> {
    const places = new Map<string, HistoryPlace>();
    const placeOf = (runId: string): HistoryPlace => {
      const place = places.get(runId) ?? { runId, databases: [], points: undefined };
      places.set(runId, place);
      return place;
    };
    const nameOf = new Map<string, string>();
    for (const name of endingWith(names, databaseSuffix)) {
      const file = this.fileOf(name, databaseSuffix);
      const owner = await this.soundOwner(file);
      const runId = owner ?? known.get(name + databaseSuffix) ?? namedRun(name) ?? (await this.ownerSaid(file));
      if (runId !== undefined) {
        const { databases } = placeOf(runId);
        databases.splice(isNamed(name, runId) ? 0 : databases.length, 0, name);
        nameOf.set(historyName(runId), runId);
      }
    }
    for (const name of endingWith(names, pointsSuffix)) {
      const runId = nameOf.get(name + databaseSuffix) ?? known.get(name + databaseSuffix) ?? namedRun(name);
      if (runId === undefined) {
        this.reading.lose(this.fileOf(name, pointsSuffix), 0, 'It is not known of which run it is.');
      } else {
        placeOf(runId).points = name;
      }
    }
    return [...places.values()];
  }

  /** @returns true when it is done, undefined where what is wrong was told */
  private async copyWhole(place: HistoryPlace, to: Histories): Promise<true | Wrong | undefined> {
    const { runId, points } = place;
    const [name = historyName(runId).slice(0, -databaseSuffix.length), ...others] = place.databases;
    const file = this.fileOf(name, databaseSuffix);
    const bytes = await this.reading.read(file);
    const pointsFile = this.fileOf(points ?? name, pointsSuffix);
    const sealed = points === undefined ? undefined : await this.reading.read(pointsFile);
    if (bytes === undefined || (points !== undefined && sealed === undefined)) {
      return undefined;
    }
    const wrong = this.wrongIn({ runId, file, bytes, pointsFile, sealed });
    if (wrong !== undefined) {
      return wrong;
    }
    if (!isNamed(name, runId) && others.length > 0) {
      return { file, offset: 0, what: `There are other histories of run ${runId}: ${others.join(', ')}.` };
    }
    await replaceFile(this.files, to.fileOf(runId), bytes);
    this.tellName(file, name, runId);
    for (const other of others) {
      const said = `Its points are those of run ${runId}, which has a history of its own: they were left out.`;
      this.reading.lose(this.fileOf(other, databaseSuffix), 0, said);
    }
    if (sealed !== undefined) {
      await replaceFile(this.files, to.pointsFileOf(runId), this.withGoodHeader(pointsFile, sealed));
      this.tellName(pointsFile, points ?? name, runId);
    }
    return true;
  }

  private tellName(file: string, name: string, runId: string): void {
    if (!isNamed(name, runId)) {
      this.reading.mend(file, 0, `It is of run ${runId}, and has the name of this run in the new store.`);
    }
  }

  private withGoodHeader(file: string, bytes: Uint8Array): Uint8Array {
    try {
      verifyPointsHeader(file, bytes.subarray(0, pointsHeaderSize));
      return bytes;
    } catch (error) {
      const { offset = 0, what = messageOf(error) } = pointsDamage(error) ?? {};
      this.reading.mend(file, offset, `${what} The header was made anew; all points behind it are whole.`);
      return withPointsHeader(bytes);
    }
  }

  /** What is wrong with a history, whatever its points' file has for a header. @throws StoreVersionError */
  private wrongIn(found: {
    runId: string;
    file: string;
    bytes: Uint8Array;
    pointsFile: string;
    sealed: Uint8Array | undefined;
  }): Wrong | undefined {
    const { runId, file, bytes, pointsFile, sealed } = found;
    const readPoints = (offset: number, length: number): Uint8Array => {
      if (sealed === undefined) {
        throw new StoreDamagedError(pointsFile, offset, 'It is missing.');
      }
      const part = sealed.subarray(offset, offset + length);
      if (part.length < length) {
        throw new StoreDamagedError(pointsFile, offset + part.length, 'It ends too early.');
      }
      return part;
    };
    try {
      History.open({ sqlite: this.sqlite, runId, file, pointsFile, sizes: pointSizes, readPoints }, bytes).verify();
      return undefined;
    } catch (error) {
      if (error instanceof StoreVersionError && checksumHolds(bytes)) {
        throw error;
      }
      return error instanceof StoreDamagedError ? error : { file, offset: 0, what: `${messageOf(error)}.` };
    }
  }

  /**
   * Finds the points' files of histories that are not whole with those of their names: by their blocks. A file whose blocks none of
   * the databases speaks of stays the run's whose name it has.
   * @returns places whose points' file is another one now
   */
  private async findPoints(
    left: readonly HistoryPlace[],
    all: readonly HistoryPlace[],
    names: readonly string[],
  ): Promise<Set<HistoryPlace>> {
    const owners = new PointsOwners<HistoryPlace>();
    for (const place of left) {
      const bytes = await this.tryToRead(place.databases[0], databaseSuffix);
      if (bytes !== undefined && checksumHolds(bytes)) {
        owners.add(place, this.sqlite, bytes);
      }
    }
    const taken = new Set(all.flatMap((each) => (left.includes(each) ? [] : (each.points ?? []))));
    const found = new Map<HistoryPlace, string>();
    for (const name of endingWith(names, pointsSuffix).filter((each) => !owners.isEmpty && !taken.has(each))) {
      const bytes = await this.tryToRead(name, pointsSuffix);
      const owner = bytes && owners.ofPoints(bytes);
      if (owner !== undefined && !found.has(owner)) {
        found.set(owner, name);
      }
    }
    const given = new Set(found.values());
    const moved = left.filter((place) => found.has(place) && found.get(place) !== place.points);
    for (const place of left) {
      place.points = found.get(place) ?? (given.has(place.points ?? '') ? undefined : place.points);
    }
    return new Set(moved);
  }

  private async makeAnew({ runId, databases, points }: HistoryPlace, to: Histories): Promise<void> {
    const found = new FoundPoints();
    for (const name of databases) {
      const bytes = await this.tryToRead(name, databaseSuffix);
      if (bytes !== undefined) {
        found.addFrom(bytes);
        found.addFromDatabase(this.sqlite, bytes);
        this.tellName(this.fileOf(name, databaseSuffix), name, runId);
      }
    }
    const sealed = await this.tryToRead(points, pointsSuffix);
    if (sealed !== undefined && points !== undefined) {
      found.addFrom(sealed);
      this.tellName(this.fileOf(points, pointsSuffix), points, runId);
    }
    found.writeTo(to.change(runId));
    to.commit(0);
    this.made.add(runId);
  }

  /** Of a file that was told of already where it cannot be read. */
  private async tryToRead(name: string | undefined, suffix: string): Promise<Uint8Array | undefined> {
    return name === undefined ? undefined : this.files.read(this.fileOf(name, suffix)).catch(() => undefined);
  }

  /** The run that a database with a right checksum says that it belongs to. */
  private async soundOwner(file: string): Promise<string | undefined> {
    const bytes = await this.files.read(file).catch(() => undefined);
    if (bytes === undefined || !checksumHolds(bytes)) {
      return undefined;
    }
    try {
      verifyDatabase(file, bytes);
      return this.ownerIn(bytes);
    } catch (error) {
      if (error instanceof StoreVersionError) {
        throw error;
      }
      return undefined;
    }
  }

  /** The same of one that may be damaged, and has a name that says nothing. */
  private async ownerSaid(file: string): Promise<string | undefined> {
    try {
      return this.ownerIn(await this.files.read(file));
    } catch (error) {
      this.reading.lose(file, 0, `It cannot be read of which run it is: ${messageOf(error)}.`);
      return undefined;
    }
  }

  private ownerIn(bytes: Uint8Array): string {
    const db = new Database(this.sqlite, bytes);
    try {
      return text(db.row("SELECT value FROM meta WHERE name = 'run'")?.[0]);
    } finally {
      db.close();
    }
  }

  private fileOf(name: string, suffix: string): string {
    return path.join(this.folder, name + suffix);
  }
}

function endingWith(names: readonly string[], suffix: string): string[] {
  return names.filter((name) => name.endsWith(suffix)).map((name) => name.slice(0, -suffix.length));
}

function isNamed(name: string, runId: string): boolean {
  return historyName(runId) === name + databaseSuffix;
}

function namedRun(name: string): string | undefined {
  return /^[0-9a-f]{32}$/.test(name) ? name : undefined;
}
