import assert from 'node:assert/strict';
import { compareRuns } from './compare';
import { scripts } from './expectations';
import { clients, runScript, type Ended } from './python';
import { Rest, trackingEnv } from './rest';
import { startStrictly, type StrictServer } from './server';
import { checkEnd, checkFailures } from './verdict';

/** Scripts that run at the same time. */
const lanes = 2;

for (const client of clients) {
  describe(`scripts as people write them, with ${client}`, () => {
    const ended = new Map<string, Promise<Ended>>();
    let server: StrictServer;

    before(async () => {
      server = await startStrictly();
      const env = trackingEnv(server);
      const running: Promise<unknown>[] = Array.from({ length: lanes }, () => Promise.resolve());
      scripts.forEach(({ name }, index) => {
        const run = (running[index % lanes] ?? Promise.resolve()).then(() => runScript(client, name, { env }));
        running[index % lanes] = run.catch(() => undefined);
        ended.set(name, run);
      });
    });

    after(async () => {
      await Promise.allSettled(ended.values());
      await server.dispose();
    });

    for (const { name, exitCode, runs, failures } of scripts) {
      it(name.replaceAll('_', ' '), async () => {
        const run = await ended.get(name);
        assert.ok(run);
        const report = checkEnd(run, exitCode);
        checkFailures(report, failures);
        assert.equal(Object.keys(report.logged).length, runs);
        await compareRuns(report, new Rest(server));
      });
    }
  });
}
