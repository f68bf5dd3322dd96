import assert from 'node:assert/strict';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import fc from 'fast-check';
import { checkStore } from '../../../src/server/store/check';
import { StoreDamagedError } from '../../../src/server/store/damage';
import type { StoreFiles } from '../../../src/server/store/files';
import { Journal, segmentName } from '../../../src/server/store/journal';
import {
  encodeFrame,
  headerSize,
  readSegment,
  scanSegment,
  segmentHeader,
} from '../../../src/server/store/journalFormat';
import { readJournal } from '../../../src/server/store/recover';
import { repairStore } from '../../../src/server/store/repair';
import { Room, type RoomSizes } from '../../../src/server/store/room';
import { openStore } from '../../../src/server/store/store';
import type { Store } from '../../../src/server/store/types';
import { chances } from './crash/chances';
import { type Asked, type DiskState, losePower, MemoryDisk } from './crash/memoryDisk';
import { artifactRoot, createRun, FaultyFiles, history, log, metric, Scene, systemError } from './support';

/** Room from the first frame on. */
const early: RoomSizes = { from: 0, large: 1000, frames: 1, left: 300, least: 2000, most: 2000 };
const folder = '/journal';
const segmentsIn = async (store: string): Promise<string[]> => {
  const names = await readdir(path.join(store, 'journal'));
  return names.filter((name) => name.endsWith('.log')).map((name) => path.join(store, 'journal', name));
};
const valuesOf = (store: Store): number[] => history(store, 'm').map(({ value }) => value);

