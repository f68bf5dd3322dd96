import { useMemo } from 'react';
import { useNow } from '../shared/dates';
import { useLive, type Live } from '../shared/LiveButton';
import { useStore } from '../shared/store';
import type { ExperimentSession } from './experimentSession';
import type { TableView } from './tableModel';

/** Whether values of any run of the table come by themselves, and whether they are shown. */
export function useTableLive({ session }: ExperimentSession, view: TableView): Live {
  return useLive(session, useGoesOn(view));
}

function useGoesOn({ table, version }: TableView): boolean {
  // The table is changed in place: its version says when.
  return useMemo(() => version >= 0 && table.goesOn, [table, version]);
}

/** Unix milliseconds until which runs that go on have lasted: the present, while what they do is heard of. */
export function useTableNow({ session, reader }: ExperimentSession, view: TableView): number {
  const isConnected = useStore(session.connection, ({ state }) => state === 'connected');
  const readAt = useStore(reader.state, (each) => (each.kind === 'ready' && !isConnected ? each.at : undefined));
  const now = useNow(useGoesOn(view) ? 1000 : 30_000);
  return readAt ?? now;
}
