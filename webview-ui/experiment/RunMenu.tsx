import { formatCount } from '../../src/core/format';
import { tableFormats, type TableFormat } from '../../src/core/tableText';
import { Menu, type MenuAction, type MenuSections } from '../shared/Menu';
import type { Anchor } from '../shared/Popup';
import { t } from '../shared/strings';
import type { ExperimentSession } from './experimentSession';
import { groupName } from './rowTexts';
import { copyRuns, deleteRuns } from './runCommands';
import { runsOfLine } from './table/selection';
import { runKey, type Line } from './table/lines';
import type { TableView } from './tableModel';
import type { Editing } from './useRowActions';

interface Props {
  readonly experiment: ExperimentSession;
  readonly view: TableView;
  /** Of the line it was opened on. */
  readonly lineKey: string;
  readonly anchor: Anchor;
  readonly onClose: () => void;
  readonly onEdit: (editing: Editing) => void;
}

/** What can be done with the run under it, or with all selected ones where it is one of them. */
export function RunMenu({ experiment, view, lineKey, anchor, onClose, onEdit }: Props) {
  const line = view.lines.find(({ key }) => key === lineKey) ?? baselineLine(view, lineKey);
  const own = runsOfLine(line, view.table);
  const selected = experiment.selection.get().runs;
  const runIds = own.some((id) => selected.has(id)) ? [...selected] : own;
  const name =
    line?.kind === 'group' ? groupName(line.group) : line?.kind === 'run' ? (view.table.name[line.slot] ?? '') : '';
  return (
    <Menu
      label={t('runMenu', name)}
      anchor={anchor}
      sections={sectionsOf(experiment, view, line, runIds, onEdit)}
      onClose={onClose}
    />
  );
}

function baselineLine({ baseline, table }: TableView, key: string): Line | undefined {
  return baseline !== undefined && runKey(table.id[baseline] ?? '') === key
    ? { kind: 'run', key, slot: baseline, depth: 0, children: 0, open: false }
    : undefined;
}

function sectionsOf(
  experiment: ExperimentSession,
  view: TableView,
  line: Line | undefined,
  runIds: readonly string[],
  onEdit: (editing: Editing) => void,
): MenuSections {
  const { facts } = view;
  const [first = ''] = runIds;
  const isOne = runIds.length === 1;
  const { baseline } = facts;
  const isBaseline = isOne && first === baseline;
  const only = (isThere: boolean, action: MenuAction): readonly MenuAction[] => (isThere ? [action] : []);
  const isShown = (id: string): boolean => experiment.isShown(view.table.slotOf(id) ?? -1);
  const areShown = runIds.every(isShown);
  const compared = baseline === undefined ? runIds : [baseline, ...runIds.filter((id) => id !== baseline)];
  return [
    [
      ...only(isOne, { label: t('openMenu'), keys: 'Enter', onAct: () => experiment.open(first, false) }),
      ...only(isOne, { label: t('openToSide'), keys: 'Ctrl+Enter', onAct: () => experiment.open(first, true) }),
    ],
    [
      ...only(!isOne, {
        label: t('compareRuns', formatCount(runIds.length)),
        onAct: () => experiment.command('compareSelected', runIds),
      }),
      ...only(baseline !== undefined && !isBaseline, {
        label: t('compareWithBaseline'),
        onAct: () => experiment.command('compareSelected', compared),
      }),
      ...only(isOne && !isBaseline, {
        label: t('setBaseline'),
        onAct: () => experiment.edit('setBaseline', { runId: first }),
      }),
      ...only(isBaseline, { label: t('clearBaseline'), onAct: () => experiment.edit('setBaseline', {}) }),
    ],
    [
      {
        label: t('showInChartsMenu'),
        keys: 'Space',
        checked: areShown,
        onAct: () => experiment.setShown(runIds, !areShown),
      },
      { label: isOne ? t('showOnlyThis') : t('showOnlyThese'), onAct: () => experiment.showOnly(runIds) },
    ],
    [
      ...only(experiment.canWrite && isOne && line?.kind === 'run', {
        label: t('renameMenu'),
        keys: 'F2',
        onAct: () => onEdit({ key: runKey(first), field: 'attribute:name' }),
      }),
      ...only(experiment.canWrite, { label: t('addTagMenu'), onAct: () => experiment.command('addTag', runIds) }),
      ...only(isOne, { label: t('copyIdMenu'), onAct: () => experiment.command('copyId', runIds) }),
    ],
    copyActions(experiment, view, runIds),
    only(experiment.canWrite, {
      label: t('moveToTrash'),
      keys: 'Delete',
      onAct: () => deleteRuns(experiment, runIds),
    }),
  ];
}

function copyActions(experiment: ExperimentSession, view: TableView, runIds: readonly string[]): MenuAction[] {
  const labels: Readonly<Record<TableFormat, string>> = {
    tsv: t('copyAsTsv'),
    csv: t('copyAsCsv'),
    json: t('copyAsJson'),
    markdown: t('copyAsMarkdown'),
    latex: t('copyAsLatex'),
  };
  return tableFormats.map((format) => ({
    label: labels[format],
    ...(format === 'tsv' ? { keys: 'Ctrl+C' } : {}),
    onAct: () => copyRuns(experiment, view, format, runIds),
  }));
}
