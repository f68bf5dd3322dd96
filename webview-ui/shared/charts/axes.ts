/** The ranges of a chart's axes, and what they leave out. Pure. */
import type { XSource } from '../../../src/protocol/extras';
import { lowerBound, upperBound, xExtent, type Curve } from './curve';
import type { Range } from './range';
import type { Area, Pen } from './surface';
import { clockTicks, durationTicks, linearTicks, logTicks, symlogTicks, type Tick } from './ticks';
import { kneeOf, linear, logarithmic, symlog, type ScaleKind, type Transform } from './transform';

/** What a chart's axes go over. */
export interface Axes {
  readonly x: Range;
  readonly y: Range;
  readonly xTransform: Transform;
  readonly yTransform: Transform;
  /** False where no value is finite: y is then of nothing, and has no numbers. */
  readonly hasValues: boolean;
  /** Points that a logarithmic axis cannot show; `some` where curves are of means of several points, which are not counted. */
  readonly notPositive: number | 'some';
  /** Curves that leave the plot at the top and at the bottom; in a zoom those of which nothing is in it. */
  readonly above: number;
  readonly below: number;
  /** A few values are so far away that the others are one flat line; clipping them would show these. */
  readonly isFlattened: boolean;
}

export interface AxesOptions {
  readonly zoom?: Range | undefined;
  readonly yZoom?: Range | undefined;
  readonly xScale?: ScaleKind;
  readonly yScale?: ScaleKind;
  /** y goes from the 1st to the 99th percentile. */
  readonly clip?: boolean;
  /** Bands are drawn and are to have room. */
  readonly bands?: boolean;
}

/** Most runs of which every band between minimum and maximum is drawn. */
export const mostBands = 6;
/** Beyond so many runs, what was smoothed is drawn only behind those that are brought forward. */
export const mostRaw = 12;
/** Percentiles are taken of so many values at most, evenly chosen. */
const mostSorted = 4096;
/** Of fewer where nothing is drawn by them; and of a few, which mostly tell already. */
const mostLookedAt = { all: 1024, first: 96 };
/** A share of the y axis in which everything but outliers is one flat line. */
const flatShare = 0.05;

interface Extent {
  min: number;
  minPositive: number;
  max: number;
  /** Smallest magnitude above 0. */
  least: number;
  notPositive: number;
}

/** x over all points or the zoom; y over the finite values that are drawn, bands included, plus 4 %. */
export function axesOf(curves: readonly Curve[], options: AxesOptions = {}): Axes {
  const { zoom, yZoom, xScale = 'linear', yScale = 'linear', clip = false } = options;
  const whole = xRange(curves, xScale);
  const xTransform = whole.transform;
  const x = zoom && Number.isFinite(xTransform.to(zoom.min)) ? zoom : zoom ? cut(zoom, whole.range) : whole.range;
  const notPositiveX = xTransform.kind === 'log' ? countNotPositive(curves) : 0;
  const extent = yExtentOf(curves, x, options.bands ?? curves.length <= mostBands);
  if (!extent) {
    return {
      x,
      y: { min: 0, max: 1 },
      xTransform,
      yTransform: linear(),
      hasValues: false,
      notPositive: counted(curves, notPositiveX),
      above: 0,
      below: 0,
      isFlattened: false,
    };
  }
  const isLog = yScale === 'log' && extent.minPositive < Infinity;
  const clipped = clip ? percentiles(curves, x, isLog, mostSorted) : undefined;
  const shown = clipped ?? (isLog ? { min: extent.minPositive, max: extent.max } : extent);
  const yTransform = isLog
    ? logarithmic
    : yScale === 'symlog'
      ? symlog(kneeOf(extent.least, Math.max(Math.abs(extent.min), Math.abs(extent.max))))
      : linear(extent);
  const zoomed = yZoom && Number.isFinite(yTransform.to(yZoom.min)) ? yZoom : undefined;
  const y = zoomed ?? padded(shown, yTransform);
  const told = zoomed ? outside(curves, x, y) : clipped ? beyond(curves, x, y) : { above: 0, below: 0 };
  const isWhole = !clipped && !zoomed && yTransform.kind === 'linear';
  return {
    x,
    y,
    xTransform,
    yTransform,
    hasValues: true,
    notPositive: counted(curves, notPositiveX + (isLog ? extent.notPositive : 0)),
    ...told,
    isFlattened: isWhole && isFlattened(extent, curves, x),
  };
}

