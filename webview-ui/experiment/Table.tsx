import { useCallback, useMemo, useState } from 'react';
import { useStore } from '../shared/store';
import { t } from '../shared/strings';
import type { ExperimentSession } from './experimentSession';
import { Header, headerRowId } from './Header';
import { headerActions } from './headerActions';
import { Row, type RowContext } from './Row';
import { fieldId } from './table/fields';
import type { Line } from './table/lines';
import { headerKey } from './table/selection';
import { tableKeys } from './tableKeys';
import { TableMenus, type OpenMenu } from './TableMenus';
import type { TableView } from './tableModel';
import { pointerHandlers } from './tablePointer';
import { useCellTitles } from './useCellTitles';
import { rowHeight, useGrid, type Grid } from './useGrid';
import { useHold } from './useHold';
import { useLeft } from './useLeft';
import { useLooks } from './useLooks';
import { useRowActions, type Editing } from './useRowActions';
import { useTopLine } from './useTopLine';
import { useTrends } from './useTrends';
import { revealColumn } from './useVisibleColumns';

interface Props {
  readonly experiment: ExperimentSession;
  readonly view: TableView;
}

/** The runs of an experiment as a table (ui.md 4). */
export function Table({ experiment, view }: Props) {
  const { session } = experiment;
  const grid = useGrid(experiment, view);
  const { scroller, layout, inView, baseline, cells, place, headHeight, selection } = grid;
  const [editing, setEditing] = useState<Editing | undefined>(undefined);
  const [menu, setMenu] = useState<OpenMenu | undefined>(undefined);
  const lookOf = useLooks(session, view);
  useTrends(session, view, baseline ? [baseline, ...grid.visible] : grid.visible, inView);
  useHold(experiment, scroller);
  useTopLine(experiment, view, scroller, rowHeight);
  useLeft(experiment, scroller, layout.width);
  const openRunMenu = useCallback<(key: string, anchor: OpenMenu['anchor'], field?: string) => void>(
    (key, anchor, field) => setMenu({ kind: 'run', key, anchor, field }),
    [],
  );
  // The line with the focus stays drawn, wherever it is scrolled to, and with it what was typed.
  const edit = useCallback(
    (next: Editing) => {
      setEditing(next);
      experiment.selection.update((state) =>
        state.focus === next.key ? state : { ...state, focus: next.key, cell: -1 },
      );
    },
    [experiment],
  );
  const actions = useRowActions({ experiment, view, setEditing, scroller, openMenu: openRunMenu });
  const context = useMemo(
    (): RowContext => ({ session, view, cells, lookOf, actions, columns: inView, width: layout.width }),
    [session, view, cells, lookOf, actions, inView, layout.width],
  );
  const active = activeId(grid);
  const titles = useCellTitles(experiment, context, active);
  const header = headerActions(experiment, view, layout.columns, grid, (id, anchor) =>
    setMenu({ kind: 'column', id, anchor }),
  );
  return (
    <>
      <div
        ref={scroller}
        className="lb-table-box"
        role="treegrid"
        tabIndex={0}
        aria-label={t('runsTable')}
        aria-multiselectable="true"
        aria-rowcount={view.lines.length + headRows(grid)}
        aria-colcount={layout.columns.length}
        aria-activedescendant={active}
        onKeyDown={tableKeys({ experiment, view, ...keysOf(grid), edit, openMenu: setMenu })}
        {...titles}
        {...pointerHandlers(experiment, place, openRunMenu)}
      >
        <div className="lb-table-head" role="rowgroup" style={{ width: layout.width, height: headHeight }}>
          <Header
            layout={layout}
            columns={inView}
            sort={view.sort}
            primary={view.primary && fieldId({ kind: 'metric', ...view.primary })}
            isFocused={selection.focus === headerKey}
            cell={Math.max(0, selection.cell)}
            actions={header}
          />
          <BaselineRow experiment={experiment} context={context} grid={grid} editing={editing} />
        </div>
        <Rows experiment={experiment} context={context} grid={grid} editing={editing} />
      </div>
      <TableMenus
        experiment={experiment}
        view={view}
        columns={layout.columns}
        menu={menu}
        onMenu={setMenu}
        onFit={header.onFit}
        onEdit={edit}
      />
    </>
  );
}

interface RowsProps {
  readonly experiment: ExperimentSession;
  readonly context: RowContext;
  readonly grid: Grid;
  readonly editing: Editing | undefined;
}

const baselineRowId = 'lb-baseline';

