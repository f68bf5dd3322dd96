import type { ExportFormat, TableFormat } from '../../src/core/tableText';
import type { ExperimentSession } from './experimentSession';
import type { TableField } from './table/fields';
import type { GroupLine, RunLine } from './table/lines';
import { seenOf } from './table/selection';
import type { TableView } from './tableModel';
import type { ColumnScope } from './textColumns';

/** Moves runs to the trash, where that may be done. */
export function deleteRuns(experiment: ExperimentSession, runIds: readonly string[]): void {
  if (experiment.canWrite && runIds.length > 0) {
    experiment.trash(runIds);
  }
}

/** Takes back what was moved to the trash last: here, or, when that is over, elsewhere in the window. */
export function undoDeletion(experiment: ExperimentSession): void {
  if (experiment.canWrite && experiment.undo.get()) {
    experiment.untrash();
  } else if (experiment.canWrite) {
    experiment.command('undo', []);
  }
}

/** Copies runs in full precision. */
export function copyRuns(
  experiment: ExperimentSession,
  view: TableView,
  format: TableFormat,
  runIds: readonly string[],
  columns: ColumnScope = 'visible',
): void {
  if (runIds.length > 0) {
    experiment.handOver({ view, runIds, columns, format, to: 'clipboard' });
  }
}

/**
 * Copies the value of a cell, or those of the selected runs in its column where its run is one of them. A curve is no value: of that column
 * it is the last one.
 */
export function copyCells(
  experiment: ExperimentSession,
  view: TableView,
  field: TableField,
  line: RunLine | GroupLine,
): void {
  const own: TableField = field.kind === 'trend' ? { kind: 'metric', key: field.key, aggregate: 'last' } : field;
  const { runs } = experiment.selection.get();
  const id = line.kind === 'run' ? (view.table.id[line.slot] ?? '') : '';
  const runIds = runs.has(id) ? seenOf(runs, view) : [id];
  experiment.copyCells(view, own, line.kind === 'group' ? line.group.slots : runIds);
}

/** Has the host write runs to a file that is named as their experiment. */
export function exportRuns(
  experiment: ExperimentSession,
  view: TableView,
  format: ExportFormat,
  runIds: readonly string[],
  columns: ColumnScope,
): void {
  experiment.handOver({ view, runIds, columns, format, to: 'file' });
}
