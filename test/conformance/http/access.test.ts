import assert from 'node:assert/strict';
import { apiPrefix, artifactPrefix } from '../../../src/protocol/mlflow';
import { startLabbook, type LabbookServer } from '../../fakes/labbookServer';
import { assertError, call, rawExchange, type Answer } from './rawHttp';

const routes: [string, string][] = [
  ...['create', 'search', 'update', 'delete', 'restore', 'set-experiment-tag', 'delete-experiment-tag'].map(
    (name): [string, string] => ['POST', `${apiPrefix}/experiments/${name}`],
  ),
  ...['get', 'get-by-name', 'list', 'search'].map((name): [string, string] => [
    'GET',
    `${apiPrefix}/experiments/${name}`,
  ]),
  ...[
    'create',
    'update',
    'delete',
    'restore',
    'search',
    'log-metric',
    'log-parameter',
    'log-batch',
    'set-tag',
    'delete-tag',
  ].map((name): [string, string] => ['POST', `${apiPrefix}/runs/${name}`]),
  ['GET', `${apiPrefix}/runs/get`],
  ['GET', `${apiPrefix}/metrics/get-history`],
  ['GET', `${apiPrefix}/artifacts/list`],
  ['GET', artifactPrefix],
  ['GET', `${artifactPrefix}/a`],
  ['PUT', `${artifactPrefix}/a`],
  ['DELETE', `${artifactPrefix}/a`],
  ['GET', '/ajax-api/2.0/mlflow/runs/get'],
  ['GET', '/api/2.0/preview/mlflow/experiments/list'],
  ['GET', '/api/labbook/1.0/info'],
  ['GET', '/api/labbook/1.0/events'],
  ['POST', '/api/labbook/1.0/series'],
  ['POST', '/api/labbook/1.0/slots'],
  ['POST', '/api/labbook/1.0/shutdown'],
  ['POST', '/api/2.0/mlflow/registered-models/create'],
  ['POST', '/v1/traces'],
  ['GET', '/'],
  ['GET', '/no/such/path'],
  ['GET', '/%zz'],
  ['GET', '//x'],
  ['PATCH', `${apiPrefix}/runs/get`],
  ['OPTIONS', `${apiPrefix}/runs/get`],
  ['TRACE', '/'],
  ['PROPFIND', '/'],
  ['GET', '/health/'],
  ['GET', '/versionx'],
];

