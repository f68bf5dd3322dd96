import path from 'node:path';
import * as vscode from 'vscode';
import { tellSaved } from '../platform/savedFile';
import { inMessage, oneLine } from '../platform/text';

/**
 * Asks where to write a file and writes it there.
 * @param name what it is called unless the user says otherwise; its folder parts are left out
 * @returns false where the user gave up
 */
export async function saveFile({ name, content }: { name: string; content: string | ArrayBuffer }): Promise<boolean> {
  const file = oneLine(name.replace(/[/\\:*?"<>|]/g, '-')).replace(/^\.+/, '') || 'export';
  const [, extension] = /\.(\w{1,10})$/.exec(file) ?? [];
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  const uri = await vscode.window.showSaveDialog({
    ...(folder ? { defaultUri: vscode.Uri.joinPath(folder, file) } : {}),
    ...(extension === undefined ? {} : { filters: { [extension.toUpperCase()]: [extension] } }),
  });
  if (!uri) {
    return false;
  }
  await vscode.workspace.fs.writeFile(
    uri,
    typeof content === 'string' ? new TextEncoder().encode(content) : new Uint8Array(content),
  );
  tellSaved(vscode.l10n.t('Saved {0}.', inMessage(path.posix.basename(uri.path))), uri);
  return true;
}
