// The whole history of one metric, in pages of 25,000 points as MLflow's client asks for it.
import { ask, medianOf } from '../lib/load.mjs';

export const figures = [
  { id: 'history', title: 'history of 100,000 points, all pages', unit: 'ms', better: 'less', wanted: 30 },
];

export async function measure(server, { points, quick }) {
  const times = [];
  for (let i = 0; i < (quick ? 2 : 4); i++) {
    let total = 0;
    let found = 0;
    for (let token = ''; token !== undefined;) {
      const query = `run_id=${server.longRun}&metric_key=long&max_results=25000&page_token=${encodeURIComponent(token)}`;
      const { ms, text } = await ask(server, 'GET', `/api/2.0/mlflow/metrics/get-history?${query}`);
      const answer = JSON.parse(text);
      total += ms;
      found += answer.metrics.length;
      token = answer.next_page_token || undefined;
    }
    if (found !== points) {
      throw new Error(`${server.name} has ${found} points, not ${points}`);
    }
    times.push(total);
  }
  return { history: medianOf(times.slice(1)) };
}
