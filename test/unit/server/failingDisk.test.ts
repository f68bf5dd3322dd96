import assert from 'node:assert/strict';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseJson } from '../../../src/core/json';
import type { Log } from '../../../src/server/log';
import { serve, type RunningServer } from '../../../src/server/serve';
import { FaultyFiles, type Operation, Scene, systemError } from '../store/support';

const silent: Log = { info: () => undefined, warn: () => undefined, error: () => undefined };
const scene = new Scene();
const servers: RunningServer[] = [];

interface Answer {
  status: number;
  body: unknown;
}

/** A server on a disk that can be made to fail, and how to ask it. */
async function start(folder: string, files = new FaultyFiles()) {
  const options = {
    store: folder,
    port: 0,
    preferPort: undefined,
    idleExit: undefined,
    allowHosts: [],
    workspace: folder,
    allowArtifacts: [],
    readOnly: false,
  };
  const server = await serve(options, silent, () => undefined, files.files);
  servers.push(server);
  const token = server.unkeptToken ?? (await readFile(path.join(folder, 'token'), 'utf8')).trim();
  const ask = async (method: 'GET' | 'POST', where: string, body?: object): Promise<Answer> => {
    const answer = await fetch(`${server.url}/api/2.0/mlflow${where}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(5_000),
    });
    return { status: answer.status, body: parseJson(await answer.text()) };
  };
  const createRun = async (): Promise<string> => {
    const { status, body } = await ask('POST', '/runs/create', { experiment_id: '0', start_time: 1 });
    assert.equal(status, 200);
    return /"run_id":"([0-9a-f]{32})"/.exec(JSON.stringify(body))?.[1] ?? '';
  };
  const log = (runId: string, step: number): Promise<Answer> =>
    ask('POST', '/runs/log-metric', { run_id: runId, key: 'm', value: step / 3, timestamp: step, step });
  const steps = async (runId: string): Promise<number[]> => {
    const { status, body } = await ask('GET', `/metrics/get-history?run_id=${runId}&metric_key=m`);
    assert.equal(status, 200);
    return [...JSON.stringify(body).matchAll(/"step":(\d+)/g)].map(([, step]) => Number(step));
  };
  return { server, files, ask, createRun, log, steps };
}

function assertError(answer: Answer, status: number, code: string, message: RegExp): void {
  assert.equal(answer.status, status, JSON.stringify(answer.body));
  const text = JSON.stringify(answer.body);
  assert.ok(text.includes(`"error_code":"${code}"`), text);
  assert.match(text, message);
}

/** Operations that need room. */
const growing: Operation[] = ['open', 'append', 'sync', 'makeFolder', 'link'];

describe('a server whose disk fails', () => {
  afterEach(async () => {
    await Promise.all(servers.splice(0).map((server) => server.stop()));
    await scene.end();
  });

  it('refuses writes with 507 while the disk is full, reads on, writes when there is room, and loses nothing', async () => {
    const folder = await scene.folder();
    const first = await start(folder);
    const { files, log, steps, ask } = first;
    const runId = await first.createRun();
    const answered: number[] = [];
    let step = 0;
    for (const code of ['ENOSPC', 'EDQUOT']) {
      for (let i = 0; i < 3; i++) {
        assert.equal((await log(runId, step)).status, 200);
        answered.push(step++);
      }
      files.tornBytes = 17;
      files.fault = (operation) => (growing.includes(operation) ? systemError(code) : undefined);
      const refused = await Promise.all(Array.from({ length: 8 }, (_, i) => log(runId, 1000 + step + i)));
      refused.forEach((each) => assertError(each, 507, 'INSUFFICIENT_STORAGE', /full/));
      assertError(await ask('POST', '/experiments/create', { name: code }), 507, 'INSUFFICIENT_STORAGE', /full/);
      assert.deepEqual(await steps(runId), answered);
      assert.equal((await ask('POST', '/runs/search', { experiment_ids: ['0'] })).status, 200);
      files.fault = () => undefined;
    }
    assert.equal((await log(runId, step)).status, 200);
    answered.push(step);
    // As a kill would leave it.
    const copy = await start(await scene.copy(folder));
    assert.deepEqual(await copy.steps(runId), answered);
    await first.server.stop();
    assert.deepEqual(await (await start(folder)).steps(runId), answered);
  });

  it('does not start on a full disk, and says so', async () => {
    for (const failing of [['makeFolder'], ['open'], ['append']] as Operation[][]) {
      const files = new FaultyFiles();
      files.fault = (operation) => (failing.includes(operation) ? systemError('ENOSPC') : undefined);
      await assert.rejects(start(await scene.folder(), files), /the disk is full|The disk of the store .* is full/);
    }
  });

  it('reads a store that cannot be written to, and refuses writes with 403', async () => {
    const folder = await scene.folder();
    const first = await start(folder);
    const runId = await first.createRun();
    await first.log(runId, 1);
    await first.server.stop();
    const files = new FaultyFiles();
    const reads: Operation[] = ['realpath', 'list', 'read', 'readInPieces', 'readSync', 'readPartSync', 'facts'];
    files.fault = (operation) => (reads.includes(operation) ? undefined : systemError('EROFS'));
    const { steps, log, ask } = await start(folder, files);
    assert.deepEqual(await steps(runId), [1]);
    assertError(await log(runId, 2), 403, 'PERMISSION_DENIED', /read-only/);
    assertError(await ask('POST', '/experiments/create', { name: 'x' }), 403, 'PERMISSION_DENIED', /read-only/);
  });

  it('answers for a damaged history what is wrong, with a status that clients do not repeat, and serves the rest', async () => {
    const folder = await scene.folder();
    const first = await start(folder);
    const [hurt, well] = [await first.createRun(), await first.createRun()];
    for (const runId of [hurt, well]) {
      await first.log(runId, 1);
      await first.log(runId, 2);
    }
    await first.server.stop();
    const file = path.join(folder, 'history', `${hurt}.sqlite`);
    const bytes = await readFile(file);
    bytes.writeUInt8(bytes.readUInt8(5000) ^ 1, 5000);
    await writeFile(file, bytes);
    const { ask, log, steps } = await start(folder);
    const words = /damaged.*offset 0.*checksum.*labbook repair/;
    assertError(await ask('GET', `/metrics/get-history?run_id=${hurt}&metric_key=m`), 422, 'DATA_LOSS', words);
    assertError(await log(hurt, 3), 422, 'DATA_LOSS', words);
    const [refused, fine] = await Promise.all([log(hurt, 4), log(well, 3)]);
    assertError(refused, 422, 'DATA_LOSS', words);
    assert.equal(fine.status, 200);
    assert.deepEqual(await steps(well), [1, 2, 3]);
    assert.equal((await ask('GET', `/runs/get?run_id=${hurt}`)).status, 200);
    assert.equal((await ask('POST', '/runs/set-tag', { run_id: hurt, key: 'k', value: 'v' })).status, 200);
    assert.deepEqual(await readFile(file), bytes);
  });

  it('says of a folder that is a file that it is one', async () => {
    const folder = await scene.folder();
    const file = path.join(folder, 'file');
    await writeFile(file, '');
    await assert.rejects(start(file), /there is a file of that name/);
    await assert.rejects(start(path.join(file, 'below')), /there is a file of that name/);
    assert.deepEqual(await readdir(folder), ['file']);
  });
});
