import { useMemo } from 'react';
import { useLive, type Live } from '../shared/LiveButton';
import { lostRuns } from '../shared/lostRuns';
import { useStore } from '../shared/store';
import type { ExperimentSession } from './experimentSession';
import type { TableView } from './tableModel';

/** Whether values of any run of the table come by themselves, and whether they are shown. */
export function useTableLive({ session }: ExperimentSession, view: TableView): Live {
  const lost = useStore(lostRuns, (each) => each);
  const goesOn = useMemo(() => {
    const { table } = view;
    return table.status.some((status, slot) => status === 'RUNNING' && !lost.has(table.id[slot] ?? ''));
  }, [view, lost]);
  return useLive(session, goesOn);
}
