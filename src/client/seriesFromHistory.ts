import { sliceRange, sortByX, thin, type Columns } from '../core/series';
import type { Metric, Run } from '../core/model';
import type { SeriesRequest, XAxis } from '../protocol/extras';
import type { SeriesEntry } from '../protocol/seriesCodec';

/** What of the tracking API curves are made from. */
export interface HistorySource {
  getRun(id: string): Promise<Run>;
  wholeMetricHistory(runId: string, key: string): Promise<Metric[]>;
}

/** Histories that are read at the same time, so that a large comparison does not swamp the server. */
const parallel = 4;

/**
 * Curves for servers that cannot make them: from the whole histories, with the same thinning as on Labbook's server.
 * Answers in the order of runs, then keys; pairs without points are left out.
 */
export async function seriesFromHistory(source: HistorySource, request: SeriesRequest): Promise<SeriesEntry[]> {
  const pairs = request.run_ids.flatMap((runId) => request.keys.map((key) => ({ runId, key })));
  const starts = new Map<string, Promise<number>>();
  const startOf = (runId: string): Promise<number> => {
    const known = starts.get(runId) ?? source.getRun(runId).then(({ info }) => Number(info.startTime));
    starts.set(runId, known);
    return known;
  };
  const entries = await mapLimited(pairs, parallel, async ({ runId, key }) => {
    const history = await source.wholeMetricHistory(runId, key);
    const start = request.x === 'relative' && history.length > 0 ? await startOf(runId) : 0;
    return entryOf(runId, key, columnsOf(history, request.x, start), request);
  });
  return entries.filter((entry) => entry !== undefined);
}

/**
 * A history in the order (timestamp, step, value) as columns in ascending order of x; equal steps stay in the order of
 * their timestamps.
 * @param start the run's start in Unix milliseconds, for `relative`
 */
export function columnsOf(history: readonly Metric[], axis: XAxis, start: number): Columns {
  const x = Float64Array.from(history, ({ step, timestamp }) =>
    axis === 'step' ? Number(step) : (Number(timestamp) - start) / 1000,
  );
  return sortByX(
    x,
    Float64Array.from(history, ({ value }) => value),
  );
}

function entryOf(runId: string, key: string, all: Columns, request: SeriesRequest): SeriesEntry | undefined {
  const { x, y } = request.range ? sliceRange(all.x, all.y, request.range) : all;
  return x.length === 0 ? undefined : { runId, key, total: x.length, series: thin(x, y, request.max_points) };
}

/** Maps with at most `limit` calls at a time; the first failure ends it. */
async function mapLimited<T, R>(items: readonly T[], limit: number, map: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  const queue = items.entries();
  const work = async (): Promise<void> => {
    for (const [index, item] of queue) {
      results[index] = await map(item);
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, work));
  return results;
}
