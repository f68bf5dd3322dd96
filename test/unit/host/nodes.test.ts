import assert from 'node:assert/strict';
import fc from 'fast-check';
import { formatCount } from '../../../src/core/format';
import type { ArtifactEntry, Experiment, KeyValue, Metric, Run, RunStatus } from '../../../src/core/model';
import type { Translate } from '../../../src/host/platform/text';
import type { ExperimentEntry, NodeRef, RunList, TreeModel } from '../../../src/host/tree/model';
import { childRefs, parentRef, rootRefs } from '../../../src/host/tree/nodes';
import { foundInAll, valueText, viewOf } from '../../../src/host/tree/nodeViews';
import { experimentRef, runRef } from '../../../src/host/tree/refs';
import { runDescription } from '../../../src/host/tree/runView';
import { primaryMetricOf } from '../../../src/host/tree/primaryMetric';
import { runForest } from '../../../src/host/tree/runForest';
import { tooltipOf } from '../../../src/host/tree/tooltips';

const t: Translate = (message, ...values) => message.replace(/\{(\d)\}/g, (_, i: string) => String(values[Number(i)]));

const point = (key: string, value: number, step = 0): Metric => ({ key, value, step, timestamp: 1 });

interface RunSketch {
  id: string;
  name?: string;
  status?: RunStatus;
  start?: number;
  parent?: string;
  metrics?: Metric[];
  params?: KeyValue[];
  tags?: KeyValue[];
}

function makeRun({
  id,
  name = id,
  status = 'FINISHED',
  start = 0,
  parent,
  metrics = [],
  params = [],
  tags = [],
}: RunSketch): Run {
  return {
    info: {
      id,
      experimentId: '1',
      name,
      userId: 'ada',
      status,
      startTime: start,
      endTime: status === 'RUNNING' ? undefined : start + 2000,
      stage: 'active',
      artifactUri: '',
    },
    metrics,
    params,
    tags: parent === undefined ? tags : [...tags, { key: 'mlflow.parentRunId', value: parent }],
  };
}

const experiment = (id: string, name: string): Experiment => ({
  id,
  name,
  artifactLocation: '',
  stage: 'active',
  createdAt: 0,
  updatedAt: 0,
  tags: [],
});

function listOf(runs: readonly Run[], more = false): RunList {
  const byId = new Map(runs.map((run) => [run.info.id, run]));
  const keys = runs.flatMap(({ metrics }) => metrics.map(({ key }) => key));
  return {
    runs: byId,
    forest: runForest(byId),
    slots: new Map(runs.map((run, i) => [run.info.id, i])),
    more,
    primaryMetric: primaryMetricOf(experiment('1', 'one'), keys, ['*val*acc*', '*loss*']),
    running: new Set(runs.filter(({ info }) => info.status === 'RUNNING').map(({ info }) => info.id)),
    childrenOf: () => 'all',
  };
}

function modelOf(
  runs: readonly Run[] | undefined,
  options: { name?: string; id?: string; more?: boolean; files?: Record<string, ArtifactEntry[]> } = {},
): TreeModel {
  const { name = 'one', id = '1', more = false, files = {} } = options;
  const entry: ExperimentEntry = { experiment: experiment(id, name), list: runs && listOf(runs, more) };
  return {
    experiments: [entry],
    experiment: (wanted) => (wanted === id ? entry : undefined),
    artifacts: (_, path) => files[path],
  };
}

const names = (refs: readonly NodeRef[] | undefined, model: TreeModel): string[] | undefined =>
  refs?.map((ref) => viewOf(ref, model, t)?.label ?? '?');

