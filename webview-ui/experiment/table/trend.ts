/** A curve at the size of a word. Pure. */
import type { Series } from '../../../src/core/series';
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
