import { useEffect, useRef, type RefObject } from 'react';
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
    let timer: number | undefined;
    const remember = (): void => {
      timer = undefined;
      const left = Math.round(element.scrollLeft);
      if (wanted.current === 0 && left !== experiment.arrangement.get().left) {
        experiment.arrange({ left });
      }
    };
    const onScroll = (): void => void (timer ??= window.setTimeout(remember, 200));
    // From the first own movement on it is the user who says where.
    const give = (): void => void (wanted.current = 0);
    element.addEventListener('scroll', onScroll, { passive: true });
    element.addEventListener('wheel', give, { passive: true });
    element.addEventListener('keydown', give);
    element.addEventListener('pointerdown', give);
    return () => {
      element.removeEventListener('scroll', onScroll);
      element.removeEventListener('wheel', give);
      element.removeEventListener('keydown', give);
      element.removeEventListener('pointerdown', give);
      window.clearTimeout(timer);
    };
  }, [experiment, scroller]);
}
