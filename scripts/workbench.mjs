// Starts VS Code's workbench (code-server) on a free port of this machine, and stops it with everything it started.
import { createWriteStream, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { killGroup, killTree, run, start } from './run.mjs';
import { codeServer } from './setup/codeServer.mjs';

/** User settings of a quiet workbench: no welcome pages, no updates, no chat, nothing that asks. */
export const quietSettings = {
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
  'workbench.enableExperiments': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'security.workspace.trust.enabled': false,
  'telemetry.telemetryLevel': 'off',
  'update.mode': 'none',
  'extensions.autoUpdate': false,
  'extensions.autoCheckUpdates': false,
  'extensions.ignoreRecommendations': true,
  'chat.disableAIFeatures': true,
  'chat.commandCenter.enabled': false,
  'git.openRepositoryInParentFolders': 'never',
  'window.commandCenter': false,
  'window.confirmBeforeClose': 'never',
  'files.simpleDialog.enable': true,
  'remote.autoForwardPorts': false,
};

/** Workspace trust as people have it, only that a folder opens in Restricted Mode without a question. */
const trustSettings = {
  'security.workspace.trust.enabled': true,
  'security.workspace.trust.startupPrompt': 'never',
  'security.workspace.trust.banner': 'never',
};

/** A port that was free a moment ago; `preferred` if that one is. */
export async function freePort(preferred = 0) {
  const tryPort = (port) =>
    new Promise((resolve, reject) => {
      const server = createServer();
      server.once('error', reject);
      server.listen({ port, host: '127.0.0.1' }, () => {
        const address = server.address();
        server.close(() => resolve(address.port));
      });
    });
  return await tryPort(preferred).catch(() => tryPort(0));
}

/** Environment for the workbench: this process's, without what another VS Code or npm has put in it. */
export function cleanEnvironment(extra = {}) {
  const foreign = /^(VSCODE_|npm_|NODE_OPTIONS$|ELECTRON_|MLFLOW_|TERM_PROGRAM|GIT_ASKPASS$)/i;
  const entries = Object.entries(process.env).filter(([name]) => !foreign.test(name));
  return { ...Object.fromEntries(entries), ...extra };
}

/** Merges settings into the workbench's user settings, before it starts. */
export function writeSettings(userData, settings) {
  const folder = path.join(userData, 'User');
  mkdirSync(folder, { recursive: true });
  const file = path.join(folder, 'settings.json');
  let before = {};
  try {
    before = JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    // there are no settings yet
  }
  writeFileSync(file, JSON.stringify({ ...before, ...settings }, undefined, 2));
}

/**
 * Starts a workbench.
 * @param {object} options
 *   `home`: folder for its user data, extensions and log (kept short: sockets have names of 107 bytes at most);
 *   `vsix`: a packaged extension to install first; `settings`: user settings beside `quietSettings`;
 *   `env`: more environment; `port`: the preferred port; `untrusted`: folders open in Restricted Mode until they are trusted
 * @returns `{url(folder), home, userData, extensions, log, port, stop()}`
 */
export async function startWorkbench({ home, vsix, settings = {}, env = {}, port: preferred = 0, untrusted = false }) {
  const { node, entry } = await codeServer();
  const userData = path.join(home, 'user');
  const extensions = path.join(home, 'extensions');
  const log = path.join(home, 'workbench.log');
  mkdirSync(extensions, { recursive: true });
  writeSettings(userData, { ...quietSettings, ...(untrusted ? trustSettings : {}), ...settings });
  const config = path.join(home, 'config.yaml');
  writeFileSync(config, '');
  const folders = ['--user-data-dir', userData, '--extensions-dir', extensions, '--config', config];
  // No marketplace: nothing here is to reach out.
  const environment = cleanEnvironment({ EXTENSIONS_GALLERY: '{"serviceUrl":""}', ...env });
  if (vsix !== undefined) {
    await run(node, [entry, ...folders, '--install-extension', vsix, '--force'], { log, limit: 90, env: environment });
  }
  const port = await freePort(preferred);
  const quiet = [
    '--disable-telemetry',
    '--disable-update-check',
    ...(untrusted ? [] : ['--disable-workspace-trust']),
    '--disable-getting-started-override',
  ];
  const address = ['--auth', 'none', '--bind-addr', `127.0.0.1:${port}`];
  const child = start(node, [entry, ...address, ...quiet, ...folders], { env: environment, cwd: home });
  const file = createWriteStream(log, { flags: 'a' });
  child.stdout.pipe(file, { end: false });
  child.stderr.pipe(file, { end: false });
  const stop = () => stopWorkbench(child, file);
  try {
    await waitForHealth(child, `http://127.0.0.1:${port}/healthz`, log);
  } catch (error) {
    await stop();
    throw error;
  }
  const url = (folder) => `http://127.0.0.1:${port}/?folder=${encodeURIComponent(folder)}`;
  return { url, home, userData, extensions, log, port, child, stop };
}

async function waitForHealth(child, url, log) {
  const until = performance.now() + 60_000;
  while (performance.now() < until) {
    if (child.exitCode !== null || child.signalCode !== null) {
      throw new Error(`The workbench ended before it was ready:\n${readFileSync(log, 'utf8').slice(-2000)}`);
    }
    try {
      const answer = await fetch(url, { signal: AbortSignal.timeout(2000) });
      if (answer.ok) {
        return;
      }
    } catch {
      // it does not listen yet
    }
    await delay(100);
  }
  throw new Error(`The workbench did not answer within 60 s; its log is ${log}`);
}

/** Asks the workbench to end, and ends it hard after 5 s. */
async function stopWorkbench(child, file) {
  if (child.exitCode === null && child.signalCode === null) {
    const ended = new Promise((resolve) => child.once('exit', resolve));
    killTree(child, 'SIGTERM');
    const timer = setTimeout(() => killTree(child), 5000);
    await ended;
    clearTimeout(timer);
  }
  killGroup(child);
  await new Promise((resolve) => file.end(resolve));
}
