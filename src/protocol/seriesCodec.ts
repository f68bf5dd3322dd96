import type { Series } from '../core/series';

/** One entry of a series answer: which curve it is, how many points it really has, and its columns. */
export interface SeriesEntry {
  readonly runId: string;
  readonly key: string;
  /** Points in the store for this pair (in the asked range). */
  readonly total: number;
  readonly series: Series;
}
