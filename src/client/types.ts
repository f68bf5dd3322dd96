/**
 * What the client room offers: the tracking API that trees and panels read through, on domain types, and the change feed.
 * Every call ends: with an answer, or a `RequestError` (`requestError.ts`).
 */
import type { Readable } from 'node:stream';
import type {
  ArtifactEntry,
  Experiment,
  Int64,
  LifecycleStage,
  Metric,
  Run,
  RunInfo,
  RunStatus,
  ViewType,
} from '../core/model';
import type { ModelStage, ModelVersion, RegisteredModel } from '../core/registry';
import type { Capability, ChangeBatch, Info, Liveness, PurgeItem, SeriesRequest } from '../protocol/extras';
import type { SeriesEntry } from '../protocol/seriesCodec';
import type { ColumnsRequest, TableRequest } from '../protocol/tableTypes';

export interface Disposable {
  dispose(): void;
}

/** Where a tracking server is and how to be let in. Never put one into a message or a log: it holds a secret. */
export interface ServerAddress {
  /** `http://127.0.0.1:5000`, with a path where the server has a prefix; without user info, query and trailing slash. */
  readonly url: string;
  /** Sent as `Authorization: Bearer`. */
  readonly token?: string;
  /** Sent as `Authorization: Basic` where there is no token. */
  readonly basic?: { readonly user: string; readonly password: string };
}

export interface CallOptions {
  readonly signal?: AbortSignal;
  /** Milliseconds until the first byte of the answer, and between two pieces of it; default 30,000. */
  readonly timeout?: number;
}

/** Of a reading that may take many requests. */
export interface RowsOptions extends CallOptions {
  /** Told now and then how many runs were read so far. */
  readonly onRead?: (runs: number) => void;
}

/** One page; `nextPageToken` is there while more follow. */
export interface PageOf<T> {
  readonly items: readonly T[];
  readonly nextPageToken?: string;
}

export interface ExperimentQuery {
  /** Default ACTIVE_ONLY. */
  readonly view?: ViewType;
  readonly filter?: string;
  readonly orderBy?: readonly string[];
  /** Default 1000. */
  readonly maxResults?: number;
  readonly pageToken?: string;
}

export interface RunQuery extends ExperimentQuery {
  readonly experimentIds: readonly string[];
}

/** A part of a file: `length` bytes from `start` (both in bytes, from 0). */
export interface ByteRange {
  readonly start: number;
  readonly length: number;
}

export interface ArtifactStream {
  /** Size of the whole file in bytes; undefined where the server does not say. */
  readonly size: number | undefined;
  readonly contentType: string | undefined;
  /** The bytes asked for. Read it to its end or destroy it. */
  readonly body: Readable;
}

export interface TrackingClient extends Disposable {
  /** Without secrets, fit for messages. */
  readonly url: string;
  /** What Labbook's server says of itself; undefined for another MLflow server. */
  readonly info: Info | undefined;
  has(capability: Capability): boolean;

  searchExperiments(query?: ExperimentQuery, options?: CallOptions): Promise<PageOf<Experiment>>;
  /** All pages of `searchExperiments`. */
  allExperiments(query?: ExperimentQuery, options?: CallOptions): Promise<Experiment[]>;
  getExperiment(id: string, options?: CallOptions): Promise<Experiment>;
  /** Deleted ones too; undefined where there is none. */
  getExperimentByName(name: string, options?: CallOptions): Promise<Experiment | undefined>;
  /** @returns the new experiment's id */
  createExperiment(name: string, options?: CallOptions): Promise<string>;
  renameExperiment(id: string, name: string, options?: CallOptions): Promise<void>;
  deleteExperiment(id: string, options?: CallOptions): Promise<void>;
  restoreExperiment(id: string, options?: CallOptions): Promise<void>;
  setExperimentTag(id: string, key: string, value: string, options?: CallOptions): Promise<void>;

