import type { MouseEvent } from 'react';
import { anchorAt, type Anchor } from '../shared/Popup';
import type { ExperimentSession } from './experimentSession';
import type { Line } from './table/lines';
import { click, type Place } from './table/selection';

export interface PointerHandlers {
  readonly onClick: (event: MouseEvent) => void;
  readonly onDoubleClick: (event: MouseEvent) => void;
  readonly onContextMenu: (event: MouseEvent) => void;
  readonly onMouseDown: (event: MouseEvent<HTMLElement>) => void;
}

/** Clicks select, double clicks open, the other button opens the menu. */
export function pointerHandlers(
  experiment: ExperimentSession,
  place: Place,
  openMenu: (key: string, anchor: Anchor, field?: string) => void,
): PointerHandlers {
  const lineAt = (event: MouseEvent): Line | undefined => {
    const key = within(event, '[data-key]')?.dataset['key'];
    const line = place.lines.find((each) => each.key === key);
    return line?.kind === 'gone' || within(event, '.lb-edit') ? undefined : line;
  };
  return {
    // Buttons in rows leave the focus to the table, for its keys to go on, and as their elements go from run to run.
    onMouseDown: (event) => {
      if (event.target instanceof Element && event.target.closest('[data-key] button') !== null) {
        event.preventDefault();
        event.currentTarget.focus({ preventScroll: true });
      }
    },
    onClick: (event) => {
      const line = lineAt(event);
      if (line) {
        const modifiers = { shift: event.shiftKey, ctrl: event.ctrlKey || event.metaKey };
        experiment.selection.update((state) => click(state, place, line.key, modifiers));
      }
    },
    onDoubleClick: (event) => {
      const line = lineAt(event);
      const isButton = event.target instanceof Element && event.target.closest('button') !== null;
      if (line?.kind === 'run' && !isButton) {
        experiment.open(place.table.id[line.slot] ?? '', false);
      } else if (line?.kind === 'group' && !isButton) {
        experiment.toggleOpen(line.key);
      }
    },
    onContextMenu: (event) => {
      const line = lineAt(event);
      if (line) {
        event.preventDefault();
        const isIn = line.kind === 'run' && experiment.selection.get().runs.has(place.table.id[line.slot] ?? '');
        if (!isIn) {
          experiment.selection.update((state) => click(state, place, line.key, {}));
        }
        openMenu(line.key, anchorAt(event.clientX, event.clientY), within(event, '[data-field]')?.dataset['field']);
      }
    },
  };
}

/** What of this kind was clicked, or has in it what was. */
function within({ target }: MouseEvent, selector: string): HTMLElement | undefined {
  return target instanceof Element ? (target.closest<HTMLElement>(selector) ?? undefined) : undefined;
}
