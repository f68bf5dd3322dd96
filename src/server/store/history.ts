import type { Int64 } from '../../core/model';
import type { MetricColumns } from '../../core/metricColumns';
import { finish, type Steps } from '../../core/steps';
import { StoreDamagedError } from './damage';
import type { MetricEffect } from './effects';
import { historyDatabase, type SavedBlock } from './historyDatabase';
import { type Block, type BlockPlace, firstOfBuckets, MetricPoints } from './metricPoints';
import { type ExpectedBlock, packBlock, unpackBlock, unpackBlockInto } from './pointBlock';
import { type Migration, stepsFrom } from './migrations';
import type { PointList } from './pointList';
import { readingAhead, type ReadPoints } from './pointsFile';
import { comparePoints, type Point, valueFrom } from './points';
import {
  type Cell,
  type Database,
  formatOf,
  formatVersion,
  integer,
  openDatabase,
  real,
  type Row,
  type SqlJs,
  text,
} from './sqlite';

/** Sizes in points. */
export interface PointSizes {
  /** Of a block at most: reading one takes about 0.1 ms. */
  readonly block: number;
  /** Full blocks move to the points' file. When a history's database has more than this besides, others do, too … */
  readonly kept: number;
  /** … the larger ones first: those of at least so many points, and smaller ones only where that is not enough. */
  readonly sealed: readonly number[];
}

export const pointSizes: PointSizes = { block: 8192, kept: 200_000, sealed: [512, 64, 1] };

/** Where a history is. */
export interface HistoryHome {
  readonly sqlite: SqlJs;
  readonly runId: string;
  /** The database. */
  readonly file: string;
  readonly pointsFile: string;
  readonly sizes: PointSizes;
  /** For tests: others than there are. */
  readonly migrations?: readonly Migration[] | undefined;
  /** Reads a part of the points' file. @param room where it may be put @throws StoreDamagedError where it has no such part */
  readonly readPoints: ReadPoints;
}

/** A history as files. */
export interface HistoryExport {
  /** Makes the database, of what the history held when this was made. Only once. */
  readonly database: Steps<Uint8Array>;
  /** What is to be appended to the points' file, and synced, before the database is written; empty as a rule. */
  readonly points: readonly Uint8Array[];
  /** To be called when both are durable. */
  saved(): void;
}

/** Blocks that are read from a history's database in one step: the bytes of those that are in it take most of its few milliseconds. */
const blocksInStep = 8;
const someBlocks =
  'SELECT key, count, first_step, first_timestamp, first_value, first_special, last_step, last_timestamp, last_value, ' +
  'last_special, offset, length, bytes, place FROM blocks WHERE (key, place) > (?, ?) ORDER BY key, place LIMIT ?';

/** The points of one run's metrics that have more than one point. */
export class History {
  private readonly metrics = new Map<string, MetricPoints>();
  /** Metrics that the running transaction made, and those that it changed. */
  private readonly made = new Set<string>();
  private readonly changed = new Set<MetricPoints>();
  /** The block that was unpacked last, and its points: neighbours ask for the same one. */
  private unpacked: { readonly block: Block; readonly points: PointList } | undefined;

  private constructor(
    private readonly home: HistoryHome,
    /** Sequence number of the last change in the file that it was opened from; 0 where there was none. */
    readonly applied: number,
    /** Memory that it takes, about. */
    public bytes: number,
  ) {}

  static create(home: HistoryHome): History {
    return new History(home, 0, 0);
  }

  /** @throws StoreDamagedError, StoreVersionError; also where the file belongs to another run */
  static open(home: HistoryHome, bytes: Uint8Array): History {
    return finish(History.openInSteps(home, bytes));
  }

  /** As `open`, a few milliseconds at a time: right after the start, a long history takes many. */
  static *openInSteps(home: HistoryHome, bytes: Uint8Array): Steps<History> {
    const { sqlite, file, runId } = home;
    const db = openDatabase(sqlite, file, bytes);
    try {
      yield;
      stepsFrom(formatOf(bytes), formatVersion, file, home.migrations).forEach((step) => db.transaction(step.history));
      const meta = new Map(db.rows('SELECT name, value FROM meta').map((row) => [text(row[0]), row[1]]));
      if (meta.get('run') !== runId) {
        throw new StoreDamagedError(file, 0, `It should belong to run ${runId}.`);
      }
      const history = new History(home, real(meta.get('applied')), bytes.length);
      yield* history.readFrom(db);
      return history;
    } finally {
      db.close();
    }
  }

  commit(): void {
    this.changed.forEach((metric) => metric.commit());
    this.changed.clear();
    this.made.clear();
  }

  rollback(): void {
    this.changed.forEach((metric) => metric.rollback());
    this.made.forEach((key) => this.metrics.delete(key));
    this.changed.clear();
    this.made.clear();
    this.unpacked = undefined;
  }

