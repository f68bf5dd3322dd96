import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import type { Metric } from '../../../src/core/model';
import {
  metricAggregates,
  type ColumnId,
  type KeyFacts,
  type MetricAggregate,
  type TableColumn,
  type TableRows,
} from '../../../src/protocol/tableTypes';
import { Catalog } from '../../../src/server/store/catalog';
import { loadSqlite } from '../../../src/server/store/sqlite';
import type { TableQuery } from '../../../src/server/store/table/reader';
import { ExperimentTable } from '../../../src/server/store/table/experimentTable';
import type { Store, Write } from '../../../src/server/store/types';
import { createRun, FaultyFiles, history, log, metric, runId, Scene } from './support';

/** Where an extreme is depends on the order in which equal values were logged (`assertExtremes`). */
const aggregates = metricAggregates.filter((each) => each !== 'minStep' && each !== 'maxStep');
/** Few, so that they meet again and again. */
const keys = ['loss', 'val/精度', '<b>x</b>'];
const runIds = ['0', '1', '2', '3'].map((digit) => digit.repeat(32));

const anyKey = fc.constantFrom(...keys);
const anyPair = fc.record({ key: anyKey, value: fc.constantFrom('', '1', '01', 'ünï') });
const anyMetric: fc.Arbitrary<Metric> = fc.record({
  key: anyKey,
  value: fc.constantFrom(1, 2.5, -3, -0, NaN, Infinity, 1e300),
  timestamp: fc.integer({ min: 1, max: 4 }),
  step: fc.integer({ min: -1, max: 3 }),
});

/** Something that happens to a run; undefined: a table is read in between. */
const anyChange: fc.Arbitrary<(runId: string) => Write | undefined> = fc.oneof(
  fc
    .record({ metrics: fc.array(anyMetric, { maxLength: 4 }), tags: fc.array(anyPair, { maxLength: 2 }) })
    .map((logged) => (runId: string) => ({ kind: 'log', runId, params: [], ...logged }) as const),
  anyPair.map((param) => (runId: string) => ({ kind: 'log', runId, metrics: [], params: [param], tags: [] }) as const),
  fc.constant((runId: string) => ({ kind: 'deleteRun', runId, time: 5 }) as const),
  fc.constant((runId: string) => ({ kind: 'restoreRun', runId }) as const),
  fc.constant((runId: string) => ({ kind: 'updateRun', runId, status: 'FINISHED', endTime: 9, name: 'b' }) as const),
  anyKey.map((key) => (runId: string) => ({ kind: 'deleteTag', runId, key }) as const),
  fc.constant(() => undefined),
);

type ExactColumn =
  Exclude<ColumnId, { kind: 'metric' }> | { kind: 'metric'; key: string; aggregate: (typeof aggregates)[number] };

const allColumns: readonly ExactColumn[] = keys.flatMap((key) => [
  ...aggregates.map((aggregate) => metricColumn(key, aggregate)),
  ...[-1, 1, 3].map((step) => ({ kind: 'metricAt', key, step }) as const),
  { kind: 'param', key } as const,
  { kind: 'tag', key } as const,
]);

function metricColumn<Aggregate extends MetricAggregate>(key: string, aggregate: Aggregate) {
  return { kind: 'metric', key, aggregate } as const;
}

/** A column as number → value. */
function cellsOf(column: TableColumn | undefined): Record<number, string | number | undefined> {
  assert.ok(column);
  const values: (string | number | undefined)[] =
    column.kind === 'numbers' ? [...column.value] : [...column.code].map((code) => column.values[code]);
  if (column.kind === 'texts') {
    assert.equal(new Set(column.values).size, column.values.length);
  }
  assert.equal(column.number.length, values.length);
  return Object.fromEntries([...column.number].map((number, i) => [number, values[i]]));
}

/** What a cell is, from what the API of MLflow tells of the run. */
function expectedCell(store: Store, runId: string, column: ExactColumn): string | number | undefined {
  const run = store.getRun(runId);
  assert.ok(run);
  if (column.kind === 'param' || column.kind === 'tag') {
    const pairs = column.kind === 'param' ? run.params : run.tags;
    return pairs.find(({ key }) => key === column.key)?.value;
  }
  const points = store.getMetricColumns(runId, column.key);
  const latest = run.metrics.find(({ key }) => key === column.key);
  if (points === undefined || latest === undefined) {
    return undefined;
  }
  if (column.kind === 'metricAt') {
    const at = points.step.lastIndexOf(column.step);
    return at < 0 ? undefined : points.value[at];
  }
  const finite = [...points.value].filter(Number.isFinite);
  const none = finite.length === 0;
  switch (column.aggregate) {
    case 'last':
      return latest.value;
    case 'step':
      return Number(latest.step);
    case 'time':
      return Number(latest.timestamp);
    case 'count':
      return history(store, column.key, runId).length;
    case 'min':
      return none ? NaN : withoutSign(Math.min(...finite));
    case 'max':
      return none ? NaN : withoutSign(Math.max(...finite));
    case 'mean':
      return none ? NaN : withoutSign(finite.reduce((sum, value) => sum + value, 0) / finite.length);
  }
}

