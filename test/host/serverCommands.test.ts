import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { answering } from './answers';
import { commands, execute, labbook, Script, until } from './api';

describe('commands and settings of the server', () => {
  it('show the log', async () => {
    await execute(commands.showLog);
    await until('the log', () =>
      vscode.window.visibleTextEditors.find(
        ({ document }) => document.uri.scheme === 'output' && document.uri.path.includes('Labbook'),
      ),
    );
  });

  it('keep the runs elsewhere from the next reload on', async () => {
    const configured = (): unknown => vscode.workspace.getConfiguration().get('labbook.store.path');
    const { storePath } = await (await labbook()).ready();
    try {
      const asked = await answering(
        'showInformationMessage',
        () => undefined,
        async () => {
          await execute(commands.chooseStore, { path: '/elsewhere' });
          await until('the setting', () => configured() === '/elsewhere');
        },
      );
      assert.deepEqual(
        asked.map(([text]) => String(text).includes('when the window is reloaded')),
        [true],
      );
      assert.equal((await (await labbook()).ready()).storePath, storePath);
    } finally {
      const target = vscode.ConfigurationTarget.Workspace;
      await vscode.workspace.getConfiguration().update('labbook.store.path', undefined, target);
      await until('the setting is as before', () => configured() === '');
    }
  });

  it('refuse writes while a setting says so, at the same address', async () => {
    const script = await Script.connect();
    const setReadOnly = (value: boolean | undefined): Thenable<void> =>
      vscode.workspace.getConfiguration().update('labbook.server.readOnly', value, vscode.ConfigurationTarget.Global);
    const create = (): Promise<string> => script.experiment(`written ${Date.now()}`).then(() => '', String);
    try {
      await setReadOnly(true);
      await until('writes are refused', async () => (await create()).includes('403'), 15_000);
      assert.match(await create(), /PERMISSION_DENIED.*labbook\.server\.readOnly/);
      await (await labbook()).ready();
      const asked = await answering(
        'showErrorMessage',
        () => undefined,
        () => execute(commands.newExperiment, { name: 'refused' }),
      );
      assert.match(String(asked[0]?.[0]), /^Could not create the experiment: /);
    } finally {
      await setReadOnly(undefined);
      await until('writes are taken again', async () => (await create()) === '', 15_000);
      await (await labbook()).ready();
    }
  });
});
