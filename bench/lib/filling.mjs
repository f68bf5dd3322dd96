// Stores with many runs: MLflow's as a file that is made once and kept with the tools, Labbook's by its API.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { root } from '../../scripts/root.mjs';
import { run } from '../../scripts/run.mjs';
import { installed } from '../../scripts/setup/cache.mjs';
import { drive, request } from './load.mjs';

const start = 1_700_000_000_000;
const script = path.join(root, 'bench', 'lib', 'fillMlflow.py');
const requirements = path.join(root, 'test', 'fixtures', 'requirements-mlflow3.txt');

/** @returns the path of an `mlflow.db` with `runs` runs in experiment 0, the oldest having a metric `long` of `points` points */
export async function mlflowDatabase(python, { runs, points }) {
  const stamp = createHash('sha256').update(readFileSync(script)).update(readFileSync(requirements)).digest('hex');
  const folder = await installed(`bench-mlflow-${runs}-${points}`, stamp, async (target, log) => {
    const file = path.join(target, 'mlflow.db');
    await run(python, [script, file, String(runs), String(points)], { log, limit: 1800 });
  });
  return path.join(folder, 'mlflow.db');
}

/** Tags of the i-th run, as in fillMlflow.py. */
export function tagsOf(i) {
  const tags = { 'mlflow.user': 'ann', 'mlflow.source.name': 'train.py', 'mlflow.source.type': 'LOCAL' };
  return Object.entries({ ...tags, team: 'abcd'[i % 4] }).map(([key, value]) => ({ key, value }));
}

/** Params and metrics of the i-th run, as in fillMlflow.py. */
export function dataOf(i) {
  return {
    params: Array.from({ length: 20 }, (_, j) => ({ key: `p${j}`, value: `v${(i * 7 + j) % 50}` })),
    metrics: Array.from({ length: 20 }, (_, j) => ({
      key: `m${j}`,
      value: ((i * 31 + j * 17) % 1000) / 1000,
      timestamp: start + i * 1000,
      step: 0,
    })),
  };
}

/**
 * Gives Labbook runs `from` to `to - 1`, which are those of `mlflowDatabase`. About 1,500 a second.
 * @returns the ids of the runs, by number
 */
export async function fillLabbook(server, { from = 0, to }) {
  const ids = [];
  let next = from;
  const post = (call, body) => request(server, 'POST', `/api/2.0/mlflow/runs/${call}`, body);
  const one = async (ask, i) => {
    const tags = tagsOf(i);
    const body = { experiment_id: '0', run_name: `run-${i}`, user_id: 'ann', start_time: start + i * 1000, tags };
    const { run_id } = JSON.parse(await ask(post('create', body))).run.info;
    ids[i] = run_id;
    await ask(post('log-batch', { run_id, ...dataOf(i) }));
    await ask(post('update', { run_id, status: 'FINISHED', end_time: start + i * 1000 + 500 }));
  };
  await drive(server, { connections: 16, while: () => next < to }, (ask) => one(ask, next++));
  return ids;
}

/** Gives a run `count` points of one metric more, from step `first` on. */
export async function logPoints(server, runId, key, { first = 0, count, connections = 1 }) {
  let next = first;
  const batch = (at) =>
    Array.from({ length: Math.min(1000, first + count - at) }, (_, i) => ({
      key,
      value: ((at + i) % 997) / 997,
      timestamp: start + at + i,
      step: at + i,
    }));
  await drive(server, { connections, while: () => next < first + count }, (ask) => {
    const at = next;
    next += 1000;
    return ask(request(server, 'POST', '/api/2.0/mlflow/runs/log-batch', { run_id: runId, metrics: batch(at) }));
  });
}

/** The id of a run in `mlflowDatabase`. */
export function mlflowRunId(i) {
  return createHash('md5').update(`run ${i}`).digest('hex');
}
