/**
 * What Labbook's server offers beside MLflow's API, under `/api/labbook/1.0/`. All optional for a reader: a plain MLflow
 * server has none of it, and `src/client` then does without.
 */
import type { Smoothing } from '../core/smoothing';

export type { Smoothing };

export const extrasPrefix = '/api/labbook/1.0';

/** Names of optional abilities in `Info.capabilities`. */
export type Capability = 'events' | 'series' | 'slots' | 'shutdown' | 'table' | 'purge' | 'liveness';

/** GET info */
export interface Info {
  /** Labbook's version. */
  version: string;
  capabilities: Capability[];
  /** Absolute real path of the store's folder. */
  store: string;
  pid: number;
  /** Revision of the newest change, see `ChangeBatch`. */
  revision: number;
  /** True where every write answers 403. */
  read_only: boolean;
}

/** What of a thing changed; readers refetch what they show of it. */
export type Aspect = 'info' | 'metrics' | 'params' | 'tags' | 'artifacts';

/**
 * GET events: server-sent events. Each `change` event carries a ChangeBatch as JSON and its revision as the event id; the
 * header `Last-Event-ID` (or `?since=`) asks for what came later. An event `reset` (data `{"revision": n}`) says that this
 * is no longer known: read everything afresh. A comment line every 15 s keeps the connection alive. Each connection counts
 * as an attached window.
 */
export interface ChangeBatch {
  /** Rises with every change; equal to the journal's newest sequence number. */
  revision: number;
  /** Ids of experiments that were created, changed, deleted or restored. */
  experiments: string[];
  runs: RunChange[];
  /** Names of registered models that changed, their versions included; both names of a renamed one. Absent for none. */
  models?: string[];
}

export interface RunChange {
  run_id: string;
  experiment_id: string;
  aspects: Aspect[];
}

/** `step`: the step; `time`: Unix seconds; `relative`: seconds since the run's start. */
export type XAxis = 'step' | 'time' | 'relative';

/** What a curve's x is. An expression of metrics (a single key in back-ticks is the simplest) gives its value at the same step. */
export type XSource = XAxis | { expression: string };

/**
 * POST series: many runs x keys in one binary answer (`protocol/seriesCodec.ts`), in the order of `runs`, then `keys`; pairs
 * without points are left out.
 */
export interface SeriesRequest {
  run_ids: string[];
  keys: string[];
  x: XSource;
  /** A series of more points is thinned into this many buckets at most (2 to 10,000). */
  max_points: number;
  /** Only points with min <= x <= max, both in the unit of `x`. The curve is smoothed before it is cut. */
  range?: { min: number; max: number };
  smoothing?: Smoothing;
  /**
   * What the asker has of the same request (same x, max_points, range and smoothing): the `version` of each entry. The answer
   * then holds of such a pair only what is new (`SeriesEntry.keep`), or, where nothing is, no columns.
   */
  known?: { run_id: string; key: string; version: string }[];
}

/** POST slots with `run_ids`: the place of each run in its experiment's order of creation, from 0; unknown runs are left out. */
export interface SlotsResponse {
  slots: Record<string, number>;
}

/**
 * POST purge: runs (and, by `experiment_ids`, experiments with all of their runs) that are in the trash are deleted for good:
 * catalog, points, logged models and artifacts in the store's folder. As `mlflow gc`: things that are not deleted are refused with
 * INVALID_PARAMETER_VALUE, and then nothing happens. With `dry_run` nothing is deleted, only counted.
 */
export interface PurgeRequest {
  run_ids: string[];
  experiment_ids: string[];
  dry_run?: boolean;
}
export interface PurgeResponse {
  runs: number;
  experiments: number;
  /** Bytes of the artifacts and points that are (or would be) freed. */
  bytes: number;
  /** Artifact folders outside the store, which stay. */
  kept_artifacts: string[];
  /** Only with `dry_run`: each thing that was asked for, in the order of the request, runs first. */
  items?: PurgeItem[];
}
export interface PurgeItem {
  kind: 'run' | 'experiment';
  id: string;
  /** Of an experiment: with all of its runs. */
  bytes: number;
  /** Runs that go with it, itself included. */
  runs: number;
  /** When it was moved to the trash, Unix milliseconds. */
  deleted: number;
}

/** POST liveness with `run_ids`, 1,000 at most. Those that nobody logged to since the server started are left out. */
export interface LivenessResponse {
  runs: Record<string, Liveness>;
}
export interface Liveness {
  /** When a script last logged something, Unix milliseconds. */
  last_sign: number;
  /** Of the processes on this machine that logged to it: `unknown` where none could be found out. */
  process: 'alive' | 'gone' | 'unknown';
}

/** `<store>/server.json` (mode 0600), there while the server listens. */
export interface Discovery {
  pid: number;
  /** `http://127.0.0.1:PORT`, without a secret. */
  url: string;
  token: string;
  version: string;
}
