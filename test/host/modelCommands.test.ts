import assert from 'node:assert/strict';
import { panelViewTypes } from '../../src/host/contributions';
import { answering, closeAllTabs, panelTab } from './answers';
import { commands, execute, Script, until } from './api';

describe('commands of the model registry', () => {
  let script: Script;
  let model: string;
  const targets: { model: string; version: number; runId: string }[] = [];

  before(async () => {
    script = await Script.connect();
    const experimentId = await script.experiment(`models ${Date.now()}`);
    model = `registry ${Date.now()}`;
    await script.post('registered-models/create', { name: model });
    for (const version of [1, 2]) {
      const runId = await script.run(experimentId, `maker ${version}`);
      await script.finish(runId);
      const source = `mlflow-artifacts:/${experimentId}/${runId}/artifacts/model`;
      await script.post('model-versions/create', { name: model, source, run_id: runId });
      targets.push({ model, version, runId });
    }
  });

  after(closeAllTabs);

  const target = (version: number): { model: string; version: number; runId: string } => {
    const found = targets.find((each) => each.version === version);
    assert.ok(found);
    return found;
  };
  const versions = async (): Promise<number> => {
    const query = { filter: `name='${model}'` };
    const found = await script.get<{ model_versions?: unknown[] }>('model-versions/search', query);
    return found.model_versions?.length ?? 0;
  };

  it('compare the runs of two versions', async () => {
    await execute(commands.compareVersions, target(1), targets);
    await until('the comparison', () => panelTab(panelViewTypes.compare));
  });

  it('delete a version once the user agrees', async () => {
    const asked = await answering(
      'showWarningMessage',
      () => undefined,
      () => execute(commands.deleteVersion, target(1)),
    );
    assert.match(String(asked[0]?.[0]), /v1\? The run that made it stays/);
    assert.equal(await versions(), 2);
    await answering(
      'showWarningMessage',
      (...given) => given[2],
      () => execute(commands.deleteVersion, target(1)),
    );
    assert.equal(await versions(), 1);
  });

  it('delete a model with its versions', async () => {
    const asked = await answering(
      'showWarningMessage',
      (...given) => given[2],
      () => execute(commands.deleteModel, { model }),
    );
    assert.match(String(asked[0]?.[0]), /and its version\?/);
    assert.equal(await versions(), 0);
    await assert.rejects(script.get('registered-models/get', { name: model }), /404/);
  });
});
