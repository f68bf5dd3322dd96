import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { commands, Script } from './api';

describe('commands on what is shown in charts', () => {
  let script: Script;
  const runIds: string[] = [];
  const targets = (): { runId: string }[] => runIds.map((runId) => ({ runId }));

  before(async () => {
    script = await Script.connect();
    const experimentId = await script.experiment(`shown ${Date.now()}`);
    for (const name of ['a', 'b', 'c']) {
      runIds.push(await script.run(experimentId, name));
    }
    await Promise.all(runIds.map((runId) => script.finish(runId)));
  });

  it('hide and show runs, one and several: all, where not all are shown', async () => {
    const [a, b, c] = targets();
    assert.equal(await vscode.commands.executeCommand(commands.toggleShown, b), false);
    assert.equal(await vscode.commands.executeCommand(commands.toggleShown, a, [a, b, c]), true);
    assert.equal(await vscode.commands.executeCommand(commands.toggleShown, a, [a, b, c]), false);
  });

  it('show only one run', async () => {
    const [a, b, c] = targets();
    await vscode.commands.executeCommand(commands.showOnly, b, [a, b]);
    assert.equal(await vscode.commands.executeCommand(commands.toggleShown, a, [a, b]), true, 'a was hidden');
    assert.equal(await vscode.commands.executeCommand(commands.toggleShown, b), false, 'b was shown');
    assert.equal(await vscode.commands.executeCommand(commands.toggleShown, c), true, 'c was hidden');
  });

  it('show only some runs', async () => {
    const [a, b, c] = targets();
    await vscode.commands.executeCommand(commands.showOnlyThese, a, [a, b]);
    assert.equal(await vscode.commands.executeCommand(commands.toggleShown, a, [a, b]), false, 'both were shown');
    assert.equal(await vscode.commands.executeCommand(commands.toggleShown, c), true, 'c was hidden');
  });
});
