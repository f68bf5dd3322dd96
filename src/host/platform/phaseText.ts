import * as vscode from 'vscode';
import type { ServerState } from './connection';

/** What is going on, in the user's language. */
export function phaseText({ phase }: Extract<ServerState, { kind: 'starting' }>): string {
  switch (phase) {
    case 'starting':
      return vscode.l10n.t('Starting the tracking server…');
    case 'waiting':
      return vscode.l10n.t('Waiting for the tracking server that another window started…');
    case 'lost':
      return vscode.l10n.t('The tracking server went away; looking for it…');
  }
}
