import { formatCount } from '../../src/core/format';
import type { PanelCommand } from '../../src/protocol/panels';
import { Menu, type MenuAction, type MenuSections } from '../shared/Menu';
import type { Anchor } from '../shared/Popup';
import { t } from '../shared/strings';
import type { ExperimentSession } from './experimentSession';
import { copyActions, exportActions } from './exportActions';
import { groupName } from './rowTexts';
import { copyCells, deleteRuns } from './runCommands';
import { fieldId, fieldOf, isOwnTag, type TableField } from './table/fields';
import { runsOfLine, seenOf } from './table/selection';
import { allLines, runKey, type Line } from './table/lines';
import type { TableView } from './tableModel';
import type { Editing } from './useRowActions';

interface Props {
  readonly experiment: ExperimentSession;
  readonly view: TableView;
  /** Of the line it was opened on. */
  readonly lineKey: string;
  /** `fieldId` of the cell that it was opened on. */
  readonly field: string | undefined;
  readonly anchor: Anchor;
  readonly onClose: () => void;
  readonly onEdit: (editing: Editing) => void;
}

/** What can be done with the run under it, or with all selected ones that are seen where it is one of them. */
export function RunMenu({ experiment, view, lineKey, field, anchor, onClose, onEdit }: Props) {
  const line = allLines(view).find(({ key }) => key === lineKey);
  const own = runsOfLine(line, view.table);
  const selected = new Set(seenOf(experiment.selection.get().runs, view));
  const runIds = own.some((id) => selected.has(id)) ? [...selected] : own;
  const name =
    line?.kind === 'group' ? groupName(line.group) : line?.kind === 'run' ? (view.table.name[line.slot] ?? '') : '';
  return (
    <Menu
      label={t('runMenu', name)}
      anchor={anchor}
      sections={sectionsOf({ experiment, view, line, field: fieldOf(field ?? ''), runIds }, onEdit)}
      onClose={onClose}
    />
  );
}

interface Chosen {
  readonly experiment: ExperimentSession;
  readonly view: TableView;
  readonly line: Line | undefined;
  readonly field: TableField | undefined;
  readonly runIds: readonly string[];
}

/** As the menu of runs in the sidebar. */
function sectionsOf(chosen: Chosen, onEdit: (editing: Editing) => void): MenuSections {
  const { experiment, view, runIds } = chosen;
  const [first = ''] = runIds;
  const isOne = runIds.length === 1;
  const isShown = (id: string): boolean => experiment.isShown(view.table.slotOf(id) ?? -1);
  const areShown = runIds.every(isShown);
  return [
    [
      ...only(isOne, { label: t('openMenu'), keys: 'Enter', onAct: () => experiment.open(first, false) }),
      ...only(isOne, { label: t('openToSide'), keys: 'Ctrl+Enter', onAct: () => experiment.open(first, true) }),
    ],
    compareActions(chosen),
    [
      {
        label: t('showInChartsMenu'),
        keys: 'Space',
        checked: areShown,
        onAct: () => experiment.setShown(runIds, !areShown),
      },
      { label: isOne ? t('showOnlyThis') : t('showOnlyTheseMenu'), onAct: () => experiment.showOnly(runIds) },
    ],
    codeActions(chosen),
    editActions(chosen, onEdit),
    [
      ...cellActions(chosen),
      ...only(isOne, { label: t('copyIdMenu'), onAct: () => experiment.command('copyId', runIds) }),
      ...copyActions(experiment, view, runIds),
    ],
    exportActions(experiment, view, runIds),
    endActions(chosen),
  ];
}

function only(isThere: boolean, action: MenuAction): readonly MenuAction[] {
  return isThere ? [action] : [];
}

/** What the keys do with a cell in focus, for the pointer. */
function cellActions({ experiment, view, line, field, runIds }: Chosen): MenuAction[] {
  const isCell = field !== undefined && (line?.kind === 'run' || line?.kind === 'group');
  const label = line?.kind === 'run' && runIds.length > 1 ? t('copyCells', formatCount(runIds.length)) : t('copyCell');
  return isCell ? [{ label, onAct: () => copyCells(experiment, view, field, line) }] : [];
}

function compareActions({ experiment, view, runIds }: Chosen): MenuAction[] {
  const { baseline } = view.facts;
  const [first = ''] = runIds;
  const isOne = runIds.length === 1;
  const isBaseline = isOne && first === baseline;
  const compared = baseline === undefined ? runIds : [baseline, ...runIds.filter((id) => id !== baseline)];
  return [
    ...only(!isOne, {
      label: t('compareRuns', formatCount(runIds.length)),
      onAct: () => experiment.command('compareSelected', runIds),
    }),
    ...only(baseline !== undefined && !isBaseline, {
      label: t('compareWithBaseline'),
      onAct: () => experiment.command('compareSelected', compared),
    }),
    { label: t('compareWith'), onAct: () => experiment.command('compareWith', runIds) },
    ...only(runIds.length <= 2, {
      label: t('compareParams'),
      onAct: () => experiment.command('compareParams', runIds),
    }),
    ...only(isOne && !isBaseline, {
      label: t('setBaseline'),
      onAct: () => experiment.edit('setBaseline', { runId: first }),
    }),
    ...only(isBaseline, { label: t('clearBaseline'), onAct: () => experiment.edit('setBaseline', {}) }),
  ];
}

function codeActions({ experiment, runIds }: Chosen): MenuAction[] {
  const command = (label: string, id: PanelCommand): MenuAction => ({
    label,
    onAct: () => experiment.command(id, runIds),
  });
  if (runIds.length === 1) {
    return [
      command(t('openCode'), 'openCode'),
      command(t('changesSinceRun'), 'changesSinceRun'),
      command(t('showArtifacts'), 'showArtifacts'),
    ];
  }
  return runIds.length === 2 ? [command(t('openCodeChanges'), 'openCodeChanges')] : [];
}

function editActions({ experiment, line, field, runIds }: Chosen, onEdit: (editing: Editing) => void): MenuAction[] {
  const [first = ''] = runIds;
  const isOne = runIds.length === 1;
  if (!experiment.canWrite) {
    return [];
  }
  return [
    ...only(isOne && line?.kind === 'run', {
      label: t('renameMenu'),
      keys: 'F2',
      onAct: () => onEdit({ key: runKey(first), field: 'attribute:name' }),
    }),
    ...(isOne && line?.kind === 'run' && field && isOwnTag(field)
      ? [{ label: t('editTag', field.key), onAct: () => onEdit({ key: runKey(first), field: fieldId(field) }) }]
      : []),
    ...only(isOne, { label: t('changeColour'), onAct: () => experiment.command('changeColour', runIds) }),
    { label: t('addTagMenu'), onAct: () => experiment.command('addTag', runIds) },
    ...only(isOne, { label: t('editNotes'), onAct: () => experiment.command('editNotes', runIds) }),
    ...only(isOne, { label: t('registerModel'), onAct: () => experiment.command('registerVersion', runIds) }),
  ];
}

/** Runs that still go on, as far as the server knows, can be told that they do not. */
function endActions({ experiment, view, runIds }: Chosen): MenuAction[] {
  const { table } = view;
  const going = runIds.filter((id) => ['RUNNING', 'SCHEDULED'].includes(table.status[table.slotOf(id) ?? -1] ?? ''));
  if (!experiment.canWrite) {
    return [];
  }
  return [
    ...only(going.length > 0, { label: t('markAsEnded'), onAct: () => experiment.command('markAsEnded', going) }),
    { label: t('moveToTrash'), keys: 'Delete', onAct: () => deleteRuns(experiment, runIds) },
  ];
}
