import { useLayoutEffect, useRef, useState, type RefObject } from 'react';

/**
 * Whether a row has too little room for all of its words; measured, as these are longer in some languages. What makes room is to be left
 * out then.
 * @param hasMore whether there is anything that could be left out
 */
export function useTight(box: RefObject<HTMLElement | null>, hasMore: boolean): boolean {
  const [isTight, setIsTight] = useState(false);
  /** Pixels that the row needs with all of its words. */
  const needed = useRef(0);
  useLayoutEffect(() => {
    const element = box.current;
    if (!element || !hasMore) {
      setIsTight(false);
      return undefined;
    }
    const look = (): void => {
      if (!isTight) {
        const texts = [...element.querySelectorAll('.lb-cut-text')];
        const cut = texts.reduce((sum, each) => sum + Math.max(0, each.scrollWidth - each.clientWidth), 0);
        needed.current = element.scrollWidth + cut;
      }
      setIsTight(needed.current > element.clientWidth);
    };
    look();
    const observer = new ResizeObserver(look);
    observer.observe(element);
    return () => observer.disconnect();
  });
  return isTight && hasMore;
}
