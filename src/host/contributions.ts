/**
 * Every id that the manifest and the code share: commands, settings, context keys, views, the file system's scheme. Nothing
 * else in the host spells one, so a misspelt id does not compile; `test/unit/host/manifest.test.ts` holds the manifest
 * against this file in both directions. `vscode`'s namespaces are passed in, so pure code can import the ids.
 */
import type * as vscode from 'vscode';
import type {
  RunTarget,
  ExperimentTarget,
  KeyTarget,
  RenameTarget,
  TagTarget,
  ArtifactTarget,
  LoadMoreTarget,
  ModelTarget,
  VersionTarget,
} from './commands/targets';

export const extensionId = 'labbook.labbook';
export const scheme = 'labbook';
/** Of texts that Labbook makes. */
export const textScheme = 'labbook-text';
/** Of notes, which can be edited. */
export const notesScheme = 'labbook-notes';
/** Of rows of runs, for their decorations. */
export const runScheme = 'labbook-run';

export const viewIds = {
  container: 'labbook',
  experiments: 'labbook.experiments',
  models: 'labbook.models',
  trash: 'labbook.trash',
} as const;

export const panelViewTypes = {
  experiment: 'labbook.experimentPanel',
  run: 'labbook.runPanel',
  compare: 'labbook.comparePanel',
  chart: 'labbook.chartPanel',
} as const;

export const commands = {
  openExperiment: 'labbook.openExperiment',
  openExperimentToSide: 'labbook.openExperimentToSide',
  openView: 'labbook.openView',
  saveView: 'labbook.saveView',
  saveViewAs: 'labbook.saveViewAs',
  openRun: 'labbook.openRun',
  openRunToSide: 'labbook.openRunToSide',
  compareSelected: 'labbook.compareSelected',
  compareWith: 'labbook.compareWith',
  refresh: 'labbook.refresh',
  rename: 'labbook.rename',
  addTag: 'labbook.addTag',
  moveToTrash: 'labbook.moveToTrash',
  undo: 'labbook.undo',
  restore: 'labbook.restore',
  newExperiment: 'labbook.newExperiment',
  openArtifact: 'labbook.openArtifact',
  copyId: 'labbook.copyId',
  copyAsMarkdown: 'labbook.copyAsMarkdown',
  copyAsTsv: 'labbook.copyAsTsv',
  copyAsCsv: 'labbook.copyAsCsv',
  copyAsJson: 'labbook.copyAsJson',
  copyAsLatex: 'labbook.copyAsLatex',
  copyAsPython: 'labbook.copyAsPython',
  export: 'labbook.export',
  copyTheTwoLines: 'labbook.copyTheTwoLines',
  copyEnvironmentVariables: 'labbook.copyEnvironmentVariables',
  insertTrackingLines: 'labbook.insertTrackingLines',
  writeEnvFile: 'labbook.writeEnvFile',
  createAnExampleRun: 'labbook.createAnExampleRun',
  filter: 'labbook.filter',
  clearFilter: 'labbook.clearFilter',
  sortBy: 'labbook.sortBy',
  groupBy: 'labbook.groupBy',
  deleteForGood: 'labbook.deleteForGood',
  emptyTrash: 'labbook.emptyTrash',
  openSelected: 'labbook.openSelected',
  loadMore: 'labbook.loadMore',
  openCode: 'labbook.openCode',
  changesSinceRun: 'labbook.changesSinceRun',
  openCodeChanges: 'labbook.openCodeChanges',
  compareParams: 'labbook.compareParams',
  setAsBaseline: 'labbook.setAsBaseline',
  clearBaseline: 'labbook.clearBaseline',
  compareWithBaseline: 'labbook.compareWithBaseline',
  setAsPrimaryMetric: 'labbook.setAsPrimaryMetric',
  changeColour: 'labbook.changeColour',
  toggleShown: 'labbook.toggleShown',
  showOnly: 'labbook.showOnly',
  showOnlyThese: 'labbook.showOnlyThese',
  markAsEnded: 'labbook.markAsEnded',
  editNotes: 'labbook.editNotes',
  saveArtifactAs: 'labbook.saveArtifactAs',
  compareArtifactWith: 'labbook.compareArtifactWith',
  showArtifacts: 'labbook.showArtifacts',
  copyArtifactPath: 'labbook.copyArtifactPath',
  openModel: 'labbook.openModel',
  registerVersion: 'labbook.registerVersion',
  setStage: 'labbook.setStage',
  setAlias: 'labbook.setAlias',
  removeAlias: 'labbook.removeAlias',
  copyModelUri: 'labbook.copyModelUri',
  copyLoadLines: 'labbook.copyLoadLines',
  compareVersions: 'labbook.compareVersions',
  renameModel: 'labbook.renameModel',
  deleteVersion: 'labbook.deleteVersion',
  deleteModel: 'labbook.deleteModel',
  chooseStore: 'labbook.chooseStore',
  stopServer: 'labbook.stopServer',
  restartServer: 'labbook.restartServer',
  showRunningRuns: 'labbook.showRunningRuns',
  showDiagnostics: 'labbook.showDiagnostics',
  showLog: 'labbook.showLog',
} as const;

