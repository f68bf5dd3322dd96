import { useEffect, type RefObject } from 'react';
import type { ExperimentSession } from './experimentSession';

/** Milliseconds for which lines stay where they are after the pointer or the focus left (ui.md 8). */
const rest = 2000;

/** While the pointer is over the table or the focus in it, no line comes, goes or moves by itself. */
export function useHold(experiment: ExperimentSession, scroller: RefObject<HTMLElement | null>): void {
  useEffect(() => {
    const element = scroller.current;
    if (!element) {
      return undefined;
    }
    let [isPointed, isFocused] = [false, false];
    let timer: number | undefined;
    const look = (): void => {
      window.clearTimeout(timer);
      if (isPointed || isFocused) {
        experiment.model.hold(true);
      } else {
        timer = window.setTimeout(() => experiment.model.hold(false), rest);
      }
    };
    const listeners = {
      pointerenter: () => (isPointed = true),
      pointerleave: () => (isPointed = false),
      focusin: () => (isFocused = true),
      focusout: () => (isFocused = false),
    };
    const bound = Object.entries(listeners).map(([name, change]) => {
      const listener = (): void => {
        change();
        look();
      };
      element.addEventListener(name, listener);
      return () => element.removeEventListener(name, listener);
    });
    return () => {
      bound.forEach((remove) => remove());
      window.clearTimeout(timer);
      experiment.model.hold(false);
    };
  }, [experiment, scroller]);
}
