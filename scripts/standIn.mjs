#!/usr/bin/env node
// Stands in for the VS Code executable that @vscode/test-electron starts, where VS Code cannot be downloaded: shows code-server's
// workbench in a headless Chromium, runs the test module inside its extension host and ends with that module's exit code.
// It understands the arguments that runTests passes: --extensionDevelopmentPath, --extensionTestsPath, --user-data-dir,
// --extensions-dir, and a folder to open.
import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { format, parseArgs } from 'node:util';
import { root } from './root.mjs';
import { endWithSignals } from './run.mjs';
import { endServers } from './servers.mjs';
import { chromiumArguments, ensureChromium } from './setup/chromium.mjs';
import { startWorkbench } from './workbench.mjs';

/** Minutes until a suite that does not end is given up. */
const limit = Number(process.env.LABBOOK_HOST_MINUTES ?? '10');

const { values, positionals } = parseArgs({
  args: process.argv.slice(2),
  options: {
    extensionDevelopmentPath: { type: 'string', multiple: true },
    extensionTestsPath: { type: 'string' },
  },
  strict: false,
  allowPositionals: true,
});

/* global Element, location */
/** In the page: the workbench reads its configuration from this attribute; the tests' options are put in before the page's own code runs. */
function addDevelopmentOptions({ extensions, tests }) {
  const original = Element.prototype.getAttribute;
  Element.prototype.getAttribute = function (name) {
    const value = original.call(this, name);
    if (name !== 'data-settings' || this.id !== 'vscode-workbench-web-configuration' || value === null) {
      return value;
    }
    const uri = (file) => ({ $mid: 1, scheme: 'vscode-remote', authority: location.host, path: file });
    const developmentOptions = { extensions: extensions.map(uri), extensionTestsPath: uri(tests), logLevel: 3 };
    return JSON.stringify({ ...JSON.parse(value), developmentOptions });
  };
}

/** Takes what the workbench logs. What a suite reports starts with `[test]` and is printed; the rest goes to a file. */
function logTo(file) {
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, '');
  return (type, args) => {
    const line = format(...args);
    if (line.startsWith('[test]')) {
      console.log(line.replaceAll(/^\[test\] ?/gm, ''));
    }
    appendFileSync(file, `${new Date().toISOString()} ${type} ${line}\n`);
  };
}

async function main(cleanups) {
  const home = mkdtempSync(path.join(tmpdir(), 'lbh-'));
  cleanups.push(() => rmSync(home, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 }));
  const executablePath = await ensureChromium();
  const { chromium } = await import('playwright-core');
  const workbench = await startWorkbench({ home });
  cleanups.push(async () => {
    await workbench.stop();
    await endServers(workbench.userData);
  });
  const browser = await chromium.launch({ executablePath, args: chromiumArguments });
  cleanups.push(() => browser.close());
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  const ended = new Promise((resolve) => {
    void page.exposeFunction('codeAutomationExit', (code) => resolve(code));
  });
  await page.exposeFunction('codeAutomationLog', logTo(path.join(root, 'out', 'host', 'workbench.log')));
  await page.addInitScript(addDevelopmentOptions, {
    extensions: values.extensionDevelopmentPath.map((folder) => path.resolve(folder)),
    tests: path.resolve(values.extensionTestsPath),
  });
  const folder = positionals[0] === undefined ? home : path.resolve(positionals[0]);
  await page.goto(workbench.url(folder), { timeout: 30_000 });
  let timer;
  const late = new Promise((resolve) => {
    timer = setTimeout(() => resolve('late'), limit * 60_000);
  });
  const code = await Promise.race([ended, late]);
  clearTimeout(timer);
  if (code !== 0) {
    const screenshots = path.join(root, 'out', 'screenshots', 'host');
    mkdirSync(screenshots, { recursive: true });
    await page.screenshot({ path: path.join(screenshots, 'failure.png') });
  }
  if (code === 'late') {
    throw new Error(`The suite did not end within ${limit} minutes`);
  }
  return code;
}

const cleanups = [];
const cleanUp = async () => {
  for (const each of cleanups.splice(0).reverse()) {
    await Promise.resolve(each()).catch((error) => console.error(`While cleaning up: ${error.message}`));
  }
};
endWithSignals(cleanUp);
let exitCode = 1;
try {
  exitCode = await main(cleanups);
} catch (error) {
  console.error(error);
} finally {
  await cleanUp();
}
process.exit(exitCode);
