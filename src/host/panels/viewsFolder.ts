import type { Stats } from 'node:fs';
import { stat } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import * as vscode from 'vscode';
import { readSetting } from '../contributions';
import { Disposables } from '../platform/disposables';
import { folderOf } from '../platform/storeFolder';

const setting = 'labbook.views.folder';
/** Milliseconds between two looks at a folder outside of the workspace. */
const lookInterval = 3000;

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
    if (folder === undefined) {
      return;
    }
    const isInside = vscode.workspace.getWorkspaceFolder(vscode.Uri.file(folder)) !== undefined;
    watched.add(isInside ? watchFiles(folder, onChange) : watchOutside(folder, onChange));
  };
  const again = (): void => {
    watch();
    onChange();
  };
  watch();
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

function watchFiles(folder: string, onChange: () => void): vscode.Disposable {
  const watcher = vscode.workspace.createFileSystemWatcher(filesOf(folder));
  const events = [watcher.onDidCreate, watcher.onDidChange, watcher.onDidDelete].map((event) => event(onChange));
  return vscode.Disposable.from(watcher, ...events);
}

/**
 * Outside of the workspace VS Code watches what is there. A folder that comes later, or another one in its place, is found by looking,
 * which costs next to nothing. Changes are told once at the beginning, too: of what came before it was watched nothing else tells.
 */
function watchOutside(folder: string, onChange: () => void): vscode.Disposable {
  let watcher: vscode.Disposable | undefined;
  let before: Stats | undefined;
  let isOver = false;
  const look = async (): Promise<void> => {
    const now = await stat(folder).catch(() => undefined);
    if (isOver) {
      return;
    }
    const isOther = watcher === undefined || now?.ino !== before?.ino;
    // The folder's time is that of the last file that came or went, also of one that came before the folder was watched.
    const isChanged = isOther || now?.mtimeMs !== before?.mtimeMs;
    before = now;
    if (isOther) {
      watcher?.dispose();
      watcher = watchFiles(folder, onChange);
    }
    if (isChanged) {
      onChange();
    }
  };
  void look();
  const timer = setInterval(() => void look(), lookInterval);
  return {
    dispose: () => {
      isOver = true;
      clearInterval(timer);
      watcher?.dispose();
    },
  };
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

/** Shows a file in an editor. @param place counted from 1 */
export async function openAt(place: { file: string; line: number; column: number }): Promise<void> {
  const position = new vscode.Position(place.line - 1, place.column - 1);
  await vscode.window.showTextDocument(vscode.Uri.file(place.file), {
    selection: new vscode.Range(position, position),
  });
}