  /** Default order: newest start first. */
  searchRuns(query: RunQuery, options?: CallOptions): Promise<PageOf<Run>>;
  /** All pages of `searchRuns`, up to `limit` runs (default: all). */
  allRuns(query: RunQuery, options?: CallOptions & { readonly limit?: number }): Promise<Run[]>;
  getRun(id: string, options?: CallOptions): Promise<Run>;
  /** Changes what is given. @returns the run as it is then */
  updateRun(
    id: string,
    change: { readonly name?: string; readonly status?: RunStatus; readonly endTime?: Int64 },
    options?: CallOptions,
  ): Promise<RunInfo>;
  deleteRun(id: string, options?: CallOptions): Promise<void>;
  restoreRun(id: string, options?: CallOptions): Promise<void>;
  /**
   * Deletes for good what is deleted: runs, and experiments with all of their runs, with what they have in the store. Where
   * something is not deleted nothing happens. With `dryRun` it only counts.
   * @throws RequestError; also where the server cannot do it, see `has('purge')`
   */
  purge(
    what: { readonly runIds: readonly string[]; readonly experimentIds: readonly string[]; readonly dryRun?: boolean },
    options?: CallOptions,
  ): Promise<Purged>;
  setTag(runId: string, key: string, value: string, options?: CallOptions): Promise<void>;
  deleteTag(runId: string, key: string, options?: CallOptions): Promise<void>;

  /** In the order (timestamp, step, value). Default 25,000 points a page. */
  getMetricHistory(
    runId: string,
    key: string,
    page?: { readonly maxResults?: number; readonly pageToken?: string },
    options?: CallOptions,
  ): Promise<PageOf<Metric>>;
  /** All pages of `getMetricHistory`. */
  wholeMetricHistory(runId: string, key: string, options?: CallOptions): Promise<Metric[]>;

  /** The entries of a folder ('' = the run's artifact root), folders first, then by name. */
  listArtifacts(runId: string, path: string, options?: CallOptions): Promise<ArtifactEntry[]>;
  /** Opens a file, or a part of it, for reading. */
  openArtifact(
    run: Pick<RunInfo, 'id' | 'artifactUri'>,
    path: string,
    options?: CallOptions & { readonly range?: ByteRange },
  ): Promise<ArtifactStream>;
  /** The first `limit` bytes of a file (default: all) and the size of the whole. */
  readArtifact(
    run: Pick<RunInfo, 'id' | 'artifactUri'>,
    path: string,
    options?: CallOptions & { readonly limit?: number },
  ): Promise<{ bytes: Uint8Array<ArrayBuffer>; size: number }>;

  /**
   * Curves ready to draw, in the order of runs, then keys; pairs without points are left out. Made by the server where it can,
   * else here from the histories.
   */
  series(request: SeriesRequest, options?: CallOptions): Promise<SeriesEntry[]>;
  /** The same in the form of `decodeSeries`, for a panel: a server's answer is passed on as it is. */
  seriesBuffer(request: SeriesRequest, options?: CallOptions): Promise<ArrayBuffer>;
  /**
   * The runs of experiments as columns, in the form of `decodeTableRows`: from the server where it can, else made here from searches,
   * all pages of them.
   */
  tableRows(request: TableRequest, options?: RowsOptions): Promise<ArrayBuffer>;
  /**
   * Columns of the same runs, in the form of `decodeTableColumns`. Where they are made here, they are of the runs as `tableRows` read
   * them last, and of figures that only histories tell, the newest 200 runs have one.
   */
  tableColumns(request: ColumnsRequest, options?: CallOptions): Promise<ArrayBuffer>;
  /** How many runs of experiments there are in a stage; undefined where the server does not count. */
  countRuns(
    experimentIds: readonly string[],
    stage: LifecycleStage,
    options?: CallOptions,
  ): Promise<number | undefined>;
  /** Place of each run in its experiment's order of creation, from 0; undefined where the server does not know. */
  slots(runIds: readonly string[], options?: CallOptions): Promise<ReadonlyMap<string, number> | undefined>;

