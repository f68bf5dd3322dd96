import {
  columnOrderingFeature,
  columnPinningFeature,
  columnResizingFeature,
  columnSizingFeature,
  tableFeatures,
  useTable,
} from '@tanstack/react-table';
import { useMemo } from 'react';
import type { ColumnSizingState, Updater } from '@tanstack/react-table';
import type { ColumnView } from './table/columnView';
import { sectionTitle } from './columnTexts';
import type { ColumnWidth } from './columnWidths';
import type { ExperimentSession } from './experimentSession';

/** A column at its place. Pixels from the left edge of the table. */
export interface PlacedColumn {
  readonly view: ColumnView;
  /** Among all columns. */
  readonly index: number;
  readonly left: number;
  readonly width: number;
  /** Of it, for what stands beside the values (`ColumnWidth`). */
  readonly beside: number;
  readonly isPinned: boolean;
  /** First of its section: there is a line at its left. */
  readonly isFirst: boolean;
  readonly isResizing: boolean;
  /** To be called with the first mouse or touch event on the column's edge. */
  readonly onResize: (event: unknown) => void;
}

export interface HeaderGroup {
  readonly id: string;
  readonly title: string;
  /** Of its first column, among all. */
  readonly index: number;
  /** How many columns are under it. */
  readonly span: number;
  readonly left: number;
  readonly width: number;
  readonly isPinned: boolean;
}

export interface ColumnLayout {
  readonly columns: readonly PlacedColumn[];
  readonly groups: readonly HeaderGroup[];
  readonly pinnedWidth: number;
  readonly width: number;
}

// What the rows are is computed by `table/lines.ts`; of TanStack's table only the columns are used.
const features = tableFeatures({
  columnOrderingFeature,
  columnPinningFeature,
  columnSizingFeature,
  columnResizingFeature,
});
const noRows: Record<string, never>[] = [];
/** Pixels. */
export const leastWidth = 40;
export const mostWidth = 1200;
const limits = { minSize: leastWidth, maxSize: mostWidth };

/** Places the columns: sections, order, pinning and widths; the edges of headers can be dragged. */
export function useColumns(
  experiment: ExperimentSession,
  views: readonly ColumnView[],
  pinned: number,
  widthOf: (view: ColumnView) => ColumnWidth,
  widths: Readonly<Record<string, number>>,
): ColumnLayout {
  const definitions = useMemo(() => {
    const sections = new Map<string, { id: string; header: string; columns: { id: string; size: number }[] }>();
    for (const view of views) {
      const title = sectionTitle(view.section, view.prefix);
      const id = `section:${view.section}:${view.prefix}`;
      const section = sections.get(id) ?? { id, header: title, columns: [] };
      section.columns.push({ id: view.id, size: widthOf(view).whole });
      sections.set(id, section);
    }
    return [...sections.values()];
  }, [views, widthOf]);
  const columnOrder = useMemo(() => views.map(({ id }) => id), [views]);
  const columnPinning = useMemo(() => ({ start: columnOrder.slice(0, pinned), end: [] }), [columnOrder, pinned]);
  const onColumnSizingChange = (updater: Updater<ColumnSizingState>): void => {
    const { columns } = experiment.arrangement.get();
    const next = typeof updater === 'function' ? updater({ ...columns.widths }) : updater;
    experiment.arrange({ columns: { ...columns, widths: { ...next } } });
  };
  const table = useTable({
    features,
    data: noRows,
    columns: definitions,
    defaultColumn: limits,
    columnResizeMode: 'onChange',
    state: { columnOrder, columnPinning, columnSizing: widths },
    onColumnSizingChange,
  });
  const byId = new Map(views.map((view) => [view.id, view]));
  const [titles, heads] = table.getHeaderGroups();
  const columns: PlacedColumn[] = [];
  let left = 0;
  let before: string | undefined;
  for (const header of heads?.headers ?? []) {
    const view = byId.get(header.column.id);
    if (view) {
      const width = Math.round(header.getSize());
      const section = `${view.section}:${view.prefix}`;
      const isFirst = before !== undefined && before !== section;
      const { column } = header;
      columns.push({
        view,
        index: columns.length,
        left,
        width,
        beside: widthOf(view).beside,
        isPinned: columns.length < pinned,
        isFirst,
        isResizing: column.getIsResizing(),
        onResize: header.getResizeHandler(),
      });
      before = section;
      left += width;
    }
  }
  let at = 0;
  const groups = (titles?.headers ?? []).map((header, index): HeaderGroup => {
    const leaves = header.getLeafHeaders().filter(({ subHeaders }) => subHeaders.length === 0);
    const own = columns.slice(at, at + leaves.length);
    at += leaves.length;
    const title = typeof header.column.columnDef.header === 'string' ? header.column.columnDef.header : '';
    return {
      id: `${header.id} ${index}`,
      title,
      index: own[0]?.index ?? 0,
      span: own.length,
      left: own[0]?.left ?? 0,
      width: own.reduce((sum, { width }) => sum + width, 0),
      isPinned: own[0]?.isPinned ?? false,
    };
  });
  const pinnedWidth = columns.slice(0, pinned).reduce((sum, { width }) => sum + width, 0);
  return { columns, groups, pinnedWidth, width: left };
}
