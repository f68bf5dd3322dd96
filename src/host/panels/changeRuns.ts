import * as vscode from 'vscode';
import { describe } from '../platform/connection';
import { inMessage } from '../platform/text';
import { forEachRun } from './bulk';

/**
 * Changes each run, a few at a time; what fails keeps no other from being changed.
 * @returns how many were changed: fewer than all where the signal came
 * @throws Error, fit to show, that says of how many runs and why, where there are several
 */
export async function changeRuns(
  runIds: readonly string[],
  signal: AbortSignal,
  change: (runId: string) => Promise<unknown>,
): Promise<number> {
  const { done, errors } = await forEachRun(runIds, signal, change);
  const [first] = errors;
  if (first === undefined) {
    return done;
  }
  const reason = describe(first);
  if (runIds.length > 1) {
    const { length } = runIds;
    throw new Error(
      vscode.l10n.t('{0} of {1} runs could not be changed: {2}', length - done, length, inMessage(reason, 400)),
    );
  }
  throw first instanceof Error ? first : new Error(reason);
}
