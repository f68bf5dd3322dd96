import assert from 'node:assert/strict';
import { parquetReadObjects } from 'hyparquet';
import type { Run } from '../../../src/core/model';
import { runColumns, runsAsPython, runsTable } from '../../../src/core/runsTable';
import { parquetOf } from '../../../src/host/export/parquet';

const run = (id: string, change: Partial<Run> = {}): Run => ({
  info: {
    id,
    experimentId: '1',
    name: `run ${id}`,
    userId: '',
    status: 'FINISHED',
    startTime: 1_700_000_000_000,
    endTime: undefined,
    stage: 'active',
    artifactUri: '',
  },
  metrics: [],
  params: [],
  tags: [],
  ...change,
});

const runs = [
  run('a', {
    metrics: [{ key: 'loss', value: 0.1 + 0.2, step: 1, timestamp: 1 }],
    params: [{ key: 'lr', value: '0.1' }],
    tags: [
      { key: 'team', value: 'vision' },
      { key: 'mlflow.user', value: 'ada' },
    ],
  }),
  run('b', {
    metrics: [{ key: 'loss', value: NaN, step: 1, timestamp: 1 }],
    params: [
      { key: 'lr', value: '1e-3' },
      { key: 'optim"izer', value: 'adam\n' },
    ],
  }),
];

describe('runs as a table', () => {
  const columns = runColumns(runs, (id) => `experiment ${id}`);

  it('have the columns of search_runs, each name once', () => {
    const { header, rows } = runsTable(columns);
    assert.deepEqual(header, [
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
    ]);
    assert.deepEqual(rows[0], [
      'a',
      'run a',
      '1',
      'experiment 1',
      'FINISHED',
      '2023-11-14T22:13:20.000Z',
      undefined,
      0.30000000000000004,
      '0.1',
      undefined,
      'vision',
    ]);
  });

  it('are a Parquet file that other programs read', async () => {
    const bytes = parquetOf(columns);
    const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
    const [first, second] = await parquetReadObjects({ file });
    assert.equal(first?.['metrics.loss'], 0.30000000000000004);
    assert.ok(Number.isNaN(second?.['metrics.loss']));
    assert.deepEqual(first?.['start_time'], new Date(1_700_000_000_000));
    assert.deepEqual([first?.['end_time'] ?? null, second?.['tags.team'] ?? null], [null, null]);
    assert.equal(second?.['params.optim"izer'], 'adam\n');
  });

  it('are Python that gets them again', () => {
    assert.equal(
      runsAsPython(runs),
      [
        'import mlflow',
        '',
        '# run a',
        'run = mlflow.get_run("a")',
        'params = {',
        '    "lr": 0.1,',
        '}',
        '',
        '# run b',
        'run = mlflow.get_run("b")',
        'params = {',
        '    "lr": 1e-3,',
        '    "optim\\"izer": "adam\\n",',
        '}',
        '',
      ].join('\n'),
    );
  });
});