  /** Packs what is not yet, so that the export has little to do. Not inside a transaction, but changes may come in between. */
  *pack(): Steps<void> {
    for (const [key, metric] of this.metrics) {
      for (const block of metric.all) {
        if (block.points === undefined) {
          continue;
        }
        const isNew = block.packed === undefined;
        block.packed ??= packBlock(key, block.points);
        if (block.count >= this.home.sizes.block) {
          // Nothing is appended to it any more. In the same step: it may grow in between, and what was packed is then forgotten.
          block.points = undefined;
        }
        if (isNew) {
          yield;
        }
      }
    }
  }

  /**
   * The history as files, saying that they hold the changes up to `applied`. Not inside a transaction.
   * @param pointsEnd size of the points' file, behind which everything goes
   */
  export(applied: number, pointsEnd: number): HistoryExport {
    const points: Uint8Array[] = [];
    let end = pointsEnd;
    const places = new Map<Block, BlockPlace>();
    for (const { key, block } of this.blocksToSeal()) {
      const bytes = this.packed(key, block);
      // Closed: what comes later begins another block, so that this one is what is in the file.
      block.packed = bytes;
      block.points = undefined;
      places.set(block, { offset: end, length: bytes.length });
      points.push(bytes);
      end += bytes.length;
    }
    const metrics = [...this.metrics].map(([key, metric]) => ({
      key,
      ordered: metric.ordered,
      blocks: metric.all.map((block) => this.savedBlock(key, block, places.get(block))),
    }));
    let size = 0;
    const { sqlite, runId } = this.home;
    return {
      database: (function* () {
        const bytes = yield* historyDatabase(sqlite, { applied, runId, metrics });
        size = bytes.length;
        return bytes;
      })(),
      points,
      saved: () => {
        for (const [block, place] of places) {
          block.place = place;
          block.packed = undefined;
        }
        this.bytes = size;
      },
    };
  }

  has(key: string, point: Point): boolean {
    return this.metrics.get(key)?.has(point) ?? false;
  }

  /** How many points each metric has. */
  counts(): ReadonlyMap<string, number> {
    return new Map([...this.metrics].map(([key, metric]) => [key, metric.count]));
  }

  /** Whether blocks of it are in the points' file. */
  get usesPointsFile(): boolean {
    return [...this.metrics.values()].some(({ all }) => all.some(({ place }) => place !== undefined));
  }

  /** Reads every block. @throws StoreDamagedError, StoreVersionError */
  verify(): void {
    for (const [key, { all }] of this.metrics) {
      all.forEach((block) => this.verifyBlock(key, block));
    }
  }

  /** Blocks of runs that log alike differ in nothing but their points: files that swapped their names are noticed by these. */
  private verifyBlock(key: string, block: Block): void {
    const points = this.load(key, block);
    if (
      comparePoints(points.at(0), block.first) !== 0 ||
      comparePoints(points.at(points.length - 1), block.last) !== 0
    ) {
      const { file, offset } = this.expected(key, block);
      throw new StoreDamagedError(file, offset, `It holds other points of ${JSON.stringify(key)} than the run’s.`);
    }
  }

  /** In a transaction. @throws StoreDamagedError where the metric's earlier points should be here and are not */
  apply({ key, mode, points }: MetricEffect): void {
    let metric = this.metrics.get(key);
    if (metric === undefined) {
      if (mode === 'append') {
        throw new StoreDamagedError(this.home.file, 0, `The points of metric ${JSON.stringify(key)} are missing.`);
      }
      metric = new MetricPoints(key, this.home.sizes.block, this.load);
      this.metrics.set(key, metric);
      this.made.add(key);
    }
    metric.begin();
    this.changed.add(metric);
    metric.add(points);
    this.bytes += 200 + points.length * 32;
  }

  /** In the order (timestamp, step, value). */
  page(key: string, offset: number, limit: number): Point[] {
    return this.metrics.get(key)?.page(offset, limit) ?? [];
  }

  /** What `Store.copyMetricColumns` says. @param limit not more than the columns have room for */
  copyColumns(key: string, from: number, limit: number, into: Partial<MetricColumns>): number {
    const parts: { readonly block: Block; readonly start: number; readonly end: number }[] = [];
    this.metrics.get(key)?.eachBlock(from, limit, (block, start, end) => parts.push({ block, start, end }));
    const read = readingAhead(
      parts.flatMap(({ block }) => block.place ?? []),
      this.home.readPoints,
    );
    let at = 0;
    for (const { block, start, end } of parts) {
      const part = partOf(into, at, end - start);
      at += end - start;
      if (end - start === block.count && block.points === undefined && this.unpacked?.block !== block) {
        unpackBlockInto(this.bytesOf(block, read), this.expected(key, block), part);
        continue;
      }
      const { steps, timestamps, values } = this.load(key, block).columns();
      part.step?.set(steps.subarray(start, end));
      part.time?.set(timestamps.subarray(start, end));
      part.value?.set(values.subarray(start, end));
    }
    return at;
  }

