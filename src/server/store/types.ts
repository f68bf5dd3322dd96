import type { Experiment, Int64, KeyValue, Metric, Run, RunInfo, RunStatus } from '../../core/model';
import type { MetricColumns } from '../../core/metricColumns';
import type { Steps } from '../../core/steps';
import type { ChangeBatch } from '../../protocol/extras';
import type { ModelPoint } from '../../core/loggedModels';
import type { PointSizes } from './history';
import type { InputReader, InputWrite } from './inputs/types';
import type { LoggedModelReader, ModelWrite } from './models/types';
import type { Migration } from './migrations';
import type { Patience } from './pace';
import type { RoomSizes } from './room';
import type { PurgeReader, PurgeWrite } from './purge/types';
import type { RegistryReader, RegistryWrite } from './registry/types';
import type { SearchQuery } from './search/statements';
import type { TableReader } from './table/reader';

/**
 * A wish to change the store. All writes pass through `Store.write` as one of these; what a write really did is kept in the
 * journal as an `Effect` (store/effects.ts), with every default already filled in, so that replay decides nothing.
 * Times are Unix milliseconds. Ids of runs, names and artifact URIs are made by the caller (`api/`), except experiment ids.
 */
export type Write =
  | RegistryWrite
  | ModelWrite
  | InputWrite
  | PurgeWrite
  | ExperimentWrite
  | RunWrite
  /** log-metric, log-parameter, set-tag and log-batch: whole or not at all. */
  | {
      kind: 'log';
      runId: string;
      metrics: readonly Metric[];
      params: readonly KeyValue[];
      tags: readonly KeyValue[];
      /** Those of the metrics that are about a logged model, once more. */
      modelMetrics?: readonly ModelPoint[];
    }
  /** runs/log-model of 1.x and 2.x clients; `entry` is a JSON object. */
  | { kind: 'recordModel'; runId: string; entry: string };

export type ExperimentWrite =
  | {
      kind: 'createExperiment';
      name: string;
      artifactLocation: string | undefined;
      tags: readonly KeyValue[];
      time: Int64;
    }
  | { kind: 'renameExperiment'; experimentId: string; name: string; time: Int64 }
  | { kind: 'deleteExperiment'; experimentId: string; time: Int64 }
  | { kind: 'restoreExperiment'; experimentId: string; time: Int64 }
  | { kind: 'setExperimentTag'; experimentId: string; tag: KeyValue; time: Int64 }
  | { kind: 'deleteExperimentTag'; experimentId: string; key: string; time: Int64 };

export type RunWrite =
  | {
      kind: 'createRun';
      runId: string;
      experimentId: string;
      name: string;
      userId: string;
      startTime: Int64;
      tags: readonly KeyValue[];
    }
  | { kind: 'updateRun'; runId: string; status?: RunStatus; endTime?: Int64; name?: string }
  | { kind: 'deleteRun'; runId: string; time: Int64 }
  | { kind: 'restoreRun'; runId: string }
  | { kind: 'deleteTag'; runId: string; key: string };

/** What a write answers: the id of a created experiment, the tags of a created run, the number of a created model version, else nothing. */
export interface WriteResult {
  readonly experimentId?: string;
  readonly runTags?: readonly KeyValue[];
  readonly modelVersion?: number;
}

export interface Page<T> {
  readonly items: readonly T[];
  /** True where more follow after offset + items.length. */
  readonly more: boolean;
}

/** One page of a search. */
export interface SearchPage<T> {
  readonly items: readonly T[];
  /** For the page after this one; absent on the last. */
  readonly nextPageToken?: string;
}

/**
 * The store as the rest of the server sees it. Reads are synchronous on what is in memory and answer `undefined` for what is
 * not there; writes end when they are durable. Errors are `ApiError`s with MLflow's codes and messages.
 */
export interface Store {
  /** Absolute real path. */
  readonly folder: string;
  /** True where the folder cannot be written to: writes are refused with PERMISSION_DENIED. */
  readonly readOnly: boolean;
  /** True where writes are refused with PERMISSION_DENIED: the folder cannot be written to, or `StoreOptions.refuseWrites` was set. */
  readonly refusesWrites: boolean;
  /** The newest change's sequence number; 0 in a fresh store. */
  readonly revision: number;
  /** What opening had to mend (a torn tail cut off), in words for the log; empty as a rule. */
  readonly warnings: readonly string[];

