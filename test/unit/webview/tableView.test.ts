import assert from 'node:assert/strict';
import fc from 'fast-check';
import { columnFormat, cutPath, cutWhole, formatShare, formatSpread } from '../../../src/core/format';
import { freshArrangement, readArrangement, writeArrangement } from '../../../webview-ui/experiment/table/arrangement';
import { cellTitle, cellView, exactCell, groupCell } from '../../../webview-ui/experiment/table/cellView';
import {
  arranged,
  columnSet,
  freshChoice,
  moved,
  withColumn,
  type ColumnFacts,
} from '../../../webview-ui/experiment/table/columnSet';
import { columnView } from '../../../webview-ui/experiment/table/columnView';
import { betterOf } from '../../../src/core/metricDirection';
import { primaryOf } from '../../../webview-ui/experiment/table/directions';
import { fieldId, fieldOf, type TableField } from '../../../webview-ui/experiment/table/fields';
import { commandOf } from '../../../webview-ui/experiment/table/keys';
import { runKey, type Line } from '../../../webview-ui/experiment/table/lines';
import {
  cleaned,
  click,
  moveTo,
  nothing,
  seenOf,
  selectAll,
  TypeAhead,
  type Selection,
} from '../../../webview-ui/experiment/table/selection';
import { meanOf, trendOf } from '../../../webview-ui/experiment/table/trend';
import { rowsOf, tableOf, type FakeRow } from './tableFixtures';

const directions = { lowerIsBetter: ['*loss*'], higherIsBetter: ['*acc*'], directions: {} };
const better = betterOf(directions);

function factsOf(runs: readonly FakeRow[], primary?: ColumnFacts['primary']): ColumnFacts {
  return { catalogue: tableOf(runs).catalogue, primary, better, experiments: 1, runs: runs.length };
}

const ids = (fields: readonly TableField[]): string[] => fields.map(fieldId);

describe('Columns', () => {
  const runs: FakeRow[] = [
    {
      id: 'a',
      metrics: { 'train/loss': 1, 'val/acc': 0.5, 'val/loss': 2, 'system/gpu': 1 },
      params: { lr: '1', seed: '0' },
    },
    {
      id: 'b',
      metrics: { 'train/loss': 1, 'val/acc': 0.6, 'val/loss': 3, 'system/gpu': 2 },
      params: { lr: '2', seed: '0' },
    },
  ];
  const facts = factsOf(runs, { key: 'val/acc', aggregate: 'max' });

  it('begin with the name and the primary metric’s section; what is equal in all runs is left out and counted', () => {
    const { fields, equal, pinned } = columnSet(freshChoice, facts);
    assert.deepEqual(ids(fields), [
      'attribute:name',
      'attribute:state',
      'metric:max:val/acc',
      'trend:val/acc',
      'metric:min:val/loss',
      'param:lr',
      'attribute:started',
      'attribute:duration',
    ]);
    assert.deepEqual([equal, pinned], [2, 1]);
    const all = columnSet({ ...freshChoice, onlyDiffering: false }, facts);
    assert.ok(ids(all.fields).includes('param:seed') && ids(all.fields).includes('metric:min:train/loss'));
    assert.equal(columnSet(freshChoice, factsOf(runs.slice(0, 1))).equal, 0, 'one run differs from nothing');
  });

  it('that were asked for are there also where they are equal, beside those of their section', () => {
    const choice = withColumn(withColumn(freshChoice, 'metric:mean:val/acc', true), 'param:seed', true);
    const shown = ids(columnSet(choice, facts).fields);
    assert.equal(shown.indexOf('metric:mean:val/acc'), shown.indexOf('trend:val/acc') + 1);
    assert.equal(shown.indexOf('param:seed'), shown.indexOf('param:lr') + 1);
    assert.ok(!ids(columnSet(withColumn(choice, 'param:seed', false), facts).fields).includes('param:seed'));
  });

  it('never lose the name; pinned ones stand after it; in a narrow panel the primary metric does', () => {
    const choice = { ...withColumn(freshChoice, 'attribute:name', false), pinned: ['param:lr'] };
    const { fields, pinned } = columnSet(choice, facts);
    assert.deepEqual([ids(fields).slice(0, 2), pinned], [['attribute:name', 'param:lr'], 2]);
    assert.equal(ids(columnSet(freshChoice, facts, true).fields)[1], 'metric:max:val/acc');
  });

  it('stay few at first where there are thousands', () => {
    const metrics = (value: number) => Object.fromEntries(Array.from({ length: 3000 }, (_, i) => [`m/${i}`, value]));
    const { fields } = columnSet(
      freshChoice,
      factsOf([
        { id: 'a', metrics: metrics(1) },
        { id: 'b', metrics: metrics(2) },
      ]),
    );
    assert.ok(fields.length < 40, String(fields.length));
  });

  it('keep the order that they were dragged into; new ones follow their neighbours', () => {
    const names = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'));
    fc.assert(
      fc.property(names, names, (shown, order) => {
        const fields = shown.map((key): TableField => ({ kind: 'param', key }));
        const result = ids(
          arranged(
            fields,
            order.map((key) => `param:${key}`),
          ),
        );
        assert.deepEqual([...result].sort(), ids(fields).sort());
        const known = order.filter((key) => shown.includes(key)).map((key) => `param:${key}`);
        assert.deepEqual(
          result.filter((id) => known.includes(id)),
          known,
        );
      }),
    );
    assert.deepEqual(moved(['a', 'b', 'c'], 'c', 'a'), ['c', 'a', 'b']);
    assert.deepEqual(moved(['a', 'b', 'c'], 'a', undefined), ['b', 'c', 'a']);
    assert.deepEqual(moved(['a', 'b', 'c'], 'b', 'b'), ['a', 'b', 'c']);
  });

  it('take the primary metric from the experiment, else from the settings', () => {
    const keys = ['train/loss', 'val/acc'];
    const settings = { primary: ['*val*acc*', '*loss*'] };
    assert.deepEqual(primaryOf(settings, keys, better), { key: 'val/acc', aggregate: 'max' });
    const own = { key: 'train/loss', aggregate: 'last' } as const;
    assert.deepEqual(primaryOf({ ...settings, primaryMetric: own }, keys, better), own);
    assert.equal(primaryOf(settings, [], better), undefined);
  });
});

