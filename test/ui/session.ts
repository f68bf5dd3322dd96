import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import type { RunningWorkbench } from '../../scripts/workbench.mjs';
import type { Discovery } from '../../src/protocol/extras';
import {
  chromiumScript,
  packageScript,
  pythonScript,
  runScript,
  serversScript,
  terminalScript,
  workbenchScript,
} from './scripts';

export type Theme = 'dark' | 'light';

const themes: Record<Theme, { name: string; css: string }> = {
  dark: { name: 'Default Dark Modern', css: 'vs-dark' },
  light: { name: 'Default Light Modern', css: 'vs' },
};

const screenshots = path.resolve('out/screenshots/ui');

/** Longest wait for anything that should be quick, milliseconds. */
export const patience = 15_000;

/** A workbench with the packaged extension, a folder open in a browser, and everything that must be ended afterwards. */
export class Session {
  readonly #console: string[] = [];
  #page: Page | undefined;

  private constructor(
    public folder: string,
    private readonly start: (port?: number) => Promise<RunningWorkbench>,
    private workbench: RunningWorkbench,
    private readonly browser: Browser,
    private readonly context: BrowserContext,
    private readonly home: string,
  ) {}

  get page(): Page {
    if (this.#page === undefined) {
      throw new Error('There is no window');
    }
    return this.#page;
  }

  /**
   * Packages the extension (or takes `LABBOOK_VSIX`), installs it and opens a folder with the sample's files and `files`.
   * @param files name to content
   * @param untrusted whether the folder opens in Restricted Mode
   */
  static async open(files: Record<string, string> = {}, untrusted = false): Promise<Session> {
    const home = await mkdtemp(path.join(os.tmpdir(), 'lbu-'));
    const folder = path.join(home, 'project');
    await cp('scripts/sample', folder, { recursive: true });
    for (const [name, content] of Object.entries(files)) {
      await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
      await writeFile(path.join(folder, name), content);
    }
    const python = process.env['LABBOOK_PYTHON'] ?? (await (await pythonScript()).pythonForSample());
    const settings = {
      ...(await terminalScript()).terminalSettings(home, python),
      // The theme follows what the browser says that the system prefers, so a test can change it at once.
      'window.autoDetectColorScheme': true,
      'workbench.preferredDarkColorTheme': themes.dark.name,
      'workbench.preferredLightColorTheme': themes.light.name,
      // The terminal's text is then in the page, where it can be read.
      'terminal.integrated.gpuAcceleration': 'off',
    };
    const vsix = process.env['LABBOOK_VSIX'] ?? (await (await packageScript()).createPackage(`${home}.vsix`)).file;
    const { startWorkbench } = await workbenchScript();
    const start = (port = 0, install: object = {}) => startWorkbench({ home, settings, untrusted, port, ...install });
    const workbench = await start(0, { vsix });
    const { chromiumArguments, ensureChromium } = await chromiumScript();
    const browser = await chromium.launch({ executablePath: await ensureChromium(), args: chromiumArguments });
    const context = await browser.newContext({
      viewport: { width: 1280, height: 800 },
      colorScheme: 'dark',
      reducedMotion: 'reduce',
    });
    context.setDefaultTimeout(patience);
    const session = new Session(folder, start, workbench, browser, context, home);
    (await runScript()).endWithSignals(() => session.dispose());
    await session.#show(workbench.url(folder));
    return session;
  }

