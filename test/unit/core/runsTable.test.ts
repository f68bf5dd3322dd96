import assert from 'node:assert/strict';
import type { Run } from '../../../src/core/model';
import { runsAsPython } from '../../../src/core/runsTable';

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

describe('runs for other programs', () => {
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
