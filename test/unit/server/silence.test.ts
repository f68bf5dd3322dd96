import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import { createGate } from '../../../src/server/http/gate';
import { createHttpServer } from '../../../src/server/http/httpServer';
import { sendText } from '../../../src/server/http/sendAnswer';

const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
const token = 't'.repeat(43);

describe('silence on a connection to the server', () => {
  let server: Server;
  let route: (request: IncomingMessage, response: ServerResponse) => void;

  beforeEach(async () => {
    const gate = createGate({ token, allowHosts: [] });
    server = createHttpServer(
      gate,
      { handle: (incoming, response) => route(incoming, response), answerOf: () => undefined },
      log,
      () => false,
    );
    server.timeout = 50;
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterEach(() => new Promise((resolve) => server.close(resolve).closeAllConnections()));

  function post(length: number): ReturnType<typeof request> {
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    const headers = { authorization: `Bearer ${token}`, 'content-length': length };
    return request({ host: '127.0.0.1', port, method: 'POST', path: '/', headers });
  }

  it('does not end a request whose answer takes long', async () => {
    route = (incoming, response) => {
      incoming.resume();
      incoming.socket.once('timeout', () => setImmediate(() => sendText(response, 'text/plain', 'done')));
    };
    const asked = post(3);
    asked.end('abc');
    const [answer] = (await once(asked, 'response')) as [IncomingMessage];
    assert.equal(answer.statusCode, 200);
    answer.resume();
    await once(answer, 'end');
  });

  it('ends a request whose body does not come, and an answer that is not read', async () => {
    route = (incoming) => void incoming.resume();
    const half = post(3);
    half.write('a');
    const [error] = (await once(half, 'error')) as [NodeJS.ErrnoException];
    assert.equal(error.code, 'ECONNRESET');
    route = (incoming, response) => {
      incoming.resume();
      response.writeHead(200, { 'content-type': 'text/plain' });
      response.write('a');
    };
    const asked = post(0);
    asked.end();
    const [answer] = (await once(asked, 'response')) as [IncomingMessage];
    await new Promise((resolve) => answer.on('error', () => undefined).once('close', resolve));
    assert.equal(answer.complete, false);
  });
});
