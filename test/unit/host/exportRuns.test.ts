import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { parquetReadObjects } from 'hyparquet';
import { SearchedTable } from '../../../src/client/searchedTable';
import type { Run } from '../../../src/core/model';
import type { RunColumn } from '../../../src/core/runsTable';
import { exportFormats, tableFormats, tableTextSteps, type RowSource } from '../../../src/core/tableText';
import { parquetSteps } from '../../../src/host/export/parquet';
import { readColumns, type NamedField, type RunSource } from '../../../src/host/export/readColumns';
import { hostTurns, tableBytes, textOf, writeTable } from '../../../src/host/export/writeTable';
import { encodeTableColumns, encodeTableRows } from '../../../src/protocol/tableCodec';
import type { ColumnsRequest, TableRequest } from '../../../src/protocol/tableTypes';

const start = 1_700_000_000_000;
const run = (id: string, change: Partial<Run> = {}, info: Partial<Run['info']> = {}): Run => ({
  info: {
    id,
    experimentId: '1',
    name: `run ${id}`,
    userId: '',
    status: 'FINISHED',
    startTime: start,
    endTime: undefined,
    stage: 'active',
    artifactUri: '',
    ...info,
  },
  metrics: [],
  params: [],
  tags: [],
  ...change,
});
const metric = (key: string, value: number) => ({ key, value, step: 1, timestamp: start });

/** Names that hurt: 250 characters, right to left, markup, what a spreadsheet would run, half of a pair. */
const odd = ['長'.repeat(250), '\u202eabc', '<b>x</b>', '=HYPERLINK("http://x")', 'a,"b"\r\nc', '\ud83d', '__proto__'];

const runs = [
  run('a', {
    metrics: [metric('loss', 0.1 + 0.2)],
    params: [{ key: 'lr', value: '0.1' }],
    tags: [
      { key: 'team', value: 'vision' },
      { key: 'mlflow.user', value: 'ada' },
    ],
  }),
  run('b', {
    metrics: [metric('loss', NaN)],
    params: [
      { key: 'lr', value: '1e-3' },
      { key: 'optim"izer', value: 'adam\n' },
    ],
  }),
  run('c', { params: odd.map((key) => ({ key, value: key })) }, { experimentId: '2', status: 'RUNNING' }),
  run('d', {}, { experimentId: '2', startTime: start - 1, endTime: start + 1500 }),
];

/** As over a tracking server without tables, in memory. */
function clientOf(all: readonly Run[]) {
  const table = new SearchedTable({
    searchRuns: ({ experimentIds }) =>
      Promise.resolve({ items: all.filter(({ info }) => experimentIds.includes(info.experimentId)) }),
    getRun: (id) => Promise.resolve(all.find(({ info }) => info.id === id) ?? run(id)),
    getExperiment: (id) => Promise.resolve({ name: `experiment ${id}` }),
    wholeMetricHistory: () => Promise.resolve([]),
  });
  return {
    tableRows: async (request: TableRequest) => encodeTableRows(await table.rows(request)),
    tableColumns: async (request: ColumnsRequest) => encodeTableColumns(await table.columns(request)),
  };
}

const plainOptions = () => ({
  signal: new AbortController().signal,
  turn: () => Promise.resolve(),
  lost: new Set<string>(),
  now: start + 5000,
});
const read = (source: Partial<RunSource>, fields: readonly NamedField[] | 'all' = 'all', options = plainOptions()) =>
  readColumns(clientOf(runs), { whole: [], runs: [], of: [], ...source }, fields, options);
const cellsOf = (columns: readonly RunColumn[], name: string) => columns.find((each) => each.name === name)?.cells;

