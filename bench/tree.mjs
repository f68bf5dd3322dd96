// The experiments tree with 10,000 runs, in a real extension host: opening, further pages, a live run, and what stops the host.
// `--quick`: 1,000 runs and short times.
import { runTests } from '@vscode/test-electron';
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { root } from '../scripts/root.mjs';
import { endWithSignals, run, step } from '../scripts/run.mjs';
import { vscode } from '../scripts/setup/vscode.mjs';
import { bundle } from './lib/bundle.mjs';
import { fillRuns, withStore } from './lib/fillStore.mjs';
import { medianOf } from './lib/load.mjs';
import { save } from './lib/report.mjs';
import { folder } from './lib/servers.mjs';

const { values } = parseArgs({ options: { quick: { type: 'boolean', default: false } } });
const runs = values.quick ? 1000 : 10_000;
const seconds = values.quick ? 3 : 10;
endWithSignals();

const home = folder('tree');
const extension = path.join(home, 'extension');
const workspace = path.join(home, 'workspace');
const store = path.join(home, 'store');
const figuresFile = path.join(home, 'figures.json');

/**
 * Loads and activates the extension, both without a pause in between, and notes what they took. VS Code's own figure of an
 * activation holds what other extensions, which start at the same moment, take of the same thread.
 */
const measuredEntry = `
const work = () => { const { user, system } = process.threadCpuUsage(); return (user + system) / 1000; };
const measured = (task) => {
  const [from, before] = [performance.now(), work()];
  const result = task();
  return { result, took: { wall: performance.now() - from, work: work() - before } };
};
const loading = measured(() => require('./extension.cjs'));
exports.activate = (context) => {
  const activation = measured(() => loading.result.activate(context));
  globalThis.labbookActivation = { load: loading.took, activate: activation.took };
  return activation.result;
};
`;

/** The extension as it ships, so that the checkout's own dist/ is left alone. */
async function buildExtension() {
  mkdirSync(extension);
  const outdir = path.join(extension, 'dist');
  const log = path.join(home, 'build.log');
  await run(process.execPath, ['esbuild.mjs', '--production', '--outdir', outdir], { cwd: root, log, limit: 120 });
  const names = ['package.json', 'package.nls.json', 'l10n', 'media'];
  names.forEach((name) => cpSync(path.join(root, name), path.join(extension, name), { recursive: true }));
  const manifestFile = path.join(extension, 'package.json');
  const manifest = JSON.parse(readFileSync(manifestFile, 'utf8'));
  writeFileSync(path.join(outdir, 'measured.cjs'), measuredEntry);
  writeFileSync(manifestFile, JSON.stringify({ ...manifest, main: './dist/measured.cjs' }));
}

async function buildSuite() {
  const outfile = path.join(home, 'treeSpeed.cjs');
  await bundle('test/host/treeSpeed.ts', outfile, { packages: 'bundle' });
  return outfile;
}

async function measure(suite) {
  const { executable } = await vscode();
  mkdirSync(path.join(workspace, '.vscode'), { recursive: true });
  const settings = { 'labbook.store.path': store, 'labbook.server.keepAliveMinutes': 0.1 };
  writeFileSync(path.join(workspace, '.vscode', 'settings.json'), JSON.stringify(settings));
  await runTests({
    vscodeExecutablePath: executable,
    extensionDevelopmentPath: extension,
    extensionTestsPath: suite,
    launchArgs: [
      workspace,
      `--user-data-dir=${path.join(home, 'user')}`,
      `--extensions-dir=${path.join(home, 'extensions')}`,
    ],
    extensionTestsEnv: { LABBOOK_TREE_FIGURES: figuresFile, LABBOOK_TREE_SECONDS: String(seconds) },
  });
  return JSON.parse(readFileSync(figuresFile, 'utf8'));
}

/** Ends the server that the window left running on purpose. */
function endServer() {
  try {
    process.kill(JSON.parse(readFileSync(path.join(store, 'server.json'), 'utf8')).pid, 'SIGTERM');
  } catch {
    // It has ended.
  }
}

await step('build', buildExtension);
const suite = await buildSuite();
await step(`${runs.toLocaleString('en-US')} runs`, () => withStore(store, (open) => fillRuns(open, runs)));
try {
  const figures = await step('measure', () => measure(suite));
  const row = (name, value, wanted) => [name, value, `≤ ${wanted}`, value <= wanted ? 'reached' : 'missed'];
  const most = (list) => Math.max(0, ...list);
  save('tree', {
    title: 'The tree of experiments',
    tables: [
      {
        columns: [`with ${runs.toLocaleString('en-US')} runs in the experiment`, 'measured', 'wanted', ''],
        rows: [
          ['loading the extension’s code, ms', figures.activation.load.wall, '–', ''],
          ['activation, ms', figures.activation.activate.wall, '–', ''],
          row('processor time of both, ms', figures.activation.load.work + figures.activation.activate.work, 100),
          row('opening the experiment, to its first page, ms', figures.opened, 300),
          row('Load more, the middle of 5, ms', medianOf(figures.more), 300),
          row('longest stretch of the host meanwhile, ms', figures.opening, 50),
          row('live value to its row, the middle, ms', medianOf(figures.page.updates), 500),
          row('live value to its row, the slowest, ms', most(figures.page.updates), 1000),
          row('rows that a live value redraws, most', most(figures.page.elements), 1),
          ['longest stretch while nothing happens, ms', figures.idle, '–', ''],
          row('longest stretch during a live run, the extension alone, ms', figures.own.longest, 50),
          row(
            `rows that a live value redraws with ${figures.rows.toLocaleString('en-US')} loaded, most`,
            most(figures.all.elements),
            1,
          ),
          row('longest stretch during a live run with all of them loaded, ms', figures.all.longest, 50),
          row('all of their rows made again, ms', figures.redraw, 300),
          ['longest stretch when a run comes, with all of them in the window, ms', figures.newRun, '–', ''],
        ],
      },
    ],
    notes: [
      'In a real extension host, in which the extension itself works, too. A stretch is the processor time that the extension host ' +
        'took at most between two turns of its event loop; VS Code’s own work in it counts. A live run logs ten values a second. Rows are ' +
        `read and made, not drawn.${values.quick ? ' Measured with `--quick`: small and short.' : ''}`,
    ],
  });
} finally {
  endServer();
}
process.exit(0);
