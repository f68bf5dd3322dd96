import type { ModelOutput, RunInputs } from './loggedModels';

/**
 * The domain: what MLflow's REST API calls experiment, run, metric, param and tag, in the form in which every room of
 * Labbook passes them around. Wire forms are in `protocol/mlflow.ts`.
 */

/**
 * A 64-bit integer (step or timestamp). A plain number while it is a safe integer, else a bigint, so that no value of
 * MLflow's int64 fields is ever rounded. Make one with `int64()`, compare with `compareInt64()` (`core/int64.ts`).
 */
export type Int64 = number | bigint;

export const runStatuses = ['RUNNING', 'SCHEDULED', 'FINISHED', 'FAILED', 'KILLED'] as const;
/** MLflow's RunStatus; the enum numbers are 1 to 5 in this order. */
export type RunStatus = (typeof runStatuses)[number];

export type LifecycleStage = 'active' | 'deleted';

export const viewTypes = ['ACTIVE_ONLY', 'DELETED_ONLY', 'ALL'] as const;
/** MLflow's ViewType; the enum numbers are 1 to 3 in this order. */
export type ViewType = (typeof viewTypes)[number];

export interface KeyValue {
  readonly key: string;
  readonly value: string;
}

export interface Experiment {
  /** A decimal number as a string; "0" is the default experiment. */
  readonly id: string;
  readonly name: string;
  readonly artifactLocation: string;
  readonly stage: LifecycleStage;
  /** Unix milliseconds. */
  readonly createdAt: Int64;
  /** Unix milliseconds. */
  readonly updatedAt: Int64;
  readonly tags: readonly KeyValue[];
}

/** One point of a metric's history. `value` may be NaN or infinite. */
export interface Metric {
  readonly key: string;
  readonly value: number;
  /** Unix milliseconds as the client sent them. */
  readonly timestamp: Int64;
  readonly step: Int64;
}

export interface RunInfo {
  /** 32 hexadecimal digits when Labbook made it; MLflow allows `^[a-zA-Z0-9][\w-]{0,255}$`. */
  readonly id: string;
  readonly experimentId: string;
  readonly name: string;
  readonly userId: string;
  readonly status: RunStatus;
  /** Unix milliseconds. */
  readonly startTime: Int64;
  /** Unix milliseconds; undefined while the run has no end. */
  readonly endTime: Int64 | undefined;
  readonly stage: LifecycleStage;
  readonly artifactUri: string;
}

export interface Run {
  readonly info: RunInfo;
  /** The latest point of each metric: the maximum of (step, timestamp, value), as MLflow defines it; by key. */
  readonly metrics: readonly Metric[];
  readonly params: readonly KeyValue[];
  readonly tags: readonly KeyValue[];
  /** Absent where it has none. */
  readonly inputs?: RunInputs;
  /** Absent where it has none. */
  readonly outputs?: readonly ModelOutput[];
}

/** A file or folder of a run's artifacts. */
export interface ArtifactEntry {
  /** Relative to the run's artifact root, with `/`. */
  readonly path: string;
  readonly isDirectory: boolean;
  /** Bytes; undefined for folders. */
  readonly size: number | undefined;
}

/** Tags that MLflow's clients give a meaning to, and Labbook's own. */
export const tagNames = {
  runName: 'mlflow.runName',
  parentRunId: 'mlflow.parentRunId',
  user: 'mlflow.user',
  note: 'mlflow.note.content',
  sourceName: 'mlflow.source.name',
  gitCommit: 'mlflow.source.git.commit',
  gitDirty: 'mlflow.source.git.dirty',
  gitDiff: 'mlflow.source.git.diff',
  runColor: 'mlflow.runColor',
  modelVersions: 'mlflow.modelVersions',
} as const;
