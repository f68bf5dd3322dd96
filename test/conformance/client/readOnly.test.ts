import assert from 'node:assert/strict';
import { mkdtemp, realpath, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { startLabbook, until, type LabbookServer } from '../../fakes/labbookServer';
import { startRun } from './harness';
import { Windows } from './window';

interface Answer {
  readonly status: number;
  readonly body: { readonly error_code?: string; readonly message?: string };
}

async function request(
  server: { readonly url: string; readonly token?: string },
  method: string,
  at: string,
  body?: unknown,
): Promise<Answer> {
  const answer = await fetch(`${server.url}${at}`, {
    method,
    headers: { Authorization: `Bearer ${server.token ?? ''}`, 'Content-Type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: answer.status, body: (await answer.json()) as Answer['body'] };
}

const create = (name: string): [string, string, unknown] => [
  'POST',
  '/api/2.0/mlflow/runs/create',
  { experiment_id: '0', run_name: name, start_time: 1 },
];

describe('a server that is told to refuse writes', () => {
  let folder: string;
  let windows: Windows;
  let server: LabbookServer | undefined;
  beforeEach(async () => {
    folder = await realpath(await mkdtemp(path.join(os.tmpdir(), 'labbook-readonly-')));
    windows = new Windows();
  });
  afterEach(async () => {
    await server?.dispose();
    server = undefined;
    await windows.dispose();
    await rm(folder, { recursive: true, force: true });
  });

  it('answers all of them with 403 and MLflow’s error body, and goes on reading', async () => {
    const store = path.join(folder, 'store');
    server = await startLabbook({ store });
    const runId = await startRun({ address: server }, 'from before');
    assert.equal(await server.stop(), 0);
    server = await startLabbook({ store, args: ['--read-only'] });
    const artifact = `0/${runId}/artifacts/a.txt`;
    const writes: [string, string, unknown?][] = [
      create('refused'),
      ['POST', '/api/2.0/mlflow/runs/log-metric', { run_id: runId, key: 'loss', value: 1, timestamp: 1, step: 0 }],
      ['POST', '/api/2.0/mlflow/runs/delete', { run_id: runId }],
      ['POST', '/api/2.0/mlflow/experiments/create', { name: 'refused' }],
      ['POST', '/api/2.0/mlflow/registered-models/create', { name: 'refused' }],
      ['PUT', `/api/2.0/mlflow-artifacts/artifacts/${artifact}`, 'text'],
      ['DELETE', `/api/2.0/mlflow-artifacts/artifacts/${artifact}`],
    ];
    for (const write of writes) {
      const { status, body } = await request(server, ...write);
      assert.deepEqual([status, body.error_code], [403, 'PERMISSION_DENIED'], write[1]);
      assert.match(body.message ?? '', /told to refuse writes .*labbook\.server\.readOnly/);
    }
    const info = await request(server, 'GET', '/api/labbook/1.0/info');
    assert.equal(Reflect.get(info.body, 'read_only'), true);
    const read = await request(server, 'GET', `/api/2.0/mlflow/runs/get?run_id=${runId}`);
    assert.equal(read.status, 200);
  });

  it('follows the setting, also where it was started without it, at the same address', async () => {
    const store = path.join(folder, 'store');
    let readOnly = false;
    const first = windows.open({ store, readOnly: () => readOnly });
    const { server: writable } = await first.ready();
    assert.equal(writable.info.read_only, false);
    readOnly = true;
    const second = windows.open({ store, readOnly: () => readOnly });
    const { server: refusing } = await second.ready();
    assert.equal(refusing.info.read_only, true);
    assert.deepEqual(refusing.address, writable.address, 'scripts need not know');
    assert.equal((await request(refusing.address, ...create('refused'))).status, 403);
    assert.ok(await until(() => first.connection.session?.server.info.read_only === true, 30_000));
    readOnly = false;
    await second.connection.restart();
    assert.equal((await second.ready()).server.info.read_only, false);
    assert.equal((await request(refusing.address, ...create('taken'))).status, 200);
    assert.ok(second.sessions <= 3 && first.sessions <= 4, 'windows do not take turns');
  });
});
