import assert from 'node:assert/strict';
import fc from 'fast-check';
import { ApiError, type ErrorCode } from '../../../src/core/errors';
import { runStatuses } from '../../../src/core/model';
import { openStore } from '../../../src/server/store/store';
import type { Store } from '../../../src/server/store/types';
import { byStep, byTime, Model, type ModelledWrite } from './model';
import { Scene } from './support';

const text = fc.constantFrom('', 'a', 'b', 'ü🙂', "x'y");
const key = fc.constantFrom('k', 'l', 'mlflow.runName');
const pairs = fc.array(fc.record({ key, value: text }), { maxLength: 2 });
const experimentId = fc.constantFrom('0', '1', '2', '9');
const runId = fc.constantFrom('r1', 'R1', '0123456789abcdef0123456789abcdef', 'zz');
const time = fc.constantFrom(0, 1, 1_700_000_000_000, 2n ** 53n + 1n);
const metrics = fc.array(
  fc.record({
    key: fc.constantFrom('loss', 'acc'),
    value: fc.oneof(fc.constantFrom(NaN, 0, -0, 1, Infinity, -Infinity, 5e-324), fc.double()),
    step: fc.oneof(fc.integer({ min: 0, max: 5 }), fc.constantFrom(-1, 2n ** 63n - 1n)),
    timestamp: fc.integer({ min: 0, max: 5 }),
  }),
  { maxLength: 6 },
);

const write: fc.Arbitrary<ModelledWrite> = fc.oneof(
  fc.record({
    kind: fc.constant('createExperiment' as const),
    name: text,
    artifactLocation: fc.constantFrom(undefined, 's3://b/c'),
    tags: pairs,
    time,
  }),
  fc.record({ kind: fc.constant('renameExperiment' as const), experimentId, name: text, time }),
  fc.record({ kind: fc.constantFrom('deleteExperiment' as const, 'restoreExperiment' as const), experimentId, time }),
  fc.record({
    kind: fc.constant('setExperimentTag' as const),
    experimentId,
    tag: fc.record({ key, value: text }),
    time,
  }),
  fc.record({ kind: fc.constant('deleteExperimentTag' as const), experimentId, key, time }),
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('createRun' as const),
      runId,
      experimentId,
      name: text,
      userId: text,
      startTime: time,
      tags: pairs,
    }),
  },
  fc.record(
    {
      kind: fc.constant('updateRun' as const),
      runId,
      status: fc.constantFrom(...runStatuses),
      endTime: time,
      name: fc.constantFrom('n', 'm'),
    },
    { requiredKeys: ['kind', 'runId'] },
  ),
  fc.record({ kind: fc.constant('deleteRun' as const), runId, time }),
  fc.record({ kind: fc.constant('restoreRun' as const), runId }),
  fc.record({ kind: fc.constant('deleteTag' as const), runId, key }),
  {
    weight: 12,
    arbitrary: fc.record({ kind: fc.constant('log' as const), runId, metrics, params: pairs, tags: pairs }),
  },
);

type Step = { kind: 'writes'; writes: ModelledWrite[] } | { kind: 'checkpoint' | 'reopen' | 'kill' };
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({ kind: fc.constant('writes' as const), writes: fc.array(write, { maxLength: 6 }) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constantFrom('checkpoint' as const, 'reopen' as const, 'kill' as const) }),
  },
);

async function outcome(store: Store, each: ModelledWrite): Promise<ErrorCode | undefined> {
  try {
    await store.write(each);
    return undefined;
  } catch (error) {
    assert.ok(error instanceof ApiError);
    return error.code;
  }
}

const sortedPairs = (map: Map<string, string>) =>
  [...map].map(([k, value]) => ({ key: k, value })).sort((a, b) => (a.key < b.key ? -1 : 1));

