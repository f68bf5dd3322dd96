import type { KeyboardEvent, RefObject } from 'react';
import { useOneStop } from '../shared/useOneStop';

/** Rows that PageUp and PageDown pass. */
const page = 10;

/**
 * The keys of a list to choose from under a field to search it: Enter after a search takes the first that was found; arrows go up and down,
 * from the field too; right and left to what else is in a row. The list is one stop of the Tab key.
 * @returns for what is around the list and the field over it
 */
export function useChooseKeys(list: RefObject<HTMLElement | null>): (event: KeyboardEvent<HTMLElement>) => void {
  useOneStop(list);
  return (event) => {
    const { target, currentTarget, key } = event;
    const rows = [...(list.current?.querySelectorAll<HTMLElement>('.lb-check') ?? [])];
    const field = currentTarget.querySelector('input');
    if (!(target instanceof HTMLElement) || event.ctrlKey || event.altKey || event.metaKey) {
      return;
    }
    const isField = target === field;
    const row = target.closest('.lb-check') ?? target.closest('.lb-choose-row')?.querySelector('.lb-check');
    const at = rows.findIndex((each) => each === row);
    if (!isField && at < 0) {
      return;
    }
    if (isField && key === 'Enter' && field.value.trim() !== '') {
      event.preventDefault();
      firstFound(list.current)?.click();
      // The next search replaces this one.
      field.select();
      return;
    }
    const next = nextRow(key, at, rows.length, isField);
    if (next !== undefined) {
      event.preventDefault();
      (next < 0 ? field : rows[next])?.focus();
    }
  };
}

/** Not the title of a section, which would take all of it. */
function firstFound(list: HTMLElement | null): HTMLElement | null | undefined {
  return list?.querySelector<HTMLElement>('.lb-choose-row .lb-check') ?? list?.querySelector<HTMLElement>('.lb-check');
}

/** @returns the row to go to, -1 for the field over them; undefined: the key is for something else */
function nextRow(key: string, at: number, count: number, isField: boolean): number | undefined {
  const last = count - 1;
  switch (key) {
    case 'ArrowDown':
      return Math.min(last, at + 1);
    case 'ArrowUp':
      return isField ? undefined : at - 1;
    case 'PageDown':
      return Math.min(last, at + page);
    case 'PageUp':
      return isField ? undefined : Math.max(0, at - page);
    case 'Home':
      return isField ? undefined : 0;
    case 'End':
      return isField ? undefined : last;
    default:
      return undefined;
  }
}
