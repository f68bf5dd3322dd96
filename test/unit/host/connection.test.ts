import assert from 'node:assert/strict';
import { Emitter } from '../../../src/client/emitter';
import type { ChangeFeed, FeedState, TrackingClient } from '../../../src/client/types';
import type { ChangeBatch } from '../../../src/protocol/extras';
import { Connection, type ServerState, type Session } from '../../../src/host/platform/connection';

/** A session without a server: what the connection does with one is only to listen to its feed and to end it. */
class Stage {
  readonly states = new Emitter<FeedState>();
  readonly changes = new Emitter<ChangeBatch>();
  readonly resets = new Emitter<void>();
  readonly ended: string[] = [];

  session(pid: number): Session {
    const feed: ChangeFeed = {
      state: { state: 'connected' },
      onChange: (listener) => this.changes.on(listener),
      onReset: (listener) => this.resets.on(() => listener()),
      onState: (listener) => this.states.on(listener),
      retryNow: () => undefined,
      dispose: () => void this.ended.push('feed'),
    };
    const info = { version: '0', capabilities: [], store: '/s', pid, revision: 0, read_only: false };
    const server = { address: { url: 'http://127.0.0.1:1', token: 't' }, pid, version: '0', info, started: true };
    const client: Pick<TrackingClient, 'url' | 'dispose'> = {
      url: server.address.url,
      dispose: () => void this.ended.push('client'),
    };
    return { server, feed, client: client as TrackingClient };
  }
}

const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };

function connect(open: (attempt: number) => Promise<Session>, { retryDelays = [1, 1], tryLimit = 5000 } = {}) {
  let attempts = 0;
  const stopped: number[] = [];
  const connection = new Connection({
    open: () => open((attempts += 1)),
    stop: ({ server }) => Promise.resolve(void stopped.push(server.pid)),
    log: quiet,
    version: '0',
    retryDelays,
    tryLimit,
  });
  const seen: ServerState['kind'][] = [];
  connection.onState(({ kind }) => seen.push(kind));
  return { connection, seen, stopped, attempts: () => attempts };
}

