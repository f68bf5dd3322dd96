import { useEffect, useRef, type RefObject } from 'react';
import { onOwnMovement } from './scrolling';
import type { PanelSession } from './session';

/** Brings an element back to where it was scrolled to, as soon as it is long enough, and remembers where it is. */
export function useScroll(session: PanelSession, name: string): RefObject<HTMLDivElement | null> {
  const element = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const box = element.current;
    if (!box) {
      return undefined;
    }
    let wanted = session.state.get().scroll[name] ?? 0;
    const restore = (): void => {
      if (wanted > 0) {
        box.scrollTop = wanted;
        wanted = Math.abs(box.scrollTop - wanted) < 2 ? 0 : wanted;
      }
    };
    const remember = (): void => {
      if (wanted === 0) {
        const { scroll } = session.state.get();
        session.arrange({ scroll: { ...scroll, [name]: Math.round(box.scrollTop) } });
      }
    };
    restore();
    const observer = new ResizeObserver(restore);
    [...box.children].forEach((child) => observer.observe(child));
    box.addEventListener('scroll', remember, { passive: true });
    const endOwn = onOwnMovement(box, () => void (wanted = 0));
    return () => {
      observer.disconnect();
      box.removeEventListener('scroll', remember);
      endOwn();
    };
  }, [session, name]);
  return element;
}