export type CommandId = (typeof commands)[keyof typeof commands];

/** VS Code's own: its page on whether the workspace is trusted. */
export const manageTrust = 'workbench.trust.manage';

/**
 * What each command takes. A menu passes the item and the selection; a keybinding and the palette pass nothing; tests and
 * panels pass plain objects. Arguments can come from anywhere (keybindings.json, a link), so handlers check them.
 */
export interface CommandArguments {
  /** Several open in one panel. */
  [commands.openExperiment]: [target?: ExperimentTarget, selection?: readonly ExperimentTarget[]];
  /** Without arguments of the experiment panel in front; without one, of an experiment that is asked for. */
  [commands.openExperimentToSide]: [target?: ExperimentTarget, selection?: readonly ExperimentTarget[]];
  /** Of the experiment panel in front; without one, of an experiment that is asked for. */
  [commands.openView]: [preset?: { readonly name: string; readonly experimentId?: string }];
  [commands.saveView]: [];
  [commands.saveViewAs]: [preset?: { readonly name: string }];
  [commands.openRun]: [target?: RunTarget, selection?: readonly RunTarget[]];
  [commands.openRunToSide]: [target?: RunTarget | KeyTarget, selection?: readonly RunTarget[]];
  [commands.compareSelected]: [target?: RunTarget, selection?: readonly RunTarget[]];
  [commands.compareWith]: [target?: RunTarget, selection?: readonly RunTarget[]];
  [commands.refresh]: [];
  [commands.rename]: [target?: RenameTarget | KeyTarget, selection?: readonly unknown[]];
  [commands.addTag]: [target?: TagTarget, selection?: readonly RunTarget[]];
  [commands.moveToTrash]: [
    target?: RunTarget | ExperimentTarget | KeyTarget,
    selection?: readonly (RunTarget | ExperimentTarget)[],
  ];
  [commands.undo]: [];
  [commands.restore]: [target?: RunTarget | ExperimentTarget, selection?: readonly (RunTarget | ExperimentTarget)[]];
  [commands.deleteForGood]: [
    target?: RunTarget | ExperimentTarget | KeyTarget,
    selection?: readonly (RunTarget | ExperimentTarget)[],
  ];
  [commands.emptyTrash]: [];
  [commands.newExperiment]: [preset?: { name: string }];
  [commands.openArtifact]: [target?: ArtifactTarget];
  [commands.copyId]: [
    target?: RunTarget | ExperimentTarget | KeyTarget,
    selection?: readonly (RunTarget | ExperimentTarget)[],
  ];
  [commands.copyAsMarkdown]: [
    target?: RunTarget | ExperimentTarget,
    selection?: readonly (RunTarget | ExperimentTarget)[],
  ];
  [commands.copyAsTsv]: [target?: RunTarget | ExperimentTarget, selection?: readonly (RunTarget | ExperimentTarget)[]];
  [commands.copyAsCsv]: [target?: RunTarget | ExperimentTarget, selection?: readonly (RunTarget | ExperimentTarget)[]];
  [commands.copyAsJson]: [target?: RunTarget | ExperimentTarget, selection?: readonly (RunTarget | ExperimentTarget)[]];
  [commands.copyAsLatex]: [
    target?: RunTarget | ExperimentTarget,
    selection?: readonly (RunTarget | ExperimentTarget)[],
  ];
  [commands.copyAsPython]: [
    target?: RunTarget | ExperimentTarget,
    selection?: readonly (RunTarget | ExperimentTarget)[],
  ];
  /** `file` where nobody is to be asked; its extension says the format. */
  [commands.export]: [
    target?: (RunTarget | ExperimentTarget) & { readonly file?: string },
    selection?: readonly (RunTarget | ExperimentTarget)[],
  ];
  [commands.copyTheTwoLines]: [];
  [commands.copyEnvironmentVariables]: [preset?: { readonly form: string }];
  [commands.insertTrackingLines]: [];
  [commands.writeEnvFile]: [];
  [commands.createAnExampleRun]: [];
  [commands.filter]: [preset?: { readonly text: string }];
  [commands.clearFilter]: [];
  [commands.sortBy]: [preset?: { readonly sort: string }];
  [commands.groupBy]: [];
  /** What a click in the tree does. Without arguments, see `treeItem`. */
  [commands.openSelected]: [];
  [commands.loadMore]: [target?: LoadMoreTarget];
  [commands.openCode]: [target?: RunTarget];
  [commands.changesSinceRun]: [target?: RunTarget];
  [commands.openCodeChanges]: [target?: RunTarget, selection?: readonly RunTarget[]];
  [commands.compareParams]: [target?: RunTarget, selection?: readonly RunTarget[]];
  [commands.setAsBaseline]: [target?: RunTarget];
  [commands.clearBaseline]: [target?: ExperimentTarget];
  [commands.compareWithBaseline]: [target?: RunTarget, selection?: readonly RunTarget[]];
  [commands.setAsPrimaryMetric]: [target?: ExperimentTarget & { readonly key?: string }];
  [commands.changeColour]: [target?: RunTarget & { readonly colour?: string }];
  /** `by: 'key'` from the key in the tree, where it does what it always does with rows that are no run. */
  [commands.toggleShown]: [target?: RunTarget | KeyTarget, selection?: readonly RunTarget[]];
  [commands.showOnly]: [target?: RunTarget];
  [commands.showOnlyThese]: [target?: RunTarget, selection?: readonly RunTarget[]];
  [commands.markAsEnded]: [target?: RunTarget, selection?: readonly RunTarget[]];
  [commands.editNotes]: [target?: RunTarget | ExperimentTarget | ModelTarget | VersionTarget];
  [commands.saveArtifactAs]: [target?: ArtifactTarget];
  [commands.compareArtifactWith]: [target?: ArtifactTarget];
  [commands.showArtifacts]: [target?: RunTarget];
  [commands.copyArtifactPath]: [target?: ArtifactTarget];
  /** Shows the run that made a version. */
  [commands.openModel]: [target?: VersionTarget | ModelTarget];
  [commands.registerVersion]: [
    target?: RunTarget & { readonly kind?: 'runModel'; readonly name?: string; readonly path?: string },
  ];
  [commands.setStage]: [target?: VersionTarget & { readonly stage?: string }];
  [commands.setAlias]: [target?: VersionTarget & { readonly alias?: string }];
  [commands.removeAlias]: [target?: VersionTarget & { readonly alias?: string }];
  [commands.copyModelUri]: [target?: VersionTarget | KeyTarget];
  [commands.copyLoadLines]: [target?: VersionTarget];
  [commands.compareVersions]: [target?: VersionTarget, selection?: readonly VersionTarget[]];
  [commands.renameModel]: [target?: (ModelTarget & { readonly name?: string }) | KeyTarget];
  [commands.deleteVersion]: [target?: VersionTarget, selection?: readonly VersionTarget[]];
  [commands.deleteModel]: [target?: ModelTarget];
  [commands.chooseStore]: [preset?: { readonly path: string }];
  [commands.stopServer]: [];
  [commands.restartServer]: [];
  [commands.showRunningRuns]: [];
  [commands.showDiagnostics]: [];
  [commands.showLog]: [];
}