describe('tree nodes', () => {
  it('stay away while there is only the empty default experiment, so that the welcome shows', () => {
    assert.deepEqual(rootRefs(modelOf([], { id: '0' })), []);
    assert.equal(rootRefs(modelOf([], { id: '7' })).length, 1);
    assert.equal(rootRefs(modelOf([makeRun({ id: 'a' })], { id: '0' })).length, 1);
    assert.equal(rootRefs(modelOf(undefined, { id: '0' })).length, 1);
  });

  it('put newest runs first and children under their parents', () => {
    const model = modelOf([
      makeRun({ id: 'old', start: 1 }),
      makeRun({ id: 'parent', start: 2 }),
      makeRun({ id: 'child1', start: 3, parent: 'parent' }),
      makeRun({ id: 'child2', start: 4, parent: 'parent' }),
      makeRun({ id: 'orphan', start: 5, parent: 'gone' }),
    ]);
    assert.deepEqual(names(childRefs(experimentRef('1'), model), model), ['orphan', 'parent', 'old']);
    const parent = childRefs(experimentRef('1'), model)?.[1];
    assert.ok(parent);
    assert.deepEqual(names(childRefs(parent, model), model), ['child2', 'child1', 'Artifacts']);
  });

  it('show every run exactly once, whatever the parent tags say', () => {
    const ids = ['a', 'b', 'c', 'd', 'e', 'f'];
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...ids, 'gone', ''), { minLength: 6, maxLength: 6 }), (parents) => {
        const runs = ids.map((id, i) => makeRun({ id, start: i, ...(parents[i] ? { parent: parents[i] } : {}) }));
        const { roots, children } = runForest(new Map(runs.map((run) => [run.info.id, run])));
        const seen: string[] = [];
        const walk = (id: string): void => {
          seen.push(id);
          children.get(id)?.forEach(walk);
        };
        roots.forEach(walk);
        assert.deepEqual(seen.sort(), ids);
      }),
    );
  });

  it('lift only the runs on a circle of parents', () => {
    const runs = [
      makeRun({ id: 'a', parent: 'b', start: 3 }),
      makeRun({ id: 'b', parent: 'a', start: 2 }),
      makeRun({ id: 'below', parent: 'a', start: 1 }),
      makeRun({ id: 'self', parent: 'self', start: 0 }),
    ];
    const { roots, parents } = runForest(new Map(runs.map((run) => [run.info.id, run])));
    assert.deepEqual(roots, ['a', 'b', 'self']);
    assert.deepEqual([...parents], [['below', 'a']]);
  });

  it('count what they hold, and leave empty groups out', () => {
    const run = makeRun({
      id: 'r',
      metrics: [point('val/acc', 0.5), point('loss', 1)],
      params: [{ key: 'lr', value: '0.1' }],
      tags: [{ key: 'mlflow.user', value: 'ada' }],
    });
    const model = modelOf([run]);
    const groups = childRefs(runRef(run), model) ?? [];
    assert.deepEqual(
      groups.map((ref) => [viewOf(ref, model, t)?.label, viewOf(ref, model, t)?.description]),
      [
        ['Metrics', '2'],
        ['Parameters', '1'],
        ['Artifacts', undefined],
      ],
    );
    const [metrics] = groups;
    assert.ok(metrics);
    assert.deepEqual(names(childRefs(metrics, model), model), ['val/acc', 'loss']);
    const first = childRefs(metrics, model)?.[0];
    assert.equal(first && viewOf(first, model, t)?.icon?.name, 'star-full');
  });

  it('have the same id for the same thing, and know their parents', () => {
    const runs = [makeRun({ id: 'p' }), makeRun({ id: 'c', parent: 'p', metrics: [point('m', 1)] })];
    const files = {
      '': [{ path: 'plots', isDirectory: true, size: undefined }],
      plots: [{ path: 'plots/a.png', isDirectory: false, size: 4200 }],
    };
    const model = modelOf(runs, { files });
    let visited = 0;
    const walk = (ref: NodeRef): void => {
      for (const child of childRefs(ref, model) ?? []) {
        visited += 1;
        assert.equal(parentRef(child, model)?.id, ref.id, child.id);
        assert.equal(viewOf(child, model, t)?.id, child.id);
        walk(child);
      }
    };
    walk(experimentRef('1'));
    assert.equal(visited, 10);
  });

  it('list artifact folders first, and say when they are not loaded', () => {
    const run = makeRun({ id: 'r' });
    const group = childRefs(runRef(run), modelOf([run]))?.[0];
    assert.ok(group);
    assert.equal(childRefs(group, modelOf([run])), undefined);
    const files = {
      '': [
        { path: 'a.txt', isDirectory: false, size: 12 },
        { path: 'z', isDirectory: true, size: undefined },
      ],
    };
    const model = modelOf([run], { files });
    assert.deepEqual(names(childRefs(group, model), model), ['z', 'a.txt']);
    const file = childRefs(group, model)?.[1];
    assert.equal(file && viewOf(file, model, t)?.contextValue, 'artifact;file;');
    assert.equal(file && viewOf(file, model, t)?.description, '12 B');
  });

  it('are counted where a filter hides some, also those that were not read', () => {
    const entries = (...models: TreeModel[]): ExperimentEntry[] => models.flatMap(({ experiments }) => experiments);
    const [two, none, more] = [modelOf([makeRun({ id: 'a' }), makeRun({ id: 'b' })]), modelOf([]), modelOf(undefined)];
    assert.equal(foundInAll(entries(two, none), t), '2 found');
    assert.equal(foundInAll(entries(two, more), t), '2+ found');
    assert.equal(foundInAll(entries(none), t), 'none found');
  });

  it('offer more where there is more', () => {
    const model = modelOf([makeRun({ id: 'a' })], { more: true });
    assert.deepEqual(names(childRefs(experimentRef('1'), model), model), ['a', 'Load more runs']);
    assert.equal(viewOf(experimentRef('1'), model, t)?.description, '1+ runs');
  });

  it('describe experiments by their runs', () => {
    const describe = (runs: Run[]): string | undefined => viewOf(experimentRef('1'), modelOf(runs), t)?.description;
    assert.equal(describe([]), 'no runs');
    assert.equal(describe([makeRun({ id: 'a' })]), '1 run');
    const both = [makeRun({ id: 'a' }), makeRun({ id: 'b', status: 'RUNNING' })];
    assert.equal(describe(both), '2 runs · 1 running');
    const many = Array.from({ length: 1234 }, (_, i) => makeRun({ id: `r${i}` }));
    assert.equal(describe(many), `${formatCount(1234)} runs`, 'grouped, as in the panel');
    const lost = { ...modelOf(both), isLost: (id: string) => id === 'b' };
    assert.equal(viewOf(experimentRef('1'), lost, t)?.description, '2 runs', 'a lost run does not go on');
  });

  it('describe runs by status and primary metric', () => {
    const metrics = [point('loss', 3.14159, 12), point('val/acc', 0.80134, 57868)];
    const of = (status: RunStatus, primary = 'val/acc', own = metrics): string =>
      runDescription(makeRun({ id: 'r', status, metrics: own }), primary, t);
    assert.equal(of('FINISHED'), '0.8013');
    assert.equal(of('RUNNING'), '0.8013 · 57k');
    assert.equal(of('FAILED', 'val/acc', [point('val/acc', NaN)]), 'failed · NaN');
    assert.equal(of('KILLED', 'val/acc', []), 'killed');
    assert.equal(of('RUNNING', 'val/acc', []), 'running');
    assert.equal(of('FINISHED', 'gone'), 'loss 3.142');
  });

  it('show status by icon and the run by colour', () => {
    const runs = Array.from({ length: 13 }, (_, i) => makeRun({ id: `r${i}`, status: i === 0 ? 'FAILED' : 'RUNNING' }));
    const model = modelOf(runs);
    const looks = (i: number): unknown => viewOf(runRef(runs[i] as Run), model, t)?.icon;
    assert.deepEqual(looks(0), { name: 'error', colour: 'labbook.run1' });
    assert.deepEqual(looks(12), { name: 'record', colour: 'labbook.run1' });
    assert.equal(viewOf(runRef(runs[1] as Run), model, t)?.contextValue, 'run;status=running;');
  });

  it('make names harmless in labels and hovers', () => {
    const name = '[x](command:evil) <img src=x onerror=y> https://a.b $(trash)\u202E\nnext';
    const run = makeRun({ id: 'r', name, tags: [{ key: 'k', value: name }] });
    const model = modelOf([run], { name });
    const label = viewOf(runRef(run), model, t)?.label ?? '';
    assert.ok(!/[\n\u202e]/.test(label));
    const hovers = [experimentRef('1'), runRef(run), ...(childRefs(runRef(run), model) ?? [])].flatMap((ref) => {
      const below = ref.kind === 'group' ? (childRefs(ref, model) ?? []) : [];
      return [ref, ...below].flatMap((each) => tooltipOf(each, model, { baseline: undefined, now: 0 }, t) ?? []);
    });
    assert.equal(hovers.length, 3);
    for (const hover of hovers) {
      assert.ok(hover.includes('evil'));
      assert.ok(!/(?<!\\)\[|(?<!\\)\]|<|https:|(?<!\\)\$\(|\u202e/.test(hover), hover);
    }
  });

  it('show values in one line', () => {
    assert.equal(valueText('', t), '(empty)');
    assert.equal(valueText('a\nb\nc', t), 'a ⏎ 3 lines');
    assert.equal(valueText('x'.repeat(5000), t).length, 200);
  });
});
