import type { RunStatus } from '../../src/core/model';
import { Store, useStore } from './store';

/** A run's status as it is shown: `LOST` is a running run of which nothing is heard any more. */
export type RunMark = RunStatus | 'LOST';

/** Ids of the runs that are lost, as the host said last; all parts of the page show them the same way. */
export const lostRuns = new Store<ReadonlySet<string>>(new Set());

/** Ids of the runs that go on: a lost one does not. */
export function goingOn(
  runs: readonly { readonly id: string; readonly status: RunStatus }[],
  lost: ReadonlySet<string>,
): ReadonlySet<string> {
  return new Set(runs.filter(({ id, status }) => status === 'RUNNING' && !lost.has(id)).map(({ id }) => id));
}

export function useRunMark(runId: string, status: RunStatus): RunMark {
  const isLost = useStore(lostRuns, (ids) => ids.has(runId));
  return isLost && status === 'RUNNING' ? 'LOST' : status;
}
