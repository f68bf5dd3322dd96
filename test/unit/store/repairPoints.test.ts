import assert from 'node:assert/strict';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Metric } from '../../../src/core/model';
import { checkStore } from '../../../src/server/store/check';
import { StoreDamagedError, StoreVersionError } from '../../../src/server/store/damage';
import { repairStore, type RepairReport } from '../../../src/server/store/repair';
import { artifactRoot, createRun, history, log, metric, Scene, smallSizes } from './support';

const scene = new Scene(smallSizes);
const [runA, runB] = ['a'.repeat(32), 'b'.repeat(32)];
const steps = 50;

/** Two runs that logged alike, as scripts do: the same steps of the same metrics, only times and values differ. */
async function twins(): Promise<string> {
  const folder = await scene.folder();
  const store = await scene.open(folder);
  for (const [i, run] of [runA, runB].entries()) {
    await createRun(store, run);
    const metrics = (key: string): Metric[] =>
      Array.from({ length: steps }, (_, step) => metric(key, (step + i) / 7, step, 1_000 * i + step));
    await log(store, { metrics: [...metrics('loss'), ...metrics('acc')] }, run);
  }
  await store.close();
  return folder;
}

const fileOf = (folder: string, run: string, ending: 'sqlite' | 'points'): string =>
  path.join(folder, 'history', `${run}.${ending}`);

async function swap(folder: string, ending: 'sqlite' | 'points'): Promise<void> {
  const [a, b] = [fileOf(folder, runA, ending), fileOf(folder, runB, ending)];
  await rename(a, `${a}-`);
  await rename(b, a);
  await rename(`${a}-`, b);
}

async function change(file: string, offset: number, value: number): Promise<void> {
  const bytes = await readFile(file);
  bytes.writeUInt8(value, offset);
  await writeFile(file, bytes);
}

async function pointsIn(folder: string): Promise<(readonly Metric[])[]> {
  const store = await scene.open(folder);
  const all = [runA, runB].flatMap((run) => ['loss', 'acc'].map((key) => history(store, key, run)));
  await store.close();
  return all;
}

async function repair(folder: string): Promise<RepairReport> {
  const to = path.join(await scene.folder(), 'new');
  return repairStore({ folder, to, artifactRoot, runsWithArtifacts: new Map() });
}

const places = (findings: RepairReport['lost']) => findings.map(({ file, offset }) => [file, offset]);

