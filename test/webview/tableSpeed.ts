/**
 * Prints how long the steps of the experiment's table take with 10,000 runs × 200 columns, in Chromium and without VS Code: from the
 * input to the end of the frame that shows its result. Run by `node bench/table.mjs`. The fake host makes its answers up in the same
 * thread as the panel: where something is read, its work is in the figures too.
 */
import type { Page } from 'playwright-core';
import { madeUpScenario } from '../fakes/fakeHost/scenario';
import { PanelBrowser, until } from './panelPage';

declare global {
  interface Window {
    bench: { act: (what: () => void, done: () => boolean) => Promise<number>; ready: number };
  }
}

const runs = 10_000;

/** In the page, before everything else. */
function prepare(): void {
  const frame = (): Promise<void> =>
    new Promise((resolve) => requestAnimationFrame(() => setTimeout(() => resolve(), 0)));
  window.bench = {
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
     h.dispatchEvent(new PointerEvent('pointerdown', o)); setTimeout(() => h.dispatchEvent(new PointerEvent('pointerup', o)));`,
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
  ['sort by a metric', sort('val/loss min', 'descending')],
  ['sort the other way', sort('val/loss min', 'ascending')],
  ['do not sort', sort('val/loss min', 'none')],
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

interface Time {
  /** From the input to the end of the frame with its result, milliseconds. */
  readonly wall: number;
  /** What the page's main thread worked meanwhile; what other programs took of the machine is not in it. */
  readonly work: number;
}

/** Reads how long the page's main thread has worked, in milliseconds of its own clock. */
async function clockOf(page: Page): Promise<() => Promise<number>> {
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  return async () => {
    const { metrics } = await session.send('Performance.getMetrics');
    return (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? NaN) * 1000;
  };
}

async function measure(page: Page, list: readonly Step[], times: Map<string, Time[]>): Promise<void> {
  const clock = await clockOf(page);
  for (const [name, code] of list) {
    const before = await clock();
    const wall = await page.evaluate<number>(code);
    const work = (await clock()) - before;
    times.set(name, [...(times.get(name) ?? []), { wall, work }]);
    await page.evaluate('new Promise((resolve) => setTimeout(resolve, 150))');
  }
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}

async function main(): Promise<void> {
  const rounds = Number(process.env['LABBOOK_BENCH_ROUNDS'] ?? 3);
  const browser = await PanelBrowser.open();
  try {
    const times = new Map<string, Time[]>();
    for (let round = 0; round < rounds; round++) {
      const scenario = madeUpScenario({ runs, metrics: 80, params: 100, tags: 20 });
      const panel = await browser.show(scenario, { width: 1400, height: 900, prepare });
      const ready = (): Promise<number> => panel.page.evaluate<number>('window.bench.ready');
      await until('the first rows are there', async () => (await ready()) > 0, 60_000);
      const clock = await clockOf(panel.page);
      const before = await clock();
      await panel.page.reload();
      await until('the first rows are there', async () => (await ready()) > 0, 60_000);
      const first = { wall: await ready(), work: (await clock()) - before };
      times.set('first rows, from an empty page', [...(times.get('first rows, from an empty page') ?? []), first]);
      // What charts take is measured by itself.
      await panel.page.getByRole('button', { name: 'Only the table' }).click();
      await panel.page.evaluate('new Promise((resolve) => setTimeout(resolve, 1500))');
      await measure(panel.page, steps, times);
      await panel.page.getByRole('button', { name: 'Group', exact: true }).click();
      await measure(panel.page, groupSteps, times);
      await browser.closePages();
    }
    console.log(`${runs.toLocaleString('en')} runs, 200 columns; medians of ${rounds}, milliseconds\n`);
    console.log(`${''.padEnd(34)}     wall     work`);
    for (const [name, each] of times) {
      const [wall, work] = [median(each.map((time) => time.wall)), median(each.map((time) => time.work))];
      console.log(`${name.padEnd(34)} ${wall.toFixed(0).padStart(8)} ${work.toFixed(0).padStart(8)}`);
    }
  } finally {
    await browser.dispose();
  }
}

void main();
