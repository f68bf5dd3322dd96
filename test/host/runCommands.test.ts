import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { panelViewTypes } from '../../src/host/contributions';
import { allTabs, answering, choosingRun, closeAllTabs, entryWith, panelTab } from './answers';
import { commands, execute, Script, until } from './api';

describe('commands that show, compare and end runs', () => {
  let script: Script;
  let experimentId: string;
  let first: string;
  let second: string;

  before(async () => {
    script = await Script.connect();
    experimentId = await script.experiment(`runs ${Date.now()}`);
    first = await script.run(experimentId, 'run one');
    second = await script.run(experimentId, 'run two');
    await script.finish(first);
    await script.finish(second);
  });

  afterEach(closeAllTabs);

  const compared = (): Promise<vscode.Tab> => until('the comparison', () => panelTab(panelViewTypes.compare));

  it('open a run beside the editor', async () => {
    await execute(commands.openRun, { runId: first });
    await execute(commands.openRunToSide, { runId: second });
    const tab = await until('the second run', () => allTabs().find(({ label }) => label === 'run two'));
    assert.equal(tab.group.viewColumn, vscode.ViewColumn.Two);
  });

  it('compare a run with another one that is asked for', async () => {
    await choosingRun('run two', () => execute(commands.compareWith, { runId: first }));
    await compared();
  });

  it('compare a run with the baseline, and say where there is none', async () => {
    const asked = await answering(
      'showErrorMessage',
      () => undefined,
      () => execute(commands.compareWithBaseline, { runId: second }),
    );
    assert.match(String(asked[0]?.[0]), /has no baseline yet/);
    await execute(commands.setAsBaseline, { runId: first });
    await execute(commands.compareWithBaseline, { runId: second });
    await compared();
  });

  it('mark a run as ended, as what the user says it was', async () => {
    const running = await script.run(experimentId, 'left alone');
    const asked = await answering(
      'showWarningMessage',
      (...given) => given[3],
      () => execute(commands.markAsEnded, { runId: running }),
    );
    assert.match(String(asked[0]?.[0]), /How did left alone end\?/);
    assert.equal((await script.read(running)).info.status, 'KILLED');
  });

  it('copy the ids of the selection, one a line', async () => {
    await execute(commands.copyId, { runId: first }, [{ runId: first }, { runId: second }]);
    assert.equal(await vscode.env.clipboard.readText(), `${first}\n${second}`);
    await execute(commands.copyId, { experimentId });
    assert.equal(await vscode.env.clipboard.readText(), experimentId);
  });

  it('list running runs, and open the one that is chosen', async () => {
    const name = `watched ${Date.now()}`;
    const running = await script.run(experimentId, name);
    await until('the menu has the run', async () => {
      await answering('showQuickPick', entryWith(name), () => execute(commands.showRunningRuns));
      return allTabs().some(({ label }) => label === name);
    });
    await script.finish(running);
  });
});