function BaselineRow({ experiment, context, grid, editing }: RowsProps) {
  const { baseline, isBaselineFocused, selection } = grid;
  const state = useLineState(experiment, context, grid);
  return (
    baseline && (
      <Row
        context={context}
        line={baseline}
        id={baselineRowId}
        rowIndex={3}
        top={undefined}
        isFocused={isBaselineFocused}
        cell={isBaselineFocused ? selection.cell : -1}
        isBaseline={true}
        // Where it stands in its group, too, that row is the one that is edited.
        editing={isBaselineFocused && editing?.key === baseline.key ? editing.field : undefined}
        {...state(baseline)}
      />
    )
  );
}

/** The lines that are in view. */
function Rows({ experiment, context, grid, editing }: RowsProps) {
  const { view } = context;
  const { rows, focusIndex, selection, headHeight, layout } = grid;
  const state = useLineState(experiment, context, grid);
  const size = { width: layout.width, height: view.lines.length * rowHeight };
  const items = rows.getVirtualItems();
  const placeOf = useRowPlaces(items.length);
  return (
    <div className="lb-table-body" role="rowgroup" style={size}>
      {items.map(({ index, start }, at) => {
        const line = view.lines[index];
        // The line with the focus, far from those in view.
        const isAlone = items[at - 1]?.index !== index - 1 && items[at + 1]?.index !== index + 1;
        const isEdited = editing?.key === line?.key;
        return (
          line && (
            <Row
              // Elements go from line to line, which costs half of new ones. One that is edited keeps its own.
              key={isEdited ? line.key : isAlone ? 'alone' : placeOf(index)}
              context={context}
              line={line}
              id={rowId(index)}
              rowIndex={index + 1 + headRows(grid)}
              top={start - headHeight}
              isFocused={index === focusIndex}
              cell={index === focusIndex ? selection.cell : -1}
              isBaseline={line.kind === 'run' && line.slot === view.baseline}
              editing={editing?.key === line.key ? editing.field : undefined}
              {...state(line)}
            />
          )
        );
      })}
    </div>
  );
}

/** The place of a line among the elements for rows: neighbours never have the same. */
function useRowPlaces(count: number): (index: number) => number {
  // Only ever more, as another number gives all lines other elements; and few spare ones, which a jump to other lines leaves unused.
  const [places, setPlaces] = useState(0);
  if (count > places) {
    setPlaces(Math.ceil(count / 8) * 8);
  }
  return (index) => index % Math.max(places, count);
}

/** Whether a line is selected, and whether the charts draw its run. */
function useLineState(experiment: ExperimentSession, { view }: RowContext, { selection }: Grid) {
  const shown = useStore(experiment.shown.state, (each) => each);
  const hovered = useStore(experiment.session.marked, (each) => each.hovered);
  const isIn = (slot: number): boolean => selection.runs.has(view.table.id[slot] ?? '');
  return (line: Line) => ({
    isHovered: line.kind === 'run' && hovered !== undefined && view.table.id[line.slot] === hovered,
    isShown: line.kind !== 'run' || shown === undefined || experiment.isShown(line.slot),
    isSelected:
      line.kind === 'run'
        ? isIn(line.slot)
        : line.kind === 'group' && selection.runs.size > 0 && line.group.slots.every(isIn),
  });
}

function keysOf({ scroller, place, layout, rows, headHeight }: Grid) {
  return {
    scroller,
    place,
    layout,
    pageSize: () => Math.max(1, Math.floor(((scroller.current?.clientHeight ?? 0) - headHeight) / rowHeight) - 1),
    reveal: (key: string) => {
      // Keys of the virtual rows are those of the lines.
      const index = place.lines.findIndex((line) => line.key === key) - (place.lines.length - rows.options.count);
      if (index >= 0) {
        rows.scrollToIndex(index, { align: 'auto' });
      }
    },
    revealColumn: (column: Parameters<typeof revealColumn>[1]) =>
      revealColumn(scroller.current, column, layout.pinnedWidth),
  };
}

function rowId(index: number): string {
  return `lb-row-${index}`;
}

/** Titles, names of columns, baseline. */
function headRows({ baseline }: Grid): number {
  return baseline ? 3 : 2;
}

/** Id of the row or cell that has the focus. */
function activeId({ selection, focusIndex, isBaselineFocused, layout }: Grid): string | undefined {
  const { focus, cell } = selection;
  const row =
    focus === headerKey
      ? headerRowId
      : isBaselineFocused
        ? baselineRowId
        : focusIndex >= 0
          ? rowId(focusIndex)
          : undefined;
  const column = layout.columns[focus === headerKey ? Math.max(0, cell) : cell];
  return row !== undefined && column ? `${row}-${column.view.id}` : row;
}
