/**
 * Prints how long the steps of the experiment's table take with 10,000 runs × 200 columns, in Chromium and without VS Code: from the
 * input to the end of the frame that shows its result. Run by `npm run bench -- table`. The fake host makes its answers up in the
 * same thread as the panel: its share is told apart (`host`) where it is not small.
 */
import type { Page } from 'playwright-core';
import { madeUpScenario } from '../fakes/fakeHost/scenario';
import { PanelBrowser, until } from './panelPage';

declare global {
  interface Window {
    bench: { act: (what: () => void, done: () => boolean) => Promise<number>; longest: number; ready: number };
  }
}

const runs = 10_000;
const rounds = 5;

/** In the page, before everything else. */
function prepare(): void {
  const frame = (): Promise<void> =>
    new Promise((resolve) => requestAnimationFrame(() => setTimeout(() => resolve(), 0)));
  window.bench = {
    longest: 0,
    ready: 0,
    act: async (what, done) => {
      const start = performance.now();
      what();
      do {
        await frame();
      } while (!done() && performance.now() - start < 20_000);
      return performance.now() - start;
    },
  };
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) {
      window.bench.longest = Math.max(window.bench.longest, duration);
    }
  }).observe({ entryTypes: ['longtask'] });
  const look = (): void => {
    const rows = document.querySelectorAll('.lb-table-body [role="row"]').length;
    const waiting = document.querySelectorAll('.lb-table-body .lb-skeleton').length;
    if (rows > 5 && waiting === 0) {
      window.bench.ready = performance.now();
    } else {
      requestAnimationFrame(look);
    }
  };
  look();
}

type Step = readonly [name: string, code: string];

/** `what` and `done` run in the page. */
const act = (what: string, done = 'true'): string => `window.bench.act(() => { ${what} }, () => ${done})`;
const head = (name: string): string => `document.querySelector('[role="columnheader"][aria-label="${name}"]')`;
const sort = (name: string, direction: string): string =>
  act(
    `const h = ${head(name)}; const o = { bubbles: true, button: 0, pointerId: 1 }; h.setPointerCapture = () => {};
     h.dispatchEvent(new PointerEvent('pointerdown', o)); h.dispatchEvent(new PointerEvent('pointerup', o));`,
    `${head(name)}.getAttribute('aria-sort') === '${direction}'`,
  );
const box = `document.querySelector('.lb-table-box')`;
const noneWaits = `document.querySelectorAll('.lb-table-body .lb-skeleton').length === 0`;
const key = (name: string, more = ''): string =>
  act(`${box}.focus(); ${box}.dispatchEvent(new KeyboardEvent('keydown', { key: '${name}', bubbles: true${more} }))`);
const query = (text: string): string =>
  act(
    `const i = document.querySelector('[data-query] input'); const set = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set;
     set.call(i, ${JSON.stringify(text)}); i.dispatchEvent(new Event('input', { bubbles: true }));
     i.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true }))`,
    `document.querySelector('.lb-footer').textContent.includes(' of ') === ${text !== ''}`,
  );
const group = (name: string, isOn: boolean): string =>
  act(
    `[...document.querySelectorAll('.lb-choose [role="checkbox"]')].find((e) => e.textContent === '${name}').click()`,
    `(document.querySelectorAll('.lb-row.lb-group').length > 0) === ${isOn}`,
  );

const steps: readonly Step[] = [
  ['sort by a metric (read)', sort('val/acc max', 'descending')],
  ['sort the other way', sort('val/acc max', 'ascending')],
  ['do not sort', sort('val/acc max', 'none')],
  ['sort by name', sort('Name', 'descending')],
  ['sort by name, the other way', sort('Name', 'ascending')],
  ['scroll a page', act(`${box}.scrollTop += 400`, noneWaits)],
  ['scroll to the middle', act(`${box}.scrollTop = 110_000`, noneWaits)],
  ['scroll to the right', act(`${box}.scrollLeft += 600`, noneWaits)],
  ['scroll to the left', act(`${box}.scrollLeft = 0`, noneWaits)],
  ['filter, new column', query('metrics.`val/loss` < 0.5')],
  ['filter, same column', query('metrics.`val/loss` < 0.7 and name like "%9%"')],
  ['no filter', query('')],
  ['select all', key('a', ', ctrlKey: true')],
  ['one line down', key('ArrowDown')],
  ['to the end', key('End')],
  ['type a letter', key('r')],
];

const groupSteps: readonly Step[] = [
  ['group by a parameter', group('model', true)],
  ['group by two', group('optimizer', true)],
  [
    'no groups',
    act(
      `[...document.querySelectorAll('.lb-choose .lb-link')].at(-1).click()`,
      `document.querySelectorAll('.lb-row.lb-group').length === 0`,
    ),
  ],
];

async function measure(page: Page, list: readonly Step[], times: Map<string, number[]>): Promise<void> {
  for (const [name, code] of list) {
    const time = await page.evaluate<number>(code);
    times.set(name, [...(times.get(name) ?? []), time]);
    await page.evaluate('new Promise((resolve) => setTimeout(resolve, 150))');
  }
}

async function main(): Promise<void> {
  const browser = await PanelBrowser.open();
  try {
    const times = new Map<string, number[]>();
    const first: number[] = [];
    for (let round = 0; round < rounds; round++) {
      const scenario = madeUpScenario({ runs, metrics: 80, params: 100, tags: 20 });
      const panel = await browser.show(scenario, { width: 1400, height: 900, prepare });
      const ready = (): Promise<number> => panel.page.evaluate<number>('window.bench.ready');
      await until('the first rows are there', async () => (await ready()) > 0, 60_000);
      first.push(await ready());
      await panel.page.evaluate('new Promise((resolve) => setTimeout(resolve, 1500))');
      await measure(panel.page, steps, times);
      await panel.page.getByRole('button', { name: 'Group', exact: true }).click();
      await measure(panel.page, groupSteps, times);
      await browser.closePages();
    }
    const line = (name: string, values: readonly number[]): void => {
      const inOrder = [...values].sort((a, b) => a - b);
      const [median = NaN, most = NaN] = [inOrder[Math.floor(inOrder.length / 2)], inOrder.at(-1)];
      console.log(`${name.padEnd(34)} ${median.toFixed(0).padStart(6)} ms   most ${most.toFixed(0).padStart(6)} ms`);
    };
    console.log(`${runs.toLocaleString('en')} runs, 200 columns, ${rounds} rounds\n`);
    line('first rows (page and host included)', first);
    times.forEach((values, name) => line(name, values));
  } finally {
    await browser.dispose();
  }
}

void main();
