import assert from 'node:assert/strict';
import { runScript } from './python';
import type { Report } from './report';
import { Rest, trackingEnv } from './rest';
import { startStrictly, type StrictServer } from './server';
import { checkEnd, failureLimit } from './verdict';

const unknown = /ENDPOINT_NOT_FOUND|NOT_IMPLEMENTED|404|501/;

/** What Labbook does not have, and the error that a script gets for it. */
const missing: Record<string, RegExp> = {
  search_traces: unknown,
};

describe('what Labbook does not have', () => {
  let server: StrictServer;
  before(async () => {
    server = await startStrictly();
  });
  after(async () => await server.dispose());

  for (const client of ['mlflow3', 'mlflow2'] as const) {
    it(`fails at once and says so, and the run goes on, with ${client}`, async () => {
      const ended = await runScript(client, 'later_features', { env: trackingEnv(server) });
      const report = checkEnd(ended);
      for (const [what, { seconds }] of Object.entries(report.errors)) {
        assert.ok(seconds < failureLimit, `${what} took ${seconds.toFixed(1)} s`);
      }
      for (const [what, message] of Object.entries(missing)) {
        assert.match(messageOf(report, what), message, what);
      }
      assert.equal(messageOf(report, 'a traced function'), 'no error');
      const [runId = ''] = Object.keys(report.logged);
      const history = await new Rest(server).history(runId, 'after');
      assert.deepEqual(
        history.map(([, value]) => value),
        [2],
      );
    });
  }
});

function messageOf(report: Report, what: string): string {
  return report.errors[what]?.error?.message ?? 'no error';
}