describe('who may ask', () => {
  let server: LabbookServer;
  before(async () => {
    server = await startLabbook({ args: ['--allow-host', 'Box.example'] });
  });
  after(() => server.dispose());

  const ask = (headers: Record<string, string>, token: string | null = null, path = `${apiPrefix}/experiments/list`) =>
    call(server, { path, token, headers });

  it('wants a token for every path and method but /health and /version', async () => {
    for (const [method, path] of routes) {
      for (const headers of [{}, { authorization: 'Bearer wrong' }]) {
        const answer = await call(server, { method, path, token: null, headers });
        assertError(answer, 401, 'UNAUTHENTICATED');
      }
    }
    for (const [path, text] of [
      ['/health', 'OK'],
      ['/version', /^\d+\.\d+\.\d+$/],
    ] as const) {
      const answer = await call(server, { path, token: null });
      assert.equal(answer.status, 200);
      assert.match(answer.text, new RegExp(text));
    }
  });

  it('takes the token as Bearer and as the password of Basic, and nothing like it', async () => {
    const { token } = server;
    const basic = (pair: string): string => `Basic ${Buffer.from(pair).toString('base64')}`;
    for (const authorization of [
      `Bearer ${token}`,
      `bearer  ${token}`,
      basic(`labbook:${token}`),
      basic(`:${token}`),
      basic(`a@b:${token}`),
    ]) {
      assert.equal((await ask({ authorization })).status, 200, authorization);
    }
    const wrong = [token, `Bearer ${token}x`, `Bearer ${token.slice(0, -1)}`, `Bearer ${token.toUpperCase()}`, 'Bearer ', basic(token),
      basic(`${token}:`), basic(`${token}:x`), `Digest ${token}`, `Bearer ${token} ${token}`, `Bearer x, Bearer ${token}`]; // prettier-ignore
    for (const authorization of wrong) {
      assertError(await ask({ authorization }), 401, 'UNAUTHENTICATED');
    }
    assertError(await ask({}, null, `${apiPrefix}/experiments/list?token=${token}`), 401);
  });

  it('knows its own host names only', async () => {
    for (const host of [
      '127.0.0.1',
      `127.0.0.1:${server.port}`,
      'localhost',
      'LOCALHOST:1',
      '[::1]:5000',
      'box.example',
      'BOX.example:80',
    ]) {
      assert.equal((await ask({ host }, server.token)).status, 200, host);
    }
    const foreign = ['evil.example', '127.0.0.1.evil.example', 'localhost.', 'localhost.evil.example', '[::2]', '0.0.0.0', '127.0.0.2', '2130706433',
      'localhost:x', 'x@localhost', 'localhost/', '::1']; // prettier-ignore
    for (const host of foreign) {
      const answer = await ask({ host }, server.token);
      assertError(answer, 403, 'PERMISSION_DENIED');
      assertError(await ask({ host }, server.token, '/health'), 403);
    }
    const none = await rawExchange(server.port, 'GET /health HTTP/1.1\r\nConnection: close\r\n\r\n');
    assert.match(none.text, /^HTTP\/1\.1 400 .*"error_code":"BAD_REQUEST"/s);
    const two = 'GET /health HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\nConnection: close\r\n\r\n';
    assert.match((await rawExchange(server.port, two)).text, /^HTTP\/1\.1 400 /);
  });

  it('refuses other origins, null included', async () => {
    const own = `http://127.0.0.1:${server.port}`;
    assert.equal((await ask({ origin: own }, server.token)).status, 200);
    const foreign = ['null', 'http://evil.example', 'http://127.0.0.1:1', 'http://127.0.0.1', `${own}.evil.example`, 'file://', 'vscode-webview://x',
      `http://localhost:${server.port}`]; // prettier-ignore
    for (const origin of foreign) {
      assertError(await ask({ origin }, server.token), 403, 'PERMISSION_DENIED');
      assertError(await ask({ origin }, null, '/health'), 403);
    }
  });

  it('checks host, then origin, then token', async () => {
    assertError(await ask({ host: 'evil.example', origin: 'null' }), 403, undefined, /host/);
    assertError(await ask({ origin: 'null' }), 403, undefined, /origin/);
    assertError(await ask({}), 401);
  });

  it('sends the safety headers with everything, and nothing of CORS with anything', async () => {
    const answers: Answer[] = [
      await ask({}, null, '/health'),
      await ask({}),
      await ask({}, server.token),
      await ask({ origin: 'null' }),
      await ask({}, server.token, '/nothing'),
      await call(server, {
        method: 'OPTIONS',
        path: `${apiPrefix}/runs/create`,
        headers: { 'access-control-request-method': 'POST' },
      }),
      await call(server, { method: 'PUT', path: `${artifactPrefix}/x/a.html`, body: '<script>' }),
      await call(server, { path: `${artifactPrefix}/x/a.html` }),
    ];
    for (const { headers } of answers) {
      assert.equal(headers['x-content-type-options'], 'nosniff');
      assert.equal(headers['cache-control'], 'no-store');
      assert.equal(headers['content-security-policy'], "default-src 'none'; sandbox");
      assert.equal(headers['x-frame-options'], 'DENY');
      assert.deepEqual(
        Object.keys(headers).filter((name) => name.startsWith('access-control')),
        [],
      );
      assert.doesNotMatch(headers['content-type'] ?? '', /html/);
    }
  });

  it('names the methods of a path it knows, and paths it does not', async () => {
    const wrong = await call(server, { method: 'GET', path: `${apiPrefix}/runs/create` });
    assertError(wrong, 405, 'METHOD_NOT_ALLOWED');
    assert.equal(wrong.headers.allow, 'POST');
    const search = await call(server, { method: 'PUT', path: `${apiPrefix}/experiments/search`, body: {} });
    assert.equal(search.headers.allow, 'GET, POST');
    const file = await call(server, { method: 'POST', path: `${artifactPrefix}/a/b`, body: {} });
    assertError(file, 405);
    assert.equal(file.headers.allow, 'DELETE, GET, PUT');
    for (const method of ['OPTIONS', 'HEAD', 'TRACE', 'PROPFIND']) {
      assert.equal((await call(server, { method, path: `${apiPrefix}/runs/get` })).status, 405, method);
    }
    assertError(await call(server, { path: '/no/such' }), 404, 'ENDPOINT_NOT_FOUND', /GET \/no\/such/);
    assertError(
      await call(server, { method: 'POST', path: `${apiPrefix}/webhooks`, body: {} }),
      501,
      'NOT_IMPLEMENTED',
      /webhooks/,
    );
    const override = await call(server, {
      path: `${apiPrefix}/runs/create`,
      headers: { 'x-http-method-override': 'POST' },
    });
    assertError(override, 405);
  });

  it('refuses what no client sends, in JSON', async () => {
    const head = `Host: localhost\r\nAuthorization: Bearer ${server.token}\r\n`;
    const both = `POST ${apiPrefix}/runs/search HTTP/1.1\r\n${head}Content-Type: application/json\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`;
    const cases: [string, RegExp][] = [
      [both, /^HTTP\/1\.1 400 .*"error_code"/s],
      [`GET http://evil.example/ HTTP/1.1\r\n${head}Connection: close\r\n\r\n`, /^HTTP\/1\.1 400 .*"error_code"/s],
      [`CONNECT a:1 HTTP/1.1\r\n${head}\r\n`, /^HTTP\/1\.1 (400|405) .*"error_code"/s],
      [`CONNECT a:1 HTTP/1.1\r\nHost: localhost\r\n\r\n`, /^HTTP\/1\.1 401 .*"error_code"/s],
      [`nonsense\r\n\r\n`, /^HTTP\/1\.1 400 .*"error_code"/s],
      [`GET / HTTP/1.1\r\n${head}X: ${'x'.repeat(70_000)}\r\n\r\n`, /^HTTP\/1\.1 431 .*"error_code"/s],
      [`GET /${'a'.repeat(70_000)} HTTP/1.1\r\n${head}\r\n`, /^HTTP\/1\.1 431 /],
      [`GET /%zz HTTP/1.1\r\n${head}Connection: close\r\n\r\n`, /^HTTP\/1\.1 400 .*"error_code"/s],
      [`GET /%00 HTTP/1.1\r\n${head}Connection: close\r\n\r\n`, /^HTTP\/1\.1 400 .*"error_code"/s],
      [
        `GET //model-versions/get-artifact HTTP/1.1\r\n${head}Connection: close\r\n\r\n`,
        /^HTTP\/1\.1 400 .*"error_code"/s,
      ],
    ];
    for (const [text, expected] of cases) {
      assert.match((await rawExchange(server.port, text)).text, expected, text.slice(0, 80));
    }
    assert.equal((await call(server, { path: '/health' })).status, 200);
  });

  it('is reached by localhost over IPv4 and, where there is one, over IPv6', async () => {
    const outcome = await call(server, { path: '/health', address: '::1' }).then(
      (answer) => answer.text,
      (error: NodeJS.ErrnoException) => error.code,
    );
    assert.ok(['OK', 'EADDRNOTAVAIL', 'EAFNOSUPPORT'].includes(outcome ?? ''), outcome);
  });

  it('cuts off headers that never end', async () => {
    const { text, closed } = await rawExchange(server.port, 'GET / HTTP/1.1\r\nHost: localhost\r\nX-A: ', 15_000);
    assert.ok(closed, 'still open after 15 s');
    assert.match(text, /^HTTP\/1\.1 408 .*"error_code"/s);
  }).timeout(20_000);
});
