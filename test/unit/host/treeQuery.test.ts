import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Run } from '../../../src/core/model';
import type { Translate } from '../../../src/host/platform/text';
import type { ExperimentEntry, NodeRef, TreeModel } from '../../../src/host/tree/model';
import { childRefs, parentRef, rootRefs } from '../../../src/host/tree/nodes';
import { viewOf } from '../../../src/host/tree/nodeViews';
import { experimentRef } from '../../../src/host/tree/refs';
import { runForest } from '../../../src/host/tree/runForest';
import {
  compareBy,
  compareGroups,
  parseTreeFilter,
  serverOrder,
  treeSorts,
  type Grouping,
  type TreeFilter,
} from '../../../src/host/tree/treeQuery';

const t: Translate = (message, ...values) => message.replace(/\{(\d)\}/g, (_, i: string) => String(values[Number(i)]));

function makeRun(
  id: string,
  start: number,
  change: { loss?: number; lr?: string; parent?: string; name?: string } = {},
): Run {
  const { loss, lr, parent, name = id } = change;
  return {
    info: {
      id,
      experimentId: '1',
      name,
      userId: '',
      status: 'FINISHED',
      startTime: start,
      endTime: start + 5000,
      stage: 'active',
      artifactUri: '',
    },
    metrics: loss === undefined ? [] : [{ key: 'loss', value: loss, step: 0, timestamp: 0 }],
    params: lr === undefined ? [] : [{ key: 'lr', value: lr }],
    tags: parent === undefined ? [] : [{ key: 'mlflow.parentRunId', value: parent }],
  };
}

function parsed(text: string): TreeFilter {
  const result = parseTreeFilter(text, { resolve: (name) => (name === 'loss' ? 'metric' : undefined) });
  assert.ok(result.ok && result.filter, text);
  return result.filter;
}

describe('the filter of the tree', () => {
  it('goes to the server where it is MLflow’s syntax, and is looked at here where it is Labbook’s', () => {
    assert.equal(parsed('metrics.loss < 0.5').forServer, 'metrics.loss < 0.5');
    for (const text of ['loss < 0.5 OR params.lr = "0.1"', '(metrics.loss < 0.5)', 'loss < 0.5']) {
      assert.equal(parsed(text).forServer, undefined, text);
    }
    const either = parsed('loss < 0.5 OR params.lr = "0.1"');
    assert.deepEqual(
      [makeRun('a', 0, { loss: 0.4 }), makeRun('b', 0, { lr: '0.1' }), makeRun('c', 0, { loss: 0.6 })].map((run) =>
        either.matches(run),
      ),
      [true, true, false],
    );
  });

  it('says what is wrong and where, and refuses what the tree does not know', () => {
    const wrong = parseTreeFilter('metrics.loss <');
    assert.ok(!wrong.ok && wrong.offset > 0 && wrong.message.length > 10);
    const aggregated = parseTreeFilter('min(metrics.loss) < 1');
    assert.ok(!aggregated.ok);
    assert.deepEqual(parseTreeFilter('  '), { ok: true, filter: undefined });
  });
});

describe('the order of the tree', () => {
  const runs = [
    makeRun('a', 3, { loss: 0.5, name: 'run 10' }),
    makeRun('b', 2, { loss: NaN, name: 'run 9' }),
    makeRun('c', 1, { loss: 0.25, name: 'Run 1' }),
    makeRun('d', 4, { name: 'x' }),
  ];
  const ids = (sort: (typeof treeSorts)[number]): string =>
    [...runs]
      .sort(compareBy(sort, 'loss'))
      .map(({ info }) => info.id)
      .join('');

  it('is by time, by name with numbers in it, or by the primary metric with the missing last', () => {
    assert.equal(ids('newest'), 'dabc');
    assert.equal(ids('oldest'), 'cbad');
    assert.equal(ids('name'), 'cbad');
    assert.equal(ids('metricHigh'), 'acdb');
    assert.equal(ids('metricLow'), 'cadb');
  });

  it('is a whole order, whatever the values', () => {
    const run = fc
      .record({ id: fc.uuid(), start: fc.nat(3), loss: fc.oneof(fc.double(), fc.constant(undefined)) })
      .map(({ id, start, loss }) => makeRun(id, start, loss === undefined ? {} : { loss }));
    fc.assert(
      fc.property(run, run, run, fc.constantFrom(...treeSorts), (a, b, c, sort) => {
        const compare = compareBy(sort, 'loss');
        assert.equal(Math.sign(compare(a, b)) + Math.sign(compare(b, a)), 0);
        if (compare(a, b) < 0 && compare(b, c) < 0) {
          assert.ok(compare(a, c) < 0);
        }
      }),
    );
  });

  it('is asked of the server in its own words', () => {
    assert.deepEqual(serverOrder('newest', 'loss'), []);
    assert.deepEqual(serverOrder('metricHigh', 'val/acc'), ['metrics.`val/acc` DESC']);
    assert.deepEqual(serverOrder('metricLow', 'a`b'), []);
    assert.deepEqual(serverOrder('metricLow', undefined), []);
  });
});

