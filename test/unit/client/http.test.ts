import assert from 'node:assert/strict';
import type http from 'node:http';
import { HttpClient } from '../../../src/client/http';
import { RequestError } from '../../../src/client/requestError';
import { until } from '../../fakes/labbookServer';
import { HandServer } from './httpServer';

const token = 'very-secret';
const get = { method: 'GET', path: '/x', read: true } as const;

const failsWith = (failure: string, message: RegExp, status?: number) => (error: unknown) => {
  assert.ok(error instanceof RequestError, String(error));
  assert.equal(error.failure, failure);
  assert.equal(error.status, status);
  assert.match(error.message, message);
  assert.ok(!`${error.stack} ${JSON.stringify(error)}`.includes(token), 'the token is in the error');
  return true;
};

describe('HttpClient', () => {
  let server: HandServer | undefined;
  let client: HttpClient | undefined;
  afterEach(async () => {
    client?.dispose();
    await server?.stop();
  });

  async function serve(listener: http.RequestListener): Promise<HttpClient> {
    server = await HandServer.start(listener);
    client = new HttpClient({ url: `${server.url}/prefix`, token });
    return client;
  }

  it('sends method, query, body and token, below the prefix', async () => {
    const seen: unknown[] = [];
    const http = await serve((request, response) => {
      let body = '';
      request.on('data', (piece) => (body += String(piece)));
      request.on('end', () => {
        seen.push([request.method, request.url, request.headers.authorization, request.headers['content-type'], body]);
        response.end('{"big": 9007199254740993}');
      });
    });
    assert.deepEqual(await http.json({ ...get, query: { a: 'ü &', list: ['1', '2'], none: undefined, n: 5 } }), {
      big: 9007199254740993n,
    });
    await http.json({ method: 'POST', path: '/y', body: { step: 2n ** 60n, none: undefined }, read: false });
    assert.deepEqual(seen, [
      ['GET', '/prefix/x?a=%C3%BC+%26&list=1&list=2&n=5', `Bearer ${token}`, undefined, ''],
      ['POST', '/prefix/y', `Bearer ${token}`, 'application/json', '{"step":1152921504606846976}'],
    ]);
  });

  it('tells the server’s words, or the status where it has none', async () => {
    const http = await serve((request, response) => {
      if (request.url?.endsWith('/x')) {
        response.writeHead(404).end('{"error_code": "RESOURCE_DOES_NOT_EXIST", "message": "No run with id 7"}');
      } else {
        response.writeHead(502).end('<h1>Bad gateway</h1>');
      }
    });
    await assert.rejects(http.json(get), (error) => {
      failsWith('status', /^No run with id 7$/, 404)(error);
      assert.equal((error as RequestError).code, 'RESOURCE_DOES_NOT_EXIST');
      return true;
    });
    await assert.rejects(
      http.json({ ...get, path: '/y' }),
      failsWith('status', /^The server answered 502 Bad Gateway\.$/, 502),
    );
  });

  it('does not follow redirects with the token', async () => {
    const http = await serve((_, response) => response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end());
    await assert.rejects(http.json(get), failsWith('status', /points to another address/, 302));
  });

  it('says what is wrong with an answer that is not JSON', async () => {
    const http = await serve((_, response) => response.end('<html>'));
    await assert.rejects(http.json(get), failsWith('malformed', /does not answer as an MLflow server/));
  });

  it('ends a request that is not answered, and one whose answer stops half-way', async () => {
    const http = await serve((request, response) => {
      if (request.url?.endsWith('/half')) {
        response.writeHead(200, { 'content-length': '10' }).write('{"a":');
      }
    });
    await assert.rejects(http.json({ ...get, timeout: 30 }), failsWith('timeout', /did not answer within 0.03 s/));
    await assert.rejects(http.json({ ...get, path: '/half', timeout: 60 }), failsWith('timeout', /within 0.06 s/));
    assert.ok(await until(() => server?.sockets.size === 0), 'a socket stayed open');
  });

  it('can be cancelled before, while waiting and while reading', async () => {
    let requests = 0;
    const http = await serve((request, response) => {
      requests++;
      if (request.url?.endsWith('/half')) {
        response.writeHead(200, { 'content-length': '10' }).write('{"a":');
      }
    });
    await assert.rejects(http.json({ ...get, signal: AbortSignal.abort() }), failsWith('aborted', /Cancelled/));
    assert.equal(requests, 0);
    for (const path of ['/none', '/half']) {
      const controller = new AbortController();
      const answer = http.json({ ...get, path, signal: controller.signal });
      const before = requests;
      assert.ok(await until(() => requests > before));
      controller.abort();
      await assert.rejects(answer, failsWith('aborted', /Cancelled/), path);
    }
  });

  it('says that a connection broke off, and that nothing answers', async () => {
    const http = await serve((request) => request.socket.destroy());
    await assert.rejects(http.json(get), failsWith('unreachable', /broke off/));
    await server?.stop();
    await assert.rejects(http.json(get), failsWith('unreachable', /Nothing answers at .* refused/));
  });

  it('repeats a read once when a connection that was kept open is stale, but never a write', async () => {
    let requests = 0;
    const used = new Set<unknown>();
    const http = await serve((request, response) => {
      requests++;
      if (used.has(request.socket)) {
        // What a server does that closes an idle connection just when a request comes in.
        request.socket.destroy();
        return;
      }
      used.add(request.socket);
      response.end('{}');
    });
    await http.json(get);
    await http.json({ method: 'POST', path: '/write', body: {}, read: false });
    assert.equal(used.size, 2, 'a write went over a used connection');
    assert.deepEqual(await http.json(get), {});
    assert.equal(requests, 4);
  });

  it('ends what is under way when disposed', async () => {
    const http = await serve((_, response) => response.writeHead(200).write('{'));
    const answer = http.json(get);
    assert.ok(await until(() => server?.sockets.size === 1));
    http.dispose();
    await assert.rejects(answer, failsWith('aborted', /closed/));
    await assert.rejects(http.json(get), failsWith('aborted', /closed/));
    assert.ok(await until(() => server?.sockets.size === 0));
  });
});
