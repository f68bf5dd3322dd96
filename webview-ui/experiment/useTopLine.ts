import { useCallback, useEffect, useRef, type RefObject } from 'react';
import { afterScroll, onOwnMovement } from '../shared/scrolling';
import type { ExperimentSession } from './experimentSession';
import type { TableView } from './tableModel';

/** Milliseconds. */
const patience = 10_000;

/** Brings the line back to the top that was there when the panel was left, once it is there, and remembers which one is. */
export function useTopLine(
  experiment: ExperimentSession,
  view: TableView,
  scroller: RefObject<HTMLElement | null>,
  rowHeight: number,
): void {
  const wanted = useRef(experiment.arrangement.get().top);
  const latest = useRef(view);
  const remember = useCallback((): void => {
    const element = scroller.current;
    if (element && wanted.current === '') {
      const line = latest.current.lines[Math.round(element.scrollTop / rowHeight)];
      const top = element.scrollTop === 0 ? '' : (line?.key ?? '');
      if (top !== experiment.arrangement.get().top) {
        experiment.arrange({ top });
      }
    }
  }, [experiment, scroller, rowHeight]);
  useEffect(() => {
    latest.current = view;
    const element = scroller.current;
    if (element && wanted.current !== '') {
      // Filters and groups may still wait for what the lines come from.
      const index = view.lines.findIndex(({ key }) => key === wanted.current);
      if (index >= 0) {
        element.scrollTop = index * rowHeight;
        wanted.current = '';
      }
    }
    // Another filter or order brings another line to the same place.
    remember();
  }, [view, scroller, rowHeight, remember]);
  useEffect(() => {
    const element = scroller.current;
    if (!element) {
      return undefined;
    }
    // What comes later than that moves nothing.
    const timer = window.setTimeout(() => (wanted.current = ''), patience);
    const ends = [
      () => window.clearTimeout(timer),
      afterScroll(element, remember),
      onOwnMovement(element, () => void (wanted.current = '')),
    ];
    return () => ends.forEach((end) => end());
  }, [scroller, remember]);
}
