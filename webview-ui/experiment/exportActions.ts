import { formatCount } from '../../src/core/format';
import { exportFormats, fileFormats, tableFormats } from '../../src/core/tableText';
import type { MenuEntry } from '../shared/Menu';
import { t } from '../shared/strings';
import type { ExperimentSession } from './experimentSession';
import { copyRuns, exportRuns } from './runCommands';
import { seenOf } from './table/selection';
import type { TableView } from './tableModel';
import { textFields } from './textColumns';

/** The selected runs that are seen, or all of the table where there is none. */
export function runsToExport(experiment: ExperimentSession, view: TableView): readonly string[] {
  const selected = seenOf(experiment.selection.get().runs, view);
  return selected.length > 0 ? selected : Array.from(view.runs, (slot) => view.table.id[slot] ?? '');
}

/** Writes runs to a file, with the columns of the table or all there are. */
export function exportActions(experiment: ExperimentSession, view: TableView, runIds: readonly string[]): MenuEntry[] {
  const [visible, all] = [textFields(view, 'visible').length, textFields(view, 'all').length];
  const scopes = [
    ...(visible < all ? [['visible', 'exportVisibleOne', 'exportVisibleMany', visible] as const] : []),
    ['all', 'exportAllOne', 'exportAllMany', all] as const,
  ];
  return runIds.length === 0
    ? []
    : scopes.map(([scope, one, many, count]) => ({
        label: t(runIds.length === 1 ? one : many, formatCount(runIds.length), formatCount(count)),
        items: exportFormats.map((format) => ({
          label: fileFormats[format].name,
          onAct: () => exportRuns(experiment, view, format, runIds, scope),
        })),
      }));
}

/** Copies runs as they are in the table, or with all that is known of them. */
export function copyActions(experiment: ExperimentSession, view: TableView, runIds: readonly string[]): MenuEntry[] {
  const [visible, all] = [textFields(view, 'visible').length, textFields(view, 'all').length];
  return [
    {
      label: t('copyAs'),
      items: tableFormats.map((format) => ({
        label: fileFormats[format].name,
        ...(format === 'tsv' ? { keys: 'Ctrl+C' } : {}),
        onAct: () => copyRuns(experiment, view, format, runIds),
      })),
    },
    ...(visible < all
      ? [
          {
            label: t('copyAllAs', formatCount(all)),
            items: tableFormats.map((format) => ({
              label: fileFormats[format].name,
              onAct: () => copyRuns(experiment, view, format, runIds, 'all'),
            })),
          },
        ]
      : []),
  ];
}
