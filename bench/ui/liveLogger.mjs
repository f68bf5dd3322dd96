// A thread that logs to many runs, each so often a second, as training scripts that do not wait for each other; later as fast as it can.
import { parentPort, workerData } from 'node:worker_threads';
import { Connection, request } from '../lib/load.mjs';

const { server, runIds, metrics, pause, firstSteps } = workerData;
const connections = 16;
const pool = Array.from({ length: connections }, () => new Connection(server.port));
const answered = [];
let rests = false;

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

/** The most steps for which MLflow takes all metrics in one log-batch. */
const atOnce = 1000 / metrics;
let done = 0;

async function hurry(steps) {
  for (const end = done + steps; done < end;) {
    const part = Math.min(atOnce, end - done);
    await log(done, part);
    done += part;
  }
}

async function keepPace() {
  const [begun, first] = [performance.now(), done];
  while (!rests) {
    const step = done++;
    await log(step, 1);
    answered.push([step, Date.now()]);
    // By the clock: a step that took long does not put off those that follow.
    const next = begun + (done - first) * pause;
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, next - performance.now())));
  }
  return answered;
}

await hurry(firstSteps);
parentPort.postMessage('ready');
const paced = keepPace();
parentPort.on('message', (question) => {
  void (async () => {
    if (question === 'stop') {
      pool.forEach((connection) => connection.close());
      parentPort.postMessage('stopped');
      parentPort.close();
    } else if (question === 'rest') {
      rests = true;
      parentPort.postMessage(await paced);
    } else {
      await hurry(question);
      parentPort.postMessage('done');
    }
  })();
});
