/** Curves over another metric: each point's x is what an expression of metrics gives at the same step. Pure. */
import type { Expression } from '../../../src/core/expression';
import { sortByX } from '../../../src/core/series';
import { curveOf, nearestIndex, upperBound, type Curve } from './curve';
import type { SeriesEntry } from '../../../src/protocol/seriesCodec';

/**
 * @param entry over steps, as `of`
 * @param of the metrics of the expression, in its order; undefined where the run has none
 * @returns the curve in ascending x; points at which the expression has no finite value are left out
 */
export function curveOver(entry: SeriesEntry, expression: Expression, of: readonly (SeriesEntry | undefined)[]): Curve {
  const curve = curveOf(entry);
  const at = of.map((each) => valueAt(entry, each));
  const x = curve.x.map((step) => expression.evaluate(at.map((read) => read(step))));
  const kept = Uint32Array.from([...x.keys()].filter((i) => Number.isFinite(x[i])));
  const unsorted = Float64Array.from(kept, (i) => x[i] ?? NaN);
  const order = sortByX(unsorted, Float64Array.from(kept)).y;
  const column = (from: Float64Array): Float64Array => Float64Array.from(order, (i) => from[i] ?? NaN);
  const own = Float64Array.from(order, (i) => x[i] ?? NaN);
  const values = column(curve.values);
  return {
    runId: curve.runId,
    x: own,
    y: curve.y === curve.values ? values : column(curve.y),
    values,
    ...(curve.low && curve.high ? { low: column(curve.low), high: column(curve.high) } : {}),
    odd: curve.odd
      .map(({ x: step, y }) => ({ x: expression.evaluate(at.map((read) => read(step))), y }))
      .filter((point) => Number.isFinite(point.x)),
    total: curve.total,
    first: own[0] ?? NaN,
  };
}

/** The value at exactly a step. Where curves were thinned, their rows need not meet: then on the line between two of them. */
function valueAt(entry: SeriesEntry, of: SeriesEntry | undefined): (step: number) => number {
  if (!of) {
    return () => NaN;
  }
  const { x } = of.series;
  const y = of.series.kind === 'raw' ? of.series.y : of.series.last;
  const isExact = of.series.kind === 'raw' && entry.series.kind === 'raw';
  return (step) => {
    const index = nearestIndex(x, step);
    if (x[index] === step) {
      return y[index] ?? NaN;
    }
    const after = upperBound(x, step);
    const [from, to] = [x[after - 1], x[after]];
    if (isExact || from === undefined || to === undefined) {
      return NaN;
    }
    const share = (step - from) / (to - from);
    return (y[after - 1] ?? NaN) * (1 - share) + (y[after] ?? NaN) * share;
  };
}
