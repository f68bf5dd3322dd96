import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import fc from 'fast-check';
import type { ApiError } from '../../../src/core/errors';
import type { DatasetInput, LoggedModel, ModelPoint } from '../../../src/core/loggedModels';
import { parseFilter } from '../../../src/core/search/parse';
import type { Filter } from '../../../src/core/search/ast';
import { finish } from '../../../src/core/steps';
import { applyToCatalog } from '../../../src/server/store/apply';
import { Catalog } from '../../../src/server/store/catalog';
import { loadSqlite, openDatabase } from '../../../src/server/store/sqlite';
import type { ModelQuery } from '../../../src/server/store/models/types';
import type { Store, Write } from '../../../src/server/store/types';
import { createRun, log, metric, runId, Scene } from './support';

const model = (i: number): string => `m-${String(i).padStart(32, '0')}`;

function dataset(name: string, digest: string, tags: Record<string, string> = {}): DatasetInput {
  return {
    dataset: { name, digest, sourceType: 'local', source: '{}', schema: undefined, profile: `rows of ${name}` },
    tags: Object.entries(tags).map(([key, value]) => ({ key, value })),
  };
}

function point(i: number, key: string, value: number, more: Partial<ModelPoint> = {}): ModelPoint {
  return { key, value, step: 0, timestamp: 0, modelId: model(i), datasetName: '', datasetDigest: '', ...more };
}

async function create(store: Store, i: number, more: Partial<Extract<Write, { kind: 'createLoggedModel' }>> = {}) {
  await store.write({
    kind: 'createLoggedModel',
    modelId: model(i),
    experimentId: '0',
    name: `model ${i}`,
    modelType: '',
    sourceRunId: '',
    params: [],
    tags: [],
    time: 1000 + i,
    ...more,
  });
}

function ask(more: Partial<ModelQuery> & Pick<ModelQuery, 'newest'>): ModelQuery {
  return { experimentIds: ['0'], datasets: [], filter: undefined, order: [], offset: 0, limit: 100, ...more };
}

function found(store: Store, more: Partial<ModelQuery> = {}): string[] {
  const { items } = store.loggedModels.search(ask({ newest: store.loggedModels.newest(), ...more }));
  return items.map(({ name }) => name);
}

function filter(text: string): Filter | undefined {
  const parsed = parseFilter(text, { entity: 'loggedModels', dialect: 'mlflow' });
  assert.ok(parsed.ok, text);
  return parsed.value;
}

/** Everything about models, inputs and outputs that a store answers. */
function snapshot(store: Store): unknown {
  const models: (LoggedModel | undefined)[] = [];
  for (let i = 0; i < 6; i++) {
    models.push(store.loggedModels.get(model(i), true));
  }
  return {
    models,
    listed: found(store),
    newest: store.loggedModels.newest(),
    runs: store.getRun(runId),
    datasets: store.inputs.datasetSummaries(['0'], 100),
  };
}

const code = (expected: string) => (error: ApiError) => error.code === expected;