describe('Store: room in the journal', () => {
  const scene = new Scene();
  afterEach(() => scene.end());

  /** A store whose journal has room behind six frames. */
  async function withRoom(faulty = new FaultyFiles()): Promise<{ at: string; store: Store; file: string }> {
    const at = await scene.folder();
    const store = await openStore({ folder: at, artifactRoot, room: early }, faulty.files);
    closing.push(store);
    await createRun(store);
    for (let i = 0; i < 5; i++) {
      await log(store, { metrics: [metric('m', i, i)] });
    }
    const [file = ''] = await segmentsIn(at);
    return { at, store, file };
  }
  const closing: Store[] = [];
  afterEach(() => Promise.all(closing.splice(0).map((store) => store.close())));

  it('is there after small frames, is no part of what is told, and goes when the store opens again', async () => {
    const { at, file } = await withRoom();
    const copy = await scene.copy(at);
    const bytes = await readFile(file);
    const { frames, end, written } = readSegment(file, bytes, 1, undefined);
    assert.equal(frames.length, 6);
    assert.ok(bytes.length - end > 300 && written === end, `${end} of ${bytes.length}`);
    assert.deepEqual((await checkStore(copy)).findings, []);

    const again = await scene.open(copy);
    assert.deepEqual(valuesOf(again), [0, 1, 2, 3, 4]);
    assert.deepEqual(again.warnings, []);
    assert.equal((await stat(path.join(copy, 'journal', segmentName(1)))).size, end);
  });

  it('tells how much is written, not how much there is room for', async () => {
    const disk = new MemoryDisk();
    await disk.files.makeFolder(folder);
    let writes = 0;
    disk.before = ({ operation }) => void (writes += operation === 'append' ? 1 : 0);
    const journal = new Journal(disk.files, folder, [{ first: 1, end: 500 }], { room: early });
    await journal.append(3, 1, Buffer.alloc(76));
    await journal.append(4, 1, Buffer.alloc(76));
    assert.equal(journal.size, 500 + headerSize + 200);
    // The header, two frames, and room once.
    assert.equal(writes, 4);
    journal.rotate();
    assert.equal(journal.size, 500 + headerSize + 200);
    await journal.append(5, 1, Buffer.alloc(76));
    await journal.removeUpTo(4);
    assert.equal(journal.size, headerSize + 100);
    await journal.close();
  });

  it('finds a torn frame in it, whichever of its sectors were written, and keeps what there is of it', async () => {
    const { at, file } = await withRoom();
    const bytes = await readFile(file);
    const { end, frames } = readSegment(file, bytes, 1, undefined);
    const last = frames.at(-1)?.offset ?? 0;
    for (const [from, to] of [
      [last, last + 1],
      [last, end - 1],
      [last + 20, last + 40],
      [end - 10, end - 9],
      [last, end],
    ] as const) {
      const copy = await scene.copy(at);
      const torn = Buffer.from(bytes).fill(bytes[from] === 0 ? 1 : 0, from, to);
      await writeFile(path.join(copy, 'journal', path.basename(file)), torn);
      const whole = to - from === end - last;
      const { findings } = await checkStore(copy);
      assert.deepEqual(
        findings.map(({ severity, offset }) => [severity, offset]),
        whole ? [] : [['note', last]],
      );
      const store = await scene.open(copy);
      assert.deepEqual(valuesOf(store), [0, 1, 2, 3]);
      assert.equal(store.warnings.length, whole ? 0 : 1);
      const kept = (await readdir(path.join(copy, 'journal'))).filter((name) => name.startsWith('torn-'));
      assert.equal(kept.length, whole ? 0 : 1);
      for (const name of kept) {
        const rest = await readFile(path.join(copy, 'journal', name));
        assert.ok(torn.subarray(last).indexOf(rest) === 0 && rest.length <= end - last && rest.at(-1) !== 0);
      }
      await log(store, { metrics: [metric('m', 9, 9)] });
      assert.deepEqual(valuesOf(await scene.open(await scene.copy(copy))), [0, 1, 2, 3, 9]);
    }
  });

  it('refuses a frame that became zeros while others follow, and repairs the rest', async () => {
    const { at, file } = await withRoom();
    const bytes = await readFile(file);
    const [, , , gone, next] = readSegment(file, bytes, 1, undefined).frames;
    assert.ok(gone !== undefined && next !== undefined);
    const copy = await scene.copy(at);
    const damaged = path.join(copy, 'journal', path.basename(file));
    await writeFile(damaged, bytes.fill(0, gone.offset, next.offset));
    await assert.rejects(
      scene.open(copy),
      (error) => error instanceof StoreDamagedError && error.file === damaged && error.offset === gone.offset,
    );
    assert.deepEqual(await readFile(damaged), bytes);
    const { findings } = await checkStore(copy);
    assert.deepEqual(
      findings.map(({ severity, offset }) => [severity, offset]),
      [['damage', gone.offset]],
    );
    const to = path.join(await scene.folder(), 'new');
    const report = await repairStore({ folder: copy, to, artifactRoot, runsWithArtifacts: new Map() });
    assert.equal(report.lost[0]?.offset, gone.offset);
    assert.deepEqual(valuesOf(await scene.open(to)), [0, 1, 3, 4]);
  });

  it('takes what a file system shows of older segments for rubbish, also where it is aligned', () => {
    const frame = (first: number): Buffer => encodeFrame(first, 1, Buffer.from('payload'));
    const old = Buffer.concat([frame(3), frame(4)]);
    for (const gap of [0, 7]) {
      const bytes = Buffer.concat([segmentHeader(10), frame(10), frame(11), Buffer.alloc(gap), old, Buffer.alloc(50)]);
      const { frames, end, written } = readSegment('f', bytes, 10, undefined);
      assert.deepEqual(
        frames.map(({ first }) => first),
        [10, 11],
      );
      assert.deepEqual([end, written], [headerSize + 62, bytes.length - 50]);
      assert.deepEqual(scanSegment(bytes).bad, [{ offset: end, end: written, isFollowed: false }]);
    }
  });

  it('is made anew after a frame that failed was cut off with it', async () => {
    const disk = new MemoryDisk();
    await disk.files.makeFolder(folder);
    const journal = new Journal(disk.files, folder, [], { room: early });
    await journal.append(1, 1, Buffer.alloc(76));
    await journal.append(2, 1, Buffer.alloc(76));
    disk.before = ({ operation }) => (operation === 'append' ? systemError('EIO') : undefined);
    disk.tornBytes = 50;
    await assert.rejects(journal.append(3, 1, Buffer.alloc(76)), /EIO/);
    disk.before = () => undefined;
    await journal.append(3, 1, Buffer.alloc(76));
    await journal.close();
    const facts = await disk.files.facts(`${folder}/${segmentName(1)}`);
    assert.equal(facts?.size, headerSize + 300 + early.least);
    const { segments, torn } = await readJournal(disk.files, folder);
    assert.deepEqual([segments[0]?.frames.length, torn], [3, undefined]);
  });

  it('is there before its file is closed', async () => {
    const disk = new MemoryDisk();
    await disk.files.makeFolder(folder);
    const written: number[] = [];
    const open: StoreFiles['open'] = async (...args) => {
      const file = await disk.files.open(...args);
      let writing = 0;
      return {
        ...file,
        writeSynced: async (...write) => {
          writing++;
          await file.writeSynced(...write);
          writing--;
        },
        close: () => {
          written.push(writing);
          return file.close();
        },
      };
    };
    const journal = new Journal({ ...disk.files, open }, folder, [], { room: early });
    await journal.append(1, 1, Buffer.alloc(76));
    journal.rotate();
    await journal.append(2, 1, Buffer.alloc(76));
    await journal.close();
    assert.deepEqual(written, [0, 0]);
  });

  it('is cut off again when it cannot be had, and writing goes on without', async () => {
    // In the same segment it is not tried again, in a new one it is.
    for (const [fails, segments, written] of [
      [['append'], 1, 6],
      [['append', 'truncate'], 2, 8],
      [['sync'], 2, 8],
    ] as const) {
      const faulty = new FaultyFiles();
      const { at, store } = await withRoom(faulty);
      await store.checkpoint();
      let reserved = 0;
      faulty.tornBytes = 700;
      // Room is what is written when the first frame has been; all further frames are taken.
      let writes = 0;
      faulty.fault = (operation, file) => {
        writes += operation === 'append' && file.endsWith('.log') ? 1 : 0;
        const fault = writes === 3 && fails.some((each) => each === operation);
        reserved += fault ? 1 : 0;
        return fault ? systemError('ENOSPC') : undefined;
      };
      for (let i = 5; i < 9; i++) {
        await log(store, { metrics: [metric('m', i, i)] });
      }
      assert.ok(reserved > 0);
      assert.equal(writes, written);
      const files = await segmentsIn(at);
      assert.equal(files.length, segments);
      const copy = await scene.open(await scene.copy(at));
      assert.deepEqual(valuesOf(copy), [0, 1, 2, 3, 4, 5, 6, 7, 8]);
      assert.deepEqual(copy.warnings, []);
    }
  });
});