function xRange(curves: readonly Curve[], scale: ScaleKind): { range: Range; transform: Transform } {
  const extent = xExtent(curves);
  const whole = grown(extent ?? { min: 0, max: 1 });
  if (scale === 'symlog') {
    const least = leastPositive(curves);
    return { range: whole, transform: symlog(kneeOf(least, Math.max(Math.abs(whole.min), Math.abs(whole.max)))) };
  }
  if (scale === 'log' && whole.max > 0) {
    const least = leastPositive(curves);
    const min = least < whole.max ? least : whole.max / 10;
    return { range: { min, max: whole.max }, transform: logarithmic };
  }
  return { range: fromZero(whole), transform: linear(whole) };
}

function cut(zoom: Range, whole: Range): Range {
  return zoom.max > whole.min ? { min: Math.max(zoom.min, whole.min), max: zoom.max } : whole;
}

/** A first step of 1 instead of 0, or a first bucket, should not take the 0 off the axis. */
function fromZero({ min, max }: Range): Range {
  return { min: min > 0 && min < max * 0.02 ? 0 : min, max };
}

/** A range that has a width: from a first point on there will be more. */
function grown({ min, max }: Range): Range {
  return { min, max: max > min ? max : min + Math.max(1, Math.abs(min) * 1e-9) };
}

/** A range that has a width: of a single value some around it. */
export function widened({ min, max }: Range): Range {
  if (max > min) {
    return { min, max };
  }
  const around = min === 0 ? 1 : Math.max(Math.abs(min) * 0.1, Number.MIN_VALUE * 4);
  return { min: finite(min - around), max: finite(max + around) };
}

/** The y range of finite values from `min` to `max`: 4 % more on both sides, as it is drawn. */
export function padded(range: Range, transform: Transform): Range {
  const { min, max } = widened(range);
  // On either scale, rounding on the way back must not cut a value off.
  if (transform.kind === 'log') {
    const low = Math.log10(Math.max(min, Number.MIN_VALUE));
    const high = Math.log10(max);
    const share = (high - low) * 0.04;
    return {
      min: Math.min(min, Math.max(10 ** (low - share), Number.MIN_VALUE)),
      max: Math.max(max, finite(10 ** (high + share))),
    };
  }
  const low = transform.to(min);
  const high = transform.to(max);
  // Shares first: the span of the largest doubles overflows.
  const share = high * 0.04 - low * 0.04;
  return {
    min: Math.min(min, finite(transform.from(low - share))),
    max: Math.max(max, finite(transform.from(high + share))),
  };
}

/** @param kind of the axis; without one it is an axis of values */
export function ticksOf(kind: XSource | 'value', { min, max }: Range, transform: Transform, most: number): Tick[] {
  if (transform.kind === 'log') {
    return logTicks(min, max, most);
  }
  if (transform.kind === 'symlog') {
    return symlogTicks(min, max, most, transform);
  }
  switch (kind) {
    case 'relative':
      return durationTicks(min, max, most);
    case 'time':
      return clockTicks(min, max, most);
    case 'step':
      return linearTicks(min, max, most).filter(({ value }) => Number.isInteger(value));
    default:
      return linearTicks(min, max, most);
  }
}

/** The finite values that are drawn within an x range; undefined where there is none. */
export function yExtentOf(curves: readonly Curve[], range: Range, banded: boolean): Extent | undefined {
  const extent = { min: Infinity, minPositive: Infinity, max: -Infinity, least: Infinity, notPositive: 0 };
  const isRawDrawn = curves.length <= mostRaw;
  for (const { x, y, values, low, high, members } of curves) {
    const to = upperBound(x, range.max);
    for (let i = lowerBound(x, range.min); i < to; i++) {
      const value = y[i] ?? NaN;
      if (!Number.isFinite(value)) {
        continue;
      }
      const raw = isRawDrawn ? (values[i] ?? value) : value;
      const smallest = banded && low ? (low[i] ?? raw) : raw;
      const largest = banded && high ? (high[i] ?? raw) : raw;
      // Smoothing may leave the band; the line has room all the same.
      extent.min = Math.min(extent.min, smallest, value);
      extent.max = Math.max(extent.max, largest, value);
      // Of a mean above 0 a part may not be; a group's band is of no points.
      const lowest = members ? value : Math.min(value, low?.[i] ?? value);
      extent.notPositive += lowest <= 0 ? 1 : 0;
      const positive = smallest > 0 ? Math.min(smallest, value > 0 ? value : smallest) : value;
      extent.minPositive = positive > 0 ? Math.min(extent.minPositive, positive) : extent.minPositive;
      const size = Math.abs(value);
      extent.least = size > 0 ? Math.min(extent.least, size) : extent.least;
    }
  }
  return extent.min <= extent.max ? extent : undefined;
}

