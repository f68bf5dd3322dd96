import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as vscode from 'vscode';
import { notesScheme } from '../../src/host/contributions';
import { answering } from './answers';
import { commands, execute, Script, until } from './api';

interface Version {
  version: string;
  current_stage: string;
  aliases?: string[];
  description?: string;
}

describe('commands on runs and models', () => {
  let script: Script;
  let experimentId: string;
  let runId: string;
  let folder: string;

  before(async () => {
    script = await Script.connect();
    folder = mkdtempSync(path.join(tmpdir(), 'lbc-'));
    experimentId = await script.experiment(`more commands ${Date.now()}`);
    runId = await script.run(experimentId, 'first');
    await script.logMetric(runId, 'loss', 0.1 + 0.2, 3);
    await script.post('runs/log-parameter', { run_id: runId, key: 'lr', value: '0.1' });
    await script.finish(runId);
  });

  after(async () => {
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    rmSync(folder, { recursive: true, force: true });
  });

  const clipboard = (): Thenable<string> => vscode.env.clipboard.readText();

  it('copy runs as tables and as Python, in full precision', async () => {
    await execute(commands.copyAsCsv, { runId });
    assert.match(await clipboard(), /metrics\.loss,params\.lr[\s\S]*,0\.30000000000000004,0\.1/);
    await execute(commands.copyAsTsv, { runId });
    assert.match(await clipboard(), /metrics\.loss\tparams\.lr/);
    await execute(commands.copyAsJson, { runId });
    const [row] = JSON.parse(await clipboard()) as Record<string, unknown>[];
    assert.deepEqual([row?.['run_id'], row?.['metrics.loss']], [runId, 0.30000000000000004]);
    await execute(commands.copyAsMarkdown, { runId });
    assert.match(await clipboard(), /^\| run\\_id \|/);
    await execute(commands.copyAsLatex, { runId });
    assert.match(await clipboard(), /\\begin\{tabular\}/);
    await execute(commands.copyAsPython, { runId });
    assert.match(await clipboard(), new RegExp(`mlflow\\.get_run\\("${runId}"\\)[\\s\\S]*"lr": 0\\.1,`));
  });

  it('export runs, and all runs of an experiment, to a file whose name says the format', async () => {
    const csv = path.join(folder, 'runs.csv');
    await execute(commands.export, { runId, file: csv });
    assert.match(readFileSync(csv, 'utf8'), new RegExp(runId));
    const parquet = path.join(folder, 'runs.parquet');
    await execute(commands.export, { experimentId, file: parquet });
    assert.equal(readFileSync(parquet).subarray(0, 4).toString(), 'PAR1');
  });

  it('say of a file whose name has no extension, or an unknown one, that its format is not clear', async () => {
    const dotted = path.join(folder, 'results.csv.d');
    mkdirSync(dotted);
    const answers = new Map([
      ['table', /^Could not export the runs: it is not clear what a file without an extension is to hold/],
      ['table.doc', /^Could not export the runs: it is not clear what a \.doc file is to hold/],
    ]);
    for (const [name, said] of answers) {
      const asked = await answering(
        'showErrorMessage',
        () => undefined,
        () => execute(commands.export, { runId, file: path.join(dotted, name) }),
      );
      assert.match(String(asked[0]?.[0]), said);
    }
    assert.deepEqual(readdirSync(dotted), []);
  });

  it('set baseline, primary metric and colour as tags that everybody sees', async () => {
    await execute(commands.setAsBaseline, { runId });
    await execute(commands.setAsPrimaryMetric, { experimentId, key: 'loss' });
    await execute(commands.changeColour, { runId, colour: '#44c49a' });
    const { experiment } = await script.get<{ experiment: { tags: { key: string; value: string }[] } }>(
      'experiments/get',
      { experiment_id: experimentId },
    );
    const tag = (key: string): string | undefined => experiment.tags.find((each) => each.key === key)?.value;
    assert.equal(tag('labbook.baseline'), runId);
    assert.equal(tag('labbook.primaryMetric'), 'loss last');
    const { data } = await script.read(runId);
    assert.equal(data.tags?.find(({ key }) => key === 'mlflow.runColor')?.value, '#44c49a');
    await execute(commands.clearBaseline, { experimentId });
    await execute(commands.changeColour, { runId, colour: 'own' });
    assert.equal(
      (await script.read(runId)).data.tags?.some(({ key }) => key === 'mlflow.runColor'),
      false,
    );
  });

  it('keep notes that are written in an editor, and show what others wrote', async () => {
    await execute(commands.editNotes, { runId });
    const document = await until('the editor', () => {
      const shown = vscode.window.activeTextEditor?.document;
      return shown?.uri.scheme === notesScheme ? shown : undefined;
    });
    const edit = new vscode.WorkspaceEdit();
    edit.insert(document.uri, new vscode.Position(0, 0), 'Learns *fast*');
    assert.ok(await vscode.workspace.applyEdit(edit));
    assert.ok(await document.save());
    const note = async (): Promise<string | undefined> =>
      (await script.read(runId)).data.tags?.find(({ key }) => key === 'mlflow.note.content')?.value;
    assert.equal(await note(), 'Learns *fast*');
    await script.post('runs/set-tag', { run_id: runId, key: 'mlflow.note.content', value: 'other' });
    await until('the editor shows the new note', () => (document.getText() === 'other' ? true : undefined));
  });

  it('show two runs’ parameters in the diff editor', async () => {
    const other = await script.run(experimentId, 'other');
    await script.post('runs/log-parameter', { run_id: other, key: 'lr', value: '0.2' });
    await script.finish(other);
    await execute(commands.compareParams, { runId }, [{ runId }, { runId: other }]);
    const diff = await until('the diff editor', () => {
      const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
      return input instanceof vscode.TabInputTextDiff ? input : undefined;
    });
    const [left, right] = await Promise.all(
      [diff.original, diff.modified].map((uri) => vscode.workspace.openTextDocument(uri)),
    );
    assert.deepEqual([left?.getText(), right?.getText()], ['lr = 0.1\n', 'lr = 0.2\n']);
  });

  it('register a model that a run logged, and manage its version', async () => {
    const name = `model ${Date.now()}`;
    const history = JSON.stringify([{ artifact_path: 'model', run_id: runId, flavors: {} }]);
    await script.post('runs/set-tag', { run_id: runId, key: 'mlflow.log-model.history', value: history });
    await execute(commands.registerVersion, { kind: 'runModel', runId, path: 'model', name });
    const read = async (): Promise<Version | undefined> => {
      const query = { name, version: '1' };
      return (await script.get<{ model_version?: Version }>('model-versions/get', query)).model_version;
    };
    assert.equal((await read())?.version, '1');
    await execute(commands.setAlias, { model: name, version: 1, alias: 'champion' });
    await execute(commands.setStage, { model: name, version: 1, stage: 'Staging' });
    assert.deepEqual([(await read())?.aliases, (await read())?.current_stage], [['champion'], 'Staging']);
    await execute(commands.copyModelUri, { model: name, version: 1 });
    assert.equal(await clipboard(), `models:/${name}@champion`);
    await execute(commands.copyLoadLines, { model: name, version: 1 });
    assert.match(await clipboard(), /mlflow\.pyfunc\.load_model/);
    await execute(commands.removeAlias, { model: name, version: 1, alias: 'champion' });
    assert.equal((await read())?.aliases, undefined);
    const renamed = `${name} renamed`;
    await execute(commands.renameModel, { model: name, name: renamed });
    const { registered_model: model } = await script.get<{ registered_model: { name: string } }>(
      'registered-models/get',
      { name: renamed },
    );
    assert.equal(model.name, renamed);
    await execute(commands.openModel, { model: renamed, version: 1, runId });
    await until('the run’s panel', () =>
      vscode.window.tabGroups.all.flatMap(({ tabs }) => tabs).find(({ label }) => label === 'first'),
    );
  });

  it('copy the variables for each shell', async () => {
    await execute(commands.copyEnvironmentVariables, { form: 'posix' });
    assert.match(await clipboard(), /^export MLFLOW_TRACKING_URI='http:.*'\nexport MLFLOW_TRACKING_TOKEN='.*'\n$/);
  });

  it('show diagnostics', async () => {
    await execute(commands.showDiagnostics);
    const document = vscode.window.activeTextEditor?.document;
    assert.match(document?.getText() ?? '', /State: ready/);
    assert.ok(!document?.getText().includes(script.token));
  });
});