describe('Cells', () => {
  const runs: FakeRow[] = [
    {
      id: 'a',
      name: 'first',
      started: 1000,
      ended: 61_000,
      metrics: { acc: 0.8243, n: 9_007_199_254_740_992 },
      params: { lr: '1e-3', text: '' },
    },
    {
      id: 'b',
      started: 2000,
      status: 'RUNNING',
      metrics: { acc: NaN, n: -0 },
      params: { lr: '0.1', text: 'one\ntwo\nthree' },
    },
    { id: 'c', started: 3000, metrics: { acc: 0.7 }, params: { lr: '0.2', text: '/data/imagenet/2012/train/images' } },
  ];
  const acc = { kind: 'metric', key: 'acc', aggregate: 'last' } as const;
  const n = { kind: 'metric', key: 'n', aggregate: 'last' } as const;
  const lr = { kind: 'param', key: 'lr' } as const;
  const text = { kind: 'param', key: 'text' } as const;
  const table = tableOf(runs, [acc, n, lr, text]);
  const slot = (id: string): number => table.slotOf(id) ?? -1;
  const baseline = slot('c');
  const context = { table, delta: 'absolute', baseline, now: 70_000 } as const;
  const view = (field: TableField) => columnView(field, { table, runs: table.order, baseline, better, digits: 4 });
  const shown = (field: TableField, id: string) => cellView(view(field), slot(id), context);

  it('show numbers in the decimals of their column, marks, and the difference to the baseline', () => {
    assert.deepEqual(shown(acc, 'a'), {
      kind: 'number',
      text: '0.8243',
      isNaN: false,
      best: 'higher',
      delta: { text: '+0.1243', verdict: 'better' },
    });
    assert.deepEqual(shown(acc, 'b'), { kind: 'number', text: 'NaN', isNaN: true, best: undefined, delta: undefined });
    const own = shown(acc, 'c');
    assert.ok(own.kind === 'number' && own.delta === undefined);
    const percent = cellView(view(acc), slot('a'), { ...context, delta: 'percent' });
    assert.equal(percent.kind === 'number' && percent.delta?.text, '+18 %');
    const whole = shown(n, 'a');
    assert.equal(whole.kind === 'number' && whole.text, '9,007,199,254,740,992');
  });

  it('say NaN where only that was logged, faintly where a figure over all steps is of nothing', () => {
    const most = { ...acc, aggregate: 'max' } as const;
    const own = tableOf(runs, [most]);
    const column = columnView(most, { table: own, runs: own.order, baseline, better, digits: 4 });
    const cell = cellView(column, own.slotOf('b') ?? -1, { ...context, table: own });
    assert.deepEqual(cell, { kind: 'text', text: 'NaN', lines: 1, isDim: true });
  });

  it('keep their decimals while the median moves a little, and take others where it moves far', () => {
    const format = (value: number, kept?: number) =>
      columnView(acc, {
        table: tableOf([{ id: 'a', metrics: { acc: value } }], [acc]),
        runs: Int32Array.of(0),
        baseline: undefined,
        better,
        digits: 4,
        decimals: kept,
      }).format;
    const first = format(0.1769);
    assert.equal(first.decimals, 4);
    assert.equal(first.value(0.09876), '0.0988');
    assert.equal(format(0.09876).value(0.09876), '0.09876');
    assert.equal(format(0.09876, first.decimals).value(0.09876), '0.0988');
    assert.equal(format(0.009876, first.decimals).value(0.009876), '0.009876');
    assert.equal(format(3, first.decimals).value(3), '3');
  });

  it('show the plain difference to a baseline of 0, also where shares are wanted', () => {
    const rows: FakeRow[] = [1.5, -0.25, 0, 0].map((value, i) => ({ id: 'abcd'[i] ?? '', metrics: { acc: value } }));
    const own = tableOf(rows, [acc]);
    const slotIn = (id: string): number => own.slotOf(id) ?? -1;
    const column = columnView(acc, { table: own, runs: own.order, baseline: slotIn('d'), better, digits: 4 });
    const deltas = ['a', 'b', 'c', 'd'].map((id) => {
      const cell = cellView(column, slotIn(id), { table: own, delta: 'percent', baseline: slotIn('d'), now: 0 });
      return cell.kind === 'number' ? cell.delta?.text : cell.kind;
    });
    assert.deepEqual(deltas, ['+1.5000', '−0.2500', '0', undefined]);
  });

  it('show texts as they are: missing, empty, of many lines, paths', () => {
    assert.deepEqual(shown(n, 'c'), { kind: 'none' });
    assert.deepEqual(shown(text, 'a'), { kind: 'empty' });
    assert.deepEqual(shown(text, 'b'), { kind: 'text', text: 'one', lines: 3, isDim: false });
    const path = shown(text, 'c');
    assert.ok(path.kind === 'text' && /^\/data.*….*images$/.test(path.text), JSON.stringify(path));
    assert.deepEqual(shown({ kind: 'tag', key: 'not read' }, 'a'), { kind: 'waiting' });
    assert.equal(view(lr).isNumeric, true);
    assert.equal(view(text).isNumeric, false);
  });

  it('never show half of a character where a text or a path is cut', () => {
    for (const before of ['', 'a']) {
      const own = tableOf([{ id: 'a', params: { text: before + '🙂'.repeat(300) } }], [text]);
      const column = columnView(text, { table: own, runs: own.order, baseline: undefined, better, digits: 4 });
      const cell = cellView(column, 0, { ...context, table: own, baseline: undefined });
      assert.equal(cell.kind === 'text' && cell.text, before + '🙂'.repeat(before === '' ? 200 : 199));
    }
    assert.equal(cutWhole('🙂', 1), '');
    assert.equal(cutWhole('a\ud83d\ud83d', 2), 'a\ud83d');
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('🙂', 'a', '/') }),
        fc.integer({ min: 5, max: 40 }),
        (path, most) => {
          assert.doesNotMatch(cutPath(path, most) + cutWhole(path, most), /\p{Surrogate}/u);
        },
      ),
    );
  });

  it('of groups show mean and deviation, or n = 1, and the different texts', () => {
    const slots = Int32Array.from(['a', 'b', 'c'].map(slot));
    assert.deepEqual(groupCell(view(acc), slots, context), { kind: 'spread', mean: '0.7621', n: 2, std: '0.088' });
    const one = groupCell(view(acc), slots.subarray(0, 1), context);
    assert.ok(one.kind === 'spread' && one.n === 1 && one.std === undefined);
    const texts = groupCell(view(lr), slots, context);
    assert.equal(texts.kind === 'text' && texts.text, '1e-3, 0.1, 0.2');
  });

  it('of groups are the same however many others were asked for before, and in which order', () => {
    const value = fc.option(fc.double(), { nil: undefined });
    const rows = fc.array(fc.tuple(value, fc.option(fc.string(), { nil: undefined }), fc.nat(3)), { minLength: 1 });
    fc.assert(
      fc.property(rows, fc.array(fc.tuple(fc.nat(3), fc.boolean())), (given, asked) => {
        const runs = given.map(([metric, param], i) => ({
          id: String(i),
          metrics: metric === undefined ? {} : { acc: metric },
          params: param === undefined ? {} : { lr: param },
        }));
        const own = tableOf(runs, [acc, lr]);
        const made = (field: TableField) =>
          columnView(field, { table: own, runs: own.order, baseline: undefined, better, digits: 4 });
        const members = [0, 1, 2, 3].map((group) =>
          Int32Array.from(given.flatMap(([, , of], i) => (of === group ? [own.slotOf(String(i)) ?? -1] : []))),
        );
        const kept = { acc: made(acc), lr: made(lr) };
        const at = { ...context, table: own, baseline: undefined };
        for (const [group, isMetric] of asked) {
          const [field, slots] = [isMetric ? acc : lr, members[group] ?? new Int32Array(0)];
          const cell = groupCell(isMetric ? kept.acc : kept.lr, slots, at);
          // A view that was asked for nothing before.
          assert.deepEqual(cell, groupCell(made(field), slots.slice(), at));
        }
      }),
    );
  });

  it('are copied in full precision, and tell it on hover', () => {
    assert.equal(exactCell(view(acc), slot('a'), context), 0.8243);
    assert.equal(exactCell(view(lr), slot('a'), context), '1e-3');
    assert.equal(
      exactCell(view({ kind: 'attribute', key: 'started' }), slot('a'), context),
      '1970-01-01T00:00:01.000Z',
    );
    assert.equal(exactCell(view({ kind: 'attribute', key: 'duration' }), slot('b'), context), 68);
    const title = cellTitle(view(acc), slot('a'), context, {
      step: 'Step 7',
      time: 5000,
      locale: 'en',
      judged: (difference, verdict) => `${difference}, ${verdict}`,
    });
    assert.match(title ?? '', /^0\.8243\nΔ \+0\.12\d+ \(\+18 %\), better\nStep 7\n[^]*1970-01-01T00:00:05\.000Z$/);
  });

  it('have formats for differences, deviations, shares and paths', () => {
    const format = columnFormat([0.5, 0.25]);
    assert.deepEqual([0.01, -0.2, 0, 1e-9].map(format.difference), ['+0.0100', '−0.2000', '0', '0']);
    assert.equal(columnFormat([100, 2000]).difference(-1500), '−1,500');
    assert.deepEqual(
      [0.00213, 13.2, 123, 0, NaN, 3e-9].map((each) => formatSpread(each)),
      ['0.0021', '13', '120', '0', '–', '3.0e−9'],
    );
    assert.deepEqual([Infinity, -Infinity, NaN].map(format.difference), ['+Inf', '−Inf', 'NaN']);
    assert.deepEqual([0.052, -0.12, 0, 25].map(formatShare), ['+5.2 %', '−12 %', '0 %', '+2500 %']);
    assert.deepEqual([-0, 0.0004, -0.0004].map(formatShare), ['0 %', '0 %', '0 %']);
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 5, max: 40 }), (path, most) => {
        assert.ok(cutPath(path, most).length <= Math.max(most, 5));
      }),
    );
  });
});

