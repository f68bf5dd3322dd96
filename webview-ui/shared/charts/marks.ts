/** What stands on lines: single points, ends of live runs, best values, NaN and infinities. */
import { bestOf, lowerBound, upperBound, type Curve, type OddPoint } from './curve';
import type { DrawnCurve } from './plotModel';
import { contains, stretches } from './strokes';
import type { Pen } from './surface';

/** Beyond this many odd points of a chart they are marked but not named. */
const mostNamed = 3;
/** Of one kind in one pixel column a curve has one mark, and a chart has no more than this: more cannot be told apart. */
const mostMarks = 2000;
/** A mark's half width, CSS pixels. */
const markReach = 4.5;

/** A dot where a point has no neighbour to be joined to. */
export function drawLonePoints(pen: Pen, { curve, look }: DrawnCurve): void {
  const { context } = pen;
  context.fillStyle = look.colour;
  // What has no place on a logarithmic axis breaks the line as well.
  const [least, first] = [leastOf(pen.y), leastOf(pen.x)];
  if (curve.odd.length === 0 && curve.x.length > 1 && least === -Infinity && first === -Infinity) {
    return;
  }
  const hasPlace = (i: number): boolean => (curve.y[i] ?? NaN) > least && (curve.x[i] ?? NaN) > first;
  for (const [from, to] of stretches(curve.y, hasPlace)) {
    if (to - from === 1) {
      dot(pen, pen.x(curve.x[from] ?? NaN), pen.y(curve.y[from] ?? NaN), 2);
    }
  }
}

/** What values on an axis are above. */
function leastOf(place: Pen['x']): number {
  return Number.isNaN(place(-1)) ? 0 : -Infinity;
}

/** A ringed dot at the end of a run that goes on. */
export function drawLiveEnds(pen: Pen, curves: readonly DrawnCurve[]): void {
  const { context } = pen;
  for (const { curve, look, isLive } of curves) {
    const last = isLive ? curve.y.findLastIndex(Number.isFinite) : -1;
    if (last >= 0) {
      const [x, y] = [pen.x(curve.x[last] ?? NaN), pen.y(curve.y[last] ?? NaN)];
      context.fillStyle = look.colour;
      context.globalAlpha = 0.35;
      dot(pen, x, y, 5.5);
      context.globalAlpha = 1;
      dot(pen, x, y, 3);
    }
  }
}

/** A hollow ring at the best of all values that the x range holds. */
export function drawBest(pen: Pen, curves: readonly DrawnCurve[], better: 'lower' | 'higher' | undefined): void {
  if (!better) {
    return;
  }
  let best: { x: number; y: number; colour: string } | undefined;
  let isAnyOther = false;
  for (const { curve, look } of curves) {
    const own = curve.members ? undefined : bestOf(curve, better, pen.range);
    // Where all values are equal none is best.
    isAnyOther ||= bestOf(curve, better === 'lower' ? 'higher' : 'lower', pen.range)?.y !== (best ?? own)?.y;
    if (own && (!best || (better === 'lower' ? own.y < best.y : own.y > best.y))) {
      best = { ...own, colour: look.colour };
    }
  }
  const [x, y] = [pen.x(best?.x ?? NaN), pen.y(best?.y ?? NaN)];
  if (best && isAnyOther && contains(pen.area, x, y)) {
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

/** NaN as a cross on the x axis, +Inf as a triangle at the top, -Inf at the bottom. */
export function drawOddPoints(pen: Pen, curves: readonly DrawnCurve[]): void {
  const { context, area, palette } = pen;
  const count = curves.reduce((sum, { curve }) => sum + curve.odd.length, 0);
  if (count === 0) {
    return;
  }
  context.save();
  context.font = `11px ${palette.fontFamily}`;
  context.textBaseline = 'middle';
  let marks = 0;
  for (const { curve, look } of curves) {
    const seen = new Set<string>();
    for (const point of within(curve, pen.range)) {
      // At the ends of the axis they are whole.
      const x = inside(pen.x(point.x), area);
      const place = `${Math.round(x)} ${point.y}`;
      if (Number.isNaN(x) || seen.has(place) || marks >= mostMarks) {
        continue;
      }
      seen.add(place);
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

function within({ odd }: Curve, range: { min: number; max: number }): readonly OddPoint[] {
  if (odd.length < 50) {
    return odd;
  }
  const x = odd.map((point) => point.x);
  return odd.slice(Math.max(0, lowerBound(x, range.min) - 1), upperBound(x, range.max) + 1);
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
