import type { Catalog } from './catalog';
import type { Histories } from './histories';
import { type MetricSummary, summarize } from './metricSummary';
import { real, text } from './sqlite';

/** Points that are looked at together. */
const chunk = 50_000;

/**
 * Makes a catalog and histories that were recovered separately agree: what a metric's points are decides the histories; the latest
 * one, which the catalog has too, is put back where it is missing. Inside a transaction.
 * @param lose told of metrics that had more points
 */
export function reconcile(catalog: Catalog, histories: Histories, lose: (file: string, what: string) => void): void {
  const runs = catalog.db
    .rows('SELECT id, run_id FROM runs ORDER BY id')
    .map((row) => [real(row[0]), text(row[1])] as const);
  for (const [run, runId] of runs) {
    const counts = histories.find(runId)?.counts() ?? new Map<string, number>();
    const keys = catalog.db.rows('SELECT key FROM metrics WHERE run = ? ORDER BY key', run).map((row) => text(row[0]));
    for (const key of new Set([...keys, ...counts.keys()])) {
      const summary = catalog.metric(run, key);
      const found = counts.get(key) ?? 0;
      if (summary === undefined || (summary.points !== found && (summary.points > 1 || found > 0))) {
        const points = resummarize(catalog, histories, run, runId, key, summary);
        if (summary !== undefined && points < summary.points) {
          const what = `Of metric ${JSON.stringify(key)} of run ${runId} ${points} of ${summary.points} points could be recovered.`;
          lose(histories.fileOf(runId), what);
        }
      }
    }
  }
}

/** @returns the number of points */
function resummarize(
  catalog: Catalog,
  histories: Histories,
  run: number,
  runId: string,
  key: string,
  known: MetricSummary | undefined,
): number {
  if (known !== undefined && histories.find(runId)?.has(key, known.latest) !== true) {
    histories.change(runId).apply({ key, mode: 'start', points: [known.latest] });
  }
  const history = histories.find(runId);
  let summary: MetricSummary | undefined;
  for (let from = 0; history !== undefined; from += chunk) {
    const points = history.page(key, from, chunk);
    summary = summarize(summary, points);
    if (points.length < chunk) {
      break;
    }
  }
  if (summary !== undefined) {
    catalog.setMetric(run, key, summary);
  }
  return summary?.points ?? 0;
}