describe('Store: when a segment gets room', () => {
  const sizes: RoomSizes = { from: 1000, large: 100, frames: 3, left: 200, least: 500, most: 2000 };

  it('comes with small frames in a row, and is as much as is written', () => {
    const room = new Room(sizes);
    assert.deepEqual(
      [room.due(50, 900, 900), room.due(50, 950, 950), room.due(50, 1000, 1000), room.due(50, 1050, 2000)],
      [0, 0, 1000, 0],
    );
    assert.equal(room.due(50, 1801, 2000), 1801);
    assert.equal(room.due(50, 9000, 9000), 2000);
    assert.equal(new Room({ ...sizes, from: 0, frames: 1 }).due(50, 60, 60), 500);
  });

  it('comes before the next two frames like the last one have none', () => {
    const room = new Room({ ...sizes, large: 400, frames: 1 });
    assert.deepEqual(
      [room.due(400, 1200, 2000), room.due(400, 1201, 2000), room.due(100, 1800, 2000), room.due(101, 1800, 2000)],
      [0, 1201, 0, 1800],
    );
  });

  it('does not come after large ones', () => {
    const room = new Room(sizes);
    assert.deepEqual(
      [50, 50, 101, 50, 50, 100].map((frame) => room.due(frame, 5000, 5000)),
      [0, 0, 0, 0, 0, 2000],
    );
  });
});

interface Moment {
  readonly state: DiskState;
  readonly answered: number;
  readonly torn: Asked['torn'];
}

/** Frames of these sizes are appended one by one, after some of them a new segment begins; the disk at every operation. */
async function life(sizes: readonly number[], rotateAt: readonly number[], here: boolean): Promise<Moment[]> {
  const disk = new MemoryDisk();
  await disk.files.makeFolder(folder);
  await disk.files.syncFolder('/');
  let answered = 0;
  const moments: Moment[] = [];
  disk.before = ({ torn }) => void moments.push({ state: disk.state(), answered, torn });
  const patience = { quick: Infinity, appends: 0, alone: here ? 0 : Infinity, stall: Infinity, pause: 0 };
  const journal = new Journal(disk.files, folder, [], { patience, room: early });
  for (const [i, size] of sizes.entries()) {
    await journal.append(i + 1, 1, Buffer.alloc(size, i + 1));
    answered = i + 1;
    if (rotateAt.includes(i)) {
      journal.rotate();
    }
  }
  await journal.close();
  moments.push({ state: disk.state(), answered, torn: undefined });
  return moments;
}

