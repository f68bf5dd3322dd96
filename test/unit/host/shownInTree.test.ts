import assert from 'node:assert/strict';
import type { TrackingClient } from '../../../src/client/types';
import type { Experiment, Run, RunStatus } from '../../../src/core/model';
import { isShown, only } from '../../../src/core/shownRuns';
import type { Session } from '../../../src/host/platform/connection';
import type { ExperimentMarks } from '../../../src/host/platform/experimentMarks';
import { ShownActions } from '../../../src/host/shown/shownActions';
import { shownFacts } from '../../../src/host/shown/shownRunsOf';
import { ShownState } from '../../../src/host/shown/shownState';
import { ShownInTree } from '../../../src/host/tree/shownInTree';
import type { ExperimentEntry, RunList } from '../../../src/host/tree/model';
import { runForest } from '../../../src/host/tree/runForest';

const experiment: Experiment = {
  id: '1',
  name: 'one',
  artifactLocation: '',
  stage: 'active',
  createdAt: 0,
  updatedAt: 0,
  tags: [],
};

function makeRun(id: string, startTime: number, status: RunStatus = 'FINISHED'): Run {
  const info = { id, experimentId: '1', name: id, userId: '', status, startTime, endTime: undefined } as const;
  return { info: { ...info, stage: 'active', artifactUri: '' }, metrics: [], params: [], tags: [] };
}

/** r0, the oldest, to r29; r3 runs. */
const runs = Array.from({ length: 30 }, (_, i) => makeRun(`r${i}`, 100 + i, i === 3 ? 'RUNNING' : 'FINISHED'));

function entryOf(loaded: readonly Run[]): ExperimentEntry {
  const byId = new Map(loaded.map((run) => [run.info.id, run]));
  const list: RunList = {
    runs: byId,
    forest: runForest(byId),
    slots: new Map(),
    more: true,
    primaryMetric: undefined,
    running: new Set(),
    childrenOf: () => undefined,
  };
  return { experiment, list };
}

describe('boxes in the tree', () => {
  const source = { kept: () => undefined, baseline: () => 'r5', newest: () => 20 };
  const shown = (tree: ShownInTree, entry: ExperimentEntry, isNewest = true): string[] => {
    const inCharts = tree.of(entry, isNewest);
    assert.ok(inCharts);
    return runs.filter((run) => isShown(inCharts, shownFacts(run))).map(({ info }) => info.id);
  };
  const first = ['r3', 'r5', ...runs.slice(10).map(({ info }) => info.id)];

  it('say what the first opening will show, of a page of the runs', () => {
    assert.deepEqual(shown(new ShownInTree(source), entryOf([...runs].reverse())), first);
    assert.equal(new ShownInTree(source).of({ experiment, list: undefined }, true), undefined);
  });

  it('keep to it while the tree shows other runs, and follow new ones', () => {
    const tree = new ShownInTree(source);
    shown(tree, entryOf(runs));
    assert.deepEqual(shown(tree, entryOf(runs.slice(0, 4)), false), first);
    const more = [...runs, makeRun('new', 1000)];
    const inCharts = tree.of(entryOf(more), true);
    assert.ok(inCharts && isShown(inCharts, { id: 'new', started: 1000 }));
    assert.ok(!isShown(inCharts, { id: 'r10', started: 110 }), 'the newest 20 are others now');
  });

  it('say what was said once something was', () => {
    const kept = only(['r1'], 1000);
    assert.equal(new ShownInTree({ ...source, kept: () => kept }).of(entryOf(runs), true), kept);
  });
});

describe('showing runs from the tree and by commands', () => {
  function scene() {
    const memory = new Map<string, unknown>();
    const state = new ShownState(
      {
        get: <T>(key: string) => memory.get(key) as T | undefined,
        update: (key: string, value: unknown) => Promise.resolve(void memory.set(key, value)),
      },
      (error) => assert.ifError(error),
    );
    const searched: unknown[] = [];
    const client = {
      getExperiment: () => Promise.resolve(experiment),
      searchRuns: (query: { filter?: string; maxResults: number }) => {
        searched.push(query);
        const wanted = query.filter === undefined ? runs : runs.filter(({ info }) => info.status === 'RUNNING');
        return Promise.resolve({ items: [...wanted].reverse().slice(0, query.maxResults), nextPageToken: undefined });
      },
    } as unknown as TrackingClient;
    const actions = new ShownActions(state, {
      session: () => Promise.resolve({ client } as Session),
      marks: { baseline: () => 'r5' } as unknown as ExperimentMarks,
      newest: () => 4,
    });
    const shown = (): string[] => {
      const inCharts = state.get('1');
      return inCharts ? runs.filter((run) => isShown(inCharts, shownFacts(run))).map(({ info }) => info.id) : [];
    };
    return { actions, shown, state, searched };
  }
  const pick = (...ids: string[]): Run[] => runs.filter(({ info }) => ids.includes(info.id));

  it('begins with the rule of the first opening', async () => {
    const { actions, shown, searched } = scene();
    await actions.set(pick('r29'), false);
    assert.deepEqual(shown(), ['r3', 'r5', 'r26', 'r27', 'r28']);
    assert.equal(searched.length, 2);
    await actions.set(pick('r29'), true);
    assert.deepEqual(shown(), ['r3', 'r5', 'r26', 'r27', 'r28', 'r29']);
    assert.equal(searched.length, 2);
  });

  it('hides runs that are all shown, and else shows all', async () => {
    const { actions, shown } = scene();
    assert.equal(await actions.toggle(pick('r28', 'r0')), true);
    assert.deepEqual(shown(), ['r0', 'r3', 'r5', 'r26', 'r27', 'r28', 'r29']);
    assert.equal(await actions.toggle(pick('r28', 'r0')), false);
    assert.deepEqual(shown(), ['r3', 'r5', 'r26', 'r27', 'r29']);
  });

  it('shows only some, and those that come later', async () => {
    const { actions, shown, state } = scene();
    await actions.only(pick('r1', 'r2'));
    assert.deepEqual(shown(), ['r1', 'r2']);
    const inCharts = state.get('1');
    assert.ok(inCharts && isShown(inCharts, { id: 'new', started: 130 }));
  });
});
