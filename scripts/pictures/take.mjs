// Takes the pictures of the README and of the walkthrough: a workbench with the packaged extension, a live run and what scene.py logs.
// `npm run pictures` puts them where they belong; look at what `git diff` names before you commit.
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { bootstrap } from '../bootstrap.mjs';
import { root } from '../root.mjs';
import { endWithSignals, run, step } from '../run.mjs';

await bootstrap();
const { chromium } = await import('playwright-core');
const { createPackage } = await import('../package.mjs');
const { discoveryFiles, endServers, readDiscovery } = await import('../servers.mjs');
const { chromiumArguments, ensureChromium } = await import('../setup/chromium.mjs');
const { pythonForSample } = await import('../setup/python.mjs');
const { terminalSettings } = await import('../terminal.mjs');
const { startWorkbench } = await import('../workbench.mjs');
const { inFewColours, inTrueColours } = await import('./compress.mjs');

const themes = { dark: '.monaco-workbench.vs-dark', light: '.monaco-workbench.vs' };

/** Settings for pictures: nothing beside the code that takes its room. */
const plain = {
  'window.autoDetectColorScheme': true,
  'workbench.preferredDarkColorTheme': 'Default Dark Modern',
  'workbench.preferredLightColorTheme': 'Default Light Modern',
  'terminal.integrated.gpuAcceleration': 'off',
  'editor.minimap.enabled': false,
  'editor.wordWrap': 'on',
  'editor.stickyScroll.enabled': false,
};

/** Runs a command of the palette. */
async function command(page, title) {
  await page.keyboard.press('F1');
  const input = page.locator('.quick-input-widget:visible input').first();
  await input.waitFor();
  await input.fill(`>${title}`);
  await page.locator('.quick-input-list .monaco-list-row').filter({ hasText: title }).first().click();
}

const section = (page, title) =>
  page.locator('.split-view-view > .pane').filter({ has: page.locator('.pane-header', { hasText: title }) });

const row = (page, label, title = 'Experiments') =>
  section(page, title)
    .locator('.monaco-list-row')
    .filter({ has: page.locator('.label-name').getByText(label, { exact: true }) });

const panel = (page) => page.frameLocator('iframe.webview.ready:visible').frameLocator('iframe#active-frame');

/** Waits until all charts that are in sight are drawn. */
async function drawn(page) {
  await panel(page).locator('canvas[data-state=drawn]').first().waitFor({ timeout: 30_000 });
  await panel(page).locator('canvas:not([data-state=drawn])').first().waitFor({ state: 'detached' });
}

/** Waits until a value of the terminal's last lines is reached. */
async function epoch(page, number) {
  await page
    .locator('.xterm-rows > div', { hasText: new RegExp(`^epoch +${number} `) })
    .first()
    .waitFor({ timeout: 90_000 });
}

/** Photographs a part of the window in both themes, or one, and writes it where it belongs. */
async function photograph(page, files, clip) {
  await page.mouse.move(640, 4);
  for (const [theme, file] of Object.entries(files)) {
    await page.emulateMedia({ colorScheme: theme });
    await page.locator(themes[theme]).waitFor();
    await page.locator('.notifications-toasts .notification-toast').first().waitFor({ state: 'detached' });
    // The panel takes the colours over by a message, and draws its charts in the frames after it.
    await delay(800);
    const png = await page.screenshot({ clip });
    writeFileSync(path.join(raw, path.basename(file)), png);
    // What is in the package is to be small.
    const isShipped = file.startsWith('media/');
    writeFileSync(path.join(root, file), isShipped ? inFewColours(png, exactColours()) : inTrueColours(png));
  }
}

/** The colours of runs. */
function exactColours() {
  const { contributes } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
  return contributes.colors.flatMap(({ defaults }) => [defaults.dark, defaults.light]);
}

const walkthrough = (name) => ({
  dark: `media/walkthrough/${name}-dark.png`,
  light: `media/walkthrough/${name}-light.png`,
});
const window = { x: 0, y: 0, width: 1280, height: 800 };
/** Without the bar of the title and the status bar. */
const inside = { x: 0, y: 28, width: 1280, height: 740 };

/** Of train.py, where it begins to log. */
const firstLine = 56;

