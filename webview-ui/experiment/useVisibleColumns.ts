import { useEffect, useMemo, useState, type RefObject } from 'react';
import type { PlacedColumn } from './useColumns';

/** Columns beside the visible ones that are read and drawn already. */
const columnOverscan = 2;

/** The pinned columns and those that are in view; the same list while it has the same columns. */
export function useVisibleColumns(
  scroller: RefObject<HTMLDivElement | null>,
  columns: readonly PlacedColumn[],
  pinnedWidth: number,
): readonly PlacedColumn[] {
  // Before the first layout the window's width is near enough.
  const [span, setSpan] = useState(() => ({ left: 0, width: Math.ceil(window.innerWidth / 100) * 100 + 100 }));
  useEffect(() => {
    const element = scroller.current;
    if (!element) {
      return undefined;
    }
    // Steps of 100 px: not every pixel draws anew.
    const look = (): void => {
      const next = {
        left: Math.floor(element.scrollLeft / 100) * 100,
        width: Math.ceil(element.clientWidth / 100) * 100 + 100,
      };
      setSpan((before) => (before.left === next.left && before.width === next.width ? before : next));
    };
    look();
    const observer = new ResizeObserver(look);
    observer.observe(element);
    // Before the rows are changed, after which it would cost a layout of its own to ask.
    element.addEventListener('scroll', look, { passive: true, capture: true });
    return () => {
      observer.disconnect();
      element.removeEventListener('scroll', look, { capture: true });
    };
  }, [scroller]);
  return useMemo(() => {
    const isIn = ({ isPinned, left, width }: PlacedColumn): boolean =>
      isPinned || (left + width > span.left + pinnedWidth && left < span.left + span.width);
    const first = columns.findIndex((column) => !column.isPinned && isIn(column));
    const last = columns.findLastIndex((column) => isIn(column));
    return columns.filter(
      ({ isPinned, index }) =>
        isPinned || (first >= 0 && index >= first - columnOverscan && index <= last + columnOverscan),
    );
  }, [columns, span, pinnedWidth]);
}

/** Scrolls until a column is in view, beside the pinned ones. */
export function revealColumn(box: HTMLElement | null, column: PlacedColumn | undefined, pinnedWidth: number): void {
  if (box && column && !column.isPinned) {
    const { left, width } = column;
    if (left < box.scrollLeft + pinnedWidth) {
      box.scrollLeft = left - pinnedWidth;
    } else if (left + width > box.scrollLeft + box.clientWidth) {
      box.scrollLeft = left + width - box.clientWidth;
    }
  }
}
