import type { Anchor } from '../shared/Popup';
import { fittingWidth } from './columnWidths';
import type { ExperimentSession } from './experimentSession';
import type { HeaderActions } from './Header';
import { moved, type ColumnChoice } from './table/columnSet';
import { clicked } from './table/sorting';
import type { TableView } from './tableModel';
import type { PlacedColumn } from './useColumns';
import type { Grid } from './useGrid';

/** What the header does: sorts, moves and sizes columns. */
export function headerActions(
  experiment: ExperimentSession,
  view: TableView,
  columns: readonly PlacedColumn[],
  { cells, measure }: Pick<Grid, 'cells' | 'measure'>,
  openMenu: (id: string, anchor: Anchor) => void,
): HeaderActions {
  const arrange = experiment.arrange.bind(experiment);
  const choice = (): ColumnChoice => experiment.arrangement.get().columns;
  return {
    onSort: (column, adding) => {
      if (column.view.field.kind !== 'trend') {
        arrange({ sort: clicked(view.sort, column.view.id, adding) });
      }
    },
    onMenu: (column, anchor) => openMenu(column.view.id, anchor),
    onMove: (column, before) => {
      const order = columns.map(({ view: { id } }) => id);
      arrange({ columns: { ...choice(), order: moved(order, column.view.id, before) } });
    },
    onFit: (column) => {
      const width = fittingWidth(column.view, column.beside, view, cells, measure);
      arrange({ columns: { ...choice(), widths: { ...choice().widths, [column.view.id]: width } } });
    },
  };
}
