// Runs that log while their charts are open: how far behind these are, and what that costs.
import { setTimeout as delay } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { api, percentiles } from '../lib/load.mjs';
import { memoryOf } from '../lib/servers.mjs';

const experiment = 'live';
const metrics = 10;
/** Milliseconds between two steps of a run. */
const pause = 100;
/** Steps that each run has before it is watched. */
const firstSteps = 2000;
/** Steps of an hour at that pace. */
const hour = 36_000;
/** How often the heap is looked at while the points of an hour are logged as fast as they are taken. */
const looks = 20;

async function createRuns(server, count) {
  const { experiment_id } = await api(server, 'POST', 'experiments/create', { name: experiment });
  const ids = [];
  for (let i = 0; i < count; i++) {
    const body = { experiment_id, run_name: `run-${i}`, start_time: Date.now() };
    ids.push((await api(server, 'POST', 'runs/create', body)).run.info.run_id);
  }
  return ids;
}

/** Logs from a thread of its own, so that what this process does meanwhile delays no step. */
function startLogging(server, runIds) {
  const workerData = { server, runIds, metrics, pause, firstSteps };
  const worker = new Worker(new URL('liveLogger.mjs', import.meta.url), { workerData });
  const failed = new Promise((_, reject) => worker.once('error', reject));
  failed.catch(() => undefined);
  const message = () => Promise.race([new Promise((resolve) => worker.once('message', resolve)), failed]);
  const ask = (question) => {
    const answer = message();
    worker.postMessage(question);
    return answer;
  };
  return {
    ready: message(),
    /** Ends the pace. @returns pairs of a step and when its last answer came, Unix milliseconds */
    rest: () => ask('rest'),
    /** Logs so many steps more as fast as they are taken. */
    hurry: (steps) => ask(steps),
    stop: () => ask('stop'),
  };
}

/** By which a line through the points rises, per unit of x. */
function slope(points) {
  const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [mx, my] = [mean(points.map(([x]) => x)), mean(points.map(([, y]) => y))];
  const above = points.reduce((sum, [x, y]) => sum + (x - mx) * (y - my), 0);
  return above / points.reduce((sum, [x]) => sum + (x - mx) ** 2, 0);
}

/** How long after it was answered each step was seen, in milliseconds; a later step shows the earlier ones too. */
function lagsOf(answered, seen) {
  let at = 0;
  return answered.flatMap(([step, when]) => {
    while (at < seen.length && !(seen[at][1] >= step)) {
      at++;
    }
    return at < seen.length ? [Math.max(0, seen[at][0] - when)] : [];
  });
}

/** What the window and the server cost for a while, each as a part of one core. */
async function costs(window, milliseconds) {
  const [work, processes, serverWork, begun] = [
    await window.work(),
    await window.processes(),
    window.serverWork(),
    performance.now(),
  ];
  await delay(milliseconds);
  const elapsed = performance.now() - begun;
  const after = await window.processes();
  const shareOf = (id) => ((after.get(id)?.ms ?? 0) - (processes.get(id)?.ms ?? 0)) / elapsed;
  const gpu = [...after].find(([, { type }]) => type === 'GPU');
  return {
    main: ((await window.work()) - work) / elapsed,
    renderer: shareOf(busiestRenderer(after)),
    gpu: gpu ? shareOf(gpu[0]) : NaN,
    server: (window.serverWork() - serverWork) / elapsed,
  };
}

/** The process id of the renderer that has worked most: the one with the workbench in it. */
function busiestRenderer(processes) {
  const renderers = [...processes].filter(([, { type }]) => type === 'renderer');
  const [[id] = [NaN]] = renderers.sort(([, a], [, b]) => b.ms - a.ms);
  return id;
}

