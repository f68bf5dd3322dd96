import type { KeyboardEvent, RefObject } from 'react';
import { t } from '../strings';
import { arrangeCharts, showLarge, toggleIn, toggleLog, toggleTable, type ChartsView } from './controller';
import { plotKeyEvent } from './usePlotKeys';

export interface ChartKeyContext {
  readonly view: ChartsView;
  readonly metric: string;
  /** Each run has one value. */
  readonly isBars: boolean;
  readonly isEntered: boolean;
  readonly isLarge: boolean;
  readonly isAlone: boolean;
  readonly setIsEntered: (entered: boolean) => void;
  readonly frame: RefObject<HTMLDivElement | null>;
}

/** The keys of a chart that has the focus (ui.md 4). @returns whether the key was one of them */
export function handleChartKey(event: KeyboardEvent, context: ChartKeyContext): boolean {
  const { frame, isEntered } = context;
  const isOnFrame = event.target === frame.current;
  const withCtrl = event.ctrlKey || event.metaKey;
  if (event.altKey || (withCtrl && !event.key.startsWith('Arrow') && event.key !== ' ') || isInput(event)) {
    return false;
  }
  switch (event.key.length === 1 ? event.key.toLowerCase() : event.key) {
    case 'f':
    case 'l':
    case 't':
    case 'p':
      return toggle(event.key.toLowerCase(), context);
    case 'Enter':
      if (!isOnFrame) {
        return false;
      }
      enter(context);
      return true;
    case 'Escape':
      return (!isOnFrame && comeBack(event, context)) || leave(context);
    case 'ArrowLeft':
    case 'ArrowRight':
      if (!isOnFrame) {
        return goToAction(event.key === 'ArrowLeft' ? -1 : 1, context);
      }
      if (!isEntered) {
        return false;
      }
      break;
    case 'ArrowUp':
    case 'ArrowDown':
    case 'PageUp':
    case 'PageDown':
    case 'Home':
    case 'End':
    case ' ':
      if (!isEntered || !isOnFrame) {
        return false;
      }
      break;
    case '+':
    case '=':
    case '-':
    case '0':
      break;
    default:
      return false;
  }
  frame.current?.dispatchEvent(new CustomEvent(plotKeyEvent, { detail: event.nativeEvent }));
  return true;
}

function toggle(key: string, { view, metric, isLarge, isAlone, frame }: ChartKeyContext): boolean {
  const { charts } = view.session.state.get();
  if (key === 'l') {
    toggleLog(view.session, metric);
  } else if (key === 't') {
    toggleTable(view, metric);
    // The table's own focus goes with it.
    frame.current?.focus();
  } else if (isAlone) {
    return false;
  } else {
    // The chart moves to another place of the page: the focus goes with it.
    view.refocused.set(metric);
    if (key === 'f') {
      showLarge(view, isLarge ? '' : metric);
    } else {
      arrangeCharts(view.session, { pinned: toggleIn(charts.pinned, metric) });
    }
  }
  return true;
}

/** Into the table that is in its place, or to what can be done where there are no curves; else the keys are the cross-hair's. */
function enter({ view, metric, isBars, setIsEntered, frame }: ChartKeyContext): void {
  const inside = frame.current?.querySelector<HTMLElement>('.lb-data-table, .lb-chart-message button');
  if (inside) {
    inside.focus();
    return;
  }
  setIsEntered(true);
  view.say(t(isBars ? 'enteredBars' : 'enteredChart', metric));
}

/** Between the things that can be done where there are no curves. */
function goToAction(sign: 1 | -1, { frame }: ChartKeyContext): boolean {
  const all = [...(frame.current?.querySelectorAll<HTMLElement>('.lb-chart-message button') ?? [])];
  const at = all.findIndex((each) => each === document.activeElement);
  if (at >= 0) {
    all[at + sign]?.focus();
  }
  return at >= 0;
}

/** From what is in a chart to the chart. */
function comeBack({ target }: KeyboardEvent, { frame }: ChartKeyContext): boolean {
  const isInside = target instanceof Node && frame.current?.contains(target) === true;
  if (isInside) {
    frame.current?.focus();
  }
  return isInside;
}

/** One thing at a time: a tooltip that is kept, the cross-hair, what could not be saved, the large view. */
function leave({ view, metric, isEntered, isLarge, isAlone, setIsEntered }: ChartKeyContext): boolean {
  if (isEntered || view.hover.get()) {
    setIsEntered(false);
    view.hover.set(undefined);
    return true;
  }
  if (view.failure.get()?.metric === metric) {
    view.failure.set(undefined);
    return true;
  }
  if (isLarge && !isAlone) {
    view.refocused.set(metric);
    showLarge(view, '');
    return true;
  }
  return false;
}

function isInput({ target }: KeyboardEvent): boolean {
  return target instanceof HTMLInputElement || target instanceof HTMLSelectElement;
}
