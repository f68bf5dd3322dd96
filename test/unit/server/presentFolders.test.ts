import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ArtifactStore } from '../../../src/server/artifacts/artifactStore';
import { PresentFolders } from '../../../src/server/artifacts/presentFolders';

const [first, second] = ['a'.repeat(32), 'b'.repeat(32)];

async function* bytes(): AsyncGenerator<Uint8Array> {
  await Promise.resolve();
  yield Buffer.from('x');
}

describe('Folders of artifacts that are there', () => {
  let folder: string;
  let artifacts: ArtifactStore;
  let present: PresentFolders;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'labbook-present-'));
    artifacts = new ArtifactStore(folder);
    present = new PresentFolders(artifacts);
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const mayHave = (runId: string): Promise<boolean> => present.mayHave(['0', runId, 'artifacts']);

  it('are found without a look for each, also those that are made later', async () => {
    assert.equal(await mayHave(first), false);
    await artifacts.write(['0', first, 'artifacts', 'file'], bytes());
    assert.deepEqual([await mayHave(first), await mayHave(second)], [true, false]);
    await artifacts.write(['0', second, 'artifacts', 'deep', 'file'], bytes());
    assert.deepEqual([await mayHave(first), await mayHave(second)], [true, true]);
  });

  it('may be there wherever a name is not one that Labbook gives: file systems differ in what they take for the same', async () => {
    const places = [['Models', first], ['0', first.toUpperCase()], ['0', 'ä'], ['00a'], []];
    for (const segments of places.filter(([name]) => name !== '0')) {
      assert.equal(await present.mayHave(segments), true, segments.join('/'));
    }
    await artifacts.write(['0', first, 'file'], bytes());
    for (const segments of places) {
      assert.equal(await present.mayHave(segments), true, segments.join('/'));
    }
  });
});
