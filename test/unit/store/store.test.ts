import assert from 'node:assert/strict';
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { ApiError, type ErrorCode } from '../../../src/core/errors';
import type { ViewType } from '../../../src/core/model';
import type { ChangeBatch } from '../../../src/protocol/extras';
import { readOrderBy } from '../../../src/server/api/search';
import type { Store, Write } from '../../../src/server/store/types';
import { createRun, history, log, metric, runId, Scene } from './support';

const scene = new Scene();
const byDefault = readOrderBy([], 'runs');

async function refused(store: Store, write: Write, code: ErrorCode, message: string): Promise<void> {
  const { revision } = store;
  await assert.rejects(store.write(write), (error) => {
    assert.ok(error instanceof ApiError);
    assert.deepEqual([error.code, error.message], [code, message]);
    return true;
  });
  assert.equal(store.revision, revision);
}

describe('Store: experiments', () => {
  afterEach(() => scene.end());

  it('starts with experiment 0, "Default", at revision 0', async () => {
    const store = await scene.open(await scene.folder());
    assert.equal(store.revision, 0);
    assert.equal(store.getExperiment('0')?.name, 'Default');
    assert.equal(store.getExperiment('0')?.artifactLocation, 'mlflow-artifacts:/0');
    assert.equal(store.getExperiment('1'), undefined);
    assert.equal(store.getExperiment('x'), undefined);
  });

  it('numbers experiments and keeps names unique, deleted ones included', async () => {
    const store = await scene.open(await scene.folder());
    const create = (name: string): Write => ({
      kind: 'createExperiment',
      name,
      artifactLocation: undefined,
      tags: [{ key: 'k', value: 'v' }],
      time: 7,
    });
    assert.deepEqual(await store.write(create('a')), { experimentId: '1' });
    assert.deepEqual(await store.write(create('b')), { experimentId: '2' });
    await store.write({ kind: 'deleteExperiment', experimentId: '1', time: 8 });
    await refused(store, create('a'), 'RESOURCE_ALREADY_EXISTS', 'Experiment(name=a) already exists.');
    await refused(
      store,
      { kind: 'renameExperiment', experimentId: '2', name: 'a', time: 9 },
      'BAD_REQUEST',
      'Experiment(name=a) already exists.',
    );
    await refused(
      store,
      { kind: 'renameExperiment', experimentId: '1', name: 'c', time: 9 },
      'INVALID_PARAMETER_VALUE',
      'Cannot rename a non-active experiment.',
    );
    await refused(
      store,
      { kind: 'deleteExperiment', experimentId: '1', time: 9 },
      'RESOURCE_DOES_NOT_EXIST',
      'No Experiment with id=1 exists',
    );
    await refused(
      store,
      { kind: 'restoreExperiment', experimentId: '2', time: 9 },
      'RESOURCE_DOES_NOT_EXIST',
      'No Experiment with id=2 exists',
    );
    await refused(
      store,
      { kind: 'deleteExperiment', experimentId: 'x', time: 9 },
      'INVALID_PARAMETER_VALUE',
      "Invalid experiment ID 'x'. Experiment ID must be a valid integer.",
    );
    await store.write({ kind: 'renameExperiment', experimentId: '2', name: 'c', time: 10 });
    assert.deepEqual(store.getExperimentByName('c'), {
      id: '2',
      name: 'c',
      artifactLocation: 'mlflow-artifacts:/2',
      stage: 'active',
      createdAt: 7,
      updatedAt: 10,
      tags: [{ key: 'k', value: 'v' }],
    });
    assert.equal(store.getExperimentByName('a')?.stage, 'deleted');
    assert.deepEqual(await store.write(create('b')), { experimentId: '3' });
  });

  it('deletes runs with their experiment, and brings back those only', async () => {
    const { store } = await scene.withRun();
    await createRun(store, 'other');
    await store.write({ kind: 'deleteRun', runId: 'other', time: 1 });
    await store.write({ kind: 'deleteExperiment', experimentId: '0', time: 2 });
    assert.equal(store.getRunInfo(runId)?.stage, 'deleted');
    await refused(
      store,
      { kind: 'createRun', runId: 'x', experimentId: '0', name: '', userId: '', startTime: 0, tags: [] },
      'INVALID_PARAMETER_VALUE',
      "The experiment 0 must be in the 'active' state. Current state is deleted.",
    );
    await store.write({ kind: 'restoreExperiment', experimentId: '0', time: 3 });
    assert.equal(store.getRunInfo(runId)?.stage, 'active');
    assert.equal(store.getRunInfo('other')?.stage, 'deleted');
  });

  it('deletes and brings back many runs with their experiment, in one with what is written behind it', async () => {
    const folder = await scene.folder();
    const store = await scene.open(folder);
    await store.write({ kind: 'createExperiment', name: 'e', artifactLocation: undefined, tags: [], time: 0 });
    // Many that started together, and the ends of the range.
    const starts = [-(2n ** 63n), 2n ** 63n - 1n, -5, ...Array<number>(4200).fill(7)];
    const ids = starts.map((_, i) => `r${i}`);
    const add = (id: string, experimentId: string, startTime: number | bigint) =>
      store.write({ kind: 'createRun', runId: id, experimentId, name: id, userId: '', startTime, tags: [] });
    await Promise.all([...starts.map((start, i) => add(ids[i] ?? '', '1', start)), add('other', '0', 7)]);
    await store.write({ kind: 'deleteRun', runId: 'r5', time: 1 });
    const stages = (one: Store) => {
      const deleted = ids.filter((id) => one.getRunInfo(id)?.stage === 'deleted').length;
      return [deleted, one.getRunInfo('other')?.stage, one.getExperiment('1')?.stage];
    };
    const set = (kind: 'deleteExperiment' | 'restoreExperiment') => store.write({ kind, experimentId: '1', time: 9 });
    const [, logged, restored] = await Promise.allSettled([
      set('deleteExperiment'),
      log(store, { metrics: [metric('m', 1)] }, ids.at(-1)),
      store.write({ kind: 'restoreRun', runId: 'r9' }),
    ]);
    assert.deepEqual([logged.status, restored.status], ['rejected', 'fulfilled']);
    assert.deepEqual(stages(store), [4202, 'active', 'deleted']);
    assert.deepEqual(stages(await scene.open(await scene.copy(folder))), [4202, 'active', 'deleted']);
    const again = await Promise.allSettled([
      set('restoreExperiment'),
      log(store, { metrics: [metric('m', 1)] }, 'r4000'),
    ]);
    assert.deepEqual(
      again.map(({ status }) => status),
      ['fulfilled', 'fulfilled'],
    );
    assert.deepEqual(stages(store), [1, 'active', 'active']);
    assert.deepEqual(stages(await scene.open(await scene.copy(folder))), [1, 'active', 'active']);
  });

  it('sets and deletes tags', async () => {
    const store = await scene.open(await scene.folder());
    const tags = () => store.getExperiment('0')?.tags;
    await store.write({ kind: 'setExperimentTag', experimentId: '0', tag: { key: 'k', value: '1' }, time: 1 });
    await store.write({ kind: 'setExperimentTag', experimentId: '0', tag: { key: 'k', value: '2' }, time: 1 });
    assert.deepEqual(tags(), [{ key: 'k', value: '2' }]);
    await store.write({ kind: 'deleteExperimentTag', experimentId: '0', key: 'k', time: 1 });
    assert.deepEqual(tags(), []);
    await refused(
      store,
      { kind: 'deleteExperimentTag', experimentId: '0', key: 'k', time: 1 },
      'RESOURCE_DOES_NOT_EXIST',
      'No tag with name: k in experiment with id 0',
    );
  });

  it('searches by stage, in MLflow’s order, page by page', async () => {
    const store = await scene.open(await scene.folder());
    await store.write({ kind: 'deleteExperiment', experimentId: '0', time: 1 });
    for (const [i, name] of ['b', 'a', 'c'].entries()) {
      await store.write({
        kind: 'createExperiment',
        name,
        artifactLocation: 's3://x/y/',
        tags: [],
        time: i < 2 ? 5 : 1,
      });
    }
    const search = (view: ViewType, order: readonly string[], limit = 10, pageToken?: string) => {
      const found = store.searchExperiments({ view, order: readOrderBy(order, 'experiments'), limit, pageToken });
      return { ids: found.items.map((each) => each.id).join(), next: found.nextPageToken };
    };
    assert.deepEqual(search('ACTIVE_ONLY', []), { ids: '1,2,3', next: undefined });
    assert.deepEqual(search('DELETED_ONLY', []), { ids: '0', next: undefined });
    assert.deepEqual(search('ACTIVE_ONLY', ['creation_time']), { ids: '3,2,1', next: undefined });
    const first = search('ALL', ['name'], 1);
    assert.equal(first.ids, '0');
    const second = search('ALL', ['name'], 2, first.next);
    assert.equal(second.ids, '2,1');
    assert.deepEqual(search('ALL', ['name'], 2, second.next), { ids: '3', next: undefined });
  });
});

