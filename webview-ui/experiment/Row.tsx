import { memo, type ReactNode } from 'react';
import { useRunMark, type RunMark } from '../shared/lostRuns';
import type { RunLook } from '../shared/palette';
import type { PanelSession } from '../shared/session';
import { t } from '../shared/strings';
import { CellContent } from './Cell';
import { EditField } from './EditField';
import { GroupName, RunName, type NameActions } from './NameCell';
import { groupRowName, rowName } from './rowTexts';
import { cellView, groupCell, type CellContext } from './table/cellView';
import type { GroupLine, Line, RunLine } from './table/lines';
import type { TableView } from './tableModel';
import { GroupTrendCell, TrendCell } from './TrendCell';
import type { PlacedColumn } from './useColumns';

export interface RowActions extends NameActions {
  readonly onEdited: (slot: number, field: string, value: string | undefined) => void;
}

/** What all rows have in common; the same object while nothing in it changed. */
export interface RowContext {
  readonly session: PanelSession;
  readonly view: TableView;
  readonly cells: CellContext;
  readonly lookOf: (slot: number) => RunLook;
  readonly actions: RowActions;
  /** The columns that are drawn: the pinned ones, and what is in view. */
  readonly columns: readonly PlacedColumn[];
  readonly width: number;
}

interface Props {
  readonly context: RowContext;
  readonly line: Line;
  /** Names the row for assistive technology. */
  readonly id: string;
  /** From 1, the header counts. */
  readonly rowIndex: number;
  /** Pixels from the top of the rows; undefined: where it stands in the page. */
  readonly top: number | undefined;
  readonly isSelected: boolean;
  /** Under the pointer, here or in a chart. */
  readonly isHovered: boolean;
  readonly isFocused: boolean;
  /** Index of the cell with the focus, -1 for none. */
  readonly cell: number;
  readonly isShown: boolean;
  readonly isBaseline: boolean;
  /** Field that is being edited. */
  readonly editing: string | undefined;
}

export const Row = memo(function Row(props: Props) {
  const { context, line, id, rowIndex, top, isSelected, isHovered, isFocused, cell, isShown, isBaseline } = props;
  const { columns, width, view, cells } = context;
  const slot = line.kind === 'run' ? line.slot : -1;
  const mark = useRunMark(view.table.id[slot] ?? '', view.table.status[slot] ?? 'FINISHED');
  const classes = ['lb-row'];
  const state = {
    'lb-selected': isSelected,
    'lb-hovered': isHovered,
    'lb-focused': isFocused,
    'lb-cell-focus': isFocused && cell >= 0,
  };
  const kind = {
    'lb-baseline': isBaseline && top === undefined,
    'lb-hidden': line.kind === 'run' && !isShown,
    'lb-group': line.kind === 'group',
  };
  for (const [name, isOn] of Object.entries({ ...state, ...kind })) {
    if (isOn) {
      classes.push(name);
    }
  }
  const canOpen = line.kind === 'group' || (line.kind === 'run' && line.children > 0);
  return (
    <div
      role="row"
      id={id}
      className={classes.join(' ')}
      data-key={line.key}
      aria-rowindex={rowIndex}
      aria-level={line.kind === 'gone' ? 1 : line.depth + 1}
      aria-selected={line.kind === 'gone' ? undefined : isSelected}
      aria-expanded={canOpen ? line.open : undefined}
      aria-label={
        line.kind === 'run'
          ? rowName(line.slot, mark, isShown, view, cells)
          : line.kind === 'group'
            ? groupRowName(line.group)
            : t('goneRun', line.name)
      }
      style={{ top, width }}
    >
      {columns.map((column, index) => (
        <RowCell
          key={column.view.id}
          column={column}
          id={`${id}-${column.view.id}`}
          isFocused={isFocused && cell === column.index}
        >
          {contentOf(props, line, mark, column, index)}
        </RowCell>
      ))}
    </div>
  );
});

interface CellProps {
  readonly column: PlacedColumn;
  readonly id: string;
  readonly isFocused: boolean;
  readonly children: ReactNode;
}

