import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as vscode from 'vscode';
import { allTabs, answering, choosingRun, closeAllTabs } from './answers';
import { commands, execute, Script, until } from './api';

describe('commands of artifacts', () => {
  let script: Script;
  let experimentId: string;
  let runId: string;
  let folder: string;

  before(async () => {
    script = await Script.connect();
    folder = mkdtempSync(path.join(tmpdir(), 'lba-'));
    experimentId = await script.experiment(`artifacts ${Date.now()}`);
    runId = await script.run(experimentId, 'keeper');
    await script.upload(experimentId, runId, 'plots/loss.csv', Buffer.from('step,loss\n1,0.5\n'));
    await script.finish(runId);
  });

  after(() => rmSync(folder, { recursive: true, force: true }));
  afterEach(closeAllTabs);

  it('save a file, and a folder with all that is in it', async () => {
    const file = path.join(folder, 'saved.csv');
    const said = await answering(
      'showInformationMessage',
      () => 'Open',
      () =>
        answering(
          'showSaveDialog',
          () => vscode.Uri.file(file),
          () => execute(commands.saveArtifactAs, { runId, path: 'plots/loss.csv' }),
        ),
    );
    assert.equal(readFileSync(file, 'utf8'), 'step,loss\n1,0.5\n');
    assert.deepEqual(said[0]?.slice(0, 2), ['Saved saved.csv, 16 B.', 'Open']);
    await until('it is opened', () =>
      vscode.window.visibleTextEditors.find(({ document }) => document.uri.fsPath === file),
    );
    const target = { kind: 'artifact', runId, path: 'plots', isDirectory: true };
    await answering(
      'showOpenDialog',
      () => [vscode.Uri.file(folder)],
      () => execute(commands.saveArtifactAs, target),
    );
    assert.equal(readFileSync(path.join(folder, 'plots', 'loss.csv'), 'utf8'), 'step,loss\n1,0.5\n');
  });

  it('save into the workspace, where the file can be shown in its folder', async () => {
    const place = vscode.Uri.joinPath(vscode.workspace.workspaceFolders?.[0]?.uri ?? vscode.Uri.file('/'), 'kept.csv');
    try {
      const said = await answering(
        'showInformationMessage',
        () => undefined,
        () =>
          answering(
            'showSaveDialog',
            () => place,
            () => execute(commands.saveArtifactAs, { runId, path: 'plots/loss.csv' }),
          ),
      );
      assert.deepEqual(said, [['Saved kept.csv, 16 B.', 'Open', 'Show in Folder']]);
    } finally {
      rmSync(place.fsPath, { force: true });
    }
  });

  it('compare a file with that of another run in the diff editor', async () => {
    const other = await script.run(experimentId, 'challenger');
    await script.upload(experimentId, other, 'plots/loss.csv', Buffer.from('step,loss\n1,0.4\n'));
    await script.finish(other);
    const target = { runId, path: 'plots/loss.csv' };
    await choosingRun('challenger', () => execute(commands.compareArtifactWith, target));
    const tab = await until('the diff editor', () =>
      allTabs().find(({ input }) => input instanceof vscode.TabInputTextDiff),
    );
    assert.equal(tab.label, 'loss.csv (keeper ↔ challenger)');
  });

  it('show a run’s artifacts', async () => {
    // Without any there is no folder to reveal on a desktop.
    const empty = await script.run(experimentId, 'nothing logged');
    await script.finish(empty);
    await execute(commands.showArtifacts, { runId: empty });
    await until('the run’s panel', () => allTabs().find(({ label }) => label === 'nothing logged'));
  });

  it('copy the address that MLflow downloads from', async () => {
    await execute(commands.copyArtifactPath, { runId, path: 'plots/loss.csv' });
    assert.equal(await vscode.env.clipboard.readText(), `runs:/${runId}/plots/loss.csv`);
  });
});
