import { compareInt64 } from '../core/int64';
import { Curve } from '../core/curve';
import { parseExpression } from '../core/expression';
import { overAxis, overExpression, type MetricColumns } from '../core/metricColumns';
import type { Metric, Run } from '../core/model';
import type { Columns } from '../core/series';
import type { SeriesRequest, XSource } from '../protocol/extras';
import type { SeriesEntry } from '../protocol/seriesCodec';
import { mapLimited } from './mapLimited';

/** What of the tracking API curves are made from. */
export interface HistorySource {
  getRun(id: string): Promise<Run>;
  wholeMetricHistory(runId: string, key: string): Promise<Metric[]>;
}

/** Histories that are read at the same time, so that a large comparison does not swamp the server. */
const parallel = 4;

/**
 * Curves for servers that cannot make them: from the whole histories, smoothed and thinned as on Labbook's server. Answers in the
 * order of runs, then keys; pairs without points are left out.
 * @throws ExpressionError for an x that is none; RangeError for an impossible smoothing
 */
export async function seriesFromHistory(source: HistorySource, request: SeriesRequest): Promise<SeriesEntry[]> {
  const { x, range, smoothing, known = [] } = request;
  const pairs = request.run_ids.flatMap((runId) => request.keys.map((key) => ({ runId, key })));
  const read = reader(source, x);
  const versions = new Map(known.map((each) => [JSON.stringify([each.run_id, each.key]), each.version]));
  const entries = await mapLimited(pairs, parallel, async ({ runId, key }): Promise<SeriesEntry | undefined> => {
    const columns = await read(runId, key);
    const version = versions.get(JSON.stringify([runId, key]));
    const rows = new Curve(columns.x, columns.y).rows({
      maxPoints: request.max_points,
      ...(range === undefined ? {} : { range }),
      ...(smoothing === undefined ? {} : { smoothing }),
      ...(version === undefined ? {} : { known: version }),
    });
    return rows && { runId, key, ...rows };
  });
  return entries.filter((entry) => entry !== undefined);
}

/** Reads what the curves of one request are made from; starts of runs, and the metrics that x is made of, once each. */
function reader(source: HistorySource, x: XSource): (runId: string, key: string) => Promise<Columns> {
  const read = async (runId: string, key: string): Promise<MetricColumns> =>
    metricColumns(await source.wholeMetricHistory(runId, key));
  if (typeof x === 'string') {
    const starts = new Map<string, Promise<number>>();
    return async (runId, key) => {
      const points = await read(runId, key);
      if (x !== 'relative' || points.step.length === 0) {
        return overAxis(points, x, 0);
      }
      const start = starts.get(runId) ?? source.getRun(runId).then(({ info }) => Number(info.startTime));
      starts.set(runId, start);
      return overAxis(points, x, await start);
    };
  }
  const expression = parseExpression(x.expression);
  const metrics = new Map<string, Promise<MetricColumns>>();
  return async (runId, key) => {
    const points = await read(runId, key);
    const others: MetricColumns[] = [];
    for (const other of expression.keys) {
      const name = JSON.stringify([runId, other]);
      const metric = metrics.get(name) ?? read(runId, other);
      metrics.set(name, metric);
      others.push(await metric);
    }
    return overExpression(points, expression, others);
  };
}

/** A history, in any order, as columns in the order (step, timestamp, value). */
export function metricColumns(history: readonly Metric[]): MetricColumns {
  const compare = (a: Metric, b: Metric): number =>
    compareInt64(a.step, b.step) ||
    compareInt64(a.timestamp, b.timestamp) ||
    // As MLflow orders points, NaN counts as 0.
    (Number.isNaN(a.value) ? 0 : a.value) - (Number.isNaN(b.value) ? 0 : b.value);
  const ordered = history.every((point, i) => i === 0 || compare(history[i - 1] ?? point, point) <= 0);
  const points = ordered ? history : [...history].sort(compare);
  return {
    step: Float64Array.from(points, ({ step }) => Number(step)),
    time: Float64Array.from(points, ({ timestamp }) => Number(timestamp)),
    value: Float64Array.from(points, ({ value }) => value),
  };
}
