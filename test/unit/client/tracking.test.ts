import assert from 'node:assert/strict';
import { connectTracking } from '../../../src/client/tracking';
import type { TrackingClient } from '../../../src/client/types';
import { HandServer } from './httpServer';

const run = { info: { run_id: 'r', experiment_id: '0' } };

describe('TrackingClient', () => {
  let server: HandServer;
  let client: TrackingClient;
  /** Answers to runs/search, by the number of the call from 1. */
  let answer: (call: number) => unknown;
  let calls: number;

  beforeEach(async () => {
    calls = 0;
    server = await HandServer.start((request, response) => {
      if (request.url?.endsWith('/runs/search')) {
        response.end(JSON.stringify(answer(++calls)));
      } else {
        response.writeHead(request.url?.endsWith('/experiments/search') ? 200 : 404).end('{}');
      }
    });
    client = await connectTracking({ url: server.url });
  });
  afterEach(async () => {
    client.dispose();
    await server.stop();
  });

  const query = { experimentIds: ['0'] };

  it('asks for no more pages than it needs', async () => {
    answer = (call) => ({ runs: [run, run], next_page_token: String(call) });
    assert.equal((await client.allRuns(query, { limit: 3 })).length, 3);
    assert.equal(calls, 2);
  });

  it('is not sent round in circles by a server that repeats its page tokens', async () => {
    answer = () => ({ runs: [run], next_page_token: 'same' });
    await assert.rejects(client.allRuns(query), { failure: 'malformed', message: /same page again/ });
    assert.equal(calls, 2);
  });

  it('names what in an answer makes no sense', async () => {
    answer = () => ({ runs: [{ info: { run_id: 'r', experiment_id: 7 } }] });
    await assert.rejects(client.searchRuns(query), { failure: 'malformed', message: /experiment_id is 7/ });
    answer = () => ['no object'];
    await assert.rejects(client.searchRuns(query), { failure: 'malformed' });
  });

  it('takes an empty answer for no runs', async () => {
    answer = () => ({});
    assert.deepEqual(await client.searchRuns(query), { items: [] });
  });
});
