import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import type { Capability } from '../../../src/protocol/extras';
import { realpath } from 'node:fs/promises';
import { createParser, type EventSourceMessage } from 'eventsource-parser';
import { decodeSeries } from '../../../src/protocol/seriesCodec';
import { startLabbook, until, type LabbookServer } from '../../fakes/labbookServer';
import { api, artifactPath, assertError, call, createRun, record, records, type Answer } from './rawHttp';

const prefix = '/api/labbook/1.0';

describe("Labbook's extras", () => {
  let server: LabbookServer;
  let runId: string;
  before(async () => {
    server = await startLabbook();
  });
  after(() => server.dispose());
  beforeEach(async () => {
    runId = await createRun(server, { start_time: 1000 });
  });

  const info = async (): Promise<Record<string, unknown>> =>
    record(JSON.parse((await call(server, { path: `${prefix}/info` })).text));
  const log = (key: string, points: [number, number | string, number][]): Promise<unknown> =>
    api(server, 'POST', '/runs/log-batch', {
      run_id: runId,
      metrics: points.map(([step, value, timestamp]) => ({ key, value, step, timestamp })),
    });

  class Feed {
    readonly events: EventSourceMessage[] = [];
    ended = false;
    private constructor(
      private readonly request: http.ClientRequest,
      response: http.IncomingMessage,
    ) {
      const parser = createParser({ onEvent: (event) => this.events.push(event) });
      response.setEncoding('utf8').on('data', (chunk: string) => parser.feed(chunk));
      response.once('close', () => (this.ended = true)).on('error', () => undefined);
    }
    static async open(path = '', headers: Record<string, string> = {}): Promise<Feed> {
      const request = http.get({
        port: server.port,
        path: `${prefix}/events${path}`,
        headers: { authorization: `Bearer ${server.token}`, ...headers },
        agent: false,
      });
      const [response] = (await once(request, 'response')) as [http.IncomingMessage];
      assert.equal(response.statusCode, 200);
      assert.equal(response.headers['content-type'], 'text/event-stream');
      request.on('error', () => undefined);
      return new Feed(request, response);
    }
    batches(): Record<string, unknown>[] {
      return this.events.filter(({ event }) => event === 'change').map(({ data }) => record(JSON.parse(data)));
    }
    runs(): Record<string, unknown>[] {
      return this.batches().flatMap((batch) => records(batch['runs']));
    }
    close(): void {
      this.request.destroy();
    }
  }

  it('say what the server is', async () => {
    const answer = await info();
    assert.equal(answer['store'], await realpath(server.store));
    assert.equal(answer['pid'], server.process.pid);
    assert.equal(answer['read_only'], false);
    const capabilities: Capability[] = ['events', 'series', 'slots', 'shutdown', 'table', 'purge', 'liveness'];
    assert.deepEqual(answer['capabilities'], capabilities);
    assert.equal(typeof answer['revision'], 'number');
  });

  it('tell of changes as they happen, merged', async () => {
    const feed = await Feed.open();
    const begin = performance.now();
    for (let step = 0; step < 60; step++) {
      await log('m', [[step, 1, 1]]);
    }
    await api(server, 'POST', '/runs/log-parameter', { run_id: runId, key: 'p', value: '1' });
    await call(server, { method: 'PUT', path: artifactPath(runId, 'a.txt'), body: 'x' });
    const { experiment_id } = await api(server, 'POST', '/experiments/create', { name: 'told of' });
    const lasted = performance.now() - begin;
    const aspects = (): Set<unknown> =>
      new Set(
        feed
          .runs()
          .filter((run) => run['run_id'] === runId)
          .flatMap((run) => run['aspects']),
      );
    assert.ok(
      await until(() =>
        feed
          .batches()
          .some(
            (batch) =>
              JSON.stringify(batch['experiments']) === JSON.stringify([experiment_id]) ||
              String(batch['experiments']).includes(String(experiment_id)),
          ),
      ),
    );
    for (const aspect of ['artifacts', 'metrics', 'params']) {
      assert.ok(aspects().has(aspect), aspect);
    }
    assert.ok(feed.events.length <= lasted / 100 + 3, `${feed.events.length} messages in ${lasted.toFixed(0)} ms`);
    const last = feed.events.at(-1);
    assert.equal(last?.id, String((await info())['revision']));
    feed.close();
  });

  it('tell a reader that comes back what it missed, or to start afresh', async () => {
    const { revision } = await info();
    await log('m', [[0, 1, 1]]);
    const caughtUp = async (...args: Parameters<typeof Feed.open>): Promise<void> => {
      const feed = await Feed.open(...args);
      assert.ok(await until(() => feed.runs().some((run) => run['run_id'] === runId)));
      assert.ok(feed.events.every(({ event }) => event === 'change'));
      feed.close();
    };
    await until(async () => Number((await info())['revision']) > Number(revision));
    await caughtUp(`?since=${String(revision)}`);
    await caughtUp('', { 'last-event-id': String(revision) });
    const lost = await Feed.open('?since=99999999');
    assert.ok(await until(() => lost.events.length > 0));
    assert.equal(lost.events[0]?.event, 'reset');
    assert.deepEqual(JSON.parse(lost.events[0]?.data ?? ''), { revision: (await info())['revision'] });
    lost.close();
    assertError(await call(server, { path: `${prefix}/events?since=x` }), 400, 'INVALID_PARAMETER_VALUE');
  });

  const series = (body: object): Promise<Answer> => call(server, { method: 'POST', path: `${prefix}/series`, body });
  const decode = (answer: Answer) => {
    assert.equal(answer.status, 200, answer.text.slice(0, 200));
    return decodeSeries(Uint8Array.from(answer.body).buffer);
  };

  it('give series as they are while they are short', async () => {
    await log('a', [
      [0, 1, 1000],
      [1, 'NaN', 2000],
      [2, '-Infinity', 4000],
      [5, 4, 3000],
    ]);
    await log('b', [[3, 7, 1500]]);
    const other = await createRun(server);
    const request = { run_ids: [runId, other, 'nobody'], keys: ['b', 'a', 'none'], x: 'step', max_points: 100 };
    const entries = decode(await series(request));
    assert.deepEqual(
      entries.map(({ runId: run, key, total }) => [run, key, total]),
      [
        [runId, 'b', 1],
        [runId, 'a', 4],
      ],
    );
    const points = async (fields: object): Promise<number[][]> => {
      const [entry] = decode(await series({ ...request, keys: ['a'], ...fields }));
      assert.ok(entry?.series.kind === 'raw');
      return [[...entry.series.x], [...entry.series.y]];
    };
    assert.deepEqual(await points({}), [
      [0, 1, 2, 5],
      [1, NaN, -Infinity, 4],
    ]);
    assert.deepEqual(await points({ x: 'time' }), [
      [1, 2, 3, 4],
      [1, NaN, 4, -Infinity],
    ]);
    assert.deepEqual(await points({ x: 'relative', range: { min: 1, max: 2 } }), [
      [1, 2],
      [NaN, 4],
    ]);
    assert.deepEqual(decode(await series({ ...request, keys: ['a'], range: { min: 100, max: 200 } })), []);
  });

  it('thin long series and keep their peaks', async () => {
    const count = 5000;
    for (let start = 0; start < count; start += 1000) {
      await log(
        'long',
        Array.from({ length: 1000 }, (_, i) => [start + i, start + i === 3210 ? 1e6 : Math.sin((start + i) / 50), 1]),
      );
    }
    const [entry] = decode(await series({ run_ids: [runId], keys: ['long'], x: 'step', max_points: 200 }));
    assert.ok(entry?.series.kind === 'thinned');
    assert.equal(entry.total, count);
    assert.ok(entry.series.x.length <= 200 && entry.series.x.length > 50);
    assert.equal(Math.max(...entry.series.max), 1e6);
    assert.equal(
      entry.series.count.reduce((sum, each) => sum + each, 0),
      count,
    );
  });

  it('refuse what they cannot do', async () => {
    const good = { run_ids: [runId], keys: ['a'], x: 'step', max_points: 100 };
    for (const bad of [
      { max_points: 1 },
      { max_points: 10_001 },
      { x: 'y' },
      { x: undefined },
      { range: { min: 1 } },
      { run_ids: 5 },
      { keys: Array.from({ length: 20_001 }, String) },
    ]) {
      assertError(await series({ ...good, ...bad }), 400, 'INVALID_PARAMETER_VALUE');
    }
  });

  it('know the place of each run in its experiment', async () => {
    const { experiment_id } = await api(server, 'POST', '/experiments/create', { name: 'slots' });
    const runs = [
      await createRun(server, { experiment_id }),
      await createRun(server, { experiment_id }),
      await createRun(server, { experiment_id }),
    ];
    await api(server, 'POST', '/runs/delete', { run_id: runs[1] });
    const answer = await call(server, {
      method: 'POST',
      path: `${prefix}/slots`,
      body: { run_ids: [runs[2], 'nobody', runs[0]] },
    });
    assert.deepEqual(JSON.parse(answer.text), { slots: { [String(runs[2])]: 2, [String(runs[0])]: 0 } });
  });
});
