import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import net from 'node:net';
import fc from 'fast-check';
import { ApiError } from '../../../src/core/errors';
import { bodyOf } from '../../../src/server/artifacts/bodyOf';
import { until } from '../../fakes/labbookServer';

describe('The chunks of a body', () => {
  let server: http.Server;
  let port: number;
  /** What the server does with a request; its answer is what this says. */
  let read: (request: http.IncomingMessage, response: http.ServerResponse) => Promise<string>;
  beforeEach(async () => {
    server = http.createServer((request, response) => {
      void read(request, response).then(
        (text) => response.end(text),
        (error: unknown) => response.writeHead(400).end(error instanceof ApiError ? error.message : String(error)),
      );
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    assert.ok(typeof address === 'object' && address !== null);
    ({ port } = address);
  });
  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  const send = async (chunks: readonly Buffer[]): Promise<string> => {
    const response = await fetch(`http://127.0.0.1:${port}`, { method: 'PUT', body: Buffer.concat(chunks) });
    return await response.text();
  };

  it('are the body, however slowly they are taken', async () => {
    const size = fc.oneof(fc.nat(100), fc.nat(3_000_000));
    await fc.assert(
      fc.asyncProperty(fc.array(size, { maxLength: 3 }), fc.nat(20), async (sizes, turns) => {
        const sent = sizes.map((each, i) => Buffer.alloc(each, i + 1));
        let received = Buffer.alloc(0);
        read = async (request) => {
          for await (const chunk of bodyOf(request)) {
            received = Buffer.concat([received, chunk]);
            for (let turn = 0; turn < turns; turn++) {
              await new Promise((resolve) => setImmediate(resolve));
            }
          }
          return 'whole';
        };
        assert.equal(await send(sent), 'whole');
        assert.ok(received.equals(Buffer.concat(sent)));
      }),
      { numRuns: 15 },
    );
  });

  it('wait for their reader a megabyte long, then the client does', async () => {
    const size = 4_000_000;
    read = async (request) => {
      const chunks = bodyOf(request);
      const first = await chunks.next();
      const isHeld = await until(() => request.isPaused());
      let length = first.done === true ? 0 : first.value.length;
      for await (const chunk of chunks) {
        length += chunk.length;
      }
      return `${isHeld} ${length}`;
    };
    assert.equal(await send([Buffer.alloc(size)]), `true ${size}`);
  });

  it('may be left early, and the request is answered all the same', async () => {
    read = async (request) => {
      for await (const chunk of bodyOf(request)) {
        return `first ${chunk.length > 0}`;
      }
      return 'none';
    };
    assert.equal(await send([Buffer.alloc(2_000_000)]), 'first true');
    assert.equal(await send([]), 'none');
  });

  describe('that is long', () => {
    const size = 9_000_000;
    const content = Buffer.from(Uint8Array.from({ length: size }, (_, i) => i % 251));
    const readAll = async (request: http.IncomingMessage, response: http.ServerResponse): Promise<Buffer> => {
      const chunks: Uint8Array[] = [];
      for await (const chunk of bodyOf(request, response)) {
        chunks.push(chunk);
      }
      return Buffer.concat(chunks);
    };
    const head = `PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: ${size}\r\n\r\n`;
    /** Connects, sends, and reads to the end. */
    const exchange = async (send: (socket: net.Socket) => void): Promise<string> => {
      const socket = net.connect({ port, host: '127.0.0.1', allowHalfOpen: true });
      let answer = '';
      socket.setEncoding('latin1').on('data', (text: string) => (answer += text));
      send(socket);
      await once(socket, 'end');
      socket.destroy();
      return answer;
    };

    it('are the body, which goes around the parser, and the answer is the last of its connection', async () => {
      await fc.assert(
        fc.asyncProperty(fc.integer({ min: 5_000_000, max: size }), fc.nat(3), async (length, turns) => {
          const sent = content.subarray(0, length);
          read = async (request, response) => {
            const chunks: Uint8Array[] = [];
            for await (const chunk of bodyOf(request, response)) {
              chunks.push(chunk);
              for (let turn = 0; turn < turns; turn++) {
                await new Promise((resolve) => setImmediate(resolve));
              }
            }
            assert.ok(request.complete && request.readableEnded);
            return String(Buffer.concat(chunks).equals(sent));
          };
          const response = await fetch(`http://127.0.0.1:${port}`, { method: 'PUT', body: sent });
          assert.equal(await response.text(), 'true');
          assert.equal(response.headers.get('connection'), 'close');
        }),
        { numRuns: 10 },
      );
    });

    it('may come after another request, and with what belongs to none', async () => {
      read = async (request, response) => String((await readAll(request, response)).equals(content));
      const answer = await exchange((socket) => {
        socket.write('PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nab');
        socket.once('data', () => {
          socket.write(head);
          socket.write(content);
          socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
        });
      });
      assert.equal(answer.split('HTTP/1.1 200 OK').length, 3, answer);
      assert.match(answer, /false[^]*connection: close[^]*\r\n\r\n(?:4\r\n)?true/i);
    });

    it('may end with the half of the connection that they came on', async () => {
      read = async (request, response) => {
        const whole = await readAll(request, response);
        for (let turn = 0; turn < 20; turn++) {
          await new Promise((resolve) => setImmediate(resolve));
        }
        return String(whole.equals(content));
      };
      const answer = await exchange((socket) => {
        socket.write(head);
        socket.end(content);
      });
      assert.match(answer, /^HTTP\/1.1 200 OK[^]*true/);
    });

    it('break off with the connection', async () => {
      for (const breakOff of ['end', 'destroy'] as const) {
        const failed = new Promise<unknown>((resolve) => {
          read = async (request, response) => {
            await readAll(request, response).then(() => resolve('no error'), resolve);
            return '';
          };
        });
        const socket = net.connect(port, '127.0.0.1');
        socket.on('error', () => undefined).resume();
        socket.write(head);
        socket.write(content.subarray(0, 6_000_000), () => socket[breakOff]());
        const error = await failed;
        assert.ok(error instanceof ApiError, String(error));
        assert.equal(error.message, 'The upload broke off; nothing was stored.');
        socket.destroy();
      }
    });

    it('may be left early, and what is left goes to the request', async () => {
      read = async (request, response) => {
        let size = 0;
        for await (const chunk of bodyOf(request, response)) {
          size += chunk.length;
          break;
        }
        request.on('data', (chunk: Buffer) => (size += chunk.length)).resume();
        await once(request, 'end');
        return String(size);
      };
      assert.match(
        await exchange((socket) => {
          socket.write(head);
          socket.write(content);
        }),
        new RegExp(`^HTTP/1.1 200 OK[^]*${size}`),
      );
    });
  });

  it('end with the reason where the client goes away', async () => {
    const failed = new Promise<unknown>((resolve) => {
      read = async (request) => {
        try {
          for await (const chunk of bodyOf(request)) {
            assert.equal(chunk.toString(), 'half');
            socket.destroy();
          }
          resolve('no error');
        } catch (error) {
          resolve(error);
        }
        return '';
      };
    });
    const socket = net.connect(port, '127.0.0.1');
    socket.write('PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 8\r\n\r\nhalf');
    const error = await failed;
    assert.ok(error instanceof ApiError, String(error));
    assert.equal(error.message, 'The upload broke off; nothing was stored.');
  });
});
