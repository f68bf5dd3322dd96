import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, stat, symlink, writeFile, readdir, utimes } from 'node:fs/promises';
import http from 'node:http';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { labbookCli, runLabbook, startLabbook, until, type LabbookServer } from '../../fakes/labbookServer';
import { api, artifactPath, call, createRun, record, records } from './rawHttp';

describe('the life of a server', () => {
  const started: LabbookServer[] = [];
  let folder: string;
  let store: string;

  const start = async (...options: Parameters<typeof startLabbook>): Promise<LabbookServer> => {
    const server = await startLabbook(...options);
    started.push(server);
    return server;
  };
  const startHere = (...args: string[]): Promise<LabbookServer> => start({ store, args });

  beforeEach(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'labbook-life-'));
    store = path.join(folder, 'store');
  });
  afterEach(async () => {
    await Promise.all(started.splice(0).map((server) => server.dispose()));
    await rm(folder, { recursive: true, force: true });
  });

  const exists = (name: string): Promise<boolean> =>
    stat(path.join(store, name)).then(
      () => true,
      () => false,
    );

  it('says its version and its help', async () => {
    const manifest = record(JSON.parse(await readFile('package.json', 'utf8')));
    assert.deepEqual(await runLabbook(['--version']), {
      code: 0,
      stdout: `${String(manifest['version'])}\n`,
      stderr: '',
    });
    const help = await runLabbook(['--help']);
    assert.equal(help.code, 0);
    assert.match(help.stdout, /serve --store DIR/);
    for (const args of [
      [],
      ['serve'],
      ['serve', '--store', store, '--wat'],
      ['serve', '--store', store, '--port', 'x'],
    ]) {
      const wrong = await runLabbook(args);
      assert.equal(wrong.code, 2);
      assert.match(wrong.stderr, /^labbook: .+\n$/);
    }
  });

  it('writes server.json for its owner only, and takes it away at the end', async () => {
    const server = await startHere();
    const discovery = record(JSON.parse(await readFile(path.join(store, 'server.json'), 'utf8')));
    assert.deepEqual(Object.keys(discovery).sort(), ['pid', 'token', 'url', 'version']);
    assert.equal(discovery['pid'], server.process.pid);
    assert.match(server.url, /^http:\/\/127\.0\.0\.1:\d+$/);
    for (const name of await readdir(store, { recursive: true })) {
      const { mode } = await stat(path.join(store, name));
      assert.equal(mode & 0o077, 0, `${name} is open to others`);
    }
    assert.equal((await stat(store)).mode & 0o777, 0o700);
    assert.equal((await stat(path.join(store, 'server.json'))).mode & 0o777, 0o600);
    const { stdout, stderr } = server.output();
    assert.match(stdout, new RegExp(`^[^\n]*${server.url}[^\n]*\n$`));
    assert.ok(!(stdout + stderr).includes(server.token), 'the token is in the output');
    assert.equal(await server.stop(), 0);
    assert.equal(await exists('server.json'), false);
  });

  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
    it(`ends cleanly on ${signal}`, async () => {
      const server = await startHere();
      await createRun(server);
      assert.equal(await server.stop(signal), 0);
      assert.equal(await exists('server.json'), false);
      const again = await startHere();
      assert.equal(records((await api(again, 'POST', '/runs/search', { experiment_ids: ['0'] }))['runs']).length, 1);
    });
  }

  it('ends when asked to, closing readers of events at once', async () => {
    const server = await startHere();
    const events = http.get({
      port: server.port,
      path: '/api/labbook/1.0/events',
      headers: { authorization: `Bearer ${server.token}` },
    });
    const closed = new Promise((resolve, reject) => {
      events.once('response', (response) => response.resume().once('end', resolve));
      events.once('error', reject);
    });
    await new Promise((resolve) => events.once('response', resolve));
    const answer = await call(server, { method: 'POST', path: '/api/labbook/1.0/shutdown' });
    assert.equal(answer.status, 200);
    await closed;
    assert.ok(await until(() => server.process.exitCode !== null));
    assert.equal(server.process.exitCode, 0);
  });

  it('ends itself when nobody needs it, and not before', async () => {
    const server = await startHere('--idle-exit', '0.02');
    const runId = await createRun(server);
    const begin = Date.now();
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    assert.equal(server.process.exitCode, null, 'it ended although a run is active');
    await api(server, 'POST', '/runs/update', { run_id: runId, status: 'FINISHED', end_time: begin });
    assert.ok(await until(() => server.process.exitCode !== null, 5_000));
    assert.equal(server.process.exitCode, 0);
    assert.equal(await exists('server.json'), false);
  });

  it('ends when its store is deleted, though a run is active', async () => {
    const server = await startHere('--idle-exit', '0.02');
    await createRun(server);
    await rm(store, { recursive: true });
    assert.ok(await until(() => server.process.exitCode !== null, 5_000));
  });

  it('finishes what was accepted before it ends', async () => {
    const server = await startHere();
    const runId = await createRun(server);
    const upload = http.request({
      port: server.port,
      method: 'PUT',
      path: artifactPath(runId, 'late.bin'),
      headers: { authorization: `Bearer ${server.token}`, 'content-length': '10' },
    });
    const status = new Promise((resolve, reject) => {
      upload.once('response', (response) => resolve(response.resume().statusCode));
      upload.once('error', reject);
    });
    upload.write('01234');
    assert.ok(await until(async () => (await readdir(path.join(store, 'uploads')).catch(() => [])).length === 1));
    const end = server.stop();
    assert.ok(
      await until(() =>
        call(server, { path: '/health' }).then(
          () => false,
          () => true,
        ),
      ),
      'still accepts',
    );
    upload.end('56789');
    assert.equal(await status, 200);
    assert.equal(await end, 0);
    assert.equal(
      await readFile(path.join(store, 'artifacts', '0', runId, 'artifacts', 'late.bin'), 'utf8'),
      '0123456789',
    );
  });

  it('is the only one on its store, also by another path, and says who', async () => {
    const server = await startHere();
    const link = path.join(folder, 'link');
    await symlink(store, link);
    for (const each of [store, link]) {
      const second = await runLabbook(['serve', '--store', each, '--port', '0']);
      assert.equal(second.code, 1);
      assert.match(second.stderr, new RegExp(`\\b${server.process.pid}\\b`));
      assert.equal(second.stderr.trim().split('\n').length, 1);
    }
    assert.equal((await call(server, { path: '/api/labbook/1.0/info' })).status, 200);
    assert.equal(await exists('server.json'), true);
  });

  it('loses nothing that it acknowledged when it is killed, and keeps its token', async () => {
    const first = await startHere();
    const runId = await createRun(first);
    const agent = new http.Agent({ keepAlive: true, maxSockets: 8 });
    let acknowledged = 0;
    let sent = 0;
    const worker = async (): Promise<void> => {
      for (;;) {
        const step = sent++;
        const body = {
          run_id: runId,
          metrics: [{ key: 'm', value: step / 3, timestamp: step, step }],
          params: [],
          tags: [],
        };
        const answer = await call(first, { method: 'POST', path: '/api/2.0/mlflow/runs/log-batch', body, agent }).catch(
          () => undefined,
        );
        if (answer?.status !== 200) {
          return;
        }
        acknowledged++;
      }
    };
    const workers = Promise.all(Array.from({ length: 8 }, worker));
    assert.ok(await until(() => acknowledged > 300));
    await first.kill();
    await workers;
    agent.destroy();
    assert.equal(await exists('server.json'), true, 'a killed server cannot tidy up');
    const second = await startHere();
    assert.equal(second.token, first.token);
    assert.equal(
      second.process.pid,
      record(JSON.parse(await readFile(path.join(store, 'server.json'), 'utf8')))['pid'],
    );
    const history = records((await api(second, 'GET', `/metrics/get-history?run_id=${runId}&metric_key=m`))['metrics']);
    assert.ok(history.length >= acknowledged, `${history.length} of ${acknowledged}`);
    history.forEach(({ step, value }) => assert.equal(value, Number(step) / 3));
  });

  it('starts beside stale files of any kind', async () => {
    const first = await startHere();
    await first.kill();
    const discovery = path.join(store, 'server.json');
    const old = new Date(Date.now() - 86_400_000);
    await writeFile(
      discovery,
      JSON.stringify({ pid: process.pid, url: 'http://127.0.0.1:1', token: 'x', version: '0' }),
    );
    await utimes(discovery, old, old);
    const second = await startHere();
    assert.equal((await call(second, { path: '/api/labbook/1.0/info' })).status, 200);
    await second.kill();
    await writeFile(discovery, '{"pid":');
    const third = await startHere();
    assert.equal(third.token, first.token);
  });

  it('takes the port that is named or none', async () => {
    const other = net.createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const address = other.address();
    assert.ok(typeof address === 'object' && address !== null);
    const refused = await runLabbook(['serve', '--store', store, '--port', String(address.port)]);
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, new RegExp(`${address.port} is taken`));
    assert.equal(await exists('server.json'), false);
    const server = await start({ store, args: ['--port', '0', '--prefer-port', String(address.port)] });
    assert.notEqual(server.port, address.port);
    await server.stop();
    await new Promise((resolve) => other.close(resolve));
    const named = await start({ store, args: ['--port', String(address.port)] });
    assert.equal(named.port, address.port);
  });

  it('refuses a damaged store, saying where, and leaves it as it is', async () => {
    const first = await startHere();
    await createRun(first);
    await first.stop();
    const file = path.join(store, 'catalog.sqlite');
    const damaged = (await readFile(file)).fill(0x55, 0, 4096);
    await writeFile(file, damaged);
    const refused = await runLabbook(['serve', '--store', store, '--port', '0']);
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /catalog\.sqlite/);
    assert.match(refused.stderr, /damaged|torn|checksum/);
    assert.equal(refused.stderr.trim().split('\n').length, 1);
    assert.deepEqual(await readFile(file), damaged);
  });

  it('is the program that package.json names', async () => {
    const manifest = record(JSON.parse(await readFile('package.json', 'utf8')));
    assert.equal(record(manifest['bin'])['labbook'], 'dist/labbook.cjs');
    assert.ok((await stat(labbookCli)).isFile());
  });
});
