/** A curve at the size of a word. Pure. */
import { groupCurve } from '../../../src/core/groupCurves';
import type { RawSeries, Series } from '../../../src/core/series';
import { shareOf } from '../../shared/numbers';

export interface Trend {
  /** Of an SVG path in the given size; empty where nothing is finite. */
  readonly path: string;
  /** Where the newest finite value is. */
  readonly end: { readonly x: number; readonly y: number } | undefined;
}

const margin = 2;

/** The whole series, its finite values from bottom to top; the line breaks at values that are none. */
export function trendOf(series: Series, width: number, height: number): Trend {
  const { x } = series;
  const y = series.kind === 'raw' ? series.y : series.last;
  const [left, right] = [x[0] ?? 0, x.at(-1) ?? 0];
  let [low, high] = [Infinity, -Infinity];
  for (const value of y) {
    if (Number.isFinite(value)) {
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
  }
  let path = '';
  let isBroken = true;
  let end: Trend['end'];
  x.forEach((each, i) => {
    const value = y[i] ?? NaN;
    if (!Number.isFinite(value)) {
      isBroken = true;
      return;
    }
    end = {
      x: margin + shareOf(each, left, right) * (width - 2 * margin),
      y: height - margin - shareOf(value, low, high) * (height - 2 * margin),
    };
    path += `${isBroken ? 'M' : 'L'}${end.x.toFixed(1)} ${end.y.toFixed(1)}`;
    isBroken = false;
  });
  return { path, end };
}

/** Of larger groups the curves of all runs would take too long to read for a picture of this size. */
export const mostMembers = 50;

/** The mean of a group's runs at each x, as charts draw groups; undefined where none of them has a point. */
export function meanOf(members: readonly Series[]): RawSeries | undefined {
  const read = members.map((series) => ({ x: series.x, y: series.kind === 'raw' ? series.y : series.last }));
  const { x, centre } = groupCurve(read, 'mean', 'std', 120);
  return x.length === 0 ? undefined : { kind: 'raw', x, y: centre };
}
