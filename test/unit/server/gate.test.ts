import assert from 'node:assert/strict';
import { Agent, type IncomingMessage, request, type Server } from 'node:http';
import { createGate, safetyHeaders } from '../../../src/server/http/gate';
import { createHttpServer } from '../../../src/server/http/httpServer';
import { sendText } from '../../../src/server/http/sendAnswer';

const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
const token = 't'.repeat(43);

describe('the gate', () => {
  let server: Server;
  let isEnding: boolean;
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });

  beforeEach(async () => {
    isEnding = false;
    const gate = createGate({ token, allowHosts: [] });
    const route = (_request: IncomingMessage, response: Parameters<typeof sendText>[0]): void =>
      sendText(response, 'text/plain', 'in');
    server = createHttpServer(gate, { handle: route, answerOf: () => undefined }, log, () => isEnding);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterEach(() => new Promise((resolve) => server.close(resolve).closeAllConnections()));

  /** On the one connection that there is. */
  function ask(path: string, headers: Record<string, string>): Promise<IncomingMessage> {
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    return new Promise((resolve, reject) => {
      request({ host: '127.0.0.1', port, path, agent, headers }, (answer) => {
        answer.resume().once('end', () => resolve(answer));
      })
        .once('error', reject)
        .end();
    });
  }

  const good = { authorization: `Bearer ${token}` };

  it('looks at each request, whoever was let in before', async () => {
    const statusOf = async (path: string, headers: Record<string, string>): Promise<number | undefined> =>
      (await ask(path, headers)).statusCode;
    for (let round = 0; round < 2; round++) {
      assert.equal(await statusOf('/some/path', good), 200);
      assert.equal(await statusOf('/some/path', {}), 401);
      assert.equal(await statusOf('/some/path', { authorization: `Bearer ${'u'.repeat(43)}` }), 401);
      assert.equal(await statusOf('/some/path', { authorization: `Bearer ${token.slice(1)}` }), 401);
      assert.equal(await statusOf('/health', { authorization: 'Bearer x' }), 200);
      assert.equal(await statusOf('/health', { authorization: 'Bearer x' }), 200);
      assert.equal(await statusOf('/some/path', { authorization: 'Bearer x' }), 401);
      assert.equal(await statusOf('/some/path', { ...good, host: 'example.com' }), 403);
      assert.equal(await statusOf('/some/path', { ...good, origin: 'http://example.com' }), 403);
      assert.equal(await statusOf('//some/path', good), 400);
      assert.equal(await statusOf('/some/%zz', good), 400);
      assert.equal(await statusOf('/some/%0a', good), 400);
      assert.equal(await statusOf('/some/%41?x=%zz', good), 200);
    }
  });

  it('gives every answer the headers that keep it from being a page', async () => {
    for (const headers of [good, {}, { ...good, host: 'example.com' }]) {
      const answer = await ask('/some/path', headers);
      for (let i = 0; i < safetyHeaders.length; i += 2) {
        assert.equal(answer.headers[safetyHeaders[i] ?? ''], safetyHeaders[i + 1]);
      }
    }
  });

  it('keeps connections, until the server ends', async () => {
    assert.equal((await ask('/some/path', good)).headers.connection, 'keep-alive');
    isEnding = true;
    assert.equal((await ask('/some/path', good)).headers.connection, 'close');
    assert.equal((await ask('/some/path', {})).headers.connection, 'close');
  });
});
