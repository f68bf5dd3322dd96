import type { Better } from '../../src/core/metricDirection';
import { Menu, type MenuAction, type MenuSections } from '../shared/Menu';
import type { Anchor } from '../shared/Popup';
import { t } from '../shared/strings';
import { columnName } from './columnTexts';
import type { ExperimentSession } from './experimentSession';
import { moved, withColumn, type ColumnChoice } from './table/columnSet';
import type { ColumnView, DeltaMode } from './table/columnView';
import { filterStart, queryWith } from './table/filterStart';
import { fieldId, shownAggregates, type ShownAggregate, type TableField } from './table/fields';
import { focusQuery } from './tableKeys';
import type { TableView } from './tableModel';
import type { PlacedColumn } from './useColumns';

interface Props {
  readonly experiment: ExperimentSession;
  readonly view: TableView;
  readonly columns: readonly PlacedColumn[];
  /** `fieldId` of the column. */
  readonly id: string;
  readonly anchor: Anchor;
  readonly onFit: (column: PlacedColumn) => void;
  readonly onAskStep: () => void;
  readonly onAskWidth: () => void;
  readonly onClose: () => void;
}

export function ColumnMenu(props: Props) {
  const { columns, id, anchor, onClose } = props;
  const column = columns.find((each) => each.view.id === id);
  return (
    column && (
      <Menu
        label={t('columnMenu', columnName(column.view))}
        anchor={anchor}
        sections={sectionsOf(props, column)}
        onClose={onClose}
      />
    )
  );
}

function sectionsOf(props: Props, column: PlacedColumn): MenuSections {
  const { experiment, view } = props;
  const { field } = column.view;
  const isFigure = field.kind === 'metric' || field.kind === 'metricAt';
  return [
    sortActions(experiment, view, column.view),
    isFigure || field.kind === 'trend' ? metricActions(experiment, view, column.view, props.onAskStep) : [],
    isFigure ? directionActions(experiment, view, column.view) : [],
    isFigure && view.baseline !== undefined ? deltaActions(experiment) : [],
    placeActions(props, column),
    valueActions(experiment, view, column.view),
  ];
}

function sortActions(experiment: ExperimentSession, view: TableView, { id, field }: ColumnView): MenuAction[] {
  if (field.kind === 'trend') {
    return [];
  }
  const term = view.sort.find((each) => each.field === id);
  const others = view.sort.filter((each) => each.field !== id);
  const sortBy = (descending: boolean): MenuAction => ({
    label: descending ? t('sortDescending') : t('sortAscending'),
    checked: term?.descending === descending,
    isRadio: true,
    onAct: () => experiment.arrange({ sort: [{ field: id, descending }] }),
  });
  const off: MenuAction = { label: t('sortOff'), onAct: () => experiment.arrange({ sort: others }) };
  return [sortBy(true), sortBy(false), ...(term ? [off] : [])];
}

/** Another aggregate takes the column's place; at a step and the trend stand beside it. */
function metricActions(
  experiment: ExperimentSession,
  view: TableView,
  column: ColumnView,
  askStep: () => void,
): MenuAction[] {
  const { key } = column.field;
  const labels: Readonly<Record<ShownAggregate, string>> = {
    last: t('showLast'),
    min: t('showMin'),
    max: t('showMax'),
    mean: t('showMean'),
  };
  const present = column.field.kind === 'metric' ? column.field.aggregate : undefined;
  const aggregates = shownAggregates.map((aggregate): MenuAction => ({
    label: labels[aggregate],
    checked: aggregate === present,
    isRadio: true,
    onAct: () => replaceColumn(experiment, view, column.id, { kind: 'metric', key, aggregate }),
  }));
  const trend: TableField = { kind: 'trend', key };
  const hasTrend = view.columns.fields.some((field) => fieldId(field) === fieldId(trend));
  return [
    ...aggregates,
    { label: t('showAtStep'), onAct: askStep },
    ...(hasTrend ? [] : [{ label: t('addTrend'), onAct: () => setColumn(experiment, fieldId(trend), true) }]),
  ];
}

function directionActions(experiment: ExperimentSession, view: TableView, column: ColumnView): MenuAction[] {
  const { field, better } = column;
  const { key } = field;
  const aggregate = field.kind === 'metric' && field.aggregate !== 'mean' ? field.aggregate : undefined;
  const isPrimary = view.primary !== undefined && fieldId({ kind: 'metric', ...view.primary }) === column.id;
  const direct = (direction: Better, label: string): MenuAction => ({
    label,
    checked: better === direction,
    isRadio: true,
    onAct: () => experiment.edit('setDirection', { key, better: direction }),
  });
  const primary: MenuAction[] =
    aggregate === 'last' || aggregate === 'min' || aggregate === 'max'
      ? [
          isPrimary
            ? { label: t('clearPrimary'), onAct: () => experiment.edit('setPrimaryMetric', {}) }
            : { label: t('setPrimary'), onAct: () => experiment.edit('setPrimaryMetric', { key, aggregate }) },
        ]
      : [];
  return [...primary, direct('higher', t('higherBetter')), direct('lower', t('lowerBetter'))];
}

