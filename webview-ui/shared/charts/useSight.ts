import { startTransition, useEffect, useLayoutEffect, useState, type RefObject } from 'react';
import type { Range } from './range';

/** So many CSS pixels above and below what is in sight belong to it: they are there when they are scrolled to. */
const margin = 500;
/** Scrolling less than this changes nothing, CSS pixels. */
const stride = 200;

/**
 * The part of an element that is in sight of what scrolls it, or near, from the element's top; undefined before it is known.
 * At first without what is near: what can be seen is not to wait for it.
 */
export function useSight(element: RefObject<HTMLElement | null>): Range | undefined {
  const [sight, setSight] = useState<Range>();
  const [reach, setReach] = useState(0);
  useEffect(() => startTransition(() => setReach(margin)), []);
  useLayoutEffect(() => {
    const own = element.current;
    const box = own?.closest('.lb-scroll');
    if (!own || !box) {
      return undefined;
    }
    const look = (): void => {
      const { top, height } = box.getBoundingClientRect();
      const from = top - own.getBoundingClientRect().top;
      const min = Math.floor((from - reach) / stride) * stride;
      const max = Math.ceil((from + height + reach) / stride) * stride;
      setSight((before) => (before?.min === min && before.max === max ? before : { min, max }));
    };
    look();
    // What is above it may change as well: the parent knows.
    const observer = new ResizeObserver(look);
    [box, own, own.parentElement].forEach((each) => each && observer.observe(each));
    box.addEventListener('scroll', look, { passive: true });
    return () => {
      observer.disconnect();
      box.removeEventListener('scroll', look);
    };
  }, [element, reach]);
  return sight;
}
