import * as vscode from 'vscode';

/** Says that a file or a folder was written, with what is often done next. Nobody waits for the notification to be closed. */
export function tellSaved(text: string, file: vscode.Uri, isFolder = false): void {
  const { t } = vscode.l10n;
  const open = t('Open');
  const showInFolder = t('Show in Folder');
  const reveal = revealCommand(file);
  const choices = [...(isFolder ? [] : [open]), ...(reveal === undefined ? [] : [showInFolder])];
  void vscode.window.showInformationMessage(text, ...choices).then(async (choice) => {
    if (choice === open) {
      await vscode.commands.executeCommand('vscode.open', file);
    } else if (choice === showInFolder && reveal !== undefined) {
      await vscode.commands.executeCommand(reveal, file);
    }
  });
}

/** What shows a file where it lies: VS Code's explorer, else the system's, which there is only on the machine of the window. */
function revealCommand(file: vscode.Uri): string | undefined {
  if (vscode.workspace.getWorkspaceFolder(file)) {
    return 'revealInExplorer';
  }
  const isHere = vscode.env.remoteName === undefined && vscode.env.uiKind === vscode.UIKind.Desktop;
  return isHere ? 'revealFileInOS' : undefined;
}
