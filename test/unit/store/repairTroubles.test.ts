import assert from 'node:assert/strict';
import { copyFile, readdir, readFile, rm, truncate, unlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { crc32 } from 'node:zlib';
import { checkStore } from '../../../src/server/store/check';
import { repairStore, type RepairReport } from '../../../src/server/store/repair';
import { artifactRoot, createRun, FaultyFiles, history, log, metric, Scene, smallSizes, systemError } from './support';

const scene = new Scene(smallSizes);
const [runA, runB] = ['a'.repeat(32), 'b'.repeat(32)];

/** A store that ended cleanly: two runs, the first with points in both of its files. */
async function cleanStore(): Promise<string> {
  const folder = await scene.folder();
  const store = await scene.open(folder);
  await createRun(store, runA);
  await createRun(store, runB);
  const steps = (key: string, count: number) => Array.from({ length: count }, (_, i) => metric(key, i / 7, i));
  const params = Array.from({ length: 50 }, (_, i) => ({ key: `param${i}`, value: 'v'.repeat(400) }));
  await log(store, { metrics: steps('loss', 50), params }, runA);
  await log(store, { metrics: steps('acc', 5), params }, runB);
  await store.close();
  return folder;
}

const fileOf = (folder: string, run: string, ending = 'sqlite'): string =>
  path.join(folder, 'history', `${run}.${ending}`);

async function repair(folder: string, files?: FaultyFiles): Promise<RepairReport> {
  const to = path.join(await scene.folder(), 'new');
  return repairStore({ folder, to, artifactRoot, runsWithArtifacts: new Map() }, files?.files);
}

describe('Store: check and repair in trouble', () => {
  afterEach(() => scene.end());

  it('leaves nothing where the disk gets full, and says so; the same folder does when there is room', async () => {
    const folder = await cleanStore();
    const to = path.join(await scene.folder(), 'new');
    const options = { folder, to, artifactRoot, runsWithArtifacts: new Map<string, string>() };
    for (const full of [`${runA}.sqlite.tmp`, `${runA}.points.tmp`, 'catalog.sqlite.tmp']) {
      const faulty = new FaultyFiles();
      faulty.fault = (operation, file) =>
        operation === 'append' && file === path.join(to, full.startsWith('c') ? '' : 'history', full)
          ? systemError('ENOSPC')
          : undefined;
      await assert.rejects(repairStore(options, faulty.files), (error) => {
        assert.ok(error instanceof Error);
        assert.match(error.message, /has no room for the new store .*new.*The old one was left as it is\. .*more room/);
        return true;
      });
      assert.deepEqual(await readdir(to), []);
    }
    assert.deepEqual((await repairStore(options)).lost, []);
  });

  it('refuses a journal that a newer version wrote, and leaves nothing', async () => {
    const folder = await scene.folder();
    const store = await scene.open(folder);
    await createRun(store, runA);
    const killed = await scene.copy(folder);
    await store.close();
    const [name = ''] = await readdir(path.join(killed, 'journal'));
    const file = path.join(killed, 'journal', name);
    const bytes = await readFile(file);
    bytes.writeUInt32LE(2, 8);
    bytes.writeUInt32LE(crc32(bytes.subarray(0, 24)), 24);
    await writeFile(file, bytes);
    const to = path.join(await scene.folder(), 'new');
    const options = { folder: killed, to, artifactRoot, runsWithArtifacts: new Map<string, string>() };
    await assert.rejects(repairStore(options), /written by a newer version of Labbook: .*\.log has format 2/);
    assert.deepEqual(await readdir(to), []);
  });

  it('takes no points of another run for those of the run whose name a file got', async () => {
    const folder = await cleanStore();
    const file = fileOf(folder, runA);
    await copyFile(fileOf(folder, runB), file);
    const { findings } = await checkStore(folder);
    assert.deepEqual(
      findings.map((each) => each.file),
      [file],
    );
    const { folder: to, lost } = await repair(folder);
    assert.ok(lost.some((each) => each.file === file && each.what.includes(`are those of run ${runB}`)));
    assert.ok(
      lost.every((each) => each.file.startsWith(folder)),
      'it names files of the new store',
    );
    const store = await scene.open(to);
    assert.deepEqual(
      store.getRun(runA)?.metrics.map(({ key }) => key),
      ['loss'],
    );
    assert.equal(history(store, 'acc', runB).length, 5);
  });

  it('reads what is left of a catalog that was cut off, and says in one line that one is empty', async () => {
    const folder = await cleanStore();
    const catalog = path.join(folder, 'catalog.sqlite');
    const { length } = await readFile(catalog);
    // The params, which came last, are behind everything else.
    await truncate(catalog, length - 4096);
    const cut = await repair(folder);
    assert.deepEqual([cut.runs, cut.points], [2, 55]);
    assert.ok(cut.lost.length > 0);
    const store = await scene.open(cut.folder);
    assert.equal(store.getRunInfo(runA)?.name, 'first');
    await writeFile(catalog, '');
    const empty = await repair(folder);
    assert.deepEqual(
      empty.lost.filter(({ what }) => !what.startsWith('Of run ')).map(({ what }) => what),
      ['It is empty.'],
    );
  });

  for (const [what, damage] of [
    ['cut off before the last page of its schema', (bytes: Buffer) => bytes.subarray(0, 12 * 4096)],
    ['damaged in a page of its schema', (bytes: Buffer) => bytes.fill(0xa5, 22 * 4096, 23 * 4096)],
    ['damaged in SQLite’s header', (bytes: Buffer) => bytes.fill(0xa5, 0, 60)],
  ] as const) {
    it(`finds the tables of a catalog that is ${what}, and runs that only other files know`, async () => {
      const folder = await cleanStore();
      const catalog = path.join(folder, 'catalog.sqlite');
      const bytes = await readFile(catalog);
      const whole = bytes.length;
      const left = damage(bytes);
      await writeFile(catalog, left);
      const lonely = 'd'.repeat(32);
      const uri = `${artifactRoot}/4/${lonely}/artifacts`;
      const to = path.join(await scene.folder(), 'new');
      const report = await repairStore({ folder, to, artifactRoot, runsWithArtifacts: new Map([[lonely, uri]]) });
      assert.deepEqual([report.runs, report.points], [3, 55]);
      const store = await scene.open(to);
      assert.deepEqual(
        [runA, runB].map((run) => [store.getRunInfo(run)?.name, store.getRunInfo(run)?.experimentId]),
        [
          ['first', '0'],
          ['first', '0'],
        ],
      );
      const ofLonely = store.getRunInfo(lonely)?.experimentId ?? '';
      assert.match(store.getExperiment(ofLonely)?.name ?? '', /^Recovered runs /);
      const lost = report.lost.map(({ what: each }) => each);
      assert.ok(lost.some((each) => each.includes(`Of run ${lonely} only`)));
      if (left.length === whole) {
        assert.equal(store.getRun(runB)?.params.length, 50);
      } else {
        assert.ok(lost.some((each) => /^Of the table params only \d+ rows could be read/.test(each)));
      }
    });
  }

  it('says once that a history is missing, and notes that the journal’s folder is', async () => {
    const folder = await cleanStore();
    await unlink(fileOf(folder, runA));
    await unlink(fileOf(folder, runA, 'points'));
    await rm(path.join(folder, 'journal'), { recursive: true });
    const { findings } = await checkStore(folder);
    assert.deepEqual(
      findings.map(({ severity, file }) => [severity, file]),
      [
        ['note', path.join(folder, 'journal')],
        ['damage', fileOf(folder, runA)],
      ],
    );
    assert.match(findings[1]?.what ?? '', /^It is missing, with the points of run a+\.$/);
  });

  it('names the file that it may not read, once, and says who may', async () => {
    const folder = await cleanStore();
    const points = fileOf(folder, runA, 'points');
    const faulty = new FaultyFiles();
    faulty.fault = (operation, file) =>
      operation.startsWith('read') && file === points
        ? Object.assign(systemError('EACCES'), { path: points })
        : undefined;
    const reports = [(await checkStore(folder, faulty.files)).findings, (await repair(folder, faulty)).lost];
    for (const findings of reports) {
      const [first, ...more] = findings.filter(({ what }) => !what.startsWith('Of metric'));
      assert.deepEqual([first?.file, more], [points, []]);
      assert.match(first?.what ?? '', /^It cannot be read: .*EACCES.* as the user who owns it\.$/);
    }
  });
});
