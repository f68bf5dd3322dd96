/** What `SeriesLoader` knows of curves, and which of them it asks for together. */
import type { Smoothing } from '../../../src/core/smoothing';
import type { XSource } from '../../../src/protocol/extras';
import type { SeriesEntry } from '../../../src/protocol/seriesCodec';
import { idOfX } from './arrangement';
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

/** Where a metric's curves are shown. */
export interface Watcher {
  /** For how many points of a curve there is room. */
  readonly room: number;
  /** False where they are near what is in sight only. */
  readonly isInSight: boolean;
}

/** What the loader holds of one metric. */
export interface KeyState {
  data: ChartData;
  /** Not to be read until it is asked for again. */
  isPaused: boolean;
  readonly listeners: Map<() => void, Watcher>;
  /** When it was asked for last; `performance.now()`. */
  askedAt: number;
  /** Runs whose curve is to be read: as a whole, and its part in the range. */
  stale: Set<string>;
  staleDetail: Set<string>;
  /** What the entries were asked with, also of runs without points: other buckets or smoothing cannot be continued. */
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
/** Of curves that are there and only grow: little comes of each, and every request and answer costs three processes something. */
const grownAtOnce = 2000;
/** Milliseconds between two reads of curves that grow out of sight: what is scrolled to is nearly there, and soon is. */
const unseenInterval = 2000;

export const noData: Omit<ChartData, 'axis'> = {
  ready: false,
  error: undefined,
  isCancelled: false,
  entries: new Map(),
  details: new Map(),
};

/** For how many points of a curve there is room where it is shown. */
export function roomOf(state: KeyState, query: SeriesQuery): number {
  return Math.max(query.maxPoints, ...[...state.listeners.values()].map(({ room }) => room));
}

/**
 * The watched keys with something stale; those that lack the same runs together.
 * @param resting of these what only grew waits
 */
export function batchesOf(
  keys: ReadonlyMap<string, KeyState>,
  query: SeriesQuery,
  range: Range | undefined,
  resting: ReadonlySet<string>,
): Batch[] {
  const shown = new Set(query.runIds);
  const groups = new Map<string, { keys: string[]; runIds: string[]; maxPoints: number; isGrowth: boolean }>();
  for (const [key, state] of keys) {
    const runIds = staleRuns(state, range, shown);
    if (runIds.length === 0) {
      continue;
    }
    const maxPoints = roomOf(state, query);
    const isGrowth = isKnown(state, runIds, range, askOf(query, maxPoints));
    if (isGrowth && resting.has(key)) {
      continue;
    }
    const name = `${maxPoints} ${isGrowth} ${runIds.join(' ')}`;
    const group = groups.get(name);
    if (group) {
      group.keys.push(key);
    } else {
      groups.set(name, { keys: [key], runIds, maxPoints, isGrowth });
    }
  }
  return [...groups.values()].flatMap(({ keys: names, runIds, maxPoints, isGrowth }) => {
    const fitting = Math.floor((isGrowth ? grownAtOnce : pairsAtOnce) / runIds.length);
    const count = Math.max(1, isGrowth ? fitting : Math.min(keysAtOnce, fitting));
    return Array.from({ length: Math.ceil(names.length / count) }, (_, i) => ({
      keys: names.slice(i * count, (i + 1) * count),
      runIds,
      range,
      maxPoints,
    }));
  });
}

/** Runs whose curve is to be read; none where nobody watches. */
function staleRuns(state: KeyState, range: Range | undefined, shown: ReadonlySet<string>): string[] {
  if (state.listeners.size === 0 || state.isPaused) {
    return [];
  }
  return [...(range ? state.staleDetail : state.stale)]
    .filter((id) => shown.has(id) && (!range || state.data.entries.has(id)))
    .sort();
}

/**
 * The watched keys that nobody sees now, where all that is new is that curves grew; but for a few that were not read for long.
 * @param now `performance.now()`
 */
export function restingKeys(keys: ReadonlyMap<string, KeyState>, query: SeriesQuery, now: number): Set<string> {
  const shown = new Set(query.runIds);
  const unseen: { readonly key: string; readonly askedAt: number }[] = [];
  for (const [key, state] of keys) {
    const runIds = staleRuns(state, undefined, shown);
    const isSeen = [...state.listeners.values()].some(({ isInSight }) => isInSight);
    if (!isSeen && runIds.length > 0 && isKnown(state, runIds, undefined, askOf(query, roomOf(state, query)))) {
      unseen.push({ key, askedAt: state.askedAt });
    }
  }
  unseen.sort((a, b) => a.askedAt - b.askedAt);
  // In turns: all of them at once would hold up those that are seen.
  const isDue = unseen.filter(({ askedAt }, i) => now - askedAt >= unseenInterval && i < unseen.length / 4);
  return new Set(unseen.slice(isDue.length).map(({ key }) => key));
}

/** Whether all of these curves were read with the same question before. */
function isKnown(
  { data, askedWith }: KeyState,
  runIds: readonly string[],
  range: Range | undefined,
  ask: string,
): boolean {
  return (
    data.ready &&
    runIds.every(
      (id) => askedWith.get(nameIn(range, id)) === ask && (!range || isSameRange(data.details.get(id)?.range, range)),
    )
  );
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

/** What of a query changes the rows of an answer, beside runs and range. */
export function askOf({ axis, smoothing }: SeriesQuery, maxPoints: number): string {
  return `${idOfX(axis)} ${maxPoints} ${smoothing ? `${smoothing.kind} ${smoothing.amount}` : ''}`;
}

/** By which `askedWith` has a run's whole curve, or its part in the range. */
export function nameIn(range: Range | undefined, runId: string): string {
  return range ? `detail ${runId}` : runId;
}
