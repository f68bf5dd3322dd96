/** What chart.js does not draw: bands, single points, ends of live runs, NaN and infinities. */
import type { Palette } from '../palette';
import type { DrawnCurve } from './plot';

/** A canvas with the chart's axes; `x` and `y` turn values into CSS pixels. */
export interface Pen {
  readonly context: CanvasRenderingContext2D;
  readonly area: { left: number; right: number; top: number; bottom: number };
  x(value: number): number;
  y(value: number): number;
  readonly palette: Palette;
}

/** Beyond this many odd points of a chart they are marked but not named. */
const mostNamed = 3;

/** The area between the smallest and the largest value of each bucket. */
export function drawBands(pen: Pen, curves: readonly DrawnCurve[]): void {
  const { context, area } = pen;
  context.save();
  context.beginPath();
  context.rect(area.left, area.top, area.right - area.left, area.bottom - area.top);
  context.clip();
  context.globalAlpha = pen.palette.kind === 'light' ? 0.18 : 0.22;
  for (const { curve, look } of curves) {
    if (!curve.low || !curve.high) {
      continue;
    }
    context.fillStyle = look.colour;
    for (const [from, to] of parts(curve.y)) {
      context.beginPath();
      for (let i = from; i < to; i++) {
        context.lineTo(pen.x(curve.x[i] ?? NaN), clamp(pen.y(curve.high[i] ?? NaN), area));
      }
      for (let i = to - 1; i >= from; i--) {
        context.lineTo(pen.x(curve.x[i] ?? NaN), clamp(pen.y(curve.low[i] ?? NaN), area));
      }
      context.fill();
    }
  }
  context.restore();
}

/** A dot where a point has no neighbour to be joined to, and a ringed one at the end of a run that goes on. */
export function drawEnds(pen: Pen, curves: readonly DrawnCurve[]): void {
  const { context } = pen;
  for (const { curve, look, isLive } of curves) {
    context.save();
    context.fillStyle = look.colour;
    for (const [from, to] of parts(curve.y)) {
      if (to - from === 1) {
        dot(pen, curve.x[from] ?? NaN, curve.y[from] ?? NaN, 2);
      }
    }
    const last = curve.y.findLastIndex(Number.isFinite);
    if (isLive && last >= 0) {
      const [x, y] = [curve.x[last] ?? NaN, curve.y[last] ?? NaN];
      context.globalAlpha = 0.35;
      dot(pen, x, y, 5.5);
      context.globalAlpha = 1;
      dot(pen, x, y, 3);
    }
    context.restore();
  }
}

/** NaN as a cross on the x axis, +Inf as a triangle at the top, -Inf at the bottom. */
export function drawOddPoints(pen: Pen, curves: readonly DrawnCurve[]): void {
  const { context, area, palette } = pen;
  const count = curves.reduce((sum, { curve }) => sum + curve.odd.length, 0);
  context.save();
  context.font = `11px ${palette.fontFamily}`;
  context.textBaseline = 'middle';
  for (const { curve, look } of curves) {
    for (const point of curve.odd) {
      const x = pen.x(point.x);
      if (x < area.left - 1 || x > area.right + 1) {
        continue;
      }
      const y = point.y === Infinity ? area.top + 4 : point.y === -Infinity ? area.bottom - 5 : area.bottom - 4;
      symbol(context, point.y, x, y, look.colour);
      if (count <= mostNamed) {
        const name = Number.isNaN(point.y) ? 'NaN' : point.y > 0 ? '+Inf' : '\u2212Inf';
        const toTheLeft = x + 10 + context.measureText(name).width > area.right;
        context.textAlign = toTheLeft ? 'right' : 'left';
        context.fillStyle = palette.foreground;
        context.strokeStyle = palette.background;
        context.lineWidth = 3;
        // Lines may pass behind it.
        context.strokeText(name, toTheLeft ? x - 7 : x + 7, y);
        context.fillText(name, toTheLeft ? x - 7 : x + 7, y);
      }
    }
  }
  context.restore();
}

function symbol(context: CanvasRenderingContext2D, value: number, x: number, y: number, colour: string): void {
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

function dot(pen: Pen, x: number, y: number, radius: number): void {
  const { area, context } = pen;
  const [left, top] = [pen.x(x), pen.y(y)];
  if (left >= area.left - 1 && left <= area.right + 1 && top >= area.top - 1 && top <= area.bottom + 1) {
    context.beginPath();
    context.arc(left, top, radius, 0, 2 * Math.PI);
    context.fill();
  }
}

/** The stretches without a break, as index ranges [from, to). */
function* parts(y: readonly number[]): Generator<[number, number]> {
  let from = 0;
  for (let i = 0; i <= y.length; i++) {
    if (i === y.length || !Number.isFinite(y[i])) {
      if (i > from) {
        yield [from, i];
      }
      from = i + 1;
    }
  }
}

function clamp(pixel: number, { top, bottom }: Pen['area']): number {
  // Far outside, canvases round visibly.
  return Math.min(bottom + 1000, Math.max(top - 1000, pixel));
}
