import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { startLabbook, until, type LabbookServer } from '../../fakes/labbookServer';
import { compareRuns } from './compare';
import { runScript, startScript, type Running } from './python';
import { Rest, trackingEnv } from './rest';
import { checkEnd } from './verdict';
import { oldestAndNewest, type Client } from './versions';

/** The last step whose metric was acknowledged, as the script printed it; -1 before the first. */
function lastStep(script: Running): number {
  return Number([...script.stdout().matchAll(/^step (\d+)$/gm)].at(-1)?.[1] ?? -1);
}

async function untilStep(script: Running, step: number): Promise<void> {
  const ended = { value: false };
  void script.ended.finally(() => (ended.value = true));
  await until(() => lastStep(script) >= step || ended.value, 30_000);
  assert.ok(lastStep(script) >= step, `the script did not reach step ${step}: ${script.stdout()}`);
}

for (const client of oldestAndNewest) {
  describe(`when things break, with ${client}`, () => {
    let store: string;
    let server: LabbookServer;

    before(async () => {
      store = await mkdtemp(path.join(os.tmpdir(), 'labbook-faults-'));
      server = await startLabbook({ store });
    });
    after(async () => {
      await server.dispose();
      await rm(store, { recursive: true, force: true });
    });

    it('a server that is killed, started, ended and started again loses nothing, and the script goes on', async function () {
      this.timeout(90_000);
      const script = await startScript(client, 'long_training', {
        args: ['60', '0.02'],
        env: trackingEnv(server),
        timeout: 80_000,
      });
      for (const [step, signal] of [
        [15, 'SIGKILL'],
        [35, 'SIGTERM'],
      ] as const) {
        await untilStep(script, step);
        await server.stop(signal);
        server = await startLabbook({ store, args: ['--port', String(server.port)] });
      }
      const ended = await script.ended;
      assert.equal(ended.code, 0, ended.stderr);
      assert.ok(ended.report);
      // The client reports its retries, as it should here; what counts is that each point is there, once.
      await compareRuns(ended.report, new Rest(server));
    });

    it('eight processes that log to one run lose nothing', async function () {
      // Most of it is eight interpreters starting at once.
      this.timeout(120_000);
      const options = { args: ['8'], env: trackingEnv(server), timeout: 110_000 };
      const report = checkEnd(await runScript(client, 'several_processes', options));
      assert.equal(Object.keys(report.logged).length, 1);
      await compareRuns(report, new Rest(server));
    });

    it('a script ended with Ctrl+C leaves a run that failed, with every point', async () => {
      await interrupt(client, server, 'SIGINT', 'FAILED');
    });

    it('a killed script leaves a running run, with every point that was acknowledged', async () => {
      await interrupt(client, server, 'SIGKILL', 'RUNNING');
    });
  });
}

async function interrupt(
  client: Client,
  server: LabbookServer,
  signal: NodeJS.Signals,
  status: 'FAILED' | 'RUNNING',
): Promise<void> {
  const script = await startScript(client, 'long_training', { args: ['1000', '0.02'], env: trackingEnv(server) });
  await untilStep(script, 12);
  script.process.kill(signal);
  const ended = await script.ended;
  const acknowledged = lastStep(script);
  const runId = /^run (\w+)$/m.exec(ended.stdout)?.[1] ?? '';

  const rest = new Rest(server);
  const run = await rest.run(runId);
  assert.equal(run.info.status, status);
  const points = await rest.history(runId, 'loss');
  // One more may have been on its way.
  assert.ok(points.length === acknowledged + 1 || points.length === acknowledged + 2, `${points.length} points`);
  points.forEach(([step, value], index) => {
    assert.deepEqual([step, value], [String(index), 1 / (index + 1)]);
  });
  assert.ok('checkpoints/10.txt' in (await rest.artifacts(run)));
}
