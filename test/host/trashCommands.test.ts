import assert from 'node:assert/strict';
import { answering } from './answers';
import { commands, execute, Script } from './api';

describe('commands of the trash', () => {
  let script: Script;
  let experimentId: string;

  before(async () => {
    script = await Script.connect();
    experimentId = await script.experiment(`trash ${Date.now()}`);
  });

  const deleted = async (name: string): Promise<string> => {
    const runId = await script.run(experimentId, name);
    await script.finish(runId);
    await execute(commands.moveToTrash, { runId });
    return runId;
  };
  const stage = async (runId: string): Promise<string | undefined> =>
    script.read(runId).then(
      ({ info }) => info.lifecycle_stage,
      () => undefined,
    );

  it('take back what was moved to the trash last', async () => {
    const runId = await deleted('regretted');
    assert.equal(await stage(runId), 'deleted');
    await execute(commands.undo);
    assert.equal(await stage(runId), 'active');
  });

  it('say that it was restored already, where somebody else was faster', async () => {
    const runId = await deleted('restored elsewhere');
    await script.post('runs/restore', { run_id: runId });
    const said = await answering(
      'setStatusBarMessage',
      () => undefined,
      () => execute(commands.undo),
    );
    assert.deepEqual(
      said.map(([text]) => text),
      ['Nothing is left to undo: it was restored already.'],
    );
    assert.equal(await stage(runId), 'active');
  });

  it('delete for good only what was agreed to', async () => {
    const runId = await deleted('unwanted');
    const asked = await answering(
      'showWarningMessage',
      () => undefined,
      () => execute(commands.deleteForGood, { runId }),
    );
    assert.match(String(asked[0]?.[0]), /^Delete this run for good and free .*\?$/);
    assert.equal(await stage(runId), 'deleted');
    await answering(
      'showWarningMessage',
      (...given) => given[2],
      () => execute(commands.deleteForGood, { runId }),
    );
    assert.equal(await stage(runId), undefined);
  });

  it('empty the trash', async () => {
    const runIds = [await deleted('one of two'), await deleted('two of two')];
    await answering(
      'showWarningMessage',
      (...given) => given[2],
      () => execute(commands.emptyTrash),
    );
    for (const runId of runIds) {
      assert.equal(await stage(runId), undefined);
    }
  });
});
