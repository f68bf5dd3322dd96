import fc from 'fast-check';
import assert from 'node:assert/strict';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { connect, type Socket } from 'node:net';
import { ApiError } from '../../../src/core/errors';
import { readJsonBody, readWhole } from '../../../src/server/http/body';
import { answerError, toApiError } from '../../../src/server/http/errors';
import { createGate } from '../../../src/server/http/gate';
import { createHttpServer } from '../../../src/server/http/httpServer';
import { sendAnswer } from '../../../src/server/http/sendAnswer';
import { nextTurn } from '../../../src/server/turns';

const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
const token = 't'.repeat(43);
const limit = 10_000;

/** What both ways come to. */
function answerTo(input: unknown): object {
  const text = JSON.stringify(input);
  if (text.includes('bad')) {
    throw new ApiError('RESOURCE_DOES_NOT_EXIST', `Ä ${text} is not there`);
  }
  return { got: input };
}

interface Running {
  readonly server: Server;
  readonly port: number;
  /** Requests that were answered by their bodies alone. */
  short: number;
  isEnding: boolean;
  /** What such an answer waits for. */
  wait: () => Promise<void>;
  /** The server's ends of all connections. */
  readonly sockets: Socket[];
}

async function start(hasShortWay: boolean): Promise<Running> {
  const answered = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    try {
      const input = request.method === 'GET' ? {} : await readJsonBody(request, request.headers['content-type']);
      await (JSON.stringify(input).includes('slow') ? running.wait() : undefined);
      sendAnswer(request, response, answerTo(input), log);
    } catch (error) {
      answerError(request, response, toApiError(error, log));
    }
  };
  const running: Running = {
    short: 0,
    isEnding: false,
    wait: nextTurn,
    port: 0,
    sockets: [],
    server: createHttpServer(
      createGate({ token, allowHosts: [] }),
      {
        handle: (request, response) => void answered(request, response),
        answerOf: (request) =>
          hasShortWay && request.method === 'POST'
            ? async (body) => {
                running.short++;
                const input = readWhole(body);
                await running.wait();
                return answerTo(input);
              }
            : undefined,
      },
      log,
      () => running.isEnding,
    ),
  };
  running.server.on('connection', (socket: Socket) => running.sockets.push(socket));
  await new Promise<void>((resolve) => running.server.listen(0, '127.0.0.1', resolve));
  const address = running.server.address();
  return Object.assign(running, { port: typeof address === 'object' ? (address?.port ?? 0) : 0 });
}

function stop({ server }: Running): Promise<unknown> {
  return new Promise((resolve) => server.close(resolve).closeAllConnections());
}

function post(body: string, headers: readonly string[] = [], length = String(Buffer.byteLength(body))): string {
  const lines = ['POST /echo HTTP/1.1', 'Host: 127.0.0.1', `Authorization: Bearer ${token}`, ...headers];
  return [...lines, 'Content-Type: application/json', `Content-Length: ${length}`, '', body].join('\r\n');
}

/** A connection that keeps what it is sent. */
class Client {
  readonly socket: Socket;
  private text = '';

  constructor(port: number) {
    this.socket = connect({ host: '127.0.0.1', port, noDelay: true });
    this.socket.setEncoding('latin1').on('data', (chunk: string) => (this.text += chunk));
    this.socket.on('error', () => undefined);
  }

  /** All that came, without what tells the time. */
  get received(): string {
    return this.text.replaceAll(/Date: [^\r]+/g, 'Date: now');
  }

  /** Bodies of answers that are whole; interim ones have none. */
  get bodies(): string[] {
    const bodies: string[] = [];
    for (let at = 0; ;) {
      const start = this.text.indexOf('\r\n\r\n', at) + 4;
      if (start < 4) {
        return bodies;
      }
      const length = /content-length: (\d+)/i.exec(this.text.slice(at, start))?.[1];
      at = start + Number(length ?? 0);
      if (at > this.text.length) {
        return bodies;
      }
      if (length !== undefined) {
        bodies.push(Buffer.from(this.text.slice(start, at), 'latin1').toString());
      }
    }
  }

  answered(count: number): Promise<void> {
    return until(() => this.bodies.length >= count);
  }

  /** One after the other. */
  async ask(...requests: string[]): Promise<void> {
    for (const each of requests) {
      const before = this.bodies.length;
      this.socket.write(each);
      await this.answered(before + 1);
    }
  }
}

async function until(isSo: () => boolean): Promise<void> {
  for (const end = performance.now() + limit; !isSo();) {
    assert.ok(performance.now() < end, 'it took too long');
    await nextTurn();
  }
}

