/** Measures the charts in Chromium: `npm run bench -- charts`. Answers come from this process, as from the extension host. */
import { build } from 'esbuild';
import { mkdir, readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium, type Browser, type Page } from 'playwright-core';
import type * as chromiumSetup from '../../../scripts/setup/chromium.mjs';
import { panelHtml } from '../../../src/host/panels/html';
import { BenchHost, type BenchData } from './host';

const out = path.resolve('out/bench');
/** Longest wait for anything, milliseconds. */
const patience = 60_000;

interface BenchWindow {
  bench: { frames: number[]; notify: (data: unknown) => void };
}

class Bench {
  host = new BenchHost({ runs: 0, metrics: 0, points: 1 });

  private constructor(
    private readonly browser: Browser,
    private readonly server: Server,
  ) {}

  static async open(): Promise<Bench> {
    await mkdir(out, { recursive: true });
    const common = { bundle: true, outdir: out, format: 'iife', target: 'chrome122' } as const;
    await build({ ...common, entryPoints: { benchPage: 'test/webview/bench/page.ts' } });
    await build({
      ...common,
      jsx: 'automatic',
      minify: true,
      loader: { '.svg': 'dataurl' },
      define: { 'process.env.NODE_ENV': '"production"' },
      entryPoints: { compare: 'webview-ui/compare/index.tsx' },
    });
    const script = path.resolve('scripts/setup/chromium.mjs');
    const setup = (await import(pathToFileURL(script).href)) as typeof chromiumSetup;
    const browser = await chromium.launch({
      executablePath: await setup.ensureChromium(),
      args: [...setup.chromiumArguments, '--enable-precise-memory-info'],
    });
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const bench = new Bench(browser, server);
    server.on('request', (request, response) => void bench.#serve(request, response));
    return bench;
  }

  /** A page with the charts of some runs; resolves when it begins to load. */
  async show(data: BenchData, height = 900): Promise<Page> {
    this.host = new BenchHost(data);
    const page = await this.browser.newPage({ viewport: { width: 1400, height } });
    page.setDefaultTimeout(patience);
    page.on('pageerror', (error) => console.error('page:', String(error)));
    await page.goto(this.#origin());
    return page;
  }

  async dispose(): Promise<void> {
    await this.browser.close();
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  #origin(): string {
    const address = this.server.address();
    return address !== null && typeof address === 'object' ? `http://127.0.0.1:${address.port}` : '';
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = request.url ?? '/';
    if (url.startsWith('/rpc/')) {
      const chunks: Buffer[] = [];
      for await (const chunk of request) {
        chunks.push(chunk as Buffer);
      }
      const result = this.host.answer(url.slice(5), JSON.parse(Buffer.concat(chunks).toString()));
      const isBinary = result instanceof Uint8Array;
      response.setHeader('content-type', isBinary ? 'application/octet-stream' : 'application/json');
      response.end(isBinary ? result : JSON.stringify(result));
    } else if (url === '/') {
      response.setHeader('content-type', 'text/html; charset=utf-8');
      response.end(this.#html());
    } else {
      response.setHeader('content-type', url.endsWith('.css') ? 'text/css' : 'text/javascript');
      response.end(await readFile(path.join(out, path.basename(url))).catch(() => ''));
    }
  }

  #html(): string {
    const html = panelHtml({
      panel: 'compare',
      title: 'bench',
      language: 'en',
      cspSource: this.#origin(),
      nonce: 'bench',
      scriptUri: '/compare.js',
      styleUri: '/compare.css',
      strings: {},
    });
    // Answers are fetched; a panel in VS Code gets them as messages.
    return html
      .replace('connect-src &#39;none&#39;', 'connect-src &#39;self&#39;')
      .replace('<script nonce', '<script nonce="bench" src="/benchPage.js"></script>\n<script nonce');
  }
}

/** From the page's own start to the frame in which all charts in sight are drawn, milliseconds. */
function untilDrawn(page: Page, count: number): Promise<number> {
  return page.evaluate(
    ([least, limit]) =>
      new Promise<number>((resolve, reject) => {
        const look = (): void => {
          const canvases = [...document.querySelectorAll('canvas')].filter((each) => {
            const box = each.getBoundingClientRect();
            return box.top < innerHeight && box.bottom > 0;
          });
          const isDrawn = canvases.length >= least && canvases.every((each) => each.dataset['state'] === 'drawn');
          if (isDrawn) {
            resolve(performance.now());
          } else if (performance.now() > limit) {
            reject(new Error('not drawn in time'));
          } else {
            requestAnimationFrame(look);
          }
        };
        look();
      }),
    [count, patience] as const,
  );
}

interface Figures {
  /** Longest time between two frames, wall clock. */
  readonly frame: number;
  /** Longest task of the main thread, in its own CPU time: others use the machine too. */
  readonly task: number;
}

/** Calls `act` again and again; milliseconds. */
async function whileActing(page: Page, act: (i: number) => Promise<void>, times: number): Promise<Figures> {
  const cdp = await page.context().newCDPSession(page);
  const tasks: number[] = [];
  cdp.on('Tracing.dataCollected', ({ value }) => {
    for (const { name, tdur } of value as unknown as { name: string; tdur?: number }[]) {
      if (name === 'RunTask' && tdur !== undefined) {
        tasks.push(tdur / 1000);
      }
    }
  });
  await page.evaluate(() => {
    const { bench } = window as unknown as BenchWindow;
    bench.frames.length = 0;
    let last = performance.now();
    const tick = (now: number): void => {
      bench.frames.push(now - last);
      last = now;
      if (bench.frames.length < 2000) {
        requestAnimationFrame(tick);
      }
    };
    requestAnimationFrame(tick);
  });
  const ended = new Promise((resolve) => cdp.once('Tracing.tracingComplete', resolve));
  await cdp.send('Tracing.start', {
    traceConfig: { includedCategories: ['disabled-by-default-devtools.timeline', 'devtools.timeline'] },
    transferMode: 'ReportEvents',
  });
  for (let i = 0; i < times; i++) {
    await act(i);
  }
  await page.waitForFunction(() =>
    [...document.querySelectorAll('canvas')].every((each) => each.dataset['state'] === 'drawn'),
  );
  await cdp.send('Tracing.end');
  await ended;
  const frame = await page.evaluate(() => {
    const { bench } = window as unknown as BenchWindow;
    const longest = Math.max(...bench.frames);
    bench.frames.push(...new Array<number>(2000).fill(0));
    return longest;
  });
  await cdp.detach();
  return { frame, task: Math.max(0, ...tasks) };
}

/** From a turn of the wheel to the first frame that shows it in all charts, and to the frame in which they are drawn finely. */
function zoomTime(page: Page): Promise<[number, number]> {
  return page.evaluate(
    () =>
      new Promise<[number, number]>((resolve) => {
        const canvas = document.querySelector('canvas');
        const box = canvas?.getBoundingClientRect();
        const from = performance.now();
        const at = { clientX: (box?.left ?? 0) + 200, clientY: (box?.top ?? 0) + 60 };
        canvas?.dispatchEvent(
          new WheelEvent('wheel', { deltaY: -300, ctrlKey: true, bubbles: true, cancelable: true, ...at }),
        );
        let first = 0;
        let frames = 0;
        const look = (now: number): void => {
          frames++;
          first ||= frames === 2 ? performance.now() - from : 0;
          const isDrawn = [...document.querySelectorAll('canvas')].every((each) => each.dataset['state'] === 'drawn');
          if (frames > 2 && isDrawn) {
            resolve([first, now - from]);
          } else {
            requestAnimationFrame(look);
          }
        };
        requestAnimationFrame(look);
      }),
  );
}

const rows: [string, string, string][] = [];
const ms = (value: number): string => `${value.toFixed(0)} ms`;
function report(what: string, measured: string, goal: string): void {
  rows.push([what, measured, goal]);
  console.log(`${what.padEnd(66)} ${measured.padStart(22)}   goal ${goal}`);
}

async function manyRuns(bench: Bench): Promise<void> {
  for (const runs of [10, 100]) {
    const page = await bench.show({ runs, metrics: 10, points: 10_000 });
    const drawn = await untilDrawn(page, 6);
    report(`${runs} runs x 10 charts x 10,000 steps: open to all visible drawn`, ms(drawn), '2000 ms');
    await page.waitForTimeout(1000);
    const [first, fine] = await zoomTime(page);
    report(`${runs} runs: zoom, first frame / drawn finely`, `${ms(first)} / ${ms(fine)}`, '100 ms');
    await page.waitForTimeout(1500);
    const box = await page.locator('canvas').first().boundingBox();
    const [x, y] = [(box?.x ?? 0) + 300, (box?.y ?? 0) + 60];
    await page.keyboard.down('Shift');
    await page.mouse.move(x, y);
    await page.mouse.down();
    const pan = await whileActing(page, (i) => page.mouse.move(x - 2 * i, y), 60);
    await page.mouse.up();
    await page.keyboard.up('Shift');
    report(
      `${runs} runs: panning, longest frame / longest task (CPU)`,
      `${ms(pan.frame)} / ${ms(pan.task)}`,
      '100 / 50 ms',
    );
    const hover = await whileActing(page, (i) => page.mouse.move(x - 3 * i, y + (i % 7)), 60);
    report(
      `${runs} runs: cross-hair, longest frame / longest task (CPU)`,
      `${ms(hover.frame)} / ${ms(hover.task)}`,
      '100 / 50 ms',
    );
    await page.close();
  }
}

async function manyPoints(bench: Bench): Promise<void> {
  for (const data of [
    { runs: 1, metrics: 1, points: 1_000_000 },
    { runs: 100, metrics: 1, points: 10_000 },
  ]) {
    const page = await bench.show(data);
    const drawn = await untilDrawn(page, 1);
    report(`1 million points in one chart of ${data.runs} runs: first paint`, ms(drawn), '500 ms');
    await page.close();
  }
}

async function live(bench: Bench, seconds: number): Promise<void> {
  const page = await bench.show({ runs: 100, metrics: 10, points: 2000, isLive: true });
  await untilDrawn(page, 6);
  const cdp = await page.context().newCDPSession(page);
  // CPU time of the main thread: others use the machine too.
  await cdp.send('Performance.enable', { timeDomain: 'threadTicks' });
  const figures = async (): Promise<{ task: number; heap: number; at: number }> => {
    await cdp.send('HeapProfiler.collectGarbage');
    const { metrics } = await cdp.send('Performance.getMetrics');
    const of = (name: string): number => metrics.find((each) => each.name === name)?.value ?? NaN;
    return { task: of('TaskDuration'), heap: of('JSHeapUsedSize'), at: performance.now() / 1000 };
  };
  const before = await figures();
  const lags: number[] = [];
  for (let i = 0; i < seconds * 4; i++) {
    const [runIds, from] = [bench.host.append(i % 2 === 0 ? 2 : 3), performance.now()];
    const steps = 2000 + 5 * Math.floor(i / 2) + (i % 2 === 0 ? 2 : 5);
    await page.evaluate((notice) => (window as unknown as BenchWindow).bench.notify(notice), {
      runIds,
      metrics: true,
      runs: false,
      artifacts: false,
    });
    if (i % 8 === 4) {
      await page.waitForFunction(
        (least) => {
          const text = document.querySelector('.lb-chart-frame')?.getAttribute('aria-label') ?? '';
          const shown = Number((/steps 0 to ([\d,]+)/.exec(text)?.[1] ?? '0').replaceAll(',', ''));
          return shown >= least;
        },
        steps - 1,
        { polling: 'raf' },
      );
      lags.push(performance.now() - from);
    }
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, 250 - (performance.now() - from))));
  }
  const after = await figures();
  const share = (after.task - before.task) / (after.at - before.at);
  report('100 live runs x 10 points/s x 10 metrics: behind at most', ms(Math.max(...lags)), '1000 ms');
  report('100 live runs: main thread busy', `${(share * 100).toFixed(0)} % of a core`, '50 %');
  const grown = (after.heap - before.heap) / 1e6;
  report(
    `100 live runs: heap after ${seconds} s`,
    `${(after.heap / 1e6).toFixed(0)} MB (${grown.toFixed(1)} more)`,
    'flat',
  );
  await page.close();
}

const bench = await Bench.open();
try {
  const only = process.argv.slice(2);
  const wants = (name: string): boolean => only.length === 0 || only.includes(name);
  if (wants('runs')) {
    await manyRuns(bench);
  }
  if (wants('points')) {
    await manyPoints(bench);
  }
  if (wants('live')) {
    await live(bench, 20);
  }
} finally {
  await bench.dispose();
}