describe('Store: points’ files that are damaged or have the name of another run’s', () => {
  afterEach(() => scene.end());

  for (const [what, offset, value, words] of [
    ['marker', 3, 0x78, /does not begin with LBPOINTS/],
    ['version', 8, 2, /says format 2/],
    ['version', 8, 0, /says format 0/],
    ['zeros', 13, 1, /does not end with zeros/],
  ] as const) {
    it(`notices another ${what} (${value}) in the header of one, and recovers every point`, async () => {
      const folder = await twins();
      const all = await pointsIn(folder);
      const points = fileOf(folder, runA, 'points');
      await change(points, offset, value);
      const at = offset === 3 ? 0 : offset === 13 ? 12 : offset;
      const { findings } = await checkStore(folder);
      assert.deepEqual(places(findings), [[points, at]]);
      assert.match(findings[0]?.what ?? '', words);
      const { lost, mended, folder: to } = await repair(folder);
      assert.deepEqual([lost, places(mended)], [[], [[points, at]]]);
      assert.match(mended[0]?.what ?? '', /header was made anew; all points behind it are whole/);
      assert.deepEqual(await pointsIn(to), all);
      const store = await scene.open(folder);
      assert.throws(
        () => history(store, 'loss', runA),
        (error) =>
          value === 2
            ? error instanceof StoreVersionError && error.file === points && error.found === 2
            : error instanceof StoreDamagedError && error.file === points && error.offset === at,
      );
      assert.deepEqual(history(store, 'loss', runB), all[2]);
    });
  }

  it('recovers the points whose checksums are right behind a damaged header, and says which are not', async () => {
    const folder = await twins();
    const points = fileOf(folder, runA, 'points');
    await change(points, 0, 0);
    await change(points, 60, 0xa5);
    const { lost, folder: to } = await repair(folder);
    assert.ok(
      lost.some(({ file, offset }) => file === points && offset === 16),
      JSON.stringify(lost),
    );
    const [loss = [], acc = []] = await pointsIn(to);
    assert.ok(loss.length + acc.length >= 2 * steps - smallSizes.block && loss.length + acc.length < 2 * steps);
  });

  it('loses nothing where a run goes on logging whose points’ file has a damaged header', async () => {
    const folder = await twins();
    const all = await pointsIn(folder);
    await change(fileOf(folder, runA, 'points'), 0, 0);
    const store = await scene.open(folder);
    const more = Array.from({ length: steps }, (_, step) => metric('more', step / 3, step));
    await log(store, { metrics: more }, runA);
    await store.close();
    const { lost, folder: to } = await repair(folder);
    assert.deepEqual(lost, []);
    assert.deepEqual(await pointsIn(to), all);
    assert.deepEqual(history(await scene.open(to), 'more', runA), more);
  });

  it('notes a damaged header of a file of which no database speaks, and writes the file anew', async () => {
    const folder = await scene.folder();
    const store = await scene.open(folder);
    await createRun(store, runA);
    await log(store, { metrics: [metric('loss', 1, 1), metric('loss', 2, 2)] }, runA);
    await store.close();
    // As a loss of power may leave it: long enough, but with nothing of what was written.
    await writeFile(fileOf(folder, runA, 'points'), Buffer.alloc(200, 7));
    const { findings } = await checkStore(folder);
    assert.deepEqual(
      findings.map(({ severity, file }) => [severity, file]),
      [['note', fileOf(folder, runA, 'points')]],
    );
    const again = await scene.open(folder);
    const more = Array.from({ length: steps }, (_, i) => metric('loss', i, 10 + i));
    await log(again, { metrics: more }, runA);
    await again.close();
    assert.deepEqual((await checkStore(folder)).findings, []);
    assert.equal(history(await scene.open(folder), 'loss', runA).length, 2 + steps);
  });

  for (const endings of [['sqlite'], ['points'], ['sqlite', 'points']] as const) {
    it(`gives histories that swapped their names (${endings.join(', ')}) back to their runs`, async () => {
      const folder = await twins();
      const all = await pointsIn(folder);
      for (const ending of endings) {
        await swap(folder, ending);
      }
      const swapped = [runA, runB].flatMap((run) => endings.map((ending) => fileOf(folder, run, ending)));
      const { findings } = await checkStore(folder);
      const named = new Set(findings.filter(({ severity }) => severity === 'damage').map(({ file }) => file));
      const told = [runA, runB].map((run) => fileOf(folder, run, endings[0]));
      assert.deepEqual([...named].sort(), told);
      const { lost, mended, folder: to } = await repair(folder);
      assert.deepEqual(lost, []);
      assert.deepEqual(mended.map(({ file }) => file).sort(), swapped.sort());
      mended.forEach(({ file, what }) => {
        const owner = path.basename(file).startsWith('a') ? runB : runA;
        assert.equal(what, `It is of run ${owner}, and has the name of this run in the new store.`);
      });
      assert.deepEqual(await pointsIn(to), all);
    });
  }

  it('gives no points of the other run to one whose own are damaged besides', async () => {
    const folder = await twins();
    const all = await pointsIn(folder);
    await swap(folder, 'points');
    // Now of run b.
    await change(fileOf(folder, runA, 'points'), 60, 0xa5);
    const { lost, folder: to } = await repair(folder);
    assert.ok(lost.some(({ file }) => file === fileOf(folder, runA, 'points')));
    const found = await pointsIn(to);
    assert.deepEqual(found.slice(0, 2), all.slice(0, 2));
    const known = new Set(
      all
        .slice(2)
        .flat()
        .map((point) => JSON.stringify(point)),
    );
    const ofB = found.slice(2).flat();
    assert.ok(ofB.length >= 2 * steps - smallSizes.block);
    ofB.forEach((point) => assert.ok(known.has(JSON.stringify(point)), JSON.stringify(point)));
  });

  it('recovers a history by its own name where the other run’s is gone', async () => {
    const folder = await twins();
    const all = await pointsIn(folder);
    await swap(folder, 'sqlite');
    await rm(fileOf(folder, runB, 'sqlite'));
    const { lost, folder: to } = await repair(folder);
    assert.ok(lost.length > 0);
    assert.deepEqual((await pointsIn(to)).slice(2), all.slice(2));
  });
});
