import type { FileHandle } from 'node:fs/promises';

/** Pieces as they come from a socket are small; so many bytes of them go to the file at once. */
const batchBytes = 1024 * 1024;
/** After so many bytes the disk is asked to take them while further ones arrive, so that the end has little left to sync. */
const syncBytes = 64 * 1024 * 1024;

/**
 * Writes chunks one behind the other, while the next ones arrive. Holds some megabytes at most. The caller syncs and closes.
 * @param position where in the file the first one goes
 * @throws what the chunks throw, and system errors; nothing is being written any more then
 */
export async function writeChunks(handle: FileHandle, chunks: AsyncIterable<Uint8Array>, position = 0): Promise<void> {
  let batch: Uint8Array[] = [];
  let bytes = 0;
  let unsynced = 0;
  let at = position;
  let writing: Promise<void> = Promise.resolve();
  let syncing: Promise<void> = Promise.resolve();
  const flush = async (): Promise<void> => {
    await writing;
    const [full, start] = [batch, at];
    at += bytes;
    unsynced += bytes;
    batch = [];
    bytes = 0;
    writing = writeAll(handle, full, start);
    // Whoever waits for it gets the error; nobody does where the chunks break off first.
    writing.catch(() => undefined);
  };
  const gather = async (): Promise<void> => {
    for await (const chunk of chunks) {
      batch.push(chunk);
      bytes += chunk.length;
      if (bytes >= batchBytes) {
        await flush();
      }
      if (unsynced >= syncBytes) {
        await syncing;
        unsynced = 0;
        syncing = writing.then(() => handle.datasync());
        syncing.catch(() => undefined);
      }
    }
    await flush();
  };
  const [gathered] = await Promise.allSettled([gather()]);
  // Also where the chunks broke off: the caller closes the file next.
  const [written, synced] = await Promise.allSettled([writing, syncing]);
  // A full disk is the reason where a write failed, whatever became of the chunks after it.
  for (const each of [written, synced, gathered]) {
    if (each.status === 'rejected') {
      throw each.reason;
    }
  }
}

async function writeAll(handle: FileHandle, chunks: readonly Uint8Array[], position: number): Promise<void> {
  let left = chunks.filter((chunk) => chunk.length > 0);
  for (let at = position; left.length > 0;) {
    const { bytesWritten } = await handle.writev(left, at);
    at += bytesWritten;
    left = without(left, bytesWritten);
  }
}

/** What of the chunks comes after the first bytes. */
function without(chunks: readonly Uint8Array[], bytes: number): Uint8Array[] {
  let skipped = bytes;
  return chunks.flatMap((chunk) => {
    const gone = Math.min(skipped, chunk.length);
    skipped -= gone;
    return gone === chunk.length ? [] : [chunk.subarray(gone)];
  });
}