describe('groups of the tree', () => {
  function model(runs: readonly Run[], grouping: Grouping | undefined, isFiltered = false): TreeModel {
    const byId = new Map(runs.map((run) => [run.info.id, run]));
    const entry: ExperimentEntry = {
      experiment: { id: '1', name: 'one', artifactLocation: '', stage: 'active', createdAt: 0, updatedAt: 0, tags: [] },
      list: {
        runs: byId,
        forest: runForest(byId),
        slots: new Map(),
        more: false,
        primaryMetric: undefined,
        running: new Set(),
        childrenOf: () => 'all',
      },
    };
    return {
      experiments: [entry],
      experiment: () => entry,
      artifacts: () => undefined,
      grouping,
      isFiltered,
    };
  }
  const runs = [
    makeRun('a', 1, { lr: '0.1' }),
    makeRun('b', 2, { lr: '0.01' }),
    makeRun('c', 3, { lr: 'auto' }),
    makeRun('d', 4),
    makeRun('e', 5, { lr: '1e-1' }),
    makeRun('f', 6, { lr: '9', parent: 'a' }),
  ];

  it('hold the runs by their value, numbers in order and the missing last, children with their parents', () => {
    const grouped = model(runs, { kind: 'param', key: 'lr' });
    const refs = childRefs(experimentRef('1'), grouped) ?? [];
    assert.deepEqual(
      refs.map((ref) => viewOf(ref, grouped, t)?.label),
      ['lr = 0.01', 'lr = 0.1', 'lr = 1e-1', 'lr = auto', 'lr = none'],
    );
    const walk = (ref: NodeRef): void => {
      for (const child of childRefs(ref, grouped) ?? []) {
        assert.equal(parentRef(child, grouped)?.id, ref.id);
        walk(child);
      }
    };
    walk(experimentRef('1'));
  });

  it('keep a missing value apart from a value that looks like it', () => {
    const grouped = model([makeRun('a', 1, { lr: 'none' }), makeRun('b', 2)], { kind: 'param', key: 'lr' });
    assert.equal(new Set(childRefs(experimentRef('1'), grouped)?.map(({ id }) => id)).size, 2);
  });

  it('say statuses in words', () => {
    const grouped = model(runs, { kind: 'status' });
    const [only] = childRefs(experimentRef('1'), grouped) ?? [];
    assert.ok(only);
    assert.deepEqual([viewOf(only, grouped, t)?.label, viewOf(only, grouped, t)?.description], ['finished', '5 runs']);
  });

  it('compare as a whole order', () => {
    const value = fc.oneof(fc.constant(undefined), fc.string(), fc.double().map(String));
    fc.assert(
      fc.property(value, value, value, (a, b, c) => {
        assert.equal(Math.sign(compareGroups(a, b)) + Math.sign(compareGroups(b, a)), 0);
        if (compareGroups(a, b) < 0 && compareGroups(b, c) < 0) {
          assert.ok(compareGroups(a, c) < 0);
        }
      }),
    );
  });

  it('tell a filter that finds nothing from an empty store', () => {
    const entry = model([], undefined, true);
    assert.equal(rootRefs(entry).length, 1);
    const [root] = rootRefs(entry);
    assert.equal(root && viewOf(root, entry, t)?.description, 'none found');
  });
});
