// A short run as a script makes it: created, 20 params, 20 metrics, finished; four requests.
import { api, drive, request } from '../lib/load.mjs';

export const figures = [
  { id: 'whole-run', title: 'create a run, 20 params, 20 metrics, finish', unit: 'runs/s', better: 'more', wanted: 20 },
];

export async function measure(server, { seconds }) {
  const { experiment_id } = await api(server, 'POST', 'experiments/create', { name: 'whole runs' });
  const params = Array.from({ length: 20 }, (_, j) => ({ key: `p${j}`, value: `v${j}` }));
  const found = await drive(server, { seconds }, async (ask) => {
    const post = (path, body) => ask(request(server, 'POST', `/api/2.0/mlflow/runs/${path}`, body));
    const timestamp = Date.now();
    const { run_id } = JSON.parse(await post('create', { experiment_id, start_time: timestamp })).run.info;
    await post('log-batch', { run_id, params });
    const metrics = Array.from({ length: 20 }, (_, j) => ({ key: `m${j}`, value: j / 20, timestamp, step: 0 }));
    await post('log-batch', { run_id, metrics });
    await post('update', { run_id, status: 'FINISHED', end_time: timestamp });
  });
  return { 'whole-run': found.rate, details: { 'whole-run': found } };
}
