import * as vscode from 'vscode';
import { runScheme } from '../contributions';

/** The address of a run's row, which carries what its decoration is made from. */
export function runRowUri(runId: string, mark: RunMark | undefined): vscode.Uri {
  return vscode.Uri.from({ scheme: runScheme, path: `/${runId}`, query: mark ?? '' });
}

/** What a row is marked with, beside its icon: something to look at. */
export type RunMark = 'failed' | 'lost';

/** Marks rows of runs that failed or were lost, with a sign and a colour, as VS Code marks files with errors. */
export class RunDecorations implements vscode.FileDecorationProvider {
  provideFileDecoration(uri: vscode.Uri): vscode.FileDecoration | undefined {
    if (uri.scheme !== runScheme) {
      return undefined;
    }
    switch (uri.query) {
      case 'failed':
        return new vscode.FileDecoration('!', vscode.l10n.t('Failed'), new vscode.ThemeColor('list.errorForeground'));
      case 'lost':
        return new vscode.FileDecoration(
          '?',
          vscode.l10n.t('Lost: nothing was heard of it for a while'),
          new vscode.ThemeColor('list.warningForeground'),
        );
      default:
        return undefined;
    }
  }
}
