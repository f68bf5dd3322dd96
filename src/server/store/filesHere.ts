import {
  closeSync,
  fdatasync,
  ftruncateSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readvSync,
  realpathSync,
  renameSync,
  statSync,
  unlinkSync,
  utimesSync,
  writeSync,
} from 'node:fs';
import { promisify } from 'node:util';
import { emptyPieces, factsOf, partsToRead, realFiles, type StoreFile, type StoreFiles, systemCode } from './files';

/** Larger files are read by other threads: a disk may take long for them, and the lock's signs of life have to go on. Bytes. */
const largest = 1024 * 1024;

/**
 * The same operations as `realFiles`, for the start of a process, in which nothing else waits for the event loop: what takes the system
 * some microseconds is done at once, while the hop to another thread and back takes ten times as long. Syncs, which wait for the disk,
 * stay with other threads.
 */
export const filesHere: StoreFiles = {
  ...realFiles,
  realpath: (path) => here(() => realpathSync.native(path)),
  makeFolder: (path) => here(() => void mkdirSync(path, { recursive: true, mode: 0o700 })),
  list: (folder) => here(() => readdirSync(folder)),
  async read(path) {
    return statSync(path).size > largest ? realFiles.read(path) : readFileSync(path);
  },
  async readInPieces(path) {
    const { size } = statSync(path);
    if (size > largest) {
      return realFiles.readInPieces(path);
    }
    const file = emptyPieces(size);
    const fd = openSync(path, 'r');
    try {
      for (let at = 0; at < size;) {
        const count = readvSync(fd, partsToRead(file, at), at);
        if (count === 0) {
          return { ...file, size: at };
        }
        at += count;
      }
      return file;
    } finally {
      closeSync(fd);
    }
  },
  async open(path, how) {
    // The lock. What else is opened may get more bytes than a disk takes at once.
    return how === 'exclusive' ? new FileHere(openSync(path, 'ax', 0o600)) : realFiles.open(path, how);
  },
  rename: (from, to) => here(() => renameSync(from, to)),
  link: (from, to) => here(() => linkSync(from, to)),
  remove: (path) =>
    here(() => {
      try {
        unlinkSync(path);
      } catch (error) {
        if (systemCode(error) !== 'ENOENT') {
          throw error;
        }
      }
    }),
  facts: (path) =>
    here(() => {
      const stats = statSync(path, { bigint: true, throwIfNoEntry: false });
      return stats === undefined ? undefined : factsOf(stats);
    }),
  touch: (path) =>
    here(() => {
      const now = new Date();
      utimesSync(path, now, now);
    }),
};

class FileHere implements StoreFile {
  constructor(private readonly fd: number) {}

  append(data: Uint8Array): Promise<void> {
    return here(() => {
      for (let done = 0; done < data.length;) {
        done += writeSync(this.fd, data, done);
      }
    });
  }

  writeSynced(): Promise<void> {
    return Promise.reject(new Error('the file was not opened as log'));
  }

  sync(): Promise<void> {
    return promisify(fdatasync)(this.fd);
  }

  truncate(size: number): Promise<void> {
    return here(() => ftruncateSync(this.fd, size));
  }

  close(): Promise<void> {
    return here(() => closeSync(this.fd));
  }
}

/** What is thrown rejects. */
function here<T>(work: () => T): Promise<T> {
  return new Promise((resolve) => resolve(work()));
}
