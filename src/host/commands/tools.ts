import * as vscode from 'vscode';
import type { TrackingClient } from '../../client/types';
import type { Run } from '../../core/model';
import { commands } from '../contributions';
import type { Connection } from '../platform/connection';
import { reasonOf } from '../platform/reasons';
import { inMessage } from '../platform/text';
import { isByKey, textField, thingsOf, type Thing } from './targets';

/** What commands work with. */
export interface Tools {
  readonly connection: Connection;
  readonly log: vscode.LogOutputChannel;
  /** What is selected in the tree that has the focus. */
  readonly treeSelection: () => readonly unknown[];
  /** What a key in that tree is for, the row with the focus first; nothing where that cannot be told. */
  readonly keyTargets: () => Promise<readonly unknown[]>;
}

/**
 * Does what a command is for, and says in a notification what failed and why; the details are in the log.
 * @param what the deed, as a whole phrase that stands before a colon, e.g. "Could not rename the run"
 */
export async function attempt(tools: Tools, what: string, deed: () => Promise<unknown>): Promise<void> {
  try {
    await deed();
  } catch (error) {
    tools.log.error(`${what}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    const showLog = vscode.l10n.t('Show Log');
    // Nobody waits for the notification to be closed.
    void vscode.window
      .showErrorMessage(`${what}: ${inMessage(reasonOf(error, vscode.l10n.t), 400)}`, showLog)
      .then(async (choice) => {
        if (choice === showLog) {
          await vscode.commands.executeCommand(commands.showLog);
        }
      });
  }
}

export async function clientOf(tools: Tools): Promise<TrackingClient> {
  return (await tools.connection.ready(10_000)).client;
}

/** What the command is applied to, from its arguments or the tree's selection. */
export function thingsFor(tools: Tools, target: unknown, selection: unknown): Thing[] {
  return thingsOf(target, selection, tools.treeSelection());
}

/**
 * As `thingsFor`, also where a key in the tree asked. The selection may then be of another row: arrows move the focus alone.
 * @param ask asks for them where there are none; not after a key, which was for a certain row
 */
export async function thingsOrAsk(
  tools: Tools,
  target: unknown,
  selection: unknown,
  ask: () => Promise<readonly Thing[]>,
): Promise<readonly Thing[]> {
  if (isByKey(target)) {
    return thingsOf(undefined, undefined, await tools.keyTargets());
  }
  const given = thingsFor(tools, target, selection);
  return given.length > 0 ? given : ask();
}

/** A text that came with the command's argument (from a panel or a test), so that nobody is asked for it. */
export const preset = textField;

/** How people are told of a run: its name, made harmless for messages. */
export function nameOfRun({ info }: Run): string {
  return inMessage(info.name || info.id, 60);
}

/** Says that something was done, where a notification would be too loud. */
export function say(text: string): void {
  vscode.window.setStatusBarMessage(text, 4000);
}
