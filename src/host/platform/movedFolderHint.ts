import * as vscode from 'vscode';
import { commands, readSetting } from '../contributions';
import { describe, type Log } from './connection';
import { followFolder } from './movedFolder';
import { sharedStorage } from './storeFolder';
import { inMessage } from './text';

/** Where this workspace's folder was renamed, moved, or is reached otherwise than before: says where its runs are, once, and offers to use them. */
export async function offerLeftStore(context: vscode.ExtensionContext, log: Log): Promise<void> {
  const storage = context.storageUri && sharedStorage(context.storageUri.fsPath);
  const [folder, ...more] = vscode.workspace.workspaceFolders ?? [];
  // A workspace of several folders is a file of its own; a store that a setting names is not VS Code's.
  const isOwn = more.length === 0 && readSetting(vscode.workspace, 'labbook.store.path') === '';
  if (storage === undefined || folder?.uri.scheme !== 'file' || !isOwn) {
    return;
  }
  try {
    const left = await followFolder(storage, folder.uri.fsPath);
    if (left === undefined) {
      return;
    }
    const { t } = vscode.l10n;
    const use = t('Use Them');
    const text =
      left.folder === folder.uri.fsPath
        ? t(
            'VS Code takes this window for another workspace than before, for instance because of another address. The runs of that time are still there, but not in this window.',
          )
        : t(
            'This folder was {0} before. The runs of that time are still there, but not in this window.',
            inMessage(left.folder, 200),
          );
    if ((await vscode.window.showInformationMessage(text, use)) === use) {
      await vscode.commands.executeCommand(commands.chooseStore, { path: left.store });
    }
  } catch (error) {
    log.warn(`Looking for the runs of a moved folder: ${describe(error)}`);
  }
}
