import { createWriteStream } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import * as vscode from 'vscode';
import type { TrackingClient } from '../../client/types';
import { formatBytes } from '../../core/format';
import type { Run } from '../../core/model';
import { namedArtifactUri } from '../artifacts/fileSystem';
import { commands, type CommandHandlers } from '../contributions';
import { tellSaved } from '../platform/savedFile';
import { inMessage, inPick } from '../platform/text';
import { pickRun } from './picks';
import { runIdsOf, textField } from './targets';
import { attempt, clientOf, nameOfRun, say, thingsFor, type Tools } from './tools';

type ArtifactCommands = CommandHandlers<
  | typeof commands.saveArtifactAs
  | typeof commands.compareArtifactWith
  | typeof commands.showArtifacts
  | typeof commands.copyArtifactPath
>;

interface Artifact {
  readonly run: Run;
  readonly path: string;
  readonly isDirectory: boolean;
}

/** Commands on artifacts, beside opening them. */
export function artifactCommands(tools: Tools): ArtifactCommands {
  const { t } = vscode.l10n;
  return {
    [commands.saveArtifactAs]: (target) =>
      attempt(tools, t('Could not save the artifact'), async () => {
        const artifact = await artifactOf(tools, target);
        if (artifact) {
          await saveAs(await clientOf(tools), artifact);
        }
      }),
    [commands.compareArtifactWith]: (target) =>
      attempt(tools, t('Could not compare the artifacts'), async () => {
        const artifact = await artifactOf(tools, target);
        if (artifact && !artifact.isDirectory) {
          await compareWith(await clientOf(tools), artifact);
        }
      }),
    [commands.showArtifacts]: (target) =>
      attempt(tools, t('Could not show the artifacts'), async () => {
        const client = await clientOf(tools);
        const [runId] = runIdsOf(thingsFor(tools, target, undefined));
        const run =
          runId === undefined ? await pickRun(client, t('Artifacts of which run?')) : await client.getRun(runId);
        if (run) {
          await showArtifacts(tools, run);
        }
      }),
    [commands.copyArtifactPath]: (target) =>
      attempt(tools, t('Could not copy the path'), async () => {
        const artifact = await artifactOf(tools, target);
        if (artifact) {
          // What mlflow.artifacts.download_artifacts takes.
          await vscode.env.clipboard.writeText(`runs:/${artifact.run.info.id}/${artifact.path}`);
          say(t('Copied the address of {0}.', inMessage(path.posix.basename(artifact.path))));
        }
      }),
  };
}

async function artifactOf(tools: Tools, target: unknown): Promise<Artifact | undefined> {
  const runId = textField(target, 'runId');
  const artifactPath = textField(target, 'path');
  if (runId === undefined || artifactPath === undefined) {
    return undefined;
  }
  const isDirectory = typeof target === 'object' && target !== null && Reflect.get(target, 'isDirectory') === true;
  return { run: await (await clientOf(tools)).getRun(runId), path: artifactPath, isDirectory };
}

/** A file under a name of the user's choice, or a folder with all that is in it into one; with progress, and can be cancelled. */
async function saveAs(client: TrackingClient, artifact: Artifact): Promise<void> {
  const { t } = vscode.l10n;
  const name = path.posix.basename(artifact.path);
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  const target = artifact.isDirectory
    ? (
        await vscode.window.showOpenDialog({
          canSelectFiles: false,
          canSelectFolders: true,
          openLabel: t('Save {0} Here', inMessage(name)),
          ...(folder === undefined ? {} : { defaultUri: folder }),
        })
      )?.[0]
    : await vscode.window.showSaveDialog(folder === undefined ? {} : { defaultUri: vscode.Uri.joinPath(folder, name) });
  if (target === undefined) {
    return;
  }
  const title = t('Saving {0}', inMessage(name));
  const options = { location: vscode.ProgressLocation.Notification, title, cancellable: true };
  const saved = await vscode.window.withProgress(options, async (progress, token) => {
    const abort = new AbortController();
    token.onCancellationRequested(() => abort.abort());
    const report = (bytes: number): void => progress.report({ message: formatBytes(bytes) });
    const place = artifact.isDirectory ? path.join(target.fsPath, name) : target.fsPath;
    try {
      return await download(client, artifact, place, report, abort.signal);
    } catch (error) {
      if (abort.signal.aborted) {
        return undefined;
      }
      throw error;
    }
  });
  if (saved !== undefined) {
    const place = artifact.isDirectory ? vscode.Uri.joinPath(target, name) : target;
    const file = path.posix.basename(place.path);
    tellSaved(t('Saved {0}, {1}.', inMessage(file), formatBytes(saved)), place, artifact.isDirectory);
  }
}

