import assert from 'node:assert/strict';
import { compareRuns } from './compare';
import { scripts, titleOf, type Script } from './expectations';
import { runScript, type Ended } from './python';
import { Rest, trackingEnv } from './rest';
import { startStrictly, type StrictServer } from './server';
import { checkEnd, checkFailures, checkParts } from './verdict';
import { atTimes, clientHas, clients, versions, type Client } from './versions';

for (const client of clients) {
  describe(`scripts as people write them, with mlflow ${versions[client]}`, () => {
    const started = new Map<Script, Promise<Ended>>();
    let server: StrictServer;

    const start = (script: Script): Promise<Ended> => {
      const { name, env } = script;
      const run = started.get(script) ?? runScript(client, name, { env: { ...trackingEnv(server), ...env } });
      started.set(script, run);
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
      it(titleOf(script), async function () {
        const run = start(script);
        const next = scripts[index + 1];
        if (next !== undefined) {
          // Two at a time; the next test meets its failure.
          start(next).catch(() => undefined);
        }
        const ended = await run;
        const { skipped = null } = ended.report ?? {};
        if (skipped !== null && skipped in atTimes) {
          this.skip();
        }
        const whole = script.needs === undefined || clientHas(client, script.needs);
        const report = checkEnd(ended, whole ? script.exitCode : 0);
        checkParts(report, client, script);
        checkFailures(report, client, whole ? script.failures : {});
        assert.equal(Object.keys(report.logged).length, whole ? runsOf(script, client) : 0);
        await compareRuns(report, new Rest(server));
      });
    });
  });
}

function runsOf({ runs, parts = {} }: Script, client: Client): number {
  const missing = Object.entries(parts).filter(([name]) => !(name in atTimes) && !clientHas(client, name));
  return missing.reduce((rest, [, less]) => rest - less, runs);
}
