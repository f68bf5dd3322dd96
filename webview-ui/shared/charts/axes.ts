/** The ranges of a chart's axes. Pure. */
import type { XAxis } from '../../../src/protocol/extras';
import type { Range } from '../panelState';
import { xExtent, yExtent, type Curve } from './curve';
import { clockTicks, durationTicks, linearTicks, logTicks, type Tick } from './ticks';

/** What a chart's axes go over. */
export interface Axes {
  readonly x: Range;
  readonly y: Range;
  /** Whether y is logarithmic: it was asked for, and there is something above 0. */
  readonly log: boolean;
  /** Points that a logarithmic axis cannot show. */
  readonly notPositive: number;
}

/** Most runs whose band between minimum and maximum is drawn. */
export const mostBands = 6;

/** x over all points or the zoom; y over the finite values that are drawn, bands included, plus 4 %. */
export function axesOf(curves: readonly Curve[], zoom: Range | undefined, wantsLog: boolean): Axes {
  const x = zoom ?? fromZero(grown(xExtent(curves) ?? { min: 0, max: 1 }));
  const extent = yExtent(curves, x, curves.length <= mostBands);
  if (!extent) {
    return { x, y: { min: 0, max: 1 }, log: false, notPositive: 0 };
  }
  const log = wantsLog && extent.minPositive < Infinity;
  const y = padded(log ? { min: extent.minPositive, max: extent.max } : extent, log);
  return { x, y, log, notPositive: log ? extent.notPositive : 0 };
}

/** Of a thinned curve the first point is some steps in; that should not take the 0 off the axis. */
function fromZero({ min, max }: Range): Range {
  return { min: min > 0 && min < max * 0.02 ? 0 : min, max };
}

/** A range that has a width: from a first point on there will be more. */
function grown({ min, max }: Range): Range {
  return { min, max: max > min ? max : min + 1 };
}

/** A range that has a width: of a single value some around it. */
export function widened({ min, max }: Range): Range {
  if (max > min) {
    return { min, max };
  }
  const around = min === 0 ? 1 : Math.max(Math.abs(min) * 0.1, Number.MIN_VALUE * 4);
  return { min: finite(min - around), max: finite(max + around) };
}

/** The y range of finite values from `min` to `max`: 4 % more on both sides. */
export function padded(range: Range, isLog: boolean): Range {
  const { min, max } = widened(range);
  if (isLog) {
    const low = Math.log10(Math.max(min, Number.MIN_VALUE));
    const high = Math.log10(max);
    const share = (high - low) * 0.04;
    return { min: Math.max(10 ** (low - share), Number.MIN_VALUE), max: finite(10 ** (high + share)) };
  }
  // Shares first: the span of the largest doubles overflows.
  const share = max * 0.04 - min * 0.04;
  return { min: finite(min - share), max: finite(max + share) };
}

export function union(a: Range, b: Range | undefined): Range {
  return b ? { min: Math.min(a.min, b.min), max: Math.max(a.max, b.max) } : a;
}

export function ticksOf(axis: XAxis | 'value' | 'log', { min, max }: Range, most: number): Tick[] {
  switch (axis) {
    case 'relative':
      return durationTicks(min, max, most);
    case 'time':
      return clockTicks(min, max, most);
    case 'log':
      return logTicks(min, max, most);
    case 'step':
      return linearTicks(min, max, most).filter(({ value }) => Number.isInteger(value));
    case 'value':
      return linearTicks(min, max, most);
  }
}

function finite(value: number): number {
  return Math.min(Number.MAX_VALUE, Math.max(-Number.MAX_VALUE, value));
}
