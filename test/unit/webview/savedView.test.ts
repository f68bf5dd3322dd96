import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  freshView,
  isSameView,
  readView,
  writeView,
  type ViewContent,
} from '../../../webview-ui/experiment/views/savedView';

const full: ViewContent = {
  table: {
    query: "val/acc > 0.7 and tags.owner = 'ada'",
    sort: [{ field: 'metric:max:val/acc', descending: true }],
    groupBy: ['param:model'],
    nested: true,
    columns: {
      added: ['at:100:val/loss'],
      removed: ['tag:b', 'tag:a'],
      order: ['param:model', 'param:lr'],
      pinned: ['param:model'],
      widths: { 'param:model': 90, 'attribute:name': 200 },
      onlyDiffering: false,
    },
    delta: 'percent',
  },
  charts: {
    ...freshView.charts,
    zoom: { min: 10, max: 20 },
    hidden: ['z', 'a'],
    sizes: { 'val/acc': { columns: 2, height: 300 }, large: { columns: 1, height: 200 } },
    large: 'val/acc',
    groups: null,
  },
};

describe('Saved views', () => {
  it('come back as they were saved, but for the chart that was large', () => {
    for (const view of [full, freshView]) {
      const read = readView(writeView(view));
      assert.deepEqual(read?.problems, []);
      assert.ok(read && isSameView(read.content, view));
    }
    assert.deepEqual(readView(writeView(full))?.content.charts, { ...full.charts, hidden: ['a', 'z'], large: '' });
    assert.ok(!isSameView(full, freshView));
  });

  it('are the same text whatever the order of what has none, and leave out what is empty', () => {
    const { table, charts } = full;
    const turned: ViewContent = {
      table: {
        ...table,
        columns: {
          ...table.columns,
          removed: ['tag:a', 'tag:b'],
          widths: { 'attribute:name': 200, 'param:model': 90 },
        },
      },
      charts: { ...charts, hidden: ['a', 'z'], large: '' },
    };
    assert.equal(writeView(turned), writeView(full));
    assert.doesNotMatch(writeView(freshView), /\[\]|\{\}/);
    const unsorted = { ...full, table: { ...table, sort: [] } };
    assert.deepEqual(readView(writeView(unsorted))?.content.table.sort, []);
  });

  it('tell what of a file does not fit, and take the rest', () => {
    const raw = {
      query: 'seed = 1',
      sort: [
        { field: 'param:lr', descending: true },
        { field: 'nonsense', descending: true },
      ],
      groupBy: ['param:model', 7],
      colums: {},
      author: 'ada',
      charts: { smoothing: { kind: 'magic', amount: 1 }, clip: true, x: 'wall' },
    };
    const read = readView(JSON.stringify(raw));
    assert.equal(read?.content.table.query, 'seed = 1');
    assert.equal(read.content.charts.clip, true);
    assert.deepEqual(read.problems, [
      'sort[1]',
      'groupBy[1]',
      'author',
      'charts.smoothing.kind',
      'charts.smoothing.amount',
    ]);
    assert.equal(readView('[]'), undefined);
    assert.equal(readView('{'), undefined);
  });

  it('have a query of one line, also where their file has more', () => {
    const read = readView(JSON.stringify({ query: 'loss < 0.5\r\nand seed > 1\n' }));
    assert.deepEqual([read?.content.table.query, read?.problems], ['loss < 0.5  and seed > 1 ', []]);
  });

  it('never throw, whatever the file says', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), fc.jsonValue(), (columns, charts, sort) => {
        const read = readView(JSON.stringify({ columns, charts, sort }));
        assert.ok(read && readView(writeView(read.content)));
        assert.ok(isSameView(read.content, readView(writeView(read.content))?.content ?? freshView));
      }),
    );
  });
});
