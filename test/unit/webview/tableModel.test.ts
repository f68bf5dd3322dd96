import assert from 'node:assert/strict';
import fc from 'fast-check';
import { parseFilter } from '../../../src/core/search/parse';
import { spreadOf } from '../../../webview-ui/experiment/table/aggregate';
import { bestOf, deltaOf } from '../../../webview-ui/experiment/table/best';
import { betterOf } from '../../../src/core/metricDirection';
import { fieldId, fieldOf, shownAggregates, type TableField } from '../../../webview-ui/experiment/table/fields';
import { filterStart, queryWith } from '../../../webview-ui/experiment/table/filterStart';
import { columnsOfFilter, passingRuns } from '../../../webview-ui/experiment/table/filtering';
import { held, leavingRuns } from '../../../webview-ui/experiment/table/hold';
import { linesOf, type Line, type LineInput } from '../../../webview-ui/experiment/table/lines';
import { OwnChanges } from '../../../webview-ui/experiment/table/ownChanges';
import { naturalKey, rankTexts } from '../../../webview-ui/experiment/table/naturalOrder';
import { NumberColumn } from '../../../webview-ui/experiment/table/columnData';
import { clicked } from '../../../webview-ui/experiment/table/sorting';
import { idsOf, rowsOf, tableOf, type FakeRow } from './tableFixtures';

const acc = { kind: 'metric', key: 'acc', aggregate: 'last' } as const;
const lr = { kind: 'param', key: 'lr' } as const;

const anyRow = fc.record({
  metric: fc.option(fc.oneof(fc.double(), fc.constantFrom(0, -0, 1, NaN, Infinity, -Infinity)), { nil: undefined }),
  param: fc.option(
    fc.oneof(fc.string({ maxLength: 4 }), fc.constantFrom('1', '1.0', '10', '9', '1e1', 'adam', 'Adam', '')),
    {
      nil: undefined,
    },
  ),
});
const anyRuns = fc.array(anyRow, { maxLength: 40 }).map((rows) =>
  rows.map(({ metric, param }, i): FakeRow => ({
    id: `r${i}`,
    started: 1000 - i,
    ...(metric === undefined ? {} : { metrics: { acc: metric } }),
    ...(param === undefined ? {} : { params: { lr: param } }),
  })),
);

function input(runs: readonly FakeRow[], change: Partial<LineInput> = {}): LineInput {
  const table = tableOf(runs, [acc, lr]);
  return {
    table,
    passing: table.order,
    sort: [],
    groupBy: [],
    nested: false,
    open: new Set(),
    baseline: undefined,
    now: 10_000,
    ...change,
  };
}

const names = ({ table }: LineInput, lines: readonly Line[]): string[] =>
  lines.map((line) =>
    line.kind === 'run'
      ? `${' '.repeat(line.depth)}${table.id[line.slot] ?? ''}`
      : line.kind === 'group'
        ? `[${line.group.values.join()}]`
        : 'gone',
  );

describe('Names of columns', () => {
  it('are read back as the same field', () => {
    const key = fc.string();
    const field: fc.Arbitrary<TableField> = fc.oneof(
      fc.record({
        kind: fc.constant('metric' as const),
        key,
        aggregate: fc.constantFrom('last', 'min', 'max', 'mean', 'step'),
      }),
      fc.record({ kind: fc.constant('metricAt' as const), key, step: fc.maxSafeInteger() }),
      fc.record({ kind: fc.constantFrom('param', 'tag', 'trend'), key }),
      fc.record({ kind: fc.constant('attribute' as const), key: fc.constantFrom('name', 'started') }),
    );
    fc.assert(
      fc.property(field, (each) => {
        const text = fieldId(each);
        assert.equal(fieldId(fieldOf(text) ?? { kind: 'trend', key: 'none' }), text);
      }),
    );
  });

  it('that make no sense are no field', () => {
    for (const text of ['', 'metric:acc', 'metric:median:acc', 'at:x:acc', 'attribute:nothing', 'constructor:x']) {
      assert.equal(fieldOf(text), undefined, text);
    }
  });
});

