import { type BigIntStats, closeSync, constants, openSync, readFileSync, readSync, write, writeSync } from 'node:fs';
import * as fs from 'node:fs/promises';
import { type FilePieces, pieceSize } from './pieceFile';

/** An open file. Every method rejects with Node's system error (`code` such as ENOSPC). */
export interface StoreFile {
  /** Writes all of `data` at the end of the file. After an error an unknown part of it may be there. */
  append(data: Uint8Array): Promise<void>;
  /**
   * Writes all of `data` from the byte `at` on, which is at most the file's size, and syncs; one call to the system where it can do
   * that. Only for a file that was opened as `log`.
   */
  writeSynced(data: Uint8Array, at: number): Promise<void>;
  /** The same while the caller waits, event loop and all; absent where the system takes more than one call for it. */
  writeSyncedHere?(data: Uint8Array, at: number): void;
  /** `fdatasync`: resolves when what was written is on the disk. */
  sync(): Promise<void>;
  truncate(size: number): Promise<void>;
  close(): Promise<void>;
}

export interface FileFacts {
  /** As a string, since Windows' file ids exceed doubles. */
  readonly inode: string;
  readonly size: number;
  /** Unix milliseconds by the clock of the file system. */
  readonly modified: number;
}

/**
 * Every operation on the file system that the store does, so that tests can make any of them fail, tear or be the last one.
 * Folders are made with mode 0700, files with 0600. Paths are absolute. Errors are Node's system errors.
 */
export interface StoreFiles {
  realpath(path: string): Promise<string>;
  /** Makes the folder and its parents; fine where it exists. */
  makeFolder(path: string): Promise<void>;
  /** Names in the folder, unsorted. */
  list(folder: string): Promise<string[]>;
  read(path: string): Promise<Uint8Array>;
  /** The same in pieces, of which each can be forgotten by itself. */
  readInPieces(path: string): Promise<FilePieces>;
  /** For histories, which are opened on demand inside synchronous reads. */
  readSync(path: string): Uint8Array;
  /** `length` bytes from `offset` on; fewer where the file ends before. @param room where they may be put, of that length at least */
  readPartSync(path: string, offset: number, length: number, room?: Uint8Array): Uint8Array;
  /**
   * `create`: empties an existing file; `log`: the same, for `writeSynced` instead of `append`; `exclusive`: fails with EEXIST;
   * `extend`: keeps its content, must exist.
   */
  open(path: string, how: 'create' | 'log' | 'exclusive' | 'extend'): Promise<StoreFile>;
  /**
   * Writes `data` over the beginning of a file, which reads the same already, cuts off what follows, and syncs: what the system had
   * in its memory only is on the disk then. Needs no room, and a crash in between leaves the same bytes.
   */
  confirm(path: string, data: Uint8Array): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  /** A second name for the same file; EEXIST where `to` exists. */
  link(from: string, to: string): Promise<void>;
  /** Fine where the file does not exist. */
  remove(path: string): Promise<void>;
  /** Undefined where it does not exist. */
  facts(path: string): Promise<FileFacts | undefined>;
  /** Sets the time of the last change to now. */
  touch(path: string): Promise<void>;
  /** Makes renames, creations and removals in the folder durable; nothing on Windows, which cannot. */
  syncFolder(path: string): Promise<void>;
}

/** The system's error code of something thrown, e.g. `ENOSPC`; undefined for anything else. */
export function systemCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** True for the errors by which a system says that a disk, or its owner's share of it, is full. */
export function isFull(error: unknown): boolean {
  return ['ENOSPC', 'EDQUOT'].includes(systemCode(error) ?? '');
}

export function factsOf({ ino, size, mtimeMs }: BigIntStats): FileFacts {
  return { inode: String(ino), size: Number(size), modified: Number(mtimeMs) };
}

/** Pieces of a file that are read at once: 4 MB. */
const piecesAtOnce = 16;

class RealFile implements StoreFile {
  readonly writeSyncedHere?: (data: Uint8Array, at: number) => void;

  /** @param isSynced the system syncs each write before it answers it */
  constructor(
    private readonly handle: fs.FileHandle,
    private readonly isSynced = false,
  ) {
    if (isSynced) {
      this.writeSyncedHere = (data, at) => {
        for (let done = 0; done < data.length;) {
          done += writeSync(handle.fd, data, done, data.length - done, at + done);
        }
      };
    }
  }

  async append(data: Uint8Array): Promise<void> {
    let done = 0;
    while (done < data.length) {
      const { bytesWritten } = await this.handle.write(data, done, data.length - done);
      done += bytesWritten;
    }
  }

  async writeSynced(data: Uint8Array, at: number): Promise<void> {
    for (let done = 0; done < data.length;) {
      done += await writeTo(this.handle.fd, done === 0 ? data : data.subarray(done), at + done);
    }
    if (!this.isSynced) {
      await this.sync();
    }
  }

  sync(): Promise<void> {
    return this.handle.datasync();
  }

  truncate(size: number): Promise<void> {
    return this.handle.truncate(size);
  }

  close(): Promise<void> {
    return this.handle.close();
  }
}

