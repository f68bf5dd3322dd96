import { useEffect, type RefObject } from 'react';
import { formatMetric } from '../../../src/core/format';
import { t } from '../strings';
import { placeCell, placesText, placeText, shortened } from './axisText';
import { resetZoom, type ChartsView, type Hover } from './controller';
import { bestOf, lowerBound, upperBound, xExtent, type Curve } from './curve';
import type { Plot } from './plot';
import { hoverOn } from './hovering';
import { isRange, isSameRange, type Range } from './range';
import { allX, nearestX } from './reading';
import { select, shownRange } from './usePlotPointer';
import { allowed, following, pannedWithin, zoomed } from './zooming';

interface Options {
  readonly view: ChartsView;
  readonly metric: string;
  readonly curves: readonly Curve[];
  readonly plot: Plot | undefined;
  readonly frame: RefObject<HTMLDivElement | null>;
  readonly canvas: RefObject<HTMLCanvasElement | null>;
}

/** Name of the event with which a chart's frame asks its plot to follow a key; `detail` is the key's event. */
export const plotKeyEvent = 'labbook-plot-key';

/**
 * Keys inside of a chart (ui.md 4): Left and Right move the cross-hair (Shift: ten points; Ctrl: to the next NaN, infinity or best
 * value of the run), PageUp and PageDown by half of what is in sight, Home and End to the ends; where x is zoomed, in all charts, it moves
 * along. Up and Down go from run to run there, Space selects the run, + and - zoom around it, 0 resets.
 */
export function usePlotKeys({ view, metric, curves, plot, frame, canvas }: Options): void {
  useEffect(() => {
    const element = frame.current;
    if (!element || !plot) {
      return undefined;
    }
    const onKey = (event: Event): void => {
      if (event instanceof CustomEvent && event.detail instanceof KeyboardEvent) {
        follow(event.detail, { view, metric, curves, plot, canvas });
      }
    };
    element.addEventListener(plotKeyEvent, onKey);
    return () => element.removeEventListener(plotKeyEvent, onKey);
  }, [view, metric, curves, plot, frame, canvas]);
}

type Place = Omit<Options, 'plot' | 'frame'> & { plot: Plot };

function follow(key: KeyboardEvent, place: Place): void {
  const { view, metric } = place;
  const hover = view.hover.get();
  const own = hover?.key === metric ? hover : undefined;
  switch (key.key) {
    case 'ArrowLeft':
    case 'ArrowRight': {
      const sign = key.key === 'ArrowLeft' ? -1 : 1;
      if (key.ctrlKey || key.metaKey) {
        moveToMark(sign, own, place);
      } else {
        moveBy(key.shiftKey ? sign * 10 : sign, own, place);
      }
      break;
    }
    case 'PageUp':
    case 'PageDown':
      turnPage(key.key === 'PageUp' ? -1 : 1, own, place);
      break;
    case 'Home':
    case 'End':
      moveToEnd(key.key === 'Home' ? -1 : 1, own, place);
      break;
    case 'ArrowUp':
    case 'ArrowDown':
      chooseRun(key.key === 'ArrowUp' ? -1 : 1, own, place);
      break;
    case ' ':
      if (own?.nearest !== undefined) {
        select(view, own.nearest, key.ctrlKey || key.metaKey);
      }
      break;
    case '+':
    case '=':
      zoomBy(0.5, own, place);
      break;
    case '-':
      zoomBy(2, own, place);
      break;
    case '0':
      resetZoom(view, metric);
      sayRange(xExtent(place.curves), place);
      break;
  }
}

function moveBy(count: number, own: Hover | undefined, place: Place): void {
  const { view, plot } = place;
  const all = drawnX(place);
  const { min, max } = shownRange(view, plot);
  // At first it comes into what is in sight from outside. What came since may have left it between two points.
  const from =
    count > 0
      ? (own ? upperBound(all, own.x) : lowerBound(all, min)) - 1
      : own
        ? lowerBound(all, own.x)
        : upperBound(all, max);
  const x = all[Math.min(all.length - 1, Math.max(0, from + count))];
  if (x !== undefined) {
    goTo(x, count, own?.nearest, place);
  }
}

/** By half of what is in sight, which moves as far where there is more. */
function turnPage(sign: number, own: Hover | undefined, place: Place): void {
  const { view, curves, plot } = place;
  const whole = wholeOf(place);
  const transform = plot.axes?.xTransform;
  if (!transform || !whole) {
    return;
  }
  const { to, from } = transform;
  const range = shownRange(view, plot);
  const [low, high] = [to(range.min), to(range.max)];
  const next = from((own ? to(own.x) : (low + high) / 2) + ((high - low) / 2) * sign);
  const x = nearestX(curves, Math.min(whole.max, Math.max(whole.min, next)));
  if (x !== undefined) {
    show(x, own?.nearest, place);
    moveWindow(pannedWithin(range, transform, sign / 2, whole), view);
  }
}

