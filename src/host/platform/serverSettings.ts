import * as vscode from 'vscode';
import { commands, readSetting, type SettingId } from '../contributions';
import type { Connection } from './connection';
import type { StorePlace } from './storePlace';

/** What a server is told when it starts. */
const startSettings: readonly SettingId[] = ['labbook.server.keepAliveMinutes', 'labbook.server.artifactFolders'];
const readOnlySetting: SettingId = 'labbook.server.readOnly';
const storeSetting: SettingId = 'labbook.store.path';

/**
 * Lets settings of the server take effect. Whether it refuses writes: at once, by a restart, which scripts outlive. Another store, when the
 * window is reloaded, and the rest, when the server is restarted: on request.
 */
export function followServerSettings(connection: Connection, place: StorePlace): vscode.Disposable {
  const { t } = vscode.l10n;
  return vscode.workspace.onDidChangeConfiguration((event) => {
    if (!vscode.workspace.isTrusted) {
      return;
    }
    if (event.affectsConfiguration(readOnlySetting)) {
      const { session } = connection;
      if (session && session.server.info.read_only !== readSetting(vscode.workspace, readOnlySetting)) {
        void vscode.commands.executeCommand(commands.restartServer);
      }
    }
    if (event.affectsConfiguration(storeSetting) && place.isLeft) {
      const text = t(
        'Labbook uses the other store when the window is reloaded. Scripts that run go on with the old one.',
      );
      void offer(text, t('Reload Window'), 'workbench.action.reloadWindow');
    } else if (connection.session && startSettings.some((id) => event.affectsConfiguration(id))) {
      const text = t('The tracking server takes this setting when it starts. Scripts outlive a restart.');
      void offer(text, t('Restart Server'), commands.restartServer);
    }
  });
}

/** Milliseconds in which the settings of a workspace come that was trusted just now. */
const settingsDelay = 500;

/**
 * Starts the server when the workspace is trusted, as the settings say that count then: VS Code tells of these in a message of their own,
 * right after that of the trust, and of none where there are none.
 */
export function startWhenTrusted(connection: Connection): vscode.Disposable {
  let timer: NodeJS.Timeout | undefined;
  const forget = (): void => {
    clearTimeout(timer);
    timer = undefined;
  };
  const start = (): void => {
    forget();
    connection.start();
  };
  return vscode.Disposable.from(
    vscode.workspace.onDidGrantWorkspaceTrust(() => (timer = setTimeout(start, settingsDelay))),
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (timer !== undefined && event.affectsConfiguration('labbook')) {
        start();
      }
    }),
    { dispose: forget },
  );
}

async function offer(text: string, button: string, command: string): Promise<void> {
  if ((await vscode.window.showInformationMessage(text, button)) === button) {
    await vscode.commands.executeCommand(command);
  }
}
