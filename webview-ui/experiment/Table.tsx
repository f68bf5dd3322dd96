import { useVirtualizer, type Range } from '@tanstack/react-virtual';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { useNow } from '../shared/dates';
import type { Anchor } from '../shared/Popup';
import { useStore } from '../shared/store';
import { t } from '../shared/strings';
import { ColumnMenu } from './ColumnMenu';
import { defaultWidth } from './columnWidths';
import type { ExperimentSession } from './experimentSession';
import { Header, headerRowId } from './Header';
import { headerActions } from './headerActions';
import { Row, type RowContext } from './Row';
import { RunMenu } from './RunMenu';
import { StepQuestion } from './StepQuestion';
import type { CellContext } from './table/cellView';
import type { ColumnView } from './table/columnView';
import { fieldId, fieldOf } from './table/fields';
import { runKey, type Line, type RunLine } from './table/lines';
import { headerKey, type Place } from './table/selection';
import { tableKeys } from './tableKeys';
import type { TableView } from './tableModel';
import { pointerHandlers } from './tablePointer';
import { useCellTitles } from './useCellTitles';
import { useColumns, type PlacedColumn } from './useColumns';
import { useHold } from './useHold';
import { useLooks } from './useLooks';
import { useRowActions, type Editing } from './useRowActions';
import { revealColumn, useVisibleColumns } from './useVisibleColumns';
import { useTopLine } from './useTopLine';
import { useTrends } from './useTrends';

interface Props {
  readonly experiment: ExperimentSession;
  readonly view: TableView;
}

const rowHeight = 22;
const titlesHeight = 20;
const headsHeight = 24;

/** The runs of an experiment as a table (ui.md 4). */
export function Table({ experiment, view }: Props) {
  const { session } = experiment;
  const scroller = useRef<HTMLDivElement>(null);
  const selection = useStore(experiment.selection, (each) => each);
  const shown = useStore(experiment.arrangement, (each) => each.shown);
  const delta = useStore(experiment.arrangement, (each) => each.delta);
  const widths = useStore(experiment.arrangement, (each) => each.columns.widths);
  const now = useNow(30_000);
  const [editing, setEditing] = useState<Editing | undefined>(undefined);
  const [menu, setMenu] = useState<OpenMenu | undefined>(undefined);
  const lookOf = useLooks(session, view);
  const cells = useMemo(
    (): CellContext => ({ table: view.table, delta, baseline: view.baseline, now }),
    [view, delta, now],
  );
  const views = useMemo(() => view.columns.fields.map((field) => view.column(field)), [view]);
  const hasBaseline = view.baseline !== undefined && delta !== 'off';
  const widthOf = useStableWidths(hasBaseline);
  const layout = useColumns(experiment, views, view.columns.pinned, widthOf, widths);
  const baseline = useMemo(() => baselineLine(view), [view]);
  const headHeight = titlesHeight + headsHeight + (baseline ? rowHeight : 0);
  const place = useMemo((): Place => placeOf(view, baseline), [view, baseline]);
  const focusIndex = useMemo(
    () => view.lines.findIndex(({ key }) => key === selection.focus),
    [view.lines, selection.focus],
  );
  const rows = useVirtualizer({
    count: view.lines.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    getItemKey: (index) => view.lines[index]?.key ?? index,
    overscan: 6,
    scrollMargin: headHeight,
    scrollPaddingStart: headHeight,
    // The line with the focus is always there, for assistive technology to find.
    rangeExtractor: useCallback((range: Range) => withFocus(range, focusIndex), [focusIndex]),
  });
  const inView = useVisibleColumns(scroller, layout.columns, layout.pinnedWidth);
  const items = rows.getVirtualItems();
  const visible = items.flatMap(({ index }) => view.lines[index] ?? []);
  useTrends(session, view, baseline ? [baseline, ...visible] : visible, inView);
  useEffect(() => {
    experiment.need(
      'view',
      inView.map((column) => column.view.field),
    );
  }, [experiment, inView]);
  useHold(experiment, scroller);
  useTopLine(experiment, view, scroller, rowHeight);
  const openRunMenu = useCallback((key: string, anchor: Anchor) => setMenu({ kind: 'run', key, anchor }), []);
  const actions = useRowActions({ experiment, view, setEditing, scroller, openMenu: openRunMenu });
  const context = useMemo(
    (): RowContext => ({ session, view, cells, lookOf, actions, columns: inView, width: layout.width }),
    [session, view, cells, lookOf, actions, inView, layout.width],
  );
  const scrollToCell = (column: PlacedColumn | undefined): void =>
    revealColumn(scroller.current, column, layout.pinnedWidth);
  const onKeyDown = tableKeys({
    experiment,
    place,
    layout,
    view,
    pageSize: () => Math.max(1, Math.floor(((scroller.current?.clientHeight ?? 0) - headHeight) / rowHeight) - 1),
    reveal: (key) => {
      const index = view.lines.findIndex((line) => line.key === key);
      if (index >= 0) {
        rows.scrollToIndex(index, { align: 'auto' });
      }
    },
    revealColumn: scrollToCell,
    edit: setEditing,
    openRunMenu,
    openColumnMenu: (column, anchor) => setMenu({ kind: 'column', id: column.view.id, anchor }),
    scroller,
  });
  const onTitle = useCellTitles(experiment, context);
  const header = headerActions(experiment, view, layout.columns, cells, (id, anchor) =>
    setMenu({ kind: 'column', id, anchor }),
  );
  const isShown = (line: Line): boolean => line.kind !== 'run' || shown === undefined || experiment.isShown(line.slot);
  const pointed = pointerHandlers(experiment, place, openRunMenu);
  const isSelected = (line: Line): boolean =>
    line.kind === 'run'
      ? selection.runs.has(view.table.id[line.slot] ?? '')
      : line.kind === 'group' &&
        selection.runs.size > 0 &&
        line.group.slots.every((slot) => selection.runs.has(view.table.id[slot] ?? ''));
  const closeMenu = useCallback(() => setMenu(undefined), []);
  const isBaselineFocused = focusIndex < 0 && baseline !== undefined && selection.focus === baseline.key;
  const focusedRow =
    selection.focus === headerKey
      ? headerRowId
      : isBaselineFocused
        ? baselineRowId
        : focusIndex >= 0
          ? rowId(focusIndex)
          : undefined;
  const focusedColumn = layout.columns[selection.focus === headerKey ? Math.max(0, selection.cell) : selection.cell];
  const active = focusedRow !== undefined && focusedColumn ? `${focusedRow}-${focusedColumn.view.id}` : focusedRow;
  return (
    <>
      <div
        ref={scroller}
        className="lb-table-box"
        role="treegrid"
        tabIndex={0}
        aria-label={t('runsTable')}
        aria-multiselectable="true"
        aria-rowcount={view.lines.length + 2 + (baseline ? 1 : 0)}
        aria-colcount={layout.columns.length}
        aria-activedescendant={active}
        onKeyDown={onKeyDown}
        onPointerOver={onTitle}
        {...pointed}
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
          {baseline && (
            <Row
              context={context}
              line={baseline}
              id={baselineRowId}
              rowIndex={3}
              top={undefined}
              isSelected={isSelected(baseline)}
              isFocused={isBaselineFocused}
              cell={isBaselineFocused ? selection.cell : -1}
              isShown={isShown(baseline)}
              isBaseline={true}
              editing={editing?.key === baseline.key ? editing.field : undefined}
            />
          )}
        </div>
        <div
          className="lb-table-body"
          role="rowgroup"
          style={{ width: layout.width, height: view.lines.length * rowHeight }}
        >
          {items.map(({ index, start, key }) => {
            const line = view.lines[index];
            return (
              line && (
                <Row
                  key={key}
                  context={context}
                  line={line}
                  id={rowId(index)}
                  rowIndex={index + 3 + (baseline ? 1 : 0)}
                  top={start - headHeight}
                  isSelected={isSelected(line)}
                  isFocused={index === focusIndex}
                  cell={index === focusIndex ? selection.cell : -1}
                  isShown={isShown(line)}
                  isBaseline={line.kind === 'run' && line.slot === view.baseline}
                  editing={editing?.key === line.key ? editing.field : undefined}
                />
              )
            );
          })}
        </div>
      </div>
      {menu?.kind === 'run' && (
        <RunMenu
          experiment={experiment}
          view={view}
          lineKey={menu.key}
          anchor={menu.anchor}
          onClose={closeMenu}
          onEdit={setEditing}
        />
      )}
      {menu?.kind === 'column' && (
        <ColumnMenu
          experiment={experiment}
          view={view}
          columns={layout.columns}
          id={menu.id}
          anchor={menu.anchor}
          onFit={header.onFit}
          onAskStep={() => setMenu({ ...menu, kind: 'step' })}
          onClose={closeMenu}
        />
      )}
      {menu?.kind === 'step' && (
        <StepQuestion
          experiment={experiment}
          metric={fieldOf(menu.id)?.key ?? ''}
          anchor={menu.anchor}
          onClose={closeMenu}
        />
      )}
    </>
  );
}

