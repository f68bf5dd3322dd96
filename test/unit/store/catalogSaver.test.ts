import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { Catalog } from '../../../src/server/store/catalog';
import { saveCatalogAside, type SaveCatalog } from '../../../src/server/store/catalogSaver';
import { realFiles } from '../../../src/server/store/files';
import { loadSqlite } from '../../../src/server/store/sqlite';
import { openStore } from '../../../src/server/store/store';
import type { Store } from '../../../src/server/store/types';
import { artifactRoot, createRun, history, log, metric, runId, Scene } from './support';

describe('Store: a catalog that is saved aside', () => {
  const scene = new Scene();
  let store: Store;
  let folder: string;
  let save: SaveCatalog;
  const saved: number[] = [];

  beforeEach(async () => {
    saved.length = 0;
    save = async (where, seq) => {
      await saveCatalogAside(realFiles, where, seq);
      saved.push(seq);
    };
    folder = await scene.folder();
    store = await openStore({ folder, artifactRoot, saveAside: { from: 0, save: (...args) => save(...args) } });
    await createRun(store);
  });
  afterEach(async () => {
    await store.close();
    await scene.end();
  });

  const catalogOnDisk = async () => {
    const file = path.join(folder, 'catalog.sqlite');
    return Catalog.open(await loadSqlite(), file, await readFile(file));
  };

  it('has what the journal has up to its number, and the journal goes', async () => {
    await log(store, { metrics: [metric('m', 1, 1), metric('m', 2, 2)], params: [{ key: 'p', value: 'v' }] });
    await store.checkpoint();
    await log(store, { metrics: [metric('m', 3, 3)], tags: [{ key: 't', value: 'v' }] });
    await store.checkpoint();
    assert.deepEqual(saved, [2, 3]);
    assert.deepEqual(await readdir(path.join(folder, 'journal')), []);
    const catalog = await catalogOnDisk();
    assert.equal(catalog.applied, 3);
    assert.equal(catalog.metric(1, 'm')?.points, 3);
    catalog.db.close();
    const copy = await scene.open(await scene.copy(folder));
    assert.deepEqual(copy.getRun(runId), store.getRun(runId));
    assert.equal(history(copy, 'm').length, 3);
  });

  it('leaves out what was written meanwhile, which stays in the journal', async () => {
    const inner = save;
    save = async (where, seq) => {
      await log(store, { metrics: [metric('late', 1)] });
      await inner(where, seq);
    };
    await store.checkpoint();
    const catalog = await catalogOnDisk();
    assert.equal(catalog.applied, 1);
    assert.equal(catalog.metric(1, 'late'), undefined);
    catalog.db.close();
    const copy = await scene.open(await scene.copy(folder));
    assert.equal(history(copy, 'late').length, 1);
  });

  it('is saved here where that fails', async () => {
    save = () => Promise.reject(new Error('no thread'));
    await log(store, { metrics: [metric('m', 1)] });
    await store.checkpoint();
    const catalog = await catalogOnDisk();
    assert.equal(catalog.applied, 2);
    catalog.db.close();
    assert.deepEqual(await readdir(path.join(folder, 'journal')), []);
  });

  it('is not touched where the journal does not reach so far', async () => {
    const before = await readFile(path.join(folder, 'catalog.sqlite'));
    await assert.rejects(saveCatalogAside(realFiles, folder, 7), /ends with change 1, not 7/);
    assert.deepEqual(await readFile(path.join(folder, 'catalog.sqlite')), before);
  });
});
