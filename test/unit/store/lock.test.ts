import assert from 'node:assert/strict';
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, rename, symlink, unlink, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { build } from 'esbuild';
import { realFiles, type StoreFiles } from '../../../src/server/store/files';
import { StoreLock, StoreLockedError } from '../../../src/server/store/lock';
import { processStart } from '../../../src/server/store/processIdentity';
import { createRun, FaultyFiles, Scene, systemError } from './support';

const scene = new Scene();
const bundle = path.join(__dirname, 'lockChild.cjs');

/** Another process that opens a store. */
class Child {
  private static readonly all = new Set<Child>();
  private readonly process: ChildProcessWithoutNullStreams;
  private readonly lines: AsyncIterator<string>;

  constructor(folder: string) {
    this.process = spawn(process.execPath, [bundle, folder]);
    this.lines = createInterface(this.process.stdout)[Symbol.asyncIterator]();
    Child.all.add(this);
  }

  static async endAll(): Promise<void> {
    await Promise.all([...Child.all].map((each) => each.kill()));
  }

  get pid(): number {
    return this.process.pid ?? 0;
  }

  async line(): Promise<string> {
    const next = await Promise.race([this.lines.next(), delay(10_000, undefined, { ref: false })]);
    assert.ok(next !== undefined && next.done !== true, 'the child says nothing');
    return next.value;
  }

  start(): void {
    this.process.stdin.write('go\n');
  }

  /** SIGKILL: nothing is tidied up. */
  async kill(): Promise<void> {
    Child.all.delete(this);
    if (this.process.exitCode === null && this.process.signalCode === null) {
      this.process.kill('SIGKILL');
      await once(this.process, 'exit');
    }
  }
}

async function holding(folder: string): Promise<Child> {
  const child = new Child(folder);
  assert.equal(await child.line(), 'ready');
  child.start();
  assert.equal(await child.line(), 'opened');
  return child;
}

async function lockedBy(pid: number, opening: Promise<unknown>): Promise<void> {
  await assert.rejects(opening, (error) => {
    assert.ok(error instanceof StoreLockedError);
    assert.equal(error.pid, pid);
    assert.match(error.message, new RegExp(`process ${pid} `));
    return true;
  });
}

/** Rewrites fields of a lock file in place (its inode stays). */
async function forge(file: string, fields: object, secondsAgo = 0): Promise<void> {
  const was: unknown = JSON.parse(await readFile(file, 'utf8'));
  await writeFile(file, JSON.stringify({ ...(typeof was === 'object' ? was : {}), ...fields }));
  const time = Date.now() / 1000 - secondsAgo;
  await utimes(file, time, time);
}

/** A folder with a lock that a dead process left: its process id belongs to another process now. */
async function staleFolder(): Promise<string> {
  const folder = await scene.folder();
  const lock = await StoreLock.acquire(realFiles, folder);
  assert.ok(lock !== undefined);
  await forge(path.join(folder, 'lock'), { started: 'another time', nonce: 'another lock' });
  // Ends its heartbeat; the file is not its own any more, so it stays.
  await lock.release();
  return folder;
}

async function tidy(folder: string): Promise<void> {
  const names = (await readdir(folder)).filter((name) => name.startsWith('lock'));
  assert.deepEqual(names, ['lock']);
}