describe('exported runs', () => {
  it('have the columns of search_runs from the sidebar, and are those that were chosen, in their order', async () => {
    const columns = await read({ runs: ['b', 'a'], of: ['1'] });
    assert.deepEqual(
      columns.map(({ name }) => name),
      [
        'run_id',
        'run_name',
        'experiment_id',
        'experiment_name',
        'status',
        'start_time',
        'end_time',
        'metrics.loss',
        'params.lr',
        'params.optim"izer',
        'tags.team',
      ],
    );
    assert.deepEqual(
      columns.map(({ cells }) => cells[1]),
      ['a', 'run a', '1', 'experiment 1', 'FINISHED', start, undefined, 0.1 + 0.2, '0.1', undefined, 'vision'],
    );
    const mixed = await read({ whole: ['2'], runs: ['b', 'gone', 'b', 'c'], of: ['1'] });
    assert.deepEqual(cellsOf(mixed, 'run_id'), ['c', 'd', 'b']);
    assert.deepEqual(cellsOf(mixed, 'experiment_name'), ['experiment 2', 'experiment 2', 'experiment 1']);
  });

  it('have the columns and names of the panel that asks', async () => {
    const fields: NamedField[] = [
      { name: 'Name', field: { kind: 'attribute', key: 'name' } },
      { name: 'State', field: { kind: 'attribute', key: 'state' } },
      { name: 'Duration (s)', field: { kind: 'attribute', key: 'duration' } },
      { name: 'loss last', field: { kind: 'metric', key: 'loss', aggregate: 'last' } },
      { name: 'loss when', field: { kind: 'metric', key: 'loss', aggregate: 'time' } },
    ];
    const options = { ...plainOptions(), lost: new Set(['c', 'd']) };
    const columns = await read({ runs: ['d', 'c', 'a'], of: ['1', '2'] }, fields, options);
    const expected = [
      ['Name', ['run d', 'run c', 'run a']],
      ['State', ['FINISHED', 'LOST', 'FINISHED']],
      ['Duration (s)', [1.501, 5, undefined]],
      ['loss last', [undefined, undefined, 0.1 + 0.2]],
      ['loss when', [undefined, undefined, start]],
    ];
    assert.deepEqual(
      columns.map(({ name, cells }) => [name, cells]),
      expected,
    );
    const text = await textOf(columns, 'csv', { ...options, turn: hostTurns() });
    assert.equal(text.split('\r\n')[3], 'run a,FINISHED,,0.30000000000000004,2023-11-14T22:13:20.000Z');
  });

  it('are whole in every format whatever their names are, and run in no spreadsheet', async () => {
    const columns = await read({ runs: ['c'], of: ['2'] });
    const { signal, turn } = plainOptions();
    const text = (format: (typeof tableFormats)[number]) => textOf(columns, format, { signal, turn });
    const [object] = JSON.parse(await text('json')) as Record<string, string>[];
    for (const key of odd) {
      assert.equal(object?.[`params.${key}`], key);
    }
    assert.ok((await text('csv')).includes(`'=HYPERLINK`));
    assert.ok((await text('tsv')).includes(`'=HYPERLINK`));
    for (const format of tableFormats) {
      assert.ok((await text(format)).includes('長'.repeat(250)), format);
    }
  });

  it('are files that other programs read, written in blocks', async () => {
    const columns = await read({ runs: ['a', 'b'], of: ['1'] });
    for (const format of exportFormats) {
      const parts: Uint8Array[] = [];
      await tableBytes(columns, format, (bytes) => void parts.push(bytes), plainOptions());
      const bytes = Buffer.concat(parts);
      if (format === 'parquet') {
        const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
        const [first, second] = await parquetReadObjects({ file });
        assert.equal(first?.['metrics.loss'], 0.1 + 0.2);
        assert.ok(Number.isNaN(second?.['metrics.loss']));
        assert.deepEqual(first?.['start_time'], new Date(start));
        assert.deepEqual([first?.['end_time'] ?? null, second?.['tags.team'] ?? null], [null, null]);
        assert.equal(second?.['params.optim"izer'], 'adam\n');
      } else {
        assert.equal(bytes.toString(), await textOf(columns, format, plainOptions()), format);
      }
    }
  });

  it('are Parquet with every row and column, a column at a time, also of several groups and of the same name', async () => {
    const count = 10_003;
    const wide: RunColumn[] = Array.from({ length: 6 }, (_, column) => ({
      name: column < 2 ? 'same' : `c${column}`,
      kind: column % 2 === 0 ? 'number' : 'text',
      cells: Array.from({ length: count }, (_, row) => (column % 2 === 0 ? row + column : `${row} ${column}`)),
    }));
    const parts = [...parquetSteps(wide)];
    assert.ok(parts.length > 2 * wide.length);
    const bytes = Buffer.concat(parts.map((part) => part.bytes));
    const rows = await parquetReadObjects({
      file: bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength),
    });
    assert.equal(rows.length, count);
    assert.deepEqual(Object.keys(rows[0] ?? {}), ['same', 'same (2)', 'c2', 'c3', 'c4', 'c5']);
    for (const row of [0, 9999, 10_000, 10_002]) {
      const { same, c5, ...others } = rows[row] ?? {};
      assert.deepEqual([same, others['same (2)'], c5], [row, `${row} 1`, `${row} 5`]);
    }
  });

  it('leave others their turn: no step writes more than some thousand cells', () => {
    const columns = 210;
    const source: RowSource = {
      header: Array.from({ length: columns }, (_, place) => `c${place}`),
      count: 2000,
      row: () => Array.from({ length: columns }, () => 0.125),
      isNumeric: () => true,
    };
    for (const format of tableFormats) {
      let before = 0;
      for (const { done } of tableTextSteps(source, format)) {
        assert.ok((done - before) * columns <= 5000, format);
        before = done;
      }
      assert.equal(before, 2000, format);
    }
  });

  describe('in a file', () => {
    let folder: string;
    beforeEach(async () => {
      folder = await mkdtemp(path.join(os.tmpdir(), 'labbook-export-'));
    });
    afterEach(() => rm(folder, { recursive: true }));

    it('take the place of what was there, which stays where it fails or is given up', async () => {
      const file = path.join(folder, 'runs.csv');
      await writeFile(file, 'before');
      const columns = await read({ runs: ['a', 'b'], of: ['1'] });
      const abort = new AbortController();
      const turn = (): Promise<void> => {
        abort.abort(new Error('given up'));
        return Promise.resolve();
      };
      await assert.rejects(writeTable(file, columns, 'csv', { signal: abort.signal, turn }), /given up/);
      assert.deepEqual([await readdir(folder), await readFile(file, 'utf8')], [['runs.csv'], 'before']);
      await writeTable(file, columns, 'csv', plainOptions());
      assert.deepEqual(await readdir(folder), ['runs.csv']);
      assert.match(await readFile(file, 'utf8'), /^run_id,run_name/);
      await assert.rejects(writeTable(path.join(folder, 'no', 'runs.csv'), columns, 'csv', plainOptions()), {
        code: 'ENOENT',
      });
    });
  });
});
