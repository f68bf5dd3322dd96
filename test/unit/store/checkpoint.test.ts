import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { Catalog } from '../../../src/server/store/catalog';
import { inPieces } from '../../../src/server/store/pieceFile';
import { loadSqlite } from '../../../src/server/store/sqlite';
import { nextTurn } from '../../../src/server/turns';
import { createRun, FaultyFiles, history, log, metric, runId, Scene } from './support';

describe('Store: checkpoints', () => {
  const scene = new Scene();
  afterEach(() => scene.end());

  const catalogIn = async (folder: string) => {
    const file = path.join(folder, 'catalog.sqlite');
    return Catalog.open(await loadSqlite(), file, inPieces(await readFile(file)));
  };

  it('saves the catalog as it was at one moment: what is written meanwhile stays in the journal', async () => {
    const files = new FaultyFiles();
    const { store, folder } = await scene.withRun(files.files);
    await log(store, { metrics: [metric('early', 1)] });
    let late: Promise<void> | undefined;
    files.fault = (operation, file) => {
      if (operation === 'append' && file.includes('catalog')) {
        late ??= log(store, { metrics: [metric('late', 1)], params: [{ key: 'p', value: 'v'.repeat(500) }] });
      }
      return undefined;
    };
    await store.checkpoint();
    await late;
    assert.ok(late !== undefined);
    const catalog = await catalogIn(folder);
    assert.deepEqual(
      [catalog.applied, catalog.metric(1, 'early')?.points, catalog.metric(1, 'late'), catalog.param(1, 'p')],
      [2, 1, undefined, undefined],
    );
    catalog.db.close();
    const copy = await scene.open(await scene.copy(folder));
    assert.deepEqual(copy.getRun(runId), store.getRun(runId));
    assert.equal(history(copy, 'late').length, 1);
    files.fault = () => undefined;
    await store.checkpoint();
    assert.deepEqual(await readdir(path.join(folder, 'journal')), []);
  });

  it('saves many changed histories without the catalog, which the journal keeps up', async () => {
    const { store, folder } = await scene.withRun();
    const files = async (): Promise<string[]> => readdir(path.join(folder, 'history'));
    const before = await readFile(path.join(folder, 'catalog.sqlite'));
    const ids = Array.from({ length: 300 }, (_, i) => `run${i}`);
    await Promise.all(ids.map((id) => createRun(store, id)));
    const points = [1, 2].map((step) => metric('m', step, step));
    await Promise.all(ids.map((id) => log(store, { metrics: points }, id)));
    for (const limit = Date.now() + 20_000; (await files()).length <= 256 && Date.now() < limit;) {
      await nextTurn();
    }
    assert.ok((await files()).length > 256);
    assert.ok(before.equals(await readFile(path.join(folder, 'catalog.sqlite'))));
    const copy = await scene.open(await scene.copy(folder));
    for (const id of ids) {
      assert.deepEqual(copy.getRun(id), store.getRun(id));
      assert.equal(history(copy, 'm', id).length, 2);
    }
    await store.checkpoint();
    assert.deepEqual(await readdir(path.join(folder, 'journal')), []);
    const catalog = await catalogIn(folder);
    assert.equal(catalog.applied, store.revision);
    catalog.db.close();
  });
});
