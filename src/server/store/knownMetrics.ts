import type { MetricSummary } from './metricSummary';

/** Metrics that are remembered at most. */
const remembered = 10_000;

/** What the newest summaries are of the metrics that were asked for or changed last; also that a run has no such metric. */
export class KnownMetrics {
  /** By the runs' numbers and their keys. */
  private readonly runs = new Map<number, Map<string, MetricSummary | undefined>>();
  private count = 0;
  /** That which was asked for last: what is logged comes run by run. */
  private last: Map<string, MetricSummary | undefined> | undefined;
  private lastRun = NaN;

  get(run: number, key: string): MetricSummary | undefined {
    return this.of(run)?.get(key);
  }

  has(run: number, key: string): boolean {
    return this.of(run)?.has(key) === true;
  }

  set(run: number, key: string, metric: MetricSummary | undefined): void {
    let metrics = this.of(run);
    if (metrics?.has(key) !== true && this.count >= remembered) {
      this.clear();
      metrics = undefined;
    }
    if (metrics === undefined) {
      metrics = new Map();
      this.runs.set(run, metrics);
      this.last = metrics;
    }
    const before = metrics.size;
    metrics.set(key, metric);
    this.count += metrics.size - before;
  }

  forget(run: number): void {
    this.count -= this.runs.get(run)?.size ?? 0;
    this.runs.delete(run);
    this.lastRun = NaN;
  }

  clear(): void {
    if (this.count > 0) {
      this.runs.clear();
      this.count = 0;
      this.lastRun = NaN;
    }
  }

  private of(run: number): Map<string, MetricSummary | undefined> | undefined {
    if (this.lastRun !== run) {
      this.last = this.runs.get(run);
      this.lastRun = run;
    }
    return this.last;
  }
}
