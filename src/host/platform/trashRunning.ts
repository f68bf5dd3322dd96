import * as vscode from 'vscode';
import { inMessage } from './text';

/** Asks whether a run may go to the trash although its script still logs to it, which fails from then on. @param name of the run */
export async function mayTrashRunning(name: string): Promise<boolean> {
  const { t } = vscode.l10n;
  const yes = t('Move to Trash');
  const question = t(
    '{0} is still running. Its script cannot log any more once it is in the trash.',
    inMessage(name, 60),
  );
  return (await vscode.window.showWarningMessage(question, { modal: true }, yes)) === yes;
}
