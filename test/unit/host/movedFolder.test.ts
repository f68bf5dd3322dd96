import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rename, rm, utimes, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { followFolder } from '../../../src/host/platform/movedFolder';

describe('a workspace’s folder that was moved', () => {
  let home: string;
  beforeEach(async () => {
    home = await mkdtemp(path.join(os.tmpdir(), 'labbook-moved-'));
  });
  afterEach(() => rm(home, { recursive: true, force: true }));

  const storageOf = (workspace: string): string => path.join(home, 'workspaceStorage', workspace, 'labbook.labbook');
  const at = (name: string): string => path.join(home, name);
  async function withRuns(workspace: string): Promise<string> {
    const store = path.join(storageOf(workspace), 'store');
    await mkdir(store, { recursive: true });
    await writeFile(path.join(store, 'catalog.sqlite'), '');
    return store;
  }

  it('is known again, and where its runs are, the first time it is opened', async () => {
    await mkdir(at('project'));
    assert.equal(await followFolder(storageOf('one'), at('project')), undefined);
    const store = await withRuns('one');
    await rename(at('project'), at('renamed'));
    assert.deepEqual(await followFolder(storageOf('two'), at('renamed')), { folder: at('project'), store });
    assert.equal(await followFolder(storageOf('two'), at('renamed')), undefined, 'said once');
  });

  it('is not taken for another one of its name, or for a copy', async () => {
    await mkdir(at('project'));
    await followFolder(storageOf('one'), at('project'));
    await withRuns('one');
    await mkdir(at('other'));
    assert.equal(await followFolder(storageOf('two'), at('other')), undefined);
    assert.equal(await followFolder(storageOf('three'), at('not there')), undefined);
  });

  it('is known again at its place when VS Code has another storage for it, if something was logged', async () => {
    await mkdir(at('project'));
    await followFolder(storageOf('by name'), at('project'));
    const store = await withRuns('by name');
    assert.equal(await followFolder(storageOf('by address'), at('project')), undefined, 'nothing was logged');
    for (const made of ['processes.json', 'history/1.sqlite', 'artifacts/1']) {
      await mkdir(path.dirname(path.join(store, made)), { recursive: true });
      await writeFile(path.join(store, made), '');
      const left = await followFolder(storageOf(made.replace('/', '-')), at('project'));
      assert.deepEqual(left, { folder: at('project'), store }, made);
      await rm(path.join(store, made));
    }
  });

  it('has the runs that were used last, where several storages are of it', async () => {
    await mkdir(at('project'));
    const stores = new Map<string, string>();
    for (const name of ['a', 'b', 'c']) {
      await followFolder(storageOf(name), at('project'));
      stores.set(name, await withRuns(name));
      await writeFile(path.join(storageOf(name), 'store', 'processes.json'), '');
    }
    for (const [second, name] of ['c', 'a', 'b'].entries()) {
      await utimes(path.join(storageOf(name), 'store', 'catalog.sqlite'), second, second);
    }
    assert.equal((await followFolder(storageOf('d'), at('project')))?.store, stores.get('b'));
  });

  it('needs no hint where it left no runs', async () => {
    await mkdir(at('project'));
    await followFolder(storageOf('one'), at('project'));
    await rename(at('project'), at('renamed'));
    assert.equal(await followFolder(storageOf('two'), at('renamed')), undefined);
  });
});
