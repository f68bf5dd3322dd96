import type { FileHandle } from 'node:fs/promises';

/** Pieces as they come from a socket are small; so many bytes of them go to the file at once. */
const batchBytes = 1024 * 1024;
/** So many of these may be on their way; then the chunks wait. */
const batchesAtOnce = 2;
/** As soon as there are so many bytes that the disk was not yet asked to take, it is asked, one time after the other, so that the end has little left to sync. */
const syncBytes = 8 * 1024 * 1024;
/** When there are so many, the disk does not keep up, and the chunks wait. */
const unsyncedBytes = 64 * 1024 * 1024;

/**
 * Writes chunks one behind the other, while the next ones arrive. Holds some megabytes at most. The caller syncs and closes.
 * @param position where in the file the first one goes
 * @throws what the chunks throw, and system errors; nothing is being written any more then
 */
export async function writeChunks(handle: FileHandle, chunks: AsyncIterable<Uint8Array>, position = 0): Promise<void> {
  const file = new FileEnd(handle, position);
  const gather = async (): Promise<void> => {
    let batch: Uint8Array[] = [];
    let bytes = 0;
    for await (const chunk of chunks) {
      batch.push(chunk);
      bytes += chunk.length;
      if (bytes >= batchBytes) {
        await file.add(batch, bytes);
        batch = [];
        bytes = 0;
      }
    }
    await file.add(batch, bytes);
  };
  const [gathered] = await Promise.allSettled([gather()]);
  // Also where the chunks broke off: the caller closes the file next. A full disk is the reason where a write failed, whatever became of
  // the chunks after it.
  await file.settled();
  if (gathered.status === 'rejected') {
    throw gathered.reason;
  }
}

/** A file that grows at its end. */
class FileEnd {
  private writing: Promise<void> = Promise.resolve();
  private syncing: Promise<void> = Promise.resolve();
  private isSyncing = false;
  /** Those that are being written, or wait for it; the first may have been written. */
  private readonly batches: Promise<void>[] = [];
  private unsynced = 0;

  constructor(
    private readonly handle: FileHandle,
    private position: number,
  ) {}

  /** Resolves when more is welcome. @throws where an earlier write or sync failed */
  async add(chunks: readonly Uint8Array[], bytes: number): Promise<void> {
    const at = this.position;
    this.position += bytes;
    this.writing = this.writing.then(async () => {
      await writeAll(this.handle, chunks, at);
      this.unsynced += bytes;
      this.sync();
    });
    // Whoever waits for it gets the error; nobody does where the chunks break off first.
    this.writing.catch(() => undefined);
    this.batches.push(this.writing);
    if (this.batches.length >= batchesAtOnce) {
      await this.batches.shift();
    }
    if (this.unsynced >= unsyncedBytes) {
      await this.syncing;
    }
  }

  /** Resolves when nothing is going on any more. @throws what went wrong */
  async settled(): Promise<void> {
    const written = await Promise.allSettled([this.writing]);
    const synced = await Promise.allSettled([this.syncing]);
    for (const each of [...written, ...synced]) {
      if (each.status === 'rejected') {
        throw each.reason;
      }
    }
  }

  private sync(): void {
    if (this.isSyncing || this.unsynced < syncBytes) {
      return;
    }
    this.isSyncing = true;
    this.unsynced = 0;
    this.syncing = this.handle.datasync().then(() => {
      this.isSyncing = false;
    });
    this.syncing.catch(() => undefined);
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
