import { cpSync, rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { KeyValue, Metric } from '../../../src/core/model';
import { realFiles, type StoreFile, type StoreFiles, systemCode } from '../../../src/server/store/files';
import type { PointSizes } from '../../../src/server/store/history';
import { openStore } from '../../../src/server/store/store';
import type { Store } from '../../../src/server/store/types';

export const artifactRoot = 'mlflow-artifacts:/';
export const runId = '0123456789abcdef0123456789abcdef';

/** Sizes by which few points move to points' files, in many blocks. */
export const smallSizes: PointSizes = { block: 4, kept: 9, sealed: [3, 1] };

/** Temporary folders and stores of one test; `afterEach(() => scene.end())`. */
export class Scene {
  private readonly folders: string[] = [];
  private readonly stores: Store[] = [];

  constructor(private readonly sizes?: PointSizes) {}

  async folder(): Promise<string> {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'labbook-store-'));
    this.folders.push(folder);
    return folder;
  }

  async open(folder: string, files?: StoreFiles): Promise<Store> {
    const sizes = this.sizes === undefined ? {} : { pointSizes: this.sizes };
    const store = await openStore({ folder, artifactRoot, ...sizes }, files);
    this.stores.push(store);
    return store;
  }

  /** A store with one run, `runId`, in experiment 0. */
  async withRun(files?: StoreFiles): Promise<{ folder: string; store: Store }> {
    const folder = await this.folder();
    const store = await this.open(folder, files);
    await createRun(store);
    return { folder, store };
  }

  /**
   * The folder as a process that was killed now would leave it. Copied in one go: meanwhile only those operations may end that
   * the system was carrying out already.
   */
  async copy(folder: string): Promise<string> {
    const to = await this.folder();
    for (;;) {
      try {
        cpSync(folder, to, { recursive: true });
        return to;
      } catch (error) {
        // A file that was listed was renamed or removed before it was copied: once more.
        if (systemCode(error) !== 'ENOENT') {
          throw error;
        }
        rmSync(to, { recursive: true });
      }
    }
  }

  async end(): Promise<void> {
    await Promise.all(this.stores.splice(0).map((store) => store.close()));
    await Promise.all(this.folders.splice(0).map((folder) => rm(folder, { recursive: true, force: true })));
  }
}

export async function createRun(store: Store, id = runId, experimentId = '0'): Promise<void> {
  await store.write({
    kind: 'createRun',
    runId: id,
    experimentId,
    name: 'first',
    userId: 'ann',
    startTime: 1000,
    tags: [],
  });
}

interface Logged {
  metrics?: readonly Metric[];
  params?: readonly KeyValue[];
  tags?: readonly KeyValue[];
}

export async function log(store: Store, { metrics = [], params = [], tags = [] }: Logged, id = runId): Promise<void> {
  await store.write({ kind: 'log', runId: id, metrics, params, tags });
}

export function metric(key: string, value: number, step: number | bigint = 0, timestamp: number | bigint = 0): Metric {
  return { key, value, step, timestamp };
}

export function history(store: Store, key: string, id = runId): readonly Metric[] {
  return store.getMetricHistory({ runId: id, key, offset: 0, limit: 1_000_000 }).items;
}

export type Operation = keyof StoreFiles | keyof StoreFile;

/** The real file operations, any of which can be made to fail. */
export class FaultyFiles {
  /** Asked before each operation; an answer is thrown instead of doing it. */
  fault: (operation: Operation, path: string) => Error | undefined = () => undefined;
  /** How many bytes of the next failing `append` are written all the same. */
  tornBytes = 0;

  readonly files: StoreFiles = this.wrap();

  private check(operation: Operation, path: string): void {
    const error = this.fault(operation, path);
    if (error !== undefined) {
      throw error;
    }
  }

  private wrap(): StoreFiles {
    const check = (operation: Operation, path: string) => this.check(operation, path);
    return {
      realpath: async (path) => (check('realpath', path), realFiles.realpath(path)),
      makeFolder: async (path) => (check('makeFolder', path), realFiles.makeFolder(path)),
      list: async (path) => (check('list', path), realFiles.list(path)),
      read: async (path) => (check('read', path), realFiles.read(path)),
      readInPieces: async (path) => (check('readInPieces', path), realFiles.readInPieces(path)),
      readSync: (path) => (check('readSync', path), realFiles.readSync(path)),
      readPartSync: (path, offset, length) => (
        check('readPartSync', path),
        realFiles.readPartSync(path, offset, length)
      ),
      open: async (path, how) => (check('open', path), this.wrapFile(await realFiles.open(path, how), path)),
      confirm: async (path, data) => (check('confirm', path), realFiles.confirm(path, data)),
      rename: async (from, to) => (check('rename', to), realFiles.rename(from, to)),
      link: async (from, to) => (check('link', to), realFiles.link(from, to)),
      remove: async (path) => (check('remove', path), realFiles.remove(path)),
      facts: async (path) => (check('facts', path), realFiles.facts(path)),
      touch: async (path) => (check('touch', path), realFiles.touch(path)),
      syncFolder: async (path) => (check('syncFolder', path), realFiles.syncFolder(path)),
    };
  }

  private wrapFile(file: StoreFile, path: string): StoreFile {
    return {
      append: async (data) => {
        const error = this.fault('append', path);
        if (error !== undefined) {
          await file.append(data.subarray(0, this.tornBytes));
          throw error;
        }
        await file.append(data);
      },
      // Fails in its parts, as in the system.
      writeSynced: async (data, at) => {
        const error = this.fault('append', path);
        if (error !== undefined) {
          await file.writeSynced(data.subarray(0, this.tornBytes), at);
          throw error;
        }
        await file.writeSynced(data, at);
        this.check('sync', path);
      },
      ...(file.writeSyncedHere && {
        writeSyncedHere: (data, at) => {
          const error = this.fault('append', path);
          if (error !== undefined) {
            file.writeSyncedHere?.(data.subarray(0, this.tornBytes), at);
            throw error;
          }
          file.writeSyncedHere?.(data, at);
          this.check('sync', path);
        },
      }),
      sync: async () => {
        this.check('sync', path);
        await file.sync();
      },
      truncate: async (size) => {
        this.check('truncate', path);
        await file.truncate(size);
      },
      close: () => file.close(),
    };
  }
}

export function systemError(code: string): Error {
  return Object.assign(new Error(`${code}: made by a test`), { code });
}
