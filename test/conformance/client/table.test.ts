import assert from 'node:assert/strict';
import type { RunningServer } from '../../../src/client/serverTypes';
import { connectTracking } from '../../../src/client/tracking';
import type { TrackingClient } from '../../../src/client/types';
import { decodeTableColumns, decodeTableRows } from '../../../src/protocol/tableCodec';
import {
  metricAggregates,
  type ColumnId,
  type ColumnsRequest,
  type TableRequest,
} from '../../../src/protocol/tableTypes';
import { logPoints, script, startRun, TemporaryStore } from './harness';
import { PlainServer } from './plainServer';

const columns: readonly ColumnId[] = [
  ...metricAggregates.map((aggregate) => ({ kind: 'metric', key: 'val/loss', aggregate }) as const),
  { kind: 'metric', key: 'once', aggregate: 'max' },
  { kind: 'metricAt', key: 'val/loss', step: 1 },
  { kind: 'metricAt', key: 'val/loss', step: 2 },
  { kind: 'param', key: 'lr' },
  { kind: 'tag', key: '出所' },
  { kind: 'tag', key: 'nobody has it' },
];

/** What a table says, by run id, as numbers of runs are each client's own. */
async function tableOf(client: TrackingClient, request: TableRequest) {
  const rows = decodeTableRows(await client.tableRows(request));
  const asked: ColumnsRequest = { ...request, columns: [...columns] };
  const answer = decodeTableColumns(await client.tableColumns(asked));
  const idOf = new Map(rows.id.map((id, i) => [rows.number[i], id]));
  const cells = answer.columns.map((column) =>
    [...column.number]
      .map((number, i) => {
        const value = column.kind === 'numbers' ? column.value[i] : column.values[column.code[i] ?? -1];
        return `${idOf.get(number)} ${value}`;
      })
      .sort(),
  );
  return { ...rows, number: undefined, revision: undefined, cells };
}

describe('client: the table of runs', () => {
  let store: TemporaryStore;
  let server: RunningServer;
  let client: TrackingClient;
  /** The same server as one that has no extras. */
  let plainClient: TrackingClient;
  const runs: string[] = [];

  before(async () => {
    store = await TemporaryStore.make();
    server = await store.ensure();
    client = await store.connect(server);
    const plain = await PlainServer.start(server.address);
    store.owned.push(plain);
    plainClient = await connectTracking(plain.address);
    store.owned.push(plainClient);
    for (let i = 0; i < 5; i++) {
      const id = await startRun(server, `run ${i}`, 1_700_000_000_000 + i * 1000);
      runs.push(id);
      const points = [1, 2, 2, 3].map((step, at) => ({
        key: 'val/loss',
        value: at === 3 && i === 1 ? 'NaN' : i + at / 4,
        timestamp: 1_700_000_000_000 + at,
        step: i === 4 ? step * 2 : step,
      }));
      await logPoints(server, id, [...points, ...(i === 2 ? [{ key: 'once', value: 5, timestamp: 1, step: 0 }] : [])]);
      await script(server, 'runs/log-parameter', { run_id: id, key: 'lr', value: i < 2 ? '0.1' : '0.01' });
      if (i > 0) {
        await client.setTag(id, '出所', `<b>${i}</b>`);
        await client.setTag(id, 'mlflow.parentRunId', runs[0] ?? '');
      }
    }
  });
  after(() => store.dispose());

  it('tells how many runs it has read, where that takes many requests', async () => {
    const read: number[] = [];
    await plainClient.tableRows({ experiment_ids: ['0'], stage: 'active' }, { onRead: (runs) => read.push(runs) });
    assert.deepEqual(read, [5]);
  });

  it('is the same over a server that has none, for which the client makes it', async () => {
    assert.equal(client.has('table'), true);
    assert.equal(plainClient.has('table'), false);
    const request: TableRequest = { experiment_ids: ['0'], stage: 'active' };
    const table = await tableOf(client, request);
    assert.deepEqual(table.id, [...runs].reverse());
    assert.deepEqual(
      table.metrics.map(({ key, runs: count, differs }) => [key, count, differs]),
      [
        ['once', 1, true],
        ['val/loss', 5, true],
      ],
    );
    assert.deepEqual(await tableOf(plainClient, request), table);
  });

  it('follows what changed, in either way', async () => {
    const [first = '', second = ''] = runs;
    await client.setTag(second, '出所', 'new');
    await client.deleteTag(second, 'mlflow.parentRunId');
    await client.updateRun(second, { name: 'renamed', status: 'FAILED' });
    await client.deleteRun(first);
    await logPoints(server, second, [{ key: 'val/loss', value: 40, timestamp: 1_700_000_001_000, step: 9 }]);
    const request: TableRequest = { experiment_ids: ['0'], stage: 'active', run_ids: [first, second, 'nobody'] };
    const table = await tableOf(client, request);
    assert.deepEqual([table.id, table.name, table.status], [[second], ['renamed'], ['FAILED']]);
    assert.deepEqual(await tableOf(plainClient, request), table);
    const deleted: TableRequest = { experiment_ids: ['0'], stage: 'deleted' };
    assert.deepEqual((await tableOf(client, deleted)).id, [first]);
    assert.deepEqual(await tableOf(plainClient, deleted), await tableOf(client, deleted));
  });

  it('counts runs, where the server does', async () => {
    assert.equal(await client.countRuns(['0'], 'active'), 4);
    assert.equal(await client.countRuns(['0', '77'], 'deleted'), 1);
    assert.equal(await plainClient.countRuns(['0'], 'active'), undefined);
  });

  it('refuses what makes no sense', async () => {
    const post = (path: string, body: object) =>
      fetch(`${server.address.url}/api/labbook/1.0/table/${path}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${server.address.token}`, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
    const ids = { experiment_ids: ['0'] };
    const many = Array.from({ length: 1001 }, (_, i) => ({ kind: 'param', key: `p${i}` }));
    for (const [path, body] of [
      ['rows', { ...ids, stage: 'gone' }],
      ['rows', { experiment_ids: 7 }],
      ['columns', { ...ids, columns: many }],
      ['columns', { ...ids, columns: [{ kind: 'metric' }] }],
      ['columns', { ...ids, columns: [{ kind: 'metric', key: 'a', aggregate: 'median' }] }],
      ['columns', { ...ids, columns: [{ kind: 'metricAt', key: 'a', step: 0.5 }] }],
    ] as const) {
      const response = await post(path, body);
      assert.equal(response.status, 400, JSON.stringify(body).slice(0, 100));
      assert.match(await response.text(), /INVALID_PARAMETER_VALUE/);
    }
    const none = await post('rows', { experiment_ids: ['77', 'x'] });
    assert.equal(decodeTableRows(await none.arrayBuffer()).id.length, 0);
  });
});