type OpenMenu =
  | { readonly kind: 'run'; readonly key: string; readonly anchor: Anchor }
  | { readonly kind: 'column' | 'step'; readonly id: string; readonly anchor: Anchor };

const baselineRowId = 'lb-baseline';

function rowId(index: number): string {
  return `lb-row-${index}`;
}

/** The baseline stands under the header; undefined where there is none. */
function baselineLine({ baseline, table }: TableView): RunLine | undefined {
  return baseline === undefined
    ? undefined
    : { kind: 'run', key: runKey(table.id[baseline] ?? ''), slot: baseline, depth: 0, children: 0, open: false };
}

/** What keys and clicks go through: the baseline stands first, unless it stands in its group too. */
function placeOf({ lines, table }: TableView, baseline: RunLine | undefined): Place {
  const isApart = baseline !== undefined && !lines.some(({ key }) => key === baseline.key);
  return { lines: isApart ? [baseline, ...lines] : lines, table };
}

function withFocus({ startIndex, endIndex, overscan, count }: Range, focus: number): number[] {
  const from = Math.max(0, startIndex - overscan);
  const to = Math.min(count - 1, endIndex + overscan);
  const indexes = Array.from({ length: Math.max(0, to - from + 1) }, (_, i) => from + i);
  return focus < 0 || focus >= count || (focus >= from && focus <= to)
    ? indexes
    : focus < from
      ? [focus, ...indexes]
      : [...indexes, focus];
}

/** Widths that follow the content are found once: data never changes a width later. */
function useStableWidths(hasBaseline: boolean): (view: ColumnView) => number {
  const [known] = useState(() => new Map<string, number>());
  return useCallback(
    (view: ColumnView) => {
      const key = `${view.id} ${hasBaseline}`;
      const width = known.get(key) ?? defaultWidth(view, hasBaseline);
      if (view.data !== undefined) {
        known.set(key, width);
      }
      return width;
    },
    [known, hasBaseline],
  );
}
