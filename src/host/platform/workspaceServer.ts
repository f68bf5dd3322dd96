import { homedir } from 'node:os';
import * as vscode from 'vscode';
import { readSetting } from '../contributions';
import { builtInServer, type BuiltInServer } from './builtInServer';
import type { ServerLog } from './serverLog';
import { folderOf, storeFolder } from './storeFolder';

/** The built-in server of this window's workspace, as its settings say. */
export function workspaceServer(
  context: vscode.ExtensionContext,
  serverLog: ServerLog,
): BuiltInServer & { readonly storeFolder: string } {
  const folders = vscode.workspace.workspaceFolders?.filter(({ uri }) => uri.scheme === 'file') ?? [];
  const from = { workspaceFolder: folders[0]?.uri.fsPath, home: homedir() };
  const store = storeFolder({
    ...from,
    setting: readSetting(vscode.workspace, 'labbook.store.path'),
    workspaceStorage: context.storageUri?.fsPath,
    globalStorage: context.globalStorageUri.fsPath,
  });
  const server = builtInServer({
    storeFolder: store,
    cliPath: context.asAbsolutePath('dist/labbook.cjs'),
    memory: context.workspaceState,
    idleExitMinutes: () => readSetting(vscode.workspace, 'labbook.server.keepAliveMinutes'),
    workspaceFolders: () => folders.map(({ uri }) => uri.fsPath),
    artifactFolders: () =>
      readSetting(vscode.workspace, 'labbook.server.artifactFolders').map((each) => folderOf(each, from)),
    readOnly: () => readSetting(vscode.workspace, 'labbook.server.readOnly'),
    serverLog,
    t: vscode.l10n.t,
  });
  return { ...server, storeFolder: store };
}
