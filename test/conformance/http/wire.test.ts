import assert from 'node:assert/strict';
import http from 'node:http';
import fc from 'fast-check';
import { apiPrefix } from '../../../src/protocol/mlflow';
import { startLabbook, type LabbookServer } from '../../fakes/labbookServer';
import { api, assertError, call, createRun, rawExchange, record, records, type Answer } from './rawHttp';

describe('the REST API', () => {
  let server: LabbookServer;
  let runId: string;
  before(async () => {
    server = await startLabbook();
  });
  after(() => server.dispose());
  beforeEach(async () => {
    runId = await createRun(server);
  });

  const post = (path: string, body: object | string, headers: Record<string, string> = {}): Promise<Answer> =>
    call(server, {
      method: 'POST',
      path: apiPrefix + path,
      body,
      headers: { 'content-type': 'application/json', ...headers },
    });
  const history = async (key: string, more = ''): Promise<Record<string, unknown>[]> =>
    records(
      (await api(server, 'GET', `/metrics/get-history?run_id=${runId}&metric_key=${key}${more}`))['metrics'] ?? [],
    );
  const getRun = async (id = runId): Promise<Record<string, unknown>> =>
    record((await api(server, 'GET', `/runs/get?run_id=${id}`))['run']);

  it('gives every double and every 64-bit integer back exactly', async () => {
    const double = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0);
    const whole = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
    const fixed: [number, bigint, bigint][] = [
      [5e-324, 2n ** 53n + 1n, 2n ** 53n + 3n],
      [1.7976931348623157e308, -(2n ** 63n), 2n ** 63n - 1n],
      [2 ** 53 + 2, -1n, 0n],
      [1e-300, 0n, 1n],
      [0.1 + 0.2, 2n ** 63n - 1n, 253402300799999n],
    ];
    const random = fc.sample(
      fc.tuple(
        double,
        whole,
        whole.map((value) => (value < 0n ? -value - 1n : value)),
      ),
      200,
    );
    const points = [...fixed, ...random];
    const metrics = points.map(
      ([value, step, timestamp], i) => `{"key":"m${i}","value":${value},"step":${step},"timestamp":${timestamp}}`,
    );
    assert.equal((await post('/runs/log-batch', `{"run_id":"${runId}","metrics":[${metrics.join(',')}]}`)).status, 200);
    for (const [i, [value, step, timestamp]] of points.entries()) {
      const [point] = await history(`m${i}`);
      assert.deepEqual(
        [Number(point?.['value']), BigInt(String(point?.['step'])), BigInt(String(point?.['timestamp']))],
        [value, step, timestamp],
      );
    }
  });

  it('writes and reads what JSON has no number for as strings', async () => {
    for (const value of ['NaN', 'Infinity', '-Infinity']) {
      assert.equal((await post('/runs/log-metric', { run_id: runId, key: value, value, timestamp: 1 })).status, 200);
      assert.deepEqual(await history(value), [{ key: value, value, timestamp: 1, step: 0 }]);
    }
    assertError(await post('/runs/log-metric', `{"run_id":"${runId}","key":"k","value":NaN,"timestamp":1}`), 400);
    assertError(await post('/runs/log-metric', `{"run_id":"${runId}","key":"k","value":1e999,"timestamp":1}`), 400);
    assert.deepEqual(await history('k'), []);
  });

  it('is as lenient as protobuf about names and types', async () => {
    const bodies = [
      { run_id: runId, key: 'a', value: '0.5', timestamp: '12', step: '3' },
      { runId, key: 'b', value: 0.5, timestamp: 12.0, step: 3 },
      { run_uuid: runId, key: 'c', value: '5e-1', timestamp: '1.2e1', step: '3.0', unknown: { x: [] } },
      { run_id: '', runUuid: runId, key: 'd', value: 0.5, timestamp: 12, step: 3, run_id_: null },
    ];
    for (const body of bodies) {
      assert.equal((await post('/runs/log-metric', body)).status, 200, JSON.stringify(body));
      assert.deepEqual(await history(body.key), [{ key: body.key, value: 0.5, timestamp: 12, step: 3 }]);
    }
    for (const status of ['FINISHED', 3, '3']) {
      await post('/runs/update', { run_id: runId, status: 'RUNNING' });
      const answer = await post('/runs/update', { runId, status, endTime: '77' });
      assert.equal(record(record(JSON.parse(answer.text))['run_info'])['status'], 'FINISHED');
    }
    const twice = JSON.stringify(JSON.stringify({ run_id: runId, key: 't', value: 'encoded twice' }));
    assert.equal((await post('/runs/set-tag', twice)).status, 200);
    const tags = records(record((await getRun())['data'])['tags']);
    assert.ok(tags.some(({ key, value }) => key === 't' && value === 'encoded twice'));
    assert.equal((await post('/runs/search', '')).status, 200, 'an empty body is {}');
    assert.equal((await post('/runs/search', ' ')).status, 200);
  });

  it("says what is missing or wrong in MLflow's words", async () => {
    const cases: [string, object, RegExp][] = [
      ['/runs/log-metric', { run_id: runId, value: 1, timestamp: 1 }, /^Missing value for required parameter 'key'\. See the API docs for more information about request parameters\.$/],
      ['/runs/log-metric', { run_id: runId, key: 'k', timestamp: 1 }, /^Missing value for required parameter 'value'/],
      ['/runs/log-metric', { run_id: runId, key: 'k', value: 1 }, /^Missing value for required parameter 'timestamp'/],
      ['/runs/log-metric', { key: 'k', value: 1, timestamp: 1 }, /^Missing value for required parameter 'run_id'/],
      ['/runs/log-batch', { run_id: runId, metrics: [{ key: 'k', value: 1 }] }, /^Missing value for required parameter 'metrics\[0\]\.timestamp'/],
      ['/runs/log-batch', { run_id: runId, params: [{ key: 'a', value: '1' }, { value: '2' }] }, /^Missing value for required parameter 'params\[1\]\.key'/],
      ['/experiments/create', {}, /^Missing value for required parameter 'name'/],
      ['/experiments/create', { name: '' }, /^Missing value for required parameter 'name'/],
      ['/experiments/create', { name: 123 }, /^Invalid value 123 for parameter 'name' supplied: {2}Hint: Value was of type 'int'\. See the API docs/],
      ['/experiments/create', { name: 'x', tags: '5' }, /^Invalid value "5" for parameter 'tags' supplied/],
      ['/runs/log-metric', { run_id: runId, key: 'k', value: 'x', timestamp: 1 }, /^Invalid value "x" for parameter 'value' supplied: .*'str'/],
      ['/runs/log-metric', { run_id: runId, key: 'k', value: true, timestamp: 1 }, /^Invalid value true .*'bool'/],
      ['/runs/log-metric', { run_id: runId, key: 'k', value: 1, timestamp: 1.5 }, /^Invalid value 1\.5 for parameter 'timestamp' .*'float'/],
      ['/runs/log-metric', { run_id: runId, key: 'k', value: 1, timestamp: -1 }, /timestamp -1/],
      ['/runs/log-metric', { run_id: runId, key: '../k', value: 1, timestamp: 1 }, /^Invalid value "\.\.\/k" for parameter 'name'/],
      ['/runs/log-parameter', { run_id: runId, key: 'k', value: 5 }, /^Invalid value 5 for parameter 'value'/],
      ['/runs/log-parameter', { run_id: runId, key: 'k\0', value: '' }, /^Invalid value "k\\u0000"/],
      ['/runs/log-batch', { run_id: '../x' }, /^Invalid value "\.\.\/x" for parameter 'run_id' supplied\.$/],
      ['/runs/update', { run_id: runId, status: 'DONE' }, /^Invalid value "DONE" for parameter 'status'/],
      ['/experiments/search', {}, /^Invalid value 0 for parameter 'max_results' supplied\. It must be a positive integer/],
      ['/experiments/search', { max_results: 50_001 }, /at most 50000/],
      ['/runs/search', { experiment_ids: ['0'], max_results: 50_001 }, /at most 50000/],
      ['/runs/search', { experiment_ids: ['0'], filter: 'metrics.a >' }, /filter/],
      ['/runs/search', { experiment_ids: ['0'], order_by: ['nonsense.a'] }, /order_by/],
      ['/runs/search', { experiment_ids: ['0'], page_token: 'x' }, /^Invalid page token/],
    ]; // prettier-ignore
    for (const [path, body, message] of cases) {
      assertError(await post(path, body), 400, 'INVALID_PARAMETER_VALUE', message);
    }
    const big = `{"run_id":"${runId}","key":"k","value":1,"timestamp":1,"step":9223372036854775808}`;
    assertError(
      await post('/runs/log-metric', big),
      400,
      'INVALID_PARAMETER_VALUE',
      /Invalid value 9223372036854775808 for parameter 'step'/,
    );
  });

  it('takes what a GET asks for from its body where the query is empty', async () => {
    const get = (query: string, body: object | string): Promise<Answer> =>
      call(server, {
        method: 'GET',
        path: `${apiPrefix}/runs/get${query}`,
        body,
        headers: { 'content-type': 'application/json' },
      });
    assert.deepEqual((await api(server, 'GET', '/runs/get', { run_id: runId }))['run'], await getRun());
    // The query counts where there is one.
    assert.equal((await get(`?run_id=${runId}`, { run_id: '0'.repeat(32) })).status, 200);
    assertError(await get('', '{'), 400, 'BAD_REQUEST');
    assertError(await get('', ''), 400, 'INVALID_PARAMETER_VALUE', /'run_id'/);
  });

  it('refuses bodies that are not what they should be', async () => {
    const body = { run_id: runId, key: 'k', value: 'v' };
    assertError(await post('/runs/set-tag', '{"run_id":'), 400, 'BAD_REQUEST');
    assertError(await post('/runs/set-tag', '[]'), 400);
    assertError(await post('/runs/set-tag', '"{"'), 400);
    assertError(await post('/runs/set-tag', `${'['.repeat(10_000)}${']'.repeat(10_000)}`), 400, 'BAD_REQUEST', /deep/);
    for (const type of [
      'text/plain',
      'application/x-www-form-urlencoded',
      'multipart/form-data',
      'application/jsonx',
      'nonsense',
    ]) {
      assertError(
        await post('/runs/set-tag', body, { 'content-type': type }),
        400,
        'INVALID_PARAMETER_VALUE',
        /Content-Type must be one of/,
      );
    }
    const untyped = await call(server, {
      method: 'POST',
      path: `${apiPrefix}/runs/set-tag`,
      body: JSON.stringify(body),
    });
    assertError(untyped, 400, 'INVALID_PARAMETER_VALUE', /Content-Type header is missing/);
    assert.equal(
      (await post('/runs/set-tag', body, { 'content-type': 'Application/JSON; charset=utf-8' })).status,
      200,
    );
    assertError(await post('/runs/set-tag', body, { 'content-encoding': 'gzip' }), 415, 'UNSUPPORTED_MEDIA_TYPE');
    const latin1 = await call(server, {
      method: 'POST',
      path: `${apiPrefix}/runs/set-tag`,
      body: Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]),
      headers: { 'content-type': 'application/json' },
    });
    assertError(latin1, 400, 'BAD_REQUEST', /UTF-8/);
    for (const path of ['/runs/get?run_id=%ff', '/runs/get?run_id=%', '/runs/get?%zz=1']) {
      assertError(await call(server, { path: apiPrefix + path }), 400, 'BAD_REQUEST');
    }
    assert.equal(
      (
        await post(
          '/runs/set-tag',
          `{"__proto__":{"key":"p"},"constructor":1,"run_id":"${runId}","key":"x","key":"last","value":""}`,
        )
      ).status,
      200,
    );
    const tags = records(record((await getRun())['data'])['tags']).map(({ key }) => key);
    assert.ok(tags.includes('last') && !tags.includes('p') && !tags.includes('x'));
  });

  it('answers long bodies, which it reads in parts, as short ones', async () => {
    const metric = { key: 'm', value: 1, timestamp: 1, step: 2 };
    const batch = (fields: object): string => JSON.stringify({ run_id: runId, ...fields });
    const tooMany = Array.from({ length: 1001 }, () => metric);
    const many = Array.from({ length: 200 }, (_, i) => ({ key: `p${i}`, value: '' }));
    const bodies = [
      batch({ metrics: [metric] }),
      batch({ metrics: tooMany }),
      batch({ metrics: [...tooMany, { key: 'm' }] }),
      batch({ metrics: [...tooMany, { ...metric, key: '../x' }], params: many }),
      batch({ metrics: [metric, { ...metric, timestamp: -1 }], params: many, tags: [{}] }),
      batch({ metrics: [metric, 7] }),
      batch({ metrics: { metric } }),
      batch({ params: [...many.slice(0, 2), { key: 'p1', value: 'other' }] }),
      batch({ params: [{ key: 'é'.repeat(251), value: '' }] }),
      batch({ tags: [{ key: 't', value: ['x'.repeat(600)] }] }),
      batch({ run_id: { a: [0, 'é'], b: 'x'.repeat(600) } }).replace('[0', '[9007199254740993'),
      batch({ run_id: '../x', metrics: [{ ...metric, key: '/' }] }),
      JSON.stringify(batch({ tags: [{ key: 'inside', value: '"' }] })),
      `\ufeff${batch({})}`,
      batch({}).slice(1),
      batch({}).slice(0, -1),
      '"{"',
      '" "',
      '[]',
      '7',
      '',
      `${'['.repeat(101)}1${' '.repeat(100)}${']'.repeat(101)}`,
    ];
    for (const body of bodies) {
      const short = await post('/runs/log-batch', body);
      const at = body.startsWith('\ufeff') ? 1 : 0;
      const long = await post('/runs/log-batch', body.slice(0, at) + ' \n'.repeat(600_000) + body.slice(at));
      assert.equal(long.status, short.status, body.slice(0, 200));
      // Where no JSON could be read, parsers differ in what they say.
      const told = (answer: Answer): string => answer.text.replace(/(that can be read: ).*/s, '$1');
      assert.equal(told(long), told(short), body.slice(0, 200));
    }
    const notUtf8 = Buffer.concat([Buffer.alloc(1_200_000, ' '), Buffer.from([0x22, 0xff, 0x22])]);
    const refused = await call(server, {
      method: 'POST',
      path: `${apiPrefix}/runs/log-batch`,
      body: notUtf8,
      headers: { 'content-type': 'application/json' },
    });
    assertError(refused, 400, 'BAD_REQUEST', /UTF-8/);
  }).timeout(40_000);

  it('answers a body over 64 MB with 413 and closes the connection', async () => {
    const head = (fields: string): string =>
      `POST ${apiPrefix}/runs/log-batch HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${server.token}\r\nContent-Type: application/json\r\n${fields}\r\n\r\n`;
    const told = await rawExchange(server.port, head('Content-Length: 67108865') + '{', 15_000);
    assert.match(told.text, /^HTTP\/1\.1 413 .*connection: close.*"error_code":"REQUEST_TOO_LARGE"/is);
    assert.ok(told.closed);
    const answer = await call(server, {
      method: 'POST',
      path: `${apiPrefix}/runs/log-batch`,
      headers: { 'content-type': 'application/json', 'transfer-encoding': 'chunked' },
      body: Buffer.alloc(70 * 1024 * 1024, 0x20),
    });
    assertError(answer, 413, 'REQUEST_TOO_LARGE');
    assert.equal(answer.headers.connection, 'close');
    const allowed = await post(
      '/runs/set-tag',
      `{"run_id":"${runId}","key":"k","value":"v"${' '.repeat(60 * 1024 * 1024)}}`,
    );
    assert.equal(allowed.status, 200);
  }).timeout(40_000);

  it('refuses a body of millions of values, and lists that no request has', async () => {
    const numbers = `{"run_id":"${runId}","metrics":[${'0,'.repeat(5_000_000)}0]}`;
    assertError(await post('/runs/log-batch', numbers), 400, 'BAD_REQUEST', /more than 500000 values/);
    const models = Array.from({ length: 10_001 }, (_, i) => ({ model_id: `m-${i}` }));
    const inputs = JSON.stringify({ run_id: runId, models });
    assertError(await post('/runs/log-inputs', inputs), 400, 'INVALID_PARAMETER_VALUE', /at most 10000 items/);
    const metrics = Array.from({ length: 12_000 }, () => ({ key: 'a', value: 1, timestamp: 1 }));
    const batch = JSON.stringify({ run_id: runId, metrics });
    assertError(await post('/runs/log-batch', batch), 400, 'INVALID_PARAMETER_VALUE', /Got 12000 metrics/);
  }).timeout(40_000);

  it('pages through runs, newest first, and through experiments', async () => {
    const { experiment_id } = await api(server, 'POST', '/experiments/create', { name: 'paged' });
    const ids: string[] = [];
    for (let i = 0; i < 7; i++) {
      ids.push(await createRun(server, { experiment_id, start_time: i, tags: [{ key: 'i', value: String(i) }] }));
    }
    const search = async (fields: object): Promise<string[]> => {
      const found: string[] = [];
      for (let token: unknown = ''; token !== undefined;) {
        const page = await api(server, 'POST', '/runs/search', {
          experiment_ids: [experiment_id],
          page_token: token,
          ...fields,
        });
        found.push(...records(page['runs'] ?? []).map((run) => String(record(run['info'])['run_id'])));
        token = page['next_page_token'];
      }
      return found;
    };
    assert.deepEqual(await search({ max_results: 3 }), [...ids].reverse());
    assert.deepEqual(await search({ max_results: 7 }), [...ids].reverse());
    assert.deepEqual(await search({ max_results: 2, order_by: ['attributes.start_time ASC'] }), ids);
    assert.deepEqual(await api(server, 'POST', '/runs/search', { experiment_ids: [] }), {});
    await api(server, 'POST', '/runs/delete', { run_id: ids[0] });
    assert.deepEqual(await search({ run_view_type: 'DELETED_ONLY' }), [ids[0]]);
    assert.equal((await search({ run_view_type: 3 })).length, 7);
    assert.equal((await search({})).length, 6);
    const byQuery = await api(server, 'GET', '/experiments/search?max_results=1&order_by=name+DESC&view_type=ALL');
    assert.equal(records(byQuery['experiments'])[0]?.['name'], 'paged');
    assert.equal(typeof byQuery['next_page_token'], 'string');
    assert.equal(records((await api(server, 'GET', '/experiments/list'))['experiments']).length, 2);
  });

  it('answers a whole history when no size is named, in pages otherwise', async () => {
    const count = 25_000;
    for (let start = 0; start < count; start += 1000) {
      const metrics = Array.from({ length: 1000 }, (_, i) => ({
        key: 'm',
        value: i,
        timestamp: start + i,
        step: start + i,
      }));
      assert.equal((await post('/runs/log-batch', { run_id: runId, metrics })).status, 200);
    }
    const whole = await history('m');
    assert.equal(whole.length, count);
    whole.forEach(({ step }, i) => assert.equal(step, i));
    const page = await api(server, 'GET', `/metrics/get-history?run_id=${runId}&metric_key=m&max_results=24000`);
    assert.equal(records(page['metrics']).length, 24_000);
    const rest = await history(
      'm',
      `&max_results=24000&page_token=${encodeURIComponent(String(page['next_page_token']))}`,
    );
    assert.deepEqual(rest, whole.slice(24_000));
    assert.deepEqual(await history('nothing'), []);
    assert.deepEqual(await api(server, 'GET', `/metrics/get-history?run_id=${'0'.repeat(32)}&metric_key=m`), {});
  }).timeout(60_000);

  it('writes a batch whole or not at all', async () => {
    assert.equal((await post('/runs/log-parameter', { run_id: runId, key: 'p', value: '1' })).status, 200);
    const answer = await post('/runs/log-batch', {
      run_id: runId,
      metrics: [{ key: 'whole', value: 1, timestamp: 1, step: 0 }],
      params: [
        { key: 'q', value: '1' },
        { key: 'p', value: '2' },
      ],
      tags: [{ key: 'whole', value: 'x' }],
    });
    assertError(answer, 400, 'INVALID_PARAMETER_VALUE', /^Changing param values is not allowed/);
    assert.deepEqual(await history('whole'), []);
    const data = record((await getRun())['data']);
    assert.deepEqual(data['params'], [{ key: 'p', value: '1' }]);
    assert.ok(!records(data['tags']).some(({ key }) => key === 'whole'));
  });

  it('keeps the name of a run and its tag the same', async () => {
    const name = async (id: string): Promise<unknown[]> => {
      const run = await getRun(id);
      const tag = records(record(run['data'])['tags']).find(({ key }) => key === 'mlflow.runName');
      return [record(run['info'])['run_name'], tag?.['value']];
    };
    const [random, tag] = await name(runId);
    assert.match(String(random), /^[a-z]+-[a-z]+-\d+$/);
    assert.equal(random, tag);
    await api(server, 'POST', '/runs/update', { run_id: runId, run_name: 'second' });
    assert.deepEqual(await name(runId), ['second', 'second']);
    await api(server, 'POST', '/runs/set-tag', { run_id: runId, key: 'mlflow.runName', value: 'third' });
    assert.deepEqual(await name(runId), ['third', 'third']);
    assert.deepEqual(await name(await createRun(server, { tags: [{ key: 'mlflow.runName', value: 'by tag' }] })), [
      'by tag',
      'by tag',
    ]);
    const both = await post('/runs/create', { run_name: 'a', tags: [{ key: 'mlflow.runName', value: 'b' }] });
    assertError(both, 400, 'INVALID_PARAMETER_VALUE');
  });

  it('answers with the messages that clients look at', async () => {
    const none = '0'.repeat(32);
    assertError(
      await call(server, { path: `${apiPrefix}/runs/get?run_id=${none}` }),
      404,
      'RESOURCE_DOES_NOT_EXIST',
      new RegExp(`^Run with id=${none} not found`),
    );
    assertError(
      await call(server, { path: `${apiPrefix}/experiments/get?experiment_id=77` }),
      404,
      'RESOURCE_DOES_NOT_EXIST',
      /^No Experiment with id=77 exists/,
    );
    assertError(
      await call(server, { path: `${apiPrefix}/experiments/get-by-name?experiment_name=n` }),
      404,
      'RESOURCE_DOES_NOT_EXIST',
      /^Could not find experiment with name 'n'/,
    );
    assertError(
      await call(server, { path: `${apiPrefix}/experiments/get?experiment_id=x` }),
      400,
      'INVALID_PARAMETER_VALUE',
    );
    assertError(
      await post('/experiments/create', { name: 'Default' }),
      400,
      'RESOURCE_ALREADY_EXISTS',
      /^Experiment\(name=Default\) already exists/,
    );
    assertError(
      await post('/runs/delete-tag', { run_id: runId, key: 'k' }),
      404,
      'RESOURCE_DOES_NOT_EXIST',
      new RegExp(`^No tag with name: k in run with id ${runId}`),
    );
    assertError(
      await post('/runs/log-metric', { run_id: none, key: 'k', value: 1, timestamp: 1 }),
      404,
      'RESOURCE_DOES_NOT_EXIST',
    );
    await api(server, 'POST', '/runs/delete', { run_id: runId });
    assertError(
      await post('/runs/set-tag', { run_id: runId, key: 'k', value: '' }),
      400,
      undefined,
      /must be in the 'active' state/,
    );
    assertError(await post('/runs/create', { experiment_id: '4711' }), 404, 'RESOURCE_DOES_NOT_EXIST');
  });

  it('is there under the prefixes of older and newer clients', async () => {
    for (const prefix of ['/ajax-api/2.0/mlflow', '/api/2.0/preview/mlflow']) {
      assert.equal((await call(server, { path: `${prefix}/runs/get?run_uuid=${runId}` })).status, 200);
    }
    assert.equal((await call(server, { path: `/ajax-api/2.0/mlflow-artifacts/artifacts?path=0` })).status, 200);
  });

  it('answers 64 clients at once, on connections that stay', async () => {
    const agent = new http.Agent({ keepAlive: true, maxSockets: 64 });
    await Promise.all(
      Array.from({ length: 64 }, async (_, client) => {
        for (let step = 0; step < 20; step++) {
          const body = { run_id: runId, key: `c${client}`, value: step, timestamp: 1, step };
          const answer = await call(server, { method: 'POST', path: `${apiPrefix}/runs/log-metric`, body, agent });
          assert.equal(answer.status, 200);
        }
      }),
    );
    agent.destroy();
    assert.equal(records(record((await getRun())['data'])['metrics']).length, 64);
  });
});
