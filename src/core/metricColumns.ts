/** From the points of metrics to the columns of a curve. */
import type { Expression } from './expression';
import { sortByXInSteps, type Columns } from './series';
import { finish, numbersInStep, type Steps } from './steps';

/** Points of one metric in the order (step, timestamp, value), as doubles, for drawing. */
export interface MetricColumns {
  readonly step: Float64Array;
  /** Unix milliseconds. */
  readonly time: Float64Array;
  readonly value: Float64Array;
}

/**
 * In ascending order of x.
 * @param axis `time`: Unix seconds; `relative`: seconds since `start`
 * @param start of the run, Unix milliseconds
 */
export function overAxis(points: MetricColumns, axis: 'step' | 'time' | 'relative', start: number): Columns {
  return finish(overAxisInSteps(points, axis, start));
}

/** As `overAxis`, a few milliseconds at a time. */
export function* overAxisInSteps(
  points: MetricColumns,
  axis: 'step' | 'time' | 'relative',
  start: number,
): Steps<Columns> {
  if (axis === 'step') {
    return { x: points.step, y: points.value };
  }
  const origin = axis === 'relative' ? start : 0;
  const x = new Float64Array(points.time.length);
  for (let i = 0; i < x.length; i++) {
    x[i] = ((points.time[i] ?? NaN) - origin) / 1000;
    if (i % numbersInStep === numbersInStep - 1) {
      yield;
    }
  }
  // The order is that of steps; a run that went back in steps has its times in another one.
  return yield* sortByXInSteps(x, points.value);
}

/**
 * Each value over what an expression of metrics gives at the same step; in ascending order of x. Of several values of such a metric
 * at a step the last one counts. Points at whose step one is missing, or whose x is not finite, are left out.
 * @param metrics one for each key of the expression
 */
export function overExpression(
  points: MetricColumns,
  expression: Expression,
  metrics: readonly MetricColumns[],
): Columns {
  return finish(overExpressionInSteps(points, expression, metrics));
}

/** As `overExpression`, a few milliseconds at a time. */
export function* overExpressionInSteps(
  points: MetricColumns,
  expression: Expression,
  metrics: readonly MetricColumns[],
): Steps<Columns> {
  const length = points.step.length;
  const x = new Float64Array(length);
  const y = new Float64Array(length);
  const next = metrics.map(() => 0);
  const values = metrics.map(() => NaN);
  let count = 0;
  for (let i = 0; i < length; i++) {
    const step = points.step[i] ?? NaN;
    let complete = true;
    for (const [m, metric] of metrics.entries()) {
      let at = next[m] ?? 0;
      while ((metric.step[at] ?? Infinity) <= step) {
        at++;
      }
      next[m] = at;
      complete &&= metric.step[at - 1] === step;
      values[m] = metric.value[at - 1] ?? NaN;
    }
    const place = complete ? expression.evaluate(values) : NaN;
    if (Number.isFinite(place)) {
      x[count] = place;
      y[count++] = points.value[i] ?? NaN;
    }
    if (i % numbersInStep === numbersInStep - 1) {
      yield;
    }
  }
  return yield* sortByXInSteps(x.subarray(0, count), y.subarray(0, count));
}
