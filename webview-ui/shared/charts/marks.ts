/** What stands on lines: single points, ends of live runs, best values, NaN and infinities. */
import { bestOf, lowerBound, upperBound, type Curve, type OddPoint } from './curve';
import type { DrawnCurve } from './plotModel';
import { isSameRange, type Range } from './range';
import { contains, stretches } from './strokes';
import type { Pen } from './surface';

/** Beyond this many odd points in view of a chart they are marked but not named. */
const mostNamed = 3;
/** Of one kind in one pixel column a curve has one mark, and a chart has no more than this: more cannot be told apart. */
const mostMarks = 2000;
/** Of a single point's dot, CSS pixels. */
const loneReach = 2;
/** A mark's half width, CSS pixels. */
const markReach = 4.5;

/** A dot where a point has no neighbour to be joined to; those that an edge would cut are drawn by `drawEdgePoints`. */
export function drawLonePoints(pen: Pen, { curve, look }: DrawnCurve): void {
  const hasPlace = placesIn(pen, curve);
  if (!hasPlace) {
    return;
  }
  pen.context.fillStyle = look.colour;
  for (const [from, to] of stretches(curve.y, hasPlace)) {
    const x = pen.x(curve.x[from] ?? NaN);
    if (to - from === 1 && !isAtEdge(x, pen.area)) {
      dot(pen, x, pen.y(curve.y[from] ?? NaN), loneReach);
    }
  }
}

/** The dots at the first and the last place of the x axis, whole: half of them stands outside of the plot. @param pen not clipped to it */
export function drawEdgePoints(pen: Pen, curves: readonly DrawnCurve[], alphaOf: (runId: string) => number): void {
  const { context, area, range } = pen;
  for (const { curve, look, isBehind } of curves) {
    const hasPlace = isBehind ? undefined : placesIn(pen, curve);
    if (!hasPlace) {
      continue;
    }
    const { x, y, runId } = curve;
    const isPlaced = (i: number): boolean => Number.isFinite(y[i]) && hasPlace(i);
    const draw = (i: number): boolean => {
      const at = pen.x(x[i] ?? NaN);
      if (isPlaced(i) && !isPlaced(i - 1) && !isPlaced(i + 1) && isAtEdge(at, area)) {
        dot(pen, at, pen.y(y[i] ?? NaN), loneReach);
      }
      // What has no place, as 0 on a logarithmic axis, is before what has one.
      return Number.isNaN(at) || isAtEdge(at, area);
    };
    context.fillStyle = look.colour;
    context.globalAlpha = alphaOf(runId);
    const [from, to] = [lowerBound(x, range.min), upperBound(x, range.max)];
    let left = from;
    while (left < to && draw(left)) {
      left++;
    }
    for (let right = to - 1; right > left && draw(right);) {
      right--;
    }
  }
  context.globalAlpha = 1;
}

/** Which points of a curve have a place on the axes; undefined where all are joined to others. */
function placesIn(pen: Pen, { x, y, odd }: DrawnCurve['curve']): ((index: number) => boolean) | undefined {
  // What has no place on a logarithmic axis breaks the line as well.
  const [least, first] = [leastOf(pen.y), leastOf(pen.x)];
  return odd.length === 0 && x.length > 1 && least === -Infinity && first === -Infinity
    ? undefined
    : (i) => (y[i] ?? NaN) > least && (x[i] ?? NaN) > first;
}

function isAtEdge(x: number, { left, right }: Pen['area']): boolean {
  return x < left + loneReach || x > right - loneReach;
}

/** What values on an axis are above. */
function leastOf(place: Pen['x']): number {
  return Number.isNaN(place(-1)) ? 0 : -Infinity;
}

/** A ringed dot at the end of a run that goes on. */
export function drawLiveEnds(pen: Pen, curves: readonly DrawnCurve[], alphaOf: (runId: string) => number): void {
  const { context } = pen;
  for (const { curve, look, isLive } of curves) {
    const last = isLive ? curve.y.findLastIndex(Number.isFinite) : -1;
    if (last >= 0) {
      const [x, y] = [pen.x(curve.x[last] ?? NaN), pen.y(curve.y[last] ?? NaN)];
      context.fillStyle = look.colour;
      const alpha = alphaOf(curve.runId);
      context.globalAlpha = 0.35 * alpha;
      dot(pen, x, y, 5.5);
      context.globalAlpha = alpha;
      dot(pen, x, y, 3);
    }
  }
  context.globalAlpha = 1;
}

interface Best {
  readonly x: number;
  readonly y: number;
  readonly colour: string;
}

/** What was found last: a chart is painted many times with the same curves. */
const knownBest = new WeakMap<
  readonly DrawnCurve[],
  { readonly better: 'lower' | 'higher'; readonly range: Range; readonly best: Best | undefined }
>();