  /**
   * The one entry point of every change. Validates against the current state, applies, journals, syncs, and only then answers.
   * @throws ApiError as MLflow's SQL store would; INSUFFICIENT_STORAGE where the disk is full, nothing then being changed.
   */
  write(write: Write): Promise<WriteResult>;

  getExperiment(id: string): Experiment | undefined;
  /** Deleted ones too, as in MLflow. */
  getExperimentByName(name: string): Experiment | undefined;
  /** @throws ApiError for a page token of another search, or none at all */
  searchExperiments(query: SearchQuery): SearchPage<Experiment>;

  getRunInfo(id: string): RunInfo | undefined;
  getRun(id: string): Run | undefined;
  /**
   * Experiments that are not there have no runs. In turns: what is written meanwhile may be in it or not, each run as it was at one moment.
   * @throws ApiError as `searchExperiments`
   */
  searchRuns(query: SearchQuery & { experimentIds: readonly string[] }): Promise<SearchPage<Run>>;

  /** In the order (timestamp, step, value), as MLflow's get-history; an unknown key is an empty page. */
  getMetricHistory(query: { runId: string; key: string; offset: number; limit: number }): Page<Metric>;
  /**
   * At most `limit` points in the order (step, timestamp, value), evenly taken from all those with start <= step <= end, as
   * MLflow's get-history-bulk-interval takes them: the first of each of `limit` equal buckets, and the last of all.
   */
  sampleMetric(query: {
    runId: string;
    key: string;
    range: { start: Int64; end: Int64 } | undefined;
    limit: number;
  }): readonly Metric[];
  /** The points of a metric as columns; undefined for an unknown run or key. */
  getMetricColumns(runId: string, key: string): MetricColumns | undefined;
  /**
   * Copies `count` points of a metric, from the place `from` on in the order (step, timestamp, value), into those columns that are there.
   * Points are never changed, only added, at any place: where the point before a place is the same as before, so are all in front of it.
   * @throws StoreDamagedError where there are not so many
   */
  copyMetricColumns(
    runId: string,
    key: string,
    part: { from: number; count: number },
    into: Partial<MetricColumns>,
  ): void;
  /** Reads in steps what must be known of a run's points before any of them is read: right after the start that takes long. */
  openPoints(runId: string): Steps<void>;
  /** The point at a place in that order. */
  getPointAt(runId: string, key: string, place: number): Omit<Metric, 'key'> | undefined;
  /** How often a group of writes that reads may have seen was taken back, since the disk refused it. */
  readonly rollbacks: number;
  /** 0 for an unknown run or key. */
  countPoints(runId: string, key: string): number;
  /** Place in the experiment's order of creation, from 0, deleted runs counted; unknown ids are left out. */
  getSlots(runIds: readonly string[]): ReadonlyMap<string, number>;
  /** Runs as columns, for tables. */
  readonly table: Pick<TableReader, 'rows' | 'columns' | 'count' | 'warm'>;
  /** Logged models. */
  readonly loggedModels: LoggedModelReader;
  /** Datasets of experiments. */
  readonly inputs: InputReader;
  /** The model registry. */
  readonly registry: RegistryReader;
  /** Permanent deletion. */
  readonly purging: PurgeReader;

  /** Runs that are neither deleted nor ended. */
  countRunningRuns(): number;

  /** Tells readers of the change feed that files of a run changed (artifacts are not journaled). */
  noteArtifacts(runId: string): void;
  /** Called after each group of writes is durable, with what it changed. The listener must not throw. */
  onChange(listener: (batch: ChangeBatch) => void): { dispose(): void };

  /** Writes changed databases out and drops the journal they make superfluous. */
  checkpoint(): Promise<void>;
  /** Finishes accepted writes, checkpoints, closes the files, releases the lock. Further writes are refused. */
  close(): Promise<void>;
}

export interface StoreOptions {
  folder: string;
  /** Default root for artifacts of new experiments: `<root>/<experiment id>`. */
  artifactRoot: string;
  /** Whether what clients write is refused, though the folder can be written to. */
  refuseWrites?: boolean;
  /** Told of checkpoints that failed, for the log. They lose nothing, and are tried again; what they should save stays in the journal. */
  onFailedCheckpoint?: (error: unknown) => void;
  /** For tests: other migrations than there are. */
  migrations?: readonly Migration[];
  /** For tests: smaller ones, so that few points do what many do. */
  pointSizes?: PointSizes;
  /** For tests: a disk that is waited for on the event loop sooner, or later. */
  patience?: Patience;
  /** For tests: segments that get room sooner. */
  room?: RoomSizes;
}
