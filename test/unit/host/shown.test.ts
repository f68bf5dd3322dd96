import assert from 'node:assert/strict';
import { isShown, only, sameShown, type ShownRuns } from '../../../src/core/shownRuns';
import { experimentRequests } from '../../../src/host/panels/messages';
import { shownRequests } from '../../../src/host/panels/shownRequests';
import { focusedWith } from '../../../src/host/tree/focusedRow';
import { SelectedRuns } from '../../../src/host/shown/selectedRuns';
import { ShownState } from '../../../src/host/shown/shownState';
import type { PanelSubject } from '../../../src/protocol/panels';

function memento(kept: Record<string, unknown> = {}) {
  const values = new Map(Object.entries(kept));
  return {
    values,
    get: <T>(key: string): T | undefined => values.get(key) as T | undefined,
    update: (key: string, value: unknown) => Promise.resolve(void values.set(key, structuredClone(value))),
  };
}

const failing = (error: unknown): void => assert.ifError(error);
const shows = (shown: ShownRuns | undefined, id: string, started = 0): boolean =>
  shown !== undefined && isShown(shown, { id, started });

describe('shown runs in the host', () => {
  it('are kept by the workspace, and told when they change', () => {
    const memory = memento();
    const state = new ShownState(memory, failing);
    const told: string[] = [];
    state.onChange((id) => told.push(id));
    assert.equal(state.get('1'), undefined);
    state.change('1', { do: 'first', shown: { rest: false, after: 5, on: ['a', 'b'], off: [] } });
    state.change('1', { do: 'set', runIds: ['a'], isOn: false });
    state.change('1', { do: 'set', runIds: ['a'], isOn: false });
    state.change('1', { do: 'first', shown: { rest: true, on: [], off: [] } });
    assert.deepEqual(told, ['1', '1']);
    const later = new ShownState(memory, failing).get('1');
    assert.deepEqual([shows(later, 'a'), shows(later, 'b'), shows(later, 'new', 6)], [false, true, true]);
    assert.equal(new ShownState(memory, failing).get('2'), undefined);
  });

  it('are those of the arrangement that an earlier version kept', () => {
    const shown = { rest: false, after: 7, on: ['a'], off: ['b'] };
    const memory = memento({
      'arrangement.1': JSON.stringify({ table: { query: '', shown } }),
      'arrangement.2+3': JSON.stringify({ table: { shown } }),
      'arrangement.4': '{',
      'arrangement.5': JSON.stringify({ table: { shown: 7 } }),
    });
    const state = new ShownState(memory, failing);
    const old: ShownRuns = { ...only(['a'], 7), off: new Set(['b']) };
    assert.ok(sameShown(state.get('1'), old));
    assert.equal(state.get('2'), undefined);
    assert.ok(state.of(['3', '2']).every((each) => sameShown(each.shown, old)));
    assert.deepEqual([state.get('4'), state.get('5')], [undefined, undefined]);
    // The panel keeps its next arrangement without them.
    memory.values.set('arrangement.1', JSON.stringify({ table: { query: '' } }));
    assert.ok(sameShown(new ShownState(memory, failing).get('1'), old));
  });

  it('are changed by a panel only of its own experiments', () => {
    const subject: PanelSubject = { panel: 'experiment', experimentId: '1', moreExperimentIds: ['2'] };
    const shown = new ShownState(memento(), failing);
    const selected = new SelectedRuns(memento(), failing);
    const panel = { subject, shown, selected, selector: {} };
    const handlers = shownRequests(panel);
    const signal = new AbortController().signal;
    const changes = ['1', '3'].map((experimentId) => ({
      experimentId,
      change: { do: 'only' as const, runIds: ['a'], after: 0 },
    }));
    assert.deepEqual(handlers.changeShown({ changes }, signal), {
      experiments: [{ experimentId: '1', shown: { rest: false, after: 0, on: ['a'], off: [] } }, { experimentId: '2' }],
    });
    assert.equal(shown.get('3'), undefined);
    const selection = ['1', '2', '3'].map((experimentId) => ({ experimentId, runIds: [`r${experimentId}`] }));
    void handlers.select({ selection }, signal);
    assert.deepEqual(selected.get(['1', '2', '3']), ['r1', 'r2']);
  });

  it('come as the contract says, and as nothing else', () => {
    const change = (given: unknown): unknown => ({ changes: [{ experimentId: '1', change: given }] });
    const hostile: unknown[] = [
      { do: 'set', runIds: ['a'] },
      { do: 'set', runIds: [7], isOn: true },
      { do: 'only', runIds: [], after: Infinity },
      { do: 'none' },
      { do: 'first', shown: { rest: false, on: ['a'] } },
    ];
    hostile.forEach((each) => assert.throws(() => experimentRequests.changeShown.parse(change(each))));
    experimentRequests.changeShown.parse(change({ do: 'first', shown: { rest: false, on: [], off: [] } }));
  });
});

