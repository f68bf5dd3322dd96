/** Lines and bands, as fast as canvases draw them. */
import { lowerBound, upperBound, type Curve } from './curve';
import type { Area, Pen } from './surface';

/**
 * Strokes are ended after so many points: rasterisers take longer than in proportion for long paths that cross themselves, as
 * noisy curves do (measured: 28 ms instead of 50 ms for 100 curves of 300 points).
 */
const pointsOfStroke = 24;
/** Far outside, canvases round visibly. */
const farOutside = 2000;
/** With more points than this in a pixel, what is drawn is the first, least, largest and last of each pixel. */
const mostPerPixel = 2;

export interface LineStyle {
  readonly colour: string;
  readonly dash: readonly number[];
  readonly width: number;
  readonly alpha?: number;
}

/** A line through the finite points of a column, broken at the others. */
export function strokeLine(pen: Pen, x: Float64Array, y: Float64Array, style: LineStyle): void {
  const { context, area } = pen;
  const points = placed(pen, x, y);
  context.globalAlpha = style.alpha ?? 1;
  context.strokeStyle = style.colour;
  context.lineWidth = style.width;
  context.lineJoin = 'bevel';
  context.setLineDash([...style.dash]);
  const isDense = points.length / 2 > mostPerPixel * (area.right - area.left);
  strokePoints(context, points, isDense ? thinByPixel(points) : points.length, style.dash.length > 0);
  context.setLineDash([]);
  context.lineDashOffset = 0;
  context.globalAlpha = 1;
}

/** The area between the smallest and the largest value of each row. */
export function fillBand(pen: Pen, { x, low, high }: Curve, colour: string, alpha: number): void {
  if (!low || !high) {
    return;
  }
  const { context } = pen;
  const [from, to] = visible(pen, x);
  const bounds = { top: pen.area.top - farOutside, bottom: pen.area.bottom + farOutside };
  const yOf = (value: number | undefined): number => pen.y(value ?? NaN);
  const isFilled = (i: number): boolean => Number.isFinite(low[i]) && Number.isFinite(yOf(high[i]));
  context.fillStyle = colour;
  context.globalAlpha = alpha;
  for (let start = from; start < to; start++) {
    let end = start;
    while (end < to && isFilled(end)) {
      end++;
    }
    if (end > start) {
      context.beginPath();
      for (let i = start; i < end; i++) {
        context.lineTo(pen.x(x[i] ?? NaN), Math.max(bounds.top, yOf(high[i])));
      }
      for (let i = end - 1; i >= start; i--) {
        // A logarithmic axis has no place for what is not above 0: the band goes down to its end.
        const y = yOf(low[i]);
        context.lineTo(pen.x(x[i] ?? NaN), Number.isNaN(y) ? bounds.bottom : Math.min(bounds.bottom, y));
      }
      context.fill();
      start = end;
    }
  }
  context.globalAlpha = 1;
}

/** The stretches without a break, as index ranges [from, to). @param hasPlace what is finite may have none on the axes */
export function* stretches(
  y: Float64Array,
  hasPlace: (index: number) => boolean = () => true,
): Generator<[number, number]> {
  let from = 0;
  for (let i = 0; i <= y.length; i++) {
    if (i === y.length || !Number.isFinite(y[i]) || !hasPlace(i)) {
      if (i > from) {
        yield [from, i];
      }
      from = i + 1;
    }
  }
}

/** @param x CSS pixels, as `y` */
export function contains(area: Area, x: number, y: number, margin = 1): boolean {
  return x >= area.left - margin && x <= area.right + margin && y >= area.top - margin && y <= area.bottom + margin;
}

/** Rows in view, and one beyond each end, to which the line goes. */
function visible({ range }: Pen, x: Float64Array): [from: number, to: number] {
  return [Math.max(0, lowerBound(x, range.min) - 1), Math.min(x.length, upperBound(x, range.max) + 1)];
}

/** Used again for each line: drawing makes no garbage. */
let scratch = new Float64Array(4096);

/** Pixels as pairs; NaN where the line breaks. Valid until the next call. */
function placed(pen: Pen, x: Float64Array, y: Float64Array): Float64Array {
  const { area } = pen;
  const [from, to] = visible(pen, x);
  const length = 2 * Math.max(0, to - from);
  if (scratch.length < length) {
    scratch = new Float64Array(2 * length);
  }
  const points = scratch.subarray(0, length);
  for (let i = from; i < to; i++) {
    const at = 2 * (i - from);
    points[at] = clamp(pen.x(x[i] ?? NaN), area.left - farOutside, area.right + farOutside);
    points[at + 1] = clamp(pen.y(y[i] ?? NaN), area.top - farOutside, area.bottom + farOutside);
  }
  return points;
}

/** In place: of the points of one pixel's column the first, the least, the largest and the last. @returns the new length */
function thinByPixel(points: Float64Array): number {
  let length = 0;
  const push = (x: number, y: number): void => {
    points[length++] = x;
    points[length++] = y;
  };
  let at = 0;
  while (at < points.length) {
    const column = Math.floor(points[at] ?? NaN);
    const from = at;
    let [least, largest] = [at, at];
    at += 2;
    const isJoined = (): boolean => Number.isFinite(points[from + 1]) && Number.isFinite(points[at + 1]);
    while (at < points.length && Math.floor(points[at] ?? NaN) === column && isJoined()) {
      least = (points[at + 1] ?? NaN) < (points[least + 1] ?? NaN) ? at : least;
      largest = (points[at + 1] ?? NaN) > (points[largest + 1] ?? NaN) ? at : largest;
      at += 2;
    }
    // Read before they are written over: a column has at least as many points as are kept of it.
    const kept = [...new Set([from, Math.min(least, largest), Math.max(least, largest), at - 2])];
    const pairs = kept.map((index) => [points[index] ?? NaN, points[index + 1] ?? NaN] as const);
    pairs.forEach(([x, y]) => push(x, y));
  }
  return length;
}

function strokePoints(context: Pen['context'], points: Float64Array, length: number, isDashed: boolean): void {
  let count = 0;
  let walked = 0;
  let [lastX, lastY] = [NaN, NaN];
  const end = (): void => {
    if (count > 1) {
      context.stroke();
    }
    count = 0;
  };
  const begin = (x: number, y: number): void => {
    context.lineDashOffset = isDashed ? walked : 0;
    context.beginPath();
    context.moveTo(x, y);
    count = 1;
  };
  for (let i = 0; i < length; i += 2) {
    const [x, y] = [points[i] ?? NaN, points[i + 1] ?? NaN];
    if (!Number.isFinite(x) || !Number.isFinite(y)) {
      end();
      continue;
    }
    if (count === 0) {
      walked = 0;
      begin(x, y);
    } else {
      if (count >= pointsOfStroke) {
        end();
        begin(lastX, lastY);
      }
      context.lineTo(x, y);
      count++;
      walked += isDashed ? Math.hypot(x - lastX, y - lastY) : 0;
    }
    [lastX, lastY] = [x, y];
  }
  end();
}

/** NaN stays NaN. */
function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}
