import os from 'node:os';
import * as vscode from 'vscode';
import { readSetting } from '../contributions';
import { Disposables } from '../platform/disposables';
import { folderOf } from '../platform/storeFolder';

const setting = 'labbook.views.folder';

/** Where saved views are: the setting, from the workspace's first folder; undefined where no folder is open. */
export function viewsFolder(): string | undefined {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath;
  const name = readSetting(vscode.workspace, setting).trim();
  return folder === undefined || name === ''
    ? undefined
    : folderOf(name, { workspaceFolder: folder, home: os.homedir() });
}

/** Tells of every change of a view's file, and when the folder is another one. */
export function watchViews(onChange: () => void): vscode.Disposable {
  let watched = new Disposables();
  const watch = (): void => {
    watched.dispose();
    watched = new Disposables();
    const folder = viewsFolder();
    if (folder !== undefined) {
      const pattern = new vscode.RelativePattern(vscode.Uri.file(folder), '*.json');
      const watcher = watched.add(vscode.workspace.createFileSystemWatcher(pattern));
      [watcher.onDidCreate, watcher.onDidChange, watcher.onDidDelete].forEach((event) => watched.add(event(onChange)));
    }
  };
  watch();
  const again = (): void => {
    watch();
    onChange();
  };
  const owned = new Disposables();
  owned.add({ dispose: () => watched.dispose() });
  owned.add(vscode.workspace.onDidChangeWorkspaceFolders(again));
  owned.add(
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration(setting)) {
        again();
      }
    }),
  );
  return owned;
}
