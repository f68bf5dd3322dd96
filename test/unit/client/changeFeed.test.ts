import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { openChangeFeed } from '../../../src/client/changeFeed';
import { connectTracking } from '../../../src/client/tracking';
import type { ChangeFeed, FeedState, TrackingClient } from '../../../src/client/types';
import type { ChangeBatch, Info } from '../../../src/protocol/extras';
import { until } from '../../fakes/labbookServer';
import { HandServer } from './httpServer';

const info: Info = { version: '1', capabilities: ['events'], store: '/s', pid: 1, revision: 7, read_only: false };
const batch: ChangeBatch = {
  revision: 8,
  experiments: ['é'],
  runs: [{ run_id: 'r', experiment_id: '0', aspects: ['metrics'] }],
};
const eventOf = (name: string, data: unknown): string => `event: ${name}\nid: 8\ndata: ${JSON.stringify(data)}\n\n`;

describe('change feed', () => {
  let server: HandServer;
  let client: TrackingClient;
  let feed: ChangeFeed;
  /** Open answers of the feed, and the ids that they were asked to go on from. */
  let streams: { since: unknown; response: ServerResponse }[];
  let states: FeedState[];
  /** How far ahead the next try was when a break was told, milliseconds. */
  let waits: number[];
  let changes: ChangeBatch[];
  let resets: number;
  let contentType: string;

  beforeEach(async () => {
    [streams, states, waits, changes, resets, contentType] = [[], [], [], [], 0, 'text/event-stream'];
    server = await HandServer.start((request, response) => {
      if (request.url === '/api/labbook/1.0/info') {
        response.end(JSON.stringify(info));
      } else {
        response.writeHead(200, { 'content-type': contentType }).write(': connected\n\n');
        streams.push({ since: request.headers['last-event-id'], response });
      }
    });
    client = await connectTracking({ url: server.url });
  });
  afterEach(async () => {
    feed.dispose();
    client.dispose();
    await server.stop();
  });

  async function open(times: { silence?: number; firstRetry?: number; lastRetry?: number } = {}): Promise<void> {
    feed = openChangeFeed({ url: server.url }, client, { times: { firstRetry: 20, ...times } });
    feed.onState((state) => {
      states.push(state);
      if (state.state === 'disconnected') {
        waits.push(state.retryAt - Date.now());
      }
    });
    feed.onChange((change) => changes.push(change));
    feed.onReset(() => resets++);
    await streamNumber(1);
  }

  async function streamNumber(count: number): Promise<{ since: unknown; response: ServerResponse }> {
    assert.ok(await until(() => streams.length >= count), `stream ${count} was never opened`);
    const stream = streams[count - 1];
    assert.ok(stream);
    return stream;
  }

  it('goes on from what the client knew, and tells changes however they are cut', async () => {
    await open();
    const { since, response } = await streamNumber(1);
    assert.equal(since, '7');
    for (const byte of Buffer.from(`${eventOf('change', batch)}: alive\n\nevent: unknown\ndata: 1\n\n`)) {
      response.write(Buffer.from([byte]));
    }
    assert.ok(await until(() => changes.length === 1));
    assert.deepEqual(changes, [batch]);
    assert.equal(feed.state.state, 'connected');
  });

  it('connects again after a break, from the last change', async () => {
    await open();
    const first = await streamNumber(1);
    first.response.write(eventOf('change', batch));
    assert.ok(await until(() => changes.length === 1));
    first.response.destroy();
    const second = await streamNumber(2);
    assert.equal(second.since, '8');
    assert.ok(await until(() => feed.state.state === 'connected'));
    assert.deepEqual(
      states.map(({ state }) => state),
      ['connected', 'disconnected', 'connecting', 'connected'],
    );
    const lost = states[1];
    assert.ok(lost?.state === 'disconnected' && /broke off/.test(lost.reason));
    second.response.end();
    await streamNumber(3);
    assert.ok(states.some((state) => state.state === 'disconnected' && /ended the connection/.test(state.reason)));
  });

  it('tells a reset, and goes on from there', async () => {
    await open();
    (await streamNumber(1)).response.end(eventOf('reset', { revision: 3 }));
    assert.equal((await streamNumber(2)).since, '3');
    assert.equal(resets, 1);
  });

  it('notices a silent server', async () => {
    await open({ silence: 50 });
    await streamNumber(2);
    assert.ok(
      states.some((state) => state.state === 'disconnected' && /no sign of life for 0.05 s/.test(state.reason)),
    );
  });

  it('waits longer after each failure, up to the longest wait, until told to try now', async () => {
    contentType = 'text/html';
    await open({ firstRetry: 10, lastRetry: 60_000 });
    await streamNumber(4);
    assert.ok(await until(() => waits.length >= 4));
    const { state } = feed;
    assert.ok(state.state === 'disconnected' && /does not send changes/.test(state.reason));
    const [, , , fourth = 0] = waits;
    assert.ok(fourth <= 80 && fourth > 20, `${fourth} ms`);
    const before = streams.length;
    feed.retryNow();
    await streamNumber(before + 1);
  });

  it('tells nothing more once disposed, and closes its connection', async () => {
    await open();
    const { response } = await streamNumber(1);
    assert.ok(await until(() => feed.state.state === 'connected'));
    const told = states.length;
    feed.dispose();
    assert.ok(await until(() => response.destroyed));
    await new Promise((resolve) => setTimeout(resolve, 50));
    assert.equal(states.length, told);
    assert.equal(streams.length, 1);
  });
});
