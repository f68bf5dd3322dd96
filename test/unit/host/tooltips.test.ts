import assert from 'node:assert/strict';
import type { TrackingClient } from '../../../src/client/types';
import type { ArtifactEntry, Experiment, Metric, Run, RunStatus } from '../../../src/core/model';
import { english as t } from '../../../src/host/platform/text';
import type { ExperimentEntry, NodeRef, RunList, TreeModel } from '../../../src/host/tree/model';
import { viewOf } from '../../../src/host/tree/nodeViews';
import { runRef } from '../../../src/host/tree/refs';
import { RunFigures, type Extremes } from '../../../src/host/tree/runFigures';
import { runForest } from '../../../src/host/tree/runForest';
import { bestOf, hoverKeys, tooltipOf } from '../../../src/host/tree/tooltips';
import { encodeTableColumns } from '../../../src/protocol/tableCodec';
import type { ColumnsRequest } from '../../../src/protocol/tableTypes';

const experiment: Experiment = {
  id: '1',
  name: 'one',
  artifactLocation: '',
  stage: 'active',
  createdAt: 0,
  updatedAt: 0,
  tags: [],
};

interface Sketch {
  readonly id?: string;
  readonly status?: RunStatus;
  readonly metrics?: Record<string, number>;
  readonly params?: Record<string, string>;
  readonly tags?: Record<string, string>;
}

function makeRun({ id = 'r', status = 'FINISHED', metrics = {}, params = {}, tags = {} }: Sketch = {}): Run {
  const pairs = (of: Record<string, string>) => Object.entries(of).map(([key, value]) => ({ key, value }));
  return {
    info: {
      id,
      experimentId: '1',
      name: `run ${id}`,
      userId: 'ada',
      status,
      startTime: 1000,
      endTime: status === 'RUNNING' ? undefined : 61_000,
      stage: 'active',
      artifactUri: '',
    },
    metrics: Object.entries(metrics).map(([key, value]): Metric => ({ key, value, step: 57_868, timestamp: 1 })),
    params: pairs(params),
    tags: pairs(tags),
  };
}

interface Options {
  readonly extremes?: Record<string, Extremes>;
  readonly files?: Record<string, ArtifactEntry[]>;
}

function modelOf(run: Run, { extremes = {}, files = {} }: Options = {}): TreeModel {
  const runs = new Map([[run.info.id, run]]);
  const list: RunList = {
    runs,
    forest: runForest(runs),
    slots: new Map(),
    more: false,
    primaryMetric: 'val/acc',
    running: new Set(),
    childrenOf: () => undefined,
  };
  const entry: ExperimentEntry = { experiment, list };
  return {
    experiments: [entry],
    experiment: () => entry,
    artifacts: (_, path) => files[path],
    better: (key) => (key.includes('loss') ? 'lower' : key.includes('acc') ? 'higher' : undefined),
    extremes: (_, key) => extremes[key],
  };
}

const lines = (run: Run, options: Options = {}, baseline?: Run): string[] =>
  (tooltipOf(runRef(run), modelOf(run, options), { baseline, now: 121_000 }, t) ?? '')
    .replaceAll('&#46;', '.')
    .replaceAll('&#58;', ':')
    .replaceAll('\\', '')
    .split(/\n+/)
    .map((line) => line.trim());

