import { tableExtensions, tableFormats, type TableFormat } from '../../src/core/tableText';
import type { MenuAction } from '../shared/Menu';
import { t } from '../shared/strings';
import type { ExperimentSession } from './experimentSession';
import { textFields, textOf } from './runCommands';
import type { TableView } from './tableModel';

/** Writes the selected runs, or all of the table where none is selected, to a file. */
export function exportActions(experiment: ExperimentSession, view: TableView): MenuAction[] {
  const labels: Readonly<Record<TableFormat, string>> = {
    tsv: t('exportTsv'),
    csv: t('exportCsv'),
    json: t('exportJson'),
    markdown: t('exportMarkdown'),
    latex: t('exportLatex'),
  };
  return tableFormats.map((format) => ({
    label: labels[format],
    onAct: () => {
      const selected = experiment.selection.get().runs;
      const ids = selected.size > 0 ? [...selected] : Array.from(view.runs, (slot) => view.table.id[slot] ?? '');
      const [name = 'runs'] = view.facts.experiments.map((each) => each.name);
      const file = `${name.replace(/[^\p{L}\p{N}._-]+/gu, '-').slice(0, 80)}.${tableExtensions[format]}`;
      experiment.save(file, textFields(view), () => textOf(view, format, ids));
    },
  }));
}
