import { ApiError } from '../../../core/errors';
import { sliceRange, sortByX, thin, type Columns } from '../../../core/series';
import { encodeSeries, type SeriesEntry } from '../../../protocol/seriesCodec';
import type { XAxis } from '../../../protocol/extras';
import type { MetricColumns, Store } from '../../store/types';
import { choice, decode, double, integer, message, texts } from '../fields';

const maxPairs = 20_000;
/** Points worked through before other requests get their turn. */
const pointsPerTurn = 200_000;

const axes: readonly XAxis[] = ['step', 'time', 'relative'];
const request = message({
  run_ids: texts,
  keys: texts,
  x: choice(axes).required,
  max_points: integer.required,
  range: message({ min: double.required, max: double.required }).optional(),
});

/** POST series: the histories of runs x keys, thinned, in one binary answer (protocol/seriesCodec.ts). */
export async function answerSeries(store: Store, input: unknown): Promise<Uint8Array> {
  const { run_ids, keys, x, max_points, range } = decode(request, input);
  if (max_points < 2 || max_points > 10_000) {
    throw new ApiError('INVALID_PARAMETER_VALUE', 'max_points must lie between 2 and 10000.');
  }
  if (run_ids.length * keys.length > maxPairs) {
    throw new ApiError('INVALID_PARAMETER_VALUE', `At most ${maxPairs} pairs of run and key can be asked for at once.`);
  }
  const entries: SeriesEntry[] = [];
  let worked = 0;
  for (const runId of run_ids) {
    const start = Number(store.getRunInfo(runId)?.startTime ?? 0);
    for (const key of keys) {
      const columns = store.getMetricColumns(runId, key);
      if (columns === undefined) {
        continue;
      }
      const points = pointsOf(columns, x, start, range);
      if (points.x.length > 0) {
        entries.push({ runId, key, total: points.x.length, series: thin(points.x, points.y, Number(max_points)) });
      }
      worked += columns.step.length;
      if (worked > pointsPerTurn) {
        worked = 0;
        await new Promise((resolve) => setImmediate(resolve));
      }
    }
  }
  return encodeSeries(entries);
}

function pointsOf(
  columns: MetricColumns,
  axis: XAxis,
  start: number,
  range: { min: number; max: number } | undefined,
): Columns {
  const origin = axis === 'relative' ? start : 0;
  const x = axis === 'step' ? columns.step : columns.time.map((time) => (time - origin) / 1000);
  // The store orders by step; a run that went back in steps has its times in another order.
  const points = sortByX(x, columns.value);
  return range === undefined ? points : sliceRange(points.x, points.y, range);
}