/** @returns the bytes written */
async function download(
  client: TrackingClient,
  { run, path: artifactPath, isDirectory }: Artifact,
  target: string,
  report: (bytes: number) => void,
  signal: AbortSignal,
): Promise<number> {
  let bytes = 0;
  const folders = isDirectory ? [{ from: artifactPath, to: target }] : [];
  const files = isDirectory ? [] : [{ from: artifactPath, to: target }];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    await mkdir(folder.to, { recursive: true });
    for (const entry of await client.listArtifacts(run.info.id, folder.from, { signal })) {
      const to = path.join(folder.to, path.posix.basename(entry.path));
      (entry.isDirectory ? folders : files).push({ from: entry.path, to });
    }
  }
  for (const { from, to } of files) {
    const { body: stream } = await client.openArtifact(run.info, from, { signal });
    stream.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      report(bytes);
    });
    // Under another name until it is whole, so that what is cut off is not taken for the file.
    const part = `${to}.labbook-part`;
    try {
      await pipeline(stream, createWriteStream(part), { signal });
      await rename(part, to);
    } catch (error) {
      await rm(part, { force: true });
      throw error;
    }
  }
  return bytes;
}

/** Asks for another run's file, offering the same path first, and shows both in the diff editor. */
async function compareWith(client: TrackingClient, { run, path: artifactPath }: Artifact): Promise<void> {
  const { t } = vscode.l10n;
  const title = t('Compare {0} with that of which run?', inMessage(artifactPath));
  const other = await pickRun(client, title);
  if (other === undefined) {
    return;
  }
  const folder = artifactPath.includes('/') ? path.posix.dirname(artifactPath) : '';
  const there = (await client.listArtifacts(other.info.id, folder)).filter(({ isDirectory }) => !isDirectory);
  const same = there.find((entry) => entry.path === artifactPath);
  const chosen =
    same ??
    (await vscode.window.showQuickPick(
      there.map((entry) => ({ label: `$(file) ${inPick(entry.path)}`, path: entry.path })),
      { title: t('{0} has no {1}. Compare with', nameOfRun(other), inMessage(artifactPath)) },
    ));
  if (chosen === undefined) {
    return;
  }
  await vscode.commands.executeCommand(
    'vscode.diff',
    await namedArtifactUri(client, run, artifactPath),
    await namedArtifactUri(client, other, chosen.path),
    `${path.posix.basename(artifactPath)} (${nameOfRun(run)} ↔ ${nameOfRun(other)})`,
  );
}

/** In the system's file manager where the files lie on this machine, else in the run's panel. */
async function showArtifacts({ connection }: Tools, run: Run): Promise<void> {
  const { server } = await connection.ready();
  const { store } = server.info;
  const { experimentId, id, artifactUri: uri } = run.info;
  if (
    uri.startsWith('mlflow-artifacts:') &&
    vscode.env.remoteName === undefined &&
    vscode.env.uiKind === vscode.UIKind.Desktop
  ) {
    const folder = vscode.Uri.file(path.join(store, 'artifacts', experimentId, id, 'artifacts'));
    try {
      await vscode.workspace.fs.stat(folder);
      await vscode.commands.executeCommand('revealFileInOS', folder);
      return;
    } catch {
      // Nothing was logged yet; the panel says so.
    }
  }
  await vscode.commands.executeCommand(commands.openRun, { runId: id, experimentId });
}
