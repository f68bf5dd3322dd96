import { useEffect, useRef, type PointerEvent } from 'react';
import { formatCount } from '../../src/core/format';
import { t } from '../shared/strings';
import type { ExperimentSession } from './experimentSession';
import type { RowContext } from './Row';
import { judged } from './rowTexts';
import { cellTitle } from './table/cellView';
import { loggedAt, type TableField } from './table/fields';
import { runKey } from './table/lines';

/** Milliseconds that a cell is looked at before more is read for it. */
const rest = 300;

export interface CellTitles {
  readonly onPointerOver: (event: PointerEvent) => void;
  readonly onPointerLeave: () => void;
}

type Who = 'hover' | 'focus';

interface Titled {
  readonly cell: HTMLElement | undefined;
  readonly context?: RowContext;
  /** Of the cell when it was written: elements go from cell to cell. */
  readonly id?: string | undefined;
}

/**
 * Gives the cell under the pointer its hover, and the cell with the focus the same for assistive technology to read: exact value, and of
 * a metric where it was logged, which is read when it is first wanted. Made for these cells alone, as dates are dear to write.
 * @param focused id of the row or cell that has the focus
 */
export function useCellTitles(
  experiment: ExperimentSession,
  context: RowContext,
  focused: string | undefined,
): CellTitles {
  const titled = useRef<Record<Who, Titled>>({ hover: { cell: undefined }, focus: { cell: undefined } });
  const timers = useRef<Partial<Record<Who, number>>>({});
  useEffect(() => {
    const { current } = timers;
    return () => Object.values(current).forEach((timer) => window.clearTimeout(timer));
  }, []);
  const show = (who: Who, cell: HTMLElement | undefined): void => {
    const before = titled.current[who];
    if (before.cell === cell && before.context === context && before.id === cell?.id) {
      return;
    }
    titled.current[who] = { cell, context, id: cell?.id };
    const { hover, focus } = titled.current;
    if (before.cell !== hover.cell && before.cell !== focus.cell) {
      // The element may be another run's cell soon.
      before.cell?.removeAttribute('title');
    }
    window.clearTimeout(timers.current[who]);
    const wanted = cell ? writeTitle(cell, context) : [];
    if (wanted.length > 0) {
      timers.current[who] = window.setTimeout(() => experiment.need(who, wanted), rest);
    }
  };
  // After each change of what is in view, as elements go from line to line.
  useEffect(() => {
    show('hover', titled.current.hover.cell);
    show('focus', cellOf(focused === undefined ? null : document.getElementById(focused)));
  });
  return {
    onPointerOver: ({ target }) => {
      const slot = target instanceof Element ? slotOf(target, context) : undefined;
      experiment.session.mark({ hovered: slot === undefined ? undefined : context.view.table.id[slot] });
      show('hover', cellOf(target));
    },
    onPointerLeave: () => {
      experiment.session.mark({ hovered: undefined });
      show('hover', undefined);
    },
  };
}

/** @returns what has to be read for it to be whole */
function writeTitle(cell: HTMLElement, context: RowContext): TableField[] {
  const { view, cells, columns } = context;
  const column = columns.find((each) => each.view.id === cell.dataset['field'])?.view;
  const slot = slotOf(cell, context);
  if (!column || slot === undefined) {
    cell.removeAttribute('title');
    return [];
  }
  const at = loggedAt(column.field);
  const figure = (field: TableField | undefined): number | undefined => {
    const data = field && view.table.column(field);
    const value = data?.kind === 'numbers' ? data.get(slot) : undefined;
    return Number.isNaN(value) ? undefined : value;
  };
  const step = figure(at.step);
  cell.title =
    cellTitle(column, slot, cells, {
      step: step === undefined ? undefined : t('atStep', formatCount(step)),
      time: figure(at.time),
      locale: document.documentElement.lang || undefined,
      judged,
    }) ?? '';
  const wanted = [at.step, at.time].flatMap((field) => field ?? []);
  return wanted.some((field) => view.table.column(field) === undefined) ? wanted : [];
}

/** The cell that an element is in. */
function cellOf(element: EventTarget | null): HTMLElement | undefined {
  return element instanceof Element ? (element.closest<HTMLElement>('[role="gridcell"]') ?? undefined) : undefined;
}

/** The run in whose row an element is. */
function slotOf(element: Element, { view }: RowContext): number | undefined {
  const key = element.closest<HTMLElement>('[data-key]')?.dataset['key'];
  return key?.startsWith('run:') ? view.table.slotOf(key.slice(runKey('').length)) : undefined;
}