describe('Store: lock', () => {
  before(() =>
    build({
      entryPoints: [path.resolve('test/unit/store/lockChild.ts')],
      outfile: bundle,
      bundle: true,
      packages: 'external',
      platform: 'node',
      format: 'cjs',
      logLevel: 'warning',
    }),
  );
  afterEach(async () => {
    await Child.endAll();
    await scene.end();
  });

  it('is free when its holder ended, also where its parent never collects it', async function () {
    if (process.platform !== 'linux') {
      this.skip();
    }
    const parent = spawn('sh', ['-c', 'sleep 60 & echo $!; exec sleep 60']);
    try {
      const [line] = (await once(createInterface(parent.stdout), 'line')) as [string];
      const pid = Number(line);
      const isSo = async (file: string, pattern: RegExp): Promise<void> => {
        while (!pattern.test(await readFile(file, 'utf8'))) {
          await delay(5);
        }
      };
      await isSo(`/proc/${parent.pid}/comm`, /^sleep/);
      const folder = await staleFolder();
      await forge(path.join(folder, 'lock'), { pid, started: await processStart(pid) });
      await lockedBy(pid, scene.open(folder));
      process.kill(pid, 'SIGKILL');
      await isSo(`/proc/${pid}/stat`, /\) Z /);
      await scene.open(folder);
    } finally {
      parent.kill('SIGKILL');
    }
  });

  it('is held by one opening at a time, also through a link, and free after the end', async () => {
    const { folder, store } = await scene.withRun();
    const link = path.join(await scene.folder(), 'link');
    await symlink(folder, link);
    await lockedBy(process.pid, scene.open(folder));
    await lockedBy(process.pid, scene.open(link));
    await store.close();
    assert.equal((await readdir(folder)).includes('lock'), false);
    assert.equal((await scene.open(link)).folder, store.folder);
  });

  it('names the process that holds it, and is taken over at once when that was killed', async () => {
    const folder = await scene.folder();
    const child = await holding(folder);
    await lockedBy(child.pid, scene.open(folder));
    await child.kill();
    await scene.open(folder);
    await tidy(folder);
  });

  for (const stale of [false, true]) {
    it(`has one winner among many starters${stale ? ' at a stale lock' : ''}`, async () => {
      const folder = stale ? await staleFolder() : await scene.folder();
      const children = Array.from({ length: 4 }, () => new Child(folder));
      for (const child of children) {
        assert.equal(await child.line(), 'ready');
      }
      children.forEach((child) => child.start());
      const answers = await Promise.all(children.map((child) => child.line()));
      const winners = children.filter((_, i) => answers[i] === 'opened');
      assert.equal(winners.length, 1, answers.join('\n'));
      const pid = winners[0]?.pid;
      assert.equal(answers.filter((answer) => answer.includes(`process ${pid} `)).length, 3, answers.join('\n'));
      await tidy(folder);
    }).timeout(20_000);
  }

  it('has one winner among many openings in one process', async () => {
    for (let round = 0; round < 10; round++) {
      const folder = await staleFolder();
      const locks = await Promise.allSettled(Array.from({ length: 8 }, () => StoreLock.acquire(realFiles, folder)));
      const won = locks.flatMap((each) => (each.status === 'fulfilled' && each.value ? [each.value] : []));
      assert.equal(won.length, 1);
      await tidy(folder);
      await won[0]?.release();
    }
  });

  it('does not mistake a later process with the same id for the holder', async () => {
    const folder = await staleFolder();
    const living = await holding(await scene.folder());
    const lock = path.join(folder, 'lock');
    await forge(lock, { pid: living.pid, started: await processStart(living.pid) });
    await lockedBy(living.pid, scene.open(folder));
    await forge(lock, { started: await processStart(process.pid) });
    await scene.open(folder);
  });

  it('does not count in a copy of the folder', async () => {
    const { folder } = await scene.withRun();
    await scene.open(await scene.copy(folder));
  });

  it('passes over what is no lock, once it cannot be one that is being written', async () => {
    for (const content of ['', '{"pid":', '{"pid": 1}', 'null']) {
      const folder = await scene.folder();
      await writeFile(path.join(folder, 'lock'), content);
      const written = Date.now() / 1000 - 2.8;
      await utimes(path.join(folder, 'lock'), written, written);
      await scene.open(folder);
      assert.ok(Date.now() / 1000 - written > 2.95);
      await tidy(folder);
    }
  });

  it('trusts another machine as long as it shows that it lives', async () => {
    const folder = await staleFolder();
    await forge(path.join(folder, 'lock'), { host: 'elsewhere', pid: 4711 }, 50);
    await lockedBy(4711, scene.open(folder));
    await forge(path.join(folder, 'lock'), {}, 61);
    await scene.open(folder);
  });

  it('goes on where a process died while it took a stale lock over', async () => {
    const folder = await staleFolder();
    const faulty = new FaultyFiles();
    faulty.fault = (operation, file) =>
      operation === 'rename' || (operation === 'remove' && file.endsWith('.claim')) ? systemError('EIO') : undefined;
    await assert.rejects(scene.open(folder, faulty.files), { code: 'EIO' });
    const claim = (await readdir(folder)).find((name) => name.endsWith('.claim'));
    assert.ok(claim !== undefined);
    // As if that process had died, and another one had its number now.
    await forge(path.join(folder, claim), { started: 'another time' });
    const locks = await Promise.allSettled(Array.from({ length: 8 }, () => StoreLock.acquire(realFiles, folder)));
    const won = locks.flatMap((each) => (each.status === 'fulfilled' && each.value ? [each.value] : []));
    assert.equal(won.length, 1);
    await tidy(folder);
    await won[0]?.release();
  });

  it('is lost by a starter that was overtaken just before its claim', async () => {
    const folder = await staleFolder();
    let winner: StoreLock | undefined;
    const slow: StoreFiles = {
      ...realFiles,
      link: async (from, to) => {
        if (to.endsWith('.claim') && winner === undefined) {
          winner = await StoreLock.acquire(realFiles, folder);
        }
        await realFiles.link(from, to);
      },
    };
    await lockedBy(process.pid, StoreLock.acquire(slow, folder));
    assert.ok(winner !== undefined);
    await tidy(folder);
    await winner.release();
    assert.deepEqual(await readdir(folder), []);
  });

  it('works where files cannot have two names', async () => {
    const folder = await staleFolder();
    const faulty = new FaultyFiles();
    faulty.fault = (operation) => (operation === 'link' ? systemError('EPERM') : undefined);
    const store = await scene.open(folder, faulty.files);
    await lockedBy(process.pid, scene.open(folder));
    await lockedBy(process.pid, scene.open(folder, faulty.files));
    await store.close();
    const again = await scene.open(folder, faulty.files);
    await createRun(again);
  });

  it('is made again when somebody tidied it up, and lost when somebody took it', async () => {
    const folder = await scene.folder();
    const file = path.join(folder, 'lock');
    const lock = await StoreLock.acquire(realFiles, folder, { beatEvery: 20 });
    assert.ok(lock !== undefined);
    await unlink(file);
    await until(async () => (await readdir(folder)).includes('lock'));
    await lockedBy(process.pid, StoreLock.acquire(realFiles, folder));
    assert.equal(lock.lost, false);
    const other = await scene.folder();
    const taker = await StoreLock.acquire(realFiles, other);
    await rename(path.join(other, 'lock'), file);
    await until(() => Promise.resolve(lock.lost));
    await lock.release();
    assert.ok((await readdir(folder)).includes('lock'));
    await taker?.release();
  });
});

async function until(condition: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + 5_000;
  while (!(await condition())) {
    assert.ok(performance.now() < end, 'the condition never came true');
    await delay(10);
  }
}
