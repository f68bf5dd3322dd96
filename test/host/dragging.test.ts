import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { connectTracking } from '../../src/client/tracking';
import { Catalog } from '../../src/host/tree/catalog';
import { TreeDragging } from '../../src/host/tree/dragging';
import type { ArtifactRef, NodeRef, RunRef } from '../../src/host/tree/model';
import { Script, until } from './api';

/** What is dragged out of the tree; VS Code's editors open what `text/uri-list` names and insert what `text/plain` says. */
describe('dragging out of the tree', () => {
  let script: Script;
  let catalog: Catalog;
  let dragging: TreeDragging;
  let run: RunRef;

  before(async () => {
    script = await Script.connect();
    const experimentId = await script.experiment(`dragged, 100% / ${Date.now()}`);
    const runId = await script.run(experimentId, 'a run: #1?');
    run = { kind: 'run', id: `run:${runId}`, experimentId, runId };
    await script.upload(experimentId, runId, encodeURI('notes/first%20one 1.txt'), Buffer.from('one'));
    await script.upload(experimentId, runId, 'notes/second.txt', Buffer.from('two'));
    await script.finish(runId);
    catalog = new Catalog({
      primaryPatterns: () => [],
      onTouched: () => undefined,
      onError: (_, error) => assert.ifError(error),
    });
    catalog.connect(await connectTracking(script));
    await until('the experiment', () => catalog.experiment(experimentId));
    await catalog.load(experimentId);
    dragging = new TreeDragging(catalog);
  });

  after(() => catalog.dispose());

  const artifact = (path: string, isDirectory = false): ArtifactRef => ({
    kind: 'artifact',
    id: `artifact:${run.runId}:${path}`,
    run,
    runId: run.runId,
    experimentId: run.experimentId,
    path,
    isDirectory,
    size: undefined,
  });
  const dragged = async (
    ...refs: readonly NodeRef[]
  ): Promise<{ files: string[] | undefined; text: string | undefined }> => {
    const transfer = new vscode.DataTransfer();
    dragging.handleDrag(refs, transfer);
    const list = await transfer.get('text/uri-list')?.asString();
    return { files: list?.split('\r\n'), text: await transfer.get('text/plain')?.asString() };
  };

  it('gives artifacts as files that an editor opens, whatever their names', async () => {
    const { files = [], text } = await dragged(artifact('notes/first%20one 1.txt'), artifact('notes/second.txt'));
    const contents = files.map((each) => vscode.workspace.fs.readFile(vscode.Uri.parse(each, true)));
    assert.deepEqual(
      (await Promise.all(contents)).map((each) => Buffer.from(each).toString()),
      ['one', 'two'],
    );
    assert.ok(
      files.every((each) => vscode.Uri.parse(each).path.includes('/a run: #1?~')),
      'named as the tree names the run',
    );
    const root = `runs:/${run.runId}/notes`;
    assert.equal(text, `${root}/first%20one 1.txt\n${root}/second.txt`);
  });

  it('gives a folder, a run, an experiment and a metric as text, and no file', async () => {
    const metric: NodeRef = { kind: 'metric', id: `metric:${run.runId}:val/acc`, run, key: 'val/acc' };
    const experiment: NodeRef = { kind: 'experiment', id: 'experiment:7', experimentId: '7' };
    assert.deepEqual(await dragged(artifact('notes', true), run, experiment, metric), {
      files: undefined,
      text: [`runs:/${run.runId}/notes`, run.runId, '7', 'val/acc'].join('\n'),
    });
  });

  it('gives nothing where a row stands for nothing of the store, and takes nothing', async () => {
    const group: NodeRef = { kind: 'group', id: `metrics:${run.runId}`, run, group: 'metrics' };
    assert.deepEqual(await dragged(group), { files: undefined, text: undefined });
    assert.deepEqual(dragging.dropMimeTypes, [], 'MLflow cannot move a run to another experiment');
  });
});
