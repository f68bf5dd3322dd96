import assert from 'node:assert/strict';
import { decode, encode } from '@msgpack/msgpack';
import { crc32 } from 'node:zlib';
import { encodeFrame, readSegment, segmentHeader } from '../../../../src/server/store/journalFormat';
import type { Migration } from '../../../../src/server/store/migrations';
import { Database, loadSqlite } from '../../../../src/server/store/sqlite';
import { openStore } from '../../../../src/server/store/store';
import type { Store, Write } from '../../../../src/server/store/types';
import { smallSizes } from '../support';
import { chances } from './chances';
import { dump } from './dump';
import { type DiskState, losePower, MemoryDisk } from './memoryDisk';
import { abandon, openOn, storeFolder } from './world';

/** A version before the first: other names of a column, of a table of histories, and of a change. */
const older: Migration = {
  from: 0,
  catalog: (db) => db.script('ALTER TABLE runs RENAME COLUMN owner TO user_id'),
  history: (db) => db.script('ALTER TABLE names RENAME TO keys'),
  change: ([kind, ...fields]) => [kind === 'logged' ? 'log' : kind, ...fields],
};
const catalogFile = `${storeFolder}/catalog.sqlite`;
const keptFile = `${storeFolder}/catalog-v0.sqlite`;

function openMigrating(disk: MemoryDisk): Promise<Store> {
  const migrations = [older];
  const options = { folder: storeFolder, artifactRoot: 'root:/', pointSizes: smallSizes, migrations };
  return openStore(options, disk.files);
}

const run = (runId: string): Write => {
  return { kind: 'createRun', runId, experimentId: '0', name: 'n', userId: 'ann', startTime: 1, tags: [] };
};
const points = (runId: string, from: number, count: number): Write => ({
  kind: 'log',
  runId,
  metrics: Array.from({ length: count }, (_, i) => ({ key: 'loss', value: i / 7, step: from + i, timestamp: i })),
  params: [],
  tags: [],
});

/** A store of version 0 with histories, points' files and a journal. @returns it, and what it answers */
async function olderStore(): Promise<{ state: DiskState; expected: string }> {
  const disk = new MemoryDisk();
  const store = await openOn(disk);
  await store.write(run('r1'));
  await store.write(points('r1', 0, 20));
  await store.checkpoint();
  await store.write(run('zz'));
  await store.write(points('zz', 0, 3));
  await store.write(points('r1', 20, 3));
  const expected = dump(store);
  await abandon(disk, store);
  const old = new MemoryDisk(disk.state(), 1);
  await age(old);
  return { state: old.state(), expected };
}

async function age({ files }: MemoryDisk): Promise<void> {
  const write = async (file: string, bytes: Uint8Array): Promise<void> => {
    const handle = await files.open(file, 'create');
    await handle.append(bytes);
    await handle.sync();
    await handle.close();
  };
  const changeDatabase = async (file: string, sql: string): Promise<void> => {
    const db = new Database(await loadSqlite(), await files.read(file));
    db.script(`${sql}; UPDATE meta SET value = 0 WHERE name = 'format'`);
    await write(file, stampedOld(Buffer.from(db.export())));
    db.close();
  };
  await changeDatabase(catalogFile, 'ALTER TABLE runs RENAME COLUMN user_id TO owner');
  const histories = `${storeFolder}/history`;
  for (const name of (await files.list(histories)).filter((each) => each.endsWith('.sqlite'))) {
    await changeDatabase(`${histories}/${name}`, 'ALTER TABLE keys RENAME TO names');
  }
  for (const name of await files.list(`${storeFolder}/journal`)) {
    const file = `${storeFolder}/journal/${name}`;
    const { first, frames } = readSegment(file, Buffer.from(await files.read(file)), parseInt(name), undefined);
    const header = segmentHeader(first);
    header.writeUInt32LE(0, 8);
    header.writeUInt32LE(crc32(header.subarray(0, 24)), 24);
    const old = frames.map((frame) => encodeFrame(frame.first, frame.count, renamed(frame.payload)));
    await write(file, Buffer.concat([header, ...old]));
  }
  for (const folder of [storeFolder, histories, `${storeFolder}/journal`]) {
    await files.syncFolder(folder);
  }
}

