import { Coalescer } from '../../../src/core/coalescer';
import type { Smoothing } from '../../../src/core/smoothing';
import type { XSource } from '../../../src/protocol/extras';
import type { PanelChannel } from '../../../src/protocol/panelChannel';
import { continueSeries, decodeSeries, type SeriesEntry } from '../../../src/protocol/seriesCodec';
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

interface KeyState {
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

interface Batch {
  readonly keys: readonly string[];
  readonly runIds: readonly string[];
  readonly range: Range | undefined;
  readonly maxPoints: number;
}

/** Milliseconds between two reads: no more than two repaints a second, see ui.md 8. */
const interval = 480;
/** After what the user did, sooner. */
const hurry = 60;
/** Curves in one request: the first charts should not wait for the last. */
const pairsAtOnce = 120;
const keysAtOnce = 16;
const requestsAtOnce = 3;
/** Long histories of a server far away take their time; the wait can be cancelled. Milliseconds. */
const patience = 300_000;
const noData: Omit<ChartData, 'axis'> = {
  ready: false,
  error: undefined,
  isCancelled: false,
  entries: new Map(),
  details: new Map(),
};

/**
 * Reads the curves that are watched, and of those only what is new to it or was reported as changed; many changes in short
 * order become one request. What was read stays until something newer takes its place.
 */
export class SeriesLoader {
  readonly #keys = new Map<string, KeyState>();
  readonly #pump: Coalescer;
  #query: SeriesQuery = { runIds: [], axis: 'step', range: undefined, maxPoints: 600 };
  #abort = new AbortController();
  /** Requests that wait for their answer. */
  readonly #underWay = new Map<AbortController, Batch>();
  #lastLive = -Infinity;
  #timer: number | undefined;

  constructor(
    private readonly channel: PanelChannel,
    onError: (error: unknown) => void,
  ) {
    this.#pump = new Coalescer(() => this.#read(), { minInterval: hurry, onError });
  }

  configure(query: SeriesQuery): void {
    const before = this.#query;
    this.#query = query;
    const isOtherAxis = idOfX(query.axis) !== idOfX(before.axis);
    if (isOtherAxis) {
      this.#abort.abort();
      this.#abort = new AbortController();
    }
    const known = new Set(before.runIds);
    const isOther = isOtherAxis || askOf(query) !== askOf(before);
    const added = isOther ? query.runIds : query.runIds.filter((id) => !known.has(id));
    const isZoomed = isOther || !isSameRange(query.range, before.range);
    for (const state of this.#keys.values()) {
      added.forEach((id) => state.stale.add(id));
      if (isZoomed) {
        state.staleDetail = new Set(query.range ? query.runIds : []);
        if (!query.range && state.data.details.size > 0) {
          this.#set(state, { ...state.data, details: new Map() });
        }
      }
    }
    this.#pump.request();
  }

  get(key: string): ChartData {
    return this.#state(key).data;
  }

  /** The largest x that is known of a run, of whichever metric. */
  latestX(runId: string): number {
    let latest = -Infinity;
    for (const { data } of this.#keys.values()) {
      latest = Math.max(latest, data.entries.get(runId)?.series.x.at(-1) ?? -Infinity);
    }
    return latest;
  }

  /** Keeps a metric's curves current until the returned function is called. @param room for points; default: the query's */
  watch(key: string, listener: () => void, room = 0): () => void {
    const state = this.#state(key);
    const before = this.#roomOf(state);
    state.listeners.set(listener, room);
    if (this.#roomOf(state) > before) {
      this.#query.runIds.forEach((id) => state.stale.add(id));
    }
    this.#pump.request();
    return () => state.listeners.delete(listener);
  }

  /** Their curves grew or changed. */
  invalidate(runIds: readonly string[]): void {
    const shown = new Set(this.#query.runIds);
    const changed = runIds.filter((id) => shown.has(id));
    for (const state of this.#keys.values()) {
      changed.forEach((id) => {
        state.stale.add(id);
        if (this.#query.range) {
          state.staleDetail.add(id);
        }
      });
    }
    const wait = Math.max(0, this.#lastLive + interval - performance.now());
    this.#timer ??= window.setTimeout(() => {
      this.#timer = undefined;
      this.#lastLive = performance.now();
      this.#pump.request();
    }, wait);
  }

