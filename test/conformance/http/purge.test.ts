import assert from 'node:assert/strict';
import { access, mkdir, mkdtemp, readdir, realpath, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { artifactPrefix } from '../../../src/protocol/mlflow';
import { startLabbook, until, type LabbookServer } from '../../fakes/labbookServer';
import { api, assertError, call, createRun, record, type Answer } from './rawHttp';

const exists = (file: string): Promise<boolean> =>
  access(file).then(
    () => true,
    () => false,
  );

describe('permanent deletion', () => {
  let server: LabbookServer;
  let base: string;
  beforeEach(async () => {
    base = await realpath(await mkdtemp(path.join(os.tmpdir(), 'labbook-purge-')));
    server = await startLabbook({ store: path.join(base, 'store'), args: ['--workspace', base] });
  });
  afterEach(async () => {
    await server.dispose();
    await rm(base, { recursive: true, force: true });
  });

  const purge = (runs: string[], experiments: string[] = [], dryRun = false): Promise<Answer> =>
    call(server, {
      method: 'POST',
      path: '/api/labbook/1.0/purge',
      body: { run_ids: runs, experiment_ids: experiments, dry_run: dryRun },
    });
  const read = (answer: Answer): Record<string, unknown> => {
    assert.equal(answer.status, 200, answer.text);
    return record(JSON.parse(answer.text));
  };
  const newExperiment = async (name: string, artifact_location?: string): Promise<string> =>
    String((await api(server, 'POST', '/experiments/create', { name, artifact_location }))['experiment_id']);
  /** A run with points, saved and unsaved, and `size` bytes of artifacts, in the trash unless told otherwise. */
  const runIn = async (experiment: string, size: number, deleted = true): Promise<string> => {
    const runId = await createRun(server, { experiment_id: experiment });
    const metrics = Array.from({ length: 100 }, (_, i) => ({ key: 'm', value: i, step: i, timestamp: i }));
    await api(server, 'POST', '/runs/log-batch', { run_id: runId, metrics });
    for (const [name, bytes] of [
      ['a.bin', size - 1],
      ['sub/b.bin', 1],
    ] as const) {
      const put = {
        method: 'PUT',
        path: `${artifactPrefix}/${experiment}/${runId}/artifacts/${name}`,
        body: Buffer.alloc(bytes),
      };
      assert.equal((await call(server, put)).status, 200);
    }
    if (deleted) {
      await api(server, 'POST', '/runs/delete', { run_id: runId });
    }
    return runId;
  };
  const folderOf = (experiment: string, ...more: string[]): string =>
    path.join(server.store, 'artifacts', experiment, ...more);

  it('removes a run with its files and leaves its neighbours', async () => {
    const gone = await runIn('0', 5000);
    const kept = await runIn('0', 10, false);
    const dry = read(await purge([gone], [], true));
    assert.deepEqual([dry['runs'], dry['experiments'], dry['kept_artifacts']], [1, 0, []]);
    assert.ok(Number(dry['bytes']) >= 5000 && Number(dry['bytes']) < 200_000, String(dry['bytes']));
    const [item] = dry['items'] as unknown[];
    const { kind, id, bytes, deleted } = record(item);
    assert.deepEqual([kind, id, bytes], ['run', gone, dry['bytes']]);
    assert.ok(Math.abs(Number(deleted) - Date.now()) < 60_000, 'when it was deleted');
    assert.ok(await exists(folderOf('0', gone, 'artifacts', 'a.bin')), 'a dry run removes nothing');
    assert.equal(read(await purge([gone, gone]))['runs'], 1);
    assertError(
      await call(server, { path: `/api/2.0/mlflow/runs/get?run_id=${gone}` }),
      404,
      'RESOURCE_DOES_NOT_EXIST',
    );
    assert.deepEqual(await readdir(folderOf('0')), [kept]);
    assert.equal(await exists(path.join(server.store, 'history', `${gone}.sqlite`)), false);
    assert.deepEqual(await readdir(path.join(server.store, 'uploads')), []);
    assertError(await purge([gone]), 404, 'RESOURCE_DOES_NOT_EXIST');
    await server.stop();
    server = await startLabbook({ store: server.store });
    assertError(await call(server, { path: `/api/2.0/mlflow/runs/get?run_id=${gone}` }), 404);
    await api(server, 'GET', `/metrics/get-history?run_id=${kept}&metric_key=m`);
  });

  it('removes an experiment with its runs, models and folder', async () => {
    const id = await newExperiment('x');
    const run = await runIn(id, 100, false);
    await runIn(id, 100);
    const answer = await call(server, {
      method: 'POST',
      path: '/api/2.0/mlflow/logged-models',
      body: { experiment_id: id, name: 'm', source_run_id: run },
    });
    const { model_id } = record(record(record(JSON.parse(answer.text))['model'])['info']);
    const model = {
      method: 'PUT',
      path: `${artifactPrefix}/${id}/models/${String(model_id)}/artifacts/MLmodel`,
      body: 'x',
    };
    assert.equal((await call(server, model)).status, 200);
    assertError(await purge([], [id]), 400, 'INVALID_PARAMETER_VALUE', /experiment/);
    await api(server, 'POST', '/experiments/delete', { experiment_id: id });
    const answered = read(await purge([], [id]));
    assert.deepEqual([answered['runs'], answered['experiments']], [2, 1]);
    assert.ok(Number(answered['bytes']) >= 201);
    assert.equal(await exists(folderOf(id)), false);
    assert.notEqual(await newExperiment('x'), id);
  });

  it('refuses what is not in the trash, and then removes nothing', async () => {
    const gone = await runIn('0', 10);
    const active = await runIn('0', 10, false);
    for (const runs of [
      [gone, active],
      [gone, 'nobody'],
    ]) {
      assert.ok([400, 404].includes((await purge(runs)).status));
    }
    assertError(await purge([active]), 400, 'INVALID_PARAMETER_VALUE', /deleted/);
    assert.ok([400, 404].includes((await purge(['../x'])).status));
    assert.ok(await exists(folderOf('0', gone, 'artifacts', 'a.bin')));
    await api(server, 'POST', '/runs/restore', { run_id: gone });
  });

  it('leaves artifacts outside the store, and folders that others share', async () => {
    const local = await newExperiment('local', 'mine');
    const runId = await createRun(server, { experiment_id: local });
    const folder = path.join(base, 'mine', runId, 'artifacts');
    await mkdir(folder, { recursive: true });
    await writeFile(path.join(folder, 'a.txt'), 'text');
    const empty = await createRun(server, { experiment_id: local });
    const bucket = await newExperiment('bucket', 's3://b/x');
    const remote = await createRun(server, { experiment_id: bucket });
    const sharing = await newExperiment('sharing', 'mlflow-artifacts:/0');
    const mine = await runIn('0', 10, false);
    const shared = await createRun(server, { experiment_id: sharing });
    const put = { method: 'PUT', path: `${artifactPrefix}/0/${shared}/artifacts/a.txt`, body: 'x' };
    assert.equal((await call(server, put)).status, 200);
    const experiments = [local, bucket, sharing];
    for (const experiment_id of experiments) {
      await api(server, 'POST', '/experiments/delete', { experiment_id });
    }
    const answered = read(await purge([], experiments));
    assert.deepEqual(answered['kept_artifacts'], [folder, `s3://b/x/${remote}/artifacts`].sort());
    assert.equal(answered['runs'], 4, empty);
    assert.ok(await exists(path.join(folder, 'a.txt')));
    assert.deepEqual(await readdir(folderOf('0')), [mine]);
  });

  it('goes on at the next start where the server was killed in between', async () => {
    const runs: string[] = [];
    for (let i = 0; i < 60; i++) {
      runs.push(await runIn('0', 20));
    }
    // Cut off as soon as the first group of runs is gone for good: its files may or may not be.
    const answer = purge(runs).catch(() => undefined);
    const [first = ''] = runs;
    const isGone = async (): Promise<boolean> =>
      (await call(server, { path: `/api/2.0/mlflow/runs/get?run_id=${first}` })).status === 404;
    assert.ok(await until(isGone));
    // Reads see a write before it is durable; what is answered after it is durable with all that came before.
    await newExperiment('after');
    await server.kill();
    await answer;
    server = await startLabbook({ store: server.store });
    const isThere = await Promise.all(
      runs.map(async (id) => (await call(server, { path: `/api/2.0/mlflow/runs/get?run_id=${id}` })).status === 200),
    );
    const left = runs.filter((_, i) => isThere[i]);
    assert.ok(left.length < runs.length);
    const folders = async (): Promise<string[]> => (await readdir(folderOf('0'))).sort();
    assert.ok(await until(async () => (await folders()).length === left.length));
    assert.deepEqual(await folders(), [...left].sort());
    const histories = path.join(server.store, 'history');
    const names = left.map((id) => `${id}.sqlite`);
    assert.ok(await until(async () => (await readdir(histories)).every((name) => names.includes(name))));
    assert.equal(read(await purge(left))['runs'], left.length);
  });
});
