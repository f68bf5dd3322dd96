import assert from 'node:assert/strict';
import type { ArtifactEntry } from '../../../src/core/model';
import { ArtifactCache } from '../../../src/host/tree/artifactCache';
import { ArtifactTotals } from '../../../src/host/tree/artifactTotals';

const file = (path: string, size: number): ArtifactEntry => ({ path, isDirectory: false, size });
const folder = (path: string): ArtifactEntry => ({ path, isDirectory: true, size: undefined });

/** Resolves when nothing is under way any more: answers come at once here. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

async function until(what: string, look: () => boolean): Promise<void> {
  for (const end = Date.now() + 5000; !look();) {
    assert.ok(Date.now() < end, what);
    await settled();
  }
}

function scene(folders: Record<string, ArtifactEntry[]>, { canLook = true, interval = 60_000 } = {}) {
  const listed: string[] = [];
  const told: string[] = [];
  const cache = new ArtifactCache((runId, path) => {
    listed.push(`${runId}:${path}`);
    const entries = folders[path];
    return entries ? Promise.resolve(entries) : Promise.reject(new Error('away'));
  });
  const totals = new ArtifactTotals(
    cache,
    () => canLook,
    (runId) => {
      told.push(runId);
      // The row is drawn again.
      totals.look(runId);
    },
    interval,
  );
  return { cache, totals, listed, told };
}

describe('totals of artifacts', () => {
  it('are counted through all folders when the row is drawn, once', async () => {
    const { totals, listed, told } = scene({
      '': [file('a', 1), folder('plots')],
      plots: [file('plots/b', 20), folder('plots/more')],
      'plots/more': [file('plots/more/c', 300)],
    });
    totals.look('r');
    totals.look('r');
    await until('it is told', () => told.length > 0);
    await settled();
    assert.deepEqual(totals.get('r'), { files: 3, bytes: 321 });
    assert.deepEqual(told, ['r']);
    assert.deepEqual(listed, ['r:', 'r:plots', 'r:plots/more']);
    totals.dispose();
  });

  it('are counted again after files came, and stay to be seen meanwhile', async () => {
    const folders = { '': [file('a', 1)] };
    const { cache, totals, told } = scene(folders, { interval: 1 });
    totals.look('r');
    await until('the first is told', () => told.length === 1);
    folders[''] = [file('a', 1), file('b', 2)];
    cache.forget('r');
    totals.look('r');
    assert.deepEqual(totals.get('r'), { files: 1, bytes: 1 });
    await until('the second is told', () => totals.get('r')?.files === 2);
    totals.dispose();
  });

  it('are not counted through very many folders, nor where listing is dear, and a failure ends the look', async () => {
    const many = Array.from({ length: 60 }, (_, n) => folder(`f${n}`));
    const wide = scene({ '': many, ...Object.fromEntries(many.map(({ path }) => [path, []])) });
    wide.totals.look('r');
    await until('50 are listed', () => wide.listed.length === 50);
    await settled();
    assert.equal(wide.totals.get('r'), undefined);
    assert.equal(wide.listed.length, 50);
    const dear = scene({ '': [] }, { canLook: false });
    dear.totals.look('r');
    await settled();
    assert.deepEqual(dear.listed, []);
    const away = scene({}, { interval: 1 });
    away.totals.look('r');
    await until('it was tried', () => away.listed.length === 1);
    for (let turn = 0; turn < 20; turn += 1) {
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    assert.deepEqual(away.listed, ['r:'], 'nothing tries again by itself');
    [wide, dear, away].forEach(({ totals }) => totals.dispose());
  });
});
