// `log_metric` again and again to one run: each call is one request with one point, answered when it is durable.
import { api, drive, request } from '../lib/load.mjs';

export const figures = [
  {
    id: 'log-metric-1',
    title: 'log-metric, one connection',
    unit: 'calls/s',
    better: 'more',
    wanted: 50,
    limit: { id: 'disk', wanted: 0.5 },
  },
  {
    id: 'log-metric-16',
    title: 'log-metric, 16 connections',
    unit: 'calls/s',
    better: 'more',
    wanted: 150,
    limit: { id: 'bare-16', wanted: 1 / 3 },
  },
];

export async function measure(server, { seconds, newRun }) {
  const rate = async (connections) => {
    const run_id = await newRun(server);
    return await drive(server, { connections, seconds }, (ask, step) => {
      const body = { run_id, key: 'loss', value: 1 / (step + 1), timestamp: Date.now(), step };
      return ask(request(server, 'POST', '/api/2.0/mlflow/runs/log-metric', body));
    });
  };
  const one = await rate(1);
  const many = await rate(16);
  return {
    'log-metric-1': one.rate,
    'log-metric-16': many.rate,
    details: { 'log-metric-1': one, 'log-metric-16': many },
  };
}

/** A run for measurements, outside of experiment 0, whose runs are searched. */
export async function newRun(server) {
  server.experiment ??= (await api(server, 'POST', 'experiments/create', { name: 'measurements' })).experiment_id;
  const { run } = await api(server, 'POST', 'runs/create', {
    experiment_id: server.experiment,
    start_time: Date.now(),
  });
  return run.info.run_id;
}
