import { useEffect, useRef, type PointerEvent } from 'react';
import type { ExperimentSession } from './experimentSession';
import type { RowContext } from './Row';
import { judged } from './rowTexts';
import { cellTitle } from './table/cellView';
import type { TableField } from './table/fields';
import { runKey } from './table/lines';

/**
 * Gives the cell under the pointer its hover: exact value, and of a metric's last value its step and time, which are read when they
 * are first wanted. Computed for that cell alone, as dates are dear to write.
 */
export function useCellTitles(
  experiment: ExperimentSession,
  { view, cells, columns }: RowContext,
): (event: PointerEvent) => void {
  const timer = useRef<number | undefined>(undefined);
  useEffect(() => () => window.clearTimeout(timer.current), []);
  return (event) => {
    const cell = event.target instanceof Element ? event.target.closest<HTMLElement>('[role="gridcell"]') : null;
    const key = cell?.closest<HTMLElement>('[data-key]')?.dataset['key'];
    window.clearTimeout(timer.current);
    const column = columns.find((each) => each.view.id === cell?.dataset['field'])?.view;
    const slot = key?.startsWith('run:') ? view.table.slotOf(key.slice(runKey('').length)) : undefined;
    experiment.session.mark({ hovered: slot === undefined ? undefined : view.table.id[slot] });
    if (!cell || !column || slot === undefined) {
      return;
    }
    const { field } = column;
    const figure = (aggregate: 'step' | 'time'): number | undefined => {
      if (field.kind !== 'metric' || field.aggregate !== 'last') {
        return undefined;
      }
      const data = view.table.column({ kind: 'metric', key: field.key, aggregate });
      return data?.kind === 'numbers' ? data.get(slot) : undefined;
    };
    const locale = document.documentElement.lang || undefined;
    const facts = { step: figure('step'), time: figure('time'), locale, judged };
    cell.title = cellTitle(column, slot, cells, facts) ?? '';
    if (field.kind === 'metric' && field.aggregate === 'last' && figure('step') === undefined) {
      const wanted: TableField[] = [
        { kind: 'metric', key: field.key, aggregate: 'step' },
        { kind: 'metric', key: field.key, aggregate: 'time' },
      ];
      timer.current = window.setTimeout(() => experiment.need('hover', wanted), 300);
    }
  };
}
