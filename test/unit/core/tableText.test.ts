import assert from 'node:assert/strict';
import fc from 'fast-check';
import Papa from 'papaparse';
import { cellsText, cellText, tableText, withoutFormula, type TextTable } from '../../../src/core/tableText';

const table: TextTable = {
  header: ['name', 'val/acc', 'note'],
  rows: [
    ['a_1', 0.1 + 0.2, '=1+1'],
    ['b', NaN, 'x|y\nz'],
    ['c', -1e-300, undefined],
  ],
};

describe('tables as texts', () => {
  it('are CSV and TSV in full precision, without formulas', () => {
    assert.equal(
      tableText(table, 'csv'),
      'name,val/acc,note\r\na_1,0.30000000000000004,\'=1+1\r\nb,NaN,"x|y\nz"\r\nc,-1e-300,\r\n',
    );
    assert.equal(tableText(table, 'tsv').split('\n')[1], "a_1\t0.30000000000000004\t'=1+1");
  });

  it('are JSON with numbers as numbers and nothing for what is missing', () => {
    assert.deepEqual(JSON.parse(tableText(table, 'json')), [
      { name: 'a_1', 'val/acc': 0.30000000000000004, note: '=1+1' },
      { name: 'b', 'val/acc': 'NaN', note: 'x|y\nz' },
      { name: 'c', 'val/acc': -1e-300 },
    ]);
  });

  it('are JSON with every column, also where several have the same name', () => {
    const same = { header: ['seed', 'seed (2)', 'seed', '__proto__'], rows: [['1', '2', '3', '4']] };
    const [read] = JSON.parse(tableText(same, 'json')) as object[];
    assert.deepEqual(Object.entries(read ?? {}), [
      ['seed', '1'],
      ['seed (2)', '2'],
      ['seed (3)', '3'],
      ['__proto__', '4'],
    ]);
  });

  it('are Markdown and LaTeX in which every text stands for itself', () => {
    assert.equal(
      tableText(table, 'markdown'),
      '| name | val/acc | note |\n| --- | --: | --- |\n' +
        '| a\\_1 | 0.30000000000000004 | =1+1 |\n| b | NaN | x\\|y<br>z |\n| c | -1e-300 |  |\n',
    );
    const latex = tableText({ header: ['p_1'], rows: [['50% & {x} \\ ~^'], ['a\nb']] }, 'latex');
    assert.match(latex, /\\begin\{tabular\}\{l\}/);
    assert.ok(latex.includes('50\\% \\& \\{x\\} \\textbackslash{} \\textasciitilde{}\\textasciicircum{}'), latex);
    assert.ok(latex.includes('  a b \\\\'));
    assert.ok(
      tableText({ header: ['a'], rows: [['a&amp;b ~~c~~ $d$']] }, 'markdown').includes(
        '| a\\&amp;b \\~\\~c\\~\\~ \\$d\\$ |',
      ),
    );
    // A line end, and a rule, would take these for its arguments.
    const starts = tableText({ header: ['[1]'], rows: [['*'], ['[2pt] x']] }, 'latex');
    assert.ok(
      ['  {[}1] ', '  {*} ', '  {[}2pt] x '].every((each) => starts.includes(each)),
      starts,
    );
  });

  it('take numbers for no formulas, and everything that a spreadsheet would run for one', () => {
    for (const text of ['-1', '+1.5e-3', '.5', '-Infinity', 'a=b', '']) {
      assert.equal(withoutFormula(text), text);
    }
    for (const text of ['=1', '+cmd', '-1+1', '@SUM', '\t=1', '\r=1', '\n=1', '＝1', '-']) {
      assert.equal(withoutFormula(text), `'${text}`);
    }
  });

  it('are cells of a column as a spreadsheet copies them, a single one as it is', () => {
    assert.equal(cellsText([-1e-300]), '-1e-300');
    assert.equal(cellsText(['=1+1']), '=1+1');
    assert.equal(cellsText(['two\nlines']), 'two\nlines');
    assert.equal(cellsText([undefined]), '');
    assert.equal(cellsText([0.1 + 0.2, undefined, '=1+1', 'a\tb', -0]), `0.30000000000000004\n\n'=1+1\n"a\tb"\n-0`);
  });

  it('read back as they were', () => {
    const cell = fc.oneof(fc.string({ unit: 'grapheme' }), fc.double(), fc.bigInt());
    fc.assert(
      fc.property(fc.array(fc.tuple(cell, cell), { minLength: 1 }), (rows) => {
        const text = tableText({ header: ['a', 'b'], rows }, 'csv').slice(0, -2);
        const { data } = Papa.parse<string[]>(text, { delimiter: ',', newline: '\r\n' });
        const expected = rows.map((row) =>
          row.map((each) => (typeof each === 'string' ? withoutFormula(each) : cellText(each))),
        );
        assert.deepEqual(data.slice(1), expected);
        for (const value of rows.flat()) {
          if (typeof value === 'number') {
            assert.ok(Object.is(Number(cellText(value)), value));
          }
        }
      }),
    );
  });
});
