import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { parseJson } from '../../../src/core/json';
import { apiPrefix } from '../../../src/protocol/mlflow';
import { startLabbook, until, type LabbookServer } from '../../fakes/labbookServer';
import { api, call, record, records } from './rawHttp';

/** `LABBOOK_KILLS` asks for so many; without it as many as fit into the time, on the slowest machine a few. */
const asked = Number(process.env['LABBOOK_KILLS'] ?? 0);
const timeWithout = 12_000;
const fewest = asked > 0 ? asked : 3;
const writerCount = 6;
const batch = 3;

/** What a run should hold. Texts, so that two are the same when their JSON is. */
interface Expected {
  readonly status: string;
  readonly stage: string;
  readonly params: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
  /** Values of metric `m` by step: 0, 1, 2, … */
  readonly values: readonly number[];
}

/** One request, and what it does. */
interface Action {
  readonly path: string;
  readonly body: object;
  readonly after: Expected;
}

function actionOn(runId: string, now: Expected, random: () => number): Action {
  const which = Math.floor(random() * 10);
  const step = now.values.length;
  const points = Array.from({ length: which < 4 ? 1 : batch }, (_, i) => ({ step: step + i, value: random() }));
  const values = [...now.values, ...points.map(({ value }) => value)];
  const key = `k${Object.keys(now.params).length + Object.keys(now.tags).length}`;
  const text = String(random());
  const metrics = points.map((point) => ({ key: 'm', timestamp: point.step, ...point }));
  const after = (change: Partial<Expected>): Expected => ({ ...now, ...change });
  if (now.stage === 'deleted') {
    return { path: '/runs/restore', body: { run_id: runId }, after: after({ stage: 'active' }) };
  }
  switch (which) {
    case 0:
    case 1:
    case 2:
    case 3:
      return { path: '/runs/log-metric', body: { run_id: runId, ...metrics[0] }, after: after({ values }) };
    case 4:
    case 5:
    case 6:
      // Whole or not at all: points, a param and a tag.
      return {
        path: '/runs/log-batch',
        body: { run_id: runId, metrics, params: [{ key, value: text }], tags: [{ key, value: text }] },
        after: after({ values, params: { ...now.params, [key]: text }, tags: { ...now.tags, [key]: text } }),
      };
    case 7:
      return {
        path: '/runs/set-tag',
        body: { run_id: runId, key: 'latest', value: text },
        after: after({ tags: { ...now.tags, latest: text } }),
      };
    case 8:
      return {
        path: '/runs/update',
        body: { run_id: runId, status: now.status === 'RUNNING' ? 'FAILED' : 'RUNNING' },
        after: after({ status: now.status === 'RUNNING' ? 'FAILED' : 'RUNNING' }),
      };
    default:
      return { path: '/runs/delete', body: { run_id: runId }, after: after({ stage: 'deleted' }) };
  }
}

/** Writes one request after the other until the server is gone, and remembers what was answered. */
class Writer {
  /** Runs that were answered, by id. */
  readonly runs = new Map<string, Expected>();
  /** Those of this life. */
  readonly touched = new Set<string>();
  /** What was under way when the server went: it may have been done or not. */
  open: { runId: string; after: Expected } | { name: string } | undefined;
  answered = 0;
  private names = 0;

  constructor(
    private readonly name: string,
    private readonly random: () => number,
  ) {}

  async writeUntilGone(server: LabbookServer, agent: http.Agent): Promise<void> {
    this.open = undefined;
    this.touched.clear();
    let runId: string | undefined;
    for (;;) {
      if (runId === undefined || this.random() < 0.12) {
        const name = `${this.name}-${this.names++}`;
        this.open = { name };
        const made = await post(server, agent, '/runs/create', {
          run_name: name,
          tags: [{ key: 'made', value: name }],
        });
        if (made === undefined) {
          return;
        }
        runId = String(record(record(made['run'])['info'])['run_id']);
        this.runs.set(runId, {
          status: 'RUNNING',
          stage: 'active',
          params: {},
          tags: { made: name, 'mlflow.runName': name },
          values: [],
        });
        this.touched.add(runId);
      } else {
        const now: Expected | undefined = this.runs.get(runId);
        assert.ok(now !== undefined);
        const action: Action = actionOn(runId, now, this.random);
        this.open = { runId, after: action.after };
        if ((await post(server, agent, action.path, action.body)) === undefined) {
          return;
        }
        this.runs.set(runId, action.after);
      }
      this.answered++;
    }
  }

  /** Compares with what a new server has; what was under way is taken as it is found, whole or not at all. */
  async check(server: LabbookServer, agent: http.Agent, ids: Iterable<string>): Promise<void> {
    for (const id of ids) {
      const expected = this.runs.get(id);
      assert.ok(expected !== undefined);
      const found = await readRun(server, agent, id);
      if (this.open !== undefined && 'runId' in this.open && this.open.runId === id) {
        const { after } = this.open;
        assert.ok(sameText(found, sorted(expected)) || sameText(found, sorted(after)), differs(found, expected));
        this.runs.set(id, sameText(found, sorted(expected)) ? expected : after);
      } else {
        assert.ok(sameText(found, sorted(expected)), differs(found, expected));
      }
    }
  }