async function takeAll(page) {
  await page.getByRole('treeitem', { name: 'train.py' }).dblclick();
  await page.getByRole('tab', { name: /^Labbook/ }).click();
  await row(page, 'cifar100').locator('.monaco-tl-twistie').click({ timeout: 30_000 });
  await row(page, 'wrn-28-cutmix-s0').waitFor();
  await command(page, 'Terminal: Focus Terminal');
  await page
    .locator('.xterm-rows > div', { hasText: /[$#]\s*$/ })
    .first()
    .waitFor();
  await page.keyboard.type('clear; python train.py --name first --epochs 200 --pause 0.4\n');
  await row(page, 'first').waitFor({ timeout: 30_000 });
  await page.locator('.editor-instance .view-lines').click();
  await page.keyboard.press('Control+Home');
  for (let line = 1; line < firstLine; line++) {
    await page.keyboard.press('Control+ArrowDown');
  }
  await command(page, 'Terminal: Focus Terminal');
  await epoch(page, 14);
  await photograph(page, walkthrough('log'), inside);

  await section(page, 'Models').locator('.pane-header').click();
  await row(page, 'cifar100-classifier', 'Models').locator('.monaco-tl-twistie').click();
  await row(page, /^v3/, 'Models').waitFor();
  await photograph(page, { light: 'docs/images/sidebar-light.png' }, { ...inside, width: 350 });
  await section(page, 'Models').locator('.pane-header').click();

  await row(page, 'first').click();
  await drawn(page);
  await epoch(page, 50);
  await photograph(page, { dark: 'docs/images/run-dark.png' }, window);
  await photograph(page, walkthrough('watch'), inside);

  await command(page, 'View: Hide Panel');
  await row(page, 'cifar100').click();
  await drawn(page);
  await photograph(page, { dark: 'docs/images/experiment-dark.png' }, window);
  await photograph(page, walkthrough('table'), inside);

  await row(page, 'resnet50-mixup-s0').click();
  await row(page, 'wrn-28-cutmix-s0').click({ modifiers: ['Control'] });
  await command(page, 'Labbook: Compare Selected');
  await panel(page).getByRole('tab', { name: 'Differences' }).waitFor({ timeout: 30_000 });
  await drawn(page);
  await photograph(page, { light: 'docs/images/compare-light.png' }, window);
  await panel(page).getByRole('tab', { name: 'Differences' }).click();
  await photograph(page, walkthrough('compare'), inside);

  await command(page, 'View: Close All Editors');
  await row(page, 'wrn-28-cutmix-s0').click();
  await panel(page).getByRole('tab', { name: 'Overview' }).click({ timeout: 30_000 });
  await section(page, 'Models').locator('.pane-header').click();
  await row(page, /^v3/, 'Models').waitFor();
  await page.setViewportSize({ width: 900, height: 800 });
  await photograph(page, walkthrough('models'), { ...inside, width: 900 });
}

const raw = path.join(root, 'out', 'pictures');

async function main() {
  rmSync(raw, { recursive: true, force: true });
  mkdirSync(raw, { recursive: true });
  const home = mkdtempSync(path.join(os.tmpdir(), 'lbp-'));
  const folder = path.join(home, 'project');
  cpSync(path.join(root, 'scripts', 'sample'), folder, { recursive: true });
  const python = await pythonForSample();
  const { file: vsix } = await step('package', () => createPackage(path.join(home, 'labbook.vsix')));
  const settings = { ...terminalSettings(home, python), ...plain };
  const workbench = await startWorkbench({ home, vsix, settings });
  const browser = await chromium.launch({ executablePath: await ensureChromium(), args: chromiumArguments });
  const stop = async () => {
    await browser.close();
    await workbench.stop();
    await endServers(workbench.userData);
    rmSync(home, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  };
  endWithSignals(stop);
  const page = await browser.newPage({ viewport: window, colorScheme: 'dark', reducedMotion: 'reduce' });
  page.setDefaultTimeout(15_000);
  try {
    await page.goto(workbench.url(folder));
    await page.getByRole('treeitem', { name: 'train.py' }).waitFor({ timeout: 60_000 });
    await step('log the scene', () => logScene(workbench.userData, python));
    await step('take the pictures', () => takeAll(page));
  } catch (error) {
    await page.screenshot({ path: path.join(raw, 'failure.png') });
    throw error;
  } finally {
    await stop();
  }
}

/** Logs what the pictures show to the window's server, which is there a moment after the window. */
async function logScene(userData, python) {
  let discovery;
  for (
    const until = performance.now() + 30_000;
    discovery === undefined && performance.now() < until;
    await delay(100)
  ) {
    const [file] = discoveryFiles(userData);
    discovery = file && readDiscovery(file);
  }
  const env = { ...process.env, MLFLOW_TRACKING_URI: discovery.url, MLFLOW_TRACKING_TOKEN: discovery.token };
  await run(python, [path.join(root, 'scripts', 'pictures', 'scene.py')], {
    env,
    log: path.join(raw, 'scene.log'),
    limit: 120,
  });
}

await main();
process.exit(0);
