import os from 'node:os';
import * as vscode from 'vscode';
import { readSetting } from '../contributions';
import { Disposables } from '../platform/disposables';
import { placeOfViews } from './placeOfViews';
import { watchFolder } from './watchFolder';

const setting = 'labbook.views.folder';

/** Where saved views are (`placeOfViews`), from the workspace's first folder on disk. */
export function viewsFolder(): string | undefined {
  const folder = vscode.workspace.workspaceFolders?.find(({ uri }) => uri.scheme === 'file')?.uri.fsPath;
  return placeOfViews(readSetting(vscode.workspace, setting), { workspaceFolder: folder, home: os.homedir() });
}

/** Tells of every change of a view's file, and when the folder is another one. */
export function watchViews(onChange: () => void): vscode.Disposable {
  let watched = new Disposables();
  const follow = (): void => {
    watched.dispose();
    watched = new Disposables();
    const folder = viewsFolder();
    if (folder !== undefined) {
      watched.add(watchFolder(folder, onChange));
    }
  };
  const again = (): void => {
    follow();
    onChange();
  };
  follow();
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

/** Shows a file in an editor. @param place counted from 1 */
export async function openAt(place: { file: string; line: number; column: number }): Promise<void> {
  const position = new vscode.Position(place.line - 1, place.column - 1);
  await vscode.window.showTextDocument(vscode.Uri.file(place.file), {
    selection: new vscode.Range(position, position),
  });
}
