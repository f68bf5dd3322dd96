import { useLayoutEffect, useRef, type ReactNode, type RefObject } from 'react';
import { textWidth } from './textWidth';

interface Props {
  readonly input: RefObject<HTMLInputElement | null>;
  readonly text: string;
  /** Elements with the place of the text that they belong to as `data-place`, or nothing. */
  readonly children: ReactNode;
}

const margin = 8;

/** Hangs things under the places of the line that they belong to, over what is below. */
export function Under({ input, text, children }: Props) {
  const box = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const [line, element] = [input.current, box.current];
    // Asking where things are costs a layout: not for nothing.
    if (!line || !element?.hasChildNodes()) {
      return undefined;
    }
    const put = (): void => {
      const { left, bottom } = line.getBoundingClientRect();
      element.style.top = `${bottom + 4}px`;
      for (const child of element.querySelectorAll<HTMLElement>(':scope > [data-place]')) {
        const place = Number(child.dataset['place']);
        const wanted = left + textWidth(text.slice(0, place), line) - line.scrollLeft;
        const most = window.innerWidth - child.offsetWidth - margin;
        child.style.marginLeft = `${Math.max(margin, Math.min(wanted, most))}px`;
      }
    };
    put();
    window.addEventListener('resize', put);
    return () => window.removeEventListener('resize', put);
  });
  return (
    <div ref={box} className="lb-under">
      {children}
    </div>
  );
}