  /** A run that was being created is whole or not there; it is left alone then. */
  async checkCreation(server: LabbookServer): Promise<void> {
    if (this.open !== undefined && 'name' in this.open) {
      const { name } = this.open;
      const { runs } = await api(server, 'POST', '/runs/search', {
        experiment_ids: ['0'],
        filter: `attributes.run_name = '${name}'`,
      });
      for (const run of records(runs ?? [])) {
        const tags = records(record(run['data'])['tags']).map(({ key, value }) => `${String(key)}=${String(value)}`);
        assert.ok(tags.includes(`made=${name}`), `half a run: ${tags.join()}`);
      }
    }
  }
}

function sameText(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function differs(found: Expected, expected: Expected): string {
  return `found ${JSON.stringify(found)}\ninstead of ${JSON.stringify(expected)}`;
}

/** @returns undefined when the server is gone */
async function post(
  server: LabbookServer,
  agent: http.Agent,
  to: string,
  body: object,
): Promise<Record<string, unknown> | undefined> {
  const answer = await call(server, { method: 'POST', path: apiPrefix + to, body, agent }).catch(() => undefined);
  if (answer === undefined) {
    return undefined;
  }
  // A server that was asked to end refuses what comes too late.
  if (answer.status === 403 && /being closed/.test(answer.text)) {
    return undefined;
  }
  assert.equal(answer.status, 200, answer.text);
  return record(parseJson(answer.text));
}

async function get(server: LabbookServer, agent: http.Agent, from: string): Promise<Record<string, unknown>> {
  const answer = await call(server, { path: apiPrefix + from, agent });
  assert.equal(answer.status, 200, answer.text);
  return record(parseJson(answer.text));
}

async function readRun(server: LabbookServer, agent: http.Agent, id: string): Promise<Expected> {
  const run = record((await get(server, agent, `/runs/get?run_id=${id}`))['run']);
  const [info, data] = [record(run['info']), record(run['data'])];
  const pairs = (of: unknown): Record<string, string> =>
    Object.fromEntries(records(of ?? []).map(({ key, value }) => [String(key), String(value)]));
  const history = await get(server, agent, `/metrics/get-history?run_id=${id}&metric_key=m&max_results=25000`);
  const points = records(history['metrics'] ?? []).sort((a, b) => Number(a['step']) - Number(b['step']));
  assert.deepEqual(
    points.map(({ step }) => Number(step)),
    [...points.keys()],
  );
  const tags = pairs(data['tags']);
  return sorted({
    status: String(info['status']),
    stage: String(info['lifecycle_stage']),
    params: pairs(data['params']),
    tags,
    values: points.map(({ value }) => Number(value)),
  });
}

/** In the order in which `actionOn` adds keys. */
function sorted(run: Expected): Expected {
  const byName = (pairs: Readonly<Record<string, string>>) =>
    Object.fromEntries(Object.entries(pairs).sort(([a], [b]) => (a < b ? -1 : 1)));
  return { ...run, params: byName(run.params), tags: byName(run.tags) };
}

describe('a server that is killed at random moments', () => {
  const started: LabbookServer[] = [];
  let store: string;

  beforeEach(async () => {
    store = await mkdtemp(path.join(os.tmpdir(), 'labbook-kills-'));
  });
  afterEach(async () => {
    await Promise.all(started.splice(0).map((server) => server.dispose()));
    await rm(store, { recursive: true, force: true });
  });

  it('has everything that it answered, and nothing in part', async () => {
    const agent = new http.Agent({ keepAlive: true, maxSockets: writerCount });
    const writers = Array.from({ length: writerCount }, (_, i) => new Writer(`w${i}`, Math.random));
    const begin = Date.now();
    let kills = 0;
    const start = async (): Promise<LabbookServer> => {
      const server = await startLabbook({ store, timeout: 60_000 }).catch((error: unknown) => {
        throw new Error(`after ${kills} kills: ${String(error)}`, { cause: error });
      });
      started.push(server);
      return server;
    };
    let server = await start();
    while (kills < fewest || (asked === 0 && Date.now() - begin < timeWithout)) {
      const before = writers.reduce((sum, { answered }) => sum + answered, 0);
      const writing = Promise.all(writers.map((each) => each.writeUntilGone(server, agent)));
      const least = before + Math.floor(Math.random() * 1200);
      await until(() => writers.reduce((sum, { answered }) => sum + answered, 0) >= least, 30_000);
      if (Math.random() < 0.3) {
        // Killed while it ends cleanly: in the middle of the last checkpoint.
        server.process.kill('SIGTERM');
        await new Promise((resolve) => setTimeout(resolve, Math.random() * 60));
      }
      await server.kill();
      kills++;
      await writing;
      server = await start();
      for (const writer of writers) {
        await writer.checkCreation(server);
      }
      await Promise.all(writers.map((writer) => writer.check(server, agent, writer.touched)));
      if (kills % 20 === 0) {
        // A clean end: with lives too short for a checkpoint the journal would only grow.
        await server.stop();
        server = await start();
      }
    }
    await Promise.all(writers.map((writer) => writer.check(server, agent, writer.runs.keys())));
    agent.destroy();
    const answered = writers.reduce((sum, writer) => sum + writer.answered, 0);
    const runs = writers.reduce((sum, writer) => sum + writer.runs.size, 0);
    console.log(`      ${kills} kills survived, ${answered} answered writes to ${runs} runs checked`);
    assert.ok(answered > 0 && runs > 0);
  }).timeout(120_000 + asked * 10_000);
});
