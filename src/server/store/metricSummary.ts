import type { Int64 } from '../../core/model';
import { comparePoints, type Point } from './points';

/** What the catalog keeps of a metric: its latest point and figures over all of its points. */
export interface MetricSummary {
  readonly latest: Point;
  /** Number of points, all different. */
  readonly points: number;
  /** Number of points that are neither NaN nor infinite; the figures below are over these. */
  readonly finite: number;
  readonly nans: number;
  readonly sum: number;
  /** Undefined while no point is finite. The first one logged of equal extremes. */
  readonly min: { readonly value: number; readonly step: Int64 } | undefined;
  readonly max: { readonly value: number; readonly step: Int64 } | undefined;
}

/** @param added points that `before` does not hold */
export function summarize(before: MetricSummary | undefined, added: readonly Point[]): MetricSummary | undefined {
  const first = before?.latest ?? added[0];
  if (first === undefined) {
    return undefined;
  }
  let latest = first;
  let { finite, nans, sum, min, max } = before ?? { finite: 0, nans: 0, sum: 0, min: undefined, max: undefined };
  for (const point of added) {
    const { value, step } = point;
    if (comparePoints(point, latest) > 0) {
      latest = point;
    }
    if (Number.isFinite(value)) {
      finite++;
      sum += value;
      if (min === undefined || max === undefined) {
        min = max = { value, step };
      } else if (value < min.value) {
        min = { value, step };
      } else if (value > max.value) {
        max = { value, step };
      }
    } else if (Number.isNaN(value)) {
      nans++;
    }
  }
  // A sum beyond the doubles stays at infinity; -Infinity + Infinity must not become NaN, which SQLite keeps as NULL.
  sum = Number.isNaN(sum) ? 0 : sum;
  return { latest, points: (before?.points ?? 0) + added.length, finite, nans, sum, min, max };
}