describe('Selection', () => {
  const runs = Array.from({ length: 6 }, (_, i): FakeRow => ({ id: 'abcdef'[i] ?? '', started: 10 - i }));
  const table = tableOf(runs);
  const lines = Array.from(table.order, (slot): Line => ({
    kind: 'run',
    key: runKey(table.id[slot] ?? ''),
    slot,
    depth: 0,
    children: 0,
    open: false,
  }));
  const place = { lines, table };
  const chosen = (state: Selection): string => [...state.runs].sort().join('');

  it('follows clicks: alone, with Ctrl, with Shift, with both', () => {
    let state = click(nothing, place, 'run:b', {});
    state = click(state, place, 'run:d', { shift: true });
    assert.equal(chosen(state), 'bcd');
    state = click(state, place, 'run:f', { ctrl: true });
    assert.equal(chosen(state), 'bcdf');
    state = click(state, place, 'run:e', { shift: true, ctrl: true });
    assert.equal(chosen(state), 'bcdef');
    assert.equal(chosen(click(state, place, 'run:c', { ctrl: true })), 'bdef');
    assert.equal(chosen(click(state, place, 'run:a', {})), 'a');
    assert.equal(chosen(selectAll(state, place, [])), 'abcdef');
  });

  it('of all has the runs under closed parents, and none that has no line yet', () => {
    const parents: Readonly<Record<string, string>> = { b: 'a', c: 'b', e: 'f', f: 'e' };
    const own = tableOf(runs.map((run) => ({ ...run, parent: parents[run.id] ?? '' })));
    // e and f, each of which says that the other is its parent, and d came while nothing may move.
    const first = lines.filter(({ key }) => key === 'run:a');
    assert.equal(chosen(selectAll(nothing, { lines: first, table: own }, own.order)), 'abc');
    assert.equal(chosen(selectAll(nothing, { lines: first, table: own }, [own.slotOf('b') ?? -1])), 'ab');
  });

  it('is acted on where it is seen: it passes the filter, its row waits, or it is the baseline', () => {
    const slot = (id: string): number => table.slotOf(id) ?? -1;
    const shown = lines.filter((line) => line.kind === 'run' && 'bc'.includes(table.id[line.slot] ?? ''));
    const view = { lines: shown, table, runs: Int32Array.of(slot('b')), baseline: slot('e'), filter: {} };
    assert.deepEqual(seenOf(new Set(['f', 'e', 'c', 'b', 'a']), view), ['e', 'c', 'b']);
    assert.deepEqual(seenOf(new Set(['a', 'f']), view), []);
    assert.deepEqual(seenOf(new Set(['a', 'f']), { ...view, filter: undefined }), ['a', 'f']);
  });

  it('of a range is all between its ends, whichever way it goes', () => {
    const key = fc.constantFrom(...'abcdef');
    fc.assert(
      fc.property(key, key, key, (a, b, c) => {
        const state = [b, c].reduce(
          (before, each) => moveTo(before, place, runKey(each), { shift: true }),
          click(nothing, place, runKey(a), {}),
        );
        const [from, to] = [a, c].sort();
        assert.equal(chosen(state), 'abcdef'.slice('abcdef'.indexOf(from ?? ''), 'abcdef'.indexOf(to ?? '') + 1));
      }),
    );
  });

  it('forgets what is gone, and the next line gets the focus', () => {
    const own = tableOf(runs);
    const state = click(click(nothing, place, 'run:b', {}), place, 'run:c', { ctrl: true });
    own.takeRows(rowsOf(runs.filter(({ id }) => id !== 'c')));
    const left = lines.filter(({ key }) => key !== 'run:c');
    const after = cleaned(state, lines, { lines: left, table: own });
    assert.deepEqual([chosen(after), after.focus], ['b', 'run:d']);
  });

  it('goes to names that are typed, again to the next with the same letter', () => {
    const ahead = new TypeAhead();
    const names = ['alpha', 'beta', 'bravo', 'axe'];
    assert.equal(ahead.type('b', 0, names, 0), 1);
    assert.equal(ahead.type('r', 100, names, 1), 2);
    assert.equal(ahead.type('b', 2000, names, 2), 1);
    assert.equal(ahead.type('b', 2100, names, 1), 2);
    assert.equal(ahead.type('z', 4000, names, 1), undefined);
    assert.ok(ahead.isTyping(4100) && !ahead.isTyping(9000));
  });
});