export type CommandHandlers<Id extends CommandId = CommandId> = {
  [K in Id]: (...args: CommandArguments[K]) => unknown;
};

/** Registers the commands of one feature; together the features register every id (a test counts them). */
export function registerCommands<Id extends CommandId>(
  api: Pick<typeof vscode.commands, 'registerCommand'>,
  handlers: CommandHandlers<Id>,
): vscode.Disposable[] {
  return Object.entries<(...args: never[]) => unknown>(handlers).map(([id, handler]) =>
    api.registerCommand(id, handler as (...args: unknown[]) => unknown),
  );
}

interface Setting<T> {
  readonly fallback: T;
  readonly accepts: (value: unknown) => value is T;
}

const text = (fallback: string): Setting<string> => ({ fallback, accepts: (value) => typeof value === 'string' });
const flag = (fallback: boolean): Setting<boolean> => ({ fallback, accepts: (value) => typeof value === 'boolean' });
const number = (fallback: number): Setting<number> => ({
  fallback,
  accepts: (value): value is number => typeof value === 'number' && Number.isFinite(value),
});
const texts = (...fallback: string[]): Setting<readonly string[]> => ({
  fallback,
  accepts: (value): value is readonly string[] =>
    Array.isArray(value) && value.every((each) => typeof each === 'string'),
});

