import { createHash, randomUUID } from 'node:crypto';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type StoreFiles, systemCode } from './files';
import { isAlive, machine, processStart } from './processIdentity';

export const lockName = 'lock';

/** How often the holder shows that it lives, in milliseconds. */
const heartbeat = 10_000;
/** A holder that cannot be asked (another machine) counts as gone after this silence. */
const silence = 60_000;
/** Content that is no lock may be one that is being written; for this long. */
const writingTime = 3_000;
/** Longest wait for another starter, or for content being written. */
const patience = 10_000;

/** The store is in use. */
export class StoreLockedError extends Error {
  override readonly name = 'StoreLockedError';

  constructor(
    folder: string,
    /** Process that holds it, on `host`. */
    readonly pid: number,
    readonly host: string,
  ) {
    super(`The store ${folder} is in use by process ${pid} on ${host.split(' ')[0] ?? host}.`);
  }
}

/** Content of the lock file, as JSON. */
interface Holder {
  readonly pid: number;
  /** `processStart(pid)` */
  readonly started: string;
  readonly host: string;
  readonly boot: string;
  readonly space: string;
  /** Different for every lock ever made. */
  readonly nonce: string;
  /** Of the lock file itself: a copy of the folder has another one, and is not locked. */
  readonly inode: string;
}

type Judgement =
  | { readonly state: 'gone' | 'young' }
  | { readonly state: 'held'; readonly holder: Holder }
  /** `id` names this very file; no later one has the same. */
  | { readonly state: 'stale'; readonly id: string };

/**
 * One process per store. The lock file appears with its whole content (a second name for a finished file), so it can be
 * judged at any moment.
 *
 * Taking a stale lock over is a race that must have one winner, however many start at once and wherever one of them dies:
 * - To take over file X one must first make the claim file of X, whose name follows from X: only one can. If that one has
 *   died since, its claim is as stale as X, and can be claimed in turn.
 * - With the claim made, one looks at the lock again. If it is still X, it stays X: only the claim's owner may replace it.
 *   If not, the claim belongs to a race that is over, and is given up.
 * - Claims are removed after the lock was replaced, so whoever makes the same claim later sees the new lock.
 */
export class StoreLock {
  private timer: NodeJS.Timeout | undefined;
  private lostLock = false;

  private constructor(
    private readonly files: StoreFiles,
    private readonly file: string,
    private readonly holder: Holder,
    private readonly folderInode: string | undefined,
    beatEvery: number,
  ) {
    this.timer = setInterval(() => void this.beat(), beatEvery).unref();
  }

  /** True when another process has taken the store, or another folder its place; nothing may be written any more. */
  get lost(): boolean {
    return this.lostLock;
  }

  /**
   * @param folder real path of the store
   * @param beatEvery milliseconds between signs of life
   * @param later for what follows the start
   * @returns undefined where the folder cannot be written to
   * @throws StoreLockedError; system errors
   */
  static async acquire(
    files: StoreFiles,
    folder: string,
    { beatEvery = heartbeat, later = files }: { readonly beatEvery?: number; readonly later?: StoreFiles } = {},
  ): Promise<StoreLock | undefined> {
    const start = { ...(await machine()), pid: process.pid, started: await processStart(process.pid) };
    const nonce = randomUUID();
    const temporary = path.join(folder, `${lockName}-${nonce}.tmp`);
    const holder = await writeHolder(files, temporary, { ...start, nonce }).catch(unlessReadOnly);
    if (holder === undefined) {
      return undefined;
    }
    try {
      const own = await files.facts(temporary);
      // mtimes are compared with the file system's clock, which on a network is not ours.
      const contest = new Contest(files, folder, temporary, holder, (own?.modified ?? Date.now()) - Date.now());
      await contest.win();
      const inode = (await files.facts(folder))?.inode;
      return new StoreLock(later, path.join(folder, lockName), holder, inode, beatEvery);
    } finally {
      await files.remove(temporary).catch(() => undefined);
    }
  }

  async release(): Promise<void> {
    clearInterval(this.timer);
    this.timer = undefined;
    const now = await readHolder(this.files, this.file).catch(() => undefined);
    if (now?.holder?.nonce === this.holder.nonce) {
      await this.files.remove(this.file).catch(() => undefined);
    }
  }

  /** A sign of life; also finds out whether the store was lost (see `lost`). */
  async beat(): Promise<void> {
    try {
      const now = await readHolder(this.files, this.file);
      if (this.timer === undefined) {
        return;
      }
      if (now === undefined) {
        const inode = (await this.files.facts(path.dirname(this.file)))?.inode;
        if (inode !== undefined && inode !== this.folderInode) {
          // The store was moved away, and a folder of the same name is in its place.
          this.lostLock = true;
        } else {
          // Somebody tidied up. The store is still ours.
          await writeHolder(this.files, this.file, this.holder);
        }
      } else if (now.holder?.nonce === this.holder.nonce) {
        await this.files.touch(this.file);
      } else {
        this.lostLock = true;
      }
    } catch {
      // A full or unplugged disk; the next beat tries again.
    }
  }
}

/** One attempt to get the lock. */
class Contest {
  constructor(
    private readonly files: StoreFiles,
    private readonly folder: string,
    /** Finished lock file under a name of its own. */
    private readonly temporary: string,
    private readonly holder: Holder,
    /** Clock of the file system minus ours, in milliseconds. */
    private readonly skew: number,
  ) {}

