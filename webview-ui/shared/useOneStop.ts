import { useEffect, type RefObject } from 'react';

const controls = 'button, input, select, [tabindex]';

/**
 * Makes a row of controls one stop of the Tab key (ui.md 10): the control that had the focus last, else the first. Arrows left and right
 * go from one to the next, also out of sliders and lists, which have up and down for themselves; in a text they do at its ends.
 */
export function useOneStop(box: RefObject<HTMLElement | null>): void {
  useEffect(() => {
    const element = box.current;
    if (!element) {
      return undefined;
    }
    let last: HTMLElement | undefined;
    // What opens from the row is a place of its own.
    const items = (): HTMLElement[] =>
      [...element.querySelectorAll<HTMLElement>(controls)].filter((each) => {
        const popup = each.closest('.lb-popup');
        return popup === null || popup.contains(element);
      });
    const settle = (): void => {
      const all = items();
      const stop = last && all.includes(last) ? last : all[0];
      for (const each of all) {
        const index = each === stop ? 0 : -1;
        if (each.tabIndex !== index) {
          each.tabIndex = index;
        }
      }
    };
    const onFocus = ({ target }: FocusEvent): void => {
      if (target instanceof HTMLElement && items().includes(target)) {
        last = target;
        settle();
      }
    };
    const onKey = (event: KeyboardEvent): void => {
      const sign = event.key === 'ArrowLeft' ? -1 : event.key === 'ArrowRight' ? 1 : 0;
      const { target } = event;
      const hasModifier = event.shiftKey || event.ctrlKey || event.altKey || event.metaKey;
      if (sign === 0 || hasModifier || !(target instanceof HTMLElement) || !isAtEnd(target, sign)) {
        return;
      }
      const all = items();
      const at = all.indexOf(target);
      const next = at < 0 ? undefined : all[at + sign];
      if (at >= 0) {
        event.preventDefault();
        next?.focus();
      }
    };
    const observer = new MutationObserver(settle);
    observer.observe(element, { childList: true, subtree: true });
    element.addEventListener('focusin', onFocus);
    element.addEventListener('keydown', onKey);
    settle();
    return () => {
      observer.disconnect();
      element.removeEventListener('focusin', onFocus);
      element.removeEventListener('keydown', onKey);
    };
  }, [box]);
}

/** Whether an arrow has nothing left to do in a control itself. */
function isAtEnd(target: HTMLElement, sign: -1 | 1): boolean {
  if (!(target instanceof HTMLInputElement) || target.type === 'range') {
    return true;
  }
  const { selectionStart: start, selectionEnd: end, value } = target;
  return start === null || (start === end && start === (sign < 0 ? 0 : value.length));
}
