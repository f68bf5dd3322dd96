import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { apiPrefix } from '../../../src/protocol/mlflow';
import { startLabbook, type LabbookServer } from '../../fakes/labbookServer';
import { api, artifactPath, assertError, call, createRun, record, records, type Answer } from './rawHttp';

/** What MLflow's clients of all ages ask of the registry over plain HTTP, and `mlflow server` 3.17 answered. */
describe('the model registry', () => {
  let folder: string;
  let server: LabbookServer;
  let runId: string;
  let root: string;

  before(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'labbook-registry-'));
    server = await startLabbook({ store: path.join(folder, 'store'), args: ['--allow-artifacts', '/x'] });
    runId = await createRun(server);
    root = `mlflow-artifacts:/0/${runId}/artifacts`;
    await sent('POST', 'registered-models/create', { name: 'm' });
  });

  after(async () => {
    await server.dispose();
    await rm(folder, { recursive: true, force: true });
  });

  const send = (method: string, to: string, body: object, prefix = apiPrefix): Promise<Answer> =>
    call(server, { method, path: `${prefix}/${to}`, body });

  /** Sends what must succeed. */
  const sent = async (method: string, to: string, body: object, prefix = apiPrefix) => {
    const answer = await send(method, to, body, prefix);
    assert.equal(answer.status, 200, answer.text);
    return record(JSON.parse(answer.text));
  };

  const createVersion = (body: object) => send('POST', 'model-versions/create', { name: 'm', ...body });

  it('shows a model and a version as MLflow does: empty lists absent, empty texts of versions there', async () => {
    const tags = [{ key: 'k' }, { key: 'a', value: '1' }, { key: 'a', value: '2' }];
    const made = record((await sent('POST', 'registered-models/create', { name: 'shape', tags }))['registered_model']);
    const { creation_timestamp: created, last_updated_timestamp: updated, ...model } = made;
    assert.ok(typeof created === 'number' && created === updated && Math.abs(created - Date.now()) < 60_000);
    assert.deepEqual(model, {
      name: 'shape',
      tags: [
        { key: 'a', value: '2' },
        { key: 'k', value: '' },
      ],
    });
    const body = { name: 'shape', source: 's3://b/m' };
    const version = record((await sent('POST', 'model-versions/create', body))['model_version']);
    const { creation_timestamp: at, last_updated_timestamp: changed, ...rest } = version;
    assert.equal(at, changed);
    assert.deepEqual(rest, {
      name: 'shape',
      version: '1',
      current_stage: 'None',
      description: '',
      source: 's3://b/m',
      run_id: '',
      run_link: '',
      status: 'READY',
    });
    const cleared = await sent('PATCH', 'model-versions/update', { name: 'shape', version: '1' });
    assert.equal('description' in record(cleared['model_version']), false);
    assert.deepEqual(await sent('DELETE', 'registered-models/delete', { name: 'shape' }), {});
  });

  it('takes sources that lie where the request says', async () => {
    const taken = [
      { source: root, run_id: runId },
      { source: `${root}/model`, run_id: runId },
      { source: `runs:/${runId}/model`, run_id: runId },
      { source: 's3://bucket/a b' },
      { source: 'gs://bucket/a', run_id: 'elsewhere' },
      { source: 'dbfs:/a/b' },
    ];
    for (const body of taken) {
      assert.equal((await createVersion(body)).status, 200, body.source);
    }
    await sent('POST', 'registered-models/create', { name: 'copy' });
    const copy = await sent('POST', 'model-versions/create', { name: 'copy', source: 'models:/m/2' });
    assert.deepEqual(record(copy['model_version'])['run_id'], runId);
    const uri = await api(server, 'GET', '/model-versions/get-download-uri?name=copy&version=1');
    assert.deepEqual(uri, { artifact_uri: `${root}/model` });
    const latest = await sent('POST', 'model-versions/create', { name: 'copy', source: 'models:/m/latest' });
    assert.equal(record(latest['model_version'])['source'], `models:/m/${taken.length}`);
  });

  it('takes a local source only inside the run’s own local artifacts', async () => {
    const { experiment_id } = await api(server, 'POST', '/experiments/create', {
      name: 'local',
      artifact_location: '/x/y',
    });
    const local = await createRun(server, { experiment_id });
    const artifacts = `/x/y/${local}/artifacts`;
    for (const source of [`${artifacts}/m`, `file://${artifacts}/m`, `file:${artifacts}`]) {
      assert.equal((await createVersion({ source, run_id: local })).status, 200, source);
    }
    const wrong = ['/etc', `${artifacts}/../m`, `${artifacts}/%2e%2e/m`, 'm', './m', 'file:///etc', 'file://host/etc'];
    for (const source of wrong) {
      assertError(
        await createVersion({ source, run_id: local }),
        400,
        'INVALID_PARAMETER_VALUE',
        /Invalid model version/,
      );
    }
    assertError(await createVersion({ source: artifacts }), 400, 'INVALID_PARAMETER_VALUE', /run_id request parameter/);
    assertError(await createVersion({ source: '/etc', run_id: runId }), 400, 'INVALID_PARAMETER_VALUE');
  });

  it('refuses sources of others, unknown ones and those without a path', async () => {
    const refused = [
      { source: `${root}/model` },
      { source: `${root}x`, run_id: runId },
      { source: 'mlflow-artifacts:/0/other', run_id: runId },
      { source: `${root}/model`, run_id: 'unknown' },
      { source: `${root}/../x`, run_id: runId },
      { source: `${root}/%2e%2e/x`, run_id: runId },
      { source: `runs:/${runId}/model` },
      { source: 'mlflow-artifacts:/' },
      { source: 's3://A' },
      { source: 's3://A/b/../c' },
      { source: 'models:/m-1' },
      { source: 'models:/m-1', model_id: 'm-1' },
      { source: 'models:/m/1/2' },
      { source: 'models:/m/Testing' },
      { source: 'models://host/m/1' },
      { source: 'models:/m/1', run_id: 'another' },
      { source: 'models:/m/1', model_id: 'm-1' },
      { source: 'models:/m@nobody' },
    ];
    for (const body of refused) {
      assertError(await createVersion(body), 400, 'INVALID_PARAMETER_VALUE');
    }
    assertError(await createVersion({ source: 'models:/m/999' }), 404, 'RESOURCE_DOES_NOT_EXIST');
    assertError(
      await createVersion({ source: 'models:/gone/1' }),
      404,
      'RESOURCE_DOES_NOT_EXIST',
      /name=gone not found/,
    );
    assertError(await createVersion({ source: 's3://a/b', model_id: 'm-1' }), 404, 'RESOURCE_DOES_NOT_EXIST');
    assertError(await createVersion({}), 400, 'INVALID_PARAMETER_VALUE', /required parameter 'source'/);
  });

  it('notes a version on the logged model that it was made of', async () => {
    const { model } = await api(server, 'POST', '/logged-models', { experiment_id: '0', source_run_id: runId });
    const { model_id, artifact_uri } = record(record(model)['info']);
    const made = await createVersion({ source: `models:/${String(model_id)}`, model_id });
    const version = record(record(JSON.parse(made.text))['model_version']);
    assert.equal(version['run_id'], runId);
    const number = String(version['version']);
    const uri = await api(server, 'GET', `/model-versions/get-download-uri?name=m&version=${number}`);
    assert.equal(uri['artifact_uri'], artifact_uri);
    const found = await api(server, 'GET', `/logged-models/${String(model_id)}`);
    const tags = records(record(record(found['model'])['info'])['tags']);
    const [noted] = tags.filter(({ key }) => key === 'mlflow.modelVersions');
    assert.equal(noted?.['value'], `[{"name": "m", "version": ${number}}]`);
  });

  it('answers a client’s mistakes with 400 where MLflow says 500', async () => {
    const one = { name: 'm', version: '1' };
    const archive = { ...one, stage: 'None', archive_existing_versions: true };
    assertError(
      await send('POST', 'model-versions/transition-stage', archive),
      400,
      'INVALID_PARAMETER_VALUE',
      /Active stage/,
    );
    for (const query of [
      'order_by=name&order_by=name%20DESC',
      'filter=tags.k%20IS%20NULL',
      'max_results=0',
      'max_results=1001',
      'page_token=x!',
    ]) {
      assertError(
        await call(server, { path: `${apiPrefix}/registered-models/search?${query}` }),
        400,
        'INVALID_PARAMETER_VALUE',
      );
    }
    const many = await call(server, { path: `${apiPrefix}/model-versions/search?max_results=200001` });
    assertError(many, 400, 'INVALID_PARAMETER_VALUE', /at most 200000, but got value 200001/);
    assertError(
      await send('GET', 'model-versions/get?name=m&version=x', {}),
      400,
      'INVALID_PARAMETER_VALUE',
      /'version'/,
    );
  });

  it('serves a version’s files, whatever its source is', async () => {
    const name = 'files';
    const content = Buffer.from('a model');
    const put = await call(server, { method: 'PUT', path: artifactPath(runId, 'model/MLmodel'), body: content });
    assert.equal(put.status, 200);
    await sent('POST', 'registered-models/create', { name });
    for (const source of [`${root}/model`, `runs:/${runId}/model`]) {
      await sent('POST', 'model-versions/create', { name, source, run_id: runId });
    }
    await sent('POST', 'model-versions/create', { name, source: `models:/${name}/2` });
    await sent('POST', 'model-versions/create', { name, source: 's3://bucket/model' });
    const get = (version: string, file: string) =>
      call(server, { path: `/model-versions/get-artifact?name=${name}&version=${version}&path=${file}` });
    for (const version of ['1', '2', '3']) {
      const answer = await get(version, 'MLmodel');
      assert.deepEqual([answer.status, answer.text], [200, 'a model'], `version ${version}`);
    }
    assertError(await get('4', 'MLmodel'), 501, 'NOT_IMPLEMENTED', /s3:\/\/bucket/);
    assertError(await get('9', 'MLmodel'), 404, 'RESOURCE_DOES_NOT_EXIST');
    assertError(await get('1', 'missing'), 404, 'RESOURCE_DOES_NOT_EXIST');
    assertError(await get('1', '..%2fx'), 400, 'INVALID_PARAMETER_VALUE');
  });

  it('leaves no alias behind when its version goes', async () => {
    const name = 'aliased';
    await sent('POST', 'registered-models/create', { name });
    await sent('POST', 'model-versions/create', { name, source: 's3://a/b' });
    await sent('POST', 'registered-models/alias', { name, alias: 'a', version: '1' });
    await sent('DELETE', 'model-versions/delete', { name, version: '1' });
    const gone = await call(server, { path: `${apiPrefix}/registered-models/alias?name=aliased&alias=a` });
    assertError(gone, 400, 'INVALID_PARAMETER_VALUE', /Registered model alias a not found/);
    const latest = await call(server, { path: `${apiPrefix}/registered-models/alias?name=aliased&alias=latest` });
    assertError(latest, 404, 'RESOURCE_DOES_NOT_EXIST', /Latest version not found/);
  });

  it('serves what 1.x clients ask for', async () => {
    const preview = '/api/2.0/preview/mlflow';
    await sent('POST', 'registered-models/create', { name: 'one' }, preview);
    await sent('POST', 'model-versions/create', { name: 'one', source: 's3://a/b' }, preview);
    const listed = await call(server, { path: `${preview}/registered-models/list?max_results=1` });
    const page = record(JSON.parse(listed.text));
    assert.equal(records(page['registered_models']).length, 1);
    const token = encodeURIComponent(String(page['next_page_token']));
    const next = await call(server, { path: `${apiPrefix}/registered-models/list?page_token=${token}` });
    const names = records(record(JSON.parse(next.text))['registered_models']).map(({ name }) => name);
    assert.ok(names.includes('one'));
    const latest = await call(server, {
      path: `${preview}/registered-models/get-latest-versions?name=one&stages=None`,
    });
    assert.equal(records(record(JSON.parse(latest.text))['model_versions']).length, 1);
  });

  it('has everything after a restart', async () => {
    const read = async () => [
      (await api(server, 'GET', '/registered-models/search'))['registered_models'],
      (await api(server, 'GET', '/model-versions/search'))['model_versions'],
    ];
    const before = await read();
    await server.kill();
    server = await startLabbook({ store: path.join(folder, 'store') });
    assert.deepEqual(await read(), before);
  });
});
