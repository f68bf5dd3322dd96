import { readFile } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import type { ServerAddress } from '../../client/types';
import { Coalescer } from '../../core/coalescer';
import { readSetting } from '../contributions';
import { describe, type Connection } from '../platform/connection';
import { Disposables } from '../platform/disposables';
import { inMessage } from '../platform/text';
import { withoutSecrets } from '../status/diagnostics';
import { addressFor, trackingEnvironment, withTracking } from './environment';
import { markVariable, otherTracking, type OtherTracking } from './otherTracking';

/** Milliseconds for which the start of a debug session waits for the server. */
const patience = 5000;
/** The address of the user's own server of which they were told, and what they want. */
const choiceKey = 'tracking.choice';

interface Choice {
  readonly uri: string;
  readonly useLabbook: boolean;
}

/**
 * Points scripts to Labbook: terminals and tasks through the environment of new terminals, debug sessions through their
 * configuration.
 */
export class ScriptEnvironment implements vscode.DebugConfigurationProvider {
  readonly #owned = new Disposables();
  readonly #applier: Coalescer;

  constructor(
    private readonly collection: vscode.GlobalEnvironmentVariableCollection,
    private readonly connection: Connection,
    /** Where the server will be, most likely, while it is not ready yet. */
    private readonly expected: () => Promise<ServerAddress | undefined>,
    private readonly memory: vscode.Memento,
    private readonly log: vscode.LogOutputChannel,
  ) {
    // Kept over a reload: terminals that open before the extension runs get it too, and port and token stay the store's.
    collection.persistent = true;
    collection.description = vscode.l10n.t('Scripts that use MLflow log to Labbook without any set-up.');
    this.#applier = this.#owned.add(
      new Coalescer(() => this.#apply(), {
        minInterval: 0,
        onError: (error) => log.error(`setting the environment of terminals: ${describe(error)}`),
      }),
    );
    const apply = (): void => this.#applier.request();
    this.#owned.add(connection.onState(apply));
    this.#owned.add(
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration('labbook.terminals') || event.affectsConfiguration('terminal.integrated.env')) {
          apply();
        }
      }),
    );
    const watcher = this.#owned.add(vscode.workspace.createFileSystemWatcher('**/.env'));
    for (const event of [watcher.onDidChange, watcher.onDidCreate, watcher.onDidDelete]) {
      this.#owned.add(event(apply));
    }
    this.#owned.add(vscode.debug.registerDebugConfigurationProvider('*', this));
  }

  /** After the variables of VS Code (`${env:…}`) were filled in, so that the user's own choice can be seen. */
  async resolveDebugConfigurationWithSubstitutedVariables(
    folder: vscode.WorkspaceFolder | undefined,
    configuration: vscode.DebugConfiguration,
  ): Promise<vscode.DebugConfiguration> {
    if (!this.#wanted || this.connection.state.kind === 'off' || this.connection.state.kind === 'stopped') {
      return configuration;
    }
    try {
      const { server } = await this.connection.ready(patience);
      const other = await this.#other(server.address.url);
      return this.#isLeftAlone(other)
        ? configuration
        : withTracking(configuration, scriptEnvironment(server.address), await envFileText(configuration));
    } catch (error) {
      this.log.warn(`The debug session in ${folder?.name ?? 'no folder'} does not log to Labbook: ${describe(error)}`);
      return configuration;
    }
  }

  dispose(): void {
    this.#owned.dispose();
  }

  get #wanted(): boolean {
    return readSetting(vscode.workspace, 'labbook.terminals.setEnvironment');
  }

  async #apply(): Promise<void> {
    const { state } = this.connection;
    if (!this.#wanted || state.kind === 'stopped') {
      this.collection.clear();
      return;
    }
    const address = await addressFor(state, this.expected);
    if (address === undefined || this.connection.state !== state) {
      // Nothing is known, or something better: then this is called again.
      return;
    }
    const other = await this.#other(address.url);
    if (this.#isLeftAlone(other)) {
      this.collection.clear();
      this.#tell(other);
      return;
    }
    const wanted = scriptEnvironment(address);
    // All at once rather than one by one: each change asks the user to open terminals again.
    this.collection.forEach((name) => {
      if (!(name in wanted)) {
        this.collection.delete(name);
      }
    });
    for (const [name, value] of Object.entries(wanted)) {
      if (this.collection.get(name)?.value !== value) {
        this.collection.replace(name, value);
      }
    }
  }

  /** The tracking server that the user chose for this workspace, if any. */
  async #other(ownUri: string): Promise<OtherTracking | undefined> {
    const system = process.platform === 'win32' ? 'windows' : process.platform === 'darwin' ? 'osx' : 'linux';
    const folder = vscode.workspace.workspaceFolders?.find(({ uri }) => uri.scheme === 'file');
    return otherTracking({
      processEnvironment: process.env,
      terminalSettings: vscode.workspace.getConfiguration().get(`terminal.integrated.env.${system}`),
      envFile: folder && (await textOf(path.join(folder.uri.fsPath, '.env'))),
      ownUri,
    });
  }

  #isLeftAlone(other: OtherTracking | undefined): other is OtherTracking {
    return other !== undefined && !(this.#choice?.useLabbook === true && this.#choice.uri === other.uri);
  }

  get #choice(): Choice | undefined {
    return this.memory.get<Choice>(choiceKey);
  }

  /** Once for each address: that it stays the user's choice, and how to change that. */
  #tell(other: OtherTracking): void {
    if (this.#choice?.uri === other.uri) {
      return;
    }
    const { t } = vscode.l10n;
    void this.memory.update(choiceKey, { uri: other.uri, useLabbook: false } satisfies Choice);
    const uri = inMessage(withoutSecrets(other.uri, []), 100);
    const text = {
      envFile: t('The file .env of this folder lets scripts log to {0}. Labbook leaves that as it is.', uri),
      settings: t('Your terminal settings let scripts log to {0}. Labbook leaves that as it is.', uri),
      shell: t('Your shell lets scripts log to {0}. Labbook leaves that as it is.', uri),
    }[other.place];
    const useLabbook = t('Log to Labbook Instead');
    // Nobody waits for the notification to be closed.
    void vscode.window.showInformationMessage(text, useLabbook).then(async (choice) => {
      if (choice === useLabbook) {
        await this.memory.update(choiceKey, { uri: other.uri, useLabbook: true } satisfies Choice);
        this.#applier.request();
      }
    });
  }
}

/** What scripts get: where to log, and what the settings say of how. */
function scriptEnvironment(address: ServerAddress): Record<string, string> {
  return {
    ...trackingEnvironment(address),
    [markVariable]: address.url,
    ...(readSetting(vscode.workspace, 'labbook.terminals.systemMetrics')
      ? { MLFLOW_ENABLE_SYSTEM_METRICS_LOGGING: 'true' }
      : {}),
    ...(readSetting(vscode.workspace, 'labbook.terminals.asyncLogging') ? { MLFLOW_ENABLE_ASYNC_LOGGING: 'true' } : {}),
  };
}

async function textOf(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch {
    // Not there, or not for us to read.
    return undefined;
  }
}

/** The text of the env file of a debug configuration; a file that cannot be read is the debugger's to complain about. */
async function envFileText(configuration: vscode.DebugConfiguration): Promise<string | undefined> {
  const file: unknown = configuration['envFile'];
  if (typeof file !== 'string' || file === '') {
    return undefined;
  }
  return textOf(file);
}
