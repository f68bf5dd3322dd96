import { useEffect, useRef, type RefObject } from 'react';
import { afterScroll } from '../shared/scrolling';
import type { ExperimentSession } from './experimentSession';
import type { TableView } from './tableModel';

/** Brings the line back to the top that was there when the panel was left, and remembers which one is. */
export function useTopLine(
  experiment: ExperimentSession,
  view: TableView,
  scroller: RefObject<HTMLElement | null>,
  rowHeight: number,
): void {
  const isRestored = useRef(false);
  const latest = useRef(view);
  useEffect(() => {
    latest.current = view;
    const element = scroller.current;
    if (element && !isRestored.current && view.lines.length > 0) {
      isRestored.current = true;
      const index = view.lines.findIndex(({ key }) => key === experiment.arrangement.get().top);
      if (index > 0) {
        element.scrollTop = index * rowHeight;
      }
    }
  }, [experiment, view, scroller, rowHeight]);
  useEffect(() => {
    const element = scroller.current;
    if (!element) {
      return undefined;
    }
    return afterScroll(element, () => {
      const line = latest.current.lines[Math.round(element.scrollTop / rowHeight)];
      const top = element.scrollTop === 0 ? '' : (line?.key ?? '');
      if (top !== experiment.arrangement.get().top) {
        experiment.arrange({ top });
      }
    });
  }, [experiment, scroller, rowHeight]);
}
