// The host tier: mocha inside VS Code's extension host, started by @vscode/test-electron.
// LABBOOK_TESTS names the folder of the bundled tests. Options: `-g pattern`, `--timeout ms`.
import { runTests } from '@vscode/test-electron';
import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { root } from '../root.mjs';
import { endWithSignals, run } from '../run.mjs';
import { endServers } from '../servers.mjs';
import { aptInstall } from '../setup/debian.mjs';
import { vscode } from '../setup/vscode.mjs';

const { values } = parseArgs({
  options: { grep: { type: 'string', short: 'g', default: '' }, timeout: { type: 'string', default: '20000' } },
});
endWithSignals();

const { kind, executable } = await vscode();
const noScreen = process.platform === 'linux' && !process.env.DISPLAY && !process.env.WAYLAND_DISPLAY;
if (kind === 'desktop' && noScreen && process.env.LABBOOK_XVFB === undefined) {
  // Electron needs a screen: once more, under a virtual one.
  await aptInstall(['xvfb', 'xauth', 'libgtk-3-0', 'libnss3', 'libgbm1', 'libasound2']);
  const again = [process.execPath, ...process.argv.slice(1)];
  const env = { ...process.env, LABBOOK_XVFB: '1', LABBOOK_VSCODE: executable };
  const code = await run('xvfb-run', ['-a', ...again], { env, limit: 1200 }).then(
    () => 0,
    () => 1,
  );
  process.exit(code);
}

const home = mkdtempSync(path.join(tmpdir(), 'lbt-'));
const workspace = path.join(home, 'workspace');
const sources = path.join(root, 'test', 'fixtures', 'workspace');
if (existsSync(sources)) {
  cpSync(sources, workspace, { recursive: true });
} else {
  cpSync(path.join(root, 'scripts', 'sample'), workspace, { recursive: true });
}
let code = 1;
try {
  code = await runTests({
    vscodeExecutablePath: executable,
    extensionDevelopmentPath: root,
    extensionTestsPath: path.join(process.env.LABBOOK_TESTS, 'index.cjs'),
    launchArgs: [workspace, `--user-data-dir=${path.join(home, 'user')}`, `--extensions-dir=${path.join(home, 'ext')}`],
    extensionTestsEnv: { LABBOOK_TEST_GREP: values.grep, LABBOOK_TEST_TIMEOUT: values.timeout },
  });
} catch (error) {
  console.error(error.message);
} finally {
  await endServers(path.join(home, 'user'));
  rmSync(home, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
}
process.exit(code);
