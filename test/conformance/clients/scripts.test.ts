import assert from 'node:assert/strict';
import { compareRuns } from './compare';
import { scripts, type Script } from './expectations';
import { clients, runScript, type Ended } from './python';
import { Rest, trackingEnv } from './rest';
import { startStrictly, type StrictServer } from './server';
import { checkEnd, checkFailures } from './verdict';

for (const client of clients) {
  describe(`scripts as people write them, with ${client}`, () => {
    const started = new Map<string, Promise<Ended>>();
    let server: StrictServer;

    const start = ({ name }: Script): Promise<Ended> => {
      const run = started.get(name) ?? runScript(client, name, { env: trackingEnv(server) });
      started.set(name, run);
      return run;
    };

    before(async () => {
      server = await startStrictly();
    });

    after(async () => {
      await Promise.allSettled(started.values());
      await server.dispose();
    });

    scripts.forEach((script, index) => {
      const { name, exitCode, runs, failures } = script;
      it(name.replaceAll('_', ' '), async () => {
        const run = start(script);
        const next = scripts[index + 1];
        if (next !== undefined) {
          // Two at a time; the next test meets its failure.
          start(next).catch(() => undefined);
        }
        const report = checkEnd(await run, exitCode);
        checkFailures(report, failures);
        assert.equal(Object.keys(report.logged).length, runs);
        await compareRuns(report, new Rest(server));
      });
    });
  });
}
