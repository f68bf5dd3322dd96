// Where the heavy tools live: outside the checkout, one folder per tool and version, each with a stamp that is written last.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { step } from '../run.mjs';
import { isAlive } from '../temporary.mjs';

/** The cache folder: LABBOOK_CACHE, else `labbook-dev` in the user's cache folder of the operating system. */
export function cacheFolder() {
  if (process.env.LABBOOK_CACHE) {
    return path.resolve(process.env.LABBOOK_CACHE);
  }
  const home = homedir();
  const base =
    process.platform === 'win32'
      ? (process.env.LOCALAPPDATA ?? path.join(home, 'AppData', 'Local'))
      : process.platform === 'darwin'
        ? path.join(home, 'Library', 'Caches')
        : process.env.XDG_CACHE_HOME || path.join(home, '.cache');
  return path.join(base, 'labbook-dev');
}

const stampOf = (folder) => path.join(folder, '.labbook-stamp');

function isDone(folder, stamp) {
  try {
    return readFileSync(stampOf(folder), 'utf8') === stamp;
  } catch {
    return false;
  }
}

/** The process id in a lock file; undefined where it was released, or is being written, at this moment. */
function holderOf(file) {
  try {
    const pid = Number.parseInt(readFileSync(file, 'utf8'), 10);
    return Number.isNaN(pid) ? undefined : pid;
  } catch {
    return undefined;
  }
}

/** Takes the lock file of an install; a lock whose process is gone is taken over. Limit: 15 minutes. */
async function lock(file) {
  const until = performance.now() + 15 * 60_000;
  for (;;) {
    try {
      writeFileSync(file, String(process.pid), { flag: 'wx' });
      return;
    } catch (error) {
      if (error.code !== 'EEXIST') {
        throw error;
      }
    }
    const holder = holderOf(file);
    if (holder !== undefined && !isAlive(holder)) {
      rmSync(file, { force: true });
      continue;
    }
    if (performance.now() > until) {
      throw new Error(`Another process (${holder}) has been installing for 15 minutes. If it is not, delete ${file}`);
    }
    await delay(500);
  }
}

/**
 * The folder of an installed tool; installs it first when its stamp is missing or says something else.
 * A half-done install never counts: the stamp is written last, and without it the folder is emptied first.
 * Runs side by side install once: the others wait.
 * @param {string} name folder in the cache, for example `code-server-4.139.1`
 * @param {string} stamp what must be installed; another text means install anew
 * @param {(folder: string, log: string) => Promise<void>} install fills the folder
 */
export async function installed(name, stamp, install) {
  const cache = cacheFolder();
  const folder = path.join(cache, name);
  if (isDone(folder, stamp)) {
    return folder;
  }
  mkdirSync(cache, { recursive: true });
  const lockFile = path.join(cache, `${name}.lock`);
  await lock(lockFile);
  try {
    if (!isDone(folder, stamp)) {
      rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
      mkdirSync(folder, { recursive: true });
      const log = path.join(cache, 'logs', `${name}.log`);
      rmSync(log, { force: true });
      await step(`install ${name}`, () => install(folder, log));
      writeFileSync(stampOf(folder), stamp);
    }
    return folder;
  } finally {
    rmSync(lockFile, { force: true });
  }
}
