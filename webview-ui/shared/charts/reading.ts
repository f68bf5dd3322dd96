/** What the curves of a chart say at one x: for the tooltip, for the ear, and for the table. Pure. */
import { nearestIndex, type Curve } from './curve';

export interface Reading {
  /** The run's id, or the group's. */
  readonly runId: string;
  /** x of the curve's own point, which need not be the cross-hair's. */
  readonly x: number;
  /** Where the line is; NaN and the infinities as they were logged. */
  readonly value: number;
  /** The value is a mean of several points. */
  readonly isMean: boolean;
  /** Of a smoothed line: what was logged. */
  readonly raw?: number;
  /** Of a group. */
  readonly spread?: { readonly low: number; readonly high: number; readonly members: number };
}

/**
 * The value of each curve at its point nearest to `x`, in drawn order from the top; +Inf first, then -Inf and NaN last.
 * @param tolerance how far a point may lie off and still be told
 */
export function readingsAt(curves: readonly Curve[], x: number, tolerance: number): Reading[] {
  const readings: Reading[] = [];
  for (const curve of curves) {
    const index = nearestIndex(curve.x, x);
    const at = curve.x[index];
    const lost = curve.members && at !== x ? curve.odd.find((each) => each.x === x) : undefined;
    if (lost) {
      // No member of the group has a finite value here.
      readings.push({ runId: curve.runId, x, value: lost.y, isMean: false });
      continue;
    }
    if (at === undefined || Math.abs(at - x) > tolerance) {
      continue;
    }
    const y = curve.y[index] ?? NaN;
    const odd = Number.isNaN(y) ? curve.odd.find((each) => each.x === at) : undefined;
    const raw = curve.values[index] ?? NaN;
    const members = curve.members?.[index];
    readings.push({
      runId: curve.runId,
      x: at,
      value: odd?.y ?? y,
      // A part that was read point by point has bands without width.
      isMean: members === undefined && curve.values[index] === y && curve.low?.[index] !== curve.high?.[index],
      ...(curve.y === curve.values || !Number.isFinite(raw) ? {} : { raw }),
      ...(members === undefined
        ? {}
        : { spread: { low: curve.low?.[index] ?? NaN, high: curve.high?.[index] ?? NaN, members } }),
    });
  }
  return readings.sort((a, b) => compareDown(a.value, b.value));
}

/** The x of the drawn point nearest to `x`; undefined where nothing is drawn. */
export function nearestX(curves: readonly Curve[], x: number): number | undefined {
  let best: number | undefined;
  for (const curve of curves) {
    const at = curve.x[nearestIndex(curve.x, x)];
    if (at !== undefined && (best === undefined || Math.abs(at - x) < Math.abs(best - x))) {
      best = at;
    }
  }
  return best;
}

/** All x at which a curve has a point, ascending, each once. */
export function allX(curves: readonly Curve[]): readonly number[] {
  let found = known.get(curves);
  if (!found) {
    const all = new Set<number>();
    curves.forEach(({ x }) => x.forEach((each) => all.add(each)));
    found = [...Float64Array.from(all).sort()];
    known.set(curves, found);
  }
  return found;
}

const known = new WeakMap<readonly Curve[], readonly number[]>();

/** `count` of the rows around the one at `index`, in order. */
export function around<Row>(rows: readonly Row[], index: number, count: number): readonly Row[] {
  const from = Math.max(0, Math.min(index - Math.floor(count / 2), rows.length - count));
  return rows.slice(from, from + count);
}

function compareDown(a: number, b: number): number {
  if (Number.isNaN(a) || Number.isNaN(b)) {
    return Number(Number.isNaN(a)) - Number(Number.isNaN(b));
  }
  return a === b ? 0 : b > a ? 1 : -1;
}