  async win(): Promise<void> {
    const lock = path.join(this.folder, lockName);
    const deadline = performance.now() + patience;
    while (!(await this.place(lock))) {
      const judgement = await this.judge(lock);
      if (judgement.state === 'held') {
        throw new StoreLockedError(this.folder, judgement.holder.pid, judgement.holder.host);
      }
      if (judgement.state === 'stale' && (await this.takeOver(lock, judgement.id))) {
        return;
      }
      if (performance.now() > deadline) {
        throw new Error(
          `The store ${this.folder} could not be locked within ${patience / 1000} s: ${lock} keeps changing.`,
        );
      }
      await delay(judgement.state === 'gone' ? 0 : 50);
    }
  }

  /** @returns false where another one is at it, or was quicker */
  private async takeOver(lock: string, id: string): Promise<boolean> {
    const claims: string[] = [];
    let claimed = id;
    for (;;) {
      const claim = path.join(this.folder, `${lockName}-${createHash('sha256').update(claimed).digest('hex')}.claim`);
      claims.push(claim);
      if (await this.place(claim)) {
        break;
      }
      const judgement = await this.judge(claim);
      if (judgement.state !== 'stale') {
        return false;
      }
      claimed = judgement.id;
    }
    let won = false;
    try {
      const now = await this.judge(lock);
      if (now.state === 'stale' && now.id === id) {
        await this.files.rename(this.temporary, lock);
        won = true;
      }
    } finally {
      for (const claim of won ? claims : claims.slice(-1)) {
        await this.files.remove(claim);
      }
    }
    return won;
  }

  /** Makes the file with our content; false where it exists. */
  private async place(file: string): Promise<boolean> {
    try {
      await this.files.link(this.temporary, file);
      return true;
    } catch (error) {
      const code = systemCode(error);
      if (code === 'EEXIST') {
        return false;
      }
      if (code === 'ENOENT') {
        throw error;
      }
    }
    // A file system without second names (exFAT, some network drives): others may see the file before its content.
    try {
      await writeHolder(this.files, file, this.holder);
      return true;
    } catch (error) {
      if (systemCode(error) === 'EEXIST') {
        return false;
      }
      throw error;
    }
  }

  private async judge(file: string): Promise<Judgement> {
    const found = await readHolder(this.files, file);
    if (found === undefined) {
      return { state: 'gone' };
    }
    const { holder, inode, modified } = found;
    const age = Date.now() + this.skew - modified;
    if (holder === undefined) {
      return age < writingTime && age > -writingTime
        ? { state: 'young' }
        : { state: 'stale', id: `${inode} ${modified}` };
    }
    const stale = holder.inode !== inode || (await isGone(holder, age));
    return stale ? { state: 'stale', id: `${holder.nonce} ${inode}` } : { state: 'held', holder };
  }
}

/** @param age milliseconds since the holder's last heartbeat */
async function isGone(holder: Holder, age: number): Promise<boolean> {
  const here = await machine();
  const silent = age > silence;
  // A host with a number (a space in it) is a certain machine; without one, equal names may be two machines.
  const rebooted = holder.boot !== here.boot && here.host.includes(' ');
  if (holder.host !== here.host) {
    return silent;
  }
  if (rebooted) {
    return true;
  }
  if (holder.boot !== here.boot || holder.space !== here.space) {
    return silent;
  }
  if (!isAlive(holder.pid)) {
    return true;
  }
  const started = await processStart(holder.pid);
  return holder.started !== '' && started !== '' ? holder.started !== started : silent;
}

/** Writes a new lock file. @throws EEXIST where the file exists */
async function writeHolder(files: StoreFiles, file: string, holder: Omit<Holder, 'inode'>): Promise<Holder> {
  const opened = await files.open(file, 'exclusive');
  try {
    const inode = (await files.facts(file))?.inode ?? '';
    const complete: Holder = { ...holder, inode };
    await opened.append(Buffer.from(`${JSON.stringify(complete)}\n`));
    return complete;
  } finally {
    await opened.close();
  }
}

function unlessReadOnly(error: unknown): undefined {
  if (!isReadOnly(error)) {
    throw error;
  }
}

/** True for the errors by which a system says that a folder may not be written to. */
export function isReadOnly(error: unknown): boolean {
  return ['EROFS', 'EACCES', 'EPERM'].includes(systemCode(error) ?? '');
}

/** Undefined where there is no file; without `holder` where its content is no lock. */
async function readHolder(
  files: StoreFiles,
  file: string,
): Promise<{ holder: Holder | undefined; inode: string; modified: number } | undefined> {
  try {
    for (;;) {
      const facts = await files.facts(file);
      if (facts === undefined) {
        return undefined;
      }
      const holder = parseHolder(await files.read(file));
      // Replaced in between: the content is not that of this inode, and would look like a copied folder's.
      if ((await files.facts(file))?.inode === facts.inode) {
        return { holder, inode: facts.inode, modified: facts.modified };
      }
    }
  } catch (error) {
    if (systemCode(error) === 'ENOENT') {
      return undefined;
    }
    throw error;
  }
}

function parseHolder(bytes: Uint8Array): Holder | undefined {
  try {
    const raw: unknown = JSON.parse(Buffer.from(bytes).toString());
    return isHolder(raw) ? raw : undefined;
  } catch {
    return undefined;
  }
}

function isHolder(raw: unknown): raw is Holder {
  if (typeof raw !== 'object' || raw === null) {
    return false;
  }
  const fields = new Map<string, unknown>(Object.entries(raw));
  const pid = fields.get('pid');
  return (
    typeof pid === 'number' &&
    Number.isSafeInteger(pid) &&
    pid > 0 &&
    ['started', 'host', 'boot', 'space', 'nonce', 'inode'].every((name) => typeof fields.get(name) === 'string')
  );
}
