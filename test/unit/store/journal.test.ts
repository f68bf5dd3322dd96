import assert from 'node:assert/strict';
import { readdir, readFile, truncate, unlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { crc32 } from 'node:zlib';
import { decodeEffects, type Effect, encodeEffects } from '../../../src/server/store/effects';
import { headerSize, readSegment, segmentHeader } from '../../../src/server/store/journalFormat';
import { history, log, metric, Scene } from './support';

const scene = new Scene();

async function segmentsOf(folder: string): Promise<string[]> {
  const names = await readdir(path.join(folder, 'journal'));
  return names
    .filter((name) => name.endsWith('.log'))
    .sort()
    .map((name) => path.join(folder, 'journal', name));
}

async function onlySegment(folder: string): Promise<string> {
  const [file, ...rest] = await segmentsOf(folder);
  assert.ok(file !== undefined && rest.length === 0);
  return file;
}

/** Content of every file below the folder, by relative path, without those of the lock. */
async function snapshot(folder: string): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isFile() && !entry.name.startsWith('lock')) {
      const file = path.join(entry.parentPath, entry.name);
      files.set(path.relative(folder, file), (await readFile(file)).toString('latin1'));
    }
  }
  return files;
}

/** Opening is refused, in these words, and changes nothing. */
async function damaged(folder: string, words: RegExp, file: string): Promise<void> {
  const before = await snapshot(folder);
  await assert.rejects(scene.open(folder), (error) => {
    assert.ok(error instanceof Error);
    assert.match(error.message, words);
    assert.match(error.message, /damaged|torn|checksum/);
    assert.match(error.message, /offset \d+/);
    assert.ok(error.message.includes(file), error.message);
    return true;
  });
  assert.deepEqual(await snapshot(folder), before);
}

async function flip(file: string, offset: number): Promise<void> {
  const bytes = await readFile(file);
  bytes.writeUInt8(bytes.readUInt8(offset) ^ 1, offset);
  await writeFile(file, bytes);
}

const valuesOf = (store: Parameters<typeof history>[0]): number[] => history(store, 'm').map(({ value }) => value);

/** A store that was killed after five points were logged one by one, and where in its segment each frame begins. */
async function killed(): Promise<{ folder: string; file: string; starts: number[] }> {
  const { folder, store } = await scene.withRun();
  const starts: number[] = [];
  const file = await onlySegment(folder);
  for (let i = 0; i < 5; i++) {
    starts.push((await readFile(file)).length);
    await log(store, { metrics: [metric('m', i, i)] });
  }
  const copy = await scene.copy(folder);
  return { folder: copy, file: await onlySegment(copy), starts };
}

