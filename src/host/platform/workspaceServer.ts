import { homedir } from 'node:os';
import * as vscode from 'vscode';
import { readSetting } from '../contributions';
import { builtInServer, type BuiltInServer } from './builtInServer';
import type { ServerLog } from './serverLog';
import { folderOf, sharedStorage, storeFolder, storeWords } from './storeFolder';
import { PlaceOnceUsed, type StorePlace } from './storePlace';

/** The built-in server of this window's workspace, as its settings say. */
export function workspaceServer(
  context: vscode.ExtensionContext,
  serverLog: ServerLog,
): BuiltInServer & { readonly place: StorePlace } {
  const folders = vscode.workspace.workspaceFolders?.filter(({ uri }) => uri.scheme === 'file') ?? [];
  const from = { workspaceFolder: folders[0]?.uri.fsPath, home: homedir() };
  const workspaceStorage = context.storageUri && sharedStorage(context.storageUri.fsPath);
  const place = new PlaceOnceUsed(() => {
    const setting = readSetting(vscode.workspace, 'labbook.store.path');
    const folder = storeFolder({
      ...from,
      setting,
      workspaceStorage,
      globalStorage: context.globalStorageUri.fsPath,
    });
    return { folder, name: storeWords({ setting, workspaceStorage, folder }, vscode.l10n.t) };
  });
  const server = builtInServer({
    storeFolder: () => place.folder,
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
  const open: BuiltInServer['open'] = (...args) => {
    place.use();
    return server.open(...args);
  };
  return { ...server, open, place };
}
