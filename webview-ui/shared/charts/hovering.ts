/** Where the cross-hair of a chart stands, and what its tooltip tells: by the pointer, by keys, and after the chart was drawn anew. */
import { idOfX } from './arrangement';
import type { ChartsView, Hover } from './controller';
import type { Curve } from './curve';
import type { Plot } from './plot';
import { isSameRange } from './range';
import { nearestX, readingsAt, type Reading } from './reading';

export interface Place {
  readonly view: ChartsView;
  readonly metric: string;
  readonly curves: readonly Curve[];
  readonly plot: Plot;
  readonly canvas: HTMLCanvasElement;
}

/** In the window, CSS pixels. */
export interface Point {
  readonly clientX: number;
  readonly clientY: number;
}

/** A run's value is told where its point lies at most this far from the cross-hair, in CSS pixels. */
const readingReach = 24;

/** At the drawn point nearest to the pointer; undefined where nothing is drawn in sight. */
export function hoverAt(place: Place, { clientX, clientY }: Point): Hover | undefined {
  const { curves, plot, canvas } = place;
  const area = canvas.getBoundingClientRect();
  const x = nearestX(curves, plot.xAt(clientX - area.left));
  if (x === undefined || plot.pixelOfX(x) === undefined) {
    return undefined;
  }
  const readings = readingsAt(curves, x, reachOf(plot));
  const nearest = nearestReading(readings, plot, clientY - area.top)?.runId;
  return { ...common(place, x, readings), nearest, left: clientX, top: clientY, isKept: false, isByKeys: false };
}

/** At an x, with one of the curves there chosen, else the uppermost; undefined where no curve has a point. */
export function hoverOn(place: Place, x: number, wanted: string | undefined): Hover | undefined {
  const { curves, plot, canvas } = place;
  const readings = readingsAt(curves, x, reachOf(plot));
  const nearest = (readings.find(({ runId }) => runId === wanted) ?? readings[0])?.runId;
  if (nearest === undefined) {
    return undefined;
  }
  const area = canvas.getBoundingClientRect();
  const edge = x > plot.xRange.max ? plot.area.right : plot.area.left;
  const left = area.left + (plot.pixelOfX(x) ?? edge);
  const top = area.top + (plot.area.top + plot.area.bottom) / 2;
  return { ...common(place, x, readings), nearest, left, top, isKept: false, isByKeys: true };
}

/**
 * After its chart was drawn anew: what came moves neither the cross-hair nor the tooltip (ui.md 8), only tells the values anew; after a zoom
 * it stands where the pointer rests, or its x has gone to.
 * @param pointer where it rests in the chart
 */
export function hoverAnew(place: Place, held: Hover | undefined, pointer: Point | undefined): Hover | undefined {
  const { view, metric, curves, plot, canvas } = place;
  const isPointed = pointer !== undefined && !held?.isKept && !held?.isByKeys;
  if (!held || held.key !== metric || idOfX(held.axis) !== idOfX(view.settings.x)) {
    return isPointed ? hoverAt(place, pointer) : held;
  }
  const isZoomed = !isSameRange(held.zoom, view.zoom.range.get());
  if (isZoomed && isPointed) {
    return hoverAt(place, pointer);
  }
  if (plot.pixelOfX(held.x) === undefined) {
    return held.isKept ? held : undefined;
  }
  if (isZoomed && held.isByKeys && !held.isKept) {
    return hoverOn(place, held.x, held.nearest);
  }
  const readings = readingsAt(curves, held.x, reachOf(plot));
  if (readings.length === 0) {
    return held.isKept ? held : undefined;
  }
  const isThere = readings.some(({ runId }) => runId === held.nearest);
  const top = held.top - canvas.getBoundingClientRect().top;
  const nearest = isThere ? held.nearest : nearestReading(readings, plot, top)?.runId;
  return { ...held, ...common(place, held.x, readings), nearest };
}

function common({ view, metric, plot }: Place, x: number, readings: readonly Reading[]) {
  const span = plot.xRange.max - plot.xRange.min;
  return { key: metric, x, axis: view.settings.x, span, zoom: view.zoom.range.get(), readings };
}

/** `readingReach` in the unit of the x axis. */
function reachOf(plot: Plot): number {
  const { left, right } = plot.area;
  const { min, max } = plot.xRange;
  return right > left ? ((max - min) / (right - left)) * readingReach : 0;
}

function nearestReading(readings: readonly Reading[], plot: Plot, top: number): Reading | undefined {
  let best: Reading | undefined;
  let distance = Infinity;
  for (const reading of readings) {
    const own = Math.abs(plot.pixelOfY(reading.value) - top);
    if (own < distance) {
      best = reading;
      distance = own;
    }
  }
  return best ?? readings[0];
}
