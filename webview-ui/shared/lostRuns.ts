import type { RunStatus } from '../../src/core/model';
import { Store, useStore } from './store';

/** A run's status as it is shown: `LOST` is a running run of which nothing is heard any more. */
export type RunMark = RunStatus | 'LOST';

/** Ids of the runs that are lost, as the host said last; all parts of the page show them the same way. */
export const lostRuns = new Store<ReadonlySet<string>>(new Set());

export function useRunMark(runId: string, status: RunStatus): RunMark {
  const isLost = useStore(lostRuns, (ids) => ids.has(runId));
  return isLost && status === 'RUNNING' ? 'LOST' : status;
}
