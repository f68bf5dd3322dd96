import assert from 'node:assert/strict';
import fc from 'fast-check';
import { evaluate } from '../../../src/core/search/evaluate';
import { parseFilter } from '../../../src/core/search/parse';
import { parseQuery } from '../../../webview-ui/experiment/query/parseQuery';
import { queryExamples } from '../../../webview-ui/experiment/query/queryExamples';
import { cellView, exactCell } from '../../../webview-ui/experiment/table/cellView';
import { columnView } from '../../../webview-ui/experiment/table/columnView';
import { fieldId, type TableField } from '../../../webview-ui/experiment/table/fields';
import { columnsOfFilter, passingRuns, RowSubject } from '../../../webview-ui/experiment/table/filtering';
import { linesOf, type LineInput } from '../../../webview-ui/experiment/table/lines';
import type { RunTable } from '../../../webview-ui/experiment/table/runTable';
import { sorted, type KeyedTerm } from '../../../webview-ui/experiment/table/sorting';
import { columnOf, idsOf, rowsOf, tableOf, type FakeRow } from './tableFixtures';

const acc = { kind: 'metric', key: 'acc', aggregate: 'last' } as const;

const name = { kind: 'attribute', key: 'name' } as const;
const status = { kind: 'attribute', key: 'state' } as const;

const number = fc.oneof(fc.double(), fc.constantFrom(0, -0, 1, NaN, Infinity, -Infinity, 5e-324, Number.MAX_VALUE));
const text = fc.oneof(fc.string({ maxLength: 3 }), fc.constantFrom('1', '1.0', '10', 'adam', '', '🙂', 'a\nb'));
const anyRows = fc.array(
  fc.record({
    metrics: fc.record({ acc: number }, { requiredKeys: [] }),
    params: fc.record({ lr: text }, { requiredKeys: [] }),
    name: text,
    status: fc.constantFrom('RUNNING', 'FINISHED', 'FAILED'),
  }),
  { maxLength: 30 },
);
const anyRuns = anyRows.map((rows) => rows.map((row, i): FakeRow => ({ ...row, id: `r${i}`, started: 1000 - i })));

describe('Sorted runs', () => {
  const anyTerm = (length: number) =>
    fc.record({
      descending: fc.boolean(),
      keys: fc
        .array(fc.record({ rank: fc.nat(2), value: number }), { minLength: length, maxLength: length })
        .map((each) => ({
          rank: Uint8Array.from(each, ({ rank }) => rank),
          // What is no value is 0, as `sortKeys` gives it.
          value: Float64Array.from(each, ({ rank, value }) => (rank > 0 || Number.isNaN(value) ? 0 : value)),
        })),
    });
  const anyTerms = fc
    .nat(25)
    .chain((length) => fc.tuple(fc.constant(length), fc.array(anyTerm(length), { maxLength: 3 })));

  it('stand as if each two of them had been compared, equals as they were given', () => {
    const compare = (terms: readonly KeyedTerm[]) => (a: number, b: number) => {
      for (const { keys, descending } of terms) {
        const [left, right] = [keys.value[a] ?? 0, keys.value[b] ?? 0];
        const rank = (keys.rank[a] ?? 0) - (keys.rank[b] ?? 0);
        if (rank !== 0 || left !== right) {
          return rank !== 0 ? rank : left < right === descending ? 1 : -1;
        }
      }
      return 0;
    };
    fc.assert(
      fc.property(anyTerms, ([length, terms]) => {
        const slots = Int32Array.from({ length }, (_, i) => length - 1 - i);
        assert.deepEqual([...sorted(slots, terms)], [...slots].sort(compare(terms)));
      }),
    );
  });

  it('are sorted again when values, runs or the order change, and only then', () => {
    const order = (table: RunTable, change: Partial<LineInput> = {}) =>
      linesOf({
        table,
        passing: table.order,
        sort: [{ field: fieldId(acc), descending: true }],
        groupBy: [],
        nested: false,
        open: new Set(),
        baseline: undefined,
        now: 0,
        ...change,
      }).runs;
    const runs = ['a', 'b', 'c'].map((id, i): FakeRow => ({ id, started: i, metrics: { acc: i } }));
    const table = tableOf(runs, [acc]);
    assert.deepEqual(idsOf(table, order(table)), ['c', 'b', 'a']);
    const passing = table.order.filter((slot) => table.id[slot] !== 'b');
    assert.deepEqual(idsOf(table, order(table, { passing })), ['c', 'a'], 'a filter takes some away');
    assert.deepEqual(idsOf(table, order(table, { sort: [{ field: fieldId(acc), descending: false }] })), [
      'a',
      'b',
      'c',
    ]);
    assert.equal(order(table), order(table), 'the same list');
    const better = [{ id: 'a', started: 0, metrics: { acc: 9 } }];
    table.takeColumns([acc], { revision: 2, columns: [columnOf(better, acc)] }, ['a']);
    assert.deepEqual(idsOf(table, order(table)), ['a', 'c', 'b'], 'another value');
    table.takeRows(rowsOf([...runs.slice(0, 2), { id: 'd', started: 9 }]));
    assert.deepEqual(idsOf(table, order(table)), ['a', 'b', 'd'], 'other runs');
  });

  it('stay newest first when they are read again, in whatever order', () => {
    const table = tableOf([
      { id: 'a', started: 1 },
      { id: 'b', started: 2 },
    ]);
    const { order } = table;
    table.takeRows(rowsOf([{ id: 'a', started: 1, status: 'FAILED' }]), ['a']);
    assert.equal(table.order, order, 'nothing that orders them changed');
    table.takeRows(rowsOf([{ id: 'a', started: 3 }]), ['a']);
    assert.deepEqual(idsOf(table, table.order), ['a', 'b']);
    table.takeRows(rowsOf([]), ['b']);
    assert.deepEqual(idsOf(table, table.order), ['a']);
    table.takeRows(rowsOf([{ id: 'b', started: 2 }]), ['b']);
    assert.deepEqual(idsOf(table, table.order), ['a', 'b']);
  });
});

