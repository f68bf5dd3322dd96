// Debian's packages, where this is Debian (or Ubuntu) and the user may install them.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { run, step } from '../run.mjs';
import { cacheFolder } from './cache.mjs';

/** Whether apt-get may be used: Debian's file is there and the user is root. */
export function canUseApt() {
  return process.platform === 'linux' && existsSync('/etc/debian_version') && process.getuid?.() === 0;
}

function isMissing(name) {
  const { status, stdout } = spawnSync('dpkg-query', ['-W', '-f', '${Status}', name], { encoding: 'utf8' });
  return status !== 0 || !stdout.includes('install ok installed');
}

/** One apt-get at a time: dpkg has one lock. */
let queue = Promise.resolve();

/**
 * Installs those of the packages that are missing.
 * @returns false where this is no Debian or the user is not root, and something is missing
 */
export async function aptInstall(names) {
  const work = queue.then(async () => {
    if (process.platform !== 'linux' || !existsSync('/etc/debian_version')) {
      return false;
    }
    const missing = names.filter((name) => isMissing(name));
    if (missing.length === 0) {
      return true;
    }
    if (!canUseApt()) {
      return false;
    }
    const log = path.join(cacheFolder(), 'logs', 'apt-get.log');
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    const wait = ['-o', 'DPkg::Lock::Timeout=300'];
    await step(`apt-get install ${missing.join(' ')}`, async () => {
      await run('apt-get', ['update', '-q', ...wait], { limit: 300, log, env });
      await run('apt-get', ['install', '-y', '-q', '--no-install-recommends', ...wait, ...missing], {
        limit: 900,
        log,
        env,
      });
    });
    return true;
  });
  queue = work.then(
    () => undefined,
    () => undefined,
  );
  return await work;
}
