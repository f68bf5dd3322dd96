import { useEffect, type RefObject } from 'react';
import { formatMetric } from '../../../src/core/format';
import { t } from '../strings';
import { placeText } from './axisText';
import { resetZoom, type ChartsView, type Hover } from './controller';
import { bestOf, xExtent, type Curve } from './curve';
import type { Plot } from './plot';
import { allX, readingsAt } from './reading';
import { select, shownRange, toleranceOf } from './usePlotPointer';
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
      break;
  }
}

function moveBy(count: number, own: Hover | undefined, place: Place): void {
  const { curves, plot } = place;
  const { min, max } = plot.xRange;
  const all = allX(curves).filter((x) => x >= min && x <= max);
  const at = own ? all.findLastIndex((x) => x <= own.x) : count > 0 ? -1 : all.length;
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
    const best = better && bestOf(curve, better, plot.xRange);
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
  const readings = readingsAt(curves, x, toleranceOf(plot));
  const index = Math.max(
    0,
    readings.findIndex(({ runId }) => runId === wanted),
  );
  const reading = readings[index];
  const box = canvas.current?.getBoundingClientRect();
  if (!reading || !box) {
    return;
  }
  const left = box.left + (plot.pixelOfX(x) ?? plot.area.left);
  const top = box.top + (plot.area.top + plot.area.bottom) / 2;
  const span = plot.xRange.max - plot.xRange.min;
  const axis = view.settings.x;
  view.hover.set({ key: metric, x, axis, span, readings, nearest: reading.runId, left, top, isKept: false });
  const value = formatMetric(reading.value, view.digits);
  const name = view.nameOf(reading.runId);
  view.say(t('spokenReading', placeText(axis, x), name, value, index + 1, readings.length));
}

function zoomBy(factor: number, own: Hover | undefined, { view, plot, curves }: Place): void {
  const axes = plot.axes;
  const whole = xExtent(curves);
  if (!axes || !whole) {
    return;
  }
  const range = shownRange(view, plot);
  const { to, from } = axes.xTransform;
  const centre = own?.x ?? from((to(range.min) + to(range.max)) / 2);
  view.zoom.set(allowed(zoomed(range, axes.xTransform, centre, factor), whole));
  view.zoom.settle();
}