describe('connection to the server', () => {
  it('tells where the server is of another version, and uses it', async () => {
    const stage = new Stage();
    const said: string[] = [];
    for (const version of ['0', '1']) {
      const connection = new Connection({
        open: () => Promise.resolve(stage.session(1)),
        stop: () => Promise.resolve(),
        log: { ...quiet, info: (line) => said.push(line) },
        version,
        retryDelays: [],
        tryLimit: 5000,
      });
      assert.equal(connection.otherVersion, undefined);
      connection.start();
      await connection.ready();
      assert.deepEqual(connection.otherVersion, version === '0' ? undefined : { server: '0', own: '1' });
      connection.dispose();
    }
    assert.equal(said.filter((line) => line.includes('Restart Server')).length, 1);
  });

  it('waits to be started, then is ready', async () => {
    const stage = new Stage();
    const { connection, seen, attempts } = connect(() => Promise.resolve(stage.session(1)));
    assert.equal(connection.state.kind, 'off');
    connection.start();
    connection.start();
    assert.equal((await connection.ready()).server.pid, 1);
    assert.equal(attempts(), 1);
    assert.deepEqual(seen, ['starting', 'ready']);
    connection.dispose();
    assert.deepEqual(stage.ended.sort(), ['client', 'feed']);
  });

  it('tries again, and gives up with the last reason', async () => {
    const { connection, attempts } = connect((n) => Promise.reject(new Error(`no ${n}`)));
    connection.start();
    await assert.rejects(connection.ready(), /no 3/);
    assert.equal(attempts(), 3);
    assert.deepEqual(connection.state, { kind: 'failed', reason: 'no 3' });
    connection.start();
    await assert.rejects(
      new Promise((_, reject) => connection.onState((s) => s.kind === 'failed' && reject(new Error(s.reason)))),
    );
    assert.equal(attempts(), 6);
  });

  it('tells while it waits when the next try is', async () => {
    const { connection } = connect(
      (n) => (n < 3 ? Promise.reject(new Error('no')) : Promise.resolve(stage.session(1))),
      {
        retryDelays: [30, 40],
      },
    );
    const stage = new Stage();
    const told: (number | undefined)[] = [];
    connection.onState((state) => {
      const nextTry = state.kind === 'starting' ? state.nextTry : undefined;
      told.push(nextTry === undefined ? undefined : nextTry - began);
    });
    const began = Date.now();
    connection.start();
    await connection.ready();
    const [, first = 0, , second = 0] = told;
    assert.ok(first >= 30 && second >= 70, told.join());
    assert.deepEqual(told, [undefined, first, undefined, second, undefined, undefined]);
    connection.dispose();
  });

  it('finds another server when one goes away, and says that everything is to be read', async () => {
    const stage = new Stage();
    const { connection, seen } = connect((n) => Promise.resolve(stage.session(n)));
    let resets = 0;
    connection.onReset(() => (resets += 1));
    connection.start();
    await connection.ready();
    stage.states.fire({ state: 'disconnected', reason: 'gone', retryAt: 0 });
    assert.equal(connection.session, undefined);
    assert.equal((await connection.ready()).server.pid, 2);
    assert.deepEqual(seen, ['starting', 'ready', 'starting', 'ready']);
    assert.equal(resets, 2);
    connection.dispose();
  });

  it('passes on what changes, once, whichever server tells it', async () => {
    const stage = new Stage();
    const { connection } = connect((n) => Promise.resolve(stage.session(n)));
    const revisions: number[] = [];
    connection.onChange(({ revision }) => revisions.push(revision));
    connection.start();
    await connection.ready();
    stage.states.fire({ state: 'disconnected', reason: 'gone', retryAt: 0 });
    await connection.ready();
    stage.changes.fire({ revision: 7, experiments: [], runs: [] });
    assert.deepEqual(revisions, [7]);
    connection.dispose();
  });

  it('stays stopped when the user stopped it, also while it is starting', async () => {
    const stage = new Stage();
    const { connection, stopped, attempts } = connect(() => Promise.resolve(stage.session(5)));
    connection.start();
    await connection.ready();
    await connection.stop();
    assert.deepEqual(stopped, [5]);
    stage.states.fire({ state: 'disconnected', reason: 'gone', retryAt: 0 });
    assert.equal(connection.state.kind, 'stopped');
    assert.equal(attempts(), 1);
    connection.start();
    await connection.stop();
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(connection.state.kind, 'stopped');
    await assert.rejects(connection.ready(), /stopped/);
    assert.equal(stage.ended.length % 2, 0);
  });

  it('goes from one server to the next by a restart, so that what is shown stays', async () => {
    const stage = new Stage();
    const { connection, seen, stopped } = connect((attempt) => Promise.resolve(stage.session(attempt)));
    connection.start();
    await connection.ready();
    await connection.restart();
    assert.equal((await connection.ready()).server.pid, 2);
    assert.deepEqual(stopped, [1]);
    assert.ok(!seen.includes('stopped'), seen.join());
    const restarting = connection.restart();
    await connection.stop();
    await restarting;
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(connection.state.kind, 'stopped', 'who stops it meanwhile has it stopped');
  });

  it('says why a server that does not end was not restarted', async () => {
    const stage = new Stage();
    const connection = new Connection({
      open: () => Promise.resolve(stage.session(1)),
      stop: () => Promise.reject(new Error('it does not end')),
      log: quiet,
      version: '0',
      retryDelays: [],
      tryLimit: 5000,
    });
    connection.start();
    await connection.ready();
    await assert.rejects(connection.restart(), /does not end/);
    assert.deepEqual(connection.state, { kind: 'failed', reason: 'it does not end' });
    connection.dispose();
  });

  it('reads everything again when asked to, while there is a server', async () => {
    const { connection } = connect(() => Promise.resolve(new Stage().session(1)));
    let resets = 0;
    connection.onReset(() => (resets += 1));
    connection.readAgain();
    assert.equal(resets, 0);
    connection.start();
    await connection.ready();
    connection.readAgain();
    assert.equal(resets, 2, 'with the session, and then');
    connection.dispose();
  });

  it('does not wait for ever', async () => {
    const { connection } = connect(() => new Promise(() => undefined));
    connection.start();
    await assert.rejects(connection.ready(5), /in time/);
    connection.dispose();
  });

  it('ends a try that hangs, and what it brings too late', async () => {
    const stage = new Stage();
    let late: (session: Session) => void = () => undefined;
    const hanging = new Promise<Session>((resolve) => (late = resolve));
    const { connection } = connect(() => hanging, { retryDelays: [], tryLimit: 10 });
    connection.start();
    await assert.rejects(connection.ready(), /no answer within/);
    late(stage.session(1));
    await hanging;
    await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(stage.ended, ['feed', 'client']);
    assert.equal(connection.state.kind, 'failed');
  });
});
