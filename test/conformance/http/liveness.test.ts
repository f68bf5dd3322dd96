import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { startLabbook, until, type LabbookServer } from '../../fakes/labbookServer';
import { api, call, createRun, record } from './rawHttp';

describe('signs of life', () => {
  /** The first one's store is that of all. */
  const started: LabbookServer[] = [];
  let server: LabbookServer;
  const start = async (): Promise<void> => {
    server = await startLabbook(started.length > 0 ? { store: server.store } : {});
    started.push(server);
  };
  before(start);
  after(async () => {
    for (const each of started.reverse()) {
      await each.dispose();
    }
  });

  const livenessOf = async (runIds: string[]): Promise<Record<string, unknown>> => {
    const answer = await call(server, {
      method: 'POST',
      path: '/api/labbook/1.0/liveness',
      body: { run_ids: runIds },
    });
    assert.equal(answer.status, 200, answer.text);
    return record(record(JSON.parse(answer.text))['runs']);
  };

  it('say when a run was last heard of, and whether its process lives', async () => {
    const program = `
      const headers = { authorization: 'Bearer ${server.token}', 'content-type': 'application/json' };
      fetch('${server.url}/api/2.0/mlflow/runs/create', {
        method: 'POST', headers, body: JSON.stringify({ experiment_id: '0', start_time: 1 }),
      }).then((answer) => answer.json()).then(({ run }) => console.log(run.info.run_id));
      setInterval(() => {}, 1000);`;
    const script = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
    try {
      const [bytes] = (await once(script.stdout, 'data')) as [Buffer];
      const runId = bytes.toString().trim();
      const lives = async (): Promise<unknown> => record((await livenessOf([runId]))[runId])['process'];
      assert.ok(await until(async () => (await lives()) === 'alive'));
      const { last_sign } = record((await livenessOf([runId]))[runId]);
      assert.ok(Math.abs(Number(last_sign) - Date.now()) < 60_000);
      script.kill('SIGKILL');
      await once(script, 'exit');
      assert.ok(await until(async () => (await lives()) === 'gone'));
      const kept = path.join(server.store, 'processes.json');
      assert.ok(await until(async () => (await readFile(kept, 'utf8').catch(() => '')).includes(runId)));
      await server.kill();
      await start();
      assert.equal(await lives(), 'gone');
    } finally {
      script.kill('SIGKILL');
    }
  });

  it('do not come from what the UI does, nor from runs that nobody logs to', async () => {
    const runId = await createRun(server);
    const before = record((await livenessOf([runId]))[runId])['last_sign'];
    assert.ok(await until(() => Date.now() > Number(before)));
    await api(server, 'POST', '/runs/set-tag', { run_id: runId, key: 'team', value: 'vision' });
    assert.equal(record((await livenessOf([runId]))[runId])['last_sign'], before);
    await api(server, 'POST', '/runs/log-metric', { run_id: runId, key: 'm', value: 1, timestamp: 1, step: 0 });
    assert.notEqual(record((await livenessOf([runId]))[runId])['last_sign'], before);
    assert.deepEqual(await livenessOf(['unknown']), {});
  });
});
