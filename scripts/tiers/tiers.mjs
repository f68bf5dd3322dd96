// What each test tier needs and how it runs.
import path from 'node:path';
import { buildTests } from '../build-tests.mjs';
import { root } from '../root.mjs';
import { killTree, run, start, step } from '../run.mjs';
import { ensureChromium } from '../setup/chromium.mjs';
import { codeServer } from '../setup/codeServer.mjs';
import { pythonEnvironment, pythonForSample } from '../setup/python.mjs';
import { vscode } from '../setup/vscode.mjs';
import { remove, temporaryFolder } from '../temporary.mjs';

const chromium = async () => ({ LABBOOK_CHROMIUM: await ensureChromium() });

/** Found once, so that the tier's own process does not try the download again. */
const hostExecutable = async () => {
  const { kind, executable } = await vscode();
  return { LABBOOK_VSCODE: kind === 'stand-in' ? kind : executable };
};

const workbench = async () => {
  await codeServer();
  return {};
};

/** The ui tier types the sample project's scripts into a terminal. */
const samplePython = async () => ({ LABBOOK_PYTHON: await pythonForSample() });

/**
 * `needs`: tools, as functions that install what is missing and give the environment variables that say where it is;
 * `built`: whether it runs what `node esbuild.mjs` writes; `timeout`: of one test, in ms; `limit`: of the tier, in s; `beside`: files that
 * run at the same time as the others, in a process of their own, since both mostly wait; `jobs`: files that run at the same time.
 */
const tiers = {
  unit: { needs: [], built: false, timeout: 20_000, limit: 600 },
  webview: { needs: [chromium], built: true, timeout: 30_000, limit: 600, jobs: 2 },
  conformance: { needs: [pythonEnvironment], built: true, timeout: 120_000, limit: 1800, beside: /\bscripts\.test\./ },
  host: { needs: [chromium, hostExecutable], built: true, timeout: 30_000, limit: 660 },
  ui: { needs: [chromium, workbench, samplePython], built: false, timeout: 60_000, limit: 900 },
};

export const tierNames = Object.keys(tiers);

const asked = new Map();

/** Asks for a tool once, however many tiers need it. */
function once(need) {
  if (!asked.has(need)) {
    asked.set(need, need());
  }
  return asked.get(need);
}

/** Installs what a tier needs. @returns the environment variables that tell its tests where things are */
export async function prepare(name) {
  const results = await Promise.all(tiers[name].needs.map((need) => once(need)));
  return Object.assign({}, ...results);
}

export async function build(...options) {
  const log = path.join(root, 'out', 'build.log');
  await step('build', () => run(process.execPath, ['esbuild.mjs', ...options], { cwd: root, log, limit: 120 }));
}

function command(name, files, options) {
  const { timeout, jobs } = tiers[name];
  const colour = process.stdout.isTTY ? '--color' : '--no-color';
  if (name === 'host') {
    return [path.join('scripts', 'tiers', 'host.mjs'), '--timeout', String(timeout), ...options];
  }
  const mocha = path.join('node_modules', 'mocha', 'bin', 'mocha.js');
  const properties = ['--require', path.join(root, 'scripts', 'tiers', 'properties.mjs')];
  // Chosen tests are run one by one: they may be `only` those, which mocha does not know of files at the same time.
  const parallel = jobs === undefined || options.length > 0 ? [] : ['--parallel', '--jobs', String(jobs)];
  const settings = [...properties, ...parallel, colour, '--timeout', String(timeout), ...options];
  return ['--enable-source-maps', mocha, ...settings, ...files];
}

/** The escapes of colours, which stand between the words that are counted. */
const colours = new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, 'g');

function count(output, word) {
  return [...output.matchAll(new RegExp(`^ *(\\d+) ${word}`, 'gm'))].reduce((sum, [, n]) => sum + Number(n), 0);
}

/**
 * Builds and runs the tests of a tier; mocha's report goes to the console.
 * @param {string[]} options for mocha
 * @param {{isBuilt?: boolean}} state `isBuilt`: dist/ is fresh already
 * @returns `{passed, failed, skipped, seconds, failures}`; a tier without a test, one that ends badly and one past its limit count as
 * failed; `failures` is mocha's text of what failed, for a summary
 */
export async function runTier(name, options = [], { isBuilt = false } = {}) {
  const from = performance.now();
  const result = { passed: 0, failed: 0, skipped: 0, seconds: 0, failures: '' };
  try {
    const environment = await prepare(name);
    if (tiers[name].built && !isBuilt) {
      await build();
    }
    const { files, folder } = await buildTests(name);
    if (files.length === 0) {
      throw new Error(`The tier ${name} has no tests`);
    }
    // What tests, browsers, editors and Python leave in the temporary folder goes with the run, also with one that is killed.
    const temporary = temporaryFolder('lb');
    const places = { TMPDIR: temporary, TMP: temporary, TEMP: temporary };
    const env = { ...environment, ...places, LABBOOK_TESTS: folder };
    const parts = await runParts(name, files, options, env);
    remove(folder);
    remove(temporary);
    for (const { output, code } of parts) {
      addCounts(result, output);
      if (code !== 0 && count(output, 'failing') === 0) {
        console.error(`The tier ${name} ended with ${code}`);
        result.failed += 1;
      }
    }
    if (result.failed === 0 && result.passed === 0) {
      console.error(`The tier ${name} ran no test`);
      result.failed = 1;
    }
  } catch (error) {
    console.error(error.message);
    result.failed += 1;
  }
  result.seconds = Math.round((performance.now() - from) / 1000);
  return result;
}

function addCounts(result, output) {
  result.passed += count(output, 'passing');
  result.skipped += count(output, 'pending');
  result.failed += count(output, 'failing');
  result.failures += /^ *\d+ failing[^]*/m.exec(output)?.[0].trim() ?? '';
}

/** All files in one process where options choose among the tests; else those that run beside the others in another. */
async function runParts(name, files, options, env) {
  const { beside } = tiers[name];
  const apart = beside === undefined || options.length > 0 ? [] : files.filter((file) => beside.test(file));
  if (apart.length === 0) {
    return [await runMocha(name, command(name, files, options), env)];
  }
  const others = files.filter((file) => !apart.includes(file));
  const later = [];
  const parts = await Promise.all([
    runMocha(name, command(name, others, options), env),
    runMocha(name, command(name, apart, options), env, (text) => later.push(text)),
  ]);
  // One report after the other.
  process.stdout.write(later.join(''));
  return parts;
}

async function runMocha(name, args, environment, print) {
  const env = { ...process.env, ...environment };
  const child = start(process.execPath, args, { cwd: root, env });
  let output = '';
  for (const [stream, target] of [
    [child.stdout, process.stdout],
    [child.stderr, process.stderr],
  ]) {
    stream.setEncoding('utf8');
    stream.on('data', (text) => {
      output += text;
      if (print) {
        print(text);
      } else {
        target.write(text);
      }
    });
  }
  const timer = setTimeout(() => {
    console.error(`The tier ${name} took longer than ${tiers[name].limit} s`);
    killTree(child, 'SIGTERM');
    setTimeout(() => killTree(child), 10_000).unref();
  }, tiers[name].limit * 1000);
  const code = await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (status, signal) => resolve(status ?? signal ?? 1));
  }).finally(() => clearTimeout(timer));
  return { output: output.replace(colours, ''), code };
}
