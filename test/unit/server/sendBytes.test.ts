import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { Writable } from 'node:stream';
import { sendBytes } from '../../../src/server/artifacts/sendBytes';

const size = 6 * 1024 * 1024 + 17;

describe('Bytes of a file that are sent', () => {
  let folder: string;
  let file: string;
  const bytes = Buffer.alloc(size);
  for (let i = 0; i < size; i++) {
    bytes[i] = (i * 2654435761) >>> 24;
  }

  before(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'labbook-send-'));
    file = path.join(folder, 'file');
  });
  beforeEach(() => writeFileSync(file, bytes));
  after(() => rmSync(folder, { recursive: true, force: true }));

  /** Keeps what it is given, and answers each piece later, as a socket does. */
  function receiver(answered: (soFar: number) => void = () => undefined): { out: Writable; got: () => Buffer } {
    const pieces: Buffer[] = [];
    let count = 0;
    const out = new Writable({
      write(piece: Buffer, _encoding, done) {
        setImmediate(() => {
          // Only now: the memory must not have been used again before it is answered.
          pieces.push(Buffer.from(piece));
          count += piece.length;
          answered(count);
          done();
        });
      },
    });
    return { out, got: () => Buffer.concat(pieces) };
  }

  it('are those of the part, in order, and the file is closed', async () => {
    for (const [start, end] of [
      [0, size - 1],
      [5, 5],
      [1_500_000, 5_000_000],
    ] as const) {
      const handle = await open(file);
      const { out, got } = receiver();
      const finished = new Promise((resolve) => out.once('finish', resolve));
      await sendBytes(handle, { start, end }, out);
      await finished;
      assert.ok(got().equals(bytes.subarray(start, end + 1)));
      assert.equal(handle.fd, -1);
    }
  });

  it('break off with the connection, and the file is closed', async () => {
    const handle = await open(file);
    const { out } = receiver(() => out.destroy());
    await assert.rejects(sendBytes(handle, { start: 0, end: size - 1 }, out), /connection was closed/);
    assert.equal(handle.fd, -1);
  });

  it('break off where the file has become shorter', async () => {
    const handle = await open(file);
    const { out } = receiver(() => truncateSync(file, 10));
    await assert.rejects(sendBytes(handle, { start: 0, end: size - 1 }, out), /shorter/);
    assert.ok(out.destroyed);
    assert.equal(handle.fd, -1);
  });
});
