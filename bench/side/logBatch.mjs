// `log-batch` with 1,000 points: ten metrics, a hundred steps of each.
import { drive, request } from '../lib/load.mjs';

export const figures = [
  {
    id: 'log-batch',
    title: 'log-batch of 1,000 metrics, one connection',
    unit: 'metrics/s',
    better: 'more',
    wanted: 50,
  },
];

export async function measure(server, { seconds, newRun }) {
  const run_id = await newRun(server);
  const make = (i) => {
    const metrics = Array.from({ length: 1000 }, (_, j) => ({
      key: `m${j % 10}`,
      value: (j % 97) / 97,
      timestamp: 1_700_000_000_000 + i,
      step: i * 100 + Math.floor(j / 10),
    }));
    return request(server, 'POST', '/api/2.0/mlflow/runs/log-batch', { run_id, metrics });
  };
  let next = make(0);
  const found = await drive(server, { seconds }, (ask, i) => {
    const answer = ask(next);
    // While the server works: making a request takes as long as a good part of answering it.
    next = make(i + 1);
    return answer;
  });
  return { 'log-batch': found.rate * 1000, details: { 'log-batch': found } };
}
