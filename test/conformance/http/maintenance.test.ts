import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { runLabbook, startLabbook, type LabbookServer } from '../../fakes/labbookServer';
import { api, artifactPath, call, createRun, record, records } from './rawHttp';

describe('labbook check and labbook repair', () => {
  const started: LabbookServer[] = [];
  let folder: string;
  let store: string;
  let runId: string;

  const start = async (where: string): Promise<LabbookServer> => {
    const server = await startLabbook({ store: where });
    started.push(server);
    return server;
  };
  const check = (...args: string[]) => runLabbook(['check', '--store', store, ...args]);

  beforeEach(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'labbook-check-'));
    store = path.join(folder, 'store');
    const server = await start(store);
    runId = await createRun(server, { run_name: 'kept' });
    const metrics = [1, 2, 3].map((step) => ({ key: 'm', value: step / 3, timestamp: step, step }));
    const params = [{ key: 'lr', value: '0.1' }];
    await api(server, 'POST', '/runs/log-batch', { run_id: runId, metrics, params });
    const upload = await call(server, { method: 'PUT', path: artifactPath(runId, 'a/b.txt'), body: 'content' });
    assert.equal(upload.status, 200);
  });
  afterEach(async () => {
    await Promise.all(started.splice(0).map((server) => server.dispose()));
    await rm(folder, { recursive: true, force: true });
  });

  const damage = async (): Promise<string> => {
    const file = path.join(store, 'history', `${runId}.sqlite`);
    const bytes = await readFile(file);
    bytes.writeUInt8(bytes.readUInt8(bytes.length - 100) ^ 4, bytes.length - 100);
    await writeFile(file, bytes);
    return file;
  };

  it('says who has the store while a server runs, and that it is sound afterwards', async () => {
    for (const args of [
      ['check', '--store', store],
      ['repair', '--store', store, '--to', path.join(folder, 'new')],
    ]) {
      const busy = await runLabbook(args);
      assert.equal(busy.code, 3);
      assert.match(busy.stderr, new RegExp(`in use by process ${started[0]?.process.pid}\\b`));
      assert.equal(busy.stdout, '');
    }
    // As a kill leaves it, too.
    await started[0]?.kill();
    assert.deepEqual([(await check()).code, (await check('--json')).code], [0, 0]);
    await (await start(store)).stop();
    const { code, stdout } = await check();
    assert.equal(code, 0);
    assert.match(stdout, /is sound \(\d+ files, \d+ bytes\)\.\n$/);
    const files = ['.gitignore', 'artifacts', 'catalog.sqlite', 'history', 'journal', 'token'];
    assert.deepEqual((await readdir(store)).sort(), files);
  });

  it('tells what is damaged, for people and for programs, and saves the rest into a new store', async () => {
    await started[0]?.stop();
    const file = await damage();
    const told = await check();
    assert.equal(told.code, 1);
    assert.ok(told.stdout.startsWith(`damage: ${file}, offset 0: `), told.stdout);
    assert.match(told.stdout, /checksum.*\n.*is damaged in 1 place.*labbook repair/s);
    const json = await check('--json');
    assert.equal(json.code, 1);
    const report = record(JSON.parse(json.stdout));
    assert.equal(report['ok'], false);
    assert.deepEqual(
      records(report['findings']).map((each) => [each['severity'], each['file'], each['offset']]),
      [['damage', file, 0]],
    );
    const to = path.join(folder, 'new');
    const repaired = await runLabbook(['repair', '--store', store, '--to', to]);
    assert.equal(repaired.code, 1);
    assert.match(repaired.stdout, /damage: .*\n.*has 1 experiment, 1 run, \d points/s);
    const again = await start(to);
    const run = record((await api(again, 'GET', `/runs/get?run_id=${runId}`))['run']);
    assert.equal(record(run['info'])['run_name'], 'kept');
    assert.deepEqual(records(record(run['data'])['params']), [{ key: 'lr', value: '0.1' }]);
    assert.equal((await call(again, { path: artifactPath(runId, 'a/b.txt') })).text, 'content');
    await again.stop();
    assert.equal((await runLabbook(['check', '--store', to])).code, 0);
    const refused = await runLabbook(['repair', '--store', store, '--to', to]);
    assert.equal(refused.code, 3);
    assert.match(refused.stderr, /is not empty/);
  });

  it('says what is missing on its command line, or that there is no store', async () => {
    const missing = await runLabbook(['check', '--store', path.join(folder, 'nothing')]);
    assert.equal(missing.code, 3);
    assert.match(missing.stderr, /^labbook: There is no store in .*\n$/);
    assert.deepEqual(await readdir(folder), ['store']);
    for (const args of [['check'], ['repair', '--store', store], ['check', '--store', store, '--port', '1']]) {
      assert.equal((await runLabbook(args)).code, 2, args.join(' '));
    }
  });
});
