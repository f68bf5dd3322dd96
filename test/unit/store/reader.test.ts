import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { openStore } from '../../../src/server/store/store';
import type { Store } from '../../../src/server/store/types';
import { artifactRoot, createRun, history, log, metric, runId, Scene } from './support';

const run = promisify(execFile);
const scene = new Scene();
const odd = 'odd id';
const inDeleted = 'd'.repeat(32);
const inRestored = 'e'.repeat(32);

/** What `test/fixtures/readStore.py`, which knows docs/store.md only, finds in a folder. */
async function readByDocument(folder: string): Promise<unknown> {
  const { stdout } = await run('python3', [path.resolve('test/fixtures/readStore.py'), folder], { timeout: 15_000 });
  return JSON.parse(stdout);
}

function pairs(items: readonly { key: string; value: string }[]): Record<string, string> {
  return Object.fromEntries(items.map(({ key, value }) => [key, value]));
}

function bits(value: number): string {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  return Number.isNaN(value) ? 'nan' : view.getBigUint64(0).toString(16).padStart(16, '0');
}

/** The same from Labbook itself. */
function readByStore(store: Store): unknown {
  const experiments = ['0', '1', '2', '3'].flatMap((id) => store.getExperiment(id) ?? []);
  const runs = [runId, odd, inDeleted, inRestored].flatMap((id) => store.getRun(id) ?? []);
  return {
    experiments: Object.fromEntries(
      experiments.map(({ id, name, stage, tags }) => [id, { name, deleted: stage === 'deleted', tags: pairs(tags) }]),
    ),
    runs: Object.fromEntries(
      runs.map(({ info, params, tags, metrics }) => {
        const points = metrics.map(({ key }) => [
          key,
          history(store, key, info.id)
            .map(({ step, timestamp, value }) => `${step} ${timestamp} ${bits(value)}`)
            .sort(),
        ]);
        const { name, status, experimentId, stage } = info;
        const facts = { name, status, experiment: Number(experimentId), deleted: stage === 'deleted' };
        return [
          info.id,
          { ...facts, params: pairs(params), tags: pairs(tags), metrics: Object.fromEntries(points) as unknown },
        ];
      }),
    ),
  };
}

describe('Store: read by its document', () => {
  afterEach(() => scene.end());

  it('gives a reader in Python that knows docs/store.md only the same as Labbook gives', async () => {
    const folder = await scene.folder();
    const store = await openStore({ folder, artifactRoot, pointSizes: { block: 8, kept: 20, sealed: [4, 1] } });
    try {
      await store.write({
        kind: 'createExperiment',
        name: 'ü🙂',
        artifactLocation: 's3://b',
        tags: [],
        time: 2n ** 53n,
      });
      await createRun(store);
      await createRun(store, odd, '1');
      const both = [{ key: 'k', value: 'ü\n' }];
      const steps = Array.from({ length: 50 }, (_, i) => metric('loss', 1 / (i + 1), i * 3, 1_700_000_000_000 + i * i));
      await log(store, { metrics: steps, params: both, tags: both });
      const extremes = [NaN, -0, 0, Infinity, -Infinity, 5e-324, 1e308];
      const wide = extremes.map((value, i) => metric('odd', value, 2n ** 62n + BigInt(i), -i));
      await log(store, { metrics: [...wide, metric('one', NaN, -7, 3)] }, odd);
      await store.checkpoint();
      assert.ok((await readdir(path.join(folder, 'history'))).some((name) => name.endsWith('.points')));
      await log(store, {
        metrics: [metric('loss', 9, 1000), metric('new', 1), metric('late', 1), metric('late', 2, 1)],
      });
      await log(store, { metrics: [metric('one', 4, 2)], tags: [{ key: 'mlflow.runName', value: 'renamed' }] }, odd);
      await log(store, { metrics: [metric('new', 2, 70_000, 2n ** 40n)] });
      await store.write({ kind: 'updateRun', runId, status: 'FINISHED', endTime: 5, name: 'named' });
      await store.write({ kind: 'deleteTag', runId, key: 'k' });
      await store.write({ kind: 'setExperimentTag', experimentId: '1', tag: { key: 'a', value: 'b' }, time: 1 });
      await store.write({ kind: 'deleteRun', runId: odd, time: 1 });
      await store.write({ kind: 'deleteExperimentTag', experimentId: '1', key: 'a', time: 1 });
      for (const name of ['deleted with its run', 'brought back']) {
        await store.write({ kind: 'createExperiment', name, artifactLocation: undefined, tags: [], time: 1 });
      }
      for (const [id, experimentId] of [
        [inDeleted, '2'],
        [inRestored, '3'],
      ] as const) {
        await createRun(store, id, experimentId);
        await store.write({ kind: 'deleteExperiment', experimentId, time: 1 });
      }
      await store.write({ kind: 'restoreExperiment', experimentId: '3', time: 1 });
      await store.write({ kind: 'createRegisteredModel', name: 'passed over', description: '', tags: [], time: 1 });
      const expected = JSON.parse(JSON.stringify(readByStore(store))) as unknown;
      // As a kill would leave it: much is in the journal only.
      assert.deepEqual(await readByDocument(await scene.copy(folder)), expected);
      await store.close();
      assert.deepEqual(await readdir(path.join(folder, 'journal')), []);
      assert.deepEqual(await readByDocument(folder), expected);
    } finally {
      await store.close();
    }
  });
});
