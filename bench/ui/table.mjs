// The table of an experiment with many runs and columns: opening, sorting, filtering, grouping, scrolling.
import { setTimeout as delay } from 'node:timers/promises';
import { row } from './charts.mjs';
import { experiments, sizesOf } from './stores.mjs';

const rounds = 3;

/** In the panel: does something and tells how long it takes to the end of the frame that shows what came of it, in milliseconds. */
function inPanel() {
  const frame = () =>
    new Promise((resolve) => globalThis.requestAnimationFrame(() => globalThis.setTimeout(() => resolve(), 0)));
  globalThis.bench = {
    act: async (what, isDone) => {
      const start = performance.now();
      what();
      do {
        await frame();
      } while (!isDone() && performance.now() - start < 20_000);
      return performance.now() - start;
    },
  };
}

/** Code for the panel. */
const act = (what, isDone = 'true') => `bench.act(() => { ${what} }, () => ${isDone})`;
const one = (selector) => `document.querySelector(${JSON.stringify(selector)})`;
const count = (selector) => `document.querySelectorAll(${JSON.stringify(selector)}).length`;
const head = (name) => one(`[role="columnheader"][aria-label="${name}"]`);
const box = one('.lb-table-box');
const noneWaits = `${count('.lb-table-body .lb-skeleton')} === 0`;
const isDrawn = `${count('.lb-table-body [role="row"]')} > 5 && ${noneWaits}`;

const sort = (name, direction) =>
  act(
    `const h = ${head(name)}; const o = { bubbles: true, button: 0, pointerId: 1 }; h.setPointerCapture = () => {};
     h.dispatchEvent(new PointerEvent('pointerdown', o)); setTimeout(() => h.dispatchEvent(new PointerEvent('pointerup', o)));`,
    `${head(name)}.getAttribute('aria-sort') === '${direction}' && ${noneWaits}`,
  );
const key = (name, more = '') =>
  act(
    `${box}.focus(); ${box}.dispatchEvent(new KeyboardEvent('keydown', { key: '${name}', bubbles: true${more} }))`,
    noneWaits,
  );
const query = (text) =>
  act(
    `const i = ${one('[data-query] input')}; const set = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set;
     set.call(i, ${JSON.stringify(text)}); i.dispatchEvent(new Event('input', { bubbles: true }));
     i.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true }))`,
    `${one('.lb-footer')}.textContent.includes(' of ') === ${text !== ''} && ${noneWaits}`,
  );
const groupBy = (name, groups) =>
  act(
    `[...document.querySelectorAll('.lb-choose [role="checkbox"]')].find((e) => e.textContent === '${name}').click()`,
    `${one('.lb-footer')}.textContent.startsWith('${groups} groups') && ${noneWaits}`,
  );

const steps = [
  ['sort by a metric', sort('val/m1 last', 'descending')],
  ['sort the other way', sort('val/m1 last', 'ascending')],
  ['sort by name', sort('Name', 'descending')],
  ['scroll a page', act(`${box}.scrollTop += 400`, noneWaits)],
  ['scroll to the middle', act(`${box}.scrollTop = ${box}.scrollHeight / 2`, noneWaits)],
  ['scroll to the right', act(`${box}.scrollLeft += 600`, noneWaits)],
  ['scroll to the left', act(`${box}.scrollLeft = 0`, noneWaits)],
  ['filter by a metric', query('metrics.`val/m5` < 0.5')],
  ['filter by a metric and the name', query('metrics.`val/m5` < 0.7 and name like "%9%"')],
  ['no filter', query('')],
  ['select all', key('a', ', ctrlKey: true')],
  // Nothing has the focus yet, and the table is far down: this scrolls.
  ['to the first line', key('Home')],
  ['one line down', key('ArrowDown')],
  ['to the end', key('End')],
];

const groupSteps = [
  ['group by a parameter', groupBy('model', 8)],
  ['group by two', groupBy('optimizer', 24)],
  [
    'no groups',
    act(`[...document.querySelectorAll('.lb-choose .lb-link')].at(-1).click()`, `${count('.lb-row.lb-group')} === 0`),
  ],
];

async function measureSteps(window, panel, list, times) {
  for (const [name, code] of list) {
    const before = await window.work();
    const wall = await panel.evaluate(code);
    const work = (await window.work()) - before;
    times.set(name, [...(times.get(name) ?? []), { wall, work }]);
    await delay(200);
  }
}

async function openTable(window, times) {
  const before = await window.work();
  await window.open(experiments.table);
  const look = `(() => { const document = bench.panel()?.document; return document && ${isDrawn} && performance.now(); })()`;
  const drawn = await window.waitFor('the table', look);
  const work = (await window.work()) - before;
  const { clicked, began } = await window.page.evaluate(() => ({
    clicked: globalThis.bench.clickedAt,
    began: globalThis.bench.beganAt(),
  }));
  for (const [name, wall] of [
    ['click to the first rows', drawn - clicked],
    [`of that, from the begin of the panel's page`, drawn - began],
  ]) {
    times.set(name, [...(times.get(name) ?? []), { wall, work }]);
  }
}

export async function measureTable(window, quick) {
  const { rows: runs } = sizesOf(quick);
  const times = new Map();
  for (let round = 0; round < rounds; round++) {
    await window.closeAll();
    await openTable(window, times);
    const panel = await window.panel();
    await panel.evaluate(inPanel);
    // What charts take is measured by itself.
    await panel.getByRole('button', { name: 'Only the table' }).click();
    // An earlier round was left at the end, where nothing scrolls on.
    await panel.evaluate(`${box}.scrollTop = 0`);
    await window.quiet();
    await measureSteps(window, panel, steps, times);
    await panel.getByRole('button', { name: 'Group', exact: true }).click();
    // As between all steps: the pointer is not on a row of the menu as soon as that opens.
    await delay(200);
    await measureSteps(window, panel, groupSteps, times);
    await panel.getByRole('button', { name: 'Table and charts' }).click();
    // The arrangement is kept a second after it was made.
    await window.quiet();
  }
  await window.closeAll();
  const wantedOf = (name) => (name.startsWith('click') ? undefined : name.startsWith('of that') ? 500 : 100);
  return [...times].map(([name, each]) =>
    row(
      `${runs.toLocaleString('en-US')} runs × 200 columns: ${name}`,
      each.map(({ wall }) => wall),
      each.map(({ work }) => work),
      wantedOf(name),
    ),
  );
}
