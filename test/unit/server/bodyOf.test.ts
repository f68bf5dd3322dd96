import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import net from 'node:net';
import { PerformanceObserver } from 'node:perf_hooks';
import fc from 'fast-check';
import { ApiError } from '../../../src/core/errors';
import { bodyOf } from '../../../src/server/artifacts/bodyOf';
import { until } from '../../fakes/labbookServer';

describe('The chunks of a body', () => {
  let server: http.Server;
  let port: number;
  /** What the server does with a request; its answer is what this says. */
  let read: (request: http.IncomingMessage) => Promise<string>;
  beforeEach(async () => {
    server = http.createServer((request, response) => {
      void read(request).then(
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

  it('have V8 look through its young memory every few megabytes, before it must look through all of it', async () => {
    const piece = Buffer.alloc(1_000_000);
    const pieces = 300;
    let collections = 0;
    const observer = new PerformanceObserver((list) => (collections += list.getEntries().length));
    observer.observe({ entryTypes: ['gc'] });
    read = async (request) => {
      let length = 0;
      for await (const chunk of bodyOf(request)) {
        length += chunk.length;
      }
      return String(length);
    };
    const socket = net.connect(port, '127.0.0.1');
    let answer = '';
    socket.setEncoding('latin1').on('data', (text: string) => (answer += text));
    socket.write(`PUT / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: ${piece.length * pieces}\r\n\r\n`);
    for (let i = 0; i < pieces; i++) {
      if (!socket.write(piece)) {
        await once(socket, 'drain');
      }
    }
    await once(socket, 'end');
    assert.match(answer, /300000000$/m);
    // V8 by itself comes to about nine.
    const areMany = await until(() => collections >= 30);
    observer.disconnect();
    assert.ok(areMany, `${collections} collections`);
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
