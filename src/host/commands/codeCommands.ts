import { access } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import type { TrackingClient } from '../../client/types';
import type { Run } from '../../core/model';
import { gitApi, repositoryWith, type GitApi, type GitChange } from '../code/gitApi';
import { codeOf, paramsText, scriptPlaces } from '../code/runCode';
import { commands, type CommandHandlers } from '../contributions';
import { inMessage } from '../platform/text';
import type { TextDocuments } from '../platform/textDocuments';
import { pickRun, pickRuns } from './picks';
import { runIdsOf } from './targets';
import { attempt, clientOf, nameOfRun, thingsFor, type Tools } from './tools';

type CodeCommands = CommandHandlers<
  | typeof commands.openCode
  | typeof commands.changesSinceRun
  | typeof commands.openCodeChanges
  | typeof commands.compareParams
>;

/** Commands that show what a run was made from: its code at its commit, and its parameters. */
export function codeCommands(tools: Tools, texts: TextDocuments): CodeCommands {
  const { t } = vscode.l10n;
  const oneRun = async (target: unknown, title: string): Promise<Run | undefined> => {
    const client = await clientOf(tools);
    const [runId] = runIdsOf(thingsFor(tools, target, undefined));
    return runId === undefined ? pickRun(client, title) : client.getRun(runId);
  };
  return {
    [commands.openCode]: (target) =>
      attempt(tools, t('Could not open the code'), async () => {
        const run = await oneRun(target, t('Open the code of which run?'));
        if (run) {
          await openCode(run);
        }
      }),
    [commands.changesSinceRun]: (target) =>
      attempt(tools, t('Could not show the changes'), async () => {
        const run = await oneRun(target, t('Changes since which run?'));
        if (run) {
          const commit = commitOf(run);
          const api = await gitApi();
          const changes = await (await repositoryWith(api, commit)).diffWith(commit);
          await showChanges(api, t('Changes since {0}', nameOfRun(run)), changes, commit, undefined);
        }
      }),
    [commands.openCodeChanges]: (target, selection) =>
      attempt(tools, t('Could not show the changes'), async () => {
        const runs = await twoRuns(await clientOf(tools), runIdsOf(thingsFor(tools, target, selection)));
        if (runs) {
          const [before, after] = runs;
          const from = commitOf(before);
          const to = commitOf(after);
          const api = await gitApi();
          const changes = from === to ? [] : await (await repositoryWith(api, from)).diffBetween(from, to);
          await showChanges(api, t('Code of {0} and {1}', nameOfRun(before), nameOfRun(after)), changes, from, to);
        }
      }),
    [commands.compareParams]: (target, selection) =>
      attempt(tools, t('Could not compare the parameters'), async () => {
        const runs = await twoRuns(await clientOf(tools), runIdsOf(thingsFor(tools, target, selection)));
        if (runs) {
          const [left, right] = runs.map((run) =>
            texts.put(`params ${run.info.id}`, `${run.info.name || run.info.id}.properties`, paramsText(run)),
          );
          const title = t('Parameters of {0} and {1}', nameOfRun(runs[0]), nameOfRun(runs[1]));
          await vscode.commands.executeCommand('vscode.diff', left, right, title);
        }
      }),
  };
}

/** Opens the script as it was at the run's commit, or as it is now where no commit is known. */
async function openCode(run: Run): Promise<void> {
  const { t } = vscode.l10n;
  const { commit, script } = codeOf(run);
  const folders = (vscode.workspace.workspaceFolders ?? []).map(({ uri }) => uri.fsPath);
  if (script === undefined) {
    throw new Error(t('{0} does not say which script made it', nameOfRun(run)));
  }
  if (commit === undefined) {
    const file = await firstThere(folders.flatMap((folder) => scriptPlaces(script, folder, folders)));
    if (file === undefined) {
      throw new Error(t('{0} has no commit, and {1} is not in this workspace', nameOfRun(run), inMessage(script)));
    }
    await vscode.window.showTextDocument(vscode.Uri.file(file));
    void vscode.window.showInformationMessage(t('{0} has no commit: this is the script as it is now.', nameOfRun(run)));
    return;
  }
  const api = await gitApi();
  const repository = await repositoryWith(api, commit);
  for (const file of scriptPlaces(script, repository.rootUri.fsPath, folders)) {
    try {
      await vscode.window.showTextDocument(api.toGitUri(vscode.Uri.file(file), commit));
      return;
    } catch {
      // Not there at that commit; it may lie at the next place.
    }
  }
  throw new Error(
    t('{0} is not in the repository at the commit {1}', inMessage(path.basename(script)), commit.slice(0, 12)),
  );
}

async function firstThere(files: readonly string[]): Promise<string | undefined> {
  for (const file of files) {
    try {
      await access(file);
      return file;
    } catch {
      // The next one.
    }
  }
  return undefined;
}

/** Files of a commit beside those of another one, or of the working tree, in the multi-diff editor. */
async function showChanges(
  api: GitApi,
  title: string,
  changes: readonly GitChange[],
  from: string,
  to: string | undefined,
): Promise<void> {
  if (changes.length === 0) {
    void vscode.window.showInformationMessage(vscode.l10n.t('The code is the same.'));
    return;
  }
  const resources = changes.map(({ uri, originalUri, renameUri }) => {
    const now = renameUri ?? uri;
    return [now, api.toGitUri(originalUri, from), to === undefined ? now : api.toGitUri(now, to)];
  });
  await vscode.commands.executeCommand('vscode.changes', title, resources);
}

function commitOf(run: Run): string {
  const { commit } = codeOf(run);
  if (commit === undefined) {
    throw new Error(
      vscode.l10n.t('{0} has no commit. MLflow notes it where the package GitPython is installed.', nameOfRun(run)),
    );
  }
  return commit;
}

/** Two runs, the older one first; asks for those that are not said. */
async function twoRuns(client: TrackingClient, given: readonly string[]): Promise<readonly [Run, Run] | undefined> {
  const runs: Run[] = [];
  for (const id of given.slice(0, 2)) {
    runs.push(await client.getRun(id));
  }
  if (runs.length < 2) {
    const { t } = vscode.l10n;
    const title = runs.length === 0 ? t('Choose two runs') : t('Choose another run');
    const more = await pickRuns(client, title, new Set(runs.map(({ info }) => info.id)));
    runs.push(...(more ?? []));
  }
  const [a, b] = runs;
  if (a === undefined || b === undefined) {
    return undefined;
  }
  return Number(a.info.startTime) <= Number(b.info.startTime) ? [a, b] : [b, a];
}
