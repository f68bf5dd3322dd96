import type { ExportFormat, TableFormat } from '../../src/core/tableText';
import type { ExperimentSession } from './experimentSession';
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
