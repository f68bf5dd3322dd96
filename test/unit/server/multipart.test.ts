import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import type { ApiError } from '../../../src/core/errors';
import { MultipartUploads } from '../../../src/server/artifacts/multipart';

async function* chunksOf(bytes: Uint8Array, size = 7): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) {
    await Promise.resolve();
    yield bytes.subarray(at, at + size);
  }
}

const refused = (message: RegExp) => (error: ApiError) => error.status === 400 && message.test(error.message);

describe('uploads in parts', () => {
  let folder: string;
  let now: number;
  let uploads: MultipartUploads;
  let published: { file: Buffer; segments: readonly string[] }[];

  beforeEach(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'labbook-parts-'));
    now = 1000;
    published = [];
    uploads = new MultipartUploads(
      path.join(folder, 'uploads'),
      async (file, segments) => {
        const target = path.join(folder, 'published');
        await rename(file, target);
        published.push({ file: await readFile(target), segments });
      },
      () => now,
    );
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const leftovers = () => readdir(path.join(folder, 'uploads'));
  const put = (id: string, number: number, bytes: Uint8Array, announced = bytes.length) =>
    uploads.write(id, number, announced, chunksOf(bytes));

  it('come together whatever their sizes, order and repetitions', async () => {
    const upload = fc.record({
      content: fc.uint8Array({ minLength: 1, maxLength: 200 }),
      partSize: fc.integer({ min: 1, max: 60 }),
      ranks: fc.array(fc.nat(), { minLength: 200, maxLength: 200 }),
      again: fc.nat(),
    });
    await fc.assert(
      fc.asyncProperty(upload, async ({ content, partSize, ranks, again }) => {
        const count = Math.ceil(content.length / partSize);
        const parts = Array.from({ length: count }, (_, i) => ({
          number: i + 1,
          bytes: content.subarray(i * partSize, (i + 1) * partSize),
        }));
        const id = await uploads.create(['a', 'b'], count);
        const etags = new Map<number, string>();
        const rank = parts.map((part, i) => ({ part, at: ranks[i] ?? 0 }));
        const order = [...rank.sort((a, b) => a.at - b.at), ...rank.slice(again % count)];
        for (const { part } of order) {
          etags.set(part.number, await put(id, part.number, part.bytes));
        }
        const sent = parts.map(({ number }) => ({ number, etag: etags.get(number) }));
        await uploads.complete(id, ['a', 'b'], sent);
        assert.deepEqual(new Uint8Array(published.at(-1)?.file ?? []), content);
        // A client that did not hear the answer asks again.
        const { length } = published;
        await uploads.complete(id, ['a', 'b'], sent);
        assert.equal(published.length, length);
        assert.deepEqual(await leftovers(), []);
      }),
      { numRuns: 60 },
    );
  });

  it('are not published before every part is there, and the one that was sent', async () => {
    const id = await uploads.create(['f'], 2);
    const one = await put(id, 1, Buffer.from('abcd'));
    const complete = (etags: (string | undefined)[], segments = ['f']) =>
      uploads.complete(
        id,
        segments,
        etags.map((etag, i) => ({ number: i + 1, etag })),
      );
    await assert.rejects(complete([one, undefined]), refused(/Part 2 of 2 has not arrived/));
    await put(id, 2, Buffer.from('ef'));
    await assert.rejects(complete([one]), refused(/names 1/));
    await assert.rejects(complete([one, '"0"']), refused(/Part 2 is not the one/));
    await assert.rejects(complete([one, undefined], ['g']), refused(/another path/));
    assert.equal(published.length, 0);
    await complete([one.replaceAll('"', ''), undefined]);
    assert.deepEqual([published[0]?.file.toString(), published[0]?.segments], ['abcdef', ['f']]);
  });

  it('take no part that does not fit', async () => {
    const id = await uploads.create(['f'], 3);
    await put(id, 1, Buffer.from('abcd'));
    await assert.rejects(put(id, 2, Buffer.from('abc')), refused(/must have one size/));
    await assert.rejects(put(id, 3, Buffer.from('abcde')), refused(/must have one size/));
    await assert.rejects(put(id, 4, Buffer.from('abcd')), refused(/parts 1 to 3/));
    await assert.rejects(put(id, NaN, Buffer.from('abcd')), refused(/parts 1 to 3/));
    await assert.rejects(put(id, 2, Buffer.from('ab'), 4), refused(/shorter/));
    await assert.rejects(put(id, 2, Buffer.from('abcdef'), 4), refused(/longer/));
    await assert.rejects(put('none', 1, Buffer.from('a')), (error: ApiError) => error.status === 404);
    await assert.rejects(uploads.create(['f'], 0), refused(/num_parts/));
    await assert.rejects(uploads.create(['f'], 10_001), refused(/num_parts/));
  });

  it('hold no byte of an earlier try', async () => {
    const one = await uploads.create(['f'], 1);
    await put(one, 1, Buffer.from('abcdef'));
    await put(one, 1, Buffer.from('xyz'));
    await uploads.complete(one, ['f'], [{ number: 1, etag: undefined }]);
    const two = await uploads.create(['f'], 2);
    await put(two, 2, Buffer.from('abcdef'));
    await put(two, 2, Buffer.alloc(0));
    await put(two, 1, Buffer.from('xyz'));
    await uploads.complete(
      two,
      ['f'],
      [1, 2].map((number) => ({ number, etag: undefined })),
    );
    assert.deepEqual(
      published.map(({ file }) => file.toString()),
      ['xyz', 'xyz'],
    );
  });

  it('are not completed while a part is being written', async () => {
    const id = await uploads.create(['f'], 1);
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    await put(id, 1, Buffer.from('abcd'));
    const slow = uploads.write(
      id,
      1,
      4,
      (async function* () {
        await held;
        yield Buffer.from('wxyz');
      })(),
    );
    await assert.rejects(put(id, 1, Buffer.from('abcd')), refused(/being written/));
    await assert.rejects(uploads.complete(id, ['f'], [{ number: 1, etag: undefined }]), refused(/still being written/));
    release();
    await slow;
    await uploads.complete(id, ['f'], [{ number: 1, etag: undefined }]);
    assert.equal(published[0]?.file.toString(), 'wxyz');
  });

  it('leave nothing when they are aborted or abandoned', async () => {
    const aborted = await uploads.create(['f'], 2);
    await put(aborted, 1, Buffer.from('abcd'));
    const late = uploads.write(
      aborted,
      2,
      2,
      (async function* () {
        await uploads.abort(aborted);
        yield Buffer.from('ef');
      })(),
    );
    await assert.rejects(late, (error: ApiError) => error.status === 404);
    await uploads.abort(aborted);
    await assert.rejects(put(aborted, 1, Buffer.from('abcd')), (error: ApiError) => error.status === 404);
    assert.deepEqual(await leftovers(), []);
    const abandoned = await uploads.create(['f'], 2);
    now += 23 * 3600 * 1000;
    const busy = await uploads.create(['g'], 2);
    await put(abandoned, 1, Buffer.from('abcd'));
    now += 23 * 3600 * 1000;
    await put(busy, 1, Buffer.from('abcd'));
    now += 2 * 3600 * 1000;
    await uploads.create(['h'], 1);
    assert.equal((await leftovers()).length, 2);
    await assert.rejects(put(abandoned, 2, Buffer.from('ab')), (error: ApiError) => error.status === 404);
  });
});
