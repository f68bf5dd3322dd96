import assert from 'node:assert/strict';
import { openChangeFeed } from '../../../src/client/changeFeed';
import { RequestError } from '../../../src/client/requestError';
import { connectTracking } from '../../../src/client/tracking';
import type { TrackingClient } from '../../../src/client/types';
import { decodeTableColumns, decodeTableRows } from '../../../src/protocol/tableCodec';
import type { MetricAggregate, TableRequest } from '../../../src/protocol/tableTypes';
import { until } from '../../fakes/labbookServer';
import { MlflowServer } from '../../fakes/mlflowServer';
import { logPoints, Recorder, startRun, upload } from './harness';

// The UI must not assume that the server is the built-in one, so here it talks to MLflow's own.
describe('client: MLflow’s own server', () => {
  let server: MlflowServer;
  let client: TrackingClient;
  before(async function () {
    this.timeout(120_000);
    server = await MlflowServer.start();
    client = await connectTracking(server.address);
  });
  after(async () => {
    client?.dispose();
    await server?.dispose();
  });

  it('is known as one without extras', async () => {
    assert.equal(client.info, undefined);
    assert.equal(client.has('events'), false);
    assert.equal(await client.slots(['r']), undefined);
  });

  it('creates, finds, renames, tags, deletes and restores experiments', async () => {
    const id = await client.createExperiment('first é');
    await client.renameExperiment(id, 'second & third');
    assert.equal((await client.getExperimentByName('second & third'))?.id, id);
    assert.equal(await client.getExperimentByName('no such'), undefined);
    await client.setExperimentTag(id, 'labbook.primaryMetric', 'loss min');
    assert.deepEqual((await client.getExperiment(id)).tags, [{ key: 'labbook.primaryMetric', value: 'loss min' }]);
    await client.deleteExperiment(id);
    assert.equal((await client.searchExperiments({ view: 'DELETED_ONLY' })).items[0]?.id, id);
    await client.restoreExperiment(id);
    assert.ok((await client.allExperiments()).some((experiment) => experiment.id === id));
    await assert.rejects(client.getRun('f'.repeat(32)), (error) => {
      assert.ok(error instanceof RequestError);
      assert.deepEqual([error.status, error.code], [404, 'RESOURCE_DOES_NOT_EXIST']);
      return true;
    });
  });

  it('reads, renames, ends, tags, deletes and restores runs', async () => {
    const ids: string[] = [];
    for (let i = 0; i < 3; i++) {
      ids.unshift(await startRun(server, `run ${i}`, 1000 + i));
    }
    assert.deepEqual(
      (await client.allRuns({ experimentIds: ['0'], maxResults: 2 })).map(({ info }) => info.id),
      ids,
    );
    const [id = ''] = ids;
    assert.equal((await client.updateRun(id, { name: 'renamed' })).name, 'renamed');
    const ended = await client.updateRun(id, { status: 'FINISHED', endTime: 1234 });
    assert.deepEqual([ended.status, ended.endTime], ['FINISHED', 1234]);
    await client.setTag(id, 'note', 'a\nb');
    await client.deleteRun(id);
    const run = await client.getRun(id);
    assert.equal(run.info.stage, 'deleted');
    assert.ok(run.tags.some(({ key, value }) => key === 'note' && value === 'a\nb'));
    await client.restoreRun(id);
    await client.deleteTag(id, 'note');
    assert.ok(!(await client.getRun(id)).tags.some(({ key }) => key === 'note'));
  });

  it('makes curves from histories', async () => {
    const runId = await startRun(server, 'curves', 5_000);
    const values = Array.from({ length: 1500 }, (_, i) => Math.sin(i / 30));
    await logPoints(
      server,
      runId,
      values.map((value, step) => ({ key: 'loss', value, step, timestamp: 5_000 + step * 500 })),
    );
    const request = { run_ids: [runId], keys: ['loss', 'none'], x: 'relative', max_points: 2000 } as const;
    const [raw, ...more] = await client.series({ ...request, run_ids: [runId], keys: ['loss', 'none'] });
    assert.equal(more.length, 0);
    assert.ok(raw?.series.kind === 'raw');
    assert.deepEqual([...raw.series.y], values);
    assert.deepEqual([...raw.series.x.slice(0, 3)], [0, 0.5, 1]);
    const [thinned] = await client.series({ ...request, run_ids: [runId], keys: ['loss'], max_points: 100 });
    assert.ok(thinned?.series.kind === 'thinned' && thinned.series.x.length <= 100);
    assert.equal(thinned.total, 1500);
  });

  it('lists and reads files', async () => {
    const { info } = await client.getRun(await startRun(server, 'files'));
    await upload(server, info, 'model/weights +1 ü.bin', '0123456789');
    await upload(server, info, 'empty.txt', '');
    assert.deepEqual(
      (await client.listArtifacts(info.id, '')).map(({ path, isDirectory }) => [path, isDirectory]),
      [
        ['model', true],
        ['empty.txt', false],
      ],
    );
    const [file] = await client.listArtifacts(info.id, 'model');
    assert.deepEqual(file, { path: 'model/weights +1 ü.bin', isDirectory: false, size: 10 });
    const { bytes, size } = await client.readArtifact(info, file.path, { limit: 4 });
    assert.equal(Buffer.from(bytes).toString(), '0123');
    assert.equal(size, 10);
    assert.equal((await client.readArtifact(info, 'empty.txt', { limit: 4 })).bytes.length, 0);
    await assert.rejects(client.readArtifact(info, 'missing'), { failure: 'status' });
  });

  it('tells what changes', async () => {
    const feed = openChangeFeed(server.address, client, { times: { poll: 100 } });
    try {
      const recorder = new Recorder(feed);
      assert.ok(await recorder.connected());
      const runId = await startRun(server, 'seen');
      await logPoints(server, runId, [{ key: 'loss', value: 'NaN', timestamp: 1, step: 1 }]);
      assert.ok(await until(() => recorder.aspectsOf(runId).has('metrics')));
    } finally {
      feed.dispose();
    }
  });

  it('makes the table of its runs from searches and histories', async () => {
    const [first, second] = [await startRun(server, 'first', 5000), await startRun(server, 'second', 6000)];
    const points = [1, 'NaN', 3].map((value, step) => ({ key: 'table/loss', value, timestamp: 7000 + step, step }));
    await logPoints(server, first, points);
    await logPoints(server, second, points.slice(0, 1));
    await client.setTag(second, 'mlflow.parentRunId', first);
    const request: TableRequest = { experiment_ids: ['0'], run_ids: [first, second], stage: 'active' };
    const rows = decodeTableRows(await client.tableRows(request));
    assert.deepEqual(
      [rows.id, rows.name, rows.parent],
      [
        [second, first],
        ['second', 'first'],
        [first, ''],
      ],
    );
    assert.deepEqual(rows.metrics, [{ key: 'table/loss', runs: 2, differs: true }]);
    assert.ok((rows.slot[0] ?? 0) > (rows.slot[1] ?? 0));
    const metric = (aggregate: MetricAggregate) => ({ kind: 'metric', key: 'table/loss', aggregate }) as const;
    const columns = [
      metric('last'),
      metric('max'),
      metric('count'),
      { kind: 'metricAt', key: 'table/loss', step: 1 } as const,
    ];
    const answer = decodeTableColumns(await client.tableColumns({ ...request, columns }));
    const cells = answer.columns.map(({ number, ...column }) =>
      rows.id.map((_, i) => {
        const at = number.indexOf(rows.number[i] ?? -1);
        return at < 0 || column.kind === 'texts' ? undefined : column.value[at];
      }),
    );
    assert.deepEqual(cells, [
      [1, 3],
      [1, 3],
      [1, 3],
      [undefined, NaN],
    ]);
    await client.deleteRun(second);
    assert.deepEqual(decodeTableRows(await client.tableRows(request)).id, [first]);
  });
});
