import assert from 'node:assert/strict';
import fc from 'fast-check';
import { ApiError, type ErrorCode } from '../../../src/core/errors';
import { openStore } from '../../../src/server/store/store';
import type { Store } from '../../../src/server/store/types';
import { runWrite } from './arbitraries';
import { compareWithModel, Model, type ModelledWrite } from './model';
import { Scene, smallSizes } from './support';

type Step = { kind: 'writes'; writes: ModelledWrite[] } | { kind: 'checkpoint' | 'reopen' | 'kill' | 'finishPurges' };
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({ kind: fc.constant('writes' as const), writes: fc.array(runWrite, { maxLength: 6 }) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constantFrom('checkpoint' as const, 'reopen' as const, 'kill' as const, 'finishPurges' as const),
    }),
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

describe('Store: against a plain model', () => {
  const scene = new Scene(smallSizes);
  afterEach(() => scene.end());

  it('answers and holds the same after any history of writes, checkpoints, ends and kills', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
        const open = (folder: string) => openStore({ folder, artifactRoot: 'root:/', pointSizes: smallSizes });
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
              case 'finishPurges':
                await store.purging.finish((removals) => Promise.resolve(removals));
                model.finishPurges();
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