/** To the first or the last point there is. */
function moveToEnd(sign: number, own: Hover | undefined, place: Place): void {
  const x = drawnX(place).at(sign > 0 ? -1 : 0);
  if (x !== undefined) {
    goTo(x, sign, own?.nearest, place);
  }
}

/** Where there are points that have a place on the axis, also out of sight; ascending. */
function drawnX({ curves, plot }: Place): readonly number[] {
  const all = allX(curves);
  // On a logarithmic axis what comes first may have none.
  const first = all.findIndex((x) => Number.isFinite(plot.axes?.xTransform.to(x)));
  return first <= 0 ? all : all.slice(first);
}

/** From the first to the last point that has a place on the axis; of a line of means the first one may lie before what is drawn. */
function wholeOf(place: Place): Range | undefined {
  const [first, last] = [drawnX(place)[0], drawnX(place).at(-1)];
  const begin = xExtent(place.curves)?.min ?? NaN;
  const min = Number.isFinite(place.plot.axes?.xTransform.to(begin)) ? begin : first;
  const whole = { min, max: last };
  return isRange(whole) ? whole : undefined;
}

/** To the next point of the run that is marked in the chart. */
function moveToMark(sign: number, own: Hover | undefined, place: Place): void {
  const { view, metric, curves, plot } = place;
  const chosen = curves.filter(({ runId }) => own?.nearest === undefined || runId === own.nearest);
  const better = view.better(metric);
  const marks = chosen.flatMap((curve) => {
    // Of a group no value is ringed.
    const best = better && !curve.members ? bestOf(curve, better, plot.xRange) : undefined;
    return [...curve.odd, ...(best ? [best] : [])].map(({ x }) => ({ x, runId: curve.runId }));
  });
  const from = own?.x ?? (sign > 0 ? -Infinity : Infinity);
  const first = drawnX(place)[0] ?? Infinity;
  const ahead = marks.filter(({ x }) => x >= first && sign * (x - from) > 0);
  const next = ahead.sort((a, b) => sign * (a.x - b.x))[0];
  if (next) {
    goTo(next.x, sign, next.runId, place);
  } else {
    view.say(t('noMoreMarks'));
  }
}

function chooseRun(count: number, own: Hover | undefined, place: Place): void {
  if (!own || own.readings.length === 0) {
    moveBy(1, own, place);
    return;
  }
  const at = own.readings.findIndex(({ runId }) => runId === own.nearest);
  const next = own.readings[Math.min(own.readings.length - 1, Math.max(0, at + count))];
  show(own.x, next?.runId, place);
}

/** Puts the cross-hair there, and what is in sight along with it where x is zoomed. @param sign of the way that it goes */
function goTo(x: number, sign: number, wanted: string | undefined, place: Place): void {
  const { view, plot } = place;
  const whole = wholeOf(place);
  show(x, wanted, place);
  if (plot.axes && whole) {
    moveWindow(following(shownRange(view, plot), plot.axes.xTransform, x, sign, whole), view);
  }
}

/** Of all charts; where all is in sight, it stays so. */
function moveWindow(range: Range, { zoom }: ChartsView): void {
  const before = zoom.range.get();
  if (before && isRange(range) && !isSameRange(range, before)) {
    zoom.set(range);
  }
}

function show(x: number, wanted: string | undefined, { view, metric, curves, plot, canvas }: Place): void {
  const hover = canvas.current && hoverOn({ view, metric, curves, plot, canvas: canvas.current }, x, wanted);
  if (!hover) {
    return;
  }
  const { readings, nearest } = hover;
  // It is placed by what is drawn: where what is in sight moves, anew once that is drawn.
  view.hover.set({ ...hover, zoom: hover.zoom && plot.xRange });
  const at = readings.findIndex(({ runId }) => runId === nearest);
  const value = formatMetric(readings[at]?.value ?? NaN, view.digits);
  const place = placeText(view.settings.x, x);
  view.say(t('spokenReading', place, view.nameOf(nearest ?? ''), value, at + 1, readings.length));
}

function zoomBy(factor: number, own: Hover | undefined, place: Place): void {
  const { view, plot, curves } = place;
  const axes = plot.axes;
  const whole = xExtent(curves);
  if (!axes || !whole) {
    return;
  }
  const range = shownRange(view, plot);
  const { to, from } = axes.xTransform;
  const centre = own?.x ?? from((to(range.min) + to(range.max)) / 2);
  const next = allowed(zoomed(range, axes.xTransform, centre, factor), whole);
  view.zoom.set(next);
  view.zoom.settle();
  sayRange(next ?? whole, place);
}

/** How far x goes is else only seen. */
function sayRange(range: Range | undefined, { view }: Place): void {
  if (range) {
    const axis = view.settings.x;
    view.say(placesText(axis, placeCell(axis, shortened(range.min)), placeCell(axis, shortened(range.max))));
  }
}
