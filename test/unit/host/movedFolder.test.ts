import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
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

  it('needs no hint where it left no runs', async () => {
    await mkdir(at('project'));
    await followFolder(storageOf('one'), at('project'));
    await rename(at('project'), at('renamed'));
    assert.equal(await followFolder(storageOf('two'), at('renamed')), undefined);
  });
});
