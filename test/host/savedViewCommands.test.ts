import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
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

  it('are noticed in a folder outside of the workspace that was not there, and comes back after it was removed', async () => {
    const outside = mkdtempSync(path.join(tmpdir(), 'lbo-'));
    const made = path.join(outside, 'team', 'views');
    const settings = vscode.workspace.getConfiguration('labbook.views');
    await settings.update('folder', made, vscode.ConfigurationTarget.Global);
    let notices = 0;
    const watched = watchViews(() => notices++);
    const noticed = async (what: string, deed: () => void): Promise<void> => {
      const before = notices;
      deed();
      await until(what, () => notices > before, 15_000);
    };
    try {
      for (const name of ['first', 'second']) {
        await noticed('the folder', () => mkdirSync(made, { recursive: true }));
        await noticed(`the ${name} file`, () => writeFileSync(path.join(made, `${name}.json`), '{}'));
        await noticed('that it is gone', () => rmSync(path.dirname(made), { recursive: true }));
      }
    } finally {
      watched.dispose();
      await settings.update('folder', undefined, vscode.ConfigurationTarget.Global);
      rmSync(outside, { recursive: true, force: true });
    }
  });

  it('are noticed in a folder that was not there, also when its name has characters of patterns', async () => {
    const root = path.dirname(path.dirname(folder));
    const settings = vscode.workspace.getConfiguration('labbook.views');
    for (const name of ['.labbook/views', 'of [all] {us}!/views']) {
      const made = path.join(root, ...name.split('/'));
      rmSync(path.dirname(made), { recursive: true, force: true });
      await settings.update('folder', name, vscode.ConfigurationTarget.Global);
      assert.equal(vscode.workspace.getConfiguration('labbook.views').get('folder'), name);
      // What VS Code tells of files comes in their order: after the notice of this one nothing earlier is told.
      const marker = path.join(root, 'marker.txt');
      const seen = vscode.workspace.createFileSystemWatcher(new vscode.RelativePattern(root, 'marker.txt'));
      let isSeen = false;
      seen.onDidCreate(() => (isSeen = true));
      writeFileSync(marker, '');
      await until('the workspace is watched', () => isSeen, 15_000);
      seen.dispose();
      rmSync(marker);
      let notices = 0;
      const watched = watchViews(() => notices++);
      try {
        mkdirSync(made, { recursive: true });
        writeFileSync(path.join(made, 'pulled.json'), '{}');
        await until(`${name} is noticed`, () => notices > 0, 15_000);
        const before = notices;
        rmSync(path.dirname(made), { recursive: true });
        await until('it is noticed that the folder is gone', () => notices > before, 15_000);
      } finally {
        watched.dispose();
        await settings.update('folder', undefined, vscode.ConfigurationTarget.Global);
        rmSync(path.dirname(made), { recursive: true, force: true });
      }
    }
  });
});