describe('the hover of a run', () => {
  const metrics = { 'val/acc': 0.7574, 'val/loss': 0.9401, 'a/rate': 3, 'z/rate': 4, 'system/cpu': 90 };
  const extremes = { 'val/acc': { min: 0.1, max: 0.7599 }, 'val/loss': { min: 0.923, max: 4.2 } };

  it('tells status, three metrics with the primary first, their best values, the step and how long ago it was', () => {
    const run = makeRun({
      metrics,
      tags: { 'mlflow.source.git.commit': '3f9c1ab0123456789', 'mlflow.source.name': 'a.py' },
    });
    const [head, ...rest] = lines(run, { extremes });
    assert.equal(head, '**run r** finished');
    assert.deepEqual(rest.slice(0, 4), [
      'val/acc: **0.7574** · max 0.7599',
      'a/rate: **3**',
      'val/loss: **0.9401** · min 0.9230',
      'Step **57,868** · 2 min ago',
    ]);
    assert.match(rest[4] ?? '', /^Started .*1970.*, took 1m 00s$/);
    assert.deepEqual(rest.slice(5), ['Source: a.py', 'Commit: 3f9c1ab01234', 'User: ada', 'r']);
    assert.deepEqual(hoverKeys(run, 'z/rate'), ['z/rate', 'a/rate', 'val/acc']);
    assert.deepEqual(hoverKeys(makeRun({ metrics: { 'system/cpu': 1, z: 1 } }), undefined), ['z', 'system/cpu']);
  });

  it('tells the step of a metric that is behind', () => {
    const run = makeRun({ metrics: { 'val/acc': 0.5, loss: 1 } });
    const late = { ...run, metrics: [...run.metrics, { key: 'now', value: 2, step: 60_000, timestamp: 118_000 }] };
    assert.deepEqual(lines(late).slice(1, 5), [
      'val/acc: **0.5000** · step 57,868',
      'loss: **1** · step 57,868',
      'now: **2**',
      'Step **60,000** · 3 s ago',
    ]);
  });

  it('tells what the code was beside what was committed', () => {
    const commit = { 'mlflow.source.git.commit': '3f9c1ab0123456789' };
    const told = (tags: Record<string, string>): string | undefined =>
      lines(makeRun({ tags: { ...commit, ...tags } })).find((line) => line.startsWith('Commit'));
    const diff = (...names: string[]): string =>
      names
        .map((name) => `diff --git a/${name} b/${name}\n--- a/${name}\n+++ b/${name}\n@@ -1 +1 @@\n-1\n+2\n`)
        .join('');
    assert.equal(told({ 'mlflow.source.git.diff': diff('a.py', 'b.py') }), 'Commit: 3f9c1ab01234 + 2 files');
    assert.equal(told({ 'mlflow.source.git.diff': diff('a.py') }), 'Commit: 3f9c1ab01234 + 1 file');
    assert.equal(told({ 'mlflow.source.git.dirty': 'True' }), 'Commit: 3f9c1ab01234 + changes');
    assert.equal(told({ 'mlflow.source.git.dirty': 'False' }), 'Commit: 3f9c1ab01234');
  });

  it('tells how long a run runs', () => {
    assert.match(lines(makeRun({ status: 'RUNNING' }))[1] ?? '', /^Started .*, for 2m 00s now$/);
  });

  it('compares with the baseline', () => {
    const params = { model: 'r50', lr: '0.1', seed: '0', a: '1', b: '2' };
    const baseline = makeRun({
      id: 'base',
      metrics: { 'val/acc': 0.7 },
      params: { ...params, model: 'r18', lr: '1', c: '' },
    });
    const run = makeRun({ metrics: { 'val/acc': 0.7574 }, params: { ...params, b: '3' } });
    const found = lines(run, {}, baseline);
    assert.equal(found[1], 'val/acc: **0.7574** · +0.0574 to baseline');
    assert.equal(found[3], 'Differs from the baseline in **b**, **c**, **lr** and 1 more');
    const two = makeRun({ params: { ...params, c: '', lr: '1' } });
    assert.equal(lines(two, {}, baseline)[1], 'Differs from the baseline in **model**');
    assert.equal(lines(makeRun({ params }), {}, makeRun({ id: 'same', params }))[1], 'Same parameters as the baseline');
    assert.equal(lines(run, {}, run)[3], 'Baseline');
  });

  it('has nothing in it that a name could make of it', () => {
    const evil = '[x](command:evil) <img src=x> https://a.b $(trash) **b**\u202e';
    const run = makeRun({ metrics: { [evil]: 1 }, params: { [evil]: '1' }, tags: { 'mlflow.source.name': evil } });
    const text = tooltipOf(runRef(run), modelOf(run), { baseline: makeRun({ id: 'o' }), now: 0 }, t) ?? '';
    assert.equal(text.split('evil').length, 4);
    assert.ok(!/(?<!\\)\[|(?<!\\)\]|<|https:|(?<!\\)\$\(|\u202e|\*\*b/.test(text), text);
  });
});

describe('rows of metrics and artifacts', () => {
  const view = (ref: NodeRef, run: Run, options: Options = {}): string | undefined =>
    viewOf(ref, modelOf(run, options), t)?.description;

  it('tell the last and the best value, and the step where nobody knows what is better', () => {
    const run = makeRun({ metrics: { 'val/acc': 0.7574, loss: 0.9401, rate: 3 } });
    const row = (key: string, extremes: Record<string, Extremes> = {}): string | undefined =>
      view({ kind: 'metric', id: key, run: runRef(run), key }, run, { extremes });
    assert.equal(row('val/acc', { 'val/acc': { min: 0, max: 0.7599 } }), '0.7574 · max 0.7599');
    assert.equal(row('loss', { loss: { min: 0.923, max: 1 } }), '0.9401 · min 0.9230');
    assert.equal(row('rate', { rate: { min: 0, max: 9 } }), '3 · step 57k');
    assert.equal(row('loss'), '0.9401 · step 57k');
    assert.equal(row('loss', { loss: { min: NaN, max: NaN } }), '0.9401 · step 57k');
    assert.equal(bestOf({ min: 1, max: 2 }, undefined), undefined);
  });

  it('tell how many files there are before anyone opened a folder, and while they are counted again', () => {
    const run = makeRun();
    const group: NodeRef = { kind: 'group', id: 'artifacts:r', run: runRef(run), group: 'artifacts' };
    const told = (
      files: Record<string, ArtifactEntry[]>,
      total: { files: number; bytes: number },
    ): string | undefined => viewOf(group, { ...modelOf(run, { files }), artifactTotal: () => total }, t)?.description;
    const root = [{ path: 'plots', isDirectory: true, size: undefined }];
    assert.equal(told({}, { files: 23, bytes: 412_000_000 }), '23 · 412 MB');
    assert.equal(told({ '': root }, { files: 23, bytes: 412_000_000 }), '23 · 412 MB');
    assert.equal(told({}, { files: 0, bytes: 0 }), '0');
    assert.equal(told({ '': [] }, { files: 23, bytes: 412_000_000 }), '0');
  });

  it('tell how many files there are and their size, once that is known', () => {
    const run = makeRun();
    const group: NodeRef = { kind: 'group', id: 'artifacts:r', run: runRef(run), group: 'artifacts' };
    const file = (path: string, size: number): ArtifactEntry => ({ path, isDirectory: false, size });
    const root = [file('a.txt', 1000), { path: 'plots', isDirectory: true, size: undefined }];
    assert.equal(view(group, run), undefined);
    assert.equal(view(group, run, { files: { '': [] } }), '0');
    assert.equal(view(group, run, { files: { '': root } }), '2');
    const plots = [file('plots/a.png', 2000), file('plots/b.png', 0)];
    assert.equal(view(group, run, { files: { '': root, plots } }), '3 · 3 kB');
  });
});

describe('best values', () => {
  function scene() {
    const asked: string[][] = [];
    let table: Record<string, Extremes> = { loss: { min: 1, max: 5 } };
    const client = {
      has: () => true,
      tableColumns: ({ columns }: ColumnsRequest) => {
        asked.push(columns.map((column) => ('aggregate' in column ? `${column.aggregate} ${column.key}` : '')));
        const answer = columns.map((column) => {
          const value = column.kind === 'metric' ? table[column.key]?.[column.aggregate as 'min' | 'max'] : undefined;
          const values = value === undefined ? [] : [value];
          return { kind: 'numbers' as const, number: new Uint32Array(values.length), value: Float64Array.from(values) };
        });
        return Promise.resolve(encodeTableColumns({ revision: 1, columns: answer }));
      },
    } as unknown as TrackingClient;
    return { figures: new RunFigures(() => client), asked, set: (next: typeof table) => (table = next) };
  }

  it('are read once for a state of the run, and have the present value in them', async () => {
    const { figures, asked, set } = scene();
    const run = makeRun({ metrics: { loss: 2, nan: NaN } });
    assert.equal(figures.get(run, 'loss'), undefined);
    assert.equal(await figures.read(run, ['loss', 'nan']), true);
    assert.equal(await figures.read(run, ['loss', 'nan']), false);
    assert.deepEqual(asked, [['min loss', 'max loss', 'min nan', 'max nan']]);
    assert.deepEqual(figures.get(run, 'loss'), { min: 1, max: 5 });
    const later = makeRun({ metrics: { loss: 0.5 } });
    assert.deepEqual(figures.get(later, 'loss'), { min: 0.5, max: 5 });
    set({ loss: { min: 0.5, max: 5 } });
    assert.equal(await figures.read(later, ['loss']), false, 'it was known from the present value');
    set({ loss: { min: 0.1, max: 5 } });
    assert.equal(await figures.read(makeRun({ metrics: { loss: 0.7 } }), ['loss']), true);
    assert.equal(asked.length, 3);
  });

  it('are none where the server cannot tell them', async () => {
    const figures = new RunFigures(() => ({ has: () => false }) as unknown as TrackingClient);
    assert.equal(await figures.read(makeRun({ metrics: { loss: 2 } }), ['loss']), false);
    assert.equal(await new RunFigures(() => undefined).read(makeRun(), ['loss']), false);
  });
});
