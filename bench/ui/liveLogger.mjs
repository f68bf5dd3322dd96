// A thread that logs to many runs, each so often a second, as training scripts that do not wait for each other.
import { parentPort, workerData } from 'node:worker_threads';
import { Connection, request } from '../lib/load.mjs';

const { server, runIds, metrics, pause, firstSteps } = workerData;
const connections = 16;
const pool = Array.from({ length: connections }, () => new Connection(server.port));
const answered = [];
let stopped = false;
parentPort.once('message', () => (stopped = true));

function batch(runId, place, from, steps) {
  const now = Date.now();
  const all = Array.from({ length: steps * metrics }, (_, at) => {
    const step = from + Math.floor(at / metrics);
    const value = 3 * Math.exp(-step / 1000) + place * 0.02 + 0.3 * Math.random();
    return { key: `val/metric${at % metrics}`, value, timestamp: now, step };
  });
  return request(server, 'POST', '/api/2.0/mlflow/runs/log-batch', { run_id: runId, metrics: all });
}

/** Each run logs so many steps; resolves when all are answered. */
async function log(from, steps) {
  let next = 0;
  const one = async (connection) => {
    while (next < runIds.length) {
      const place = next++;
      await connection.ask(batch(runIds[place], place, from, steps));
    }
  };
  await Promise.all(pool.map(one));
}

const atOnce = 100;
for (let from = 0; from < firstSteps; from += atOnce) {
  await log(from, atOnce);
}
parentPort.postMessage('ready');
const begun = performance.now();
for (let i = 0; !stopped; i++) {
  const step = firstSteps + i;
  await log(step, 1);
  answered.push([step, Date.now()]);
  // By the clock: a step that took long does not put off those that follow.
  await new Promise((resolve) => setTimeout(resolve, Math.max(0, begun + (i + 1) * pause - performance.now())));
}
pool.forEach((connection) => connection.close());
parentPort.postMessage(answered);
parentPort.close();
