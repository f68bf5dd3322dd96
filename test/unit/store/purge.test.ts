import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import type { ChangeBatch } from '../../../src/protocol/extras';
import { readFilter } from '../../../src/server/api/search';
import { decodeEffects, encodeEffects } from '../../../src/server/store/effects';
import type { Removal } from '../../../src/server/store/purge/types';
import type { Store } from '../../../src/server/store/types';
import { createRun, FaultyFiles, history, log, metric, runId, Scene, systemError } from './support';

const scene = new Scene();
const other = 'f'.repeat(32);

const purge = (store: Store, runIds: readonly string[], experimentIds: readonly string[] = []): Promise<unknown> =>
  store.write({ kind: 'purge', runIds, experimentIds });
const trash = (store: Store, id = runId): Promise<unknown> => store.write({ kind: 'deleteRun', runId: id, time: 5 });
const historyFile = (store: Store, id = runId): string => path.join(store.folder, 'history', `${id}.sqlite`);
/** Removes nothing and says that it did; tells what it was asked. */
async function finish(store: Store): Promise<Removal[]> {
  const asked: Removal[] = [];
  await store.purging.finish((removals) => {
    asked.push(...removals);
    return Promise.resolve(removals);
  });
  return asked;
}

/** Two runs with points; the first with everything that a run can have. */
async function filled(files?: FaultyFiles): Promise<{ store: Store; folder: string }> {
  const { store, folder } = await scene.withRun(files?.files);
  await createRun(store, other);
  const model = { experimentId: '0', modelType: '', params: [{ key: 'p', value: '1' }], tags: [], time: 1 };
  await store.write({ ...model, kind: 'createLoggedModel', modelId: 'm-1', name: 'mine', sourceRunId: runId });
  await store.write({ ...model, kind: 'createLoggedModel', modelId: 'm-2', name: 'others', sourceRunId: other });
  const dataset = (name: string) => ({
    dataset: { name, digest: '1', sourceType: 'local', source: '{}', schema: undefined, profile: undefined },
    tags: [{ key: 'k', value: 'v' }],
  });
  await store.write({ kind: 'logInputs', runId, datasets: [dataset('own'), dataset('shared')], models: ['m-2'] });
  await store.write({ kind: 'logInputs', runId: other, datasets: [dataset('shared')], models: [] });
  await store.write({ kind: 'logOutputs', runId, models: [{ modelId: 'm-1', step: 0 }] });
  const points = [metric('m', 1, 1), metric('m', 2, 2)];
  for (const id of [runId, other]) {
    await log(store, { metrics: points, params: [{ key: 'p', value: id }], tags: [{ key: 't', value: 'v' }] }, id);
  }
  // Of another run's model: the point is the run's.
  await store.write({
    kind: 'log',
    runId,
    metrics: [metric('x', 1)],
    params: [],
    tags: [],
    modelMetrics: [{ ...metric('x', 1), modelId: 'm-2', datasetName: '', datasetDigest: '' }],
  });
  return { store, folder };
}

function assertGone(store: Store): void {
  assert.equal(store.getRun(runId), undefined);
  assert.equal(store.loggedModels.get('m-1', true), undefined);
  assert.deepEqual(store.loggedModels.get('m-2')?.metrics, []);
  const query = { experimentIds: ['0'], datasets: [], order: [], newest: 99, offset: 0, limit: 9 };
  const filter = readFilter('metrics.x > 0', 'loggedModels');
  assert.deepEqual(store.loggedModels.search({ ...query, filter }).items, []);
  assert.deepEqual(
    store.inputs.datasetSummaries(['0'], 10).map(({ name }) => name),
    ['shared'],
  );
  const kept = store.getRun(other);
  assert.deepEqual(kept?.params, [{ key: 'p', value: other }]);
  assert.equal(kept.inputs?.datasets[0]?.tags[0]?.value, 'v');
  assert.equal(history(store, 'm', other).length, 2);
  assert.deepEqual(history(store, 'm'), []);
}