describe('Store: logged models, inputs and outputs', () => {
  const scene = new Scene();
  afterEach(() => scene.end());

  it('keeps the first word about a dataset, and each link once', async () => {
    const { store } = await scene.withRun();
    const logInputs = (datasets: DatasetInput[], models: string[] = []) =>
      store.write({ kind: 'logInputs', runId, datasets, models });
    await logInputs([dataset('b', '1', { context: 'x', a: '' }), dataset('a', '1'), dataset('b', '1')], ['m-1', 'm-1']);
    await logInputs([dataset('b', '1', { context: 'y' }), dataset('b', '2')], ['m-2', 'm-1']);
    const { revision } = store;
    await logInputs([dataset('b', '2')], ['m-2']);
    assert.equal(store.revision, revision, 'nothing new is no change');
    const { inputs } = store.getRun(runId) ?? {};
    assert.deepEqual(
      inputs?.datasets.map((each) => [each.dataset.name, each.dataset.digest, each.tags.map(({ value }) => value)]),
      [
        ['b', '1', ['', 'x']],
        ['a', '1', []],
        ['b', '2', []],
      ],
    );
    assert.deepEqual(inputs.models, ['m-1', 'm-2']);
    await createRun(store, 'second');
    await store.write({ kind: 'logInputs', runId: 'second', datasets: [dataset('a', '1', { k: 'v' })], models: [] });
    assert.deepEqual(
      store.getRun('second')?.inputs?.datasets.map(({ tags }) => tags),
      [[{ key: 'k', value: 'v' }]],
    );
    await assert.rejects(
      store.write({ kind: 'logInputs', runId: 'none', datasets: [], models: [] }),
      code('RESOURCE_DOES_NOT_EXIST'),
    );
    await store.write({ kind: 'deleteRun', runId: 'second', time: 1 });
    await assert.rejects(
      store.write({ kind: 'logOutputs', runId: 'second', models: [] }),
      code('INVALID_PARAMETER_VALUE'),
    );
  });

  it('links many datasets in turns with others, all or none of them', async () => {
    const { store, folder } = await scene.withRun();
    await createRun(store, 'second');
    const many = Array.from({ length: 300 }, (_, i) => dataset(`d${i}`, '1', { context: 'x' }));
    const logMany = (id: string) => store.write({ kind: 'logInputs', runId: id, datasets: many, models: ['m-1'] });
    await Promise.all([logMany(runId), log(store, { metrics: [metric('loss', 1)] }), logMany('second')]);
    for (const each of [store, await scene.open(await scene.copy(folder))]) {
      for (const id of [runId, 'second']) {
        const { inputs } = each.getRun(id) ?? {};
        assert.deepEqual(inputs?.datasets, many);
        assert.deepEqual(inputs.models, ['m-1']);
      }
    }
  });

  it('leaves what is left of many datasets to others', async () => {
    const catalog = Catalog.create(await loadSqlite());
    const time = 0;
    applyToCatalog(catalog, { kind: 'createExperiment', id: 0, name: '', artifactLocation: '', tags: [], time });
    const info = { experimentId: 0, name: '', userId: '', startTime: 0, artifactUri: '', tags: [] };
    applyToCatalog(catalog, { kind: 'createRun', runId, ...info });
    const linked = (): number => catalog.db.rows('SELECT 1 FROM run_datasets').length;
    const logInputs = (first: number, count: number) => {
      const names = Array.from({ length: count }, (_, i) => dataset(`d${first + i}`, '1').dataset);
      const datasets = names.map((added) => ({ name: added.name, digest: added.digest, added, tags: [] }));
      return applyToCatalog(catalog, { kind: 'logInputs', runId, datasets, models: [] });
    };
    assert.equal(logInputs(0, 16).rest, undefined);
    assert.equal(linked(), 16);
    const { rest } = logInputs(16, 17);
    assert.equal(linked(), 16);
    assert.ok(rest);
    rest.next();
    assert.equal(linked(), 17);
    finish(rest);
    assert.equal(linked(), 33);
    catalog.db.close();
  });

  it('summarizes datasets with each context in which they were used', async () => {
    const { store } = await scene.withRun();
    await createRun(store, 'second');
    const context = (value: string) => ({ 'mlflow.data.context': value });
    const datasets = [dataset('a', '1', context('training')), dataset('b', '1')];
    await store.write({ kind: 'logInputs', runId, datasets, models: [] });
    await store.write({
      kind: 'logInputs',
      runId: 'second',
      datasets: [dataset('a', '1', context('testing'))],
      models: [],
    });
    assert.deepEqual(
      store.inputs.datasetSummaries(['0'], 10).map(({ name, context: used }) => [name, used]),
      [
        ['a', 'testing'],
        ['a', 'training'],
        ['b', undefined],
      ],
    );
    assert.deepEqual(store.inputs.datasetSummaries(['7'], 10), []);
  });

  it('keeps params, and refuses other values; tags change; a deleted model is not found', async () => {
    const { store } = await scene.withRun();
    await create(store, 1, { params: [{ key: 'a', value: '1' }], tags: [{ key: 't', value: 'old' }] });
    const params = (value: string) =>
      store.write({
        kind: 'addLoggedModelParams',
        modelId: model(1),
        params: [
          { key: 'a', value },
          { key: 'b', value: '2' },
        ],
      });
    await params('1');
    await assert.rejects(params('other'), code('INVALID_PARAMETER_VALUE'));
    await store.write({ kind: 'setLoggedModelTags', modelId: model(1), tags: [{ key: 't', value: 'new' }] });
    await store.write({ kind: 'setLoggedModelStatus', modelId: model(1), status: 'LOGGED_MODEL_READY', time: 2000 });
    const made = store.loggedModels.get(model(1));
    assert.deepEqual(made?.params, [
      { key: 'a', value: '1' },
      { key: 'b', value: '2' },
    ]);
    assert.deepEqual(made.tags, [{ key: 't', value: 'new' }]);
    assert.deepEqual([made.status, made.createdAt, made.updatedAt], ['LOGGED_MODEL_READY', 1001, 2000]);
    assert.equal(made.artifactUri, `mlflow-artifacts:/0/models/${model(1)}/artifacts`);
    await store.write({ kind: 'deleteLoggedModel', modelId: model(1), time: 3000 });
    assert.equal(store.loggedModels.get(model(1)), undefined);
    assert.equal(store.loggedModels.get(model(1), true)?.updatedAt, 3000);
    assert.deepEqual(found(store), []);
    await assert.rejects(create(store, 2, { experimentId: '9' }), code('RESOURCE_DOES_NOT_EXIST'));
    await assert.rejects(create(store, 1), code('RESOURCE_ALREADY_EXISTS'));
    await assert.rejects(
      store.write({ kind: 'deleteLoggedModelTag', modelId: model(1), key: 'none' }),
      code('RESOURCE_DOES_NOT_EXIST'),
    );
  });

  it('keeps a point for the run and for its model, once, or not at all', async () => {
    const { store } = await scene.withRun();
    await create(store, 1);
    const points = [NaN, -0, 0, Infinity, 5e-324].map((value) => point(1, 'k', value, { step: 2n ** 62n }));
    const write = (modelMetrics: ModelPoint[]) =>
      store.write({ kind: 'log', runId, metrics: modelMetrics, params: [], tags: [], modelMetrics });
    await write([...points, ...points]);
    const { revision } = store;
    await write(points);
    assert.equal(store.revision, revision);
    await write([point(1, 'k', -0, { step: 2n ** 62n, datasetName: 'd', datasetDigest: '1' })]);
    const metrics = store.loggedModels.get(model(1))?.metrics ?? [];
    assert.equal(metrics.length, 6);
    assert.ok(
      points.every(({ value }) => metrics.some((each) => Object.is(each.value, value) && each.datasetName === '')),
    );
    assert.ok(metrics.every(({ step, runId: by }) => step === 2n ** 62n && by === runId));
    const lost = [point(1, 'new', 1), point(2, 'new', 1)];
    await assert.rejects(write(lost), code('BAD_REQUEST'));
    assert.deepEqual(store.getMetricHistory({ runId, key: 'new', offset: 0, limit: 1 }).items, []);
  });

  it('finds models by filter, dataset and order, in pages that new models do not move', async () => {
    const { store } = await scene.withRun();
    for (let i = 0; i < 6; i++) {
      await create(store, i, { params: [{ key: 'depth', value: String(i % 2) }], time: 1000 });
    }
    const on = (datasetName: string) => ({ datasetName, datasetDigest: '1' });
    const modelMetrics = [
      point(0, 'loss', 0.5, on('a')),
      point(0, 'loss', 0.1, { ...on('b'), timestamp: 5 }),
      point(1, 'loss', 0.3, on('a')),
      point(2, 'loss', NaN, on('a')),
    ];
    await store.write({ kind: 'log', runId, metrics: [], params: [], tags: [], modelMetrics });
    const loss = { metric: 'loss', ascending: true, datasetName: undefined, datasetDigest: undefined };
    assert.deepEqual(
      found(store, { order: [loss] }),
      [0, 1, 2, 3, 4, 5].map((i) => `model ${i}`),
    );
    assert.deepEqual(found(store, { order: [{ ...loss, ascending: false }], limit: 3 }), [
      'model 1',
      'model 0',
      'model 2',
    ]);
    assert.deepEqual(found(store, { order: [{ ...loss, datasetName: 'a' }], limit: 2 }), ['model 1', 'model 0']);
    assert.deepEqual(found(store, { order: [{ attribute: 'name', ascending: false }], limit: 2 }), [
      'model 5',
      'model 4',
    ]);
    const datasets = [{ name: 'b', digest: undefined }];
    assert.deepEqual(found(store, { datasets }), ['model 0']);
    assert.deepEqual(found(store, { datasets: [{ name: 'b', digest: '2' }] }), []);
    assert.deepEqual(found(store, { filter: filter("params.depth = '1' AND name != 'model 3'") }), [
      'model 1',
      'model 5',
    ]);
    assert.deepEqual(found(store, { filter: filter('metrics.loss > 0.2') }), ['model 0', 'model 1']);
    assert.deepEqual(found(store, { filter: filter('metrics.loss > 0.2'), datasets }), []);
    assert.deepEqual(found(store, { filter: filter("status = 'PENDING'"), limit: 1 }), ['model 0']);
    const newest = store.loggedModels.newest();
    const first = found(store, { newest, limit: 4 });
    await create(store, 7, { time: 5000 });
    await create(store, 8, { time: 1 });
    assert.deepEqual(
      [...first, ...found(store, { newest, offset: 4 })],
      [0, 1, 2, 3, 4, 5].map((i) => `model ${i}`),
    );
    assert.deepEqual([found(store)[0], found(store).at(-1)], ['model 7', 'model 8']);
  });

  it('appends to the list of models that older clients keep in a tag', async () => {
    const { store } = await scene.withRun();
    const record = (entry: string) => store.write({ kind: 'recordModel', runId, entry });
    await record('{"run_id": "r"}');
    await record(`{"big": "${'x'.repeat(20_000)}"}`);
    const tag = () => store.getRun(runId)?.tags.find(({ key }) => key === 'mlflow.log-model.history')?.value ?? '';
    const list = JSON.parse(tag()) as unknown[];
    assert.deepEqual([list.length, list[0]], [2, { run_id: 'r' }]);
    await log(store, { tags: [{ key: 'mlflow.log-model.history', value: '{}' }] });
    await assert.rejects(record('{}'), code('INVALID_PARAMETER_VALUE'));
  });

  it('takes even samples of a metric, the first and the last point among them', async () => {
    const { store } = await scene.withRun();
    await log(store, { metrics: [metric('one', 7, 3)] });
    await log(store, { metrics: Array.from({ length: 100 }, (_, i) => metric('many', i, i)) });
    const sample = (key: string, limit: number, range?: { start: number; end: number }) =>
      store.sampleMetric({ runId, key, limit, range }).map(({ step }) => step);
    assert.deepEqual(
      sample('many', 200),
      Array.from({ length: 100 }, (_, i) => i),
    );
    // NTILE(7) over 100 rows: two buckets of 15, five of 14; the last point instead of the last bucket's first.
    assert.deepEqual(sample('many', 7), [0, 15, 30, 44, 58, 72, 99]);
    assert.deepEqual(sample('many', 1), [99]);
    assert.deepEqual(sample('many', 3, { start: 10, end: 14 }), [10, 12, 14]);
    assert.deepEqual([sample('one', 5), sample('one', 5, { start: 4, end: 9 }), sample('none', 5)], [[3], [], []]);
  });

  it('opens a store from before models, inputs and outputs', async () => {
    const { folder, store } = await scene.withRun();
    await store.close();
    const file = path.join(folder, 'catalog.sqlite');
    const db = openDatabase(await loadSqlite(), file, await readFile(file));
    const tables = db.rows(
      "SELECT name FROM sqlite_schema WHERE type = 'table' AND (name LIKE '%model%' OR name LIKE '%dataset%')",
    );
    assert.ok(tables.length >= 9);
    tables.forEach(([name]) => db.script(`DROP TABLE ${String(name)}`));
    await writeFile(file, db.export());
    db.close();
    const again = await scene.open(folder);
    await create(again, 1);
    assert.deepEqual(found(again), ['model 1']);
    assert.equal(again.getRun(runId)?.inputs, undefined);
  });

  it('answers the same from memory, from the journal and from the files', async () => {
    const id = fc.nat(4);
    const pairs = fc.array(fc.record({ key: fc.constantFrom('a', 'b'), value: fc.constantFrom('1', '2') }), {
      maxLength: 2,
    });
    const write: fc.Arbitrary<Write | 'checkpoint'> = fc.oneof(
      id.map((i): Write => ({ kind: 'createLoggedModel', modelId: model(i), experimentId: '0', name: `n${i}`, modelType: 't', sourceRunId: runId, params: [], tags: [], time: i })), // prettier-ignore
      id.map((i): Write => ({
        kind: 'setLoggedModelStatus',
        modelId: model(i),
        status: 'LOGGED_MODEL_READY',
        time: 50,
      })),
      id.map((i): Write => ({ kind: 'deleteLoggedModel', modelId: model(i), time: 60 })),
      fc.tuple(id, pairs).map(([i, tags]): Write => ({ kind: 'setLoggedModelTags', modelId: model(i), tags })),
      id.map((i): Write => ({ kind: 'deleteLoggedModelTag', modelId: model(i), key: 'a' })),
      fc.tuple(id, pairs).map(([i, params]): Write => ({ kind: 'addLoggedModelParams', modelId: model(i), params })),
      fc
        .tuple(id, fc.constantFrom(NaN, -0, 0, 1, Infinity), fc.constantFrom('', 'd'))
        .map(([i, value, datasetName]): Write => {
          const points = [point(i, 'k', value, { datasetName, step: 2n ** 60n })];
          return { kind: 'log', runId, metrics: points, params: [], tags: [], modelMetrics: points };
        }),
      fc.tuple(fc.constantFrom('p', 'q'), pairs).map(([name, tags]): Write => ({ kind: 'logInputs', runId, datasets: [{ ...dataset(name, '1'), tags }], models: [name] })), // prettier-ignore
      id.map((i): Write => ({ kind: 'logOutputs', runId, models: [{ modelId: model(i), step: 2n ** 61n }] })),
      fc.constant('checkpoint' as const),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(write, { minLength: 5, maxLength: 30 }), async (writes) => {
        const { folder, store } = await scene.withRun();
        for (const each of writes) {
          await (each === 'checkpoint' ? store.checkpoint() : store.write(each).catch(() => undefined));
        }
        const expected = snapshot(store);
        assert.deepEqual(snapshot(await scene.open(await scene.copy(folder))), expected, 'after a kill');
        await store.close();
        assert.deepEqual(snapshot(await scene.open(folder)), expected, 'after an end');
        await scene.end();
      }),
      { numRuns: 25 },
    );
  });
});
