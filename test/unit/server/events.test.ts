import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import net from 'node:net';
import { EventConnections } from '../../../src/server/api/labbook/events';
import { ChangeHub } from '../../../src/server/changeHub';
import { until } from '../../fakes/labbookServer';

describe('EventConnections', () => {
  const hub = new ChangeHub(0);
  const events = new EventConnections(hub, 5000);
  const responses: http.ServerResponse[] = [];
  const server = http.createServer((request, response) => {
    responses.push(response);
    events.serve(request, response);
  });
  let port: number;

  before(async () => {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    assert.ok(typeof address === 'object' && address !== null);
    port = address.port;
  });
  after(async () => {
    hub.dispose();
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });

  it('holds one message for a reader that does not read, tells it all the rest when it does, or cuts it off', async () => {
    const lazy = net.connect(port, '127.0.0.1');
    lazy.on('error', () => undefined);
    lazy.pause();
    lazy.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
    assert.ok(await until(() => hub.readerCount === 1));
    const keen = http.get({ port, agent: false });
    const [response] = (await once(keen, 'response')) as [http.IncomingMessage];
    let received = 0;
    response.on('data', (chunk: Buffer) => (received += chunk.length)).on('error', () => undefined);
    assert.ok(await until(() => hub.readerCount === 2));
    const [waiting] = responses;
    assert.ok(waiting);
    const length = 4 * 1024 * 1024;
    const add = async (revision: number): Promise<void> => {
      const run_id = String(revision).padEnd(length, 'x');
      hub.add({ revision, experiments: [], runs: [{ run_id, experiment_id: '0', aspects: ['info'] }] });
      assert.ok(await until(() => received >= revision * length), 'the reader that reads gets everything');
      assert.ok(waiting.writableLength < 1.5 * length, `${waiting.writableLength} bytes wait for the other one`);
    };
    for (let revision = 1; revision <= 5; revision++) {
      await add(revision);
    }
    let text = '';
    lazy.on('data', (chunk: Buffer) => (text += chunk.toString('latin1'))).resume();
    assert.ok(await until(() => text.includes('"run_id":"5xxx')));
    const revisions = [...text.matchAll(/^id: (\d+)$/gm)].map(([, revision]) => revision);
    assert.equal(revisions.at(-1), '5');
    assert.ok(revisions.length < 5, `${revisions.length} messages`);
    for (let revision = 1; revision <= 5; revision++) {
      assert.ok(text.includes(`"run_id":"${revision}xxx`), `it was not told of change ${revision}`);
    }
    lazy.pause();
    // The system's own buffers take some.
    for (let revision = 6; revision <= 10; revision++) {
      await add(revision);
    }
    assert.ok(
      await until(() => hub.readerCount === 1, 15_000),
      'a reader that takes nothing any more is still attached',
    );
    assert.equal(response.closed, false);
    lazy.destroy();
    keen.destroy();
    assert.ok(await until(() => hub.readerCount === 0));
  }).timeout(40_000);

  it('ends every reader at once when asked to', async () => {
    const reader = http.get({ port, agent: false });
    const [response] = (await once(reader, 'response')) as [http.IncomingMessage];
    const ended = once(response.resume(), 'end');
    events.endAll();
    await ended;
    assert.ok(await until(() => hub.readerCount === 0));
  });
});