function compareWithModel(store: Store, model: Model): void {
  for (const [id, each] of model.experiments) {
    assert.deepStrictEqual(store.getExperiment(id), {
      id,
      name: each.name,
      artifactLocation: each.location,
      stage: each.deleted ? 'deleted' : 'active',
      createdAt: each.created,
      updatedAt: each.updated,
      tags: sortedPairs(each.tags),
    });
    assert.deepEqual(
      [...store.getSlots(each.runs)].sort(([, a], [, b]) => a - b),
      each.runs.map((run, i) => [run, i]),
    );
  }
  assert.equal(store.getExperiment(String(model.experiments.size)), undefined);
  for (const [id, run] of model.runs) {
    const latest = [...run.metrics]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([, points]) => [...points].sort(byStep).at(-1));
    assert.deepStrictEqual(store.getRun(id), {
      info: {
        id,
        experimentId: run.experiment,
        name: run.name,
        userId: run.userId,
        status: run.status,
        startTime: run.start,
        endTime: run.end,
        stage: run.deleted === false ? 'active' : 'deleted',
        artifactUri: `${model.experiments.get(run.experiment)?.location}/${id}/artifacts`,
      },
      metrics: latest,
      params: sortedPairs(run.params),
      tags: sortedPairs(run.tags),
    });
    for (const [name, points] of run.metrics) {
      const { items, more } = store.getMetricHistory({ runId: id, key: name, offset: 0, limit: 1000 });
      assert.deepStrictEqual([...items], [...points].sort(byTime));
      assert.equal(more, false);
      const columns = store.getMetricColumns(id, name);
      const sorted = [...points].sort(byStep);
      assert.deepStrictEqual(
        [...(columns?.value ?? [])],
        sorted.map(({ value }) => value),
      );
      assert.deepStrictEqual(
        [...(columns?.step ?? [])],
        sorted.map((point) => Number(point.step)),
      );
    }
  }
}

describe('Store: against a plain model', () => {
  const scene = new Scene();
  afterEach(() => scene.end());

  it('answers and holds the same after any history of writes, checkpoints, ends and kills', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
        const open = (folder: string) => openStore({ folder, artifactRoot: 'root:/' });
        let folder = await scene.folder();
        let store = await open(folder);
        const model = new Model(store.getExperiment('0')?.createdAt ?? 0);
        try {
          for (const each of steps) {
            switch (each.kind) {
              case 'writes': {
                const expected = each.writes.map((one) => model.write(one));
                const actual = await Promise.all(each.writes.map((one) => outcome(store, one)));
                assert.deepEqual(actual, expected);
                break;
              }
              case 'checkpoint':
                await store.checkpoint();
                break;
              case 'reopen':
                await store.close();
                store = await open(folder);
                break;
              case 'kill': {
                folder = await scene.copy(folder);
                await store.close();
                store = await open(folder);
              }
            }
            compareWithModel(store, model);
          }
          const copy = await open(await scene.copy(folder));
          compareWithModel(copy, model);
          await copy.close();
        } finally {
          await store.close();
          await scene.end();
        }
      }),
      { numRuns: 60, interruptAfterTimeLimit: 30_000 },
    );
  }).timeout(60_000);

  it('holds every answered write, whenever it is killed, checkpoints included', async () => {
    const folder = await scene.folder();
    const store = await scene.open(folder);
    await store.write({
      kind: 'createRun',
      runId: 'r',
      experimentId: '0',
      name: '',
      userId: '',
      startTime: 0,
      tags: [],
    });
    const total = 400;
    let answered = 0;
    let asked = 0;
    let stopped = false;
    const writer = (async () => {
      while (asked < total && !stopped) {
        const value = asked++;
        const metrics = [{ key: 'm', value, step: value, timestamp: value }];
        await store.write({ kind: 'log', runId: 'r', metrics, params: [], tags: [] });
        answered = value + 1;
      }
    })();
    const checkpoints = (async () => {
      while (asked < total && !stopped) {
        await store.checkpoint();
      }
    })();
    try {
      while (asked < total) {
        const least = answered;
        const copy = await scene.open(await scene.copy(folder));
        const most = asked;
        const { items } = copy.getMetricHistory({ runId: 'r', key: 'm', offset: 0, limit: 1000 });
        const found = items.map(({ value }) => value);
        assert.ok(found.length >= least && found.length <= most, `${found.length} of ${least} to ${most}`);
        assert.deepEqual(found, [...found.keys()]);
        await copy.close();
      }
    } finally {
      stopped = true;
      await Promise.all([writer, checkpoints]);
    }
  }).timeout(20_000);
});