/** Memory for a file of so many bytes. */
export function emptyPieces(size: number): FilePieces {
  return { pieces: Array.from({ length: Math.ceil(size / pieceSize) }, () => new Uint8Array(pieceSize)), size };
}

/** Of a file in memory the parts from a byte on, as many as are read at once. */
export function partsToRead({ pieces, size }: FilePieces, from: number): Uint8Array[] {
  const first = Math.floor(from / pieceSize);
  return pieces.slice(first, first + piecesAtOnce).map((piece, i) => {
    const start = (first + i) * pieceSize;
    return piece.subarray(Math.max(0, from - start), size - start);
  });
}

/** As `FileHandle.write`, which takes 10 µs more. @returns how many bytes were written */
function writeTo(fd: number, data: Uint8Array, at: number): Promise<number> {
  return new Promise((resolve, reject) => {
    write(fd, data, 0, data.length, at, (error, bytes) => (error === null ? resolve(bytes) : reject(error)));
  });
}

/**
 * Linux syncs what a file opened so is given as `fdatasync` does, in the same call: each further one is a hop to another thread and
 * back. Elsewhere the flag is missing, or promises less (macOS).
 */
const syncedWrites = process.platform === 'linux' ? constants.O_WRONLY | constants.O_DSYNC : undefined;

const flags = { create: 'w', log: 'w', exclusive: 'wx', extend: 'r' } as const;

export const realFiles: StoreFiles = {
  realpath: (path) => fs.realpath(path),
  async makeFolder(path) {
    await fs.mkdir(path, { recursive: true, mode: 0o700 });
  },
  list: (folder) => fs.readdir(folder),
  read: (path) => fs.readFile(path),
  async readInPieces(path) {
    const handle = await fs.open(path, 'r');
    try {
      const file = emptyPieces((await handle.stat()).size);
      for (let at = 0; at < file.size;) {
        const { bytesRead } = await handle.readv(partsToRead(file, at), at);
        if (bytesRead === 0) {
          return { ...file, size: at };
        }
        at += bytesRead;
      }
      return file;
    } finally {
      await handle.close();
    }
  },
  readSync: (path) => readFileSync(path),
  readPartSync(path, offset, length, bytes = new Uint8Array(length)) {
    const file = openSync(path, 'r');
    try {
      let done = 0;
      for (let read = -1; read !== 0 && done < length; done += read) {
        read = readSync(file, bytes, done, length - done, offset + done);
      }
      return bytes.subarray(0, done);
    } finally {
      closeSync(file);
    }
  },
  async open(path, how) {
    // Opened twice, since 'w' does not append: emptied (or made) first, then opened for appending, or for writing anywhere.
    await (await fs.open(path, flags[how], 0o600)).close();
    if (how === 'log') {
      return new RealFile(await fs.open(path, syncedWrites ?? 'r+', 0o600), syncedWrites !== undefined);
    }
    // O_APPEND: after a truncation the next write goes to the new end, wherever the file position is.
    return new RealFile(await fs.open(path, 'a', 0o600));
  },
  async confirm(path, data) {
    const handle = await fs.open(path, 'r+');
    try {
      let done = 0;
      while (done < data.length) {
        done += (await handle.write(data, done, data.length - done, done)).bytesWritten;
      }
      await handle.truncate(data.length);
      await handle.datasync();
    } finally {
      await handle.close();
    }
  },
  rename: (from, to) => fs.rename(from, to),
  link: (from, to) => fs.link(from, to),
  remove: (path) => fs.rm(path, { force: true }),
  async facts(path) {
    try {
      return factsOf(await fs.stat(path, { bigint: true }));
    } catch (error) {
      if (systemCode(error) === 'ENOENT') {
        return undefined;
      }
      throw error;
    }
  },
  async touch(path) {
    const now = new Date();
    await fs.utimes(path, now, now);
  },
  async syncFolder(path) {
    if (process.platform === 'win32') {
      return;
    }
    const handle = await fs.open(path, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  },
};

/** Bytes that are written before a sync: one of hundreds of megabytes would keep the journal's waiting. */
const bytesInSync = 4 * 1024 * 1024;

/**
 * Writes a whole file so that it is there entirely or not at all: temporary name, sync, rename. The caller syncs the folder.
 * @param data all of it, or its pieces
 */
export async function replaceFile(
  files: StoreFiles,
  path: string,
  data: Uint8Array | readonly Uint8Array[],
): Promise<void> {
  const temporary = `${path}.tmp`;
  try {
    const file = await files.open(temporary, 'create');
    try {
      let unsynced = 0;
      for (const piece of data instanceof Uint8Array ? inParts(data) : data) {
        await file.append(piece);
        unsynced += piece.length;
        if (unsynced >= bytesInSync) {
          await file.sync();
          unsynced = 0;
        }
      }
      if (unsynced > 0) {
        await file.sync();
      }
    } finally {
      await file.close();
    }
    await files.rename(temporary, path);
  } catch (error) {
    // What is left of it is removed when the store opens next, if not now: a full disk often refuses nothing but writes.
    await files.remove(temporary).catch(() => undefined);
    throw error;
  }
}

function* inParts(data: Uint8Array): Iterable<Uint8Array> {
  for (let at = 0; at < data.length; at += bytesInSync) {
    yield data.subarray(at, at + bytesInSync);
  }
}
