import assert from 'node:assert/strict';
import path from 'node:path';
import { purge } from '../../../src/server/api/labbook/purge';
import { ArtifactStore } from '../../../src/server/artifacts/artifactStore';
import { LocalFolders } from '../../../src/server/artifacts/localFolders';
import { ArtifactPlaces } from '../../../src/server/artifacts/places';
import { createRun, Scene } from '../store/support';

const scene = new Scene();
const log = { info: () => undefined, warn: () => undefined, error: () => undefined };

describe('Deleting many runs for good', () => {
  afterEach(() => scene.end());

  it('lets others have their turn while all are looked at', async () => {
    const folder = await scene.folder();
    const store = await scene.open(folder);
    const ids = Array.from({ length: 1001 }, (_, i) => i.toString(16).padStart(32, '0'));
    await Promise.all(ids.map((id) => createRun(store, id)));
    await Promise.all(ids.map((runId) => store.write({ kind: 'deleteRun', runId, time: 2000 })));
    let [inTurn, most, ended] = [0, 0, false];
    const nextTurn = (): void => {
      inTurn = 0;
      if (!ended) {
        setImmediate(nextTurn);
      }
    };
    const counted = <T>(look: (id: string) => T) => {
      return (id: string): T => {
        most = Math.max(most, ++inTurn);
        return look(id);
      };
    };
    store.getRunInfo = counted(store.getRunInfo.bind(store));
    store.purging.deletedAt = counted(store.purging.deletedAt.bind(store.purging));
    const local = new LocalFolders({ store: folder, workspace: undefined, allowed: [] });
    const places = new ArtifactPlaces(new ArtifactStore(path.join(folder, 'artifacts')), local);
    nextTurn();
    const { runs, items = [] } = await purge({ store, places, log }, { run_ids: ids, dry_run: true });
    ended = true;
    assert.equal(runs, ids.length);
    assert.deepEqual(
      items.map(({ id }) => id),
      ids,
    );
    assert.ok(most > 0 && most <= 500, `${most} in one turn`);
  });
});
