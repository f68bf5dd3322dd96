import assert from 'node:assert/strict';
import { startLabbook, type LabbookServer } from '../../fakes/labbookServer';
import { compareRuns } from './compare';
import { runScript } from './python';
import { Rest } from './rest';
import { checkEnd, failureLimit } from './verdict';
import { oldestAndNewest } from './versions';

const wrong = 'x'.repeat(43);

describe('ways to bring the token', () => {
  let server: LabbookServer;
  before(async () => {
    server = await startLabbook();
  });
  after(async () => await server.dispose());

  const inUrl = (token: string): string => server.url.replace('http://', `http://labbook:${token}@`);
  const ways: Record<string, () => Record<string, string>> = {
    'as user info in the URL': () => ({ MLFLOW_TRACKING_URI: inUrl(server.token) }),
    'as user name and password': () => ({
      MLFLOW_TRACKING_URI: server.url,
      MLFLOW_TRACKING_USERNAME: 'somebody',
      MLFLOW_TRACKING_PASSWORD: server.token,
    }),
    'as a bearer token, with a slash after the URL': () => ({
      MLFLOW_TRACKING_URI: `${server.url}/`,
      MLFLOW_TRACKING_TOKEN: server.token,
    }),
  };
  const refused: Record<string, () => Record<string, string>> = {
    'no token': () => ({ MLFLOW_TRACKING_URI: server.url }),
    'a wrong token': () => ({ MLFLOW_TRACKING_URI: server.url, MLFLOW_TRACKING_TOKEN: wrong }),
    'a wrong password in the URL': () => ({ MLFLOW_TRACKING_URI: inUrl(wrong) }),
  };

  for (const client of oldestAndNewest) {
    for (const [way, env] of Object.entries(ways)) {
      it(`${way}, with ${client}: runs and artifacts`, async () => {
        const report = checkEnd(await runScript(client, 'tidy_up', { env: env() }));
        assert.equal(Object.keys(report.logged).length, 1);
        await compareRuns(report, new Rest(server));
      });
    }

    for (const [way, env] of Object.entries(refused)) {
      it(`${way}, with ${client}: refused at once`, async () => {
        const ended = await runScript(client, 'first_run', { env: env() });
        assert.equal(ended.code, 1, ended.stderr);
        assert.match(ended.stderr, /401|UNAUTHENTICATED/);
        assert.doesNotMatch(ended.stderr, new RegExp(server.token));
        assert.ok(ended.seconds < failureLimit, `${ended.seconds} s`);
      });
    }
  }
});
