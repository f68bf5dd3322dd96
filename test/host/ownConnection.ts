import assert from 'node:assert/strict';
import { openChangeFeed } from '../../src/client/changeFeed';
import { findServer } from '../../src/client/discovery';
import { connectTracking } from '../../src/client/tracking';
import { Connection, type Session } from '../../src/host/platform/connection';

/**
 * A connection of the test's own, not started, to the server that serves a store already.
 * @param allowed what it waits for before it opens
 */
export function ownConnection(storePath: string, allowed: Promise<void> = Promise.resolve()): Connection {
  return new Connection({
    open: async (): Promise<Session> => {
      await allowed;
      const server = await findServer(storePath);
      assert.ok(server, 'there is no server');
      const client = await connectTracking(server.address);
      return { server, client, feed: openChangeFeed(server.address, client) };
    },
    stop: () => Promise.resolve(),
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
    version: '0',
    retryDelays: [],
    tryLimit: 5000,
  });
}
