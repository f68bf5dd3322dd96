import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { RpcChannel, RpcError, type ChannelOptions, type None, type Port } from '../../../src/protocol/rpc';

interface Requests {
  double: { params: { n: number }; result: number };
  never: { params: null; result: null };
  fail: { params: null; result: null };
  bytes: { params: null; result: ArrayBuffer };
  uncloneable: { params: null; result: unknown };
}
interface Notices {
  changed: { runIds: string[] };
}

/** Two ports that hand each other structured clones, as a webview's do, a turn later. */
class Wire {
  readonly handlers: [Set<(message: unknown) => void>, Set<(message: unknown) => void>] = [new Set(), new Set()];
  readonly sent: unknown[] = [];

  end(side: 0 | 1): Port {
    return {
      post: (message) => {
        const copy: unknown = structuredClone(message);
        this.sent.push(copy);
        setImmediate(() => this.handlers[side === 0 ? 1 : 0].forEach((handler) => handler(copy)));
      },
      listen: (handler) => {
        this.handlers[side].add(handler);
        return { dispose: () => this.handlers[side].delete(handler) };
      },
    };
  }
}

function serverOptions(): ChannelOptions<Requests, None> & { aborted: number; errors: [string, unknown][] } {
  const options = {
    aborted: 0,
    errors: [] as [string, unknown][],
    handlers: {
      double: (params: unknown) => (params as { n: number }).n * 2,
      never: (_params: unknown, signal: AbortSignal) =>
        new Promise<null>(() => signal.addEventListener('abort', () => options.aborted++)),
      fail: () => {
        throw new Error('no such run');
      },
      bytes: () => Float64Array.from([1, NaN]).buffer,
      uncloneable: () => () => 1,
    },
    notices: {},
    onError: (what: string, error: unknown) => options.errors.push([what, error]),
  };
  return options;
}

function connect() {
  const wire = new Wire();
  const options = serverOptions();
  const heard: string[][] = [];
  const clientOptions = { handlers: {}, notices: { changed: ({ runIds }: Notices['changed']) => heard.push(runIds) } };
  const client = new RpcChannel<Requests, None, None, Notices>(wire.end(0), clientOptions);
  const server = new RpcChannel<None, Requests, Notices, None>(wire.end(1), options);
  const another = () => new RpcChannel<Requests, None, None, Notices>(wire.end(0), clientOptions);
  return { wire, options, heard, client, server, another };
}

const failsWith = (reason: string, message?: RegExp) => (error: unknown) => {
  assert.ok(error instanceof RpcError, String(error));
  assert.equal(error.reason, reason);
  assert.match(error.message, message ?? /./);
  return true;
};

async function until(condition: () => boolean): Promise<void> {
  for (let i = 0; i < 200 && !condition(); i++) {
    await delay(5);
  }
  assert.ok(condition(), 'waited in vain');
}

describe('RpcChannel', () => {
  it('answers requests, many at a time', async () => {
    const { client } = connect();
    assert.deepEqual(await Promise.all([1, 2, 3].map((n) => client.request('double', { n }))), [2, 4, 6]);
  });

  it('passes ArrayBuffers through', async () => {
    const { client } = connect();
    assert.deepEqual(new Float64Array(await client.request('bytes', null)), Float64Array.from([1, NaN]));
  });

  it('answers with an error when the handler throws, and tells the log', async () => {
    const { client, options } = connect();
    await assert.rejects(client.request('fail', null), failsWith('failed', /^no such run$/));
    assert.deepEqual(
      options.errors.map(([what]) => what),
      ['fail'],
    );
    assert.equal(await client.request('double', { n: 4 }), 8);
  });

  it('answers with an error when the result cannot be sent', async () => {
    const { client } = connect();
    await assert.rejects(client.request('uncloneable', null), failsWith('failed', /could not be cloned/));
  });

  it('refuses methods that do not exist, inherited names too', async () => {
    const { client } = connect();
    await assert.rejects(client.request('toString' as 'fail', null), failsWith('unknown', /no request named toString/));
  });

  it('gives up after the time-out and aborts the handler', async () => {
    const { client, options } = connect();
    await assert.rejects(
      client.request('never', null, { timeout: 20 }),
      failsWith('timeout', /never: no answer within 0.02 s/),
    );
    await until(() => options.aborted === 1);
  });

  it('gives up when aborted, before and after sending, and aborts the handler', async () => {
    const { client, options, wire } = connect();
    await assert.rejects(client.request('never', null, { signal: AbortSignal.abort() }), failsWith('aborted'));
    assert.equal(wire.sent.length, 0);
    const controller = new AbortController();
    const answer = client.request('never', null, { signal: controller.signal });
    setImmediate(() => setImmediate(() => controller.abort()));
    await assert.rejects(answer, failsWith('aborted'));
    await until(() => options.aborted === 1);
  });

  it('ignores a reply that comes too late, and foreign or broken messages', async () => {
    const { client, wire } = connect();
    const controller = new AbortController();
    const answer = client.request('double', { n: 1 }, { signal: controller.signal });
    controller.abort();
    await assert.rejects(answer, failsWith('aborted'));
    for (const junk of [null, 7, {}, { rpc: 'answer' }, { rpc: 'request', id: 1 }, { rpc: 'answer', to: 'x', id: 1 }]) {
      wire.handlers.forEach((handlers) => handlers.forEach((handler) => handler(junk)));
    }
    assert.equal(await client.request('double', { n: 5 }), 10);
  });

  it('rejects what is pending on dispose, aborts its handlers, and refuses new requests', async () => {
    const { client, server, options, wire } = connect();
    const answer = client.request('never', null);
    await until(() => wire.sent.length === 1);
    await delay(1);
    client.dispose();
    await assert.rejects(answer, failsWith('disposed'));
    await assert.rejects(client.request('double', { n: 1 }), failsWith('disposed'));
    assert.equal(wire.handlers[0].size, 0);
    server.dispose();
    assert.equal(options.aborted, 1);
    server.notify('changed', { runIds: [] });
    assert.equal(wire.sent.length, 1);
  });

  it('does not hand a reloaded webview the answers to its predecessor', async () => {
    const { client, options, another } = connect();
    const lost = client.request('never', null, { timeout: 50 });
    lost.catch(() => undefined);
    const reloaded = another();
    assert.equal(await reloaded.request('double', { n: 21 }), 42);
    assert.equal(options.aborted, 1, 'what the predecessor asked was not aborted');
    await assert.rejects(lost, failsWith('timeout'));
  });

  it('delivers notices, and one that throws hurts nobody', async () => {
    const { server, client, heard } = connect();
    server.notify('changed', { runIds: ['a'] });
    await until(() => heard.length === 1);
    assert.deepEqual(heard, [['a']]);
    assert.equal(await client.request('double', { n: 1 }), 2);
  });

  it('rejects when the port throws', async () => {
    const closed: Port = {
      post: () => {
        throw new Error('Webview is disposed');
      },
      listen: () => ({ dispose: () => undefined }),
    };
    const client = new RpcChannel<Requests, None, None, Notices>(closed, { handlers: {}, notices: {} });
    await assert.rejects(client.request('double', { n: 1 }), failsWith('unsent', /Webview is disposed/));
  });
});
