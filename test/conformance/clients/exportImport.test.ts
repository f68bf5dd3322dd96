import assert from 'node:assert/strict';
import { MlflowServer } from '../../fakes/mlflowServer';
import { runScript } from './python';
import { startStrictly, type StrictServer } from './server';
import { checkEnd } from './verdict';

function withToken({ url, token }: StrictServer): string {
  return url.replace('http://', token === '' ? 'http://' : `http://labbook:${token}@`);
}

describe('mlflow-export-import', () => {
  let from: StrictServer;
  let to: StrictServer;
  let mlflow: MlflowServer;

  before(async function () {
    this.timeout(120_000);
    mlflow = await MlflowServer.start();
    from = await startStrictly();
    to = await startStrictly();
  });
  after(async () => {
    await mlflow.dispose();
    await from.dispose();
    await to.dispose();
  });

  it("carries everything from Labbook to MLflow's own server and from there to Labbook", async function () {
    // Mostly the starts of five interpreters, each with all of MLflow.
    this.timeout(200_000);
    const servers = [withToken(from), mlflow.address.url, withToken(to)];
    const env = { SERVERS: servers.join(' '), MLFLOW_TRACKING_URI: withToken(from) };
    const ended = await runScript('mlflow3', 'export_import', { env, timeout: 190_000 });
    const { same } = checkEnd(ended);
    // Six runs with seven things each, on two servers.
    assert.ok(same.length > 84, `${same.length} comparisons`);
  });
});
