import assert from 'node:assert/strict';
import { realFiles, type StoreFile, type StoreFiles } from '../../../src/server/store/files';
import { openStore } from '../../../src/server/store/store';
import { nextTurn } from '../../../src/server/turns';
import { artifactRoot, createRun, history, log, metric, runId, Scene } from './support';

const limit = 10_000;

const patience = { quick: limit, appends: 1, alone: 1000, stall: limit, pause: 0 };

/** A disk that syncs when it is told to. */
class HeldDisk {
  isHeld = false;
  /** Of the syncs that wait. */
  private readonly releases: (() => void)[] = [];

  readonly files: StoreFiles = {
    ...realFiles,
    open: async (path, how) => {
      const file = await realFiles.open(path, how);
      const held: StoreFile = {
        append: (data) => file.append(data),
        writeSynced: async (data, at) => {
          if (this.isHeld) {
            await new Promise<void>((resolve) => this.releases.push(resolve));
          }
          await file.writeSynced(data, at);
        },
        sync: () => file.sync(),
        truncate: (size) => file.truncate(size),
        close: () => file.close(),
      };
      return held;
    },
  };

  /** Waits until a group is being synced. */
  async asked(): Promise<void> {
    for (const end = performance.now() + limit; this.releases.length === 0;) {
      assert.ok(performance.now() < end, 'nothing was written');
      await nextTurn();
    }
  }

  release(): void {
    this.releases.shift()?.();
  }
}

describe('Store: groups of writes', () => {
  const scene = new Scene();
  afterEach(() => scene.end());

  it('hold at most half of those that write again and again', async () => {
    const disk = new HeldDisk();
    const folder = await scene.folder();
    const store = await openStore({ folder, artifactRoot, patience }, disk.files);
    try {
      await createRun(store);
      const sizes: number[] = [];
      let before = store.revision;
      store.onChange(({ revision }) => {
        sizes.push(revision - before);
        before = revision;
      });
      disk.isHeld = true;
      let step = 0;
      let isOver = false;
      const write = async (): Promise<void> => {
        do {
          await log(store, { metrics: [metric('loss', 1, step++)] });
        } while (!isOver);
      };
      const writers = [write()];
      await disk.asked();
      writers.push(...Array.from({ length: 15 }, () => write()));
      for (let group = 0; group < 6; group++) {
        await disk.asked();
        disk.release();
      }
      isOver = true;
      disk.isHeld = false;
      disk.release();
      await Promise.all(writers);
      // Fewer where applying them took long.
      assert.ok(Math.max(...sizes.slice(0, 6)) <= 8, sizes.join(' '));
      assert.equal(history(store, 'loss').length, step);
    } finally {
      await store.close();
    }
  });

  // Elsewhere no append holds the event loop.
  (process.platform === 'linux' ? it : it.skip)(
    'hold all that write again and again where the event loop waits for the disk',
    async () => {
      let isFull = false;
      let isHere = false;
      const check = (): void => {
        if (isFull) {
          throw Object.assign(new Error('no space left'), { code: 'ENOSPC' });
        }
      };
      const files: StoreFiles = {
        ...realFiles,
        open: async (path, how) => {
          const file = await realFiles.open(path, how);
          return {
            append: (data) => file.append(data),
            writeSynced: async (data, at) => {
              check();
              isHere = false;
              await file.writeSynced(data, at);
            },
            writeSyncedHere: (data, at) => {
              check();
              isHere = true;
              file.writeSyncedHere?.(data, at);
            },
            sync: () => file.sync(),
            truncate: (size) => file.truncate(size),
            close: () => file.close(),
          };
        },
      };
      const folder = await scene.folder();
      let store = await openStore({ folder, artifactRoot, patience }, files);
      try {
        await createRun(store);
        let hasAll = false;
        let before = store.revision;
        store.onChange(({ revision }) => {
          hasAll ||= isHere && revision - before === 16;
          before = revision;
        });
        let step = 0;
        let answered = 0;
        const write = async (): Promise<void> => {
          for (;;) {
            await log(store, { metrics: [metric('loss', 1, step++)] });
            answered++;
            // An answer is sent, and its client writes again.
            await nextTurn();
          }
        };
        const writers = Promise.allSettled(Array.from({ length: 16 }, () => write()));
        for (const end = performance.now() + limit; !hasAll;) {
          assert.ok(performance.now() < end, 'no append was for all');
          await nextTurn();
        }
        isFull = true;
        const refused = await writers;
        assert.ok(refused.every((each) => each.status === 'rejected' && /full/.test(String(each.reason))));
        isFull = false;
        await log(store, { metrics: [metric('loss', 1, step)] });
        await store.close();
        store = await openStore({ folder, artifactRoot });
        assert.equal(history(store, 'loss').length, answered + 1);
      } finally {
        isFull = false;
        await store.close();
      }
    },
  );

  it('leave the event loop to others, whoever writes again without it', async () => {
    const files: StoreFiles = {
      ...realFiles,
      open: async (path, how) => {
        const file = await realFiles.open(path, how);
        return {
          append: (data) => file.append(data),
          writeSynced: (data, at) => file.writeSynced(data, at),
          writeSyncedHere: (data, at) => {
            file.writeSyncedHere?.(data, at);
            for (const end = performance.now() + 1; performance.now() < end;);
          },
          sync: () => file.sync(),
          truncate: (size) => file.truncate(size),
          close: () => file.close(),
        };
      },
    };
    const folder = await scene.folder();
    const store = await openStore({ folder, artifactRoot, patience: { ...patience, alone: 1 } }, files);
    try {
      await createRun(store);
      let step = 0;
      const write = (): Promise<unknown> =>
        store.write({ kind: 'log', runId, metrics: [metric('loss', 1, step++)], params: [], tags: [] });
      // From then on the event loop waits for the disk.
      for (let i = 0; i < 10; i++) {
        await write();
      }
      const before = step;
      let hadTurn = false;
      setImmediate(() => (hadTurn = true));
      while (!hadTurn) {
        await write();
      }
      // Eight milliseconds, of which each takes one.
      assert.ok(step - before < 32, `nobody had a turn during ${step - before} writes`);
    } finally {
      await store.close();
    }
  });
});
