import { useEffect, useRef, useState, type PointerEvent, type RefObject } from 'react';
import type { ColumnLayout, PlacedColumn } from './useColumns';

/** Pixels that the pointer goes until a press is a drag. */
const threshold = 5;
/** Pixels from an edge within which a drag scrolls the columns, and the most that it scrolls them in a frame. */
const edge = 32;
const mostInFrame = 24;

interface Target {
  /** Id of the column before which it would be dropped; undefined: the end. */
  readonly before: string | undefined;
  /** Pixels from the left edge of the table. */
  readonly at: number;
}

interface Drag {
  readonly id: string;
  readonly startX: number;
  /** Undefined until the pointer went far enough. */
  readonly target: Target | undefined;
}

interface Actions {
  readonly onSort: (column: PlacedColumn, adding: boolean) => void;
  readonly onMove: (column: PlacedColumn, before: string | undefined) => void;
}

export interface HeaderDrag {
  /** Id of the column that is dragged. */
  readonly dragged: string | undefined;
  /** Where it would be dropped. */
  readonly at: number | undefined;
  readonly onPress: (column: PlacedColumn, event: PointerEvent) => void;
  readonly onMove: (event: PointerEvent) => void;
  readonly onRelease: (event: PointerEvent) => void;
  readonly onCancel: () => void;
}

/**
 * Presses on headers: a short one sorts, a drag moves the column, at the edges of the table scrolls it, and is given up by Escape. The row
 * has the pointer meanwhile, for the dragged column may be scrolled out of what is drawn.
 */
export function useHeaderDrag(row: RefObject<HTMLElement | null>, layout: ColumnLayout, actions: Actions): HeaderDrag {
  // Events may come faster than what they change is drawn.
  const drag = useRef<Drag | undefined>(undefined);
  const pointer = useRef(0);
  const [drawn, setDrawn] = useState<Drag | undefined>(undefined);
  const change = (next: Drag | undefined): void => {
    drag.current = next;
    setDrawn(next?.target && next);
  };
  const columnOf = (id: string | undefined): PlacedColumn | undefined =>
    layout.columns.find(({ view }) => view.id === id);
  const aim = (): void => {
    const column = columnOf(drag.current?.id);
    if (drag.current && column && row.current) {
      change({ ...drag.current, target: targetOf(pointer.current, row.current, layout, column) });
    }
  };
  const latest = useRef({ aim, change });
  useEffect(() => {
    latest.current = { aim, change };
  });
  const isDragging = drawn !== undefined;
  useScrollAtEdges(isDragging && columnOf(drawn.id)?.isPinned === false, row, layout.pinnedWidth, pointer, () =>
    latest.current.aim(),
  );
  useEffect(() => {
    if (!isDragging) {
      return undefined;
    }
    const onKey = (event: KeyboardEvent): void => {
      if (event.key === 'Escape') {
        event.preventDefault();
        event.stopPropagation();
        latest.current.change(undefined);
      }
    };
    window.addEventListener('keydown', onKey, true);
    return () => window.removeEventListener('keydown', onKey, true);
  }, [isDragging]);
  return {
    dragged: drawn?.id,
    at: drawn?.target?.at,
    onPress: ({ view }, event) => {
      row.current?.setPointerCapture(event.pointerId);
      change({ id: view.id, startX: event.clientX, target: undefined });
    },
    onMove: (event) => {
      pointer.current = event.clientX;
      const { current } = drag;
      if (current && (current.target || Math.abs(event.clientX - current.startX) >= threshold)) {
        aim();
      }
    },
    onRelease: (event) => {
      const { current } = drag;
      const column = columnOf(current?.id);
      change(undefined);
      if (current?.target && column) {
        actions.onMove(column, current.target.before);
      } else if (column) {
        actions.onSort(column, event.shiftKey);
      }
    },
    onCancel: () => change(undefined),
  };
}

/** While the pointer is near an edge of what scrolls, the nearer the faster. */
function useScrollAtEdges(
  isOn: boolean,
  row: RefObject<HTMLElement | null>,
  pinnedWidth: number,
  pointer: RefObject<number>,
  onScrolled: () => void,
): void {
  const scrolled = useRef(onScrolled);
  useEffect(() => {
    scrolled.current = onScrolled;
  });
  useEffect(() => {
    const box = row.current?.closest('.lb-table-box');
    if (!isOn || !box) {
      return undefined;
    }
    let frame = 0;
    const step = (): void => {
      const { left, right } = box.getBoundingClientRect();
      const over = (distance: number): number => Math.max(0, Math.min(1, (edge - distance) / edge));
      const by = over(right - pointer.current) - over(pointer.current - left - pinnedWidth);
      const before = box.scrollLeft;
      box.scrollLeft += Math.round(by * mostInFrame);
      if (box.scrollLeft !== before) {
        scrolled.current();
      }
      frame = requestAnimationFrame(step);
    };
    frame = requestAnimationFrame(step);
    return () => cancelAnimationFrame(frame);
  }, [isOn, row, pinnedWidth, pointer]);
}

/** Where a dragged header would be dropped: before the column whose middle is right of the pointer. Name stays first. */
function targetOf(clientX: number, row: HTMLElement, layout: ColumnLayout, dragged: PlacedColumn): Target {
  const x = clientX - row.getBoundingClientRect().left;
  const others = layout.columns.filter(({ index, isPinned }) => index > 0 && isPinned === dragged.isPinned);
  const next = others.find(({ left, width }) => x < left + width / 2);
  const last = others.at(-1);
  return next
    ? { before: next.view.id, at: next.left }
    : { before: layout.columns[(last?.index ?? 0) + 1]?.view.id, at: last ? last.left + last.width : 0 };
}