describe('Store: runs', () => {
  afterEach(() => scene.end());

  it('creates a run with name and tag, and keeps both the same', async () => {
    const { store } = await scene.withRun();
    assert.deepEqual(store.getRun(runId), {
      info: {
        id: runId,
        experimentId: '0',
        name: 'first',
        userId: 'ann',
        status: 'RUNNING',
        startTime: 1000,
        endTime: undefined,
        stage: 'active',
        artifactUri: `mlflow-artifacts:/0/${runId}/artifacts`,
      },
      metrics: [],
      params: [],
      tags: [{ key: 'mlflow.runName', value: 'first' }],
    });
    await log(store, { tags: [{ key: 'mlflow.runName', value: 'second' }] });
    assert.equal(store.getRunInfo(runId)?.name, 'second');
    await store.write({ kind: 'updateRun', runId, name: 'third', status: 'FINISHED', endTime: 2n ** 53n + 1n });
    assert.deepEqual(store.getRun(runId)?.tags, [{ key: 'mlflow.runName', value: 'third' }]);
    assert.equal(store.getRunInfo(runId)?.endTime, 2n ** 53n + 1n);
    assert.equal(store.getRunInfo(runId)?.status, 'FINISHED');
    await store.write({ kind: 'updateRun', runId, name: '' });
    assert.equal(store.getRunInfo(runId)?.name, 'third');
    await refused(
      store,
      { kind: 'createRun', runId, experimentId: '0', name: '', userId: '', startTime: 0, tags: [] },
      'RESOURCE_ALREADY_EXISTS',
      `Run with id=${runId} already exists.`,
    );
  });

  it('has what was logged to many new runs, whether it is rows yet or not', async () => {
    const folder = await scene.folder();
    const store = await scene.open(folder);
    const ids = Array.from({ length: 60 }, (_, i) => String(i).padStart(32, '0'));
    const log20 = (id: string, i: number): Promise<void> =>
      log(store, { params: [{ key: 'p', value: id }], metrics: [metric('m', i), metric('n', i)] }, id);
    for (const [i, id] of ids.entries()) {
      await createRun(store, id);
      await log20(id, i);
      // Reading makes rows of some of them.
      assert.equal(i % 7 === 0 ? store.getRun(id)?.params.length : 1, 1);
      await store.write({ kind: 'updateRun', runId: id, status: 'FINISHED', endTime: i });
    }
    await refused(
      store,
      { kind: 'log', runId: ids[1] ?? '', metrics: [], params: [{ key: 'p', value: 'x' }], tags: [] },
      'INVALID_PARAMETER_VALUE',
      `Changing param values is not allowed. Param with key='p' was already logged with value='${ids[1]}' for ` +
        `run ID='${ids[1]}'. Attempted logging new value 'x'.`,
    );
    await refused(
      store,
      { kind: 'createRun', runId: ids[59] ?? '', experimentId: '0', name: 'n', userId: '', startTime: 0, tags: [] },
      'RESOURCE_ALREADY_EXISTS',
      `Run with id=${ids[59]} already exists.`,
    );
    const { revision } = store;
    await log20(ids[3] ?? '', 3);
    assert.equal(store.revision, revision);
    for (const each of [store, await scene.open(await scene.copy(folder))]) {
      const slots = each.getSlots(ids);
      assert.deepEqual(
        ids.map((id) => slots.get(id)),
        ids.map((_, i) => i),
      );
      for (const [i, id] of ids.entries()) {
        const { info, params, metrics, tags } = each.getRun(id) ?? {};
        assert.deepEqual([info?.status, info?.endTime, tags?.length], ['FINISHED', i, 1]);
        assert.deepEqual(params, [{ key: 'p', value: id }]);
        assert.deepEqual(metrics, [metric('m', i), metric('n', i)]);
      }
    }
  });

  it('never changes a param', async () => {
    const { store } = await scene.withRun();
    await log(store, { params: [{ key: 'lr', value: '1' }] });
    await log(store, { params: [{ key: 'lr', value: '1' }] });
    const message = (was: string, now: string) =>
      `Changing param values is not allowed. Param with key='lr${was}' was already logged with value='1' for ` +
      `run ID='${runId}'. Attempted logging new value '${now}'.`;
    await refused(
      store,
      { kind: 'log', runId, metrics: [metric('m', 1)], params: [{ key: 'lr', value: '2' }], tags: [] },
      'INVALID_PARAMETER_VALUE',
      message('', '2'),
    );
    const twice = [
      { key: 'lr2', value: '1' },
      { key: 'lr2', value: '3' },
    ];
    await refused(
      store,
      { kind: 'log', runId, metrics: [], params: twice, tags: [] },
      'INVALID_PARAMETER_VALUE',
      message('2', '3'),
    );
    assert.deepEqual(store.getRun(runId)?.params, [{ key: 'lr', value: '1' }]);
    assert.deepEqual(store.getRun(runId)?.metrics, []);
  });

  it('refuses to log to deleted and unknown runs', async () => {
    const { store } = await scene.withRun();
    await store.write({ kind: 'deleteRun', runId, time: 5 });
    const write: Write = { kind: 'log', runId, metrics: [], params: [], tags: [{ key: 'a', value: 'b' }] };
    const deleted = `The run ${runId} must be in the 'active' state. Current state is deleted.`;
    await refused(store, write, 'INVALID_PARAMETER_VALUE', deleted);
    await refused(store, { kind: 'updateRun', runId, name: 'x' }, 'INVALID_PARAMETER_VALUE', deleted);
    await refused(store, { kind: 'deleteTag', runId, key: 'x' }, 'INVALID_PARAMETER_VALUE', deleted);
    await refused(store, { ...write, runId: 'nope' }, 'RESOURCE_DOES_NOT_EXIST', 'Run with id=nope not found');
    await store.write({ kind: 'restoreRun', runId });
    await store.write(write);
    await store.write({ kind: 'deleteTag', runId, key: 'a' });
    await refused(
      store,
      { kind: 'deleteTag', runId, key: 'a' },
      'RESOURCE_DOES_NOT_EXIST',
      `No tag with name: a in run with id ${runId}`,
    );
  });

  it('searches by experiment and stage, ordered and page by page, with all data', async () => {
    const store = await scene.open(await scene.folder());
    await store.write({ kind: 'createExperiment', name: 'e', artifactLocation: undefined, tags: [], time: 0 });
    for (const [id, experimentId, startTime] of [
      ['a', '0', 10],
      ['b', '0', 30],
      ['c', '1', 20],
      ['d', '0', 10],
    ] as const) {
      await store.write({ kind: 'createRun', runId: id, experimentId, name: id, userId: '', startTime, tags: [] });
      await log(store, { metrics: [metric('m', startTime), metric('m', 1, 1)], params: [{ key: 'p', value: id }] }, id);
    }
    await store.write({ kind: 'updateRun', runId: 'a', endTime: 50 });
    await store.write({ kind: 'updateRun', runId: 'b', endTime: 40 });
    const search = async (query: Partial<Parameters<Store['searchRuns']>[0]>) => {
      const all = { experimentIds: ['0', '1', '77', 'x'], view: 'ALL', order: byDefault, limit: 10 } as const;
      const { items, nextPageToken } = await store.searchRuns({ ...all, ...query });
      return [items.map((each) => each.info.id).join(''), nextPageToken !== undefined];
    };
    assert.deepEqual(await search({}), ['bcad', false]);
    const { nextPageToken: pageToken } = await store.searchRuns({
      experimentIds: ['0', '1'],
      view: 'ALL',
      order: byDefault,
      limit: 1,
    });
    assert.deepEqual(await search({ pageToken, experimentIds: ['1', '0'], limit: 2 }), ['ca', true]);
    assert.deepEqual(await search({ experimentIds: ['0'] }), ['bad', false]);
    assert.deepEqual(await search({ experimentIds: [] }), ['', false]);
    // Without a value they come last, whichever direction; ties by start.
    assert.deepEqual(await search({ order: readOrderBy(['end_time'], 'runs') }), ['bacd', false]);
    assert.deepEqual(await search({ order: readOrderBy(['end_time DESC'], 'runs') }), ['abcd', false]);
    await store.write({ kind: 'deleteRun', runId: 'b', time: 1 });
    assert.deepEqual(await search({ view: 'ACTIVE_ONLY' }), ['cad', false]);
    assert.deepEqual(await search({ view: 'DELETED_ONLY' }), ['b', false]);
    const { items } = await store.searchRuns({ experimentIds: ['1'], view: 'ALL', order: byDefault, limit: 10 });
    const [run] = items;
    assert.deepEqual(run, store.getRun('c'));
    assert.deepEqual(run?.metrics, [metric('m', 1, 1)]);
    assert.deepEqual([...store.getSlots(['a', 'b', 'c', 'd', 'nope'])].sort(), [
      ['a', 0],
      ['b', 1],
      ['c', 0],
      ['d', 2],
    ]);
    assert.equal(store.countRunningRuns(), 3);
    await store.write({ kind: 'updateRun', runId: 'a', status: 'KILLED' });
    assert.equal(store.countRunningRuns(), 2);
  });

  it('tells readers once per group what changed, after it is durable', async () => {
    const { store } = await scene.withRun();
    const batches: ChangeBatch[] = [];
    const listening = store.onChange((batch) => batches.push(batch));
    await Promise.all([
      log(store, { metrics: [metric('m', 1)] }),
      log(store, { params: [{ key: 'p', value: '1' }], tags: [{ key: 'mlflow.runName', value: 'x' }] }),
      store.write({ kind: 'renameExperiment', experimentId: '0', name: 'n', time: 1 }),
    ]);
    assert.deepEqual(batches, [
      {
        revision: 4,
        experiments: ['0'],
        runs: [{ run_id: runId, experiment_id: '0', aspects: ['metrics', 'info', 'params', 'tags'] }],
      },
    ]);
    assert.equal(store.revision, 4);
    store.noteArtifacts(runId);
    assert.deepEqual(batches[1]?.runs, [{ run_id: runId, experiment_id: '0', aspects: ['artifacts'] }]);
    listening.dispose();
    await log(store, { metrics: [metric('m', 2)] });
    assert.equal(batches.length, 2);
  });

  it('takes half a surrogate pair and NUL without losing which text it was', async () => {
    const { folder, store } = await scene.withRun();
    await log(store, { params: [{ key: 'p', value: 'a\ud800b' }], tags: [{ key: 't', value: 'x\0y 🙂' }] });
    await log(store, { params: [{ key: 'p', value: 'a\ud800b' }] });
    const copy = await scene.open(await scene.copy(folder));
    for (const each of [store, copy]) {
      assert.deepEqual(each.getRun(runId)?.params, [{ key: 'p', value: 'a\ufffdb' }]);
      assert.equal(each.getRun(runId)?.tags.find(({ key }) => key === 't')?.value, 'x\0y 🙂');
    }
  });

  it('keeps runs apart whose ids differ in case only, or are long, or reserved names', async () => {
    const { folder, store } = await scene.withRun();
    const ids = ['con', 'CON', 'A'.repeat(256), 'a'.repeat(256)];
    for (const [i, id] of ids.entries()) {
      await createRun(store, id);
      await log(store, { metrics: [metric('m', i), metric('m', i + 10, 1)] }, id);
    }
    await store.close();
    const again = await scene.open(folder);
    for (const [i, id] of ids.entries()) {
      assert.deepEqual(
        history(again, 'm', id).map(({ value }) => value),
        [i, i + 10],
      );
    }
  });

  it('makes files for the owner only', async () => {
    const folder = path.join(await scene.folder(), 'new', 'store');
    const store = await scene.open(folder);
    await createRun(store);
    await log(store, { metrics: [metric('m', 1), metric('m', 2, 1)] });
    await store.checkpoint();
    await createRun(store, 'b');
    const modes = await Promise.all(
      ['.', 'journal', 'history', 'artifacts', 'catalog.sqlite', 'lock', `history/${runId}.sqlite`].map(
        async (name) => (await stat(path.join(folder, name))).mode & 0o777,
      ),
    );
    assert.deepEqual(modes, [0o700, 0o700, 0o700, 0o700, 0o600, 0o600, 0o600]);
  });
});
