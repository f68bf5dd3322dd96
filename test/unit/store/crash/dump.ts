import { readRegistry } from '../registryModel';
import type { Store } from '../../../../src/server/store/types';

/** The ids that `arbitraries.ts` uses. */
const experimentIds = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'];
export const runIds = ['r1', 'R1', '0123456789abcdef0123456789abcdef', 'zz'];
const modelIds = ['m-1', 'm-2', 'm-3'];

/** Everything that a store answers, as text: two stores with the same dump hold the same, to the last bit of every number. */
export function dump(store: Store): string {
  const experiments = experimentIds.flatMap((id) => store.getExperiment(id) ?? []);
  const runs = runIds.flatMap((id) => store.getRun(id) ?? []);
  const everything = {
    // Of experiment 0 the time is that of the first opening, which is not told.
    experiments: experiments.map((each) => (each.id === '0' ? { ...each, createdAt: 0, updatedAt: 0 } : each)),
    runs,
    slots: [...store.getSlots(runIds)],
    histories: runs.map(({ info, metrics }) =>
      metrics.map(({ key }) => {
        const { items, more } = store.getMetricHistory({ runId: info.id, key, offset: 0, limit: 100_000 });
        // In one order of the fields, which is another one for points that were just logged.
        return { items: items.map(({ value, step, timestamp }) => ({ value, step, timestamp })), more };
      }),
    ),
    registry: readRegistry(store),
    models: modelIds.map((id) => store.loggedModels.get(id, true)),
    datasets: store.inputs.datasetSummaries(experimentIds, 1000),
  };
  return JSON.stringify(everything, (_key, value: unknown) => {
    if (typeof value === 'bigint') {
      return `${value}n`;
    }
    return typeof value === 'number' && (!Number.isFinite(value) || Object.is(value, -0))
      ? `number ${Object.is(value, -0) ? '-0' : value}`
      : value;
  });
}
