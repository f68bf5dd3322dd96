/** What `SeriesLoader` knows of curves, and which of them it asks for together. */
import type { Smoothing } from '../../../src/core/smoothing';
import type { XSource } from '../../../src/protocol/extras';
import type { SeriesEntry } from '../../../src/protocol/seriesCodec';
import type { Detail } from './curve';
import { isSameRange, type Range } from './range';

/** What is known of one metric's curves. Never changed in place. */
export interface ChartData {
  /** False until the first answer. */
  readonly ready: boolean;
  /** Why the newest request has no answer; what came before stays. */
  readonly error: string | undefined;
  /** The user did not want to wait for the first answer. */
  readonly isCancelled: boolean;
  /** The axis that the entries are of. */
  readonly axis: XSource;
  /** By run id; runs without points are absent. */
  readonly entries: ReadonlyMap<string, SeriesEntry>;
  /** Finer parts of thinned entries, by run id. */
  readonly details: ReadonlyMap<string, Detail>;
}

export interface SeriesQuery {
  readonly runIds: readonly string[];
  readonly axis: XSource;
  readonly range: Range | undefined;
  readonly maxPoints: number;
  readonly smoothing?: Smoothing | undefined;
}

/** What the loader holds of one metric. */
export interface KeyState {
  data: ChartData;
  /** Not to be read until it is asked for again. */
  isPaused: boolean;
  /** Each with how many points it has room for. */
  readonly listeners: Map<() => void, number>;
  /** Runs whose curve is to be read: as a whole, and its part in the range. */
  stale: Set<string>;
  staleDetail: Set<string>;
  /** What the entries were asked with: other buckets or smoothing cannot be continued. */
  readonly askedWith: Map<string, string>;
}

/** One request: curves of the same runs. */
export interface Batch {
  readonly keys: readonly string[];
  readonly runIds: readonly string[];
  readonly range: Range | undefined;
  readonly maxPoints: number;
}

/** Curves in one request: the first charts should not wait for the last. */
const pairsAtOnce = 120;
const keysAtOnce = 16;
export const noData: Omit<ChartData, 'axis'> = {
  ready: false,
  error: undefined,
  isCancelled: false,
  entries: new Map(),
  details: new Map(),
};

/** For how many points of a curve there is room where it is shown. */
export function roomOf(state: KeyState, query: SeriesQuery): number {
  return Math.max(query.maxPoints, ...state.listeners.values());
}

/** The watched keys with something stale; those that lack the same runs together. */
export function batchesOf(keys: ReadonlyMap<string, KeyState>, query: SeriesQuery, range: Range | undefined): Batch[] {
  const shown = new Set(query.runIds);
  const groups = new Map<string, { keys: string[]; runIds: string[]; maxPoints: number }>();
  for (const [key, state] of keys) {
    const runIds = [...(range ? state.staleDetail : state.stale)]
      .filter((id) => shown.has(id) && (!range || state.data.entries.has(id)))
      .sort();
    if (state.listeners.size === 0 || state.isPaused || runIds.length === 0) {
      continue;
    }
    const maxPoints = roomOf(state, query);
    const name = `${maxPoints} ${runIds.join(' ')}`;
    const group = groups.get(name);
    if (group) {
      group.keys.push(key);
    } else {
      groups.set(name, { keys: [key], runIds, maxPoints });
    }
  }
  return [...groups.values()].flatMap(({ keys: names, runIds, maxPoints }) => {
    const count = Math.max(1, Math.min(keysAtOnce, Math.floor(pairsAtOnce / runIds.length)));
    return Array.from({ length: Math.ceil(names.length / count) }, (_, i) => ({
      keys: names.slice(i * count, (i + 1) * count),
      runIds,
      range,
      maxPoints,
    }));
  });
}

/** Only thinned curves have more to show in a part; those that were read meanwhile as a whole have no part yet. */
export function findThinned(keys: ReadonlyMap<string, KeyState>, range: Range): void {
  for (const state of keys.values()) {
    for (const [id, { series }] of state.data.entries) {
      if (series.kind === 'raw') {
        state.staleDetail.delete(id);
      } else if (!isSameRange(state.data.details.get(id)?.range, range)) {
        state.staleDetail.add(id);
      }
    }
  }
}

/** What of a query changes the rows of an answer, beside runs, range and axis. */
export function askOf({ maxPoints, smoothing }: SeriesQuery): string {
  return `${maxPoints} ${smoothing ? `${smoothing.kind} ${smoothing.amount}` : ''}`;
}