function RowCell({ column, id, isFocused, children }: CellProps) {
  const { isPinned, isFirst, width, left, view, index } = column;
  const classes = ['lb-cell'];
  if (isPinned) classes.push('lb-pinned');
  if (isFirst) classes.push('lb-first');
  if (view.isNumeric) classes.push('lb-number');
  if (isFocused) classes.push('lb-focused-cell');
  return (
    <span
      role={index === 0 ? 'rowheader' : 'gridcell'}
      id={id}
      className={classes.join(' ')}
      data-field={view.id}
      aria-colindex={index + 1}
      style={{ width, left }}
    >
      {children}
    </span>
  );
}

function contentOf(props: Props, line: Line, mark: RunMark, column: PlacedColumn, index: number): ReactNode {
  switch (line.kind) {
    case 'run':
      return runContent(props, line, mark, column);
    case 'group':
      return groupContent(props, line, column);
    case 'gone':
      return index === 0 ? (
        <span className="lb-name lb-faint lb-gone" title={t('goneRun', line.name)}>
          {t('goneRun', line.name)}
        </span>
      ) : null;
  }
}

function runContent(
  { context, isShown, isBaseline, editing }: Props,
  line: RunLine,
  mark: RunMark,
  { view, beside }: PlacedColumn,
): ReactNode {
  const { session, cells, lookOf, actions, view: table } = context;
  const { field } = view;
  const { slot } = line;
  if (field.kind === 'attribute' && field.key === 'name') {
    return (
      <RunName
        line={line}
        table={table.table}
        mark={mark}
        look={lookOf(slot)}
        isShown={isShown}
        isBaseline={isBaseline}
        isEditing={editing === view.id}
        isNarrow={table.isNarrow}
        // Where there is little room the name has it; the menu does the same.
        canCompare={table.baseline !== undefined && !table.isNarrow}
        actions={actions}
      />
    );
  }
  if (field.kind === 'trend') {
    const runId = table.table.id[slot] ?? '';
    return (
      <TrendCell
        session={session}
        metric={field.key}
        runId={runId}
        look={lookOf(slot)}
        isHollow={!isShown}
        isLive={mark === 'RUNNING'}
      />
    );
  }
  if (editing === view.id) {
    const value = view.data?.get(slot);
    return (
      <EditField
        label={t('newValue', field.key)}
        value={typeof value === 'string' ? value : ''}
        hasLines
        onEnd={(text) => actions.onEdited(slot, view.id, text)}
      />
    );
  }
  return <CellContent view={cellView(view, slot, cells)} beside={beside} />;
}

function groupContent({ context }: Props, line: GroupLine, { view, beside }: PlacedColumn): ReactNode {
  const { session, cells, lookOf, actions, view: table } = context;
  const { field } = view;
  if (field.kind === 'attribute' && field.key === 'name') {
    const look = lookOf(oldest(line.group.slots, table));
    return <GroupName line={line} look={look} onToggle={actions.onToggleOpen} />;
  }
  if (field.kind === 'trend') {
    const look = lookOf(oldest(line.group.slots, table));
    return <GroupTrendCell session={session} metric={field.key} runIds={idsOf(line.group.slots, table)} look={look} />;
  }
  return <CellContent view={groupCell(view, line.group.slots, cells)} beside={beside} />;
}

const knownIds = new WeakMap<Int32Array, readonly string[]>();

/** The same list for the same slots. */
function idsOf(slots: Int32Array, { table }: TableView): readonly string[] {
  const ids = knownIds.get(slots) ?? Array.from(slots, (slot) => table.id[slot] ?? '');
  knownIds.set(slots, ids);
  return ids;
}

/** The run that gives a group its colour: the first that was made, so that sorting does not change it. */
export function oldest(slots: Int32Array, { table }: TableView): number {
  return slots.reduce(
    (first, slot) => ((table.place[slot] ?? 0) < (table.place[first] ?? 0) ? slot : first),
    slots[0] ?? 0,
  );
}