describe('Store: journal', () => {
  afterEach(() => scene.end());

  it('cuts a last frame off that is torn at any byte, keeps it aside and says so', async () => {
    const { folder, file, starts } = await killed();
    const bytes = await readFile(file);
    const last = starts[4] ?? 0;
    for (let size = last; size < bytes.length; size++) {
      const segment = readSegment(file, bytes.subarray(0, size), 1, undefined);
      assert.deepEqual([segment.end, segment.frames.length], [last, 5]);
    }
    const sizes = Array.from({ length: 8 }, (_, i) => last + Math.floor((i * (bytes.length - 1 - last)) / 7));
    for (const size of sizes) {
      const copy = await scene.copy(folder);
      await truncate(await onlySegment(copy), size);
      const store = await scene.open(copy);
      assert.deepEqual(valuesOf(store), [0, 1, 2, 3]);
      assert.equal(store.warnings.length, size === last ? 0 : 1);
      const kept = (await readdir(path.join(copy, 'journal'))).filter((name) => /^torn-6-\d+\.bin$/.test(name));
      assert.equal(kept.length, size === last ? 0 : 1);
      for (const name of kept) {
        assert.match(store.warnings[0] ?? '', new RegExp(`torn.*offset ${last}.*${name}`));
        // Zeros at its end are no more than room.
        const rest = bytes.subarray(last, size);
        const end = rest.findLastIndex((byte) => byte !== 0) + 1;
        assert.deepEqual(await readFile(path.join(copy, 'journal', name)), rest.subarray(0, end));
      }
      await log(store, { metrics: [metric('m', 9, 9)] });
      const again = await scene.open(await scene.copy(copy));
      assert.deepEqual(valuesOf(again), [0, 1, 2, 3, 9]);
      assert.deepEqual(again.warnings, []);
    }
  });

  it('cuts a last frame off whose bytes were not all written; where they are all zero there is nothing to tell', async () => {
    for (const zeros of [false, true]) {
      const { folder, file, starts } = await killed();
      const bytes = await readFile(file);
      if (zeros) {
        bytes.fill(0, starts[4]);
        await writeFile(file, bytes);
      } else {
        await flip(file, bytes.length - 3);
      }
      const store = await scene.open(folder);
      assert.deepEqual(valuesOf(store), [0, 1, 2, 3]);
      assert.equal(store.warnings.length, zeros ? 0 : 1);
      assert.equal((await readFile(file)).length, starts[4]);
    }
  });

  it('removes a segment whose header is torn', async () => {
    for (const size of [0, 5, headerSize - 1]) {
      const { folder } = await killed();
      const file = path.join(folder, 'journal', '0000000000000007.log');
      await writeFile(file, segmentHeader(7).subarray(0, size));
      const store = await scene.open(folder);
      assert.deepEqual(valuesOf(store), [0, 1, 2, 3, 4]);
      assert.match(store.warnings[0] ?? '', /torn/);
      await log(store, { metrics: [metric('m', 9, 9)] });
      assert.deepEqual(valuesOf(await scene.open(await scene.copy(folder))), [0, 1, 2, 3, 4, 9]);
    }
  });

  it('refuses a flipped bit anywhere before the last frame', async () => {
    const { folder, starts } = await killed();
    const [, second = 0, third = 0] = starts;
    const offsets = [0, 9, 17, 25, ...Array.from({ length: (third - second) / 7 }, (_, i) => second + 7 * i)];
    for (const offset of offsets) {
      const copy = await scene.copy(folder);
      const file = await onlySegment(copy);
      await flip(file, offset);
      await damaged(copy, offset < headerSize ? /checksum|newer/ : new RegExp(`offset ${second}`), file).catch(
        (error) => {
          // A flipped bit of the format number reads as a newer format, which is refused in other words.
          assert.ok(offset === 9 && String(error).includes('newer version'), String(error));
        },
      );
    }
  });

  it('refuses a journal with a gap, between segments or before the first', async () => {
    const { folder, store } = await scene.withRun();
    await log(store, { metrics: [metric('m', 1)] });
    await store.close();
    const again = await scene.open(folder);
    await log(again, { metrics: [metric('m', 2, 2)] });
    const middle = await scene.copy(folder);
    await unlink(await onlySegment(middle));
    await writeFile(path.join(middle, 'journal', '0000000000000009.log'), segmentHeader(9));
    await damaged(middle, /changes 3 to 8 are missing/, '0000000000000009.log');

    const between = await scene.copy(folder);
    await writeFile(path.join(between, 'journal', '0000000000000007.log'), segmentHeader(7));
    await damaged(between, /changes 4 to 6 are missing/, '0000000000000003.log');
  });

  it('refuses a catalog that is missing or damaged, and a damaged or missing history', async () => {
    const { folder, store } = await scene.withRun();
    await log(store, { metrics: [metric('m', 1), metric('m', 2, 2)] });
    await store.checkpoint();
    await log(store, { metrics: [metric('m', 3, 3)] });
    const catalog = async (copy: string) => Promise.resolve(path.join(copy, 'catalog.sqlite'));
    const histories = async (copy: string) =>
      path.join(copy, 'history', (await readdir(path.join(copy, 'history')))[0] ?? 'none');
    for (const find of [catalog, histories]) {
      const size = (await readFile(await find(folder))).length;
      for (const offset of [0, 70, 1000, size - 1]) {
        const copy = await scene.copy(folder);
        const file = await find(copy);
        await flip(file, offset);
        await damaged(copy, /checksum|no database/, file);
      }
      const copy = await scene.copy(folder);
      const file = await find(copy);
      await unlink(file);
      await damaged(copy, /missing/, file);
    }
  });

  it('tells of missing points when they are asked for', async () => {
    const { folder, store } = await scene.withRun();
    await log(store, { metrics: [metric('m', 1), metric('m', 2, 2), metric('one', 1)] });
    await store.close();
    const names = await readdir(path.join(folder, 'history'));
    await unlink(path.join(folder, 'history', names[0] ?? 'none'));
    const again = await scene.open(folder);
    assert.equal(history(again, 'one').length, 1);
    assert.throws(() => history(again, 'm'), /damaged.*missing/);
    await assert.rejects(log(again, { metrics: [metric('m', 3, 3)] }), /damaged.*missing/);
    await log(again, { metrics: [metric('one', 2, 2)] });
    assert.equal(history(again, 'one').length, 2);
  });

  it('refuses a store from a newer version, whichever file says so', async () => {
    const { folder, store } = await scene.withRun();
    const newer = /newer version of Labbook/;
    const journal = await scene.copy(folder);
    const header = segmentHeader(1);
    header.writeUInt32LE(2, 8);
    header.writeUInt32LE(crc32(header.subarray(0, 24)), 24);
    await writeFile(await onlySegment(journal), header);
    await assert.rejects(scene.open(journal), newer);

    await store.close();
    const catalog = path.join(folder, 'catalog.sqlite');
    const bytes = await readFile(catalog);
    bytes.writeUInt8(2, 71);
    await writeFile(catalog, bytes);
    await assert.rejects(scene.open(folder), newer);
  });

  it('reads a segment up to where the next one begins: what follows was refused', () => {
    const header = segmentHeader(1);
    const rubbish = Buffer.from('half a frame');
    assert.equal(readSegment('f', Buffer.concat([header, rubbish]), 1, 1).end, headerSize);
    assert.throws(() => readSegment('f', Buffer.concat([header, rubbish]), 1, 2), /offset 28/);
  });

  it('writes every kind of change so that it reads the same', () => {
    const tags = [{ key: 'k', value: 'v' }];
    const effects: Effect[] = [
      { kind: 'createExperiment', id: 1, name: 'n', artifactLocation: 'a', tags, time: 2n ** 60n },
      { kind: 'renameExperiment', id: 1, name: 'm', time: 1700000000000 },
      { kind: 'deleteExperiment', id: 1, time: 1 },
      { kind: 'restoreExperiment', id: 1, time: 1 },
      { kind: 'setExperimentTag', id: 1, tag: { key: 'k', value: 'v' }, time: 1 },
      { kind: 'deleteExperimentTag', id: 1, key: 'k', time: 1 },
      { kind: 'createRun', runId: 'r', experimentId: 1, name: 'n', userId: '', startTime: -5, artifactUri: 'u', tags },
      { kind: 'updateRun', runId: 'r', status: 'FAILED', endTime: 5, name: 'x' },
      { kind: 'updateRun', runId: 'r' },
      { kind: 'deleteRun', runId: 'r', time: 1 },
      { kind: 'restoreRun', runId: 'r' },
      { kind: 'log', runId: 'r', metrics: [], params: tags, tags: [] },
      {
        kind: 'log',
        runId: 'r',
        metrics: [
          {
            key: 'a',
            mode: 'move',
            points: [metric('', NaN, 2n ** 62n, 1), metric('', -0, 2)].map(({ key: _, ...p }) => p),
          },
          { key: 'b', mode: 'single', points: [{ step: 0, timestamp: 0, value: 5e-324 }] },
        ],
        params: [],
        tags,
      },
      { kind: 'deleteTag', runId: 'r', key: 'k' },
    ];
    assert.deepStrictEqual(decodeEffects(encodeEffects(effects)), effects);
    assert.throws(() => decodeEffects(Buffer.from([0x91, 0x91, 0xa1, 0x78])), /unknown kind of change "x"/);
  });
});
