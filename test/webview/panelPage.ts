import { build } from 'esbuild';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium, type Browser, type BrowserContext, type Locator, type Page } from 'playwright-core';
import { PNG } from 'pngjs';
import type * as chromiumSetup from '../../scripts/setup/chromium.mjs';
import { panelHtml } from '../../src/host/panels/html';
import type { PanelRequests } from '../../src/protocol/panels';
import type { FakePage, ThemeName } from '../fakes/fakeHost/page';
import type { Scenario } from '../fakes/fakeHost/scenario';

export const screenshots = path.resolve('out/screenshots/webview');

/** Longest wait for anything that should be quick, milliseconds. */
export const patience = 15_000;

/** How many times slower the pages run: `LABBOOK_THROTTLE=8` finds tests that read before what they read is there. */
const throttle = Number(process.env['LABBOOK_THROTTLE'] ?? 1);

const panels = ['run', 'compare', 'experiment', 'chart'] as const;

interface PageOptions {
  readonly theme?: ThemeName;
  readonly width?: number;
  readonly height?: number;
  readonly strings?: Record<string, string>;
  /** Of the page; default `en`. */
  readonly language?: string;
  /** What the page's clock says, Unix milliseconds; default: the true time. */
  readonly now?: number;
  /** The page's clock and timers stand still at `now` until the test lets them run (`page.clock.runFor`). */
  readonly isPaused?: boolean;
  /** Runs in the page before all of its scripts. */
  readonly prepare?: () => void;
  /** With fonts, time zone and motion that are the same everywhere, for pictures that are compared. */
  readonly isFixed?: boolean;
  /** Takes the panel's messages, as text, where the scenario's host is outside of the page. */
  readonly relay?: (message: string) => void;
}

interface Served {
  readonly scenario: Scenario;
  readonly options: PageOptions;
}

/** A browser and a server of panels' pages, as the host makes them, with a fake host inside. */
export class PanelBrowser {
  readonly #served = new Map<string, Served>();
  readonly #pages: Page[] = [];
  /** Each is a window of the browser, which takes longer to open than another page in it. */
  readonly #windows = new Map<boolean, BrowserContext>();

  private constructor(
    private readonly browser: Browser,
    private readonly server: Server,
    private readonly files: ReadonlyMap<string, Buffer>,
  ) {
    server.on('request', (request, response) => {
      const url = new URL(request.url ?? '/', origin(server));
      const served = this.#served.get(url.pathname);
      const file = this.files.get(url.pathname);
      response.setHeader('content-type', served ? 'text/html; charset=utf-8' : typeOf(url.pathname));
      // Browsers ask for an icon by themselves.
      response.statusCode = served || file ? 200 : url.pathname === '/favicon.ico' ? 204 : 404;
      response.end(served ? this.#html(served) : file);
    });
  }

  static async open(): Promise<PanelBrowser> {
    const files = await readBundles();
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    try {
      return new PanelBrowser(await chromium.launch(await launchOptions()), server, files);
    } catch (error) {
      server.close();
      throw error;
    }
  }

  /** Opens a panel. Errors of the page, also of its content security policy, make `check` fail. */
  async show(scenario: Scenario, options: PageOptions = {}): Promise<Panel> {
    const { width = 1100, height = 700 } = options;
    const page = await this.#page(options);
    await page.setViewportSize({ width, height });
    page.setDefaultTimeout(patience);
    if (throttle > 1) {
      const session = await page.context().newCDPSession(page);
      await session.send('Emulation.setCPUThrottlingRate', { rate: throttle });
    }
    if (options.isPaused) {
      const { now = Date.UTC(2026, 8, 15, 0, 20) } = options;
      // From its installation on it runs, and it goes forward only: a minute is more than until it is stopped.
      await page.clock.install({ time: now - 60_000 });
      await page.clock.pauseAt(now);
    } else if (options.now !== undefined) {
      await page.clock.setFixedTime(options.now);
    }
    if (options.prepare) {
      await page.addInitScript(options.prepare);
    }
    if (options.relay) {
      await page.exposeFunction('toHost', options.relay);
    }
    const place = `/page/${randomBytes(6).toString('hex')}`;
    this.#served.set(place, { scenario, options });
    const panel = new Panel(page);
    await page.goto(origin(this.server) + place);
    return panel;
  }

  async #page({ isFixed = false, isPaused, now }: PageOptions): Promise<Page> {
    const fixed = { timezoneId: 'UTC', locale: 'en-US', reducedMotion: 'reduce', deviceScaleFactor: 1 } as const;
    const settings = isFixed ? fixed : {};
    let page: Page;
    if (isPaused || now !== undefined) {
      // A clock is that of all pages of its window, for good.
      page = await this.browser.newPage(settings);
    } else {
      const shared = this.#windows.get(isFixed) ?? (await this.browser.newContext(settings));
      this.#windows.set(isFixed, shared);
      page = await shared.newPage();
    }
    this.#pages.push(page);
    return page;
  }

