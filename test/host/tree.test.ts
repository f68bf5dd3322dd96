import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { Connection } from '../../src/host/platform/connection';
import { Catalog } from '../../src/host/tree/catalog';
import { ExperimentsTree } from '../../src/host/tree/experimentsTree';
import { rowsPerPage, type NodeRef } from '../../src/host/tree/model';
import { labbook, Script, until } from './api';
import { ownConnection } from './ownConnection';

/** The tree's data in this host against the extension's own server; what VS Code draws of it is the ui tier's matter. */
describe('the tree', () => {
  let script: Script;
  let connection: Connection;
  let catalog: Catalog;
  let tree: ExperimentsTree;
  const fired: (readonly NodeRef[] | undefined)[] = [];

  before(async () => {
    script = await Script.connect();
    const { storePath } = await (await labbook()).ready();
    connection = ownConnection(storePath);
    catalog = new Catalog({
      primaryPatterns: () => ['*loss*'],
      onTouched: (touched) => tree.refresh(touched),
      onError: (_, error) => assert.ifError(error),
    });
    tree = new ExperimentsTree(catalog, connection, vscode.l10n.t);
    tree.onDidChangeTreeData((refs) => fired.push(refs));
    connection.onChange((batch) => catalog.apply(batch));
    connection.start();
    catalog.connect((await connection.ready()).client);
  });

  after(() => {
    tree.dispose();
    catalog.dispose();
    connection.dispose();
  });

  const labelled = async (label: string, parent?: NodeRef): Promise<NodeRef | undefined> => {
    for (const ref of await tree.getChildren(parent)) {
      if (tree.getTreeItem(ref).label === label) {
        return ref;
      }
    }
    return undefined;
  };

  it('shows a run within a second of its creation, and its values live', async () => {
    const name = `live ${Date.now()}`;
    const experimentId = await script.experiment(name);
    const experiment = await until('the experiment', () => labelled(name), 1000);
    const runId = await script.run(experimentId, 'first');
    const run = await until('the run', () => labelled('first', experiment), 1000);
    await script.logMetric(runId, 'loss', 0.5, 12);
    const valueIs = (text: string): Promise<boolean> =>
      until(text, () => (tree.getTreeItem(run).description === text ? true : undefined), 1000);
    await valueIs('0.5000 · 12');
    fired.length = 0;
    await script.logMetric(runId, 'loss', 0.25, 13);
    await valueIs('0.2500 · 13');
    assert.equal(await labelled('first', experiment), run, 'the same element, so that its row stays');
    assert.ok(
      fired.length > 0 && fired.every((refs) => refs?.every((ref) => ref.kind === 'run')),
      'only the run is drawn again',
    );
    await script.finish(runId);
    await valueIs('0.2500');
  });

  it('nests children, lists artifacts when opened, and again when files come', async () => {
    const name = `nested ${Date.now()}`;
    const experimentId = await script.experiment(name);
    const parentId = await script.run(experimentId, 'parent');
    const childId = await script.run(experimentId, 'child', parentId);
    const experiment = await until('the experiment', () => labelled(name), 1000);
    const parent = await until('the parent', () => labelled('parent', experiment), 1000);
    const child = await until('the child', () => labelled('child', parent), 1000);
    assert.equal(tree.getParent(child)?.id, parent.id);
    const artifacts = await labelled('Artifacts', child);
    assert.ok(artifacts);
    assert.deepEqual(await tree.getChildren(artifacts), []);
    await script.upload(experimentId, childId, 'plots/loss.png', Buffer.from('png'));
    const plots = await until('the folder', () => labelled('plots', artifacts), 1000);
    assert.ok(await labelled('loss.png', plots));
    await script.finish(childId);
    await script.finish(parentId);
  });

  it('loads more runs, and has parents at hand whose children are newer', async () => {
    const name = `many ${Date.now()}`;
    const experimentId = await script.experiment(name);
    const parentId = await script.run(experimentId, 'parent');
    for (let i = 0; i < rowsPerPage + 5; i += 1) {
      await script.run(experimentId, `run ${i}`);
    }
    await script.run(experimentId, 'child', parentId);
    catalog.reload();
    const labels = async (ref: NodeRef): Promise<unknown[]> =>
      (await tree.getChildren(ref)).map((each) => tree.getTreeItem(each).label);
    const experiment = await until('the experiment', () => labelled(name));
    // Pages that were read while runs were still being made come and go until then.
    await until('a page of runs, with the parent of the newest', async () => {
      const all = await labels(experiment);
      const page = all.at(-1) === vscode.l10n.t('Load more runs') && all.includes('parent');
      return page && !all.includes('child') && !all.includes('run 0') ? true : undefined;
    });
    await catalog.loadMore(experimentId);
    const all = await labels(experiment);
    assert.equal(all.length, rowsPerPage + 6);
    assert.ok(all.includes('run 0') && all.at(-1) === 'parent');
    await Promise.all(
      [...(catalog.experiment(experimentId)?.list?.runs.keys() ?? [])].map((runId) => script.finish(runId)),
    );
  });

  it('takes deleted runs and experiments away, and has them back', async () => {
    const name = `deleted ${Date.now()}`;
    const experimentId = await script.experiment(name);
    const runId = await script.run(experimentId, 'here');
    const experiment = await until('the experiment', () => labelled(name), 1000);
    await until('the run', () => labelled('here', experiment), 1000);
    const goneFrom = async (label: string, parent?: NodeRef): Promise<true | undefined> =>
      (await labelled(label, parent)) === undefined ? true : undefined;
    await script.post('runs/delete', { run_id: runId });
    await until('the run is gone', () => goneFrom('here', experiment), 1000);
    await script.post('runs/restore', { run_id: runId });
    await until('the run is back', () => labelled('here', experiment), 1000);
    await script.post('experiments/delete', { experiment_id: experimentId });
    await until('the experiment is gone', () => goneFrom(name), 1000);
    await script.post('experiments/restore', { experiment_id: experimentId });
    const again = await until('the experiment is back', () => labelled(name), 1000);
    await until('its run too', () => labelled('here', again), 1000);
    await script.finish(runId);
  });
});