  /** Asks again for what failed, and for a metric that was given up. */
  retry(key?: string): void {
    if (key !== undefined) {
      const state = this.#state(key);
      state.isPaused = false;
      this.#set(state, { ...state.data, isCancelled: false });
    }
    this.#pump.request();
  }

  /** Gives up the first reading of a metric, also on the server once nobody waits for what it was asked for. */
  cancel(key: string): void {
    const state = this.#state(key);
    if (!state.data.ready) {
      state.isPaused = true;
      this.#set(state, { ...state.data, isCancelled: true });
      for (const [controller, { keys }] of this.#underWay) {
        if (keys.every((each) => this.#state(each).isPaused)) {
          controller.abort();
        }
      }
    }
  }

  dispose(): void {
    window.clearTimeout(this.#timer);
    this.#abort.abort();
    this.#pump.dispose();
  }

  #state(key: string): KeyState {
    let state = this.#keys.get(key);
    if (!state) {
      const { axis, runIds } = this.#query;
      state = {
        data: { ...noData, axis },
        isPaused: false,
        listeners: new Map(),
        stale: new Set(runIds),
        staleDetail: new Set(),
        askedWith: new Map(),
      };
      this.#keys.set(key, state);
    }
    return state;
  }

  #roomOf(state: KeyState): number {
    return Math.max(this.#query.maxPoints, ...state.listeners.values());
  }

  async #read(): Promise<void> {
    const query = this.#query;
    const { signal } = this.#abort;
    await this.#readAll(
      this.#batches(({ stale }) => stale, undefined),
      query,
      signal,
    );
    const { range } = query;
    if (range && query === this.#query) {
      this.#findThinned(range);
      await this.#readAll(
        this.#batches(({ staleDetail }) => staleDetail, range),
        query,
        signal,
      );
    }
  }

  /** A few at a time; what is watched first comes first. */
  async #readAll(batches: readonly Batch[], query: SeriesQuery, signal: AbortSignal): Promise<void> {
    const waiting = [...batches];
    const work = async (): Promise<void> => {
      for (let batch = waiting.shift(); batch; batch = waiting.shift()) {
        // What is out of date is asked for anew anyway.
        if (query === this.#query) {
          await this.#readBatch(batch, query, signal);
        }
      }
    };
    await Promise.all(Array.from({ length: requestsAtOnce }, work));
  }

  /** Only thinned curves have more to show in a part; those that were read meanwhile as a whole have no part yet. */
  #findThinned(range: Range): void {
    for (const state of this.#keys.values()) {
      for (const [id, { series }] of state.data.entries) {
        if (series.kind === 'raw') {
          state.staleDetail.delete(id);
        } else if (!isSameRange(state.data.details.get(id)?.range, range)) {
          state.staleDetail.add(id);
        }
      }
    }
  }

  /** The watched keys with something stale; those that lack the same runs together. */
  #batches(staleOf: (state: KeyState) => Set<string>, range: Range | undefined): Batch[] {
    const shown = new Set(this.#query.runIds);
    const groups = new Map<string, { keys: string[]; runIds: string[]; maxPoints: number }>();
    for (const [key, state] of this.#keys) {
      const runIds = [...staleOf(state)].filter((id) => shown.has(id) && (!range || state.data.entries.has(id))).sort();
      if (state.listeners.size === 0 || state.isPaused || runIds.length === 0) {
        continue;
      }
      const maxPoints = this.#roomOf(state);
      const name = `${maxPoints} ${runIds.join(' ')}`;
      const group = groups.get(name);
      if (group) {
        group.keys.push(key);
      } else {
        groups.set(name, { keys: [key], runIds, maxPoints });
      }
    }
    return [...groups.values()].flatMap(({ keys, runIds, maxPoints }) => {
      const count = Math.max(1, Math.min(keysAtOnce, Math.floor(pairsAtOnce / runIds.length)));
      return Array.from({ length: Math.ceil(keys.length / count) }, (_, i) => ({
        keys: keys.slice(i * count, (i + 1) * count),
        runIds,
        range,
        maxPoints,
      }));
    });
  }

  async #readBatch(batch: Batch, query: SeriesQuery, signal: AbortSignal): Promise<void> {
    const { keys, runIds, range, maxPoints } = batch;
    // Before the request: what changes while it is under way is stale again.
    this.#mark(batch, (stale, id) => stale.delete(id));
    const ask = `${idOfX(query.axis)} ${maxPoints} ${askOf(query)}`;
    const known = this.#known(batch, ask);
    const own = new AbortController();
    this.#underWay.set(own, batch);
    try {
      const buffer = await this.channel.request(
        'series',
        {
          runIds: [...runIds],
          keys: [...keys],
          x: query.axis,
          maxPoints,
          ...(range ? { range } : {}),
          ...(query.smoothing ? { smoothing: query.smoothing } : {}),
          ...(known.length > 0 ? { known } : {}),
        },
        { signal: AbortSignal.any([signal, own.signal]), timeout: patience },
      );
      this.#take(batch, query.axis, ask, decodeSeries(buffer));
    } catch (error) {
      this.#mark(batch, (stale, id) => stale.add(id));
      // Whatever it was that could not be continued is read as a whole next time.
      keys.forEach((key) => this.#state(key).askedWith.clear());
      if (signal.aborted || own.signal.aborted) {
        return;
      }
      if (keys.length > 1) {
        // Each chart fails alone.
        await Promise.all(keys.map((key) => this.#readBatch({ ...batch, keys: [key] }, query, signal)));
        return;
      }
      const state = this.#state(keys[0] ?? '');
      this.#set(state, { ...state.data, error: error instanceof Error ? error.message : String(error) });
    } finally {
      this.#underWay.delete(own);
    }
  }

  /** What is there of the same request, so that the answer holds only what is new. */
  #known({ keys, runIds, range }: Batch, ask: string): { runId: string; key: string; version: string }[] {
    return keys.flatMap((key) => {
      const { data, askedWith } = this.#state(key);
      return runIds.flatMap((runId) => {
        const detail = data.details.get(runId);
        const entry = range ? (isSameRange(detail?.range, range) ? detail?.entry : undefined) : data.entries.get(runId);
        const isSame = askedWith.get(range ? `detail ${runId}` : runId) === ask;
        return entry?.version !== undefined && isSame ? [{ runId, key, version: entry.version }] : [];
      });
    });
  }

  #mark({ keys, runIds, range }: Batch, change: (stale: Set<string>, id: string) => void): void {
    for (const key of keys) {
      const state = this.#state(key);
      runIds.forEach((id) => change(range ? state.staleDetail : state.stale, id));
    }
  }

  /** @throws Error where the answer does not continue what is there */
  #take({ keys, runIds, range }: Batch, axis: XSource, ask: string, answer: readonly SeriesEntry[]): void {
    for (const key of keys) {
      const state = this.#state(key);
      const found = answer.filter((entry) => entry.key === key);
      // Curves over another axis cannot stand beside each other.
      const kept = idOfX(state.data.axis) === idOfX(axis) ? state.data : { ...noData, axis };
      const continued = (entry: SeriesEntry): SeriesEntry => {
        const before = range ? kept.details.get(entry.runId)?.entry : kept.entries.get(entry.runId);
        state.askedWith.set(range ? `detail ${entry.runId}` : entry.runId, ask);
        return before ? continueSeries(before, entry) : entry;
      };
      if (range) {
        const details = new Map(kept.details);
        found.forEach((entry) => details.set(entry.runId, { range, entry: continued(entry) }));
        this.#set(state, { ...kept, details });
        continue;
      }
      const entries = new Map(kept.entries);
      runIds.forEach((id) => entries.delete(id));
      found.forEach((entry) => entries.set(entry.runId, continued(entry)));
      state.isPaused = false;
      this.#set(state, { ready: true, error: undefined, isCancelled: false, axis, entries, details: kept.details });
    }
  }

  #set(state: KeyState, data: ChartData): void {
    state.data = data;
    for (const listener of [...state.listeners.keys()]) {
      listener();
    }
  }
}

/** What of a query changes the rows of an answer, beside runs, range and axis. */
function askOf({ maxPoints, smoothing }: SeriesQuery): string {
  return `${maxPoints} ${smoothing ? `${smoothing.kind} ${smoothing.amount}` : ''}`;
}
