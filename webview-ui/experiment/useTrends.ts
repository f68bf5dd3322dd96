import { useEffect } from 'react';
import type { PanelSession } from '../shared/session';
import type { Line } from './table/lines';
import { mostMembers } from './table/trend';
import type { TableView } from './tableModel';
import type { PlacedColumn } from './useColumns';

const points = 60;
/** Milliseconds after which a scrolled table counts as standing still. */
const rest = 120;

/** Reads the curves of the lines in view, once these stand still, where a column shows them. */
export function useTrends(
  session: PanelSession,
  { table }: TableView,
  lines: readonly Line[],
  columns: readonly PlacedColumn[],
): void {
  const isShown = columns.some(({ view }) => view.field.kind === 'trend');
  const runIds = isShown
    ? lines.flatMap((line) => {
        const slots = line.kind === 'run' ? [line.slot] : line.kind === 'group' ? [...line.group.slots] : [];
        return slots.length > mostMembers ? [] : slots.flatMap((slot) => table.id[slot] ?? []);
      })
    : [];
  const ids = [...new Set(runIds)].sort().join(' ');
  useEffect(() => {
    const configure = (): void =>
      session.trends.configure({
        runIds: ids === '' ? [] : ids.split(' '),
        axis: 'step',
        range: undefined,
        maxPoints: points,
      });
    const timer = window.setTimeout(configure, rest);
    return () => window.clearTimeout(timer);
  }, [session, ids]);
}
