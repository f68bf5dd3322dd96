import * as vscode from 'vscode';
import { commands } from '../contributions';
import type { Connection } from '../platform/connection';
import { findRunLinks, type RunLink } from './runLinks';

type TerminalRunLink = vscode.TerminalLink & RunLink;

/** Opens in Labbook what the `mlflow` client's links to runs and experiments name. */
export class RunLinkProvider implements vscode.TerminalLinkProvider<TerminalRunLink> {
  constructor(private readonly connection: Connection) {}

  provideTerminalLinks({ line }: vscode.TerminalLinkContext): TerminalRunLink[] {
    const { session } = this.connection;
    if (session === undefined) {
      return [];
    }
    return findRunLinks(line, session.server.address.url).map((link) => ({
      ...link,
      tooltip:
        link.runId === undefined
          ? vscode.l10n.t('Open the experiment in Labbook')
          : vscode.l10n.t('Open the run in Labbook'),
    }));
  }

  async handleTerminalLink({ experimentId, runId }: TerminalRunLink): Promise<void> {
    await (runId === undefined
      ? vscode.commands.executeCommand(commands.openExperiment, { experimentId })
      : vscode.commands.executeCommand(commands.openRun, { runId }));
  }
}
