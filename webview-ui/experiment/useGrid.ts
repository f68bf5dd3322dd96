import { useVirtualizer, type Range, type Virtualizer } from '@tanstack/react-virtual';
import { useCallback, useEffect, useMemo, useRef, useState, type RefObject } from 'react';
import { useStore } from '../shared/store';
import { defaultWidth, numbersWidth, type ColumnWidth } from './columnWidths';
import type { ExperimentSession } from './experimentSession';
import type { CellContext } from './table/cellView';
import type { ColumnView } from './table/columnView';
import { allLines, baselineLine, type Line, type RunLine } from './table/lines';
import type { Place, Selection } from './table/selection';
import type { TableView } from './tableModel';
import { textMeasure, type TextMeasure } from './textMeasure';
import { useColumns, type ColumnLayout, type PlacedColumn } from './useColumns';
import { useTableNow } from './useTableLive';
import { useVisibleColumns } from './useVisibleColumns';

export const rowHeight = 22;
const titlesHeight = 24;
const headsHeight = 24;
const columnsAhead = 12;
/** Milliseconds: what is in view comes first. */
const aheadDelay = 300;

/** Where everything in the table stands. */
export interface Grid {
  readonly scroller: RefObject<HTMLDivElement | null>;
  readonly layout: ColumnLayout;
  /** The columns that are drawn: the pinned ones, and what is in view. */
  readonly inView: readonly PlacedColumn[];
  readonly rows: Virtualizer<HTMLDivElement, Element>;
  /** Lines in view, and a few around them. */
  readonly visible: readonly Line[];
  readonly headHeight: number;
  /** Stands under the header; undefined where there is none. */
  readonly baseline: RunLine | undefined;
  /** What keys and clicks go through. */
  readonly place: Place;
  readonly selection: Selection;
  /** Index of the line with the focus, -1 for none. */
  readonly focusIndex: number;
  readonly isBaselineFocused: boolean;
  readonly cells: CellContext;
  /** In the table's font. */
  readonly measure: TextMeasure;
}

export function useGrid(experiment: ExperimentSession, view: TableView): Grid {
  const scroller = useRef<HTMLDivElement>(null);
  const selection = useStore(experiment.selection, (each) => each);
  const delta = useStore(experiment.arrangement, (each) => each.delta);
  const widths = useStore(experiment.arrangement, (each) => each.columns.widths);
  const isGrouped = view.groups.length > 0;
  const now = useTableNow(experiment, view);
  const cells = useMemo(
    (): CellContext => ({ table: view.table, delta, baseline: view.baseline, now }),
    [view, delta, now],
  );
  const views = useMemo(() => view.columns.fields.map((field) => view.column(field)), [view]);
  const fontFamily = useStore(experiment.session.palette, (each) => each.fontFamily);
  const measure = useMemo(() => textMeasure(fontFamily), [fontFamily]);
  const compared = delta === 'off' ? undefined : view.baseline;
  const widthOf = useStableWidths(measure, compared, isGrouped, view.isNarrow);
  const layout = useColumns(experiment, views, view.columns.pinned, widthOf, widths);
  const baseline = useMemo(() => baselineLine(view), [view]);
  const place = useMemo((): Place => ({ lines: allLines(view), table: view.table }), [view]);
  const headHeight = titlesHeight + headsHeight + (baseline ? rowHeight : 0);
  const focusIndex = useMemo(
    () => view.lines.findIndex(({ key }) => key === selection.focus),
    [view.lines, selection.focus],
  );
  const rows = useRows(view, scroller, headHeight, focusIndex);
  useRevealed(experiment, scroller, view.lines, rows);
  const inView = useVisibleColumns(scroller, layout.columns, layout.pinnedWidth);
  useEffect(() => {
    experiment.need(
      'view',
      inView.map((column) => column.view.field),
    );
  }, [experiment, inView]);
  useReadAhead(experiment, layout.columns, inView);
  return {
    scroller,
    layout,
    inView,
    rows,
    visible: rows.getVirtualItems().flatMap(({ index }) => view.lines[index] ?? []),
    headHeight,
    baseline,
    place,
    selection,
    focusIndex,
    isBaselineFocused: focusIndex < 0 && baseline !== undefined && selection.focus === baseline.key,
    cells,
    measure,
  };
}