describe('Keys of the table', () => {
  const press = (key: string, more: object = {}) =>
    commandOf({ key, ctrlKey: false, metaKey: false, shiftKey: false, altKey: false, ...more }, false);

  it('do what ui.md says', () => {
    assert.deepEqual(press('ArrowDown', { shiftKey: true }), {
      do: 'move',
      by: 'line',
      sign: 1,
      shift: true,
      ctrl: false,
    });
    assert.deepEqual(press('Home', { ctrlKey: true }), { do: 'move', by: 'end', sign: -1, shift: false, ctrl: true });
    assert.deepEqual(press('Enter', { ctrlKey: true }), { do: 'open', toSide: true, adding: false });
    assert.deepEqual(press(' '), { do: 'shown' });
    assert.deepEqual(press(' ', { ctrlKey: true }), { do: 'toggle' });
    assert.deepEqual(press('F10', { shiftKey: true }), { do: 'menu' });
    assert.equal(press('F10'), undefined);
    assert.deepEqual(press('c', { ctrlKey: true }), { do: 'copy' });
    assert.deepEqual(press('c'), { do: 'type', letter: 'c' });
    assert.deepEqual(press('z', { ctrlKey: true }), { do: 'undo' });
    assert.equal(press('Z', { ctrlKey: true, shiftKey: true }), undefined);
    assert.equal(press('b', { ctrlKey: true }), undefined);
    assert.equal(press('ArrowDown', { altKey: true }), undefined);
    assert.deepEqual(commandOf({ key: 'a', ctrlKey: false, metaKey: true, shiftKey: false, altKey: false }, true), {
      do: 'all',
    });
  });
});

