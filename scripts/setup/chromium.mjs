// The browser that the webview and ui tiers (and the stand-in for VS Code) show pages in.
import { existsSync } from 'node:fs';
import path from 'node:path';
import { root } from '../root.mjs';
import { run, step } from '../run.mjs';
import { cacheFolder } from './cache.mjs';
import { aptInstall, canUseApt } from './debian.mjs';

/** Arguments that keep a headless Chromium quiet and off the network; without the sandbox, which containers do not offer. */
export const chromiumArguments = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

function usualPlaces() {
  if (process.platform === 'darwin') {
    return ['Google Chrome', 'Chromium', 'Microsoft Edge'].map(
      (name) => `/Applications/${name}.app/Contents/MacOS/${name}`,
    );
  }
  if (process.platform === 'win32') {
    const bases = [process.env.ProgramFiles, process.env['ProgramFiles(x86)'], process.env.LOCALAPPDATA];
    const ends = ['Google\\Chrome\\Application\\chrome.exe', 'Microsoft\\Edge\\Application\\msedge.exe'];
    return bases.filter((base) => base !== undefined).flatMap((base) => ends.map((end) => path.join(base, end)));
  }
  const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'microsoft-edge'];
  const folders = ['/usr/bin', '/usr/local/bin', '/snap/bin'];
  return folders.flatMap((folder) => names.map((name) => path.join(folder, name)));
}

/** Sets where playwright-core keeps a browser of its own; it reads this when it is loaded. */
function useOwnBrowsersFolder() {
  process.env.PLAYWRIGHT_BROWSERS_PATH ??= path.join(cacheFolder(), 'browsers');
}

async function ownBrowser() {
  useOwnBrowsersFolder();
  const { chromium } = await import('playwright-core');
  return chromium.executablePath();
}

/** A browser that is there: `LABBOOK_CHROMIUM`, one in the usual places, or the one that `ensureChromium` installed. */
export async function findChromium() {
  const wanted = process.env.LABBOOK_CHROMIUM;
  if (wanted) {
    if (!existsSync(wanted)) {
      throw new Error(`LABBOOK_CHROMIUM names a file that does not exist: ${wanted}`);
    }
    return wanted;
  }
  const found = [...usualPlaces(), await ownBrowser()].find((file) => existsSync(file));
  return found;
}

/**
 * The path of a Chromium, Chrome or Edge; installs Chromium where there is none: Debian's package for root, else
 * playwright-core's own download.
 */
export async function ensureChromium() {
  const found = await findChromium();
  if (found !== undefined) {
    return found;
  }
  if (canUseApt()) {
    await aptInstall(['chromium']);
  } else {
    useOwnBrowsersFolder();
    const cli = path.join(root, 'node_modules', 'playwright-core', 'cli.js');
    const log = path.join(cacheFolder(), 'logs', 'chromium.log');
    await step('download Chromium', () => run(process.execPath, [cli, 'install', 'chromium'], { log, limit: 600 }));
  }
  const installedOne = await findChromium();
  if (installedOne === undefined) {
    throw new Error('No Chromium, Chrome or Edge was found. Install one, or set LABBOOK_CHROMIUM to its executable');
  }
  return installedOne;
}
