/** From what was read to what a chart draws. Pure, and the same object for as long as it says the same. */
import { groupCurve, type GroupCurve } from '../../../src/core/groupCurves';
import type { SeriesEntry } from '../../../src/protocol/seriesCodec';
import type { GroupStyle } from './arrangement';
import type { ChartGroup } from './controller';
import { curveOf, xExtent, type Curve, type Detail } from './curve';
import type { ChartData } from './seriesState';

/** Rows of a group's curve: a point for every pixel of a large chart. */
const mostGroupRows = 600;

/** The curves of runs, in their order, with the finer parts that there are of them; runs without points are left out. */
export function runCurves(
  entries: ChartData['entries'],
  details: ChartData['details'],
  runIds: readonly string[],
): Curve[] {
  return runIds.flatMap((id) => {
    const entry = entries.get(id);
    return entry ? [knownCurve(entry, details.get(id))] : [];
  });
}

/** One curve of each group that has points; its id is the group's. */
export function groupCurves(groups: readonly ChartGroup[], curves: readonly Curve[], style: GroupStyle): Curve[] {
  const byRun = new Map(curves.map((curve) => [curve.runId, curve]));
  return groups.flatMap(({ id, runIds }) => {
    const members = runIds.flatMap((runId) => byRun.get(runId) ?? []);
    const curve = groupCurve(members, style.centre, style.spread, mostGroupRows);
    return curve.x.length > 0 ? [asCurve(id, curve, members)] : [];
  });
}

function asCurve(id: string, { x, centre, low, high, n }: GroupCurve, members: readonly Curve[]): Curve {
  return {
    runId: id,
    x,
    y: centre,
    values: centre,
    low,
    high,
    // What a member's NaN or infinity is, the mean of the others does not say.
    odd: members.flatMap(({ odd }) => odd).sort((a, b) => a.x - b.x),
    total: members.reduce((sum, { total }) => sum + total, 0),
    first: xExtent(members)?.min ?? NaN,
    members: n,
  };
}

const known = new WeakMap<SeriesEntry, { detail: Detail | undefined; curve: Curve }>();

function knownCurve(entry: SeriesEntry, detail: Detail | undefined): Curve {
  const found = known.get(entry);
  if (found && found.detail === detail) {
    return found.curve;
  }
  const curve = curveOf(entry, detail);
  known.set(entry, { detail, curve });
  return curve;
}
