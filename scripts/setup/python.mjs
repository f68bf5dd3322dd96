// Python environments with real MLflow clients, one per requirements file, in the cache.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { root } from '../root.mjs';
import { run } from '../run.mjs';
import { installed } from './cache.mjs';
import { aptInstall } from './debian.mjs';

const fixtures = path.join(root, 'test', 'fixtures');
const pattern = /^requirements-(.+)\.txt$/;

/** Names of the environments of the tests: of each `test/fixtures/requirements-<name>.txt`. */
export function pythonNames() {
  return readdirSync(fixtures)
    .map((file) => pattern.exec(file)?.[1])
    .filter((name) => name !== undefined)
    .sort();
}

/** The system's Python 3 as [command, ...first arguments]. Version 3.10 at least: what MLflow 3 runs on. */
function systemPython() {
  const candidates = process.platform === 'win32' ? [['py', '-3'], ['python']] : [['python3'], ['python']];
  for (const [command, ...first] of candidates) {
    const check = 'import sys; sys.exit(0 if sys.version_info >= (3, 10) else 1)';
    if (spawnSync(command, [...first, '-c', check], { stdio: 'ignore', timeout: 20_000 }).status === 0) {
      return [command, ...first];
    }
  }
  throw new Error(
    'Python 3.10 or newer is needed for the tests with real clients, but no python3 was found on the PATH',
  );
}

const executableIn = (folder) =>
  process.platform === 'win32' ? path.join(folder, 'Scripts', 'python.exe') : path.join(folder, 'bin', 'python');

async function createEnvironment(folder, requirements, log) {
  const [command, ...first] = systemPython();
  if (spawnSync(command, [...first, '-c', 'import ensurepip, venv'], { stdio: 'ignore' }).status !== 0) {
    await aptInstall(['python3-venv']);
  }
  await run(command, [...first, '-m', 'venv', '--clear', folder], { log, limit: 180 });
  const quiet = ['--disable-pip-version-check', '--no-input', '--prefer-binary', '-q'];
  const env = { ...process.env, PYTHONDONTWRITEBYTECODE: '' };
  await run(executableIn(folder), ['-m', 'pip', 'install', ...quiet, '-r', requirements], { log, limit: 900, env });
}

/**
 * The Python of an environment that has what a requirements file names; makes it first when it is missing or the file has changed.
 * @param {string} name folder name in the cache, without `python-`
 * @param {string} requirements absolute path of a requirements file
 * @returns {Promise<string>} absolute path of the interpreter
 */
export async function pythonWith(name, requirements) {
  const stamp = readFileSync(requirements, 'utf8');
  const folder = await installed(`python-${name}`, stamp, (target, log) =>
    createEnvironment(target, requirements, log),
  );
  return executableIn(folder);
}

/** The Python for `test/fixtures/requirements-<name>.txt`. */
export async function pythonFor(name) {
  const requirements = path.join(fixtures, `requirements-${name}.txt`);
  if (!existsSync(requirements)) {
    throw new Error(`No Python environment is named ${name}: there are ${pythonNames().join(', ')}`);
  }
  return await pythonWith(name, requirements);
}

/** The Python for the sample project: only what its scripts need. */
export async function pythonForSample() {
  return await pythonWith('sample', path.join(root, 'scripts', 'sample', 'requirements.txt'));
}

/** Makes all environments of the tests, two at a time. @returns `{LABBOOK_PYTHON_<name>: interpreter}` */
export async function pythonEnvironment() {
  const entries = {};
  const names = pythonNames();
  const lane = async () => {
    for (let name = names.shift(); name !== undefined; name = names.shift()) {
      entries[`LABBOOK_PYTHON_${name}`] = await pythonFor(name);
    }
  };
  await Promise.all([lane(), lane()]);
  return entries;
}
