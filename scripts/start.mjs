// `npm start`: a VS Code with Labbook in it and a sample project open. Desktop VS Code where `code` is on the PATH, else its
// workbench in the browser. `--folder DIR` opens another folder (the sample is copied there where its files are missing),
// `--browser` takes the browser in any case, `--port N` prefers that port.
import { spawnSync } from 'node:child_process';
import { cpSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { bootstrap } from './bootstrap.mjs';
import { root } from './root.mjs';
import { endWithSignals, run, start, step } from './run.mjs';
import { createPackage } from './package.mjs';
import { endServers } from './servers.mjs';
import { cacheFolder } from './setup/cache.mjs';
import { codeServer } from './setup/codeServer.mjs';
import { pythonForSample } from './setup/python.mjs';
import { terminalSettings } from './terminal.mjs';
import { quietSettings, startWorkbench, writeSettings } from './workbench.mjs';

const { values } = parseArgs({
  options: { folder: { type: 'string' }, browser: { type: 'boolean', default: false }, port: { type: 'string' } },
});
const windows = process.platform === 'win32';

/** Copies the sample; files of a folder that the user named stay as they are. @returns the folder */
function prepareSample() {
  const own = values.folder !== undefined;
  const folder = own ? path.resolve(values.folder) : path.join(cacheFolder(), 'sample');
  cpSync(path.join(root, 'scripts', 'sample'), folder, { recursive: true, force: !own });
  return folder;
}

function hasDesktop() {
  return (
    !values.browser &&
    spawnSync('code', ['--version'], { stdio: 'ignore', timeout: 20_000, shell: windows }).status === 0
  );
}

/** Opens desktop VS Code with a profile of its own, so that it can be ended without touching the user's windows. */
async function openDesktop(folder, python) {
  await step('build', () => run(process.execPath, ['esbuild.mjs'], { cwd: root, limit: 120 }));
  const home = path.join(cacheFolder(), 'desktop');
  const userData = path.join(home, 'user');
  writeSettings(userData, { ...quietSettings, ...terminalSettings(home, python) });
  const folders = [`--user-data-dir=${userData}`, `--extensions-dir=${path.join(home, 'extensions')}`];
  const asRoot = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  const args = [`--extensionDevelopmentPath=${root}`, '--new-window', '--wait', ...folders, ...asRoot, folder];
  const child = start('code', windows ? args.map((arg) => `"${arg}"`) : args, { stdio: 'inherit', shell: windows });
  const stop = async () => {
    const pid = Number.parseInt(readText(path.join(userData, 'code.lock')), 10);
    // With the command still waiting, the process of this profile is the one that the lock names.
    if (!Number.isNaN(pid) && child.exitCode === null) {
      process.kill(pid, 'SIGTERM');
    }
  };
  return { where: 'In the VS Code window that opens', userData, child, stop };
}

function readText(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

async function openBrowser(folder, python) {
  const home = path.join(cacheFolder(), 'start');
  const { file } = await step('package', () => createPackage(path.join(home, 'labbook.vsix')));
  const settings = terminalSettings(home, python);
  const port = Number(values.port ?? '8123');
  const workbench = await step('start the workbench', () => startWorkbench({ home, vsix: file, settings, port }));
  const { userData, child, stop } = workbench;
  return { where: `Open ${workbench.url(folder)} in a browser; there`, userData, child, stop };
}

async function main() {
  await bootstrap();
  const desktop = hasDesktop();
  const [python] = await Promise.all([pythonForSample(), desktop ? undefined : codeServer()]);
  const folder = prepareSample();
  const { where, userData, child, stop } = await (desktop ? openDesktop : openBrowser)(folder, python);
  cleanups.push(async () => {
    await stop();
    await endServers(userData);
  });
  console.log(`\n${where}, open a terminal and type: python train.py   (Ctrl-C here ends it all)\n`);
  await new Promise((resolve) => child.once('exit', resolve));
}

const cleanups = [];
let ending;
const cleanUp = () => (ending ??= step('stop', () => Promise.all(cleanups.map((each) => each()))));
endWithSignals(async () => {
  if (cleanups.length > 0) {
    await cleanUp();
  }
});
try {
  await main();
  await cleanUp();
} catch (error) {
  console.error(error.message);
  process.exit(1);
}
process.exit(0);