/** Steps of extremes are such at which the run has them. */
async function assertPlaces(store: Store, query: TableQuery, { id, number }: TableRows): Promise<void> {
  for (const [aggregate, place] of [
    ['min', 'minStep'],
    ['max', 'maxStep'],
  ] as const) {
    for (const key of keys) {
      const asked = [metricColumn(key, aggregate), metricColumn(key, place)];
      const { columns } = await store.table.columns(query, asked);
      const [extremes = {}, steps = {}] = columns.map(cellsOf);
      assert.deepEqual(Object.keys(steps), Object.keys(extremes));
      id.forEach((runId, row) => {
        const step = steps[number[row] ?? -1];
        const extreme = extremes[number[row] ?? -1];
        const points = extreme === undefined ? undefined : store.getMetricColumns(runId, key);
        const there = points && [...points.value].filter((_, i) => points.step[i] === step).map(withoutSign);
        if (Number.isNaN(extreme)) {
          assert.ok(Number.isNaN(step));
        } else {
          assert.ok(there?.some((value) => value === extreme) ?? extreme === undefined, `${key} ${place}: ${step}`);
        }
      });
    }
  }
}

/** The catalog's figures do not keep the sign of zero. */
function withoutSign(value: number): number {
  return value === 0 ? 0 : value;
}

function expectedFacts(store: Store, ids: readonly string[], kind: 'metrics' | 'params' | 'tags'): KeyFacts[] {
  const runs = ids.flatMap((id) => store.getRun(id) ?? []);
  const all = [...new Set(runs.flatMap((run) => run[kind].map(({ key }) => key)))].sort();
  return all.map((key) => {
    const values = runs.map((run) => run[kind].find((each) => each.key === key)?.value);
    const there = values.filter((value) => value !== undefined);
    const different = new Set(values.map((value) => (typeof value === 'number' ? withoutSign(value) : value)));
    return { key, runs: there.length, differs: different.size > 1 };
  });
}

function runsOf(store: Store, experimentIds: readonly string[], stage: 'active' | 'deleted'): string[] {
  return runIds
    .flatMap((id) => store.getRunInfo(id) ?? [])
    .filter((info) => experimentIds.includes(info.experimentId) && info.stage === stage)
    .sort((a, b) => Number(b.startTime) - Number(a.startTime) || (a.id < b.id ? -1 : 1))
    .map(({ id }) => id);
}

async function assertTable(store: Store, experimentIds: readonly string[], asked?: readonly string[]): Promise<void> {
  for (const stage of ['active', 'deleted'] as const) {
    const query = { experimentIds, stage, ...(asked ? { runIds: asked } : {}) };
    const expected = runsOf(store, experimentIds, stage).filter((id) => asked?.includes(id) ?? true);
    const rows = await store.table.rows(query);
    assert.deepEqual(rows.id, expected);
    assert.equal(rows.revision, store.revision);
    for (const kind of ['metrics', 'params', 'tags'] as const) {
      assert.deepEqual(rows[kind], expectedFacts(store, expected, kind), kind);
    }
    expected.forEach((id, i) => assertRow(store, rows, id, i));
    await assertPlaces(store, query, rows);
    const { columns } = await store.table.columns(query, allColumns);
    allColumns.forEach((column, i) => {
      const cells = expected.map((id, row) => [rows.number[row] ?? -1, expectedCell(store, id, column)] as const);
      const wanted = Object.fromEntries(cells.filter(([, value]) => value !== undefined));
      assert.deepEqual(cellsOf(columns[i]), wanted, JSON.stringify(column));
    });
  }
}

function assertRow(store: Store, rows: TableRows, id: string, i: number): void {
  const info = store.getRunInfo(id);
  assert.ok(info);
  const { name, status, startTime, endTime, experimentId } = info;
  assert.deepEqual(
    {
      name: rows.name[i],
      status: rows.status[i],
      startTime: rows.started[i],
      endTime: rows.ended[i],
      experimentId: rows.experiments[rows.experiment[i] ?? -1]?.id,
      slot: rows.slot[i],
    },
    { name, status, startTime, endTime: endTime ?? NaN, experimentId, slot: store.getSlots([id]).get(id) },
  );
}

