import assert from 'node:assert/strict';
import { readdir, readFile, rm, truncate, unlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { crc32 } from 'node:zlib';
import type { Metric } from '../../../src/core/model';
import { checkStore } from '../../../src/server/store/check';
import { scanSegment } from '../../../src/server/store/journalFormat';
import { lockName } from '../../../src/server/store/lock';
import { repairStore, type RepairReport } from '../../../src/server/store/repair';
import type { Store } from '../../../src/server/store/types';
import { artifactRoot, createRun, FaultyFiles, history, log, metric, Scene, systemError } from './support';

const scene = new Scene();
/** Lives as long as all tests. */
const lasting = new Scene();
const runs = ['a', 'b', 'c'].map((letter) => letter.repeat(32));
const [runA = '', runB = '', runC = ''] = runs;
const keys = ['loss', 'acc', 'one', 'late'];

const points = (from: number, to: number, key = 'loss'): Metric[] =>
  Array.from({ length: to - from }, (_, i) => metric(key, (from + i) / 7, from + i, 1_000 + from + i));

/** What a server leaves that was killed: catalog, two histories, two segments of the journal with several frames. */
async function killedStore(): Promise<string> {
  const faulty = new FaultyFiles();
  const folder = await scene.folder();
  const store = await scene.open(folder, faulty.files);
  await store.write({ kind: 'createExperiment', name: 'vision', artifactLocation: undefined, tags: [], time: 5 });
  await createRun(store, runA);
  await createRun(store, runB, '1');
  const params = [{ key: 'lr', value: '0.1' }];
  await log(store, { metrics: [...points(0, 2000), metric('one', NaN, 5)], params, tags: params }, runA);
  await log(store, { metrics: [...points(0, 50), ...points(0, 50, 'acc')], params }, runB);
  await store.write({ kind: 'createRegisteredModel', name: 'net', description: 'd', tags: params, time: 7 });
  await store.checkpoint();
  await log(store, { metrics: points(2000, 2010) }, runA);
  await log(store, { metrics: points(0, 30, 'late') }, runA);
  await log(store, { metrics: points(50, 60) }, runB);
  faulty.fault = (operation, file) =>
    operation === 'open' && file.endsWith('.sqlite.tmp') ? systemError('EIO') : undefined;
  await assert.rejects(store.checkpoint());
  faulty.fault = () => undefined;
  await createRun(store, runC);
  await log(store, { metrics: points(0, 40), tags: [{ key: 't', value: 'u' }] }, runC);
  await log(store, { metrics: points(60, 70) }, runB);
  return scene.copy(folder);
}

/** All that the tests ask of a store. */
function inventory(store: Store) {
  return {
    vision: store.getExperimentByName('vision'),
    runs: new Map(runs.flatMap((id) => [[id, store.getRun(id)] as const]).filter(([, run]) => run !== undefined)),
    model: store.registry.model('net'),
    points: new Map(
      runs.flatMap((id) =>
        keys.map((key) => [`${id} ${key}`, store.getRun(id) ? history(store, key, id) : []] as const),
      ),
    ),
  };
}

async function filesOf(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((each) => each.isFile()).map((each) => path.join(each.parentPath, each.name));
  return files.filter((file) => !path.basename(file).startsWith('lock')).sort();
}

async function contents(folder: string): Promise<Map<string, string>> {
  const files = await filesOf(folder);
  const all = await Promise.all(files.map(async (file) => [file, (await readFile(file)).toString('base64')] as const));
  return new Map(all);
}

async function fill(file: string, offset: number, length: number): Promise<void> {
  const bytes = await readFile(file);
  for (let i = offset; i < Math.min(offset + length, bytes.length); i++) {
    bytes.writeUInt8(bytes.readUInt8(i) ^ 0xa5, i);
  }
  await writeFile(file, bytes);
}

/** Check tells of the file, repair makes a store that reads; neither changes the damaged one. */
async function repaired(
  folder: string,
  damaged: string,
  isLost = true,
): Promise<{ report: RepairReport; found: ReturnType<typeof inventory> }> {
  const before = await contents(folder);
  const { findings } = await checkStore(folder);
  const damage = findings.filter(({ severity }) => severity === 'damage');
  assert.ok(damage.length > 0, `${damaged}: nothing found`);
  assert.ok(
    damage.every(({ file }) => file === damaged),
    `${damaged}: ${JSON.stringify(damage)}`,
  );
  const to = path.join(await scene.folder(), 'new');
  const report = await repairStore({ folder, to, artifactRoot, runsWithArtifacts: new Map() });
  assert.equal(report.lost.length > 0, isLost, `${damaged}: ${JSON.stringify(report.lost)}`);
  assert.deepEqual(await contents(folder), before);
  assert.deepEqual((await checkStore(to)).findings, []);
  const store = await scene.open(to);
  const found = inventory(store);
  await log(store, { metrics: [metric('more', 1), metric('more', 2, 1)] }, [...found.runs.keys()][0] ?? '');
  await store.close();
  return { report, found };
}

/** Nothing is there that was not logged. */
function nothingInvented(found: ReturnType<typeof inventory>, all: ReturnType<typeof inventory>): void {
  for (const [name, values] of found.points) {
    const known = new Set(all.points.get(name)?.map((point) => JSON.stringify(point)));
    values.forEach((point) => assert.ok(known.has(JSON.stringify(point)), `${name}: ${JSON.stringify(point)}`));
  }
}

describe('Store: check and repair', () => {
  afterEach(() => scene.end());

  let killed = '';
  before(async () => {
    killed = await lasting.copy(await killedStore());
    // The file system gives the number of the original's lock file to a later one, which may be a copy's: the copy would then look
    // like the original, held by this very process, which lives.
    await rm(path.join(killed, lockName), { force: true });
    await scene.end();
  });
  after(() => lasting.end());
  const source = (): Promise<string> => scene.copy(killed);

  it('finds nothing wrong with a sound store, and repairs it into the same', async () => {
    const folder = await source();
    const { findings, files } = await checkStore(folder);
    assert.deepEqual(findings, []);
    assert.equal(files, 5);
    const to = path.join(await scene.folder(), 'new');
    const report = await repairStore({ folder, to, artifactRoot, runsWithArtifacts: new Map() });
    assert.deepEqual(report.lost, []);
    assert.deepEqual([report.experiments, report.runs, report.points], [2, 3, 2010 + 1 + 30 + 70 + 50 + 40]);
    assert.deepEqual(inventory(await scene.open(to)), inventory(await scene.open(folder)));
  });

  it('says of a store that is open who has it, and of a folder without a store that there is none', async () => {
    const { folder, store } = await scene.withRun();
    await assert.rejects(checkStore(folder), new RegExp(`in use by process ${process.pid}`));
    await store.close();
    const to = path.join(folder, 'inside');
    const options = { to, artifactRoot, runsWithArtifacts: new Map<string, string>() };
    await assert.rejects(repairStore({ folder, ...options }), /must not be inside/);
    await assert.rejects(repairStore({ folder, ...options, to: path.dirname(folder) }), /is not empty/);
    const empty = await scene.folder();
    for (const missing of [empty, path.join(empty, 'missing')]) {
      await assert.rejects(checkStore(missing), /There is no store/);
      await assert.rejects(
        repairStore({ folder: missing, ...options, to: path.join(empty, 'x') }),
        /There is no store/,
      );
      assert.deepEqual(await readdir(empty), []);
    }
  });

  it('says of a store that a newer version wrote that it did, not that it is damaged', async () => {
    for (const name of ['catalog.sqlite', 'journal']) {
      const folder = await source();
      const [file = ''] = await filesOf(path.join(folder, name === 'journal' ? name : ''));
      const newer = name === 'journal' ? file : path.join(folder, name);
      const bytes = await readFile(newer);
      if (name === 'journal') {
        bytes.writeUInt32LE(2, 8);
        bytes.writeUInt32LE(crc32(bytes.subarray(0, 24)), 24);
      } else {
        bytes.writeUInt8(2, 71);
        bytes.writeUInt32BE(0, 60);
        bytes.writeUInt32BE(crc32(bytes), 60);
      }
      await writeFile(newer, bytes);
      await assert.rejects(checkStore(folder), /written by a newer version of Labbook: .* has format 2/);
    }
  });

  it('tells of a torn end, which is no damage', async () => {
    const folder = await source();
    const file = (await filesOf(path.join(folder, 'journal'))).at(-1) ?? '';
    const bytes = await readFile(file);
    const last = scanSegment(bytes).frames.at(-1)?.offset ?? 0;
    await truncate(file, bytes.length - 3);
    const [finding, ...more] = (await checkStore(folder)).findings;
    assert.deepEqual([finding?.severity, finding?.file, finding?.offset, more], ['note', file, last, []]);
    assert.match(finding?.what ?? '', /torn/);
    await (await scene.open(folder)).close();
    assert.match((await checkStore(folder)).findings[0]?.file ?? '', /torn-\d+-\d+\.bin$/);
  });

  for (const [where, offset, length] of [
    ['SQLite’s header', 0, 60],
    ['Labbook’s mark', 68, 4],
    ['the checksum', 60, 4],
    ['one bit in the middle', 9_000, 1],
    ['page 1', 100, 3_900],
    ['a page in the middle', 12_288, 4_096],
    ['everything behind the first page', 4_096, 1e9],
    ['everything', 0, 1e9],
  ] as const) {
    it(`gets what can be read out of a history that is damaged in ${where}`, async () => {
      const folder = await source();
      const all = inventory(await scene.open(await source()));
      const file = path.join(folder, 'history', `${runA}.sqlite`);
      await fill(file, offset, length);
      const { report, found } = await repaired(folder, file);
      nothingInvented(found, all);
      // All but the points of one run.
      assert.deepEqual(found.vision, all.vision);
      assert.deepEqual(found.model, all.model);
      for (const id of [runB, runC]) {
        assert.deepEqual(found.runs.get(id), all.runs.get(id));
        keys.forEach((key) => assert.deepEqual(found.points.get(`${id} ${key}`), all.points.get(`${id} ${key}`)));
      }
      assert.deepEqual(found.runs.get(runA)?.params, all.runs.get(runA)?.params);
      assert.deepEqual(found.runs.get(runA)?.metrics, all.runs.get(runA)?.metrics);
      // What the journal has of it, and the newest point, which the catalog has.
      assert.equal(found.points.get(`${runA} late`)?.length, 30);
      assert.ok((found.points.get(`${runA} loss`)?.length ?? 0) >= 10);
      if (length <= 60) {
        assert.equal(found.points.get(`${runA} loss`)?.length, offset === 0 ? 10 : 2010);
      }
      assert.ok(report.lost.some(({ file: each }) => each === file));
    });
  }

  for (const [where, offset, length] of [
    ['SQLite’s header', 0, 60],
    ['Labbook’s mark', 68, 4],
    ['one bit in the middle', 30_000, 1],
    ['a page in the middle', 8_192, 4_096],
    ['its second half', 60_000, 1e9],
    ['everything', 0, 1e9],
  ] as const) {
    it(`gets what can be read out of a store whose catalog is damaged in ${where}`, async () => {
      const folder = await source();
      const all = inventory(await scene.open(await source()));
      const file = path.join(folder, 'catalog.sqlite');
      await fill(file, offset, length);
      const { found } = await repaired(folder, file);
      nothingInvented(found, all);
      // The points of every run that had some in a file, whatever became of the catalog.
      for (const name of [`${runA} loss`, `${runB} acc`] as const) {
        assert.ok((found.points.get(name)?.length ?? 0) >= 50, name);
      }
      if (length <= 4) {
        assert.deepEqual({ ...found, runs: [...found.runs.keys()] }, { ...all, runs });
      }
    });
  }

  it('gets what is left out of a store without a catalog, without a history, without a segment', async () => {
    const all = inventory(await scene.open(await source()));
    for (const name of ['catalog.sqlite', `history/${runB}.sqlite`, 'journal']) {
      const folder = await source();
      const file = name === 'journal' ? ((await filesOf(path.join(folder, name)))[0] ?? '') : path.join(folder, name);
      await unlink(file);
      const { findings } = await checkStore(folder);
      assert.ok(
        findings.some(({ severity }) => severity === 'damage'),
        name,
      );
      const to = path.join(await scene.folder(), 'new');
      const report = await repairStore({ folder, to, artifactRoot, runsWithArtifacts: new Map() });
      assert.ok(report.lost.length > 0);
      assert.deepEqual((await checkStore(to)).findings, []);
      const found = inventory(await scene.open(to));
      nothingInvented(found, all);
      assert.ok((found.points.get(`${runA} loss`)?.length ?? 0) >= 2000, name);
    }
  });

  it('gets all but the damaged frame out of a journal', async () => {
    const folder = await source();
    const all = inventory(await scene.open(await source()));
    for (const file of await filesOf(path.join(folder, 'journal'))) {
      const { frames } = scanSegment(await readFile(file));
      const last = file === (await filesOf(path.join(folder, 'journal'))).at(-1);
      for (const [i, frame] of frames.entries()) {
        for (const at of i % 2 === 0 ? [0, 9, 24 + frame.payload.length - 1] : [5, 17]) {
          if (last && i === frames.length - 1) {
            continue;
          }
          const copy = await source();
          const damaged = path.join(copy, path.relative(folder, file));
          await fill(damaged, frame.offset + at, 1);
          const { findings } = await checkStore(copy);
          assert.deepEqual([findings[0]?.file, findings[0]?.offset], [damaged, frame.offset]);
          const { found } = await repaired(copy, damaged);
          nothingInvented(found, all);
          const count = (each: typeof all) => [...each.points.values()].reduce((sum, { length }) => sum + length, 0);
          assert.ok(count(found) >= count(all) - 40, `${count(found)} of ${count(all)}`);
        }
      }
      const copy = await source();
      const damaged = path.join(copy, path.relative(folder, file));
      await fill(damaged, 3, 10);
      // The frames behind the header are whole.
      const { found } = await repaired(copy, damaged, false);
      assert.deepEqual(found.points, all.points);
    }
  }).timeout(60_000);

  it('gets all points but those of the damaged frame, whichever of a metric’s it has', async () => {
    const folder = await scene.folder();
    const store = await scene.open(folder);
    await createRun(store, runA);
    // The first, the second, more, and several at first; what else is logged with them comes through, too.
    const batches = [
      [metric('one', 0), metric('loss', 1, 1)],
      [metric('acc', 1, 1), metric('loss', 2, 2), metric('late', 1), metric('late', 2, 1)],
      [metric('acc', 2, 2), metric('loss', 3, 3), metric('loss', 4, 4)],
      [metric('acc', 3, 3), metric('loss', 0, 0), metric('late', 3, 3)],
      [metric('acc', 4, 4), metric('loss', 5, 5)],
    ];
    for (const [i, metrics] of batches.entries()) {
      await log(store, { metrics, params: [{ key: `p${i}`, value: 'v' }] }, runA);
    }
    const copies = await Promise.all(batches.map(() => scene.copy(folder)));
    await store.close();
    for (const [lost, copy] of copies.entries()) {
      await rm(path.join(copy, lockName), { force: true });
      const [segment = ''] = await filesOf(path.join(copy, 'journal'));
      const { frames } = scanSegment(await readFile(segment));
      const isLast = lost === batches.length - 1;
      const frame = frames[frames.length - batches.length + lost];
      await fill(segment, frame?.offset ?? 0, 1);
      if (isLast) {
        // Nothing follows it: it is torn, not damaged.
        continue;
      }
      const { found } = await repaired(copy, segment);
      const left = batches.filter((_, i) => i !== lost);
      // The second point of a metric comes with the first, which is in the catalog only until then.
      const firsts = [[metric('loss', 1, 1)], [metric('acc', 1, 1)]];
      const told = [...left, ...(firsts[lost] ?? [])].flat();
      for (const key of keys) {
        const expected = told.filter((each) => each.key === key);
        const sorted = expected.sort((a, b) => Number(a.step) - Number(b.step));
        assert.deepEqual(found.points.get(`${runA} ${key}`), sorted, `${key} without batch ${lost}`);
        const latest = found.runs.get(runA)?.metrics.find((each) => each.key === key);
        assert.deepEqual(latest, sorted.at(-1));
      }
      const params = found.runs.get(runA)?.params.map(({ key }) => key);
      assert.deepEqual(
        params,
        batches.flatMap((_, i) => (i === lost ? [] : [`p${i}`])),
      );
    }
  });

  it('makes runs again of which only points or artifacts are left', async () => {
    const folder = await source();
    await unlink(path.join(folder, 'catalog.sqlite'));
    const lonely = 'd'.repeat(32);
    const uri = `${artifactRoot}/4/${lonely}/artifacts`;
    const to = path.join(await scene.folder(), 'new');
    await repairStore({ folder, to, artifactRoot, runsWithArtifacts: new Map([[lonely, uri]]) });
    const store = await scene.open(to);
    assert.equal(store.getRunInfo(lonely)?.artifactUri, uri);
    assert.equal(store.getRunInfo(lonely)?.status, 'FAILED');
    const experiment = store.getExperiment(store.getRunInfo(runA)?.experimentId ?? '');
    assert.match(experiment?.name ?? '', /^Recovered/);
    assert.equal(history(store, 'loss', runA).length, 2010);
  });
});
