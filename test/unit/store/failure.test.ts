import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { ApiError } from '../../../src/core/errors';
import type { ChangeBatch } from '../../../src/protocol/extras';
import { systemCode } from '../../../src/server/store/files';
import { openStore } from '../../../src/server/store/store';
import type { Store } from '../../../src/server/store/types';
import { until } from '../../fakes/labbookServer';
import {
  artifactRoot,
  createRun,
  FaultyFiles,
  history,
  log,
  metric,
  type Operation,
  runId,
  Scene,
  systemError,
} from './support';

const scene = new Scene({ block: 2, kept: 1, sealed: [1] });
const valuesOf = (store: Store): number[] => history(store, 'm').map(({ value }) => value);

async function full(store: Store, value: number): Promise<void> {
  await assert.rejects(log(store, { metrics: [metric('m', value, value)] }), (error) => {
    assert.ok(error instanceof ApiError);
    assert.equal(error.code, 'INSUFFICIENT_STORAGE');
    assert.equal(error.status, 507);
    return true;
  });
}

describe('Store: a disk that fails', () => {
  afterEach(() => scene.end());

  /** Every way in which an append can fail, once with the tail being cut off at once and once without. */
  for (const code of ['ENOSPC', 'EDQUOT', 'EIO']) {
    for (const [operation, tornBytes] of [
      ['append', 0],
      ['append', 30],
      ['append', 100_000],
      ['sync', 0],
    ] as const) {
      for (const truncates of [true, false]) {
        const name = `${code} at ${operation} after ${tornBytes} bytes, ${truncates ? 'cut off' : 'cannot be cut off'}`;
        it(`loses nothing that was answered and keeps nothing that was refused: ${name}`, async () => {
          const faulty = new FaultyFiles();
          const { folder, store } = await scene.withRun(faulty.files);
          await log(store, { metrics: [metric('m', 1, 1)] });
          await log(store, { metrics: [metric('m', 2, 2)] });
          const batches: ChangeBatch[] = [];
          store.onChange((batch) => batches.push(batch));
          faulty.tornBytes = tornBytes;
          faulty.fault = (each) =>
            each === operation || (each === 'truncate' && !truncates) ? systemError(code) : undefined;
          const { revision } = store;
          await Promise.all([full(store, 3), full(store, 4)]);
          await full(store, 5);
          assert.equal(store.revision, revision);
          assert.deepEqual(batches, []);
          assert.deepEqual(valuesOf(store), [1, 2]);
          assert.equal(store.getRun(runId)?.metrics[0]?.value, 2);

          faulty.fault = () => undefined;
          await log(store, { metrics: [metric('m', 6, 6)] });
          assert.equal(batches.length, 1);
          const copy = await scene.open(await scene.copy(folder));
          for (const each of [store, copy]) {
            assert.deepEqual(valuesOf(each), [1, 2, 6]);
          }
          await store.close();
          assert.deepEqual(valuesOf(await scene.open(folder)), [1, 2, 6]);
        });
      }
    }
  }

  it('refuses only the writes of the failing group, those behind it have their own try', async () => {
    const faulty = new FaultyFiles();
    const { store } = await scene.withRun(faulty.files);
    let second: Promise<void> | undefined;
    faulty.fault = (each) => {
      if (each !== 'append' || second !== undefined) {
        return undefined;
      }
      // The group has been formed; what comes now waits for the next one.
      second = log(store, { metrics: [metric('m', 3, 3)] });
      return systemError('ENOSPC');
    };
    await Promise.all([full(store, 1), full(store, 2)]);
    await second;
    assert.deepEqual(valuesOf(store), [3]);
  });

  it('takes back new runs with all that was logged to them, and gives their places to the next', async () => {
    const faulty = new FaultyFiles();
    const { folder, store } = await scene.withRun(faulty.files);
    const [lost, kept] = ['a'.repeat(32), 'b'.repeat(32)];
    faulty.fault = (each) => (each === 'append' ? systemError('ENOSPC') : undefined);
    const results = await Promise.allSettled([
      createRun(store, lost),
      log(store, { params: [{ key: 'p', value: '1' }], metrics: [metric('m', 1)] }, lost),
      store.write({ kind: 'updateRun', runId: lost, status: 'FINISHED', endTime: 3 }),
      store.write({ kind: 'updateRun', runId, status: 'FAILED', name: 'other' }),
    ]);
    faulty.fault = () => undefined;
    assert.deepEqual([...new Set(results.map(({ status }) => status))], ['rejected']);
    assert.equal(store.getRun(lost), undefined);
    assert.equal(store.getRunInfo(runId)?.status, 'RUNNING');

    await createRun(store, kept);
    await log(store, { params: [{ key: 'p', value: '2' }] }, kept);
    await store.write({ kind: 'updateRun', runId, endTime: 5 });
    await createRun(store, lost);
    const copy = await scene.open(await scene.copy(folder));
    for (const each of [store, copy]) {
      const slots = each.getSlots([runId, kept, lost]);
      assert.deepEqual(
        [runId, kept, lost].map((id) => slots.get(id)),
        [0, 1, 2],
      );
      assert.deepEqual(each.getRun(kept)?.params, [{ key: 'p', value: '2' }]);
      assert.deepEqual(each.getRun(lost)?.params, []);
      const { name, status, endTime } = each.getRun(runId)?.info ?? {};
      assert.deepEqual([name === 'other', status, endTime], [false, 'RUNNING', 5]);
    }
  });

  it('goes on when a new segment cannot be made, and makes one later', async () => {
    const faulty = new FaultyFiles();
    const folder = await scene.folder();
    const store = await scene.open(folder, faulty.files);
    for (const operation of ['open', 'append', 'sync', 'syncFolder'] as const) {
      faulty.fault = (each) => (each === operation ? systemError('ENOSPC') : undefined);
      await assert.rejects(createRun(store), { code: 'INSUFFICIENT_STORAGE' });
      faulty.fault = () => undefined;
    }
    await createRun(store);
    assert.notEqual((await scene.open(await scene.copy(folder))).getRun(runId), undefined);
  });

  it('loses nothing when a checkpoint fails at any of its operations', async () => {
    const operations: Operation[] = ['open', 'append', 'sync', 'rename', 'syncFolder', 'remove'];
    for (const operation of operations) {
      for (const nth of [1, 2, 3, 4, 5]) {
        const faulty = new FaultyFiles();
        const { folder, store } = await scene.withRun(faulty.files);
        await log(store, { metrics: [metric('m', 1, 1), metric('m', 2, 2), metric('n', 5)] });
        let left = nth;
        faulty.fault = (each) => (each === operation && --left === 0 ? systemError('EIO') : undefined);
        const failed = await store.checkpoint().then(
          () => false,
          () => true,
        );
        assert.equal(failed, left <= 0, `${operation} ${nth}`);
        faulty.fault = () => undefined;
        await log(store, { metrics: [metric('m', 3, 3), metric('n', 6, 1)] });
        const check = async (): Promise<void> => {
          const copy = await scene.open(await scene.copy(folder));
          for (const each of [store, copy]) {
            assert.deepEqual(valuesOf(each), [1, 2, 3], `${operation} ${nth}`);
            assert.deepEqual(
              history(each, 'n').map(({ value }) => value),
              [5, 6],
            );
          }
        };
        await check();
        await store.checkpoint();
        await check();
        assert.deepEqual(await readdir(path.join(folder, 'journal')), []);
        await scene.end();
      }
    }
  });

  it('says that a checkpoint failed which began by itself, and goes on without it', async () => {
    const faulty = new FaultyFiles();
    const folder = await scene.folder();
    const failures: unknown[] = [];
    const onFailedCheckpoint = (error: unknown): void => void failures.push(error);
    const store = await openStore({ folder, artifactRoot, onFailedCheckpoint }, faulty.files);
    faulty.fault = (each) => (each === 'rename' ? systemError('ENOSPC') : undefined);
    // More histories than are kept in memory unsaved.
    const ids = Array.from({ length: 260 }, (_, i) => i.toString(16).padStart(32, '0'));
    await Promise.all(ids.map((id) => createRun(store, id)));
    await Promise.all(ids.map((id) => log(store, { metrics: [metric('m', 1, 1), metric('m', 2, 2)] }, id)));
    const isTold = await until(() => failures.length > 0);
    await log(store, { params: [{ key: 'still', value: 'written' }] }, ids[0]);
    faulty.fault = () => undefined;
    await store.close();
    assert.ok(isTold);
    assert.equal(systemCode(failures[0]), 'ENOSPC');
    const again = await scene.open(folder);
    assert.deepEqual(again.getRun(ids[0] ?? '')?.params, [{ key: 'still', value: 'written' }]);
  });

  it('closes all the same when the last checkpoint fails, and says that it failed', async () => {
    const faulty = new FaultyFiles();
    const folder = await scene.folder();
    const failures: unknown[] = [];
    const onFailedCheckpoint = (error: unknown): void => void failures.push(error);
    const store = await openStore({ folder, artifactRoot, onFailedCheckpoint }, faulty.files);
    await createRun(store);
    faulty.fault = (each) => (each === 'rename' ? systemError('ENOSPC') : undefined);
    await store.close();
    assert.deepEqual(
      failures.map((error) => systemCode(error)),
      ['ENOSPC'],
    );
    assert.equal((await readdir(folder)).includes('lock'), false);
    await assert.rejects(log(store, { metrics: [metric('m', 1)] }), { code: 'PERMISSION_DENIED' });
    assert.notEqual((await scene.open(folder)).getRun(runId), undefined);
  });
});

