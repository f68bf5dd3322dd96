import { useEffect, type RefObject } from 'react';
import { metricFormat } from '../../../src/core/format';
import { t } from '../strings';
import { placeText } from './axisText';
import type { ChartsView, Hover } from './controller';
import type { Curve } from './curve';
import type { Plot } from './plot';
import { allX, readingsAt } from './reading';
import { toleranceOf } from './usePlotPointer';

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
 * Keys inside of a chart (ui.md 4): Left and Right move the cross-hair (Shift: ten points), Up and Down go from run to run
 * there, + and - zoom around it, 0 resets.
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
      moveBy(key.shiftKey ? -10 : -1, own, place);
      break;
    case 'ArrowRight':
      moveBy(key.shiftKey ? 10 : 1, own, place);
      break;
    case 'ArrowUp':
    case 'ArrowDown':
      chooseRun(key.key === 'ArrowUp' ? -1 : 1, own, place);
      break;
    case '+':
    case '=':
      zoomBy(0.5, own, place);
      break;
    case '-':
      zoomBy(2, own, place);
      break;
    case '0':
      view.session.arrange({ zoom: undefined });
      break;
  }
}

function moveBy(count: number, own: Hover | undefined, place: Place): void {
  const { curves, plot } = place;
  const { min, max } = plot.xRange;
  const all = allX(curves).filter((x) => x >= min && x <= max);
  if (all.length === 0) {
    return;
  }
  const at = own ? all.findLastIndex((x) => x <= own.x) : count > 0 ? -1 : all.length;
  const x = all[Math.min(all.length - 1, Math.max(0, at + count))];
  if (x !== undefined) {
    show(x, own?.nearest, place);
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
  view.hover.set({ key: metric, x, axis: view.axis, span, readings, nearest: reading.runId, left, top });
  const name = view.runs.find(({ id }) => id === reading.runId)?.name ?? '';
  const value = metricFormat([reading.value])(reading.value);
  view.say(t('spokenReading', placeText(view.axis, x), name, value, index + 1, readings.length));
}

function zoomBy(factor: number, own: Hover | undefined, { view, plot }: Place): void {
  const { min, max } = plot.xRange;
  const centre = own?.x ?? (min + max) / 2;
  view.session.arrange({ zoom: { min: centre - (centre - min) * factor, max: centre + (max - centre) * factor } });
}