function renamed(payload: Uint8Array): Uint8Array {
  const changes = decode(payload, { useBigInt64: true });
  assert.ok(Array.isArray(changes));
  const old = changes.map((change: unknown) => {
    assert.ok(Array.isArray(change));
    const [kind, ...fields] = change as unknown[];
    return [kind === 'log' ? 'logged' : kind, ...fields];
  });
  return encode(old, { useBigInt64: true });
}

/** As docs/store.md says it: the version in the last byte of the application id, a checksum in the user version. */
function stampedOld(bytes: Buffer): Buffer {
  bytes[71] = 0;
  bytes.writeUInt32BE(0, 60);
  bytes.writeUInt32BE(crc32(bytes), 60);
  return bytes;
}

describe('Store: migrations', () => {
  it('bring a store of an older version to this one, and keep its catalog until the new one has been opened', async () => {
    const { state, expected } = await olderStore();
    const disk = new MemoryDisk(state, 2);
    const old = await disk.files.read(catalogFile);
    const store = await openMigrating(disk);
    assert.equal(dump(store), expected);
    assert.deepEqual(await disk.files.read(keptFile), old);
    await store.write(points('r1', 90, 9));
    await store.write(points('zz', 90, 9));
    await store.checkpoint();
    const after = dump(store);
    await store.close();
    // Everything is of this version by now.
    const again = await openOn(disk);
    assert.equal(dump(again), after);
    assert.ok(!disk.names(storeFolder).includes('catalog-v0.sqlite'));
    await again.close();
  });

  it('lose nothing, wherever the process ends while they run', async () => {
    const { state, expected } = await olderStore();
    const chance = chances(7);
    const disk = new MemoryDisk(state, 2);
    const states: DiskState[] = [];
    disk.before = () => void states.push(disk.state());
    const store = await openMigrating(disk);
    await store.write(points('zz', 50, 5));
    const after = dump(store);
    await store.checkpoint();
    await store.close();
    let kept = 0;
    for (const each of states) {
      for (const left of [each, losePower(each, () => 0), losePower(each, chance)]) {
        const next = new MemoryDisk(left, 3);
        kept += next.names(storeFolder).includes('catalog-v0.sqlite') ? 1 : 0;
        const opened = await openMigrating(next);
        const found = dump(opened);
        await abandon(next, opened);
        assert.ok([expected, after].includes(found), found);
        const last = await openMigrating(new MemoryDisk(next.state(), 4));
        assert.equal(dump(last), found);
        await last.close();
      }
    }
    assert.ok(states.length > 30 && kept > 30, `${states.length} points, ${kept} with the old catalog`);
  }).timeout(30_000);

  it('change no file where they fail, and where a step is missing', async () => {
    const { state } = await olderStore();
    const fails: Migration = { from: 0, catalog: (db) => db.script('ALTER TABLE missing RENAME TO other') };
    for (const migrations of [[fails], []]) {
      const disk = new MemoryDisk(state, 2);
      const opening = openStore({ folder: storeFolder, artifactRoot: 'root:/', migrations }, disk.files);
      await assert.rejects(opening, migrations.length === 0 ? /format 0, which no version/ : /no such table/);
      assert.deepEqual(contentOf(disk.state()), contentOf(state));
    }
  });
});

/** The databases and the journal, by name. */
function contentOf(state: DiskState): Map<string, Buffer> {
  const disk = new MemoryDisk(state, 9);
  const content = new Map<string, Buffer>();
  for (const folder of [storeFolder, `${storeFolder}/history`, `${storeFolder}/journal`]) {
    for (const name of disk.names(folder).filter((each) => /\.(sqlite|log|points)$/.test(each))) {
      content.set(name, Buffer.from(disk.files.readSync(`${folder}/${name}`)));
    }
  }
  return content;
}