describe('selected runs in the host', () => {
  it('are told to others, once, and only of experiments where they changed', () => {
    const selected = new SelectedRuns(memento(), failing);
    const told: [string[], object][] = [];
    selected.onChange(({ experimentIds, by }) => told.push([[...experimentIds], by]));
    const [tree, panel] = [{}, {}];
    selected.set(
      new Map([
        ['1', ['a', 'b']],
        ['2', []],
      ]),
      tree,
    );
    selected.set(new Map([['1', ['b', 'a']]]), panel);
    selected.set(new Map([['1', []]]), panel);
    assert.equal(told.length, 2);
    assert.deepEqual(told[0]?.[0], ['1']);
    assert.equal(told[0]?.[1], tree);
    assert.equal(told[1]?.[1], panel);
    assert.deepEqual(selected.get(['1', '2']), []);
  });

  it('are kept by the workspace, some hundred of those that were selected last, and none of a larger selection', () => {
    const memory = memento();
    const ids = (count: number, name: string): string[] => Array.from({ length: count }, (_, i) => `${name}${i}`);
    const select = (experimentId: string, runIds: string[]): void =>
      new SelectedRuns(memory, failing).set(new Map([[experimentId, runIds]]), {});
    const kept = (...experimentIds: string[]): string[] => new SelectedRuns(memory, failing).get(experimentIds);
    select('1', ['a', 'b']);
    select('2', ['c']);
    assert.deepEqual(kept('1', '2'), ['a', 'b', 'c']);
    select('3', ids(499, 'd'));
    assert.deepEqual(kept('1', '2', '3'), ['c', ...ids(499, 'd')], 'what was selected before that has no room');
    select('3', ids(10_000, 'd'));
    assert.deepEqual(kept('2', '3'), ['c']);
    select('2', []);
    assert.equal(memory.values.get('selected'), undefined);
    for (const other of [7, {}, [['1', [7]]], [['1']]]) {
      memory.values.set('selected', other);
      assert.deepEqual(kept('1'), []);
    }
  });
});

describe('what a key in the tree is for', () => {
  it('is the row with the focus, with all that is selected where it is one of them', () => {
    assert.deepEqual(focusedWith(['a'], ['a', 'b']), ['b'], 'arrow keys left the selection behind');
    assert.deepEqual(focusedWith([], ['b']), ['b']);
    assert.deepEqual(focusedWith(['a'], []), ['a']);
    assert.deepEqual(focusedWith(['a', 'b', 'c'], ['a', 'c']), ['b', 'a', 'c']);
  });

  it('is nothing where that cannot be told, as the rows are just being drawn again', () => {
    assert.deepEqual(focusedWith(['a'], ['a']), [], 'never the selection by mistake');
    assert.deepEqual(focusedWith(['a', 'b'], []), []);
    assert.deepEqual(focusedWith(['a'], ['b']), []);
    assert.deepEqual(focusedWith([], []), []);
  });
});
