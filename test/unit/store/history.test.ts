import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import * as fc from 'fast-check';
import type { MetricColumns } from '../../../src/core/metricColumns';
import { finish, type Steps } from '../../../src/core/steps';
import { StoreDamagedError } from '../../../src/server/store/damage';
import { realFiles } from '../../../src/server/store/files';
import { Histories } from '../../../src/server/store/histories';
import { History, pointSizes, type HistoryHome, type PointSizes } from '../../../src/server/store/history';
import { MetricPoints } from '../../../src/server/store/metricPoints';
import { packBlock, unpackBlock } from '../../../src/server/store/pointBlock';
import { PointList } from '../../../src/server/store/pointList';
import { comparePoints, type Point } from '../../../src/server/store/points';
import { loadSqlite } from '../../../src/server/store/sqlite';
import type { Store } from '../../../src/server/store/types';
import { history as pointsOf, log, metric, runId, Scene, smallSizes } from './support';

const int64 = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: -3, max: 60 }) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(2 ** 53 - 1, -(2 ** 53) + 1, 2n ** 53n, 2n ** 63n - 1n, -(2n ** 63n), 1_700_000_000_000),
  },
);
const anyValue = fc.oneof(
  fc.double(),
  fc.constantFrom(NaN, -0, 0, Infinity, -Infinity, 5e-324),
  fc.integer({ min: 0, max: 3 }),
);
const anyPoint: fc.Arbitrary<Point> = fc.record(
  { step: int64, timestamp: int64, value: anyValue },
  { noNullPrototype: true },
);

const sorted = (points: readonly Point[]): Point[] =>
  [...points].sort(comparePoints).filter((point, i, all) => i === 0 || comparePoints(all[i - 1] ?? point, point) !== 0);
const byTime = (a: Point, b: Point): number =>
  a.timestamp < b.timestamp ? -1 : a.timestamp > b.timestamp ? 1 : comparePoints(a, b);

/** Columns of a part of a metric, each of them also asked for alone. */
function columnsOf(history: History, key: string, from: number, limit: number): MetricColumns {
  const length = Math.max(0, Math.min(limit, (history.counts().get(key) ?? 0) - from));
  const columns = { step: new Float64Array(length), time: new Float64Array(length), value: new Float64Array(length) };
  assert.equal(history.copyColumns(key, from, length, columns), length);
  for (const name of ['step', 'time', 'value'] as const) {
    const alone = new Float64Array(length);
    history.copyColumns(key, from, length, { [name]: alone });
    assert.deepEqual(alone, columns[name]);
  }
  return columns;
}

/** A history with its files in memory. */
class Disk {
  points = Buffer.alloc(16);
  database: Uint8Array | undefined;
  readonly home: HistoryHome;

  constructor(sqlite: HistoryHome['sqlite'], sizes: PointSizes) {
    this.home = {
      sqlite,
      runId: 'r',
      file: 'r.sqlite',
      pointsFile: 'r.points',
      sizes,
      readPoints: (offset, length) => this.points.subarray(offset, offset + length),
    };
  }

  /** @param lost both files stay as they are, or the points' file grew for nothing */
  save(history: History, lost: 'nothing' | 'database' | 'all'): void {
    const made = history.export(7, this.points.length);
    if (lost !== 'all') {
      this.points = Buffer.concat([this.points, ...made.points]);
    }
    if (lost === 'nothing') {
      this.database = finish(made.database);
      made.saved();
    }
  }
}