/** The heap while an hour's worth of points comes. @returns pairs of the part of the hour and megabytes, and how often charts were drawn */
async function heapOfHour(window, logging, steps) {
  await window.page.evaluate(() => globalThis.bench.watchLast());
  const heaps = [[0, (await window.heap()) / 1e6]];
  for (let i = 1; i <= looks; i++) {
    await logging.hurry(Math.round(steps / looks));
    heaps.push([i / looks, (await window.heap()) / 1e6]);
  }
  const seen = await window.page.evaluate(() => globalThis.bench.stopWatching());
  return { heaps, repaints: seen.length - 1 };
}

/** @param {number} minutes */
export async function measureLive(window, quick, minutes) {
  const count = quick ? 20 : 100;
  const { server } = window;
  const runIds = await createRuns(server, count);
  const logging = startLogging(server, runIds);
  await logging.ready;
  const row = window.row(experiment);
  await row.waitFor();
  // The runs are in the tree without a panel as with one.
  if ((await row.getAttribute('aria-expanded')) === 'false') {
    await row.locator('.monaco-tl-twistie').click();
  }
  await window.page.locator('.monaco-list-row[aria-level="2"]').first().waitFor();
  // Code that runs for the first times is slower.
  await delay(quick ? 2000 : 10_000);
  console.log(`live: ${(minutes / 4).toFixed(1)} minutes without a panel, ${minutes} with it`);
  const alone = await costs(window, (minutes * 60_000) / 4);
  await window.open(experiment);
  await window.waitFor('the live charts', `bench.isDrawn(${count}, 6)`);
  await delay(quick ? 2000 : 10_000);
  await window.page.evaluate(() => globalThis.bench.watchLast());
  const together = await costs(window, minutes * 60_000);
  const seen = await window.page.evaluate(() => globalThis.bench.stopWatching());
  const answered = await logging.rest();
  const lags = lagsOf(
    answered.filter(([, when]) => when > seen[0][0] && when < seen.at(-1)[0] - 5000),
    seen,
  );
  const steps = quick ? hour / 20 : hour;
  console.log(`live: ${steps.toLocaleString('en-US')} steps of each run as fast as they are taken`);
  const { heaps, repaints } = await heapOfHour(window, logging, steps);
  await logging.stop();
  const resident = (memoryOf(busiestRenderer(await window.processes())) ?? NaN) / 1e6;
  console.log('live', JSON.stringify({ alone, together, heaps, repaints, answered: answered.length }));
  const name = `${count} live runs × ${metrics} metrics × 10 a second`;
  const { median, p99, longest } = percentiles(lags);
  return {
    lag: { what: `${name}: behind, the last of the charts in sight`, median, p99, longest, wanted: 1000 },
    busy: busyRows(name, alone, together),
    memory: memoryRows(`${steps.toLocaleString('en-US')} values of each metric`, { heaps, repaints, resident }),
  };
}

/** The window has one process for all: what the panel adds to what it does without one is the panel's. */
function busyRows(name, alone, together) {
  const percent = (what, share, wanted) => [`${name}: ${what}, % of a core`, share * 100, wanted];
  return [
    percent('the panel, all threads', together.renderer - alone.renderer, 50),
    percent('of that, on the main thread', together.main - alone.main),
    percent('the workbench without a panel, the runs in its tree', alone.renderer),
    percent('of that, on the main thread', alone.main),
    percent('process that puts pictures on the screen, without a graphics card', together.gpu),
    percent('tracking server, without a panel', alone.server),
    percent('tracking server, with the panel', together.server),
  ];
}

/** Of the heap without its garbage. What is made once, in the first fifth, is not growth. */
function memoryRows(name, { heaps, repaints, resident }) {
  const settled = heaps.slice(Math.ceil(heaps.length / 5));
  return [
    [`${name}, as fast as they are taken, ${repaints} repaints: heap in the end, MB`, heaps.at(-1)[1], undefined],
    [`${name}: by which the heap grows, MB`, slope(settled), heaps[0][1] * 0.1],
    [`${name}: memory of the renderer process in the end, MB`, resident, undefined],
  ];
}
