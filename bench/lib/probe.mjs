// Asks a server small things again and again from a thread of its own, and tells how long it had to wait: what stalls the server shows
// here, and what keeps the load generator busy does not.
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { Connection, percentiles, request } from './load.mjs';

/** Milliseconds between two questions. */
const pause = 4;

/**
 * Starts asking: GET /health, or, with `runId`, log-metric to that run.
 * @returns `ready`: resolves with the first answer; `stop()`: ends it and answers `{median, p99, longest, count}` in milliseconds
 */
export function startProbe({ port, token }, runId) {
  const worker = new Worker(new URL(import.meta.url), { workerData: { port, token, runId } });
  const failed = new Promise((_, reject) => worker.once('error', reject));
  failed.catch(() => undefined);
  const ready = Promise.race([new Promise((resolve) => worker.once('message', resolve)), failed]);
  ready.catch(() => undefined);
  return {
    ready,
    async stop() {
      await ready;
      const answer = new Promise((resolve) => worker.once('message', resolve));
      worker.postMessage('stop');
      return await Promise.race([answer, failed]);
    },
  };
}

async function probe({ port, token, runId }) {
  const connection = new Connection(port);
  const times = [];
  let stopped = false;
  parentPort.once('message', () => (stopped = true));
  const health = request({ port, token }, 'GET', '/health');
  for (let step = 0; !stopped; step++) {
    const metric = { run_id: runId, key: 'probe', value: step, timestamp: Date.now(), step };
    const bytes =
      runId === undefined ? health : request({ port, token }, 'POST', '/api/2.0/mlflow/runs/log-metric', metric);
    const from = performance.now();
    await connection.ask(bytes);
    if (step === 0) {
      parentPort.postMessage('ready');
    }
    times.push(performance.now() - from);
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
  connection.close();
  parentPort.postMessage({ ...percentiles(times), count: times.length });
  parentPort.close();
}

if (!isMainThread && workerData !== null) {
  await probe(workerData);
}