  async #show(url: string): Promise<void> {
    const page = await this.context.newPage();
    page.on('console', (message) => this.#console.push(`${message.type()} ${message.text()}`));
    page.on('pageerror', (error) => this.#console.push(`pageerror ${error.message}`));
    this.#page = page;
    await page.goto(url);
    await this.waitUntilUp();
  }

  /** Kills the window, which can do nothing before it goes, and opens it again. */
  async crash(): Promise<void> {
    const { page } = this;
    const gone = page.waitForEvent('crash');
    const devtools = await this.context.newCDPSession(page);
    // Nobody is left to answer.
    devtools.send('Page.crash').catch(() => undefined);
    await gone;
    await page.close();
    await this.#show(page.url());
  }

  /** Closes the window as a person does, stops the workbench, starts it again and opens the same. */
  async restart(): Promise<void> {
    const { page } = this;
    const url = page.url();
    const closed = page.waitForEvent('close');
    await page.close({ runBeforeUnload: true });
    await closed;
    const { port } = this.workbench;
    await this.workbench.stop();
    this.workbench = await this.start(port);
    await this.#show(url);
  }

  async waitUntilUp(): Promise<void> {
    await this.page.locator('.monaco-workbench .activitybar').waitFor({ timeout: 40_000 });
    await this.page
      .getByRole('treeitem', { name: 'train.py' })
      .or(this.labbookTab)
      .first()
      .waitFor({ timeout: 40_000 });
  }

  /** Renames the folder, as people do outside of the editor, and opens it at its new place. */
  async moveFolder(name: string): Promise<void> {
    const moved = path.join(this.home, name);
    await rename(this.folder, moved);
    this.folder = moved;
    await this.page.goto(this.workbench.url(moved));
    await this.waitUntilUp();
  }

  /** Opens folders as one workspace; those that are not there are made. @param names in the order of the workspace */
  async openFolders(...names: string[]): Promise<void> {
    const file = path.join(this.home, 'several.code-workspace');
    await Promise.all(names.map((name) => mkdir(path.join(this.home, name), { recursive: true })));
    await writeFile(file, JSON.stringify({ folders: names.map((name) => ({ path: name })) }));
    await this.page.goto(this.#address('workspace', file));
    await this.labbookTab.waitFor({ timeout: 40_000 });
  }

  /** Opens a window without a folder. */
  async openEmpty(): Promise<void> {
    await this.page.goto(this.#address('ew', 'true'));
    await this.labbookTab.waitFor({ timeout: 40_000 });
  }

  #address(name: string, value: string): string {
    return `http://127.0.0.1:${this.workbench.port}/?${new URLSearchParams({ [name]: value }).toString()}`;
  }

  /** Files of a folder of `openFolders`. */
  async filesOf(name: string): Promise<string[]> {
    const entries = await readdir(path.join(this.home, name), { recursive: true, withFileTypes: true });
    return entries.filter((entry) => entry.isFile()).map(({ name }) => name);
  }

  get labbookTab() {
    return this.page.getByRole('tab', { name: /^Labbook/ });
  }

  /** The server of this window's store, as its discovery file says; undefined while none listens. */
  async server(): Promise<Discovery | undefined> {
    const { discoveryFiles, readDiscovery } = await serversScript();
    const [file] = discoveryFiles(this.workbench.userData);
    return file === undefined ? undefined : readDiscovery(file);
  }

  async setTheme(theme: Theme): Promise<void> {
    await this.page.emulateMedia({ colorScheme: theme });
    await this.page.locator(`.monaco-workbench.${themes[theme].css}`).waitFor();
  }

  /** Photographs the window, dark and light; ends dark. */
  async photograph(name: string): Promise<void> {
    await mkdir(screenshots, { recursive: true });
    // Away from what would show a hover.
    await this.page.mouse.move(640, 4);
    for (const theme of ['light', 'dark'] as const) {
      await this.setTheme(theme);
      await settled(this.page);
      await this.page.screenshot({ path: path.join(screenshots, `${name}-${theme}.png`) });
    }
  }

  /** Saves what helps to understand a failure: the window, its console, the extension's and the workbench's logs. */
  async saveFailure(title: string): Promise<void> {
    const folder = path.join(screenshots, 'failures', title.replaceAll(/[^\w]+/g, '-').slice(0, 80));
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
    await this.page.screenshot({ path: path.join(folder, 'window.png') });
    await writeFile(path.join(folder, 'console.log'), this.#console.join('\n'));
    await cp(this.workbench.log, path.join(folder, 'workbench.log'));
    const logs = path.join(this.workbench.userData, 'logs');
    for (const name of await readdir(logs, { recursive: true })) {
      if (/labbook|remoteexthost\.log$/i.test(name) && name.endsWith('.log')) {
        await cp(path.join(logs, name), path.join(folder, name.replaceAll(path.sep, '-')));
      }
    }
    for (const name of await this.#storeFiles('server.log')) {
      await cp(name, path.join(folder, 'server.log'));
    }
    console.log(`      See ${path.relative(process.cwd(), folder)}`);
  }

  async #storeFiles(name: string): Promise<string[]> {
    const storage = path.join(this.workbench.userData, 'User', 'workspaceStorage');
    const all = await readdir(storage, { recursive: true }).catch(() => []);
    return all.filter((each) => path.basename(each) === name).map((each) => path.join(storage, each));
  }

  async writeProjectFile(name: string, content: string): Promise<void> {
    await writeFile(path.join(this.folder, name), content);
  }

  readProjectFile(name: string): Promise<string> {
    return readFile(path.join(this.folder, name), 'utf8');
  }

  async dispose(): Promise<void> {
    await this.browser.close();
    await this.workbench.stop();
    await (await serversScript()).endServers(this.workbench.userData);
    await rm(this.home, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
    await rm(`${this.home}.vsix`, { force: true });
  }
}

/** Waits until the window has drawn what it was told to draw: two frames. */
async function settled(page: Page): Promise<void> {
  await page.evaluate(
    () => new Promise<void>((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => resolve()))),
  );
}
