// Searches over experiment 0, whose runs have 20 params, 20 metrics and 5 tags each.
import { ask, medianOf } from '../lib/load.mjs';

export const figures = [
  { id: 'search', title: 'search: first 1,000 runs, all their data', unit: 'ms', better: 'less', wanted: 12 },
  { id: 'search-filtered', title: 'search: filtered and ordered, 100 runs', unit: 'ms', better: 'less', wanted: 8 },
];

const filtered = {
  filter: "metrics.m3 > 0.5 AND params.p4 != 'v7' AND tags.team != 'c'",
  order_by: ['metrics.m1 DESC', 'params.p2 ASC'],
};

export async function measure(server, { runs, quick }) {
  const time = async (fields, expected) => {
    const times = [];
    for (let i = 0; i < (quick ? 2 : 4); i++) {
      const body = { experiment_ids: ['0'], ...fields };
      const { ms, text } = await ask(server, 'POST', '/api/2.0/mlflow/runs/search', { body });
      const found = JSON.parse(text).runs ?? [];
      if (found.length !== expected) {
        throw new Error(`${server.name} found ${found.length} runs, not ${expected}`);
      }
      times.push(ms);
    }
    // The first one warms up.
    return medianOf(times.slice(1));
  };
  return {
    search: await time({ max_results: 1000 }, Math.min(1000, runs)),
    'search-filtered': await time({ max_results: 100, ...filtered }, Math.min(100, countOf(runs))),
  };
}

/** How many runs the filter finds, by what filling.mjs gives them. */
function countOf(runs) {
  const passes = (i) => (i * 31 + 3 * 17) % 1000 > 500 && (i * 7 + 4) % 50 !== 7 && i % 4 !== 2;
  return Array.from({ length: runs }, (_, i) => i).filter(passes).length;
}
