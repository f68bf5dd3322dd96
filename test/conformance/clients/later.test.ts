import assert from 'node:assert/strict';
import { clients, runScript } from './python';
import type { Report } from './report';
import { Rest, trackingEnv } from './rest';
import { startStrictly, type StrictServer } from './server';
import { checkEnd } from './verdict';

const unknown = /ENDPOINT_NOT_FOUND|NOT_IMPLEMENTED|404|501/;

/** What Labbook does not have yet, and the error that a script gets for it. */
const missing: Record<string, RegExp> = {
  log_input: unknown,
  'search with a filter': /INVALID_PARAMETER_VALUE.*filter/i,
  'search_experiments with a filter': /INVALID_PARAMETER_VALUE.*filter/i,
  load_table: /INVALID_PARAMETER_VALUE.*filter/i,
  'order by a metric': /INVALID_PARAMETER_VALUE.*order/i,
  search_traces: unknown,
};

/** Making the model's files takes the client a few seconds by itself. */
const limits: Record<string, number> = { log_model: 20, 'autologging with models': 20 };

describe('what Labbook does not have yet', () => {
  let server: StrictServer;
  before(async () => {
    server = await startStrictly();
  });
  after(async () => await server.dispose());

  for (const client of clients) {
    it(`fails at once and says so, and the run goes on, with ${client}`, async () => {
      const ended = await runScript(client, 'later_features', { env: trackingEnv(server) });
      const report = checkEnd(ended);
      for (const [what, { seconds }] of Object.entries(report.errors)) {
        assert.ok(seconds < (limits[what] ?? 10), `${what} took ${seconds.toFixed(1)} s`);
      }
      for (const [what, message] of Object.entries(missing)) {
        assert.match(messageOf(report, what), message, what);
      }
      for (const what of ['a traced function', 'autologging with models']) {
        assert.equal(messageOf(report, what), 'no error', what);
      }
      // The 2.x client only warns where a model's description is not taken.
      assert.match(client === 'mlflow2' ? ended.stderr : messageOf(report, 'log_model'), /model/i);
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
