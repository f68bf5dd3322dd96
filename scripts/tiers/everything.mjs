// All that must hold, one after the other, with a summary; the last line is for machines: `N passed, N failed`.
import path from 'node:path';
import { root } from '../root.mjs';
import { createPackage } from '../package.mjs';
import { run } from '../run.mjs';
import { build, prepare, runTier, tierNames } from './tiers.mjs';

/** Runs a step that is no test: it counts only when it fails. */
async function check(title, work) {
  const from = performance.now();
  let failed = 0;
  try {
    await work();
  } catch (error) {
    console.error(error.message);
    failed = 1;
  }
  return { title, passed: 0, failed, skipped: 0, seconds: Math.round((performance.now() - from) / 1000) };
}

const script = (name, ...args) =>
  run(process.execPath, [path.join('scripts', name), ...args], { cwd: root, limit: 400 });

/** The tools of all tiers, side by side; they load and compile while lint and build run. */
async function setUp() {
  await Promise.all(tierNames.map((name) => prepare(name)));
}

/** The unit tier lists this package, the ui tier installs it. */
async function packageOnce() {
  const { file, size } = await createPackage(path.join(root, 'out', 'labbook.vsix'));
  process.env.LABBOOK_VSIX = file;
  console.log(`ok     package, ${(size / 1000).toFixed(0)} kB`);
}

/** What failed is told again at the end, since the start of a long log is often cut or far away. */
function printFailures(results) {
  for (const { title, failures } of results) {
    if (failures) {
      console.log(`\n── what failed in ${title} ──\n${failures.slice(0, 20_000)}`);
    }
  }
}

function printSummary(results) {
  printFailures(results);
  console.log('');
  for (const { title, passed, failed, skipped, seconds } of results) {
    const state = failed === 0 ? 'ok    ' : 'failed';
    const counts = tierNames.includes(title)
      ? `${passed} passed, ${failed} failed${skipped === 0 ? '' : `, ${skipped} skipped`}`
      : '';
    console.log(`${state} ${title.padEnd(12)} ${`${seconds} s`.padStart(6)}   ${counts}`.trimEnd());
  }
  const sum = (key) => results.reduce((total, result) => total + result[key], 0);
  const skipped = sum('skipped');
  console.log(`${sum('passed')} passed, ${sum('failed')} failed${skipped === 0 ? '' : `, ${skipped} skipped`}`);
  return sum('failed');
}

/** @returns the exit code: 0 when all passed */
export async function runEverything() {
  const results = [];
  const prepared = check('set-up', setUp);
  results.push(await check('lint', () => script('lint.mjs')));
  results.push(await check('build', () => build('--production')));
  results.push(await check('package', packageOnce));
  results.unshift(await prepared);
  for (const name of tierNames) {
    console.log(`\n── ${name} ──`);
    results.push({ title: name, ...(await runTier(name, [], { isBuilt: true })) });
  }
  return printSummary(results) === 0 ? 0 : 1;
}
