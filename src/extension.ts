import * as vscode from 'vscode';
import { setLanguage } from './core/format';
import { registerAllCommands } from './host/commands/register';
import type { Tools } from './host/commands/tools';
import { ContextKeySetter } from './host/contributions';
import { ModelsView } from './host/models/modelsView';
import { Panels } from './host/panels/panels';
import { apiOf, type LabbookApi } from './host/platform/api';
import { Connection } from './host/platform/connection';
import { Documents } from './host/platform/documents';
import { LastTrashed } from './host/platform/lastTrashed';
import { offerLeftStore } from './host/platform/movedFolderHint';
import { ServerLog } from './host/platform/serverLog';
import { followServerSettings, startWhenTrusted } from './host/platform/serverSettings';
import { workspaceServer } from './host/platform/workspaceServer';
import { MarkedRuns } from './host/shown/markedRuns';
import { watchRunEnds } from './host/status/runEndNotices';
import { StatusBar } from './host/status/statusBar';
import { RunLinkProvider } from './host/terminal/runLinkProvider';
import { ScriptEnvironment } from './host/terminal/scripts';
import { ExperimentsView } from './host/tree/experimentsView';
import { TrashView } from './host/tree/trashView';

export function activate(context: vscode.ExtensionContext): LabbookApi {
  const began = performance.now();
  setLanguage(vscode.env.language);
  const own = <T extends vscode.Disposable>(item: T): T => (context.subscriptions.push(item), item);
  const log = own(vscode.window.createOutputChannel('Labbook', { log: true }));
  const serverLog = own(new ServerLog(log));
  const server = workspaceServer(context, serverLog);
  const { version } = context.extension.packageJSON as { version: string };
  const retryDelays = [500, 1000, 2000, 5000];
  const connection = own(new Connection({ ...server, log, version, retryDelays, tryLimit: 30_000, t: vscode.l10n.t }));
  own(followServerSettings(connection, server.place));
  const contextKeys = new ContextKeySetter(vscode.commands);
  const { environmentVariableCollection: collection, extensionUri, workspaceState } = context;
  const marked = own(new MarkedRuns(connection, workspaceState, log));
  const experiments = own(new ExperimentsView(connection, contextKeys, log, marked, server.place));
  const models = own(new ModelsView(connection, log));
  const trash = own(new TrashView(connection, log));
  const statusBar = own(new StatusBar(connection, experiments, server.place, log));
  own(watchRunEnds(experiments));
  const { texts } = own(new Documents(connection));
  const trashed = new LastTrashed((canUndo) => contextKeys.set('labbook.canUndo', canUndo));
  const panels = own(new Panels(extensionUri, connection, log, workspaceState, marked, experiments, trashed));
  own(new ScriptEnvironment(collection, connection, server.expectedAddress, workspaceState, log));
  own(vscode.window.registerTerminalLinkProvider(new RunLinkProvider(connection)));

  const tools: Tools = {
    connection,
    log,
    treeSelection: () => experiments.selection,
    keyTargets: () => experiments.keyTargets(),
  };
  own(
    registerAllCommands(tools, {
      context,
      place: server.place,
      contextKeys,
      panels,
      experiments,
      models,
      trash,
      statusBar,
      texts,
      marked,
      trashed,
      serverLog,
    }),
  );

  if (vscode.workspace.isTrusted) {
    connection.start();
    void offerLeftStore(context, log);
  }
  own(startWhenTrusted(connection));
  log.info(`Active after ${(performance.now() - began).toFixed(1)} ms.`);
  return apiOf(connection);
}