describe('Filters over columns', () => {
  const anyFilter = fc.constantFrom(
    'metrics.acc < 1',
    'metrics.acc != 1 or params.lr = "1"',
    'not metrics.acc = nan and run_name like "%a%"',
    'metrics.acc is null or params.lr is null',
    'max(metrics.acc) >= 0',
    'params.lr in ("1", "adam") or params.lr > 0.5',
    'params.lr not like "_"',
    'params.lr !~ "^a"',
    'run_name ilike "🙂%" or run_name like "_"',
    'status = "RUNNING" or status != "LOST"',
    'not status in ("LOST", "FAILED")',
  );

  it('leave the runs that pass one by one', () => {
    fc.assert(
      fc.property(anyRuns, anyFilter, fc.array(fc.nat(29)), (runs, source, lost) => {
        const parsed = parseFilter(source, { entity: 'runs', dialect: 'labbook' });
        assert.ok(parsed.ok, source);
        const table = tableOf(runs, columnsOfFilter(parsed.value));
        table.setLost(new Set(lost.map((i) => `r${i}`)));
        const subject = new RowSubject(table);
        const expected = table.order.filter((slot) => {
          subject.slot = slot;
          return evaluate(parsed.value, subject);
        });
        const found = passingRuns(table, { filter: parsed.value, text: source, holds: () => false });
        assert.deepEqual([...found], [...expected]);
      }),
    );
  });
});

describe('The help for the query line', () => {
  it('tells of nothing that the line does not take', () => {
    const facts = (key: string) => ({ key, runs: 1, differs: true });
    const catalogue = { metrics: ['val/acc', 'loss'].map(facts), params: ['lr', 'model'].map(facts), tags: [] };
    for (const { text: source } of queryExamples) {
      const parsed = parseQuery(source, catalogue, () => 'higher');
      assert.ok(parsed.ok, `${source}: ${parsed.ok ? '' : parsed.error.message}`);
    }
  });
});

describe('Lost runs in the table', () => {
  const table = tableOf([
    { id: 'going', started: 4, status: 'RUNNING' },
    { id: 'lost', started: 3, status: 'RUNNING' },
    { id: 'done', started: 2 },
    { id: 'failed', started: 1, status: 'FAILED' },
  ]);
  // One that ended meanwhile is not lost.
  table.setLost(new Set(['lost', 'done']));

  function pass(source: string): string[] {
    const parsed = parseFilter(source, { entity: 'runs', dialect: 'labbook' });
    assert.ok(parsed.ok, source);
    return idsOf(table, passingRuns(table, { filter: parsed.value, text: source, holds: () => false }));
  }

  it('are found as LOST, and as RUNNING too, which MLflow calls them', () => {
    assert.deepEqual(pass("status = 'LOST'"), ['lost']);
    assert.deepEqual(pass("status = 'RUNNING'"), ['going', 'lost']);
    assert.deepEqual(pass("status = 'RUNNING' and status != 'LOST'"), ['going']);
    assert.deepEqual(pass("status != 'RUNNING'"), ['done', 'failed']);
    assert.deepEqual(pass("status != 'LOST'"), ['going', 'done', 'failed']);
    assert.deepEqual(pass("status not in ('LOST', 'FAILED')"), ['going', 'done']);
    assert.deepEqual(pass("not status = 'LOST'"), ['going', 'done', 'failed']);
    assert.deepEqual(pass("status like 'L%'"), ['lost']);
  });

  it('stand behind those that run, and are shown and copied as lost', () => {
    const sort = [{ field: fieldId(status), descending: false }];
    const given = { groupBy: [], nested: false, open: new Set<string>(), baseline: undefined, now: 0 };
    const { runs } = linesOf({ ...given, table, passing: table.order, sort });
    assert.deepEqual(idsOf(table, runs), ['going', 'lost', 'done', 'failed']);
    const context = { table, delta: 'off', baseline: undefined, now: 0 } as const;
    const view = (field: TableField) =>
      columnView(field, { table, runs, baseline: undefined, better: () => undefined, digits: 4 });
    const slot = table.slotOf('lost') ?? -1;
    assert.deepEqual(cellView(view(status), slot, context), { kind: 'state', status: 'LOST' });
    assert.equal(exactCell(view(status), slot, context), 'LOST');
    assert.equal(exactCell(view(name), slot, context), 'lost');
  });

  it('change the order when they are heard of again', () => {
    const again = tableOf([
      { id: 'a', started: 2, status: 'RUNNING' },
      { id: 'b', started: 1, status: 'RUNNING' },
    ]);
    const sort = [{ field: fieldId(status), descending: false }];
    const lines = () =>
      idsOf(
        again,
        linesOf({
          table: again,
          passing: again.order,
          sort,
          groupBy: [],
          nested: false,
          open: new Set(),
          baseline: undefined,
          now: 0,
        }).runs,
      );
    again.setLost(new Set(['a']));
    assert.deepEqual(lines(), ['b', 'a']);
    again.setLost(new Set());
    assert.deepEqual(lines(), ['a', 'b']);
  });
});
