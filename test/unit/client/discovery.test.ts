import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { placeOf } from '../../../src/client/artifacts';
import { findServer, readDiscovery, readToken } from '../../../src/client/discovery';
import { isAlive, serverEnvironment } from '../../../src/client/serverProcess';
import { ServerLog, serverLogFile } from '../../../src/client/serverLog';

describe('client: finding and starting a server', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'labbook-discovery-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('takes a discovery file only when it is whole and names this machine', async () => {
    const good = { pid: 1, url: 'http://127.0.0.1:5000', token: 'abc', version: '1' };
    const write = (text: string): Promise<void> => writeFile(path.join(folder, 'server.json'), text);
    assert.equal(await readDiscovery(folder), undefined);
    await write(JSON.stringify({ ...good, more: true }));
    assert.deepEqual(await readDiscovery(folder), good);
    for (const bad of [
      '',
      JSON.stringify(good).slice(0, -1),
      'null',
      '[]',
      JSON.stringify({ ...good, pid: 0 }),
      JSON.stringify({ ...good, pid: -1 }),
      JSON.stringify({ ...good, token: '' }),
      JSON.stringify({ ...good, token: 'a\r\nx: y' }),
      JSON.stringify({ ...good, token: undefined }),
      JSON.stringify({ ...good, url: 'http://example.org:80' }),
      JSON.stringify({ ...good, url: 'http://127.0.0.1:80@example.org' }),
      JSON.stringify({ ...good, url: 'http://127.0.0.1.example.org:80' }),
    ]) {
      await write(bad);
      assert.equal(await readDiscovery(folder), undefined, bad);
    }
    await write(JSON.stringify({ ...good, url: 'http://127.0.0.1:1' }));
    assert.equal(await findServer(folder), undefined, 'nobody listens there');
  });

  it('starts the server as Node, without what VS Code and debuggers set, and without certificates', () => {
    const environment = serverEnvironment({
      PATH: '/bin',
      NODE_OPTIONS: '--inspect',
      NODE_EXTRA_CA_CERTS: '/etc/ssl/certs/ca-certificates.crt',
      VSCODE_IPC_HOOK: 'x',
      ELECTRON_NO_ASAR: '1',
    });
    assert.deepEqual(environment, { PATH: '/bin', ELECTRON_RUN_AS_NODE: '1' });
  });

  it('knows which processes are alive, and asks about no groups', () => {
    assert.equal(isAlive(process.pid), true);
    assert.equal(isAlive(0), false);
    assert.equal(isAlive(-1), false);
    assert.equal(isAlive(2 ** 31 - 1), false);
  });

  it('starts a new log beyond 5 MB, and tells the last words of its own process only', async () => {
    await writeFile(serverLogFile(folder), 'labbook: older words\n');
    const log = await ServerLog.open(folder);
    assert.equal(log.lastWords(), '');
    await log.handle.write('labbook: the store is damaged\n');
    assert.equal(log.lastWords(), 'the store is damaged');
    await log.handle.close();
    await writeFile(serverLogFile(folder), 'x'.repeat(5_000_001));
    const fresh = await ServerLog.open(folder);
    assert.equal((await fresh.handle.stat()).size, 0);
    await fresh.handle.write(`${'node:internal\n'.repeat(3)}Error: Cannot find module 'x'\n    at y\n`);
    assert.equal(fresh.lastWords(), "Error: Cannot find module 'x'");
    await fresh.handle.close();
  });

  it('reads from the log where a server is that cannot write to its store', async () => {
    const log = await ServerLog.open(folder);
    assert.equal(log.servedAt(), undefined);
    await log.handle.write('2026-01-01 warn serves nobody at http://127.0.0.1:1 yet\n');
    assert.equal(log.servedAt(), undefined);
    await log.handle.write('Labbook 0.1.0 serves /a at b at http://127.0.0.1:50001 (read-only store; token a_b-C)\n');
    assert.deepEqual(log.servedAt(), { url: 'http://127.0.0.1:50001', token: 'a_b-C' });
    await log.handle.close();
    const other = await ServerLog.open(folder);
    await other.handle.write('Labbook 0.1.0 serves /a at http://127.0.0.1:5000\n');
    assert.deepEqual(other.servedAt(), { url: 'http://127.0.0.1:5000', token: undefined });
    await other.handle.close();
    assert.equal(await readToken(folder), undefined);
    await writeFile(path.join(folder, 'token'), 'a_b-C\n');
    assert.equal(await readToken(folder), 'a_b-C');
  });

  it('leaves no log behind where the store takes none', async () => {
    const log = await ServerLog.open(path.join(folder, 'not there'));
    assert.equal(path.dirname(log.file), os.tmpdir());
    await log.handle.write('labbook: the folder is read-only\n');
    assert.equal(log.lastWords(), 'the folder is read-only');
    await log.release();
    assert.equal(existsSync(log.file), false);
    // The server has it open still.
    await log.handle.write('more\n');
    await log.handle.close();
    const kept = await ServerLog.open(folder);
    await kept.release();
    await kept.handle.close();
    assert.ok(existsSync(serverLogFile(folder)));
  });

  it('reads artifacts through the proxy, or as the server can where they lie elsewhere', () => {
    const place = (artifactUri: string, file: string) =>
      placeOf('http://127.0.0.1:5000', { id: 'r', artifactUri }, file);
    const proxy = '/api/2.0/mlflow-artifacts/artifacts';
    assert.deepEqual(place('mlflow-artifacts:/0/r/artifacts', 'a b/c?.txt'), {
      path: `${proxy}/0/r/artifacts/a%20b/c%3F.txt`,
    });
    assert.deepEqual(place('mlflow-artifacts:/my%20dir/ü', 'a%20'), { path: `${proxy}/my%20dir/%C3%BC/a%2520` });
    assert.deepEqual(place('mlflow-artifacts://127.0.0.1:5000/0', 'x'), { path: `${proxy}/0/x` });
    const elsewhere = { path: '/get-artifact', query: { run_uuid: 'r', path: 'x' } };
    for (const uri of ['mlflow-artifacts://example.org/0', 's3://bucket/0', '/mlruns/0', 'mlflow-artifacts:']) {
      assert.deepEqual(place(uri, 'x'), elsewhere, uri);
    }
    for (const bad of ['../x', 'a/../../x', '.', 'a/./x']) {
      assert.throws(() => place('mlflow-artifacts:/0/r/artifacts', bad), /no path of an artifact/, bad);
    }
    assert.throws(() => place('mlflow-artifacts:/0/%2e%2e/1', 'x'), /no path/);
  });
});