describe('Store: packed points', () => {
  it('come back bit for bit', () => {
    const anyList = fc.oneof(
      fc.array(anyPoint, { minLength: 1, maxLength: 50 }).map(sorted),
      fc
        .tuple(fc.nat(70_000), fc.constantFrom(0, 1, 300, 2 ** 31, 2 ** 40), fc.integer({ min: 1, max: 100 }))
        .map(([start, every, length]) =>
          Array.from({ length }, (_, i) => ({
            step: start + i,
            timestamp: 1_700_000_000_000 + i * every + (i % 3),
            value: 0.1,
          })),
        ),
    );
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), anyList, (key, points) => {
        const bytes = packBlock(key, PointList.of(points));
        const list = unpackBlock(bytes, { key, count: points.length, file: 'f', offset: 0 });
        assert.deepEqual(
          Array.from(points, (_, i) => list.at(i)),
          points,
        );
      }),
    );
  });

  it('take less than 10 bytes a point where steps and times are even', () => {
    const points = Array.from({ length: 8192 }, (_, i) => ({
      step: i,
      timestamp: 1_700_000_000_000 + i * 37 + (i % 5),
      value: Math.sin(i),
    }));
    const { length } = packBlock('loss', PointList.of(points));
    assert.ok(length < 8192 * 9.1, `${length / 8192} bytes a point`);
  });

  it('are refused where a bit flipped, and where they are those of another metric', () => {
    const points = PointList.of([
      { step: 1, timestamp: 2, value: 3 },
      { step: 2, timestamp: 2, value: 3 },
    ]);
    const bytes = packBlock('key', points);
    const home = { key: 'key', count: 2, file: 'f', offset: 9 };
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const flipped = Uint8Array.from(bytes);
      flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      assert.throws(() => unpackBlock(flipped, home), StoreDamagedError, `bit ${bit}`);
    }
    assert.throws(() => unpackBlock(bytes.subarray(0, 10), home), StoreDamagedError);
    assert.throws(() => unpackBlock(bytes, { ...home, key: 'kez' }), /other points/);
    assert.throws(() => unpackBlock(bytes, { ...home, count: 3 }), /other points/);
  });
});