describe('What is arranged', () => {
  it('is the same after it was kept', () => {
    const choice = { ...freshChoice, added: ['param:x'], widths: { 'param:x': 90 }, onlyDiffering: false };
    const arrangement = {
      ...freshArrangement,
      query: 'metrics.a > 1',
      sort: [{ field: 'param:x', descending: true }],
      groupBy: ['param:x'],
      columns: choice,
      left: 120,
    };
    assert.deepEqual(readArrangement(JSON.parse(JSON.stringify(writeArrangement(arrangement)))), arrangement);
    assert.deepEqual(readArrangement(undefined), freshArrangement);
  });

  it('makes sense whatever was kept', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (anything, part) => {
        for (const saved of [anything, { sort: part, columns: part, sash: part, open: part, left: part }]) {
          const read = readArrangement(saved);
          assert.ok(read.sash > 0 && read.sash < 1);
          assert.ok(Number.isInteger(read.left) && read.left >= 0);
          assert.ok((read.sort ?? []).every(({ field }) => fieldOf(field) !== undefined));
          assert.ok(read.columns.added.every((id) => fieldOf(id) !== undefined));
        }
      }),
    );
  });
});

describe('Trends', () => {
  it('stay inside their box and break at what is no number', () => {
    fc.assert(
      fc.property(fc.array(fc.double(), { minLength: 1, maxLength: 50 }), (values) => {
        const y = Float64Array.from(values);
        const { path, end } = trendOf({ kind: 'raw', x: Float64Array.from(y.keys()), y }, 60, 16);
        const numbers = path.match(/-?[\d.]+/g)?.map(Number) ?? [];
        assert.ok(
          numbers.every((each, i) => each >= 0 && each <= (i % 2 === 0 ? 60 : 16)),
          path,
        );
        assert.equal(end !== undefined, values.some(Number.isFinite));
      }),
    );
    const x = Float64Array.of(0, 1, 2, 3);
    const tiny = trendOf({ kind: 'raw', x, y: Float64Array.of(5e-324, 1e-323, 5e-324, 1e-323) }, 60, 16);
    assert.equal(tiny.path, 'M2.0 14.0L20.7 2.0L39.3 14.0L58.0 2.0');
    assert.equal(trendOf({ kind: 'raw', x, y: Float64Array.of(1, NaN, 2, 3) }, 60, 16).path.match(/M/g)?.length, 2);
  });

  it('of groups are the mean of their runs, whichever was first', () => {
    const x = Float64Array.of(0, 1, 2);
    const up = { kind: 'raw', x, y: Float64Array.of(0, 2, 4) } as const;
    const down = { kind: 'raw', x, y: Float64Array.of(4, 2, 6) } as const;
    assert.deepEqual([...(meanOf([up, down])?.y ?? [])], [2, 2, 5]);
    assert.deepEqual(meanOf([down, up]), meanOf([up, down]));
    assert.equal(meanOf([]), undefined);
  });
});
