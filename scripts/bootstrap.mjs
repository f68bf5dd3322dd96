// Brings node_modules in line with package-lock.json, so that `npm test` and `npm start` work in a fresh clone.
// Nothing here, nor in the files it imports, may come from a package.
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { root } from './root.mjs';
import { npm, step } from './run.mjs';

const modules = path.join(root, 'node_modules');
const stampFile = path.join(modules, '.labbook-stamp');

const read = (file) => {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
};

/** Whether npm's own record of what it installed has every package of the lock file that is not optional, in its version. */
function recordMatches(lock) {
  const record = read(path.join(modules, '.package-lock.json'));
  if (record === undefined) {
    return false;
  }
  const there = JSON.parse(record).packages;
  return Object.entries(JSON.parse(lock).packages).every(
    ([name, { version, optional, link }]) => name === '' || optional || link || there[name]?.version === version,
  );
}

function checkNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19)) {
    throw new Error(`Node 20.19 or newer is needed; this is ${process.version}`);
  }
}

/** Installs the packages of the lock file unless they are there. Limit: 10 minutes. */
export async function bootstrap() {
  checkNode();
  const lock = readFileSync(path.join(root, 'package-lock.json'), 'utf8');
  const stamp = createHash('sha256').update(`${process.platform} ${process.arch}\n${lock}`).digest('hex');
  if (read(stampFile) === stamp) {
    return;
  }
  if (!recordMatches(lock)) {
    const log = path.join(root, 'out', 'npm-ci.log');
    await step('npm ci', () => npm(['ci', '--no-audit', '--no-fund'], { cwd: root, log, limit: 600 }));
  }
  writeFileSync(stampFile, stamp);
}