describe('Store: a folder that cannot be written to', () => {
  afterEach(() => scene.end());

  /** As on a read-only medium. */
  function readOnlyFiles(): FaultyFiles {
    const faulty = new FaultyFiles();
    const reads: Operation[] = ['realpath', 'list', 'read', 'readInPieces', 'readSync', 'readPartSync', 'facts'];
    faulty.fault = (operation) => (reads.includes(operation) ? undefined : systemError('EROFS'));
    return faulty;
  }

  it('opens for reading, journal included, and refuses writes', async () => {
    const { folder, store } = await scene.withRun();
    await log(store, { metrics: [metric('m', 1, 1), metric('m', 2, 2)] });
    await store.checkpoint();
    await log(store, { metrics: [metric('m', 3, 3)] });
    const reader = await scene.open(folder, readOnlyFiles().files);
    assert.equal(reader.readOnly, true);
    assert.equal(store.readOnly, false);
    assert.deepEqual(valuesOf(reader), [1, 2, 3]);
    await assert.rejects(log(reader, { metrics: [metric('m', 4, 4)] }), { code: 'PERMISSION_DENIED', status: 403 });
    await reader.checkpoint();
    reader.noteArtifacts(runId);
    await reader.close();
    await log(store, { metrics: [metric('m', 4, 4)] });
  });

  it('says so where there is no store in it', async () => {
    const folder = await scene.folder();
    await assert.rejects(scene.open(folder, readOnlyFiles().files), /cannot be written to and holds no store/);
    const missing = path.join(folder, 'missing');
    await assert.rejects(scene.open(missing, readOnlyFiles().files), /does not exist and cannot be made/);
  });
});
