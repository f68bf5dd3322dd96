import { useEffect, useState, type RefObject } from 'react';

/**
 * Tells when an element comes as near to what is in sight of the part of the page that scrolls it, and when it goes.
 * @param margin above and below, CSS pixels
 * @returns ends it
 */
export function watchNear(
  element: HTMLElement,
  margin: number,
  tell: (entry: IntersectionObserverEntry) => void,
): () => void {
  const observer = new IntersectionObserver(
    (changes) => {
      const last = changes.at(-1);
      if (last) {
        tell(last);
      }
    },
    // Margins of the window, the default, do not count in a part that scrolls, nor in the frames in which VS Code has panels.
    { root: element.closest('.lb-scroll'), rootMargin: `${margin}px 0px` },
  );
  observer.observe(element);
  return () => observer.disconnect();
}

/** Whether the element is in sight, or so many CSS pixels above or below. */
export function useNear(element: RefObject<HTMLElement | null>, margin: number): boolean {
  const [isNear, setIsNear] = useState(false);
  useEffect(
    () =>
      element.current ? watchNear(element.current, margin, (entry) => setIsNear(entry.isIntersecting)) : undefined,
    [element, margin],
  );
  return isNear;
}
