import assert from 'node:assert/strict';
import { mkdtemp, open, readFile, rm, type FileHandle } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { writeChunks } from '../../../src/server/artifacts/writeChunks';

async function* each(chunks: readonly Uint8Array[], fault?: Error): AsyncGenerator<Uint8Array> {
  for (const chunk of chunks) {
    await Promise.resolve();
    yield chunk;
  }
  if (fault !== undefined) {
    throw fault;
  }
}

describe('Writing what arrives in chunks', () => {
  let folder: string;
  let file: string;
  let handle: FileHandle;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'labbook-chunks-'));
    file = path.join(folder, 'file');
    handle = await open(file, 'w+');
  });
  afterEach(async () => {
    await handle.close().catch(() => undefined);
    await rm(folder, { recursive: true, force: true });
  });

  it('is the same bytes in a file, from any position on', async () => {
    const chunk = fc.integer({ min: 0, max: 700_000 }).map((size) => Buffer.alloc(size, size % 256));
    await fc.assert(
      fc.asyncProperty(fc.array(chunk, { maxLength: 8 }), fc.nat(100), async (chunks, position) => {
        await handle.truncate(0);
        await writeChunks(handle, each(chunks), position);
        const expected = Buffer.concat([Buffer.alloc(position), ...chunks]);
        const found = await readFile(file);
        // Nothing written: the file does not reach to the position.
        assert.ok(found.equals(expected.length === position ? Buffer.alloc(0) : expected));
      }),
      { numRuns: 30 },
    );
  });

  it('goes on where the system takes less than it was given', async () => {
    const sizes: number[] = [];
    const short = {
      writev: async (buffers: readonly Uint8Array[], position: number) => {
        const bytes = Buffer.concat(buffers).subarray(0, 100_003);
        sizes.push(bytes.length);
        return await handle.write(bytes, 0, bytes.length, position);
      },
      datasync: () => handle.datasync(),
    } as unknown as FileHandle;
    const chunks = Array.from({ length: 20 }, (_, i) => Buffer.alloc(65_536, i));
    await writeChunks(short, each(chunks));
    assert.ok((await readFile(file)).equals(Buffer.concat(chunks)));
    assert.ok(sizes.length > 10);
  });

  it('fails with what the chunks failed with, and has ended by then', async () => {
    const fault = new Error('broken off');
    const chunks = Array.from({ length: 40 }, () => Buffer.alloc(100_000, 1));
    await assert.rejects(writeChunks(handle, each(chunks, fault)), fault);
    const { size } = await handle.stat();
    await handle.close();
    assert.equal((await readFile(file)).length, size);
  });

  it('asks the disk to take what was written all along, one time after the other', async () => {
    let [written, synced, syncing] = [0, 0, 0];
    const disk = {
      writev: (buffers: readonly Uint8Array[]) => {
        const bytesWritten = buffers.reduce((sum, buffer) => sum + buffer.length, 0);
        written += bytesWritten;
        assert.ok(written - synced < 80_000_000, 'the disk is behind');
        return Promise.resolve({ bytesWritten });
      },
      datasync: async () => {
        const before = written;
        assert.equal(++syncing, 1);
        for (let turn = 0; turn < 50; turn++) {
          await Promise.resolve();
        }
        syncing--;
        synced = before;
      },
    } as unknown as FileHandle;
    const chunk = Buffer.alloc(500_000);
    await writeChunks(disk, each(Array.from({ length: 1000 }, () => chunk)));
    assert.equal(written, 500_000_000);
    assert.ok(written - synced < 80_000_000, 'there is much left to sync');
    assert.equal(syncing, 0);
  });

  it('fails with the disk’s reason, in a write or in a sync', async () => {
    const full = Object.assign(new Error('ENOSPC: made by a test'), { code: 'ENOSPC' });
    const chunks = Array.from({ length: 30 }, () => Buffer.alloc(8_000_000));
    const failing = (operation: 'writev' | 'datasync'): FileHandle =>
      ({
        writev: (buffers: readonly Uint8Array[]) =>
          operation === 'writev'
            ? Promise.reject(full)
            : Promise.resolve({ bytesWritten: buffers.reduce((sum, buffer) => sum + buffer.length, 0) }),
        datasync: () => (operation === 'datasync' ? Promise.reject(full) : Promise.resolve()),
      }) as unknown as FileHandle;
    for (const operation of ['writev', 'datasync'] as const) {
      await assert.rejects(writeChunks(failing(operation), each(chunks)), full);
      await assert.rejects(writeChunks(failing(operation), each(chunks, new Error('then broken off'))), full);
    }
  });
});