describe('the short way of requests that differ in their bodies', () => {
  let running: Running;
  let client: Client;

  beforeEach(async () => {
    running = await start(true);
    client = new Client(running.port);
  });
  afterEach(async () => {
    client.socket.destroy();
    await stop(running);
  });

  it('is taken when such a head was read, by bodies of any length and by errors', async () => {
    await client.ask(post('{"a":1}'), post('{"a":2}'));
    assert.equal(running.short, 0);
    await client.ask(post('{"a":3}'), post(`{"a":"${'x'.repeat(5000)}"}`), post('{"a":"bad"}'), post('{'), post('4'));
    assert.equal(running.short, 5);
    const wanted = [/"a":1/, /"a":2/, /"a":3/, /xxx"/, /"Ä .*bad.* is not there"/, /BAD_REQUEST.*no JSON/, /"got":4/];
    wanted.forEach((each, i) => assert.match(client.bodies[i] ?? '', each));
  });

  it('is taken when the body comes behind its head in some pieces, and not in many, or with a head in two', async () => {
    await client.ask(post('{"a":1}'), post('{"a":2}'));
    const [socket] = running.sockets;
    const send = async (...parts: string[]): Promise<void> => {
      const before = client.bodies.length;
      for (const part of parts) {
        const wanted = (socket?.bytesRead ?? 0) + part.length;
        client.socket.write(part);
        await until(() => socket?.bytesRead === wanted);
      }
      await client.answered(before + 1);
    };
    const head = post('', [], '7');
    await send(head, '{"a":3}');
    assert.equal(running.short, 1);
    await send(head, '{"a"', ':4}');
    await send(`${head}{`, ...'"a":5}');
    assert.equal(running.short, 3);
    await send(post('', [], '19'), ...`{"a":${' '.repeat(12)}6}`);
    await send(head.slice(0, 30), head.slice(30), '{"a":7}');
    assert.equal(running.short, 3);
    await client.ask(post('{"a":8}'));
    assert.deepEqual(
      client.bodies,
      [1, 2, 3, 4, 5, 6, 7, 8].map((a) => JSON.stringify({ got: { a } })),
    );
  });

  it('is taken by batches, however a connection brings them, and not by what is longer', async () => {
    await client.ask(post('{"a":1}'), post('{"a":2}'));
    const bodies = [70_000, 150_000, 270_000, 10].map((length, i) => JSON.stringify({ a: String(i).repeat(length) }));
    await client.ask(...bodies.map((body) => post(body)));
    assert.equal(running.short, 3);
    const isSame = client.bodies.slice(2).map((answer, i) => answer === `{"got":${bodies[i]}}`);
    assert.deepEqual(isSame, [true, true, true, true]);
  });

  it('is not taken by another token, another host, or a head that asks for more', async () => {
    const others = {
      UNAUTHENTICATED: [post('1').replace(token, 'u'.repeat(43)), post('1').replace('Bearer ', 'Bearer  u')],
      PERMISSION_DENIED: [post('1').replace('127.0.0.1', 'example.com'), post('1', ['Origin: http://example.com'])],
      INVALID_PARAMETER_VALUE: [post('1').replace('application/json', 'application/text')],
      OK: [post('1', [], '01'), post('1', ['Expect: 100-continue']), post('1', ['Connection: close'])],
    };
    for (const [code, requests] of Object.entries(others)) {
      for (const other of requests) {
        const { short } = running;
        const each = new Client(running.port);
        await each.ask(post('1'), post('2'), post('3'));
        assert.equal(running.short, short + 1);
        await each.ask(other);
        assert.equal(running.short, short + 1, other);
        assert.equal(/"error_code":"(\w+)"/.exec(each.bodies[3] ?? '')?.[1] ?? 'OK', code, other);
        each.socket.destroy();
      }
    }
    await client.ask(post('1'), post('2'), ...[1, 2, 3].map(() => post('3', ['Expect: 100-continue'])));
    assert.equal(client.received.split('100 Continue').length, 4);
  });

  it('answers in the order of requests, whichever came together', async () => {
    let goOn = (): void => undefined;
    running.wait = () => new Promise((resolve) => (goOn = resolve));
    client.socket.write(post('1') + post('["slow"]'));
    await client.answered(1);
    for (const body of ['2', '3', '4']) {
      const wanted = (running.sockets[0]?.bytesRead ?? 0) + post(body).length;
      client.socket.write(post(body));
      await until(() => running.sockets[0]?.bytesRead === wanted);
    }
    goOn();
    await client.answered(5);
    assert.deepEqual(
      client.bodies,
      [1, ['slow'], 2, 3, 4].map((got) => JSON.stringify({ got })),
    );
  });

  it('answers what was taken before the server ends, as the last of its connection', async () => {
    await client.ask(post('1'), post('2'));
    let goOn = (): void => undefined;
    running.wait = () => new Promise((resolve) => (goOn = resolve));
    client.socket.write(post('3'));
    await until(() => running.short === 1);
    running.isEnding = true;
    const closed = new Promise((resolve) => running.server.close(resolve));
    goOn();
    await closed;
    await until(() => client.socket.destroyed);
    assert.deepEqual(client.bodies, ['{"got":1}', '{"got":2}', '{"got":3}']);
    assert.match(client.received, /keep-alive[^]*keep-alive[^]*Connection: close\r\n\r\n\{"got":3\}$/);
  });

  it('lets a server end whose clients went away with an answer or a body still to come', async () => {
    await client.ask(post('1'), post('2'));
    let goOn = (): void => undefined;
    running.wait = () => new Promise((resolve) => (goOn = resolve));
    client.socket.write(post('3'));
    await until(() => running.short === 1);
    const other = new Client(running.port);
    await other.ask(post('1'), post('2'));
    const head = post('', [], '5');
    const wanted = (running.sockets[1]?.bytesRead ?? 0) + head.length;
    other.socket.write(head);
    await until(() => running.sockets[1]?.bytesRead === wanted);
    client.socket.destroy();
    other.socket.destroy();
    await until(() => running.sockets.every((socket) => socket.destroyed));
    await new Promise((resolve) => running.server.close(resolve));
    goOn();
    await nextTurn();
  });

  it('takes the silence of an answer that is late for its own', async () => {
    await client.ask(post('1'), post('2'));
    running.wait = () => new Promise((resolve) => running.sockets[0]?.once('timeout', () => setImmediate(resolve)));
    running.sockets[0]?.setTimeout(50);
    await client.ask(post('3'));
    assert.equal(running.short, 1);
  });

  it('reads nothing more of a connection that CONNECT took', async () => {
    await client.ask(post('1'), post('2'));
    client.socket.write(
      `CONNECT example.com:443 HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${token}\r\n\r\n`,
    );
    client.socket.write(post('3'));
    await until(() => client.socket.destroyed);
    assert.match(client.bodies[2] ?? '', /BAD_REQUEST/);
    assert.equal(client.bodies.length, 3);
  });

  it('answers the same bytes as Node alone, whatever comes in whatever pieces', async function () {
    this.timeout(120_000);
    const plain = await start(false);
    const requests = fc.oneof(
      { weight: 6, arbitrary: fc.json({ maxDepth: 1 }).map((body) => post(body)) },
      fc.nat(300_000).map((length) => post(JSON.stringify({ a: 'x'.repeat(length) }))),
      fc.json({ maxDepth: 1 }).map((body) => post(body, ['x-other: 1']).replace('Content-Length', 'content-length')),
      fc.constantFrom(
        post('{"a":"bad"}'),
        post('{'),
        post(''),
        post('1', [], '01'),
        post('1', ['Expect: 100-continue']),
        post('1', ['Connection: keep-alive']),
        `GET /echo HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${token}\r\n\r\n`,
        post('3\r\n{"a\r\n4\r\n":1}\r\n0\r\n\r\n').replace(/Content-Length: \d+/, 'Transfer-Encoding: chunked'),
      ),
    );
    const item = fc.record({
      request: requests,
      cuts: fc.array(fc.oneof(fc.nat(400), fc.nat(100_000)), { maxLength: 4 }),
      turns: fc.nat(3),
      waits: fc.boolean(),
    });
    const numRuns = Number(process.env['LABBOOK_EXPLORE'] ?? 60);
    let short = 0;
    try {
      await fc.assert(
        fc.asyncProperty(fc.array(item, { minLength: 1, maxLength: 8 }), async (items) => {
          const seen: string[] = [];
          for (const { port } of [plain, running]) {
            const each = new Client(port);
            let sent = 0;
            for (const { request, cuts, turns, waits } of items) {
              const places = [0, ...cuts.filter((at) => at < request.length).sort((a, b) => a - b), request.length];
              for (const [i, place] of places.slice(1).entries()) {
                each.socket.write(request.slice(places[i], place));
                for (let turn = 0; turn < turns; turn++) {
                  await nextTurn();
                }
              }
              sent++;
              await each.answered(waits ? sent : 0);
            }
            await each.answered(sent);
            seen.push(each.received);
            each.socket.destroy();
          }
          assert.equal(seen[1], seen[0]);
          short = running.short;
        }),
        { numRuns },
      );
      assert.ok(short > 0);
    } finally {
      await stop(plain);
    }
  });
});
