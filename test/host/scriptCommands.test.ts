import assert from 'node:assert/strict';
import { existsSync, readFileSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { closeAllTabs } from './answers';
import { commands, execute, labbook, until } from './api';

describe('commands that point scripts to Labbook', () => {
  const clipboard = (): Thenable<string> => vscode.env.clipboard.readText();
  const inWorkspace = (name: string): string =>
    path.join(vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? '', name);

  afterEach(async () => {
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
    await closeAllTabs();
  });

  it('copy the least that a script needs', async () => {
    await execute(commands.copyTheTwoLines);
    assert.equal(await clipboard(), 'import mlflow\nmlflow.log_metric("loss", 0.5, step=1)\n');
  });

  it('insert two lines where the cursor is in a Python file, or copy them', async () => {
    await closeAllTabs();
    await execute(commands.insertTrackingLines);
    const lines = await clipboard();
    const { token, storePath } = await (await labbook()).ready();
    assert.ok(lines.includes(JSON.stringify(path.join(storePath, 'server.json'))) && !lines.includes(token), lines);
    const document = await vscode.workspace.openTextDocument({ language: 'python', content: '# first\n# second\n' });
    const editor = await vscode.window.showTextDocument(document);
    editor.selection = new vscode.Selection(1, 0, 1, 0);
    await execute(commands.insertTrackingLines);
    assert.equal(document.getText(), `# first\n${lines}# second\n`);
  });

  it('write .env for its owner only, and have Git ignore it', async () => {
    const file = inWorkspace('.env');
    assert.ok(!existsSync(file));
    try {
      await execute(commands.writeEnvFile);
      const { url, token } = await (await labbook()).ready();
      const text = readFileSync(file, 'utf8');
      assert.ok(text.includes(url) && text.includes(token));
      assert.match(readFileSync(inWorkspace('.gitignore'), 'utf8'), /^\.env$/m);
      if (process.platform !== 'win32') {
        assert.equal(statSync(file).mode & 0o777, 0o600);
      }
    } finally {
      rmSync(file, { force: true });
      rmSync(inWorkspace('.gitignore'), { force: true });
    }
  });

  it('write an example, show it, and run it in a terminal', async () => {
    const file = inWorkspace('labbook_example.py');
    await execute(commands.createAnExampleRun);
    const terminal = await until('the terminal', () =>
      vscode.window.terminals.find(({ name }) => name === 'Labbook example'),
    );
    terminal.dispose();
    assert.match(readFileSync(file, 'utf8'), /import mlflow/);
    assert.equal(vscode.window.activeTextEditor?.document.uri.fsPath, file);
    rmSync(file);
  });
});
