import assert from 'node:assert/strict';
import { readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { openChangeFeed } from '../../../src/client/changeFeed';
import { findServer, readDiscovery } from '../../../src/client/discovery';
import { ensureServer, isAlive, ServerProcessError, stopServer } from '../../../src/client/serverProcess';
import { until } from '../../fakes/labbookServer';
import { Recorder, script, startRun, TemporaryStore } from './harness';

describe('client: the server process', () => {
  let store: TemporaryStore;
  beforeEach(async () => {
    store = await TemporaryStore.make();
  });
  afterEach(() => store.dispose());

  it('starts a server where there is none, and finds it the next time', async () => {
    assert.equal(await findServer(store.folder), undefined);
    const said: string[] = [];
    const started = await store.ensure({ onProgress: (phase) => said.push(phase) });
    assert.equal(started.started, true);
    assert.deepEqual(said, ['starting']);
    const found = await store.ensure({ onProgress: assert.fail });
    assert.deepEqual({ ...found, started: true }, started);
    assert.equal((await stat(path.join(store.folder, 'server.log'))).mode & 0o777, 0o600);
  });

  it('gives one server to windows that race', async () => {
    const servers = await Promise.all([1, 2, 3].map(() => store.ensure()));
    assert.equal(new Set(servers.map(({ pid }) => pid)).size, 1);
    assert.equal(new Set(servers.map(({ address }) => address.url)).size, 1);
    assert.equal(servers.filter(({ started }) => started).length, 1);
  });

  it('stops a server cleanly, and starts it again at the same port with the same token', async () => {
    const first = await store.ensure();
    await stopServer(first);
    assert.equal(isAlive(first.pid), false);
    assert.equal(await readDiscovery(store.folder), undefined);
    const second = await store.ensure({ preferPort: Number(new URL(first.address.url).port) });
    assert.notEqual(second.pid, first.pid);
    assert.deepEqual(second.address, first.address);
  });

  it('ignores a leftover discovery file, also one that names another store’s server', async () => {
    const other = await TemporaryStore.make();
    try {
      const foreign = await other.ensure();
      const text = await readFile(path.join(other.folder, 'server.json'), 'utf8');
      await writeFile(path.join(store.folder, 'server.json'), text);
      assert.equal(await findServer(store.folder), undefined);
      const own = await store.ensure();
      assert.notEqual(own.pid, foreign.pid);
    } finally {
      await other.dispose();
    }
  });

  it('says why the server did not start', async () => {
    await writeFile(path.join(store.folder, 'catalog.sqlite'), 'not a database');
    await assert.rejects(store.ensure(), (error) => {
      assert.ok(error instanceof ServerProcessError);
      assert.match(error.message, /catalog\.sqlite/);
      return true;
    });
    await assert.rejects(store.ensure({ cliPath: '/nowhere/labbook.cjs' }), /Cannot find module/);
    await assert.rejects(
      store.ensure({ execPath: '/nowhere/node' }),
      /cannot be started: spawn \/nowhere\/node ENOENT/,
    );
    await assert.rejects(
      store.ensure({ storeFolder: path.join(store.folder, 'catalog.sqlite', 'inside') }),
      /folder cannot be made/,
    );
  });

  it('can be cancelled while it waits', async () => {
    const controller = new AbortController();
    const waiting = ensureServer(store.options({ signal: controller.signal, onProgress: () => controller.abort() }));
    await assert.rejects(waiting, { name: 'AbortError' });
    assert.ok(
      await until(async () => (await findServer(store.folder)) !== undefined),
      'the server is there for the next',
    );
  });

  it('brings a killed server back where scripts look for it, with nothing lost, and the feed goes on', async () => {
    const first = await store.ensure();
    const client = await store.connect(first);
    const runId = await startRun(first, 'long one');
    const feed = openChangeFeed(first.address, client);
    store.owned.push(feed);
    const recorder = new Recorder(feed);
    assert.ok(await recorder.connected());
    await script(first, 'runs/log-metric', { run_id: runId, key: 'loss', value: 1.5, timestamp: 1, step: 0 });
    assert.ok(await until(() => recorder.aspectsOf(runId).has('metrics')));

    await store.kill(first);
    assert.ok(await until(() => feed.state.state === 'disconnected'));
    const lost = recorder.states.find((state) => state.state === 'disconnected');
    assert.ok(lost && lost.retryAt > Date.now() - 60_000);
    assert.match(lost.reason, /broke off|ended the connection/);

    const second = await store.ensure();
    assert.equal(second.started, true);
    assert.deepEqual(second.address, first.address);
    feed.retryNow();
    assert.ok(await recorder.connected());
    assert.equal((await client.getRun(runId)).metrics[0]?.value, 1.5);
    const before = recorder.batches.length;
    await script(second, 'runs/set-tag', { run_id: runId, key: 'a', value: 'b' });
    assert.ok(await until(() => recorder.batches.length > before && recorder.aspectsOf(runId).has('tags')));
  });
});
