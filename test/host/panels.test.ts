import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { panelViewTypes } from '../../src/host/contributions';
import { closeAllTabs } from './answers';
import { commands, execute, Script, until } from './api';

describe('panels in editor groups', () => {
  let script: Script;
  let name: string;
  let experimentId: string;

  before(async () => {
    script = await Script.connect();
  });
  beforeEach(async () => {
    name = `groups ${Date.now()}`;
    experimentId = await script.experiment(name);
    await script.finish(await script.run(experimentId, 'seen'));
  });
  afterEach(closeAllTabs);

  /** Titles of the experiments' panels, by group. */
  const groups = (): string[][] =>
    vscode.window.tabGroups.all.map(({ tabs }) =>
      tabs
        .filter(
          ({ input }) => input instanceof vscode.TabInputWebview && input.viewType.endsWith(panelViewTypes.experiment),
        )
        .map(({ label }) => label),
    );
  const shows = (wanted: string[][]): Promise<unknown> =>
    until(`the groups ${JSON.stringify(wanted)}`, () => JSON.stringify(groups()) === JSON.stringify(wanted), 10_000);

  it('show two experiments side by side, each once', async () => {
    const other = await script.experiment(`${name} too`);
    await execute(commands.openExperiment, { experimentId });
    await shows([[name]]);
    await execute(commands.openExperimentToSide, { experimentId: other });
    await shows([[name], [`${name} too`]]);
    for (const id of [experimentId, other, experimentId]) {
      await execute(commands.openExperiment, { experimentId: id });
    }
    await execute(commands.openExperimentToSide, { experimentId: other });
    await until('the other is in front', () => vscode.window.tabGroups.activeTabGroup.activeTab?.label !== name);
    assert.deepEqual(groups(), [[name], [`${name} too`]]);
  });

  it('show the same experiment twice when it is in front and opened to the side, and no third time', async () => {
    await execute(commands.openExperiment, { experimentId });
    await shows([[name]]);
    await execute(commands.openExperimentToSide);
    await shows([[name], [name]]);
    await execute(commands.openExperimentToSide, { experimentId });
    await execute(commands.openExperiment, { experimentId });
    assert.deepEqual(groups(), [[name], [name]]);
  });

  it('show an experiment once that is opened again before it is there, as by a double click', async () => {
    const clicks: Thenable<unknown>[] = [];
    // The first panel is made while others of these still ask for the title.
    for (let click = 0; click < 40; click++) {
      clicks.push(execute(commands.openExperiment, { experimentId, keepFocus: true }));
      await new Promise((resolve) => setImmediate(resolve));
    }
    await Promise.all(clicks);
    await shows([[name]]);
  });

  it('move a panel that is not in sight to the side', async () => {
    const other = await script.experiment(`${name} too`);
    await execute(commands.openExperiment, { experimentId });
    await execute(commands.openExperiment, { experimentId: other });
    await shows([[name, `${name} too`]]);
    await execute(commands.openExperimentToSide, { experimentId });
    await shows([[`${name} too`], [name]]);
  });

  it('fill the group that Split Editor makes', async () => {
    await execute(commands.openExperiment, { experimentId });
    await shows([[name]]);
    await vscode.commands.executeCommand('workbench.action.splitEditorRight');
    await shows([[name], [name]]);
    await vscode.commands.executeCommand('workbench.action.splitEditorDown');
    await shows([[name], [name], [name]]);
  });
});
