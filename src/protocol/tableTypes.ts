/**
 * The runs of experiments as columns, for tables of tens of thousands of runs: POST table/rows and POST table/columns under
 * `extrasPrefix`, and the experiment panel's requests `tableRows` and `tableColumns`. The binary form is `tableCodec.ts`. Over a
 * server without the extra, `src/client` makes the same from searches.
 *
 * A run's number is small, and stable within one store (one connection of a client to a foreign server); rows of both answers
 * meet by it, so that what came earlier stays right while runs come and go.
 */
import type { LifecycleStage, RunStatus } from '../core/model';

/** Which runs: those of experiments, or, to refresh what changed, some by id (others then are left out). */
export interface TableRequest {
  experiment_ids: string[];
  run_ids?: string[];
  stage: LifecycleStage;
}

/** POST table/count, of a TableRequest without `run_ids`: how many runs there are. */
export interface CountResponse {
  runs: number;
}

/** Answer to POST table/rows. Columns have one entry per run, newest start first (then by id, as searches without an order). */
export interface TableRows {
  /** Of the store when it was read. */
  readonly revision: number;
  readonly number: Uint32Array;
  readonly id: readonly string[];
  /** Index into `experiments`. */
  readonly experiment: Uint32Array;
  readonly experiments: readonly { readonly id: string; readonly name: string }[];
  readonly name: readonly string[];
  readonly status: readonly RunStatus[];
  /** Unix milliseconds; NaN where there is none. */
  readonly started: Float64Array;
  readonly ended: Float64Array;
  /** Place in its experiment's order of creation (colour). */
  readonly slot: Uint32Array;
  /** Id of the parent run (tag `mlflow.parentRunId`), empty where there is none; the parent need not be among the rows. */
  readonly parent: readonly string[];
  /** Every key that a run of these has; with `run_ids` too, of the asked runs only. Sorted by key. */
  readonly metrics: readonly KeyFacts[];
  readonly params: readonly KeyFacts[];
  readonly tags: readonly KeyFacts[];
}

export interface KeyFacts {
  readonly key: string;
  /** Number of runs that have it. */
  readonly runs: number;
  /** True where two of the runs differ in it, one lacking it included (metrics: in the last value). */
  readonly differs: boolean;
}

/**
 * `last` is the value of the latest point, the maximum of (step, timestamp, value), `step` and `time` (Unix milliseconds) are its own;
 * `min`, `max`, `mean` are over the finite points, NaN where there is none, and so are `minStep` and `maxStep`, where `min` and `max`
 * were (where several points have it, at the first that was logged); `count` counts all points.
 */
export const metricAggregates = ['last', 'min', 'max', 'mean', 'step', 'time', 'count', 'minStep', 'maxStep'] as const;
export type MetricAggregate = (typeof metricAggregates)[number];

export type ColumnId =
  | { readonly kind: 'metric'; readonly key: string; readonly aggregate: MetricAggregate }
  /** The value at a step: that of the last point with it. */
  | { readonly kind: 'metricAt'; readonly key: string; readonly step: number }
  | { readonly kind: 'param'; readonly key: string }
  | { readonly kind: 'tag'; readonly key: string };

/** POST table/columns: at most 1,000 columns at once. */
export interface ColumnsRequest extends TableRequest {
  columns: ColumnId[];
}

/** Answer to POST table/columns: `columns[i]` is the request's i-th. */
export interface TableColumns {
  readonly revision: number;
  readonly columns: readonly TableColumn[];
}

/** Runs that do not have the key are left out. */
export type TableColumn =
  | { readonly kind: 'numbers'; readonly number: Uint32Array; readonly value: Float64Array }
  | {
      readonly kind: 'texts';
      readonly number: Uint32Array;
      /** Index into `values`, which are all different. */
      readonly code: Uint32Array;
      readonly values: readonly string[];
    };
