import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  changeShown,
  firstShown,
  isShown,
  keptShown,
  only,
  readShown,
  sameShown,
  withShown,
  writeShown,
  type ShownChange,
  type ShownRuns,
} from '../../../src/core/shownRuns';

describe('Shown runs', () => {
  const facts = Array.from({ length: 30 }, (_, i) => ({ id: `r${i}`, started: 100 - i, isRunning: i === 25 }));
  const is = (shown: ShownRuns, id: string, started = 0): boolean => isShown(shown, { id, started });

  it('are at first the newest, the running and the baseline; later ones join', () => {
    const shown = firstShown(facts, 20, 'r29');
    const ids = facts.filter((run) => isShown(shown, run)).map(({ id }) => id);
    assert.deepEqual(ids, [...facts.slice(0, 20).map(({ id }) => id), 'r25', 'r29']);
    assert.equal(is(shown, 'new', 101), true);
    assert.equal(is(shown, 'old', 1), false);
    assert.equal(is(shown, 'without a start', NaN), false);
  });

  it('are all that come where an experiment was opened before its first run, also after a restart', () => {
    const shown = readShown(JSON.parse(JSON.stringify(keptShown(firstShown([], 20, undefined)))));
    assert.ok(shown);
    assert.equal(is(shown, 'new', 101), true);
  });

  it('can be hidden and shown one by one, also new ones', () => {
    let shown = only(['a'], 100);
    shown = withShown(shown, ['new'], false);
    assert.equal(is(shown, 'new', 200), false);
    shown = withShown(withShown(shown, ['new', 'b'], true), ['a'], false);
    const found = [is(shown, 'new', 200), is(shown, 'b'), is(shown, 'a'), is(shown, 'c'), is(shown, 'd', 300)];
    assert.deepEqual(found, [true, true, false, false, true]);
  });

  it('have no cap, and their first opening counts once', () => {
    const all = changeShown(firstShown(facts, 20, undefined), { do: 'all' });
    assert.ok(facts.every((run) => isShown(all, run)));
    assert.equal(is(all, 'new', 1000), true);
    const first: ShownChange = { do: 'first', shown: { rest: false, after: 5, on: ['a'], off: [] } };
    assert.ok(sameShown(changeShown(undefined, first), only(['a'], 5)));
    assert.equal(changeShown(all, first), all);
  });

  const ids = fc.array(fc.constantFrom<string[]>('a', 'b', 'c', 'd'), { maxLength: 4 });
  const change: fc.Arbitrary<ShownChange> = fc.oneof(
    fc.record({ do: fc.constant('set' as const), runIds: ids, isOn: fc.boolean() }),
    fc.record({ do: fc.constant('only' as const), runIds: ids, after: fc.nat(9) }),
    fc.constant({ do: 'all' as const }),
  );
  const changed = (changes: readonly ShownChange[]): ShownRuns =>
    changes.reduce((shown, each) => changeShown(shown, each), only([], 3));

  it('are what the last word on each run says, whatever came before', () => {
    fc.assert(
      fc.property(fc.array(change, { maxLength: 8 }), ids, fc.boolean(), (before, runIds, isOn) => {
        const shown = changed([...before, { do: 'set', runIds, isOn }]);
        assert.ok(runIds.every((id) => is(shown, id, 4) === isOn));
        const alone = changed([...before, { do: 'only', runIds, after: 9 }]);
        assert.ok(['a', 'b', 'c', 'd'].every((id) => is(alone, id, 9) === runIds.includes(id)));
      }),
    );
  });

  it('are the same after they were kept, and make sense whatever was', () => {
    fc.assert(
      fc.property(fc.array(change, { maxLength: 8 }), fc.jsonValue(), (changes, anything) => {
        const shown = changed(changes);
        assert.ok(sameShown(readShown(JSON.parse(JSON.stringify(writeShown(shown)))), shown));
        const read = readShown(anything);
        assert.equal(typeof (read === undefined || is(read, 'a', 1)), 'boolean');
      }),
    );
    const many = only(
      Array.from({ length: 5000 }, (_, i) => `r${i}`),
      0,
    );
    assert.equal(keptShown(many).on.length, 2000);
    assert.equal(writeShown(many).on.length, 5000);
  });

  it('differ where one run does', () => {
    const shown = only(['a', 'b'], 1);
    assert.ok(sameShown(shown, only(['b', 'a'], 1)) && sameShown(undefined, undefined));
    const others = [only(['a', 'c'], 1), only(['a', 'b'], 2), { ...shown, rest: true }, withShown(shown, ['c'], false)];
    [...others, undefined].forEach((other) => assert.ok(!sameShown(shown, other)));
  });
});
