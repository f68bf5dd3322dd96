import assert from 'node:assert/strict';
import { readdirSync, readlinkSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { ArtifactStore } from '../../../src/server/artifacts/artifactStore';
import { until } from '../../fakes/labbookServer';

/** Files of a folder that this process has open although they are gone. */
function goneButOpen(folder: string): string[] {
  return readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      const file = readlinkSync(`/proc/self/fd/${fd}`);
      return file.startsWith(folder) && file.endsWith('(deleted)') ? [file] : [];
    } catch {
      // The one that read the folder.
      return [];
    }
  });
}

describe('Artifacts that are written again', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'labbook-artifacts-'));
  });

  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('have the newer bytes, and the older ones are given back', async () => {
    const store = new ArtifactStore(folder);
    for (const text of ['one', 'two', 'three']) {
      await store.write(['run', 'file.txt'], chunks(text));
    }
    assert.equal(await readFile(path.join(folder, 'artifacts', 'run', 'file.txt'), 'utf8'), 'three');
    if (process.platform === 'linux') {
      assert.ok(await until(() => goneButOpen(folder).length === 0, 4000), 'a replaced file stays open');
    }
  });
});

async function* chunks(text: string): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(Buffer.from(text));
}