describe('The order of texts', () => {
  it('goes by the value of numbers inside, and puts numbers before words', () => {
    const texts = ['run-10', 'run-9', '10', '9', 'abc', '1e1', 'Run-2', '0.5', '', 'run-09'];
    const ranks = rankTexts(texts);
    const order = [...texts.keys()].sort((a, b) => (ranks[a] ?? 0) - (ranks[b] ?? 0)).map((i) => texts[i]);
    assert.deepEqual(order, ['0.5', '9', '10', '1e1', '', 'abc', 'Run-2', 'run-09', 'run-9', 'run-10']);
    assert.equal(ranks[2], ranks[5], '10 and 1e1 are the same number');
  });

  it('is that of the numbers, for any two names that differ in one', () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(), fc.constantFrom('', 'a', 'x-'), (a, b, prefix) => {
        const [left, right] = [naturalKey(`${prefix}${a}z`), naturalKey(`${prefix}${b}z`)];
        assert.equal(Math.sign(a - b), left < right ? -1 : left > right ? 1 : 0);
      }),
    );
  });
});

describe('Sorting', () => {
  it('puts values in order, then NaN, then runs without a value, in both directions, equals as they were', () => {
    fc.assert(
      fc.property(anyRuns, fc.boolean(), (runs, descending) => {
        const given = input(runs, { sort: [{ field: fieldId(acc), descending }] });
        const slots = linesOf(given).runs;
        assert.deepEqual([...slots].sort(), [...given.passing].sort(), 'the same runs');
        const rank = (slot: number): number => {
          const value = given.table.column(acc)?.get(slot);
          return value === undefined ? 2 : Number.isNaN(value) ? 1 : 0;
        };
        for (let i = 1; i < slots.length; i++) {
          const [a = 0, b = 0] = [slots[i - 1], slots[i]];
          assert.ok(rank(a) <= rank(b));
          const [left, right] = [given.table.column(acc)?.get(a), given.table.column(acc)?.get(b)];
          if (rank(a) === 0 && rank(b) === 0 && left !== undefined && right !== undefined) {
            assert.ok(descending ? left >= right : left <= right);
          }
          if (rank(a) === rank(b) && (left === right || rank(a) > 0)) {
            assert.ok((given.table.started[a] ?? 0) > (given.table.started[b] ?? 0), 'newest first among equals');
          }
        }
      }),
    );
  });

  it('by several columns orders by the second within the first', () => {
    fc.assert(
      fc.property(anyRuns, (runs) => {
        const sort = [fieldId(lr), fieldId(acc)].map((field) => ({ field, descending: false }));
        const given = input(runs, { sort });
        const column = given.table.column(lr);
        const ranks = column?.kind === 'texts' ? column.ranks : new Float64Array();
        const rank = (slot: number): number =>
          column?.kind === 'texts' && (column.code[slot] ?? -1) >= 0 ? (ranks[column.code[slot] ?? 0] ?? 0) : Infinity;
        const slots = linesOf(given).runs;
        for (let i = 1; i < slots.length; i++) {
          assert.ok(rank(slots[i - 1] ?? 0) <= rank(slots[i] ?? 0));
        }
      }),
    );
  });

  it('goes down, up and off by clicks, and adds columns with Shift', () => {
    let terms = clicked([], 'a', false);
    assert.deepEqual(terms, [{ field: 'a', descending: true }]);
    terms = clicked(terms, 'a', false);
    assert.deepEqual(terms, [{ field: 'a', descending: false }]);
    assert.deepEqual(clicked(terms, 'a', false), []);
    terms = clicked(terms, 'b', true);
    assert.deepEqual(terms, [
      { field: 'a', descending: false },
      { field: 'b', descending: true },
    ]);
    assert.deepEqual(clicked(clicked(terms, 'b', true), 'b', true), [{ field: 'a', descending: false }]);
    assert.deepEqual(clicked(terms, 'a', false), [{ field: 'a', descending: false }], 'it alone, as it was');
  });
});

