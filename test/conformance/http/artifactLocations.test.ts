import assert from 'node:assert/strict';
import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { startLabbook, type LabbookServer } from '../../fakes/labbookServer';
import { api, assertError, call, createRun, record, type Answer } from './rawHttp';

describe('artifact locations of this machine', () => {
  let server: LabbookServer;
  let base: string;
  let workspace: string;
  before(async () => {
    base = await realpath(await mkdtemp(path.join(os.tmpdir(), 'labbook-locations-')));
    workspace = path.join(base, 'workspace');
    await mkdir(workspace);
    server = await startLabbook({ args: ['--workspace', workspace, '--allow-artifacts', path.join(base, 'more')] });
  });
  after(async () => {
    await server.dispose();
    await rm(base, { recursive: true, force: true });
  });

  const create = (name: string, artifact_location: string): Promise<Answer> =>
    call(server, {
      method: 'POST',
      path: '/api/2.0/mlflow/experiments/create',
      body: { name, artifact_location },
    });
  const idOf = (answer: Answer): string => {
    assert.equal(answer.status, 200, answer.text);
    return String(record(JSON.parse(answer.text))['experiment_id']);
  };
  const locationOf = async (id: string): Promise<unknown> =>
    record((await api(server, 'GET', `/experiments/get?experiment_id=${id}`))['experiment'])['artifact_location'];

  it('are what clients write to themselves, and what the server lists and reads', async () => {
    const id = idOf(await create('relative', 'mine'));
    assert.equal(await locationOf(id), `${workspace}/mine`);
    const runId = await createRun(server, { experiment_id: id });
    const { run } = await api(server, 'GET', `/runs/get?run_id=${runId}`);
    const folder = path.join(workspace, 'mine', runId, 'artifacts');
    assert.equal(record(record(run)['info'])['artifact_uri'], folder);
    assert.deepEqual(await api(server, 'GET', `/artifacts/list?run_id=${runId}`), { root_uri: folder });
    await mkdir(path.join(folder, 'sub'), { recursive: true });
    await writeFile(path.join(folder, 'sub', 'a.txt'), '0123456789');
    await symlink('/etc/passwd', path.join(folder, 'sub', 'link'));
    assert.deepEqual(await api(server, 'GET', `/artifacts/list?run_id=${runId}&path=sub`), {
      root_uri: folder,
      files: [{ path: 'sub/a.txt', is_dir: false, file_size: 10 }],
    });
    const file = await call(server, {
      path: `/get-artifact?run_id=${runId}&path=sub/a.txt`,
      headers: { range: 'bytes=2-4' },
    });
    assert.deepEqual([file.status, file.text], [206, '234']);
    assertError(
      await call(server, { path: `/get-artifact?run_id=${runId}&path=sub/link` }),
      404,
      'RESOURCE_DOES_NOT_EXIST',
    );
    assertError(
      await call(server, { path: `/get-artifact?run_id=${runId}&path=../x` }),
      400,
      'INVALID_PARAMETER_VALUE',
    );
    const upload = await call(server, {
      method: 'POST',
      path: `/ajax-api/2.0/mlflow/upload-artifact?run_uuid=${runId}&path=x.txt`,
      body: 'x',
    });
    assertError(upload, 501, 'NOT_IMPLEMENTED');
  });

  it('may lie in a folder that an option allows, and nowhere else', async () => {
    const id = idOf(await create('allowed', `file://${base}/more/x`));
    assert.equal(await locationOf(id), `file://${base}/more/x`);
    await symlink(base, path.join(workspace, 'out'));
    for (const location of ['/etc', base, 'out/x', server.store, `${workspace}/../x`, '..']) {
      const answer = await create(`no ${location}`, location);
      assertError(answer, 400, 'INVALID_PARAMETER_VALUE', /Invalid artifact location/);
    }
    assertError(await create('no', '/etc'), 400, 'INVALID_PARAMETER_VALUE', /labbook\.server\.artifactFolders/);
  });

  it('are not read any more by a server that does not allow them', async () => {
    const store = path.join(base, 'store');
    let other = await startLabbook({ store, args: ['--allow-artifacts', path.join(base, 'more')] });
    try {
      const { experiment_id } = await api(other, 'POST', '/experiments/create', {
        name: 'x',
        artifact_location: `${base}/more`,
      });
      const runId = await createRun(other, { experiment_id });
      await other.stop();
      other = await startLabbook({ store });
      const path = `/api/2.0/mlflow/artifacts/list?run_id=${runId}`;
      assertError(await call(other, { path }), 403, 'PERMISSION_DENIED', /artifactFolders/);
    } finally {
      await other.dispose();
    }
  });

  it('start at the working folder where no workspace is named', async () => {
    const plain = await startLabbook();
    try {
      const { experiment_id } = await api(plain, 'POST', '/experiments/create', {
        name: 'x',
        artifact_location: 'mine',
      });
      const { experiment } = await api(plain, 'GET', `/experiments/get?experiment_id=${String(experiment_id)}`);
      assert.equal(record(experiment)['artifact_location'], path.resolve('mine'));
    } finally {
      await plain.dispose();
    }
  });
});
