import { useRef, type PointerEvent, type RefObject } from 'react';
import { t } from '../strings';
import { entryOf, heights, mostColumns, withEntry, type ChartSize } from './arrangement';
import { arrangeCharts, type ChartsView } from './controller';

interface Props {
  readonly view: ChartsView;
  readonly metric: string;
  readonly card: RefObject<HTMLDivElement | null>;
  readonly frame: RefObject<HTMLDivElement | null>;
}

/** The corner of a chart: dragged, it makes the chart wider by columns and higher by pixels; a double click resets. */
export function ResizeHandle({ view, metric, card, frame }: Props) {
  const start = useRef<{ x: number; y: number; width: number; height: number; column: number } | undefined>(undefined);
  const onPointerDown = (event: PointerEvent<HTMLElement>): void => {
    if (card.current && frame.current && event.button === 0) {
      event.preventDefault();
      event.stopPropagation();
      const { width } = card.current.getBoundingClientRect();
      const { height } = frame.current.getBoundingClientRect();
      const span = spanOf(view, metric);
      start.current = { x: event.clientX, y: event.clientY, width, height, column: width / span };
      event.currentTarget.setPointerCapture(event.pointerId);
    }
  };
  const onPointerMove = (event: PointerEvent): void => {
    const from = start.current;
    if (from) {
      const columns = Math.round((from.width + event.clientX - from.x) / from.column);
      resize(view, metric, { columns, height: from.height + event.clientY - from.y });
    }
  };
  return (
    <i
      className="lb-resize"
      title={t('resizeChart')}
      aria-hidden="true"
      onPointerDown={onPointerDown}
      onPointerMove={onPointerMove}
      onPointerUp={() => (start.current = undefined)}
      onPointerCancel={() => (start.current = undefined)}
      onDoubleClick={() => {
        const { sizes } = view.session.state.get().charts;
        arrangeCharts(view.session, { sizes: withEntry(sizes, metric, undefined) });
      }}
    />
  );
}

/** Columns that a chart takes. */
export function spanOf(view: ChartsView, metric: string): number {
  return entryOf(view.session.state.get().charts.sizes, metric)?.columns ?? 1;
}

/** @param size is brought into what is possible */
export function resize(view: ChartsView, metric: string, { columns, height }: ChartSize): void {
  const size = {
    columns: Math.min(mostColumns, Math.max(1, columns)),
    height: Math.round(Math.min(heights.most, Math.max(heights.least, height))),
  };
  const { sizes } = view.session.state.get().charts;
  const before = entryOf(sizes, metric);
  if (before?.columns !== size.columns || before.height !== size.height) {
    arrangeCharts(view.session, { sizes: withEntry(sizes, metric, size) });
  }
}
