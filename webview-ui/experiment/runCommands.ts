import { tableText, type TableFormat } from '../../src/core/tableText';
import type { ExperimentSession } from './experimentSession';
import { exactName } from './columnTexts';
import { exactCell } from './table/cellView';
import type { TableField } from './table/fields';
import type { TableView } from './tableModel';

/** Moves runs to the trash, where that may be done. */
export function deleteRuns(experiment: ExperimentSession, runIds: readonly string[]): void {
  if (experiment.canWrite && runIds.length > 0) {
    experiment.trash(runIds);
  }
}

/** Copies runs with the columns that the table has, in full precision. */
export function copyRuns(
  experiment: ExperimentSession,
  view: TableView,
  format: TableFormat,
  runIds: readonly string[],
): void {
  if (runIds.length > 0) {
    experiment.copy(textFields(view), () => textOf(view, format, runIds));
  }
}

/** What of the table is copied and exported: all of its columns but the curves. */
export function textFields(view: TableView): TableField[] {
  return view.columns.fields.filter(({ kind }) => kind !== 'trend');
}

/** The runs in the order of the table. */
export function textOf(view: TableView, format: TableFormat, runIds: readonly string[]): string {
  const { table } = view;
  const wanted = new Set(runIds);
  const inOrder = view.baseline === undefined ? [...view.runs] : [view.baseline, ...view.runs];
  const slots = [...new Set(inOrder)].filter((slot) => wanted.has(table.id[slot] ?? ''));
  const columns = textFields(view).map((field) => view.column(field));
  const context = { table, delta: 'off', baseline: view.baseline, now: Date.now() } as const;
  const rows = slots.map((slot) => columns.map((column) => exactCell(column, slot, context)));
  return tableText({ header: columns.map(exactName), rows }, format);
}