  /** Closes the pages that were opened. */
  async closePages(): Promise<void> {
    await Promise.all(this.#pages.splice(0).map((page) => page.close()));
    this.#served.clear();
  }

  async dispose(): Promise<void> {
    await this.browser.close();
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  #html({ scenario, options }: Served): string {
    const { panel } = scenario.subject;
    const nonce = randomBytes(18).toString('base64');
    const html = panelHtml({
      panel,
      title: panel,
      language: options.language ?? 'en',
      cspSource: origin(this.server),
      nonce,
      scriptUri: `/webview/${panel}.js`,
      styleUri: `/webview/${panel}.css`,
      strings: options.strings ?? {},
    });
    const data = JSON.stringify({ scenario, theme: options.theme ?? 'dark' }).replaceAll('<', '\\u003c');
    const fake = `<script type="application/json" id="scenario">${data}</script>
    <script nonce="${nonce}" src="/fakeHost.js"></script>\n    `;
    // As VS Code does: its default styles first, its own script before the panel's.
    const styles = ['vscode', ...(options.isFixed ? ['fixed'] : [])].map(
      (name) => `<link rel="stylesheet" href="/${name}.css" />\n    `,
    );
    return html
      .replace('<meta name="viewport"', `${styles.join('')}<meta name="viewport"`)
      .replace('<script nonce', `${fake}<script nonce`);
  }
}

/** A panel in its page. */
export class Panel {
  readonly errors: string[] = [];

  constructor(readonly page: Page) {
    page.on('pageerror', (error) => this.errors.push(String(error)));
    page.on('console', (message) => {
      if (message.type() === 'error') {
        this.errors.push(message.text());
      }
    });
  }

  /** Runs code in the page with the fake host. */
  host<Argument, Result>(
    code: (fake: { page: FakePage; argument: Argument }) => Result,
    argument: Argument,
  ): Promise<Result> {
    // The function itself cannot be handed over with its types; the page calls it by its text.
    return this.page.evaluate(`(${code.toString()})({ page: window.fakeHost, argument: ${JSON.stringify(argument)} })`);
  }

  /** The texts that the panel copied, oldest first, once there are so many. */
  async copied(count = 1): Promise<string[]> {
    let all: string[] = [];
    await until(`${count} texts were copied`, async () => {
      all = await this.host(({ page }) => [...page.host.experiment.copied], undefined);
      return all.length >= count;
    });
    return all;
  }

  /** What the panel has asked the host for by this method, oldest first. */
  asked<Method extends keyof PanelRequests>(method: Method): Promise<PanelRequests[Method]['params'][]> {
    return this.host(
      ({ page, argument }) =>
        page.host.requests.filter((each) => each.method === argument).map((each) => each.params as never),
      method,
    );
  }

  /**
   * The same, once there are `count` at least: what a click asks for may come a few frames later.
   * @throws Error when there are fewer for too long
   */
  async askedFor<Method extends keyof PanelRequests>(
    method: Method,
    count = 1,
  ): Promise<PanelRequests[Method]['params'][]> {
    let all: PanelRequests[Method]['params'][] = [];
    await until(`the host was asked for ${method} ${count} times`, async () => {
      all = await this.asked(method);
      return all.length >= count;
    });
    return all;
  }

  chart(metric: string): Locator {
    return this.page.locator(`[data-chart="${metric}"]`);
  }

  canvas(metric: string): Locator {
    return this.chart(metric).locator('canvas');
  }

  /** Waits until a chart is drawn. */
  async drawn(metric: string): Promise<void> {
    await this.canvas(metric)
      .waitFor()
      .catch(async (error: unknown) => {
        await this.photograph('failed');
        throw new Error(`There is no canvas for ${metric}. The page said: ${this.errors.join('\n')}`, { cause: error });
      });
    await until(`${metric} is drawn`, () => this.isDrawn(metric));
  }

  /** Whether a chart shows all that it has to: drawing may be spread over several frames. */
  async isDrawn(metric: string): Promise<boolean> {
    return (await this.canvas(metric).getAttribute('data-state')) === 'drawn';
  }

  /** The pixels of a chart's canvas that are not fully transparent. */
  async pixels(metric: string): Promise<Pixel[]> {
    const url = await this.canvas(metric).evaluate((canvas: HTMLCanvasElement) => canvas.toDataURL());
    const { data, width } = PNG.sync.read(Buffer.from(url.slice(url.indexOf(',') + 1), 'base64'));
    const pixels: Pixel[] = [];
    for (let at = 0; at < data.length; at += 4) {
      const [red = 0, green = 0, blue = 0, alpha = 0] = data.subarray(at, at + 4);
      if (alpha > 0) {
        const index = at / 4;
        pixels.push({ x: index % width, y: Math.floor(index / width), colour: [red, green, blue], alpha });
      }
    }
    return pixels;
  }

