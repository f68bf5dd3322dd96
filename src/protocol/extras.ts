/**
 * What Labbook's server offers beside MLflow's API, under `/api/labbook/1.0/`. All optional for a reader: a plain MLflow
 * server has none of it, and `src/client` then does without.
 */

export const extrasPrefix = '/api/labbook/1.0';

/** Names of optional abilities in `Info.capabilities`. */
export type Capability = 'events' | 'series' | 'slots' | 'shutdown';

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

export type XAxis = 'step' | 'time' | 'relative';

/**
 * POST series: many runs x keys in one binary answer (`protocol/seriesCodec.ts`), in the order of `runs`, then `keys`; pairs
 * without points are left out.
 */
export interface SeriesRequest {
  run_ids: string[];
  keys: string[];
  /** `step`: the step; `time`: Unix seconds; `relative`: seconds since the run's start. */
  x: XAxis;
  /** A series of more points is thinned into this many buckets at most (2 to 10,000). */
  max_points: number;
  /** Only points with min <= x <= max, both in the unit of `x`. */
  range?: { min: number; max: number };
}

/** POST slots: the place of each run in its experiment's order of creation, from 0; unknown runs are left out. */
export interface SlotsRequest {
  run_ids: string[];
}
export interface SlotsResponse {
  slots: Record<string, number>;
}

/** `<store>/server.json` (mode 0600), there while the server listens. */
export interface Discovery {
  pid: number;
  /** `http://127.0.0.1:PORT`, without a secret. */
  url: string;
  token: string;
  version: string;
}
