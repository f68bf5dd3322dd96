import { readFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import * as vscode from 'vscode';
import { formatDuration } from '../../core/format';
import {
  commands,
  manageTrust,
  settings,
  type CommandHandlers,
  type CommandId,
  type SettingId,
} from '../contributions';
import { folderSetting } from '../platform/storeFolder';
import type { StorePlace } from '../platform/storePlace';
import { inPick } from '../platform/text';
import type { TextDocuments } from '../platform/textDocuments';
import { diagnosticsText, problemsIn } from '../status/diagnostics';
import type { StatusBar } from '../status/statusBar';
import { restartWords } from '../status/statusText';
import { storeSizes } from '../status/storeSizes';
import type { ExperimentsView } from '../tree/experimentsView';
import { attempt, preset, type Tools } from './tools';

const storePathSetting: SettingId = 'labbook.store.path';

type StatusCommands = CommandHandlers<
  typeof commands.showRunningRuns | typeof commands.showDiagnostics | typeof commands.chooseStore
>;

/** Commands of the status bar, and the report for whoever helps. */
export function statusCommands(
  tools: Tools,
  parts: {
    readonly context: vscode.ExtensionContext;
    readonly place: StorePlace;
    readonly statusBar: StatusBar;
    readonly experiments: ExperimentsView;
    readonly texts: TextDocuments;
  },
): StatusCommands {
  const { t } = vscode.l10n;
  return {
    [commands.showRunningRuns]: () =>
      attempt(tools, t('Could not show the running runs'), () => quickMenu(tools, parts.statusBar)),
    [commands.chooseStore]: (given) =>
      attempt(tools, t('Could not choose the store'), () => chooseStore(preset(given, 'path'))),
    [commands.showDiagnostics]: () =>
      attempt(tools, t('Could not collect the diagnostics'), async () => {
        const { server } = tools.connection.session ?? {};
        const all = parts.experiments.catalog.experiments;
        const text = diagnosticsText(
          {
            time: new Date(),
            extensionVersion: String((parts.context.extension.packageJSON as { version?: unknown }).version),
            editor: `${vscode.env.appName} ${vscode.version}`,
            platform: `${os.platform()} ${os.release()} ${os.arch()}, Node ${process.versions.node}`,
            remoteName: vscode.env.remoteName,
            isTrusted: vscode.workspace.isTrusted,
            serverState: stateWords(tools),
            server: server && {
              url: server.address.url,
              pid: server.pid,
              version: server.version,
              revision: server.info.revision,
              isReadOnly: server.info.read_only,
            },
            storePath: parts.place.folder,
            sizes: await storeSizes(parts.place.folder),
            counts: {
              experiments: all.length,
              runs: all.reduce((sum, { list }) => sum + (list?.runs.size ?? 0), 0),
              running: parts.experiments.catalog.runningRuns,
            },
            settings: changedSettings(),
            lastErrors: problemsIn(await textOf(path.join(parts.context.logUri.fsPath, 'Labbook.log'))),
          },
          [server?.address.token ?? ''],
        );
        const uri = parts.texts.put('diagnostics', 'Labbook diagnostics.md', text);
        await vscode.window.showTextDocument(uri, { preview: false });
      }),
  };
}

/** Another folder for this workspace's runs, or the editor's own again; `followServerSettings` says when that takes effect. */
async function chooseStore(given: string | undefined): Promise<void> {
  const { t } = vscode.l10n;
  const hasWorkspace = vscode.workspace.workspaceFolders !== undefined;
  const storage = hasWorkspace ? t('Storage of this workspace') : t('Storage of windows without a folder');
  const own = { label: `$(home) ${storage}`, path: '' };
  const folder = {
    label: `$(folder) ${t('Choose a folder...')}`,
    // Where no folder is open there are only the user's own settings.
    ...(hasWorkspace ? {} : { description: t('For every window that has not chosen a store itself') }),
    path: undefined,
  };
  const choice =
    given === undefined
      ? await vscode.window.showQuickPick([own, folder], { title: t('Choose Store') })
      : { path: given };
  if (choice === undefined) {
    return;
  }
  const picked =
    choice.path ??
    (
      await vscode.window.showOpenDialog({
        canSelectFiles: false,
        canSelectFolders: true,
        title: t('Choose Store'),
        openLabel: t('Keep Runs Here'),
      })
    )?.[0]?.fsPath;
  if (picked === undefined) {
    return;
  }
  const target = hasWorkspace ? vscode.ConfigurationTarget.Workspace : vscode.ConfigurationTarget.Global;
  const first = vscode.workspace.workspaceFolders?.find(({ uri }) => uri.scheme === 'file')?.uri.fsPath;
  const value = picked === '' ? undefined : folderSetting(picked, first);
  await vscode.workspace.getConfiguration().update(storePathSetting, value, target);
}

async function quickMenu(tools: Tools, statusBar: StatusBar): Promise<void> {
  const { t } = vscode.l10n;
  const now = Date.now();
  type Item = vscode.QuickPickItem & {
    readonly command?: CommandId | typeof manageTrust;
    readonly runId?: string;
  };
  const runs: Item[] = statusBar.live.map(({ run, experimentName, value }) => ({
    label: `$(record) ${inPick(run.info.name || run.info.id)}`,
    detail: inPick(
      [experimentName, formatDuration(now - Number(run.info.startTime)), value]
        .filter((part) => part !== '')
        .join(' · '),
    ),
    runId: run.info.id,
  }));
  const { otherVersion, state } = tools.connection;
  const { kind } = state;
  const isUp = kind === 'ready';
  const trust: Item = { label: `$(shield) ${t('Manage Workspace Trust')}`, command: manageTrust };
  const items: Item[] = [
    ...runs,
    ...(runs.length > 0 ? [{ label: '', kind: vscode.QuickPickItemKind.Separator }] : []),
    ...(isUp
      ? [
          { label: `$(beaker) ${t('Open Experiment...')}`, command: commands.openExperiment },
          { label: `$(graph-line) ${t('Open Run...')}`, command: commands.openRun },
        ]
      : []),
    ...(kind === 'off' ? [trust] : []),
    { label: `$(copy) ${t('Copy the Two Lines')}`, command: commands.copyTheTwoLines },
    // Which store a folder names counts only when it is trusted.
    ...(kind === 'off'
      ? []
      : [
          {
            label: `$(database) ${t('Choose Store...')}`,
            description: inPick(statusBar.place.name),
            command: commands.chooseStore,
          },
          {
            label: isUp ? `$(debug-restart) ${t('Restart Server')}` : `$(play) ${t('Start Server')}`,
            command: commands.restartServer,
            ...(otherVersion === undefined ? {} : { detail: inPick(restartWords(otherVersion, t)) }),
          },
        ]),
    { label: `$(info) ${t('Show Diagnostics')}`, command: commands.showDiagnostics },
    { label: `$(output) ${t('Show Log')}`, command: commands.showLog },
  ];
  const quiet = kind === 'off' ? t('Labbook is off in Restricted Mode') : t('No run is running.');
  const placeHolder = runs.length > 0 ? t('Running runs: select one to open') : quiet;
  const choice = await vscode.window.showQuickPick(items, { title: 'Labbook', placeHolder, matchOnDetail: true });
  if (choice?.runId !== undefined) {
    await vscode.commands.executeCommand(commands.openRun, { runId: choice.runId });
  } else if (choice?.command !== undefined) {
    await vscode.commands.executeCommand(choice.command);
  }
}

function stateWords({ connection: { state } }: Tools): string {
  switch (state.kind) {
    case 'failed':
      return `failed: ${state.reason}`;
    case 'starting':
      return `starting (${state.phase})`;
    case 'ready':
    case 'off':
    case 'stopped':
      return state.kind;
  }
}

function changedSettings(): Record<string, unknown> {
  const configuration = vscode.workspace.getConfiguration();
  return Object.fromEntries(
    Object.entries(settings)
      .map(([id, { fallback }]) => [id, configuration.get(id), fallback] as const)
      .filter(([, value, fallback]) => JSON.stringify(value) !== JSON.stringify(fallback))
      .map(([id, value]) => [id, value]),
  );
}

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch {
    // Nothing was logged yet.
    return '';
  }
}
