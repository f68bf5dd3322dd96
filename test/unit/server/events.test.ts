import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import net from 'node:net';
import { EventConnections } from '../../../src/server/api/labbook/events';
import { ChangeHub } from '../../../src/server/changeHub';
import { until } from '../../fakes/labbookServer';

describe('EventConnections', () => {
  const hub = new ChangeHub(0);
  const events = new EventConnections(hub);
  const server = http.createServer((request, response) => events.serve(request, response));
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

  it('cuts off a reader that does not read, instead of keeping everything for it', async () => {
    const lazy = net.connect(port, '127.0.0.1');
    lazy.on('error', () => undefined);
    lazy.pause();
    lazy.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
    const keen = http.get({ port, agent: false });
    const [response] = (await once(keen, 'response')) as [http.IncomingMessage];
    let received = 0;
    response.on('data', (chunk: Buffer) => (received += chunk.length)).on('error', () => undefined);
    assert.ok(await until(() => hub.readerCount === 2));
    const run_id = 'x'.repeat(4 * 1024 * 1024);
    for (let revision = 1; revision <= 6 && hub.readerCount === 2; revision++) {
      hub.add({ revision, experiments: [], runs: [{ run_id, experiment_id: '0', aspects: ['info'] }] });
      assert.ok(await until(() => received >= revision * run_id.length), 'the reader that reads gets everything');
    }
    assert.ok(await until(() => hub.readerCount === 1), 'the other one is still attached');
    assert.equal(response.closed, false);
    lazy.destroy();
    keen.destroy();
    assert.ok(await until(() => hub.readerCount === 0));
  });

  it('ends every reader at once when asked to', async () => {
    const reader = http.get({ port, agent: false });
    const [response] = (await once(reader, 'response')) as [http.IncomingMessage];
    const ended = once(response.resume(), 'end');
    events.endAll();
    await ended;
    assert.ok(await until(() => hub.readerCount === 0));
  });
});