describe('Groups', () => {
  it('hold each run once, with equal values', () => {
    fc.assert(
      fc.property(anyRuns, fc.boolean(), (runs, nested) => {
        const given = input(runs, { groupBy: [fieldId(lr)], nested });
        const { groups, runs: all } = linesOf(given);
        assert.deepEqual([...all].sort(), [...given.passing].sort());
        for (const group of groups) {
          for (const slot of group.slots) {
            assert.equal(given.table.column(lr)?.get(slot), group.values[0]);
          }
        }
        assert.equal(new Set(groups.map(({ key }) => key)).size, groups.length);
      }),
    );
  });

  it('can be one level of all columns, or a level for each', () => {
    const runs: FakeRow[] = [
      { id: 'a', started: 3, params: { model: 'r50', lr: '0.1' } },
      { id: 'b', started: 2, params: { model: 'r18', lr: '0.1' } },
      { id: 'c', started: 1, params: { model: 'r50', lr: '0.2' } },
    ];
    const model = { kind: 'param', key: 'model' } as const;
    const table = tableOf(runs, [model, lr]);
    const given = { ...input(runs), table, passing: table.order, groupBy: [fieldId(model), fieldId(lr)] };
    assert.deepEqual(names(given, linesOf(given).lines), ['[r50,0.1]', '[r18,0.1]', '[r50,0.2]']);
    const levels = { ...given, nested: true };
    const outer = linesOf(levels).lines;
    assert.deepEqual(names(levels, outer), ['[r50]', '[r18]']);
    const open = new Set(outer.map(({ key }) => key));
    const inner = linesOf({ ...levels, open }).lines;
    assert.deepEqual(names(levels, inner), ['[r50]', '[0.1]', '[0.2]', '[r18]', '[0.1]']);
    assert.equal(new Set(inner.map(({ key }) => key)).size, inner.length, 'equal values under others are other groups');
    const all = new Set([...open, ...inner.map(({ key }) => key)]);
    assert.deepEqual(
      names(levels, linesOf({ ...levels, open: all }).lines).map((name) => name.trim()),
      ['[r50]', '[0.1]', 'a', '[0.2]', 'c', '[r18]', '[0.1]', 'b'],
    );
  });

  it('are sorted by the mean of their runs', () => {
    const runs: FakeRow[] = [
      { id: 'a', started: 4, params: { lr: '1' }, metrics: { acc: 0.9 } },
      { id: 'b', started: 3, params: { lr: '1' }, metrics: { acc: 0.1 } },
      { id: 'c', started: 2, params: { lr: '2' }, metrics: { acc: 0.6 } },
      { id: 'd', started: 1, params: { lr: '3' } },
    ];
    const sorted = (descending: boolean): string[] => {
      const given = input(runs, { groupBy: [fieldId(lr)], sort: [{ field: fieldId(acc), descending }] });
      return names(given, linesOf(given).lines);
    };
    assert.deepEqual(sorted(true), ['[2]', '[1]', '[3]']);
    assert.deepEqual(sorted(false), ['[1]', '[2]', '[3]']);
  });

  it('have the mean and the deviation of their finite values', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 2 }), (values) => {
        const spread = spreadOf(values.keys(), (i) => values[i]);
        const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
        const std = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1));
        assert.ok(spread && Math.abs(spread.mean - mean) < 1e-6 && Math.abs(spread.std - std) < 1e-4);
        assert.equal(spread.n, values.length);
      }),
    );
    const odd = [NaN, 3, Infinity, undefined];
    assert.deepEqual(
      spreadOf(odd.keys(), (i) => odd[i]),
      { n: 1, mean: 3, std: NaN, min: 3, max: 3 },
    );
    assert.equal(
      spreadOf([0], () => NaN),
      undefined,
    );
    const large = spreadOf([0, 1], (i) => (i === 0 ? 1.7e308 : -1.7e308));
    assert.ok(large && Number.isFinite(large.mean));
  });
});