/**
 * The 1st to the 99th percentile of what lies in an x range, or as far from the ends as `share` says.
 * @param most values that are looked at, evenly chosen
 */
function percentiles(
  curves: readonly Curve[],
  range: Range,
  positive: boolean,
  most: number,
  share = 0.01,
): Range | undefined {
  const parts = curves.map(({ x, y }) => y.subarray(lowerBound(x, range.min), upperBound(x, range.max)));
  const count = parts.reduce((sum, part) => sum + part.length, 0);
  const stride = Math.max(1, Math.ceil(count / most));
  const chosen: number[] = [];
  let index = 0;
  for (const part of parts) {
    for (; index < part.length; index += stride) {
      const value = part[index] ?? NaN;
      if (Number.isFinite(value) && (!positive || value > 0)) {
        chosen.push(value);
      }
    }
    index -= part.length;
  }
  const sorted = Float64Array.from(chosen).sort();
  const at = (place: number): number => sorted[Math.round(place * (sorted.length - 1))] ?? NaN;
  return sorted.length === 0 ? undefined : { min: at(share), max: at(1 - share) };
}

/** While an axis moves this is asked for each frame: mostly the middle of a few values is already too wide. */
function isFlattened(whole: Range, curves: readonly Curve[], x: Range): boolean {
  if (isWide(percentiles(curves, x, false, mostLookedAt.first, 0.1), whole)) {
    return false;
  }
  const most = percentiles(curves, x, false, mostLookedAt.all);
  return most !== undefined && most.max > most.min && !isWide(most, whole);
}

/** Halves first: the span of the largest doubles overflows. */
function isWide(part: Range | undefined, whole: Range): boolean {
  return part !== undefined && part.max / 2 - part.min / 2 >= flatShare * (whole.max / 2 - whole.min / 2);
}

/** Curves that leave the plot at the top and at the bottom. */
function beyond(curves: readonly Curve[], { min, max }: Range, y: Range): { above: number; below: number } {
  let above = 0;
  let below = 0;
  for (const curve of curves) {
    const part = curve.y.subarray(lowerBound(curve.x, min), upperBound(curve.x, max));
    above += part.some((value) => value > y.max) ? 1 : 0;
    below += part.some((value) => value < y.min) ? 1 : 0;
  }
  return { above, below };
}

/** Curves that a zoom leaves out altogether; each that only leaves its frame would be nearly all of them. */
function outside(curves: readonly Curve[], { min, max }: Range, y: Range): { above: number; below: number } {
  let above = 0;
  let below = 0;
  for (const curve of curves) {
    const part = curve.y.subarray(lowerBound(curve.x, min), upperBound(curve.x, max));
    const first = part.find((value) => Number.isFinite(value)) ?? NaN;
    if (first > y.max && !part.some((value) => value <= y.max)) {
      above++;
    } else if (first < y.min && !part.some((value) => value >= y.min)) {
      below++;
    }
  }
  return { above, below };
}

function leastPositive(curves: readonly Curve[]): number {
  return curves.reduce((least, { x }) => Math.min(least, x[upperBound(x, 0)] ?? Infinity), Infinity);
}

/** A row of a thinned curve, or of a group, is not one point that was logged. */
function counted(curves: readonly Curve[], rows: number): Axes['notPositive'] {
  return rows > 0 && curves.some(({ low }) => low !== undefined) ? 'some' : rows;
}

function countNotPositive(curves: readonly Curve[]): number {
  return curves.reduce((count, { x }) => count + upperBound(x, 0), 0);
}

function finite(value: number): number {
  return Math.min(Number.MAX_VALUE, Math.max(-Number.MAX_VALUE, value));
}

/** Where values are drawn when the axes fill an area, in its CSS pixels. */
export function placesOf({ x, y, xTransform, yTransform }: Axes, area: Area): Pick<Pen, 'area' | 'x' | 'y'> {
  const [left, bottom] = [xTransform.to(x.min), yTransform.to(y.min)];
  const perX = (area.right - area.left) / (xTransform.to(x.max) - left);
  const perY = (area.bottom - area.top) / (yTransform.to(y.max) - bottom);
  return {
    area,
    x: (value) => area.left + (xTransform.to(value) - left) * perX,
    y: (value) => area.bottom - (yTransform.to(value) - bottom) * perY,
  };
}
