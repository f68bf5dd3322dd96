import { useLayoutEffect, type RefObject } from 'react';

/**
 * Tells the style sheet, as `--lb-sight` of the element, how many CSS pixels of height what scrolls it shows below the charts' bar, so
 * that a large chart is no higher.
 */
export function useLargeRoom(element: RefObject<HTMLElement | null>): void {
  useLayoutEffect(() => {
    const own = element.current;
    const box = own?.closest('.lb-scroll');
    if (!own || !box) {
      return undefined;
    }
    const bar = own.closest('.lb-charts')?.querySelector(':scope > .lb-toolbar');
    const measure = (): void => {
      const room = box.clientHeight - (bar?.getBoundingClientRect().height ?? 0);
      own.style.setProperty('--lb-sight', `${Math.floor(room)}px`);
    };
    measure();
    const observer = new ResizeObserver(measure);
    [box, bar].forEach((each) => each && observer.observe(each));
    return () => observer.disconnect();
  }, [element]);
}