describe('Nested runs', () => {
  const runs: FakeRow[] = [
    { id: 'child-2', started: 5, parent: 'sweep' },
    { id: 'child-1', started: 4, parent: 'sweep' },
    { id: 'grandchild', started: 3, parent: 'child-1' },
    { id: 'sweep', started: 2 },
    { id: 'lone', started: 1, parent: 'not here' },
  ];

  it('stand under their parents, which are closed at first', () => {
    const given = input(runs);
    const { lines } = linesOf(given);
    assert.deepEqual(names(given, lines), ['sweep', 'lone']);
    assert.equal(lines[0]?.kind === 'run' && lines[0].children, 2);
    const open = new Set(['run:sweep', 'run:child-1']);
    assert.deepEqual(names(given, linesOf({ ...given, open }).lines), [
      'sweep',
      ' child-2',
      ' child-1',
      '  grandchild',
      'lone',
    ]);
  });

  it('stand alone where their parent does not pass the filter, or where they are their own ancestors', () => {
    const given = input(runs);
    const passing = given.passing.filter((slot) => given.table.id[slot] !== 'sweep');
    assert.deepEqual(names(given, linesOf({ ...given, passing }).lines), ['child-2', 'child-1', 'lone']);
    const circle = input([
      { id: 'a', started: 2, parent: 'b' },
      { id: 'b', started: 1, parent: 'a' },
      { id: 'c', started: 0, parent: 'c' },
    ]);
    assert.deepEqual(names(circle, linesOf(circle).lines), ['a', 'b', 'c']);
  });
});

describe('The best value and the difference to the baseline', () => {
  it('is the extreme of the finite ones; one alone is not best', () => {
    const column = new NumberColumn();
    [NaN, 3, 1, Infinity, 3].forEach((value, slot) => column.set(slot, value));
    assert.equal(bestOf([0, 1, 2, 3, 4], column, 'higher'), 3);
    assert.equal(bestOf([0, 1, 2, 3, 4, 9], column, 'lower'), 1);
    assert.equal(bestOf([0, 1], column, 'lower'), undefined);
  });

  it('is better only where it is known what better means', () => {
    assert.deepEqual(deltaOf(3, 2, 'higher'), { difference: 1, share: 0.5, verdict: 'better' });
    assert.deepEqual(deltaOf(3, -2, 'lower'), { difference: 5, share: 2.5, verdict: 'worse' });
    assert.deepEqual(deltaOf(3, 0, undefined), { difference: 3, share: undefined, verdict: undefined });
    assert.equal(deltaOf(NaN, 2, 'lower'), undefined);
    assert.equal(deltaOf(2, undefined, 'lower'), undefined);
  });

  it('goes by the settings, and before them by what was said of the metric', () => {
    const better = betterOf({
      lowerIsBetter: ['*loss*', '*error*'],
      higherIsBetter: ['*acc*', '*top5*', 'a.c'],
      directions: { odd_loss: 'higher' },
    });
    assert.equal(better('val/Loss'), 'lower');
    assert.equal(better('val/acc'), 'higher');
    assert.equal(better('top5_error'), 'lower');
    assert.equal(better('odd_loss'), 'higher');
    assert.equal(better('abc'), undefined);
    assert.equal(better('toString'), undefined);
  });
});

