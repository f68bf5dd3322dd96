import { useEffect, useRef, type RefObject } from 'react';
import { afterScroll, onOwnMovement } from '../shared/scrolling';
import type { ExperimentSession } from './experimentSession';

/**
 * Scrolls the columns back to where they were when the panel was left, once they are wide enough, and remembers where they are.
 * @param width pixels of all columns
 */
export function useLeft(experiment: ExperimentSession, scroller: RefObject<HTMLElement | null>, width: number): void {
  const wanted = useRef(experiment.arrangement.get().left);
  useEffect(() => {
    const element = scroller.current;
    if (element && wanted.current > 0) {
      element.scrollLeft = wanted.current;
      wanted.current = Math.abs(element.scrollLeft - wanted.current) < 2 ? 0 : wanted.current;
    }
  }, [scroller, width]);
  useEffect(() => {
    const element = scroller.current;
    if (!element) {
      return undefined;
    }
    const remember = (): void => {
      const left = Math.round(element.scrollLeft);
      if (wanted.current === 0 && left !== experiment.arrangement.get().left) {
        experiment.arrange({ left });
      }
    };
    const ends = [afterScroll(element, remember), onOwnMovement(element, () => void (wanted.current = 0))];
    return () => ends.forEach((end) => end());
  }, [experiment, scroller]);
}