/** Settings with their defaults, which a test compares with the manifest's. */
export const settings = {
  'labbook.store.path': text(''),
  'labbook.server.readOnly': flag(false),
  'labbook.server.keepAliveMinutes': number(10),
  'labbook.server.artifactFolders': texts(),
  'labbook.terminals.setEnvironment': flag(true),
  'labbook.terminals.systemMetrics': flag(false),
  'labbook.terminals.asyncLogging': flag(false),
  'labbook.metrics.primary': texts('*val*acc*', '*eval*acc*', '*val*loss*', '*loss*'),
  'labbook.metrics.lowerIsBetter': texts('*loss*', '*error*', '*perplexity*', '*rmse*', '*mae*', '*_ms'),
  'labbook.metrics.higherIsBetter': texts('*acc*', '*f1*', '*auc*', '*reward*', '*bleu*', '*top5*'),
  'labbook.table.digits': number(4),
  'labbook.views.folder': text('.labbook/views'),
  'labbook.charts.initialRuns': number(20),
  'labbook.charts.smoothing': number(0),
  'labbook.charts.smoothingKind': text('ema'),
  'labbook.charts.xAxis': text('step'),
  'labbook.charts.clipOutliers': flag(false),
  'labbook.charts.minMax': flag(true),
  'labbook.artifacts.previewMB': number(20),
  'labbook.notifications.runEnds': text('failed'),
} as const;

export type SettingId = keyof typeof settings;

/** The value of a setting; a value of the wrong type (settings.json is free text) counts as not set. */
export function readSetting<Id extends SettingId>(
  api: Pick<typeof vscode.workspace, 'getConfiguration'>,
  id: Id,
): (typeof settings)[Id]['fallback'] {
  const value: unknown = api.getConfiguration().get(id);
  const setting = settings[id];
  return setting.accepts(value) ? value : setting.fallback;
}

/** What the server is doing, as `when` clauses see it. */
export type ServerStateKey = 'off' | 'starting' | 'ready' | 'failed' | 'stopped';

export interface ContextKeys {
  'labbook.server': ServerStateKey;
  /** False where the store can only be read: what would change it is then hidden. */
  'labbook.canWrite': boolean;
  /** True once the store was read and holds no runs: only then is it time for the welcome text. */
  'labbook.empty': boolean;
  /** True while the view Experiments shows only the runs that a filter finds. */
  'labbook.filtered': boolean;
  /** True where the server can delete for good. */
  'labbook.canPurge': boolean;
  /** True while what was last moved to the trash can be taken back. */
  'labbook.canUndo': boolean;
}

export const contextKeys = [
  'labbook.server',
  'labbook.canWrite',
  'labbook.empty',
  'labbook.filtered',
  'labbook.canPurge',
  'labbook.canUndo',
] as const satisfies readonly (keyof ContextKeys)[];

/** Sets context keys, each only when its value changes. */
export class ContextKeySetter {
  readonly #sent = new Map<keyof ContextKeys, unknown>();

  constructor(private readonly api: Pick<typeof vscode.commands, 'executeCommand'>) {}

  set<K extends keyof ContextKeys>(key: K, value: ContextKeys[K]): void {
    if (this.#sent.get(key) !== value) {
      this.#sent.set(key, value);
      void this.api.executeCommand('setContext', key, value);
    }
  }
}