describe('Filters over columns', () => {
  const runs: FakeRow[] = [
    { id: 'a', started: 3000, ended: 5000, status: 'FINISHED', metrics: { acc: 0.9 }, params: { lr: '0.1' } },
    { id: 'b', started: 2000, status: 'RUNNING', metrics: { acc: 0.5 }, params: { lr: '1e-3' } },
    { id: 'c', started: 1000, status: 'FAILED', params: { lr: 'auto' } },
  ];

  function pass(text: string): string[] {
    const parsed = parseFilter(text, { entity: 'runs', dialect: 'labbook', now: 10_000 });
    assert.ok(parsed.ok, text);
    const table = tableOf(runs, columnsOfFilter(parsed.value));
    return idsOf(table, passingRuns(table, { filter: parsed.value, text, holds: () => false }));
  }

  it('name the columns that they read', () => {
    const parsed = parseFilter('max(metrics.acc) > 1 and (params.lr = "x" or not tags.t = "y") and metrics.acc < 2', {
      entity: 'runs',
      dialect: 'labbook',
    });
    assert.ok(parsed.ok);
    assert.deepEqual(columnsOfFilter(parsed.value).map(fieldId), [
      'metric:max:acc',
      'param:lr',
      'tag:t',
      'metric:last:acc',
    ]);
  });

  it('that the menu of a column begins read that column, whatever it is called', () => {
    const key = fc.oneof(fc.string({ minLength: 1 }), fc.constantFrom('lr-', 'a`b', '9', 'in', 'val/acc', 'größe/λ'));
    const field = fc.oneof(
      fc.record({ kind: fc.constant('metric' as const), key, aggregate: fc.constantFrom(...shownAggregates) }),
      fc.record({ kind: fc.constant('metricAt' as const), key, step: fc.integer() }),
      fc.record({ kind: fc.constantFrom('param' as const, 'tag' as const), key }),
    );
    fc.assert(
      fc.property(field, (each) => {
        const text = `${filterStart(each) ?? ''}${each.kind === 'param' || each.kind === 'tag' ? "'x'" : '1'}`;
        const parsed = parseFilter(text, { entity: 'runs', dialect: 'labbook', steps: true });
        assert.ok(parsed.ok, text);
        assert.deepEqual(columnsOfFilter(parsed.value).map(fieldId), [fieldId(each)], text);
      }),
    );
  });

  it('go on where the menu of a column adds to them', () => {
    const added = (query: string): string => {
      const parsed = parseFilter(query, { entity: 'runs', dialect: 'labbook' });
      assert.ok(parsed.ok);
      return queryWith(query, parsed.value, 'params.lr = ');
    };
    assert.equal(added(' '), 'params.lr = ');
    assert.equal(added('metrics.a > 1'), 'metrics.a > 1 and params.lr = ');
    assert.equal(added('metrics.a > 1 or metrics.b > 1'), '(metrics.a > 1 or metrics.b > 1) and params.lr = ');
  });

  it('leave the runs that pass', () => {
    assert.deepEqual(pass(''), ['a', 'b', 'c']);
    assert.deepEqual(pass('metrics.acc > 0.6'), ['a']);
    assert.deepEqual(pass('params.lr < 0.05'), ['b']);
    assert.deepEqual(pass('status != "RUNNING" and params.lr = "auto"'), ['c']);
    assert.deepEqual(pass('run_name like "%b%" or metrics.acc > 0.8'), ['a', 'b']);
    assert.deepEqual(pass('duration > 1s'), ['a']);
    assert.deepEqual(pass('metrics.other > 0'), []);
  });
});

