import assert from 'node:assert/strict';
import type { Metric } from '../../../src/core/model';
import { createRun, history, log, metric, runId, Scene, smallSizes } from './support';

const scene = new Scene(smallSizes);
const odd = [
  NaN,
  -0,
  0,
  Infinity,
  -Infinity,
  5e-324,
  -5e-324,
  1e-300,
  Number.MAX_VALUE,
  -Number.MAX_VALUE,
  0.1,
  2 ** 53,
];
const integers = [
  0,
  -1,
  2 ** 31,
  -(2 ** 31),
  2 ** 53 - 1,
  2n ** 53n + 1n,
  -(2n ** 53n) - 1n,
  2n ** 63n - 1n,
  -(2n ** 63n),
];

/** Distinguishes -0 from 0, and equals NaN to itself. */
function exactly(actual: readonly Metric[], expected: readonly Metric[]): void {
  assert.deepStrictEqual(actual, expected);
}

describe('Store: exact values', () => {
  afterEach(() => scene.end());

  it('gives every double and int64 back as it came: from memory, from the journal, from the files', async () => {
    const { folder, store } = await scene.withRun();
    for (const [i, value] of odd.entries()) {
      await log(store, { metrics: [metric(`single${i}`, value, 3, 4), metric('many', value, i, i)] });
    }
    for (const [i, value] of integers.entries()) {
      await log(store, { metrics: [metric(`step${i}`, 1, value, value), metric('steps', 1, value, i)] });
    }
    const journaled = await scene.open(await scene.copy(folder));
    await store.checkpoint();
    const saved = await scene.open(await scene.copy(folder));
    for (const each of [store, journaled, saved]) {
      exactly(
        history(each, 'many'),
        odd.map((value, i) => metric('many', value, i, i)),
      );
      exactly(
        history(each, 'steps'),
        integers.map((step, i) => metric('steps', 1, step, i)),
      );
      for (const [i, value] of odd.entries()) {
        exactly(history(each, `single${i}`), [metric(`single${i}`, value, 3, 4)]);
      }
      const latest = each.getRun(runId)?.metrics ?? [];
      for (const [i, value] of integers.entries()) {
        exactly(
          latest.filter(({ key }) => key === `step${i}`),
          [metric(`step${i}`, 1, value, value)],
        );
      }
      assert.deepStrictEqual([...(each.getMetricColumns(runId, 'many')?.value ?? [])], odd);
    }
  });

  it('takes the greatest (step, timestamp, value) for the latest, NaN as 0', async () => {
    const { store } = await scene.withRun();
    const latest = () => store.getRun(runId)?.metrics[0]?.value;
    await log(store, { metrics: [metric('m', 5, 2, 10)] });
    await log(store, { metrics: [metric('m', 9, 1, 99)] });
    assert.equal(latest(), 5);
    await log(store, { metrics: [metric('m', NaN, 2, 10)] });
    assert.equal(latest(), 5);
    await log(store, { metrics: [metric('m', 4, 2, 11)] });
    assert.equal(latest(), 4);
    await log(store, { metrics: [metric('m', -1, 3, 0), metric('m', NaN, 3, 0), metric('m', -2, 3, 0)] });
    assert.equal(latest(), NaN);
  });

  it('ignores a point that is there already, NaN and -0 included', async () => {
    const { folder, store } = await scene.withRun();
    const points = [NaN, 0, -0, 1].map((value) => metric('m', value, 1, 1));
    const before = store.revision;
    await log(store, { metrics: points.slice(0, 1) });
    await log(store, { metrics: points.slice(0, 1) });
    assert.equal(store.revision, before + 1);
    await log(store, { metrics: [...points, ...points] });
    await log(store, { metrics: points });
    assert.equal(store.revision, before + 2);
    assert.equal(history(store, 'm').length, 4);
    await store.close();
    const again = await scene.open(folder);
    await log(again, { metrics: points });
    assert.equal(history(again, 'm').length, 4);
    assert.equal(again.getMetricColumns(runId, 'm')?.value.length, 4);
  });

  it('answers histories by (timestamp, step, value), columns by (step, timestamp, value), in pages', async () => {
    const { store } = await scene.withRun();
    await log(store, { metrics: [metric('m', 1, 5, 100), metric('m', 2, 4, 200), metric('m', 0, 5, 100)] });
    await log(store, { metrics: [metric('m', 3, 6, 50)] });
    assert.deepEqual(
      history(store, 'm').map(({ value }) => value),
      [3, 0, 1, 2],
    );
    assert.deepEqual([...(store.getMetricColumns(runId, 'm')?.value ?? [])], [2, 0, 1, 3]);
    const page = (key: string, offset: number, limit: number) => {
      const { items, more } = store.getMetricHistory({ runId, key, offset, limit });
      return [items.map(({ value }) => value).join(), more];
    };
    assert.deepEqual(page('m', 0, 3), ['3,0,1', true]);
    assert.deepEqual(page('m', 3, 3), ['2', false]);
    assert.deepEqual(page('nope', 0, 3), ['', false]);
    await log(store, { metrics: [metric('one', 7)] });
    assert.deepEqual(page('one', 0, 1), ['7', false]);
    assert.deepEqual(page('one', 1, 1), ['', false]);
    assert.equal(store.getMetricColumns(runId, 'nope'), undefined);
    assert.equal(store.getMetricColumns('nope', 'm'), undefined);
  });

  it('keeps histories of many runs, more than stay open', async () => {
    const folder = await scene.folder();
    const store = await scene.open(folder);
    const ids = Array.from({ length: 80 }, (_, i) => `run${i}`);
    await Promise.all(ids.map((id) => createRun(store, id)));
    const round = (value: number) =>
      Promise.all(ids.map((id, i) => log(store, { metrics: [metric('m', value, value, i)] }, id)));
    await round(0);
    await round(1);
    await store.checkpoint();
    await round(2);
    await store.checkpoint();
    await round(3);
    const copy = await scene.open(await scene.copy(folder));
    for (const each of [store, copy]) {
      for (const id of ids) {
        assert.deepEqual(
          history(each, 'm', id).map(({ value }) => value),
          [0, 1, 2, 3],
        );
      }
    }
  });
});