const lives = fc.record({
  sizes: fc.array(fc.oneof(fc.integer({ min: 1, max: 200 }), fc.integer({ min: 900, max: 2500 })), {
    minLength: 1,
    maxLength: 15,
  }),
  rotateAt: fc.array(fc.nat(14), { maxLength: 2 }),
  here: fc.boolean(),
  seed: fc.nat(),
});

describe('Store: crashes of the journal alone', () => {
  it('reads what was answered, at most one frame more, whole, and never damage', async () => {
    let crashes = 0;
    await fc.assert(
      fc.asyncProperty(lives, async ({ sizes, rotateAt, here, seed }) => {
        const chance = chances(seed);
        for (const { state, answered, torn } of await life(sizes, rotateAt, here)) {
          const ways = [state, losePower(state, () => 0), losePower(state, chance), losePower(state, chance)];
          if (torn !== undefined) {
            const cut = torn.after(chance(torn.length));
            ways.push(cut, losePower(cut, chance));
            const whole = torn.after(torn.length);
            ways.push(losePower(whole, chance), losePower(whole, chance), losePower(whole, chance));
          }
          for (const left of ways) {
            crashes++;
            const { segments } = await readJournal(new MemoryDisk(left).files, folder);
            const frames = segments.flatMap((segment) => segment.frames);
            assert.ok(frames.length === answered || frames.length === answered + 1, `${frames.length} of ${answered}`);
            for (const [i, { first, payload }] of frames.entries()) {
              assert.deepEqual([first, Buffer.from(payload)], [i + 1, Buffer.alloc(sizes[i] ?? 0, i + 1)]);
            }
          }
        }
      }),
      { numRuns: Number(process.env['LABBOOK_EXPLORE'] ?? 40) },
    );
    console.log(`      ${crashes} crashes of the journal alone`);
    assert.ok(crashes > 2000);
  }).timeout(300_000);

  it('never loses a frame silently that has a good one behind it, whatever is written over the file', () => {
    const damages = fc.record({
      sizes: fc.array(fc.integer({ min: 1, max: 120 }), { minLength: 1, maxLength: 8 }),
      room: fc.nat(300),
      from: fc.double({ min: 0, max: 1, noNaN: true }),
      length: fc.integer({ min: 1, max: 200 }),
      byte: fc.constantFrom(0, 0x5a, 0xff),
    });
    fc.assert(
      fc.property(damages, ({ sizes, room, from, length, byte }) => {
        const frames = sizes.map((size, i) => encodeFrame(i + 1, 1, Buffer.alloc(size, 0x80 + i)));
        const good = Buffer.concat([segmentHeader(1), ...frames, Buffer.alloc(room)]);
        const at = headerSize + Math.floor(from * (good.length - headerSize));
        const bytes = Buffer.from(good).fill(byte, at, Math.min(good.length, at + length));
        const spoilt = frames.filter((frame, i) => {
          const start = headerSize + Buffer.concat(frames.slice(0, i)).length;
          return !bytes.subarray(start, start + frame.length).equals(frame);
        });
        try {
          const segment = readSegment('f', bytes, 1, undefined);
          assert.equal(segment.frames.length, sizes.length - spoilt.length);
          assert.ok(spoilt.length === 0 || spoilt.at(-1) === frames.at(-1));
          // What is gone is told, unless it is all zeros.
          assert.ok(spoilt.length === 0 || segment.written > segment.end || byte === 0);
        } catch (error) {
          assert.ok(error instanceof StoreDamagedError && spoilt.length > 0, String(error));
          assert.ok(spoilt.at(-1) !== frames.at(-1));
        }
        assert.equal(scanSegment(bytes).frames.length, sizes.length - spoilt.length);
      }),
      { numRuns: Number(process.env['LABBOOK_EXPLORE'] ?? 300) },
    );
  });
});
