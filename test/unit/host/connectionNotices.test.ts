import assert from 'node:assert/strict';
import { Emitter } from '../../../src/client/emitter';
import type { TrackingClient } from '../../../src/client/types';
import { ConnectionNotices } from '../../../src/host/panels/connectionNotices';
import type { ServerState, Session } from '../../../src/host/platform/connection';
import { english } from '../../../src/host/platform/text';
import type { PanelNotices } from '../../../src/protocol/panels';

class FakeConnection {
  state: ServerState = { kind: 'off' };
  readonly #states = new Emitter<ServerState>();
  readonly onState = (listener: (state: ServerState) => void) => this.#states.on(listener);

  set(state: ServerState): void {
    this.state = state;
    this.#states.fire(state);
  }
}

/** Of a session only the address is looked at. */
function ready(url: string): ServerState {
  const client: Pick<TrackingClient, 'url'> = { url };
  return { kind: 'ready', session: { client } as Session };
}

describe('What panels are told of the server', () => {
  const connection = new FakeConnection();
  let now = 1_000_000;
  const told: PanelNotices['connection'][] = [];
  const notices = new ConnectionNotices(connection, english, () => now);
  notices.onNotice((notice) => told.push(notice));
  const setAt = (time: number, state: ServerState): PanelNotices['connection'] | undefined => {
    now = time;
    connection.set(state);
    return told.at(-1);
  };

  it('names the server that went away, since when, and when the next try is', () => {
    assert.deepEqual(notices.current, { state: 'restricted' });
    assert.deepEqual(setAt(1_000_100, { kind: 'starting', phase: 'starting' }), { state: 'connecting' });
    assert.deepEqual(setAt(1_000_200, ready('http://127.0.0.1:5000')), { state: 'connected' });
    const gone = { state: 'connecting', host: '127.0.0.1:5000', awayFor: 0 } as const;
    assert.deepEqual(setAt(1_010_000, { kind: 'starting', phase: 'lost' }), gone);
    assert.deepEqual(setAt(1_010_500, { kind: 'starting', phase: 'lost', nextTry: 1_012_500 }), {
      ...gone,
      awayFor: 500,
      nextTryIn: 2000,
    });
    now = 1_013_000;
    assert.deepEqual(notices.current, { ...gone, awayFor: 3000, nextTryIn: 0 });
    assert.deepEqual(setAt(1_020_000, { kind: 'failed', reason: 'It ended.' }), {
      state: 'disconnected',
      reason: 'It ended.',
      host: '127.0.0.1:5000',
      awayFor: 10_000,
    });
    assert.deepEqual(setAt(1_030_000, ready('https://mlflow.lab.example')), { state: 'connected' });
    assert.deepEqual(setAt(1_030_010, { kind: 'stopped' }), {
      state: 'disconnected',
      reason: 'The tracking server is stopped.',
      host: 'mlflow.lab.example',
      awayFor: 0,
    });
    const before = told.length;
    notices.dispose();
    connection.set({ kind: 'off' });
    assert.equal(told.length, before);
  });
});