  /** What is heard of runs; runs that the server knows nothing of are left out, all of them where it cannot tell. */
  liveness(runIds: readonly string[], options?: CallOptions): Promise<ReadonlyMap<string, Liveness>>;

  /** The model registry. */
  readonly registry: RegistryClient;

  /** Closes the sockets; calls under way fail. */
  dispose(): void;
}

/** What was, or would be, deleted for good. */
export interface Purged {
  readonly runs: number;
  readonly experiments: number;
  /** Bytes of artifacts and points. */
  readonly bytes: number;
  /** URIs of artifacts outside the store, which stay. */
  readonly keptArtifacts: readonly string[];
  /** What each of the asked things takes; only where nothing was deleted. */
  readonly items: readonly PurgeItem[];
}

/** A model that a run logged (MLflow 3). */
export interface LoggedModelSummary {
  readonly id: string;
  readonly name: string;
  readonly artifactUri: string;
}

/** The model registry. Versions are numbers from 1. */
export interface RegistryClient {
  /** All registered models, by name. */
  models(options?: CallOptions): Promise<RegisteredModel[]>;
  /** All versions of a model, highest first. */
  versions(name: string, options?: CallOptions): Promise<ModelVersion[]>;
  /** All versions that were made of what a run logged, newest first. */
  versionsOfRun(runId: string, options?: CallOptions): Promise<ModelVersion[]>;
  /** @returns false where there is one of this name already */
  createModel(name: string, options?: CallOptions): Promise<boolean>;
  /** `source` as MLflow's clients give it: the artifacts' URI, or `models:/m-…` with the logged model's id beside it. */
  createVersion(
    version: {
      readonly name: string;
      readonly source: string;
      readonly runId: string | undefined;
      readonly modelId?: string;
    },
    options?: CallOptions,
  ): Promise<ModelVersion>;
  renameModel(name: string, newName: string, options?: CallOptions): Promise<void>;
  deleteModel(name: string, options?: CallOptions): Promise<void>;
  deleteVersion(name: string, version: number, options?: CallOptions): Promise<void>;
  describeModel(name: string, description: string, options?: CallOptions): Promise<void>;
  describeVersion(name: string, version: number, description: string, options?: CallOptions): Promise<void>;
  /** @param archiveOthers moves other versions that are in this stage to Archived */
  setStage(
    name: string,
    version: number,
    stage: ModelStage,
    archiveOthers: boolean,
    options?: CallOptions,
  ): Promise<void>;
  /** Takes the alias from another version that has it. */
  setAlias(name: string, alias: string, version: number, options?: CallOptions): Promise<void>;
  deleteAlias(name: string, alias: string, options?: CallOptions): Promise<void>;
  setModelTag(name: string, key: string, value: string, options?: CallOptions): Promise<void>;
  setVersionTag(name: string, version: number, key: string, value: string, options?: CallOptions): Promise<void>;
  /** Models that a run logged; none where the server is older than MLflow 3. */
  loggedModels(experimentId: string, runId: string, options?: CallOptions): Promise<LoggedModelSummary[]>;
}

export type FeedState =
  | { readonly state: 'connecting' }
  | { readonly state: 'connected' }
  /** `retryAt`: Unix milliseconds of the next attempt. */
  | { readonly state: 'disconnected'; readonly reason: string; readonly retryAt: number };

/** Tells what changed on the server. Listeners must not throw. */
export interface ChangeFeed extends Disposable {
  readonly state: FeedState;
  onChange(listener: (batch: ChangeBatch) => void): Disposable;
  /** What was missed is not known: read everything afresh. */
  onReset(listener: () => void): Disposable;
  onState(listener: (state: FeedState) => void): Disposable;
  /** Tries at once when disconnected. */
  retryNow(): void;
}
