// Folders in the system's temporary one that belong to a process of the scripts: gone with it, at the latest some time after it.
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** Only what is older is swept: the process of a younger one may be in another container that has the same temporary folder. */
const sweptAfter = 24 * 60 * 60 * 1000;

/**
 * Makes a folder that is removed when this process ends. One that was killed hard cannot: what such ones left is removed here.
 * @param prefix short, since sockets in it have names of 103 bytes at most (macOS)
 * @param place where; by default a short path to the system's temporary folder
 * @returns its absolute path
 */
export function temporaryFolder(prefix, place = process.platform === 'darwin' ? '/tmp' : tmpdir()) {
  sweep(prefix, place);
  const folder = mkdtempSync(path.join(place, `${prefix}-${process.pid}-`));
  process.on('exit', () => remove(folder));
  return folder;
}

/** Removes a folder; what something still writes into it stays for the next sweep. */
export function remove(folder) {
  try {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  } catch (error) {
    console.error(`${folder} was not removed: ${error.message}`);
  }
}

function sweep(prefix, place) {
  for (const name of readdirSync(place)) {
    const [, pid] = new RegExp(`^${prefix}-(\\d+)-\\w{6}$`).exec(name) ?? [];
    const folder = path.join(place, name);
    if (pid !== undefined && !isAlive(Number(pid)) && isOld(folder)) {
      remove(folder);
    }
  }
}

function isOld(folder) {
  const { mtimeMs } = statSync(folder, { throwIfNoEntry: false }) ?? { mtimeMs: Date.now() };
  return Date.now() - mtimeMs > sweptAfter;
}

/** Whether a process of this machine lives, whoever's it is. */
export function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}
