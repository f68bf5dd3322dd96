// What is measured: stores that are filled once and kept with the tools, Labbook's by its API, MLflow's through its own table definitions.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { root } from '../../scripts/root.mjs';
import { run } from '../../scripts/run.mjs';
import { installed } from '../../scripts/setup/cache.mjs';
import { api, drive, request } from '../lib/load.mjs';
import { startLabbook } from '../lib/servers.mjs';

const start = 1_700_000_000_000;
const curvesFile = path.join(root, 'bench', 'lib', 'fillCurves.py');
const requirements = path.join(root, 'test', 'fixtures', 'requirements-mlflow3.txt');
/** Values of a log-batch. */
const atOnce = 1000;

/** @param {boolean} quick small stores, to try things out */
export function sizesOf(quick) {
  const points = quick ? 1000 : 10_000;
  return {
    /** Runs of the experiments of curves. */
    runs: quick ? [5, 20] : [10, 100],
    metrics: 10,
    points,
    /** Of all runs together, in one chart. */
    million: quick ? 20_000 : 1_000_000,
    /** Of the table; 80 metrics, 100 params and 20 tags are its 200 columns. */
    rows: quick ? 300 : 10_000,
  };
}

/** Names of the experiments in the filled store. */
export const experiments = {
  curves: (runs) => `curves of ${runs}`,
  long: 'long run',
  crowd: 'crowd',
  table: 'many runs',
};

/** The i-th run's value at a step: falls, and is noisy. As in fillCurves.py. */
const valueAt = (i, step, points, random) => 3 * Math.exp(-step / (points / 5)) + i * 0.02 + 0.3 * random();

/** Random numbers in [0, 1), always the same ones. */
function noise(seed) {
  let state = seed;
  return () => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) / 2 ** 32;
}

/** @returns the path of a store that nobody may write to: copy it */
export async function filledStore(quick) {
  const stamp = createHash('sha256')
    .update(readFileSync(fileURLToPath(import.meta.url)))
    .digest('hex');
  const folder = await installed(`bench-ui-labbook${quick ? '-quick' : ''}`, stamp, async (target) => {
    const server = await startLabbook(path.join(target, 'store'));
    await fill(server, sizesOf(quick));
    await server.stop();
  });
  return path.join(folder, 'store');
}

async function fill(server, { runs, metrics, points, million, rows }) {
  for (const count of runs) {
    await fillCurves(server, { experiment: experiments.curves(count), runs: count, metrics, points });
  }
  const most = Math.max(...runs);
  await fillCurves(server, { experiment: experiments.crowd, runs: most, metrics: 1, points: million / most });
  await fillCurves(server, { experiment: experiments.long, runs: 1, metrics: 1, points: million });
  await fillTable(server, rows);
}

async function fillCurves(server, { experiment, runs, metrics, points }) {
  const { experiment_id } = await api(server, 'POST', 'experiments/create', { name: experiment });
  let next = 0;
  await drive(server, { connections: 4, while: () => next < runs }, async (ask) => {
    const i = next++;
    const random = noise(i + 1);
    const post = (call, body) => ask(request(server, 'POST', `/api/2.0/mlflow/runs/${call}`, body));
    const begin = start + i * 1000;
    const made = await post('create', { experiment_id, run_name: `run-${i}`, user_id: 'ann', start_time: begin });
    const { run_id } = JSON.parse(made).run.info;
    const steps = atOnce / metrics;
    for (let from = 0; from < points; from += steps) {
      const batch = Array.from({ length: Math.min(steps, points - from) * metrics }, (_, at) => {
        const step = from + Math.floor(at / metrics);
        const value = valueAt(i, step, points, random);
        return { key: `metric${at % metrics}`, value, timestamp: begin + step, step };
      });
      await post('log-batch', { run_id, metrics: batch });
    }
    await post('update', { run_id, status: 'FINISHED', end_time: begin + points });
  });
}

/** Each run has all 200 columns. */
async function fillTable(server, rows) {
  const { experiment_id } = await api(server, 'POST', 'experiments/create', { name: experiments.table });
  let next = 0;
  const random = noise(7);
  await drive(server, { connections: 8, while: () => next < rows }, async (ask) => {
    const i = next++;
    const post = (call, body) => ask(request(server, 'POST', `/api/2.0/mlflow/runs/${call}`, body));
    const begin = start + i * 1000;
    const tags = Array.from({ length: 20 }, (_, j) => ({ key: `tag${j}`, value: `t${(i * 13 + j) % 40}` }));
    const params = [
      { key: 'model', value: `net-${i % 8}` },
      { key: 'optimizer', value: ['sgd', 'adam', 'lion'][i % 3] },
      ...Array.from({ length: 98 }, (_, j) => ({ key: `p${j}`, value: String(((i * 7 + j) % 500) / 1000) })),
    ];
    const metrics = Array.from({ length: 80 }, (_, j) => ({
      key: `val/m${j}`,
      value: random(),
      timestamp: begin,
      step: 0,
    }));
    const made = await post('create', { experiment_id, run_name: `r-${i}`, user_id: 'ann', start_time: begin, tags });
    const { run_id } = JSON.parse(made).run.info;
    await post('log-batch', { run_id, params, metrics });
    await post('update', { run_id, status: 'FINISHED', end_time: begin + 500 });
  });
}

/** @returns the path of an `mlflow.db` with the same curves in its experiment 0 */
export async function mlflowCurves(python, { runs, metrics, points }) {
  const stamp = createHash('sha256').update(readFileSync(curvesFile)).update(readFileSync(requirements)).digest('hex');
  const folder = await installed(`bench-ui-mlflow-${runs}-${metrics}-${points}`, stamp, async (target, log) => {
    const file = path.join(target, 'mlflow.db');
    await run(python, [curvesFile, file, String(runs), String(metrics), String(points)], { log, limit: 1800 });
  });
  return path.join(folder, 'mlflow.db');
}
