import * as vscode from 'vscode';
import { registerCommands, type ContextKeySetter } from '../contributions';
import type { LastTrashed } from '../platform/lastTrashed';
import type { ModelsView } from '../models/modelsView';
import type { Panels } from '../panels/panels';
import type { MarkedRuns } from '../shown/markedRuns';
import type { ServerLog } from '../platform/serverLog';
import type { StorePlace } from '../platform/storePlace';
import type { TextDocuments } from '../platform/textDocuments';
import type { StatusBar } from '../status/statusBar';
import type { ExperimentsView } from '../tree/experimentsView';
import type { TrashView } from '../tree/trashView';
import { artifactCommands } from './artifactCommands';
import { codeCommands } from './codeCommands';
import { editCommands } from './editCommands';
import { exportCommands } from './exportCommands';
import { modelCommands } from './modelCommands';
import { openCommands } from './openCommands';
import { otherCommands } from './otherCommands';
import { runCommands } from './runCommands';
import { savedViewCommands } from './savedViewCommands';
import { scriptCommands } from './scriptCommands';
import { shownCommands } from './shownCommands';
import { statusCommands } from './statusCommands';
import { viewCommands } from './viewCommands';
import { trashCommands } from './trashCommands';
import type { Tools } from './tools';

/** What the commands of all features work on, beside the server. */
export interface Parts {
  readonly context: vscode.ExtensionContext;
  readonly place: StorePlace;
  readonly contextKeys: ContextKeySetter;
  readonly panels: Panels;
  readonly experiments: ExperimentsView;
  readonly models: ModelsView;
  readonly trash: TrashView;
  readonly statusBar: StatusBar;
  readonly texts: TextDocuments;
  readonly marked: MarkedRuns;
  readonly trashed: LastTrashed;
  readonly serverLog: ServerLog;
}

/** Registers every command, each feature its own. */
export function registerAllCommands(tools: Tools, parts: Parts): vscode.Disposable {
  const { commands: api } = vscode;
  return vscode.Disposable.from(
    ...registerCommands(api, openCommands(tools, parts.panels, parts.texts)),
    ...registerCommands(api, savedViewCommands(tools, parts.panels)),
    ...registerCommands(api, editCommands(tools, parts.trashed)),
    ...registerCommands(api, viewCommands(tools, parts)),
    ...registerCommands(api, trashCommands(tools, parts)),
    ...registerCommands(api, runCommands(tools, parts.marked.marks)),
    ...registerCommands(api, shownCommands(tools, parts.marked.actions)),
    ...registerCommands(api, codeCommands(tools, parts.texts)),
    ...registerCommands(api, exportCommands(tools)),
    ...registerCommands(api, artifactCommands(tools)),
    ...registerCommands(api, modelCommands(tools, parts.models)),
    ...registerCommands(api, scriptCommands(tools, parts.context.extensionUri)),
    ...registerCommands(api, statusCommands(tools, parts)),
    ...registerCommands(api, otherCommands(tools, parts)),
  );
}
