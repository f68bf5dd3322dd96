import os from 'node:os';
import path from 'node:path';
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
      const watcher = watched.add(vscode.workspace.createFileSystemWatcher(filesOf(folder)));
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

/**
 * The views of a folder, for a watcher. Of one within the workspace the pattern starts at the workspace's own folder, which is there: a
 * watcher that starts at a folder that is missing hears nothing when the folder comes, as with a `git pull`.
 */
function filesOf(folder: string): vscode.RelativePattern {
  const uri = vscode.Uri.file(folder);
  const own = vscode.workspace.getWorkspaceFolder(uri);
  if (own === undefined) {
    return new vscode.RelativePattern(uri, '*.json');
  }
  // Where a character has a meaning in patterns any character will do: a notice too many only reads the views again.
  const inside = path.relative(own.uri.fsPath, folder).replace(/[*?[\]{}!,]/g, '?');
  const names = inside.split(path.sep).filter(Boolean);
  // The folders as well: of one that comes or goes as a whole, VS Code need not tell what is in it.
  const folders = names.map((_, i) => names.slice(0, i + 1).join('/'));
  const files = [...names, '*.json'].join('/');
  return new vscode.RelativePattern(own, folders.length === 0 ? files : `{${[...folders, files].join(',')}}`);
}
