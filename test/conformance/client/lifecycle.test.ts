import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, realpath, rename, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { decodeTableRows } from '../../../src/protocol/tableCodec';
import { isAlive } from '../../../src/client/serverProcess';
import { storeFolder } from '../../../src/host/platform/storeFolder';
import { until } from '../../fakes/labbookServer';
import { script, startRun, upload } from './harness';
import { builtVersion, olderVersion, Windows } from './window';

/** Minutes: three seconds. */
const soon = 0.05;

describe('windows and their server', () => {
  let folder: string;
  let store: string;
  let windows: Windows;
  beforeEach(async () => {
    folder = await realpath(await mkdtemp(path.join(os.tmpdir(), 'labbook-windows-')));
    store = path.join(folder, 'project', '.labbook');
    await mkdir(path.join(folder, 'project'));
    windows = new Windows();
  });
  afterEach(async () => {
    await windows.dispose();
    await rm(folder, { recursive: true, force: true });
  });

  const ended = (pid: number, limit = 15_000): Promise<boolean> => until(() => !isAlive(pid), limit);
  const log = (server: Parameters<typeof script>[0], runId: string, step: number): Promise<unknown> =>
    script(server, 'runs/log-metric', { run_id: runId, key: 'loss', value: step / 2, timestamp: step, step });

  describe('several on one folder', () => {
    it('share a server, hear the same, and one goes on when the other is closed', async () => {
      const [a, b] = [windows.open({ store }), windows.open({ store })];
      const [{ server }, second] = await Promise.all([a.ready(), b.ready()]);
      assert.deepEqual(second.server.address, server.address);
      assert.equal(second.server.pid, server.pid);
      const runId = await startRun(server, 'for both');
      assert.ok((await a.hears(runId)) && (await b.hears(runId)));
      a.close();
      const later = await startRun(server, 'for the one that is left');
      assert.ok(await b.hears(later));
      assert.equal(b.sessions, 1);
      assert.equal(b.connection.session?.server.pid, server.pid);
    });

    it('come to the same server again when theirs was killed, at the same address', async () => {
      const [a, b] = [windows.open({ store }), windows.open({ store })];
      const [{ server: first }] = await Promise.all([a.ready(), b.ready()]);
      const runId = await startRun(first, 'survivor');
      process.kill(first.pid, 'SIGKILL');
      assert.ok(await until(() => a.sessions > 1 && b.sessions > 1, 30_000));
      const [{ server, client }, other] = await Promise.all([a.ready(), b.ready()]);
      assert.notEqual(server.pid, first.pid);
      assert.equal(other.server.pid, server.pid);
      assert.deepEqual(server.address, first.address);
      assert.equal((await client.getRun(runId)).info.name, 'survivor');
    });
  });

  describe('several folders', () => {
    it('have a server each, which lets nobody in with the other’s token', async () => {
      const [a, b] = [windows.open({ store }), windows.open({ store: path.join(folder, 'other') })];
      const [{ server: one }, { server: two }] = await Promise.all([a.ready(), b.ready()]);
      assert.notEqual(one.pid, two.pid);
      assert.notEqual(one.address.url, two.address.url);
      const stranger = { address: { url: two.address.url, token: one.address.token ?? '' } };
      await assert.rejects(startRun(stranger, 'x'), /UNAUTHENTICATED/);
      const runId = await startRun(one, 'of the first');
      assert.ok(await a.hears(runId));
      assert.deepEqual(b.batches, []);
    });

    it('of one workspace may all hold artifacts, and nothing beside them may', async () => {
      const folders = ['first', 'second'].map((name) => path.join(folder, name));
      const { server } = await windows.open({ store, workspaceFolders: folders }).ready();
      const experiment = (name: string, place: string): Promise<unknown> =>
        script(server, 'experiments/create', { name, artifact_location: `file://${place}` });
      for (const each of folders) {
        await experiment(each, path.join(each, 'mlruns'));
      }
      await assert.rejects(experiment('beside', path.join(folder, 'third')), /INVALID_PARAMETER_VALUE/);
    });
  });

  it('without a folder share the store of all windows, which is not that of a folder', async () => {
    const of = (workspaceStorage: string | undefined): string =>
      storeFolder({
        setting: '',
        workspaceFolder: undefined,
        workspaceStorage,
        globalStorage: path.join(folder, 'global'),
        home: folder,
      });
    const [a, b] = [windows.open({ store: of(undefined) }), windows.open({ store: of(undefined) })];
    const c = windows.open({ store: of(path.join(folder, 'workspace')) });
    const [one, two, three] = await Promise.all([a.ready(), b.ready(), c.ready()]);
    assert.equal(one.server.pid, two.server.pid);
    assert.notEqual(one.server.pid, three.server.pid);
  });

  it('may all be closed while a script logs: nothing is lost, and the server ends when the script has', async () => {
    const closed = windows.open({ store, idleExitMinutes: soon });
    const { server } = await closed.ready();
    const runId = await startRun(server, 'alone');
    closed.close();
    for (let step = 0; step < 50; step++) {
      await log(server, runId, step);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    const again = windows.open({ store });
    const session = await again.ready();
    assert.equal(session.server.pid, server.pid);
    const { metrics } = await session.client.getRun(runId);
    assert.equal(metrics[0]?.value, 49 / 2);
    await script(server, 'runs/update', { run_id: runId, status: 'FINISHED', end_time: 1 });
    again.close();
    assert.ok(await ended(server.pid), 'the server is still there');
    assert.equal(existsSync(path.join(store, 'server.json')), false);
  });

  describe('and a computer that sleeps', () => {
    it('keep their session, and hear what came', async () => {
      const silence = 1200;
      const window = windows.open({ store, feed: { times: { silence } } });
      const { server } = await window.ready();
      const runId = await startRun(server, 'sleeper');
      for (let step = 0; step < 5; step++) {
        await log(server, runId, step);
      }
      process.kill(server.pid, 'SIGSTOP');
      // This process sleeps as well: all of its timers are overdue then.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 3 * silence);
      process.kill(server.pid, 'SIGCONT');
      const late = await startRun(server, 'after waking');
      assert.ok(await window.hears(late));
      assert.equal(window.sessions, 1);
    });

    it('find the same server again when it alone was held, and start none beside it', async () => {
      const window = windows.open({ store, feed: { times: { silence: 500 } } });
      const { server } = await window.ready();
      const runId = await startRun(server, 'held');
      process.kill(server.pid, 'SIGSTOP');
      assert.ok(await until(() => window.connection.state.kind === 'starting'), 'nobody noticed');
      process.kill(server.pid, 'SIGCONT');
      const session = await window.ready();
      assert.equal(session.server.pid, server.pid);
      assert.equal((await session.client.getRun(runId)).info.name, 'held');
    });

    it('do not lose the server in the moment of waking, when nobody could ask for long', async () => {
      const closed = windows.open({ store, idleExitMinutes: soon });
      const { server } = await closed.ready();
      closed.close();
      process.kill(server.pid, 'SIGSTOP');
      await new Promise((resolve) => setTimeout(resolve, 5_000));
      process.kill(server.pid, 'SIGCONT');
      assert.equal(await ended(server.pid, 1_000), false, 'it ended before a script could ask');
      await startRun(server, 'first after waking');
    });
  });

  describe('when the folder is moved', () => {
    it('begin anew at its new place with everything, and nothing is made at the old one', async () => {
      const old = windows.open({ store });
      const { server, client } = await old.ready();
      const runId = await startRun(server, 'moved');
      const { info } = await client.getRun(runId);
      await rename(path.join(folder, 'project'), path.join(folder, 'renamed'));
      const now = windows.open({ store: path.join(folder, 'renamed', '.labbook') });
      const session = await now.ready();
      assert.notEqual(session.server.pid, server.pid);
      assert.equal(isAlive(server.pid), false);
      assert.equal((await session.client.getRun(runId)).info.name, 'moved');
      await upload(session.server, info, 'a.txt', 'hello');
      assert.ok(await until(() => old.connection.state.kind === 'failed', 20_000));
      assert.ok(old.said.some((line) => line.includes(`${store} is gone`)));
      assert.deepEqual(await readdir(folder), ['renamed']);
    });

    it('and another one takes its place, leave that one alone', async () => {
      const { server, client } = await windows.open({ store }).ready();
      const { info } = await client.getRun(await startRun(server, 'moved'));
      await rename(store, `${store}-moved`);
      // As an upload to the old server does, or a server that another window starts.
      await mkdir(store);
      await writeFile(path.join(store, 'server.json'), '{}');
      assert.ok(await until(() => upload(server, info, 'a.txt', '').then(() => false, () => true))); // prettier-ignore
      assert.ok(await ended(server.pid));
      assert.equal(await readFile(path.join(store, 'server.json'), 'utf8'), '{}');
      assert.ok(!existsSync(path.join(store, 'catalog.sqlite')), 'it wrote its catalog there');
    });
  });

  it('use an older server on after an update, and get the newer by a restart', async () => {
    const version = await builtVersion();
    const extension = path.join(folder, 'extension-0.0.9');
    const older = windows.open({ store, cliPath: await olderVersion(extension, '0.0.9', 'table'), version: '0.0.9' });
    const { server: first } = await older.ready();
    assert.equal(first.version, '0.0.9');
    assert.equal(older.connection.otherVersion, undefined);
    const runId = await startRun(first, 'from before');
    older.close();
    // As the editor does some time after an update.
    await rm(extension, { recursive: true });

    const window = windows.open({ store, version });
    const { server, client } = await window.ready();
    assert.equal(server.pid, first.pid);
    assert.deepEqual(window.connection.otherVersion, { server: '0.0.9', own: version });
    assert.ok(window.said.some((line) => /version 0\.0\.9.*Restart Server/.test(line)));
    assert.equal(client.has('table'), false);
    const rows = decodeTableRows(await client.tableRows({ experiment_ids: ['0'], stage: 'active' }));
    assert.equal(rows.id.length, 1);

    await window.connection.restart();
    const now = await window.ready();
    assert.equal(now.server.version, version);
    assert.deepEqual(now.server.address, first.address);
    assert.equal(window.connection.otherVersion, undefined);
    assert.equal(isAlive(first.pid), false);
    assert.equal((await now.client.getRun(runId)).info.name, 'from before');
  });

  it('leave no process and nothing but the store behind when the extension is uninstalled', async () => {
    const project = path.join(folder, 'project');
    await writeFile(path.join(project, 'train.py'), 'pass');
    const extension = path.join(folder, 'extension');
    const cliPath = await olderVersion(extension, '0.0.9', 'table');
    const window = windows.open({ store, cliPath, idleExitMinutes: soon, workspaceFolders: [project] });
    const { server, client } = await window.ready();
    const runId = await startRun(server, 'kept');
    await upload(server, (await client.getRun(runId)).info, 'a.txt', 'hello');
    await script(server, 'runs/update', { run_id: runId, status: 'FINISHED', end_time: 1 });
    window.close();
    await rm(extension, { recursive: true });
    assert.ok(await ended(server.pid), 'the server is still there');
    assert.deepEqual((await readdir(folder)).sort(), ['project']);
    assert.deepEqual((await readdir(project)).sort(), ['.labbook', 'train.py']);
    // Where the system tells which process logs, that is kept, too.
    const left = (await readdir(store)).filter((name) => name !== 'processes.json').sort();
    const kept = ['artifacts', 'catalog.sqlite', 'history', 'journal', 'server.log', 'token', 'uploads'];
    assert.deepEqual(left, ['.gitignore', ...kept]);
    assert.deepEqual((await readFile(path.join(store, 'server.log'), 'utf8')).match(/error|warn/gi), null);
  });

  it('know where the server will be before it answers, from the second time on', async () => {
    const memory = new Map<string, unknown>();
    const first = windows.open({ store, memory });
    assert.equal(await first.builtIn.expectedAddress(), undefined);
    const { address } = (await first.ready()).server;
    await first.connection.stop();
    const second = windows.open({ store, memory });
    const expected = await second.builtIn.expectedAddress();
    assert.deepEqual(expected, address);
    assert.deepEqual((await second.ready()).server.address, expected);
    const elsewhere = windows.open({ store: path.join(folder, 'other'), memory });
    assert.equal(await elsewhere.builtIn.expectedAddress(), undefined);
    await elsewhere.ready();
    assert.equal(await second.builtIn.expectedAddress(), undefined, 'the port is now another store’s');
  });
});
