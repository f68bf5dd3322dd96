import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, realpathSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { allTabs, closeAllTabs } from './answers';
import { commands, execute, Script, until } from './api';

interface GitExtension {
  getAPI(version: 1): { openRepository(root: vscode.Uri): Promise<unknown> };
}

describe('commands that show the code of runs', () => {
  let script: Script;
  let experimentId: string;
  let file: string;
  const runs: string[] = [];

  before(async () => {
    script = await Script.connect();
    experimentId = await script.experiment(`code ${Date.now()}`);
    const root = realpathSync(vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? '');
    const folder = path.join(root, `code-${Date.now()}`);
    mkdirSync(folder);
    file = path.join(folder, 'model.py');
    const git = (...args: string[]): string => execFileSync('git', args, { cwd: folder, encoding: 'utf8' }).trim();
    git('init', '--quiet');
    for (const [index, text] of ['lr = 0.1\n', 'lr = 0.2\n'].entries()) {
      writeFileSync(file, text);
      git('add', '.');
      git('-c', 'user.name=t', '-c', 'user.email=t@localhost', 'commit', '--quiet', '-m', `step ${index}`);
      const runId = await script.run(experimentId, `code ${index}`);
      await script.post('runs/set-tag', { run_id: runId, key: 'mlflow.source.name', value: file });
      const commit = git('rev-parse', 'HEAD');
      await script.post('runs/set-tag', { run_id: runId, key: 'mlflow.source.git.commit', value: commit });
      await script.finish(runId);
      runs.push(runId);
    }
    writeFileSync(file, 'lr = 0.3\n');
    const extension = vscode.extensions.getExtension<GitExtension>('vscode.git');
    assert.ok(extension);
    await (await extension.activate()).getAPI(1).openRepository(vscode.Uri.file(folder));
  });

  afterEach(closeAllTabs);

  const target = (index: number): { runId: string } => ({ runId: runs[index] ?? '' });
  const titled = (title: string): Promise<vscode.Tab> =>
    until(title, () => allTabs().find(({ label }) => label.startsWith(title)), 10_000);

  it('open the script as it was', async () => {
    await execute(commands.openCode, target(0));
    const document = vscode.window.activeTextEditor?.document;
    assert.equal(document?.uri.scheme, 'git');
    assert.equal(document.getText(), 'lr = 0.1\n');
  });

  it('show what changed since a run', async () => {
    await execute(commands.changesSinceRun, target(1));
    await titled('Changes since code 1');
  });

  it('show what changed between two runs', async () => {
    await execute(commands.openCodeChanges, target(1), [target(1), target(0)]);
    await titled('Code of code 0 and code 1');
  });
});