function deltaActions(experiment: ExperimentSession): MenuAction[] {
  const present = experiment.arrangement.get().delta;
  const modes: readonly (readonly [DeltaMode, string])[] = [
    ['absolute', t('differencesAbsolute')],
    ['percent', t('differencesPercent')],
    ['off', t('differencesOff')],
  ];
  return modes.map(([delta, label]) => ({
    label,
    checked: delta === present,
    isRadio: true,
    onAct: () => experiment.arrange({ delta }),
  }));
}

function placeActions({ experiment, columns, onFit, onAskWidth }: Props, column: PlacedColumn): MenuAction[] {
  const { id } = column.view;
  const choice = experiment.arrangement.get().columns;
  const isName = id === 'attribute:name';
  const order = columns.map((each) => each.view.id);
  const neighbours = columns.filter((each) => each.isPinned === column.isPinned && each.index > 0);
  const at = neighbours.findIndex((each) => each.view.id === id);
  const move = (sign: 1 | -1): void => {
    const before = sign < 0 ? neighbours[at - 1]?.view.id : columns[(neighbours[at + 1]?.index ?? 0) + 1]?.view.id;
    experiment.arrange({ columns: { ...choice, order: moved(order, id, before) } });
  };
  const isPinned = choice.pinned.includes(id);
  const pinned = isPinned ? choice.pinned.filter((each) => each !== id) : [...choice.pinned, id];
  const sizes: MenuAction[] = [
    { label: t('fitColumn'), onAct: () => onFit(column) },
    { label: t('setWidth'), onAct: onAskWidth },
  ];
  if (isName) {
    return sizes;
  }
  return [
    {
      label: isPinned ? t('unpinColumn') : t('pinColumn'),
      onAct: () => experiment.arrange({ columns: { ...choice, pinned } }),
    },
    { label: t('hideColumn'), onAct: () => setColumn(experiment, id, false) },
    ...(at > 0 ? [{ label: t('moveLeft'), onAct: () => move(-1) }] : []),
    ...(at >= 0 && at < neighbours.length - 1 ? [{ label: t('moveRight'), onAct: () => move(1) }] : []),
    ...sizes,
  ];
}

function valueActions(experiment: ExperimentSession, view: TableView, column: ColumnView): MenuAction[] {
  const { field, id } = column;
  const { groupBy, query } = experiment.arrangement.get();
  const copy = (): void => {
    const runIds = Array.from(view.runs, (slot) => view.table.id[slot] ?? '');
    experiment.handOver({ view, runIds, columns: [field], format: 'tsv', to: 'clipboard' });
  };
  const start = filterStart(field);
  return [
    ...(start === undefined
      ? []
      : [
          {
            label: t('filterColumn'),
            onAct: () => {
              experiment.draft.set({ text: queryWith(query, view.filter, start) });
              focusQuery();
            },
          },
        ]),
    ...(field.kind === 'param' || field.kind === 'tag'
      ? [
          {
            label: t('groupColumn'),
            checked: groupBy.includes(id),
            onAct: () =>
              experiment.arrange({
                groupBy: groupBy.includes(id) ? groupBy.filter((each) => each !== id) : [...groupBy, id],
              }),
          },
        ]
      : []),
    ...(field.kind === 'trend' ? [] : [{ label: t('copyColumn'), onAct: copy }]),
  ];
}

export function setColumn(experiment: ExperimentSession, id: string, isShown: boolean): void {
  experiment.arrange({ columns: withColumn(experiment.arrangement.get().columns, id, isShown) });
}

/** Another column at the same place. */
function replaceColumn(experiment: ExperimentSession, view: TableView, id: string, by: TableField): void {
  const to = fieldId(by);
  if (to === id) {
    return;
  }
  const order = view.columns.fields.map(fieldId).filter((each) => each !== to);
  const at = order.indexOf(id);
  order.splice(at < 0 ? order.length : at, at < 0 ? 0 : 1, to);
  const without: ColumnChoice = withColumn(experiment.arrangement.get().columns, id, false);
  const pinned = view.columns.fields.slice(0, view.columns.pinned).some((field) => fieldId(field) === id);
  const choice = withColumn(without, to, true);
  experiment.arrange({ columns: { ...choice, order, pinned: pinned ? [...choice.pinned, to] : choice.pinned } });
}
