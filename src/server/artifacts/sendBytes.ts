import { read } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import type { Writable } from 'node:stream';

/** Smaller ones cost more calls. */
const bufferBytes = 1024 * 1024;
/** One is read into while the others are sent. */
const buffersOfAnswer = 3;

/**
 * Sends a part of a file, ends `out` and closes the file. A stream of the file would take new memory for each piece, which the system
 * has to clear first; here an answer goes through the same few buffers all along.
 * @param part bytes from `start` to `end`, both included
 * @throws system errors, and Error where the file has become shorter or the connection broke off; `out` is destroyed then
 */
export async function sendBytes(
  handle: FileHandle,
  { start, end }: { readonly start: number; readonly end: number },
  out: Writable,
): Promise<void> {
  const size = Math.min(bufferBytes, end - start + 1);
  const free: Buffer[] = [];
  let made = 0;
  let wake: () => void = () => undefined;
  let broken = out.destroyed ? new Error('The connection was closed.') : undefined;
  const breakOff = (): void => {
    broken ??= new Error('The connection was closed.');
    wake();
  };
  out.on('close', breakOff).on('error', breakOff);
  const nextBuffer = async (): Promise<Buffer> => {
    while (free.length === 0 && made >= buffersOfAnswer && broken === undefined) {
      await new Promise<void>((resolve) => (wake = resolve));
    }
    if (broken !== undefined) {
      throw broken;
    }
    const buffer = free.pop();
    made += buffer === undefined ? 1 : 0;
    return buffer ?? Buffer.allocUnsafeSlow(size);
  };
  try {
    for (let at = start; at <= end;) {
      const buffer = await nextBuffer();
      const count = await readFrom(handle.fd, buffer, Math.min(size, end + 1 - at), at);
      if (count === 0) {
        throw new Error('The file has become shorter while it was sent.');
      }
      at += count;
      out.write(buffer.subarray(0, count), () => {
        free.push(buffer);
        wake();
      });
    }
    out.end();
  } catch (error) {
    out.destroy();
    throw error;
  } finally {
    await handle.close();
  }
}

function readFrom(fd: number, buffer: Buffer, length: number, position: number): Promise<number> {
  return new Promise((resolve, reject) => {
    read(fd, buffer, 0, length, position, (error, count) => (error === null ? resolve(count) : reject(error)));
  });
}