describe('Lines under the pointer', () => {
  it('are counted where their runs no longer pass the filter, and not where they are gone', () => {
    const runs: FakeRow[] = ['a', 'b', 'c', 'd'].map((id, i) => ({ id, started: 10 - i }));
    const before = input(runs);
    const { lines } = linesOf(before);
    before.table.takeRows(rowsOf(runs.slice(0, 3)));
    const passing = before.table.order.filter((slot) => before.table.id[slot] !== 'b');
    const next = linesOf({ ...before, passing });
    const kept = held(lines, next.lines, before.table).lines;
    assert.equal(kept.length, 4);
    assert.equal(leavingRuns(kept, { runs: next.runs, table: before.table }), 1);
    assert.equal(leavingRuns(next.lines, { runs: next.runs, table: before.table }), 0);
  });

  it('stay where they are: nothing comes, goes or moves', () => {
    fc.assert(
      fc.property(anyRuns, fc.func(fc.integer({ min: 0, max: 3 })), fc.array(fc.nat(99)), (runs, fate, added) => {
        const before = input(runs, { sort: [{ field: fieldId(acc), descending: true }] });
        const lines = linesOf(before).lines;
        const later = [
          ...runs.flatMap((run, i): FakeRow[] =>
            fate(i) === 0 ? [] : [fate(i) === 1 ? { ...run, metrics: { acc: i * 7 - 11 } } : run],
          ),
          ...added.map((n, i): FakeRow => ({ id: `new-${n}-${i}`, started: 5000 + i, metrics: { acc: n } })),
        ];
        before.table.takeRows(rowsOf(later));
        const next = linesOf({ ...before, passing: before.table.order }).lines;
        const { lines: kept, newRuns } = held(lines, next, before.table);
        assert.deepEqual(
          kept.map(({ key }) => key),
          lines.map(({ key }) => key),
        );
        assert.equal(newRuns, added.length);
        kept.forEach((line, i) => {
          const own = lines[i];
          const isThere = own?.kind === 'run' && before.table.has(own.slot);
          assert.equal(line.kind, isThere ? 'run' : 'gone');
        });
      }),
    );
  });

  it('go at once where the user deleted their runs, and come back to their place', () => {
    fc.assert(
      fc.property(anyRuns, fc.func(fc.boolean()), fc.func(fc.boolean()), (runs, isDeleted, isOthers) => {
        const before = input(runs, { sort: [{ field: fieldId(acc), descending: true }] });
        const { lines } = linesOf(before);
        const own = new OwnChanges();
        own.deleting(runs.filter((_, i) => isDeleted(i)).map(({ id }) => id));
        const { deleted } = own;
        const idOf = (line: Line): string => line.key.slice('run:'.length);
        before.table.takeRows(rowsOf(runs.filter(({ id }, i) => !deleted.has(id) && !isOthers(i))));
        const after = linesOf({ ...before, passing: before.table.order }).lines;
        const without = held(lines, after, before.table, own);
        assert.deepEqual(
          without.lines.map(({ key }) => key),
          lines.filter((line) => !deleted.has(idOf(line))).map(({ key }) => key),
        );
        assert.equal(
          without.isOrderChanged,
          without.lines.some(({ kind }) => kind === 'gone'),
        );
        const undone = new OwnChanges();
        undone.restoring([...deleted]);
        before.table.takeRows(rowsOf(runs));
        const again = linesOf({ ...before, passing: before.table.order }).lines;
        const back = held(without.lines, again, before.table, undone);
        assert.deepEqual(
          back.lines.map(({ key }) => key),
          lines.map(({ key }) => key),
        );
        assert.deepEqual([back.newRuns, back.isOrderChanged], [0, false]);
        undone.seen(before.table);
        assert.equal(undone.restored.size, 0);
      }),
    );
  });

  it('of a group go with its last run where the user deleted that, and of children come when their parent was', () => {
    const given = input(
      [
        { id: 'a', started: 3, params: { lr: '1' } },
        { id: 'b', started: 2, params: { lr: '2' } },
        { id: 'c', started: 1, params: { lr: '2' }, parent: 'b' },
      ],
      { groupBy: [fieldId(lr)] },
    );
    const { table } = given;
    const own = new OwnChanges();
    const steps = (change: Partial<LineInput>, gone: string, rest: readonly string[]): Line[][] => {
      const before = linesOf({ ...given, ...change }).lines;
      own.deleting([gone]);
      table.takeRows(rowsOf(rest.map((id): FakeRow => rowOf(id))));
      const after = linesOf({ ...given, ...change, passing: table.order }).lines;
      return [[...held(before, after, table).lines], [...held(before, after, table, own).lines]];
    };
    const rowOf = (id: string): FakeRow => ({
      id,
      started: id === 'b' ? 2 : 1,
      ...(id === 'c' ? { parent: 'b' } : {}),
    });
    const [others = [], mine = []] = steps({}, 'a', ['b', 'c']);
    assert.deepEqual(names(given, others), ['[1]', '[2]']);
    assert.deepEqual(names(given, mine), ['[2]']);
    const nested = { groupBy: [], nested: true, passing: table.order };
    assert.deepEqual(names(given, steps(nested, 'b', ['c'])[1] ?? []), ['c']);
  });

  it('tell that they would stand in another order', () => {
    const given = input([
      { id: 'a', started: 2 },
      { id: 'b', started: 1 },
    ]);
    const { lines } = linesOf(given);
    assert.equal(held(lines, lines, given.table).isOrderChanged, false);
    assert.equal(held(lines, [...lines].reverse(), given.table).isOrderChanged, true);
  });
});