describe('Store: permanent deletion', () => {
  afterEach(() => scene.end());

  it('takes a run with its points, models and datasets, and leaves the others', async () => {
    const { store, folder } = await filled();
    await store.checkpoint();
    await log(store, { metrics: [metric('m', 3, 3)] });
    await trash(store);
    const batches: ChangeBatch[] = [];
    store.onChange((batch) => batches.push(batch));
    await purge(store, [runId]);
    assert.deepEqual(
      batches.map(({ experiments, runs }) => [experiments, runs]),
      [[['0'], [{ run_id: runId, experiment_id: '0', aspects: ['info'] }]]],
    );
    assertGone(store);
    assert.ok(existsSync(historyFile(store)), 'not before the purge is saved');
    await assert.rejects(log(store, { metrics: [metric('m', 4, 4)] }), { code: 'RESOURCE_DOES_NOT_EXIST' });
    await assert.rejects(createRun(store), { code: 'RESOURCE_ALREADY_EXISTS' });
    assert.deepEqual(await finish(store), [
      { kind: 'artifacts', name: `mlflow-artifacts:/0/${runId}/artifacts` },
      { kind: 'artifacts', name: 'mlflow-artifacts:/0/models/m-1/artifacts' },
    ]);
    assert.deepEqual(await readdir(path.join(folder, 'history')), [`${other}.sqlite`]);
    assert.deepEqual(store.purging.removals(), []);
    await store.close();
    assertGone(await scene.open(folder));
  });

  it('removes much a part at a time, so that others get their turn', async () => {
    const { store, folder } = await scene.withRun();
    await log(store, { metrics: [metric('m', 1, 1), metric('m', 2, 2)] });
    await store.checkpoint();
    const ids = [runId, ...Array.from({ length: 450 }, (_, i) => `b${String(i).padStart(31, '0')}`)];
    await Promise.all(ids.slice(1).map((id) => createRun(store, id)));
    await Promise.all(ids.map((id) => trash(store, id)));
    const bytes = await store.purging.historyBytes(ids);
    assert.deepEqual([...bytes.keys()], [runId]);
    assert.ok((bytes.get(runId) ?? 0) > 1000);
    const found: string[] = [];
    for (let more = true; more;) {
      const page = store.purging.runsOf('0', { after: found.at(-1), limit: 100 });
      assert.ok(page.items.length <= 100);
      found.push(...page.items.map(({ id }) => id));
      more = page.more;
    }
    assert.deepEqual(found, ids);
    await purge(store, ids);
    const parts: number[] = [];
    const [failing] = ids;
    await store.purging.finish((removals) => {
      parts.push(removals.length);
      return Promise.resolve(removals.filter(({ name }) => !name.includes(failing ?? '')));
    });
    assert.equal(
      parts.reduce((sum, each) => sum + each),
      ids.length,
    );
    assert.ok(Math.max(...parts) <= 200, parts.join());
    assert.deepEqual(await readdir(path.join(folder, 'history')), []);
    assert.deepEqual(store.purging.removals(), [{ kind: 'artifacts', name: `mlflow-artifacts:/0/${runId}/artifacts` }]);
  });

  it('takes an experiment with its runs, gives its name free and its number never again', async () => {
    const { store, folder } = await scene.withRun();
    const { experimentId = '' } = await store.write({
      kind: 'createExperiment',
      name: 'gone',
      artifactLocation: undefined,
      tags: [{ key: 'k', value: 'v' }],
      time: 1,
    });
    await createRun(store, other, experimentId);
    await log(store, { metrics: [metric('m', 1, 1), metric('m', 2, 2)] }, other);
    await store.write({ kind: 'deleteExperiment', experimentId, time: 2 });
    await purge(store, [], [experimentId]);
    assert.equal(store.getExperiment(experimentId), undefined);
    assert.equal(store.getRun(other), undefined);
    assert.ok(
      (await finish(store)).some(
        ({ kind, name }) => kind === 'location' && name === `mlflow-artifacts:/${experimentId}`,
      ),
    );
    const again = { kind: 'createExperiment', name: 'gone', artifactLocation: undefined, tags: [], time: 3 } as const;
    await store.close();
    const reopened = await scene.open(folder);
    assert.equal((await reopened.write(again)).experimentId, String(Number(experimentId) + 1));
    assert.deepEqual(reopened.getExperimentByName('gone')?.tags, []);
  });

  it('refuses what is not deleted, and then does nothing', async () => {
    const { store } = await filled();
    await trash(store);
    const { revision } = store;
    for (const [runs, experiments, code] of [
      [[runId, other], [], 'INVALID_PARAMETER_VALUE'],
      [[runId, 'nobody'], [], 'RESOURCE_DOES_NOT_EXIST'],
      [[runId], ['0'], 'INVALID_PARAMETER_VALUE'],
      [[runId], ['77'], 'RESOURCE_DOES_NOT_EXIST'],
    ] as const) {
      await assert.rejects(purge(store, runs, experiments), { code });
    }
    await store.write({ kind: 'deleteExperiment', experimentId: '0', time: 2 });
    await store.write({ kind: 'restoreRun', runId });
    await assert.rejects(purge(store, [], ['0']), { code: 'INVALID_PARAMETER_VALUE', message: new RegExp(runId) });
    assert.equal(store.revision, revision + 2);
    assert.notEqual(store.getRun(runId), undefined);
  });

  it('leaves model versions that came from the run', async () => {
    const { store } = await scene.withRun();
    const none = { description: '', tags: [], time: 1 };
    await store.write({ ...none, kind: 'createRegisteredModel', name: 'kept' });
    await store.write({
      ...none,
      kind: 'createModelVersion',
      name: 'kept',
      source: `runs:/${runId}/m`,
      location: `runs:/${runId}/m`,
      runId,
      runLink: '',
    });
    await trash(store);
    await purge(store, [runId]);
    assert.equal(store.registry.version('kept', 1)?.runId, runId);
  });

  it('is replayed from any older file, whichever histories were saved or removed', async () => {
    // What is saved when: the run before its points, with them, after the purge.
    for (const saves of [[], ['start'], ['points'], ['purge'], ['start', 'points', 'purge']]) {
      for (const removes of [false, true]) {
        const { store, folder } = await scene.withRun();
        const save = async (when: string): Promise<void> => (saves.includes(when) ? store.checkpoint() : undefined);
        await createRun(store, other);
        await save('start');
        await log(store, { metrics: [metric('m', 1, 1), metric('m', 2, 2)] });
        await log(store, { metrics: [metric('m', 1, 1), metric('m', 2, 2)] }, other);
        await save('points');
        await log(store, { metrics: [metric('m', 3, 3)] });
        await trash(store);
        await purge(store, [runId]);
        await save('purge');
        if (removes) {
          await finish(store);
        }
        const copy = await scene.open(await scene.copy(folder));
        assert.equal(copy.getRun(runId), undefined);
        assert.equal(history(copy, 'm', other).length, 2);
        assert.equal((await finish(copy)).length, removes ? 0 : 1, JSON.stringify([saves, removes]));
        assert.equal(existsSync(historyFile(copy)), false);
        await createRun(copy);
        assert.deepEqual(history(copy, 'm'), []);
        await scene.end();
      }
    }
  });

  it('goes on after a failure at any operation of the removal', async () => {
    for (const operation of ['open', 'append', 'sync', 'rename', 'syncFolder', 'remove'] as const) {
      for (const nth of [1, 2, 3, 4]) {
        const faulty = new FaultyFiles();
        const { store, folder } = await filled(faulty);
        await store.checkpoint();
        await trash(store);
        await purge(store, [runId]);
        let left = nth;
        faulty.fault = (each) => (each === operation && --left === 0 ? systemError('EIO') : undefined);
        const failed = await finish(store).then(
          () => false,
          () => true,
        );
        faulty.fault = () => undefined;
        const copy = await scene.open(await scene.copy(folder));
        for (const each of [copy, store]) {
          assertGone(each);
          await finish(each);
          assert.equal(existsSync(historyFile(each)), false, `${operation} ${nth} ${failed}`);
          assert.deepEqual(each.purging.removals(), []);
        }
        await scene.end();
      }
    }
  });

  it('makes no history again from a journal that outlived the purge', async () => {
    const faulty = new FaultyFiles();
    const { store, folder } = await scene.withRun(faulty.files);
    await log(store, { metrics: [metric('m', 1, 1), metric('m', 2, 2)] });
    await trash(store);
    await purge(store, [runId]);
    faulty.fault = (operation) => (operation === 'remove' ? systemError('EIO') : undefined);
    await assert.rejects(store.checkpoint());
    faulty.fault = () => undefined;
    const copy = await scene.open(await scene.copy(folder));
    await copy.checkpoint();
    assert.deepEqual(await readdir(path.join(copy.folder, 'history')), []);
    assert.deepEqual(await readdir(path.join(copy.folder, 'journal')), []);
  });

  it('keeps a history whose purge could not be written', async () => {
    const faulty = new FaultyFiles();
    const { store } = await filled(faulty);
    await trash(store);
    faulty.fault = (operation) => (operation === 'append' ? systemError('ENOSPC') : undefined);
    await assert.rejects(purge(store, [runId]), { code: 'INSUFFICIENT_STORAGE' });
    faulty.fault = () => undefined;
    // Unsaved points of the run are in memory only.
    assert.equal(history(store, 'm').length, 2);
    await purge(store, [runId]);
    assertGone(store);
  });

  it('asks for nothing twice, and for what failed once more', async () => {
    const { store } = await filled();
    await trash(store);
    await purge(store, [runId]);
    await store.purging.finish((removals) => Promise.resolve(removals.slice(1)));
    assert.deepEqual(await finish(store), [{ kind: 'artifacts', name: `mlflow-artifacts:/0/${runId}/artifacts` }]);
    assert.deepEqual(await finish(store), []);
  });

  it('is the same after the journal', () => {
    const effects = [
      {
        kind: 'purge' as const,
        runIds: ['a', 'b'],
        experiments: [3],
        models: ['m-1'],
        removals: [{ kind: 'location' as const, name: 'x' }],
      },
      { kind: 'noteRemoved' as const, removals: [{ kind: 'history' as const, name: 'a' }] },
    ];
    assert.deepEqual(decodeEffects(encodeEffects(effects)), effects);
  });
});