describe('The table of runs', () => {
  const scene = new Scene();
  afterEach(() => scene.end());

  it('says what the runs say, however they changed', async function () {
    this.timeout(120_000);
    const change = fc.tuple(fc.constantFrom(...runIds), anyChange);
    await fc.assert(
      fc.asyncProperty(fc.array(change, { maxLength: 25 }), async (changes) => {
        const store = await scene.open(await scene.folder());
        await store.write({ kind: 'createExperiment', name: 'other', artifactLocation: undefined, tags: [], time: 1 });
        for (const [i, id] of runIds.entries()) {
          await createRun(store, id, i === 3 ? '1' : '0');
        }
        for (const [runId, write] of changes) {
          const wish = write(runId);
          if (wish === undefined) {
            await store.table.warm(() => Promise.resolve(), 1);
            await assertTable(store, ['0'], [runId]);
          } else {
            // Some are refused: a param that has another value, a tag that is not there.
            await store.write(wish).catch(() => undefined);
          }
        }
        await assertTable(store, ['0']);
        await assertTable(store, ['1', '0', '77', 'x']);
        await scene.end();
      }),
      { numRuns: 25 },
    );
  });

  it('reads some runs of many by themselves, until the whole table is read', async () => {
    const catalog = Catalog.create(await loadSqlite());
    catalog.db.script("INSERT INTO experiments VALUES (1, 'e', '', 0, 0, 0, 0)");
    for (let i = 1; i <= 40; i++) {
      catalog.db.script(`INSERT INTO runs VALUES (${i}, 'r${i}', 1, ${i}, '', '', 'RUNNING', 0, NULL, 0, NULL, '')`);
      catalog.setTag(i, { key: 'k', value: `v${i}` });
    }
    const turn = (): Promise<void> => Promise.resolve();
    const table = new ExperimentTable(catalog, 1);
    const some = await table.only(Uint32Array.of(3, 7), turn);
    assert.deepEqual([some?.size, table.cells.size], [2, 0]);
    assert.equal(await table.only(Uint32Array.from({ length: 11 }), turn), undefined);
    await table.upToDate(turn);
    assert.deepEqual([await table.only(Uint32Array.of(3), turn), table.cells.size], [undefined, 40]);
    catalog.db.close();
  });

  it('knows parents, and runs that were made after it was read first', async () => {
    const { store } = await scene.withRun();
    await store.table.rows({ experimentIds: ['0'], stage: 'active' });
    await createRun(store, runIds[1]);
    await log(store, { tags: [{ key: 'mlflow.parentRunId', value: 'p' }], metrics: [metric('loss', 1)] }, runIds[1]);
    const rows = await store.table.rows({ experimentIds: ['0'], stage: 'active' });
    assert.deepEqual([...rows.parent].sort(), ['', 'p']);
    assert.deepEqual(rows.metrics, [{ key: 'loss', runs: 1, differs: true }]);
  });

  it('knows where the extremes of a metric are: of equal ones where the first was logged, and of later ones there', async () => {
    const { store } = await scene.withRun();
    const places = ['minStep', 'maxStep'] as const;
    const read = async () => {
      const asked = places.map((place) => metricColumn('loss', place));
      const { columns } = await store.table.columns({ experimentIds: ['0'], stage: 'active' }, asked);
      return columns.map((column) => cellsOf(column)[1]);
    };
    await log(store, { metrics: [metric('loss', NaN, 1), metric('loss', Infinity, 2)] });
    assert.deepEqual(await read(), [NaN, NaN]);
    for (const [value, step] of [
      [3, 7],
      [2, 5],
      [9, 6],
      [2, 1],
      [9, 8],
    ] as const) {
      await log(store, { metrics: [metric('loss', value, step)] });
    }
    assert.deepEqual(await read(), [5, 6]);
    // Read again with the run.
    await log(store, { metrics: [metric('loss', 1, 9), metric('loss', 9, 10)] });
    assert.deepEqual(await read(), [9, 6]);
  });

  it('follows tags that are removed, and later points at a step that was asked for', async () => {
    const { store } = await scene.withRun();
    await log(store, {
      tags: [{ key: 'verdict', value: 'good' }],
      metrics: [metric('loss', 1, 1, 5), metric('loss', 3, 2, 5)],
    });
    const query = { experimentIds: ['0'], stage: 'active' } as const;
    const read = async () => {
      const { columns } = await store.table.columns(query, [
        { kind: 'tag', key: 'verdict' },
        { kind: 'metricAt', key: 'loss', step: 1 },
      ]);
      return columns.map(cellsOf);
    };
    assert.deepEqual(await read(), [{ 1: 'good' }, { 1: 1 }]);
    await store.write({ kind: 'deleteTag', runId, key: 'verdict' });
    await log(store, { metrics: [metric('loss', 7, 1, 6)] });
    assert.deepEqual(await read(), [{}, { 1: 7 }]);
    assert.ok(!(await store.table.rows(query)).tags.some(({ key }) => key === 'verdict'));
  });

  it('forgets what it read of a transaction that was taken back', async () => {
    const faulty = new FaultyFiles();
    const { store } = await scene.withRun(faulty.files);
    await log(store, { metrics: [metric('loss', 1, 1)] });
    const query = { experimentIds: ['0'], stage: 'active' } as const;
    const last = async () =>
      cellsOf((await store.table.columns(query, [{ kind: 'metric', key: 'loss', aggregate: 'last' }])).columns[0]);
    let seen: Promise<unknown> | undefined;
    faulty.fault = (operation) => {
      if (operation !== 'append') {
        return undefined;
      }
      // The write is applied and not yet durable: whoever reads now sees it.
      seen = last();
      return Object.assign(new Error('full'), { code: 'ENOSPC' });
    };
    await assert.rejects(log(store, { metrics: [metric('loss', 2, 2)] }), /disk/);
    faulty.fault = () => undefined;
    await seen;
    assert.deepEqual(await last(), { 1: 1 });
  });
});
