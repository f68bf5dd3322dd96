// Opening, zooming and panning the charts of an experiment.
import { medianOf } from '../lib/load.mjs';
import { experiments, sizesOf } from './stores.mjs';
import { tracing } from './tracing.mjs';
import { patience } from './window.mjs';

const rounds = 3;
const longest = (values) => Math.max(...values);

/** A row of the table of results; times in milliseconds, `work` of the window's main thread. */
export function row(what, times, work, wanted) {
  return { what, median: medianOf(times), longest: longest(times), work: medianOf(work), wanted };
}

/**
 * Clicks on an experiment and waits until all charts in sight are drawn.
 * @returns milliseconds from the click, and from the begin of the panel's page, the main thread's work and the server's
 */
async function openCharts(window, experiment, runs, least) {
  const [work, server] = [await window.work(), window.serverWork()];
  await window.open(experiment);
  const drawn = await window.waitFor(
    `the charts of ${experiment}`,
    `bench.isDrawn(${runs}, ${least}) && performance.now()`,
  );
  const { clicked, began } = await window.page.evaluate(() => ({
    clicked: globalThis.bench.clickedAt,
    began: globalThis.bench.beganAt(),
  }));
  const done = { fromClick: drawn - clicked, fromPage: drawn - began };
  return { ...done, work: (await window.work()) - work, server: window.serverWork() - server };
}

/** Opens it once after the start of the server, and a few times again. */
async function openOften(window, experiment, runs, least) {
  const all = [];
  for (let i = 0; i <= rounds; i++) {
    await window.closeAll();
    all.push(await openCharts(window, experiment, runs, least));
  }
  const [first, ...again] = all;
  return { first, again };
}

async function zoomAndPan(window, runs) {
  await window.quiet();
  const panel = await window.panel();
  const box = await panel.locator('.lb-chart canvas').first().boundingBox();
  const { page } = window;
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  await page.mouse.move(x, y);
  const zooms = [];
  const work = [];
  for (const deltaY of [-250, -250, -250, 200, 200]) {
    const before = await window.work();
    const zoomed = page.evaluate((limit) => globalThis.bench.zoom(limit), patience);
    await page.keyboard.down('Control');
    await page.mouse.wheel(0, deltaY);
    await page.keyboard.up('Control');
    zooms.push(await zoomed);
    work.push((await window.work()) - before);
  }
  await window.quiet();
  const of = (name) => zooms.map((zoom) => zoom[name]);
  const drag = async (change) => {
    await page.mouse.move(x, y);
    await page.keyboard.down('Shift');
    await page.mouse.down();
    await page.evaluate(() => globalThis.bench.follow());
    for (let i = 1; i <= 60; i++) {
      await page.mouse.move(x + change * i, y);
    }
    const followed = await page.evaluate(() => globalThis.bench.stopFollowing());
    await page.mouse.up();
    await page.keyboard.up('Shift');
    return followed;
  };
  const before = await window.work();
  const { delays, longTasks } = await drag(-2);
  const panWork = ((await window.work()) - before) / delays.length;
  await window.quiet();
  // Tracing costs time too, so this is another drag.
  const { tasks } = await tracing(window.cdp, () => drag(2));
  const { tasks: hovering } = await tracing(window.cdp, async () => {
    for (let i = 0; i < 60; i++) {
      await page.mouse.move(x - 2 * i, y + (i % 7));
    }
  });
  return [
    row(`${runs} runs: zoom, until all charts show it`, of('shown'), work, 100),
    row(`${runs} runs: zoom, until all curves are sharp`, of('sharp'), work, 100),
    row(`${runs} runs: zoom, until the finer points of the server are drawn`, of('fine'), work),
    row(`${runs} runs: pan, from a move to the frame that shows it`, delays, [panWork], 100),
    row(`${runs} runs: longest task while panning, wall clock`, [longest([0, ...longTasks])], [longest(tasks)], 50),
    row(`${runs} runs: longest task of the cross-hair, processor time`, [longest(hovering)], [longest(hovering)], 50),
  ];
}

export async function measureCharts(window, quick) {
  const { runs, metrics, points, million } = sizesOf(quick);
  const rows = [];
  const what = (count) => `${count} runs × ${metrics} metrics × ${points.toLocaleString('en-US')} steps`;
  const add = ({ first, again }, name, { wanted, wantedOfPage }) => {
    const values = (key) => again.map((each) => each[key]);
    rows.push(
      row(
        `${name}: click to all visible charts drawn, first after the server's start`,
        [first.fromClick],
        [first.work],
        wanted,
      ),
      row(`${name}: click to all visible charts drawn, again`, values('fromClick'), values('work'), wanted),
      row(`${name}: of that, from the begin of the panel's page`, values('fromPage'), values('work'), wantedOfPage),
    );
    console.log(name, JSON.stringify({ first, again }));
  };
  for (const count of runs) {
    add(await openOften(window, experiments.curves(count), count, 6), what(count), { wanted: 2000 });
    rows.push(...(await zoomAndPan(window, count)));
  }
  for (const [experiment, count, each] of [
    [experiments.long, 1, `${million.toLocaleString('en-US')} points of one run in one chart`],
    [
      experiments.crowd,
      Math.max(...runs),
      `${million.toLocaleString('en-US')} points of ${Math.max(...runs)} runs in one chart`,
    ],
  ]) {
    add(await openOften(window, experiment, count, 1), each, { wantedOfPage: 500 });
  }
  await window.closeAll();
  return rows;
}