  /** The point at a place in the order (step, timestamp, value); at the ends of blocks without reading them. */
  pointAt(key: string, place: number): Point | undefined {
    let point: Point | undefined;
    this.metrics.get(key)?.eachBlock(place, 1, (block, start, end) => {
      point = end === block.count ? block.last : this.load(key, block).at(start);
    });
    return point;
  }

  /** What `Store.sampleMetric` says. */
  sample(key: string, range: { start: Int64; end: Int64 } | undefined, limit: number): Point[] {
    const metric = this.metrics.get(key);
    if (metric === undefined) {
      return [];
    }
    const from = range === undefined ? 0 : metric.countBefore(range.start);
    const to = range === undefined ? metric.count : metric.countBefore(stepAfter(range.end));
    return metric.pick(firstOfBuckets(Math.max(0, to - from), limit).map((place) => from + place));
  }

  private readonly load = (key: string, block: Block): PointList => {
    if (block.points !== undefined) {
      return block.points;
    }
    if (this.unpacked?.block === block) {
      return this.unpacked.points;
    }
    const points = unpackBlock(this.bytesOf(block), this.expected(key, block));
    this.unpacked = { block, points };
    return points;
  };

  /** Of a block that is not in memory as points. */
  private bytesOf({ packed, place }: Block, read = this.home.readPoints): Uint8Array {
    return packed ?? read(place?.offset ?? 0, place?.length ?? 0);
  }

  private expected(key: string, { count, packed, place }: Block): ExpectedBlock {
    const file = packed === undefined ? this.home.pointsFile : this.home.file;
    return { key, count, file, offset: place?.offset ?? 0 };
  }

  private blocksToSeal(): { key: string; block: Block }[] {
    const inDatabase: { key: string; block: Block }[] = [];
    for (const [key, { all }] of this.metrics) {
      for (const block of all) {
        if (block.place === undefined) {
          inDatabase.push({ key, block });
        }
      }
    }
    // Nothing is appended to full ones any more: in the database they would be written anew with each checkpoint.
    const sealed = new Set(inDatabase.filter(({ block }) => block.count >= this.home.sizes.block));
    let left = inDatabase.reduce((sum, each) => sum + (sealed.has(each) ? 0 : each.block.count), 0);
    for (const size of this.home.sizes.sealed) {
      if (left <= this.home.sizes.kept) {
        break;
      }
      for (const each of inDatabase) {
        if (each.block.count >= size && !sealed.has(each)) {
          sealed.add(each);
          left -= each.block.count;
        }
      }
    }
    return [...sealed];
  }

  private packed(key: string, block: Block): Uint8Array {
    return block.packed ?? packBlock(key, this.load(key, block));
  }

  /** A block as it is now. @param newPlace where it is going to be */
  private savedBlock(key: string, block: Block, newPlace: BlockPlace | undefined): SavedBlock {
    const { count, first, last } = block;
    const place = block.place ?? newPlace;
    return place === undefined
      ? { count, first, last, packed: (block.packed = this.packed(key, block)) }
      : { count, first, last, place };
  }

  private *readFrom(db: Database): Steps<void> {
    const blocks = new Map<number, Block[]>();
    for (let after: readonly Cell[] | undefined = [-1, -1]; after !== undefined;) {
      const rows = db.rows(someBlocks, ...after, blocksInStep);
      for (const row of rows) {
        const bytes = row[12];
        const block: Block = { count: real(row[1]), first: toPoint(row, 2), last: toPoint(row, 6) };
        if (bytes instanceof Uint8Array) {
          block.packed = bytes;
        } else {
          block.place = { offset: real(row[10]), length: real(row[11]) };
        }
        const ofKey = blocks.get(real(row[0]));
        if (ofKey === undefined) {
          blocks.set(real(row[0]), [block]);
        } else {
          ofKey.push(block);
        }
      }
      const last = rows.at(-1);
      after = last === undefined || rows.length < blocksInStep ? undefined : [real(last[0]), real(last[13])];
      yield;
    }
    for (const row of db.rows('SELECT id, key, ordered FROM keys ORDER BY id')) {
      const key = text(row[1]);
      const saved = { ordered: row[2] === 1, blocks: blocks.get(real(row[0])) ?? [] };
      this.metrics.set(key, new MetricPoints(key, this.home.sizes.block, this.load, saved));
    }
  }
}

/** So many places of each column, from one on. */
function partOf({ step, time, value }: Partial<MetricColumns>, from: number, count: number): Partial<MetricColumns> {
  const part = (column: Float64Array): Float64Array => column.subarray(from, from + count);
  return {
    ...(step === undefined ? {} : { step: part(step) }),
    ...(time === undefined ? {} : { time: part(time) }),
    ...(value === undefined ? {} : { value: part(value) }),
  };
}

function stepAfter(step: Int64): Int64 {
  return BigInt(step) + 1n;
}

function toPoint(row: Row, at: number): Point {
  return {
    step: integer(row[at]),
    timestamp: integer(row[at + 1]),
    value: valueFrom(real(row[at + 2]), real(row[at + 3])),
  };
}