/** A hollow ring at the best of all values that the x range holds. */
export function drawBest(pen: Pen, curves: readonly DrawnCurve[], better: 'lower' | 'higher' | undefined): void {
  if (!better) {
    return;
  }
  const known = knownBest.get(curves);
  const isKnown = known?.better === better && isSameRange(known.range, pen.range);
  const best = isKnown ? known.best : bestIn(curves, better, pen.range);
  knownBest.set(curves, { better, range: pen.range, best });
  const [x, y] = [pen.x(best?.x ?? NaN), pen.y(best?.y ?? NaN)];
  if (best && contains(pen.area, x, y)) {
    const { context } = pen;
    context.beginPath();
    context.arc(x, y, 3.5, 0, 2 * Math.PI);
    context.fillStyle = pen.palette.background;
    context.fill();
    context.strokeStyle = best.colour;
    context.lineWidth = 1.75;
    context.stroke();
  }
}

/** Undefined where all values are equal, too: none is best. */
function bestIn(curves: readonly DrawnCurve[], better: 'lower' | 'higher', range: Range): Best | undefined {
  let best: Best | undefined;
  let isAnyOther = false;
  for (const { curve, look } of curves) {
    const own = curve.members ? undefined : bestOf(curve, better, range);
    isAnyOther ||= bestOf(curve, better === 'lower' ? 'higher' : 'lower', range)?.y !== (best ?? own)?.y;
    if (own && (!best || (better === 'lower' ? own.y < best.y : own.y > best.y))) {
      best = { ...own, colour: look.colour };
    }
  }
  return isAnyOther ? best : undefined;
}

/** NaN as a cross on the x axis, +Inf as a triangle at the top, -Inf at the bottom. */
export function drawOddPoints(pen: Pen, curves: readonly DrawnCurve[]): void {
  const { context, area, palette } = pen;
  const seen = curves.map(({ curve, look }) => ({ look, points: within(curve, pen.range) }));
  const count = seen.reduce((sum, { points }) => sum + points.length, 0);
  if (count === 0) {
    return;
  }
  context.save();
  context.font = `11px ${palette.fontFamily}`;
  context.textBaseline = 'middle';
  let marks = 0;
  for (const { look, points } of seen) {
    const places = new Set<string>();
    for (const point of points) {
      // At the ends of the axis they are whole.
      const x = inside(pen.x(point.x), area);
      const place = `${Math.round(x)} ${point.y}`;
      if (Number.isNaN(x) || places.has(place) || marks >= mostMarks) {
        continue;
      }
      places.add(place);
      marks++;
      const y = point.y === Infinity ? area.top + 4 : point.y === -Infinity ? area.bottom - 5 : area.bottom - 4;
      symbol(context, point.y, x, y, look.colour);
      if (count <= mostNamed) {
        name(pen, point, x, y);
      }
    }
  }
  context.restore();
}

/** NaN outside of the plot. */
function inside(x: number, { left, right }: Pen['area']): number {
  return x >= left - 1 && x <= right + 1 ? Math.min(right - markReach, Math.max(left + markReach, x)) : NaN;
}

/** Those in view: a zoom may leave few enough to name them. */
function within({ odd }: Curve, range: Range): readonly OddPoint[] {
  const x = odd.map((point) => point.x);
  return odd.slice(lowerBound(x, range.min), upperBound(x, range.max));
}

function name({ context, area, palette }: Pen, point: OddPoint, x: number, y: number): void {
  const text = Number.isNaN(point.y) ? 'NaN' : point.y > 0 ? '+Inf' : '\u2212Inf';
  const toTheLeft = x + 10 + context.measureText(text).width > area.right;
  context.textAlign = toTheLeft ? 'right' : 'left';
  context.fillStyle = palette.foreground;
  context.strokeStyle = palette.background;
  context.lineWidth = 3;
  // Lines may pass behind it.
  context.strokeText(text, toTheLeft ? x - 7 : x + 7, y);
  context.fillText(text, toTheLeft ? x - 7 : x + 7, y);
}

function symbol(context: Pen['context'], value: number, x: number, y: number, colour: string): void {
  const size = 3.5;
  context.beginPath();
  if (Number.isNaN(value)) {
    context.moveTo(x - size, y - size);
    context.lineTo(x + size, y + size);
    context.moveTo(x + size, y - size);
    context.lineTo(x - size, y + size);
    context.strokeStyle = colour;
    context.lineWidth = 1.75;
    context.stroke();
    return;
  }
  const tip = value > 0 ? -size : size;
  context.moveTo(x, y + tip);
  context.lineTo(x - size - 0.5, y - tip);
  context.lineTo(x + size + 0.5, y - tip);
  context.closePath();
  context.fillStyle = colour;
  context.fill();
}

/** @param x in CSS pixels, as `y` */
function dot({ area, context }: Pen, x: number, y: number, radius: number): void {
  if (contains(area, x, y)) {
    context.beginPath();
    context.arc(x, y, radius, 0, 2 * Math.PI);
    context.fill();
  }
}
