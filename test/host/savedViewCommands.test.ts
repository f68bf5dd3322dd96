import assert from 'node:assert/strict';
import { existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { panelViewTypes } from '../../src/host/contributions';
import { closeAllTabs, panelTab } from './answers';
import { commands, execute, Script, until } from './api';

describe('commands of saved views', () => {
  const folder = path.join(vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? '', '.labbook', 'views');
  const files = (): string[] => (existsSync(folder) ? readdirSync(folder, { recursive: true, encoding: 'utf8' }) : []);
  const saved = (): string | undefined => files().find((name) => /fast.*\.json$/.test(name));

  after(async () => {
    await closeAllTabs();
    rmSync(path.dirname(folder), { recursive: true, force: true });
  });

  it('save what the panel in front shows, again, and open it', async () => {
    const script = await Script.connect();
    const experimentId = await script.experiment(`views ${Date.now()}`);
    await script.finish(await script.run(experimentId, 'seen'));
    await execute(commands.openExperiment, { experimentId });
    const view = await until(
      'the view is saved',
      async () => {
        await execute(commands.saveViewAs, { name: 'fast' });
        return saved();
      },
      15_000,
    );
    const at = (): number => statSync(path.join(folder, view)).mtimeMs;
    const before = at();
    await until('it is saved again', async () => {
      await execute(commands.saveView);
      return at() > before;
    });
    await closeAllTabs();
    await execute(commands.openView, { name: 'fast', experimentId });
    await until('the panel', () => panelTab(panelViewTypes.experiment));
    assert.deepEqual(
      files().filter((name) => name.endsWith('.json')),
      [view],
    );
  });
});
