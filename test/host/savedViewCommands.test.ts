import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { panelViewTypes } from '../../src/host/contributions';
import { watchViews } from '../../src/host/panels/viewsFolder';
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

  it('are noticed in a folder that was not there, and when the setting names another one', async () => {
    const made = path.join(path.dirname(path.dirname(folder)), 'of us', 'views');
    const settings = vscode.workspace.getConfiguration('labbook.views');
    let notices = 0;
    const watched = watchViews(() => notices++);
    try {
      await settings.update('folder', 'of us/views', vscode.ConfigurationTarget.Global);
      await until('the setting is noticed', () => notices > 0, 15_000);
      const before = notices;
      mkdirSync(made, { recursive: true });
      writeFileSync(path.join(made, 'pulled.json'), '{}');
      await until('the folder is noticed', () => notices > before, 15_000);
    } finally {
      watched.dispose();
      await settings.update('folder', undefined, vscode.ConfigurationTarget.Global);
      rmSync(path.dirname(made), { recursive: true, force: true });
    }
  });
});
