import { useEffect, type RefObject } from 'react';
import { formatMetric } from '../../../src/core/format';
import { t } from '../strings';
import { placeCell, placesText, placeText, shortened } from './axisText';
import { resetZoom, type ChartsView, type Hover } from './controller';
import { bestOf, lowerBound, upperBound, xExtent, type Curve } from './curve';
import type { Plot } from './plot';
import { hoverOn } from './hovering';
import type { Range } from './range';
import { allX } from './reading';
import { select, shownRange } from './usePlotPointer';
import { allowed, zoomed } from './zooming';

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
 * value of the run), Up and Down go from run to run there, Space selects the run, + and - zoom around it, 0 resets.
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
  const { curves, plot } = place;
  const { min, max } = plot.xRange;
  const all = allX(curves).filter((x) => x >= min && x <= max);
  // What came since may have left the cross-hair between two points.
  const at = count > 0 ? upperBound(all, own?.x ?? -Infinity) - 1 : lowerBound(all, own?.x ?? Infinity);
  const x = all[Math.min(all.length - 1, Math.max(0, at + count))];
  if (x !== undefined) {
    show(x, own?.nearest, place);
  }
}

/** To the next point of the run that is marked in the chart. */
function moveToMark(sign: number, own: Hover | undefined, place: Place): void {
  const { view, metric, curves, plot } = place;
  const { min, max } = plot.xRange;
  const chosen = curves.filter(({ runId }) => own?.nearest === undefined || runId === own.nearest);
  const better = view.better(metric);
  const marks = chosen.flatMap((curve) => {
    // Of a group no value is ringed.
    const best = better && !curve.members ? bestOf(curve, better, plot.xRange) : undefined;
    return [...curve.odd, ...(best ? [best] : [])].map(({ x }) => ({ x, runId: curve.runId }));
  });
  const from = own?.x ?? (sign > 0 ? -Infinity : Infinity);
  const ahead = marks.filter(({ x }) => x >= min && x <= max && sign * (x - from) > 0);
  const next = ahead.sort((a, b) => sign * (a.x - b.x))[0];
  if (next) {
    show(next.x, next.runId, place);
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

function show(x: number, wanted: string | undefined, { view, metric, curves, plot, canvas }: Place): void {
  const hover = canvas.current && hoverOn({ view, metric, curves, plot, canvas: canvas.current }, x, wanted);
  if (!hover) {
    return;
  }
  const { readings, nearest } = hover;
  view.hover.set(hover);
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