/** Reads columns on both sides of the view before they are scrolled to, once it stands still. */
function useReadAhead(
  experiment: ExperimentSession,
  columns: readonly PlacedColumn[],
  inView: readonly PlacedColumn[],
): void {
  useEffect(() => {
    const shown = inView.filter(({ isPinned }) => !isPinned);
    const [first, last] = [shown[0]?.index ?? 0, shown.at(-1)?.index ?? 0];
    const near = columns.slice(Math.max(0, first - columnsAhead), last + 1 + columnsAhead);
    const timer = window.setTimeout(() => {
      experiment.need(
        'ahead',
        near.map(({ view }) => view.field),
      );
    }, aheadDelay);
    return () => window.clearTimeout(timer);
  }, [experiment, columns, inView]);
}

/** A run that was chosen elsewhere, in a chart, is brought into view, once. Keys and clicks in the table do that by themselves. */
function useRevealed(
  experiment: ExperimentSession,
  scroller: RefObject<HTMLDivElement | null>,
  lines: readonly Line[],
  rows: Virtualizer<HTMLDivElement, Element>,
): void {
  const chosen = useStore(experiment.chosen, (each) => each);
  useEffect(() => {
    const element = scroller.current;
    if (chosen === undefined || !element) {
      return;
    }
    experiment.chosen.set(undefined);
    const index = lines.findIndex(({ key }) => key === chosen.key);
    if (index >= 0 && !element.contains(document.activeElement)) {
      rows.scrollToIndex(index, { align: 'auto' });
    }
  }, [experiment, scroller, chosen, lines, rows]);
}

function useRows(
  { lines }: TableView,
  scroller: RefObject<HTMLDivElement | null>,
  headHeight: number,
  focusIndex: number,
): Virtualizer<HTMLDivElement, Element> {
  return useVirtualizer({
    count: lines.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 6,
    scrollMargin: headHeight,
    scrollPaddingStart: headHeight,
    // The line with the focus is always there, for assistive technology to find.
    rangeExtractor: useCallback((range: Range) => withFocus(range, focusIndex), [focusIndex]),
  });
}

function withFocus({ startIndex, endIndex, overscan, count }: Range, focus: number): number[] {
  const from = Math.max(0, startIndex - overscan);
  const to = Math.min(count - 1, endIndex + overscan);
  const indexes = Array.from({ length: Math.max(0, to - from + 1) }, (_, i) => from + i);
  if (focus < 0 || focus >= count || (focus >= from && focus <= to)) {
    return indexes;
  }
  return focus < from ? [focus, ...indexes] : [...indexes, focus];
}

/** By ids of columns, and for `widths` what else they depend on. */
interface Widths {
  readonly numbers: Map<string, number>;
  readonly widths: Map<string, ColumnWidth>;
}

/** Widths that follow the content are found once for a font: data never changes a width later. */
function useStableWidths(
  measure: TextMeasure,
  /** Slot of the baseline whose differences are shown. */
  baseline: number | undefined,
  hasSpread: boolean,
  isNarrow: boolean,
): (view: ColumnView) => ColumnWidth {
  const [known] = useState(() => new WeakMap<TextMeasure, Widths>());
  return useCallback(
    (view: ColumnView) => {
      const own: Widths = known.get(measure) ?? { numbers: new Map(), widths: new Map() };
      known.set(measure, own);
      const { numbers, widths } = own;
      // Another baseline may have other metrics.
      const key = `${view.id} ${baseline ?? 'none'} ${hasSpread} ${isNarrow}`;
      const found = widths.get(key);
      if (found) {
        return found;
      }
      const numbersOf = (each: ColumnView): number | undefined => {
        const pixels = numbers.get(each.id) ?? numbersWidth(each, measure);
        if (pixels !== undefined) {
          numbers.set(each.id, pixels);
        }
        return pixels;
      };
      const width = defaultWidth(view, { measure, numbersOf, hasDelta: baseline !== undefined, hasSpread, isNarrow });
      if (view.data !== undefined) {
        widths.set(key, width);
      }
      return width;
    },
    [known, measure, baseline, hasSpread, isNarrow],
  );
}