  async photograph(name: string): Promise<void> {
    await mkdir(screenshots, { recursive: true });
    await this.page.screenshot({ path: path.join(screenshots, `${name}.png`) });
  }
}

export interface Pixel {
  readonly x: number;
  readonly y: number;
  readonly colour: readonly number[];
  readonly alpha: number;
}

/** The opaque pixels of (nearly) a colour such as `#5694fc`. */
export function ofColour(pixels: readonly Pixel[], hex: string): Pixel[] {
  const wanted = [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16));
  return pixels.filter(
    ({ colour, alpha }) => alpha > 200 && colour.every((value, i) => Math.abs(value - (wanted[i] ?? 0)) <= 8),
  );
}

/** Waits until a condition holds. @throws Error that says `what` */
export async function until(what: string, look: () => Promise<boolean>, limit = patience): Promise<void> {
  const end = performance.now() + limit;
  while (!(await look())) {
    if (performance.now() > end) {
      throw new Error(`Not within ${limit} ms: ${what}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
}

/** The panels as they ship, or bundled here where there is no build; and the fake host. */
async function readBundles(): Promise<Map<string, Buffer>> {
  const out = path.resolve('out/webview-tests');
  const shipped = process.env['LABBOOK_WEBVIEW'] ?? path.resolve('dist/webview');
  const isBuilt = panels.every((name) => existsSync(path.join(shipped, `${name}.js`)));
  const common = { bundle: true, outdir: out, format: 'iife', target: 'chrome122' } as const;
  await build({ ...common, entryPoints: { fakeHost: 'test/fakes/fakeHost/page.ts' } });
  if (!isBuilt) {
    await build({
      ...common,
      jsx: 'automatic',
      loader: { '.svg': 'dataurl' },
      define: { 'process.env.NODE_ENV': '"development"' },
      entryPoints: Object.fromEntries(panels.map((name) => [name, `webview-ui/${name}/index.tsx`])),
    });
  }
  const files = new Map([
    ['/fakeHost.js', await readFile(path.join(out, 'fakeHost.js'))],
    ['/vscode.css', Buffer.from(defaultStyles)],
    ['/fixed.css', Buffer.from(fixedStyles)],
  ]);
  for (const name of panels.flatMap((panel) => [`${panel}.js`, `${panel}.css`])) {
    files.set(`/webview/${name}`, await readFile(path.join(isBuilt ? shipped : out, name)));
  }
  return files;
}

/** What VS Code puts before a webview's own styles, as far as panels notice it. */
const defaultStyles = `
body { background-color: transparent; color: var(--vscode-editor-foreground); font-family: var(--vscode-font-family);
  font-size: var(--vscode-font-size); margin: 0; padding: 0 20px; }
html { background-color: var(--vscode-editor-background); }
img { max-width: 100%; max-height: 100%; }
a, a code { color: var(--vscode-textLink-foreground); }
input:focus, select:focus { outline: 1px solid -webkit-focus-ring-color; outline-offset: -1px; }
kbd { background-color: var(--vscode-keybindingLabel-background); color: var(--vscode-keybindingLabel-foreground);
  border: 1px solid var(--vscode-keybindingLabel-border); border-radius: 3px; padding: 1px 3px;
  box-shadow: inset 0 -1px 0 var(--vscode-widget-shadow); }
code { font-family: var(--vscode-editor-font-family); color: var(--vscode-textPreformat-foreground);
  background-color: var(--vscode-textPreformat-background); padding: 1px 3px; border-radius: 4px; }
`;

/** Fonts that come with fontconfig on Debian, else such of the same widths. */
const fixedStyles = `
html { --vscode-font-family: 'DejaVu Sans', 'Bitstream Vera Sans', Verdana, sans-serif !important;
  --vscode-editor-font-family: 'DejaVu Sans Mono', 'Bitstream Vera Sans Mono', monospace !important; }
*, *::before, *::after { animation: none !important; transition: none !important; }
`;

async function launchOptions(): Promise<{ executablePath: string; args: string[] }> {
  // By its path at run time: bundled, it would look for itself in out/.
  const script = path.resolve('scripts/setup/chromium.mjs');
  const setup = (await import(pathToFileURL(script).href)) as typeof chromiumSetup;
  return { executablePath: await setup.ensureChromium(), args: setup.chromiumArguments };
}

function origin(server: Server): string {
  const address = server.address();
  if (address === null || typeof address === 'string') {
    throw new Error('The server of the pages does not listen');
  }
  return `http://127.0.0.1:${address.port}`;
}

function typeOf(file: string): string {
  return file.endsWith('.css') ? 'text/css' : 'text/javascript';
}
