// VS Code's workbench with the packaged extension on a filled store, in Chromium, as a person has it.
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { chromium } from 'playwright-core';
import { root } from '../../scripts/root.mjs';
import { createPackage } from '../../scripts/package.mjs';
import { readDiscovery } from '../../scripts/servers.mjs';
import { chromiumArguments, ensureChromium } from '../../scripts/setup/chromium.mjs';
import { startWorkbench } from '../../scripts/workbench.mjs';
import { folder } from '../lib/servers.mjs';
import { inWindow } from './inWindow.mjs';
import { withoutCompression } from './plainSockets.mjs';

/** Longest wait for anything, milliseconds. */
export const patience = 60_000;
const size = { width: 1400, height: 900 };

/** A browser as all measurements have it. */
export async function openBrowser() {
  return chromium.launch({ executablePath: await ensureChromium(), args: chromiumArguments });
}

export class Window {
  /** @param {import('playwright-core').Page} page */
  constructor({ page, browser, workbench, relay, store, cdp }) {
    Object.assign(this, { page, browser, workbench, relay, store, cdp });
  }

  /**
   * Opens the workbench on a copy of a store, with Labbook's side bar, and one panel once: the first webview of a window waits
   * for a service worker to be installed, which is no panel's doing.
   * @param {string} filled folder of the store @param {object} settings of the user
   */
  static async open(filled, settings) {
    const home = folder('ui');
    const project = path.join(home, 'project');
    const store = path.join(home, 'store');
    mkdirSync(project);
    cpSync(filled, store, { recursive: true });
    const { file: vsix } = await createPackage(path.join(home, 'labbook.vsix'));
    // In the workspace's settings: of the user's, a window on another computer, as this one is, leaves out which belong to a computer,
    // but not always before the extension has read them.
    mkdirSync(path.join(project, '.vscode'));
    writeFileSync(path.join(project, '.vscode', 'settings.json'), JSON.stringify({ 'labbook.store.path': store }));
    const workbench = await startWorkbench({ home, vsix, settings });
    const relay = await withoutCompression(workbench.port);
    const browser = await openBrowser();
    const page = await browser.newPage({ viewport: size });
    const cdp = await page.context().newCDPSession(page);
    const window = new Window({ page, browser, workbench, relay, store, cdp });
    try {
      await window.start(workbench.url(project).replace(`:${workbench.port}/`, `:${relay.port}/`));
    } catch (error) {
      await window.photograph();
      await window.dispose();
      throw error;
    }
    return window;
  }

  async start(url) {
    const { page, cdp } = this;
    page.setDefaultTimeout(patience);
    page.on('pageerror', (error) => console.error('page:', String(error)));
    await page.addInitScript(inWindow);
    await page.goto(url);
    await page.getByRole('tab', { name: /^Labbook/ }).click();
    await cdp.send('Performance.enable', { timeDomain: 'threadTicks' });
    await this.row('Default').waitFor();
    await this.open('Default');
    await this.waitFor('the first panel', `bench.panel()?.document.querySelector('.lb-panel') != null`);
    await this.closeAll();
  }

  /** Keeps a picture of the window, to see what was wrong. */
  async photograph() {
    await this.page.screenshot({ path: path.join(root, 'out', 'bench', 'ui-failure.png') }).catch(() => undefined);
  }

  row(experiment) {
    const name = this.page.locator('.label-name').filter({ hasText: new RegExp(`^\\s*${experiment}\\s*$`) });
    return this.page.locator('.monaco-list-row[aria-level="1"]').filter({ has: name });
  }

  /** Clicks on the button that opens an experiment. */
  async open(experiment) {
    const row = this.row(experiment);
    for (let tries = 0; ; tries++) {
      try {
        await row.hover();
        // A row that is drawn anew just now forgets that the pointer is on it.
        await row.locator('.actions .action-label').first().click({ timeout: 2000 });
        return;
      } catch (error) {
        if (tries > 10) {
          throw error;
        }
        await this.page.mouse.move(size.width / 2, 5);
      }
    }
  }

  /** The frame with the panel's content. */
  async panel() {
    for (const frame of this.page.frames().filter((each) => each.url().includes('fake.html'))) {
      if (await frame.evaluate(() => globalThis.document.querySelector('#root[data-panel]') !== null)) {
        return frame;
      }
    }
    throw new Error('There is no panel');
  }

  async closeAll() {
    await this.page.keyboard.press('F1');
    const input = this.page.locator('.quick-input-widget input').first();
    await input.fill('>View: Close All Editors');
    await this.page.keyboard.press('Enter');
    await this.page.locator('.tabs-container .tab').first().waitFor({ state: 'detached' });
    await this.quiet();
  }

  /** Waits in the page, again and again, until an expression holds. @returns what it is */
  async waitFor(what, expression) {
    const look = `bench.until(${JSON.stringify(what)}, ${patience}, () => ${expression})`;
    return await this.page.evaluate(look);
  }

  /** Waits until the main thread and the server have had little to do for a second. */
  async quiet() {
    for (let tries = 0; tries < 20; tries++) {
      const [work, server] = [await this.work(), this.serverWork()];
      await delay(1000);
      if ((await this.work()) - work < 100 && this.serverWork() - server < 100) {
        return;
      }
    }
  }

  /** What the window's main thread has worked so far, in milliseconds of its own clock: others use the machine too. */
  async work() {
    const { metrics } = await this.cdp.send('Performance.getMetrics');
    return (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? NaN) * 1000;
  }

  /** Bytes of the heap that are in use after the garbage went. */
  async heap() {
    await this.cdp.send('HeapProfiler.collectGarbage');
    const { metrics } = await this.cdp.send('Performance.getMetrics');
    return metrics.find(({ name }) => name === 'JSHeapUsedSize')?.value ?? NaN;
  }

  /** Milliseconds of processor time that processes of the browser have had so far, by their process ids. */
  async processes() {
    const cdp = await this.browser.newBrowserCDPSession();
    const { processInfo } = await cdp.send('SystemInfo.getProcessInfo');
    await cdp.detach();
    return new Map(processInfo.map(({ id, type, cpuTime }) => [id, { type, ms: cpuTime * 1000 }]));
  }

  get server() {
    const { url, token, pid } = readDiscovery(path.join(this.store, 'server.json'));
    return { port: Number(new URL(url).port), token, pid };
  }

  /** Milliseconds of processor time of the tracking server; NaN where the system does not tell. */
  serverWork() {
    try {
      const stat = readFileSync(`/proc/${this.server.pid}/stat`, 'utf8');
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      return (Number(fields[11]) + Number(fields[12])) * 10;
    } catch {
      return NaN;
    }
  }

  async dispose() {
    const discovery = readDiscovery(path.join(this.store, 'server.json'));
    await this.browser.close();
    await this.relay.close();
    await this.workbench.stop();
    if (discovery !== undefined) {
      await endServer(discovery.pid);
    }
  }
}

/** Lets the detached server make its checkpoint; after a minute hard. */
async function endServer(pid) {
  const isThere = () => {
    try {
      return process.kill(pid, 0);
    } catch {
      return false;
    }
  };
  process.kill(pid, 'SIGTERM');
  for (let tries = 0; isThere() && tries < 600; tries++) {
    await delay(100);
  }
  if (isThere()) {
    process.kill(pid, 'SIGKILL');
    await delay(200);
  }
}
