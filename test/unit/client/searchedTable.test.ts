import assert from 'node:assert/strict';
import { SearchedTable } from '../../../src/client/searchedTable';
import { int64 } from '../../../src/core/int64';
import type { Metric, Run } from '../../../src/core/model';
import type { MetricAggregate, TableRequest } from '../../../src/protocol/tableTypes';

const request: TableRequest = { experiment_ids: ['1'], stage: 'active' };

/** A server of one run, whose history of `loss` can be changed. */
function serverOf(values: number[]) {
  const points = (): Metric[] => values.map((value, i) => ({ key: 'loss', value, step: i * 10, timestamp: i }));
  const run = (): Run => ({
    info: {
      id: 'a',
      experimentId: '1',
      name: 'first',
      userId: '',
      status: 'RUNNING',
      startTime: int64(5) ?? 0,
      endTime: undefined,
      stage: 'active',
      artifactUri: '',
    },
    metrics: points().slice(-1),
    params: [],
    tags: [],
  });
  const server = { read: 0 };
  const table = new SearchedTable({
    searchRuns: () => Promise.resolve({ items: [run()] }),
    getRun: () => Promise.resolve(run()),
    getExperiment: () => Promise.resolve({ name: 'experiment' }),
    wholeMetricHistory: () => {
      server.read++;
      return Promise.resolve(points());
    },
  });
  const figure = async (aggregate: MetricAggregate): Promise<number | undefined> => {
    const asked = { ...request, columns: [{ kind: 'metric', key: 'loss', aggregate } as const] };
    const [column] = (await table.columns(asked)).columns;
    return column?.kind === 'numbers' ? column.value[0] : undefined;
  };
  return { server, table, figure };
}

describe('client: the table made from searches', () => {
  it('reads a history once for all figures and where they were, until the run is read again', async () => {
    const values = [NaN, 4, 2, 9, 2, 9, Infinity];
    const { server, table, figure } = serverOf(values);
    await table.rows(request);
    assert.deepEqual([await figure('min'), await figure('minStep')], [2, 20]);
    assert.deepEqual([await figure('max'), await figure('maxStep')], [9, 30]);
    assert.deepEqual([await figure('mean'), await figure('count')], [5.2, 7]);
    assert.equal(server.read, 1);
    values.push(1);
    await table.rows({ ...request, run_ids: ['a'] });
    assert.deepEqual([await figure('min'), await figure('minStep')], [1, 70]);
    assert.equal(server.read, 2);
  });

  it('says of a metric without a finite value that its extremes are nowhere', async () => {
    const { table, figure } = serverOf([NaN, -Infinity]);
    await table.rows(request);
    for (const aggregate of ['min', 'max', 'mean', 'minStep', 'maxStep'] as const) {
      assert.ok(Number.isNaN(await figure(aggregate)), aggregate);
    }
  });
});
