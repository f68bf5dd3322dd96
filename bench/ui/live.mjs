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
  return {
    ready: message(),
    /** @returns pairs of a step and when its last answer came, Unix milliseconds */
    stop() {
      const answer = message();
      worker.postMessage('stop');
      return answer;
    },
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

/** The processor time of processes between two readings, as a part of one core, by their types. */
function busyOf(before, after, seconds) {
  const shares = new Map();
  for (const [id, { type, ms }] of after) {
    const share = (ms - (before.get(id)?.ms ?? 0)) / 1000 / seconds;
    const name = type === 'renderer' ? `renderer ${id}` : type;
    shares.set(name, (shares.get(name) ?? 0) + share);
  }
  return shares;
}

/** @param {number} minutes */
export async function measureLive(window, quick, minutes) {
  const count = quick ? 20 : 100;
  const { server } = window;
  const runIds = await createRuns(server, count);
  const logging = startLogging(server, runIds);
  await logging.ready;
  await window.row(experiment).waitFor();
  await window.open(experiment);
  await window.waitFor('the live charts', `bench.isDrawn(${count}, 6)`);
  // Code that runs for the first times is slower.
  await delay(quick ? 2000 : 10_000);
  const heaps = [];
  const resident = [];
  const begun = performance.now();
  const minute = () => (performance.now() - begun) / 60_000;
  const [work, processes, serverWork] = [await window.work(), await window.processes(), window.serverWork()];
  const renderer = await busiestRenderer(window, processes);
  await window.page.evaluate(() => globalThis.bench.watchLast());
  while (minute() < minutes) {
    heaps.push([minute(), (await window.heap()) / 1e6]);
    resident.push([minute(), (memoryOf(renderer) ?? NaN) / 1e6]);
    await delay(Math.max(0, Math.min(15_000, (minutes - minute()) * 60_000)));
  }
  heaps.push([minute(), (await window.heap()) / 1e6]);
  const seconds = minute() * 60;
  const main = ((await window.work()) - work) / 1000 / seconds;
  const server1 = (window.serverWork() - serverWork) / 1000 / seconds;
  const shares = busyOf(processes, await window.processes(), seconds);
  const seen = await window.page.evaluate(() => globalThis.bench.stopWatching());
  const answered = await logging.stop();
  const lags = lagsOf(
    answered.filter(([, when]) => when > seen[0][0] && when < seen.at(-1)[0] - 5000),
    seen,
  );
  const { median, p99, longest } = percentiles(lags);
  const settled = heaps.slice(Math.floor(heaps.length / 4));
  console.log('live', JSON.stringify({ heaps, resident, shares: [...shares], answered: answered.length }));
  const rendererShare = Math.max(
    ...[...shares].filter(([name]) => name.startsWith('renderer')).map(([, share]) => share),
  );
  const name = `${count} live runs × ${metrics} metrics × 10 a second`;
  return {
    lag: { what: `${name}: behind`, median, p99, longest, wanted: 1000 },
    busy: [
      [`${name}: renderer process, panel and workbench, % of a core`, rendererShare * 100, 50],
      [`${name}: of that, the main thread, % of a core`, main * 100, undefined],
      [
        `${name}: process that puts pictures on the screen, without a graphics card, % of a core`,
        (shares.get('GPU') ?? NaN) * 100,
        undefined,
      ],
      [`${name}: tracking server, % of a core`, server1 * 100, undefined],
    ],
    memory: [
      [`${name}: heap in the end, MB`, heaps.at(-1)[1], undefined],
      [`${name}: heap grows in an hour, MB (from ${minutes} minutes)`, slope(settled) * 60, heaps[0][1] * 0.1],
      [`${name}: memory of the renderer process in the end, MB`, resident.at(-1)[1], undefined],
    ],
  };
}

/** The process id of the renderer that has worked most: the one with the workbench in it. */
async function busiestRenderer(window, processes) {
  const renderers = [...processes].filter(([, { type }]) => type === 'renderer');
  const [[id] = [NaN]] = renderers.sort(([, a], [, b]) => b.ms - a.ms);
  return id;
}
