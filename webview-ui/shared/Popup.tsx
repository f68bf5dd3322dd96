import { useEffect, useLayoutEffect, useRef, type KeyboardEvent, type ReactNode } from 'react';

/** Where a popup belongs to: below this rectangle, or above it where there is no room. In pixels of the window. */
export interface Anchor {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

interface Props {
  readonly anchor: Anchor;
  /** To the anchor's right edge rather than to its left one. */
  readonly isRight?: boolean;
  readonly role: 'dialog' | 'menu';
  readonly label: string;
  readonly className?: string;
  readonly onClose: () => void;
  readonly children: ReactNode;
}

const gap = 2;
const margin = 4;

/**
 * A small window over the panel. It takes the focus, keeps it, and gives it back; Escape, a click elsewhere and a change of the
 * window's size close it.
 */
export function Popup({ anchor, isRight = false, role, label, className = '', onClose, children }: Props) {
  const box = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const element = box.current;
    if (!element) {
      return;
    }
    const place = (): void => placeBox(element, anchor, isRight, role);
    place();
    const observer = new ResizeObserver(place);
    observer.observe(element);
    return () => observer.disconnect();
  }, [anchor, isRight, role]);
  useEffect(() => {
    const before = document.activeElement;
    const element = box.current;
    const first = element?.querySelector<HTMLElement>('[autofocus], input, button, [tabindex="0"]');
    (first ?? element)?.focus();
    return () => {
      // Unless the focus was already taken to where the user went on.
      if (
        before instanceof HTMLElement &&
        (element?.contains(document.activeElement) || document.activeElement === document.body)
      ) {
        before.focus({ preventScroll: true });
      }
    };
  }, []);
  useEffect(() => {
    const onPointer = (event: PointerEvent): void => {
      if (event.target instanceof Node && !box.current?.contains(event.target)) {
        onClose();
      }
    };
    // What had the focus may be gone, as a link that has nothing more to do: then keys come from the page itself.
    const onKey = (event: globalThis.KeyboardEvent): void => {
      if (document.activeElement === document.body && event.key === 'Escape') {
        onClose();
      } else if (document.activeElement === document.body && event.key === 'Tab') {
        event.preventDefault();
        box.current?.focus();
      }
    };
    window.addEventListener('pointerdown', onPointer, true);
    window.addEventListener('keydown', onKey);
    window.addEventListener('resize', onClose);
    return () => {
      window.removeEventListener('keydown', onKey);
      window.removeEventListener('pointerdown', onPointer, true);
      window.removeEventListener('resize', onClose);
    };
  }, [onClose]);
  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>): void => {
    if (event.key === 'Escape') {
      event.preventDefault();
      event.stopPropagation();
      onClose();
    } else if (event.key === 'Tab') {
      // One may be open in another.
      event.stopPropagation();
      keepInside(event);
    }
  };
  return (
    <div
      ref={box}
      className={`lb-popup ${className}`}
      role={role}
      aria-label={label}
      tabIndex={-1}
      onKeyDown={onKeyDown}
    >
      {children}
    </div>
  );
}

function placeBox(element: HTMLElement, anchor: Anchor, isRight: boolean, role: Props['role']): void {
  const { offsetWidth: width, style } = element;
  // Also of what does not fit in so far.
  const height = element.scrollHeight + element.offsetHeight - element.clientHeight;
  const below = window.innerHeight - anchor.bottom - gap - margin;
  const above = anchor.top - gap - margin;
  const left = isRight ? anchor.right - width : anchor.left;
  style.left = `${Math.max(margin, Math.min(left, window.innerWidth - width - margin))}px`;
  if (role === 'menu' && height > below && height > above) {
    // As VS Code's: rather over what it was opened by than cut.
    style.maxHeight = `${window.innerHeight - 2 * margin}px`;
    style.top = `${Math.max(margin, window.innerHeight - height - margin)}px`;
    return;
  }
  const isBelow = height <= below || below >= above;
  style.maxHeight = `${Math.max(80, isBelow ? below : above)}px`;
  style.top = isBelow ? `${anchor.bottom + gap}px` : `${Math.max(margin, above + margin - height)}px`;
}

/** The Tab key goes round within a popup. */
function keepInside(event: KeyboardEvent<HTMLDivElement>): void {
  const stops = [
    ...event.currentTarget.querySelectorAll<HTMLElement>('input, button:not([tabindex="-1"]), select, [tabindex="0"]'),
  ].filter((each) => each.offsetParent !== null);
  const edge = event.shiftKey ? stops[0] : stops.at(-1);
  if (document.activeElement === edge || document.activeElement === event.currentTarget) {
    event.preventDefault();
    (event.shiftKey ? stops.at(-1) : stops[0])?.focus();
  }
}

export function anchorOf(element: Element): Anchor {
  return element.getBoundingClientRect();
}

export function anchorAt(x: number, y: number): Anchor {
  return { left: x, right: x, top: y, bottom: y };
}
