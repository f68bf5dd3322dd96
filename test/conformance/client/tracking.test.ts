import assert from 'node:assert/strict';
import { openChangeFeed } from '../../../src/client/changeFeed';
import { RequestError } from '../../../src/client/requestError';
import { metricColumns } from '../../../src/client/seriesFromHistory';
import type { RunningServer } from '../../../src/client/serverTypes';
import { connectTracking } from '../../../src/client/tracking';
import type { TrackingClient } from '../../../src/client/types';
import type { SeriesRequest } from '../../../src/protocol/extras';
import { decodeSeries } from '../../../src/protocol/seriesCodec';
import { until } from '../../fakes/labbookServer';
import { logPoints, Recorder, script, startRun, TemporaryStore, upload } from './harness';
import { PlainServer } from './plainServer';

const failsWith = (status: number, code: string, message: RegExp) => (error: unknown) => {
  assert.ok(error instanceof RequestError, String(error));
  assert.deepEqual([error.status, error.code], [status, code]);
  assert.match(error.message, message);
  return true;
};

describe('client: the tracking API', () => {
  let store: TemporaryStore;
  let server: RunningServer;
  let client: TrackingClient;
  let plain: PlainServer;
  /** The same server as one that has no extras. */
  let plainClient: TrackingClient;
  before(async () => {
    store = await TemporaryStore.make();
    server = await store.ensure();
    client = await store.connect(server);
    plain = await PlainServer.start(server.address);
    store.owned.push(plain);
    plainClient = await connectTracking(plain.address);
    store.owned.push(plainClient);
  });
  after(() => store.dispose());

  it('knows what it is connected to', () => {
    assert.equal(client.has('series'), true);
    assert.equal(client.info?.pid, server.pid);
    assert.equal(plainClient.info, undefined);
    assert.equal(plainClient.has('series'), false);
  });

  it('refuses what is no tracking server, or does not let us in, without telling the token', async () => {
    const { url } = server.address;
    await assert.rejects(connectTracking({ url, token: 'wrong' }), failsWith(401, 'UNAUTHENTICATED', /./));
    await assert.rejects(connectTracking({ url: 'http://127.0.0.1:1', token: 'secret' }), (error) => {
      assert.ok(error instanceof RequestError);
      assert.equal(error.failure, 'unreachable');
      assert.match(error.message, /^Nothing answers at http:\/\/127.0.0.1:1/);
      assert.ok(!JSON.stringify(error).includes('secret') && !String(error.stack).includes('secret'));
      return true;
    });
    await assert.rejects(connectTracking({ ...server.address, url: `${url}/elsewhere` }), { failure: 'status' });
  });

  it('creates, finds, renames, tags, deletes and restores experiments', async () => {
    const id = await client.createExperiment('first é');
    assert.equal((await client.getExperimentByName('first é'))?.id, id);
    assert.equal(await client.getExperimentByName('no such'), undefined);
    await client.renameExperiment(id, 'second & third');
    await client.setExperimentTag(id, 'labbook.baseline', '');
    const experiment = await client.getExperiment(id);
    assert.deepEqual([experiment.name, experiment.stage], ['second & third', 'active']);
    assert.deepEqual(experiment.tags, [{ key: 'labbook.baseline', value: '' }]);
    await client.deleteExperiment(id);
    assert.deepEqual(
      (await client.searchExperiments({ view: 'DELETED_ONLY' })).items.map((each) => each.id),
      [id],
    );
    await client.restoreExperiment(id);
    assert.deepEqual((await client.allExperiments()).map((each) => each.id).sort(), ['0', id]);
    await assert.rejects(
      client.createExperiment('second & third'),
      failsWith(400, 'RESOURCE_ALREADY_EXISTS', /second/),
    );
    await assert.rejects(client.getExperiment('4711'), failsWith(404, 'RESOURCE_DOES_NOT_EXIST', /4711/));
  });

  it('deletes for good what is deleted', async () => {
    const id = await client.createExperiment('for good');
    const { run } = await script(server, 'runs/create', { experiment_id: id });
    const { run_id: runId } = (run as { info: { run_id: string } }).info;
    await upload(server, (await client.getRun(runId)).info, 'a.txt', 'text');
    const what = { runIds: [], experimentIds: [id] };
    await assert.rejects(client.purge(what), failsWith(400, 'INVALID_PARAMETER_VALUE', /Delete it first/));
    await client.deleteExperiment(id);
    const expected = { runs: 1, experiments: 1, bytes: 4, keptArtifacts: [] };
    const { items, ...counted } = await client.purge({ ...what, dryRun: true });
    assert.deepEqual(counted, expected);
    assert.deepEqual(
      items.map(({ kind, id: of, bytes, runs }) => [kind, of, bytes, runs]),
      [['experiment', id, 4, 1]],
    );
    assert.deepEqual(await client.purge(what), { ...expected, items: [] });
    assert.equal(await client.getExperimentByName('for good'), undefined);
    assert.equal(client.has('purge'), true);
    await assert.rejects(plainClient.purge(what), /cannot delete for good/);
  });

  it('renames, ends, tags, deletes and restores runs', async () => {
    const id = await startRun(server, 'run');
    assert.equal((await client.updateRun(id, { name: 'renamed' })).name, 'renamed');
    const ended = await client.updateRun(id, { status: 'KILLED', endTime: 9007199254740993n });
    assert.deepEqual([ended.status, ended.endTime], ['KILLED', 9007199254740993n]);
    await client.setTag(id, 'note', 'a\nb');
    assert.ok((await client.getRun(id)).tags.some(({ key, value }) => key === 'note' && value === 'a\nb'));
    await client.deleteTag(id, 'note');
    assert.ok(!(await client.getRun(id)).tags.some(({ key }) => key === 'note'));
    await client.deleteRun(id);
    assert.equal((await client.getRun(id)).info.stage, 'deleted');
    await client.restoreRun(id);
    assert.equal((await client.getRun(id)).info.stage, 'active');
  });

  it('reads all pages, and only as many as asked for', async () => {
    const experimentId = await client.createExperiment('pages');
    const ids: string[] = [];
    for (let i = 0; i < 7; i++) {
      const { run } = await script(server, 'runs/create', { experiment_id: experimentId, start_time: 1000 + i });
      ids.unshift((run as { info: { run_id: string } }).info.run_id);
    }
    const query = { experimentIds: [experimentId], maxResults: 2 };
    assert.deepEqual(
      (await client.allRuns(query)).map(({ info }) => info.id),
      ids,
    );
    assert.deepEqual(
      (await client.allRuns(query, { limit: 3 })).map(({ info }) => info.id),
      ids.slice(0, 3),
    );
    const page = await client.searchRuns(query);
    assert.equal(page.items.length, 2);
    assert.ok(page.nextPageToken);
    const slots = await client.slots([...ids, 'unknown']);
    assert.deepEqual(slots, new Map(ids.map((id, i) => [id, 6 - i])));
    assert.equal(await plainClient.slots(ids), undefined);
  });

  it('can be cancelled', async () => {
    const controller = new AbortController();
    const search = client.searchRuns({ experimentIds: ['0'] }, { signal: controller.signal });
    controller.abort();
    await assert.rejects(search, { failure: 'aborted' });
  });

  it('lists and reads files, whole and in part, also from a server that knows no parts', async () => {
    const { info } = await client.getRun(await startRun(server, 'files'));
    await upload(server, info, 'model/weights +1 & ü.bin', '0123456789');
    await upload(server, info, 'empty.txt', '');
    assert.deepEqual(await client.listArtifacts(info.id, ''), [
      { path: 'model', isDirectory: true, size: undefined },
      { path: 'empty.txt', isDirectory: false, size: 0 },
    ]);
    const [file] = await client.listArtifacts(info.id, 'model');
    assert.deepEqual(file, { path: 'model/weights +1 & ü.bin', isDirectory: false, size: 10 });
    for (const each of [client, plainClient]) {
      const read = async (limit?: number): Promise<[string, number]> => {
        const { bytes, size } = await each.readArtifact(info, file.path, limit === undefined ? {} : { limit });
        return [Buffer.from(bytes).toString(), size];
      };
      assert.deepEqual(await read(), ['0123456789', 10]);
      assert.deepEqual(await read(4), ['0123', 10]);
      assert.deepEqual(await read(100), ['0123456789', 10]);
      assert.deepEqual(await read(0), ['', 10]);
      const part = await each.openArtifact(info, file.path, { range: { start: 3, length: 4 } });
      assert.equal(part.size, 10);
      assert.equal(Buffer.concat(await part.body.toArray()).toString(), '3456');
      assert.deepEqual((await each.readArtifact(info, 'empty.txt', { limit: 10 })).size, 0);
    }
    await assert.rejects(client.readArtifact(info, 'missing'), failsWith(404, 'RESOURCE_DOES_NOT_EXIST', /missing/));
    await assert.rejects(client.readArtifact(info, '../../server.json'), { failure: 'malformed' });
  });

  it('reads histories exactly, and makes the same curves from them as the server', async () => {
    const start = 1_700_000_000_000;
    const runs = [await startRun(server, 'a', start), await startRun(server, 'b', start + 5)];
    const odd: (number | string)[] = ['NaN', 'Infinity', '-Infinity', 5e-324, 1.7976931348623157e308, -0];
    for (const runId of runs) {
      await logPoints(
        server,
        runId,
        Array.from({ length: 3000 }, (_, i) => ({
          key: 'loss',
          value: i % 500 < odd.length ? (odd[i % 500] ?? 0) : Math.sin(i / 50),
          // Steps are logged twice, and time goes back once.
          step: i >> 1,
          timestamp: start + (i === 2000 ? 0 : i * 37),
        })),
      );
      await logPoints(server, runId, [{ key: 'one point', value: 2, timestamp: start + 1, step: 7 }]);
    }
    const [first = ''] = runs;
    const history = await client.wholeMetricHistory(first, 'loss');
    assert.equal(history.length, 3000);
    assert.equal((await client.getMetricHistory(first, 'loss', { maxResults: 10 })).items.length, 10);
    assert.deepEqual(await client.wholeMetricHistory(first, 'no such'), []);

    const raw = await client.series({ run_ids: [first], keys: ['loss'], x: 'step', max_points: 10_000 });
    const { step: x, value: y } = metricColumns(history);
    const { version } = raw[0] ?? {};
    assert.deepEqual(raw, [
      { runId: first, key: 'loss', total: 3000, first: 0, version, series: { kind: 'raw', x, y } },
    ]);

    const requests: SeriesRequest[] = (['step', 'time', 'relative'] as const).map((axis) => ({
      run_ids: runs,
      keys: ['one point', 'loss', 'no such'],
      x: axis,
      max_points: 100,
    }));
    requests.push({ run_ids: runs, keys: ['loss'], x: 'step', max_points: 50, range: { min: 100, max: 999.5 } });
    requests.push({
      run_ids: runs,
      keys: ['loss'],
      x: { expression: '2 * loss' },
      max_points: 50,
      smoothing: { kind: 'gaussian', amount: 3 },
      known: [{ run_id: first, key: 'loss', version: version ?? '' }],
    });
    for (const request of requests) {
      const fromServer = await client.series(request);
      assert.equal(fromServer.length, request.keys.length > 1 ? 4 : 2);
      assert.deepEqual(await plainClient.series(request), fromServer);
      assert.deepEqual(decodeSeries(await plainClient.seriesBuffer(request)), fromServer);
      assert.deepEqual(decodeSeries(await client.seriesBuffer(request)), fromServer);
    }
  });

  it('notices changes on a server without a feed', async () => {
    const feed = openChangeFeed(plain.address, plainClient, { times: { poll: 30 } });
    store.owned.push(feed);
    const recorder = new Recorder(feed);
    assert.ok(await recorder.connected());
    const runId = await startRun(server, 'seen');
    assert.ok(await until(() => recorder.aspectsOf(runId).has('info')));
    const count = recorder.batches.length;
    await logPoints(server, runId, [{ key: 'loss', value: 'NaN', timestamp: 1, step: 1 }]);
    assert.ok(await until(() => recorder.batches.length > count));
    assert.deepEqual(recorder.batches.at(-1)?.runs, [{ run_id: runId, experiment_id: '0', aspects: ['metrics'] }]);
    const id = await client.createExperiment('seen too');
    assert.ok(await until(() => recorder.batches.some(({ experiments }) => experiments.includes(id))));
    assert.deepEqual(recorder.resets, 0);
  });
});