describe('Store: a history', () => {
  const anyRound = fc.record({
    key: fc.constantFrom('a', 'b', 'c'),
    points: fc.oneof(
      fc.array(anyPoint, { maxLength: 12 }),
      fc
        .tuple(fc.nat(2000), fc.nat(20))
        .map(([start, length]) =>
          Array.from({ length }, (_, i) => ({ step: start + i, timestamp: start + i, value: i })),
        ),
    ),
    end: fc.constantFrom('commit', 'commit', 'commit', 'rollback', 'open'),
    // Blocks that are packed ahead of a save, changes coming in between.
    packed: fc.constantFrom(0, 0, 1, 2, 9),
    save: fc.constantFrom('no', 'no', 'nothing', 'database', 'all'),
  });

  it('answers as a sorted list would, through rollbacks, failed and whole saves and new starts', async () => {
    const sqlite = await loadSqlite();
    fc.assert(
      fc.property(fc.array(anyRound, { maxLength: 25 }), fc.boolean(), (rounds, isSmall) => {
        const disk = new Disk(sqlite, isSmall ? smallSizes : { ...pointSizes, kept: 20 });
        let history = History.create(disk.home);
        let model = new Map<string, Point[]>();
        let onDisk = new Map<string, Point[]>();
        let running = model;
        let packing: Steps<void> | undefined;
        for (const { key, points, end, packed, save } of rounds) {
          const before = running.get(key);
          running = new Map(running).set(key, sorted([...(before ?? []), ...points]));
          history.apply({ key, mode: before === undefined ? 'start' : 'append', points: sorted(points) });
          if (end !== 'open') {
            model = end === 'commit' ? running : model;
            running = model;
            history[end]();
            for (let i = 0; i < packed; i++) {
              // It goes on where it was before the changes.
              packing = packing?.next().done === false ? packing : history.pack();
            }
            if (save !== 'no') {
              disk.save(history, save);
              onDisk = save === 'nothing' ? model : onDisk;
            }
          }
          compare(history, running);
          if (disk.database !== undefined && end !== 'open') {
            const again = History.open(disk.home, Uint8Array.from(disk.database));
            assert.equal(again.applied, 7);
            again.verify();
            compare(again, onDisk);
            if (save === 'nothing') {
              history = again;
              packing = undefined;
            }
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  function compare(history: History, model: ReadonlyMap<string, Point[]>): void {
    assert.deepEqual(new Map(history.counts()), new Map([...model].map(([key, points]) => [key, points.length])));
    for (const [key, points] of model) {
      assert.deepEqual(history.page(key, 0, 1000), [...points].sort(byTime), key);
      assert.deepEqual(history.page(key, 3, 2), [...points].sort(byTime).slice(3, 5));
      const part = points.slice(2, 9);
      const columns = columnsOf(history, key, 2, 7);
      assert.deepEqual(
        points.map((_, place) => history.pointAt(key, place)),
        points,
      );
      assert.equal(history.pointAt(key, points.length), undefined);
      assert.deepEqual(
        [...columns.step],
        part.map(({ step }) => Number(step)),
      );
      assert.deepEqual(
        [...columns.time],
        part.map(({ timestamp }) => Number(timestamp)),
      );
      assert.deepEqual(
        [...columns.value],
        part.map(({ value }) => value),
      );
      const inside = points.filter(({ step }) => step >= 1 && step <= 40);
      assert.deepEqual(history.sample(key, { start: 1, end: 40 }, 1000), inside);
      assert.deepEqual(history.sample(key, undefined, 1000), points);
      assert.ok(points.every((point) => history.has(key, point)));
      assert.equal(history.has(key, { step: 7, timestamp: 12345, value: 0.123 }), false);
    }
  }

  it('keeps its blocks large where points come behind others one by one', () => {
    const metric = new MetricPoints('loss', 8, (_key, { points }) => points ?? new PointList());
    const add = (step: number): void => {
      metric.begin();
      metric.add([{ step, timestamp: 0, value: 0 }]);
      metric.commit();
    };
    for (let step = 0; step < 800; step += 10) {
      add(step);
    }
    assert.equal(metric.all.length, 10);
    for (let step = 799; step >= 0; step--) {
      add(step);
    }
    assert.equal(metric.count, 800);
    assert.ok(metric.all.length <= 200, `${metric.all.length} blocks`);
    assert.ok(metric.all.every(({ count }) => count <= 8));
    assert.deepEqual(
      metric.pick(Array.from({ length: 800 }, (_, place) => place)).map(({ step }) => step),
      Array.from({ length: 800 }, (_, place) => place),
    );
  });

  it('moves full blocks out of its database, and others when their points are many', async () => {
    const disk = new Disk(await loadSqlite(), { block: 8192, kept: 2000, sealed: [512] });
    const history = History.create(disk.home);
    const add = (from: number, count: number): void => {
      const points = Array.from({ length: count }, (_, i) => ({ step: from + i, timestamp: from + i, value: i }));
      history.apply({ key: 'm', mode: from === 0 ? 'start' : 'append', points });
      history.commit();
      disk.save(history, 'nothing');
    };
    /** Points in the points' file, about. */
    const moved = (): number => Math.floor(disk.points.length / 8 / 100) * 100;
    add(0, 2000);
    assert.equal(moved(), 0);
    add(2000, 100);
    assert.equal(moved(), 2100);
    // The first block that is full, and of the next one not too many for the database.
    add(2100, 8192 + 1500);
    assert.equal(moved(), 2100 + 8200);
    const { length } = disk.points;
    add(11_792, 100);
    assert.equal(disk.points.length, length);
    assert.ok((disk.database?.length ?? 0) < 50_000, `${disk.database?.length} bytes`);
    assert.equal(
      columnsOf(History.open(disk.home, Uint8Array.from(disk.database ?? [])), 'm', 0, 1e6).step.length,
      11_892,
    );
  });
});

describe('Store: points that are opened in steps', () => {
  const scene = new Scene(smallSizes);
  afterEach(() => scene.end());

  /** A store that was just opened, with so many points. */
  async function withPoints(count: number): Promise<Store> {
    const { folder, store } = await scene.withRun();
    await log(store, { metrics: Array.from({ length: count }, (_, i) => metric('loss', i, i, i)) });
    await store.close();
    return scene.open(folder);
  }

  it('are the same, with time for others in between', async () => {
    const store = await withPoints(200);
    const opening = store.openPoints(runId);
    let steps = 1;
    while (opening.next().done !== true) {
      steps++;
    }
    // 50 blocks, or more.
    assert.ok(steps > 6, `${steps} steps`);
    assert.deepEqual(
      pointsOf(store, 'loss').map(({ value }) => value),
      Array.from({ length: 200 }, (_, i) => i),
    );
    assert.equal(store.openPoints(runId).next().done, true);
    assert.equal(store.openPoints('another').next().done, true);
  });

  it('do not come in the place of those that were written meanwhile', async () => {
    const store = await withPoints(200);
    const opening = store.openPoints(runId);
    opening.next();
    opening.next();
    await log(store, { metrics: [metric('loss', 200, 200, 200)] });
    finish(opening);
    assert.equal(pointsOf(store, 'loss').length, 201);
  });

  it('do not come back when their run was deleted for good meanwhile', async () => {
    const { folder, store } = await scene.withRun();
    await log(store, { metrics: [metric('loss', 0), metric('loss', 1, 1)] });
    await store.close();
    const histories = new Histories(await loadSqlite(), realFiles, path.join(folder, 'history'));
    const opening = histories.openInSteps(runId);
    opening.next();
    assert.equal(opening.next().done, false);
    histories.forgetNow(runId);
    await rm(histories.fileOf(runId));
    finish(opening);
    assert.equal(histories.find(runId), undefined);
  });
});
