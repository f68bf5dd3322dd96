import { readFile } from 'node:fs/promises';
import * as vscode from 'vscode';
import { readSetting } from '../contributions';
import { describe, type Connection, type ServerState } from '../platform/connection';
import { Disposables } from '../platform/disposables';
import { trackingEnvironment, withTracking } from './environment';

/** Milliseconds for which the start of a debug session waits for the server. */
const patience = 5000;

/**
 * Points scripts to Labbook: terminals and tasks through the environment of new terminals, debug sessions through their
 * configuration.
 */
export class ScriptEnvironment implements vscode.DebugConfigurationProvider {
  readonly #owned = new Disposables();

  constructor(
    private readonly collection: vscode.GlobalEnvironmentVariableCollection,
    private readonly connection: Connection,
    private readonly log: vscode.LogOutputChannel,
  ) {
    // Kept over a reload: terminals that open before the extension runs get it too, and port and token stay the store's.
    collection.persistent = true;
    collection.description = vscode.l10n.t('Scripts that use MLflow log to Labbook without any set-up.');
    this.#owned.add(connection.onState((state) => this.#apply(state)));
    this.#owned.add(
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration('labbook.terminals.setEnvironment')) {
          this.#apply(connection.state);
        }
      }),
    );
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
      return withTracking(configuration, trackingEnvironment(server.address), await envFileText(configuration));
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

  #apply(state: ServerState): void {
    if (!this.#wanted || state.kind === 'stopped') {
      this.collection.clear();
    } else if (state.kind === 'ready') {
      for (const [name, value] of Object.entries(trackingEnvironment(state.session.server.address))) {
        if (this.collection.get(name)?.value !== value) {
          this.collection.replace(name, value);
        }
      }
    }
  }
}

/** The text of the env file of a debug configuration; a file that cannot be read is the debugger's to complain about. */
async function envFileText(configuration: vscode.DebugConfiguration): Promise<string | undefined> {
  const file: unknown = configuration['envFile'];
  if (typeof file !== 'string' || file === '') {
    return undefined;
  }
  try {
    return await readFile(file, 'utf8');
  } catch {
    return undefined;
  }
}
