import { Coalescer } from '../../../src/core/coalescer';
import type { XSource } from '../../../src/protocol/extras';
import type { PanelChannel } from '../../../src/protocol/panelChannel';
import { CommonColumns, continueSeries, decodeSeries, type SeriesEntry } from '../../../src/protocol/seriesCodec';
import { idOfX } from './arrangement';
import { isSameRange } from './range';
import {
  askOf,
  batchesOf,
  findThinned,
  nameIn,
  noData,
  restingKeys,
  roomOf,
  type Batch,
  type ChartData,
  type KeyState,
  type SeriesQuery,
  type Watcher,
} from './seriesState';

/** Milliseconds between two reads: no more than two repaints a second, see ui.md 8. */
const interval = 500;
/** After what the user did, sooner. */
const hurry = 60;
const requestsAtOnce = 3;
/** Long histories of a server far away take their time; the wait can be cancelled. Milliseconds. */
const patience = 300_000;
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
  /** Until curves that grow out of sight are read. */
  #later: number | undefined;

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
    const isOther = isOtherAxis || askOf(query, query.maxPoints) !== askOf(before, before.maxPoints);
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

  /**
   * Keeps a metric's curves current until the returned function is called.
   * @param watcher `room` for points, default: the query's; what is not in sight becomes current less often
   */
  watch(key: string, listener: () => void, { room = 0, isInSight = true }: Partial<Watcher> = {}): () => void {
    const state = this.#state(key);
    const before = roomOf(state, this.#query);
    state.listeners.set(listener, { room, isInSight });
    if (roomOf(state, this.#query) > before) {
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
    this.#readLive();
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
    window.clearTimeout(this.#later);
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
        askedAt: -Infinity,
        stale: new Set(runIds),
        staleDetail: new Set(),
        askedWith: new Map(),
      };
      this.#keys.set(key, state);
    }
    return state;
  }

  /** As soon as there may be another repaint of what comes by itself. */
  #readLive(): void {
    const wait = Math.max(0, this.#lastLive + interval - performance.now());
    this.#timer ??= window.setTimeout(() => {
      this.#timer = undefined;
      this.#lastLive = performance.now();
      this.#pump.request();
    }, wait);
  }

  async #read(): Promise<void> {
    const query = this.#query;
    const { signal } = this.#abort;
    const resting = restingKeys(this.#keys, query, performance.now());
    await this.#readAll(batchesOf(this.#keys, query, undefined, resting), query, signal);
    const { range } = query;
    if (range && query === this.#query) {
      findThinned(this.#keys, range);
      await this.#readAll(batchesOf(this.#keys, query, range, resting), query, signal);
    }
    if (resting.size > 0) {
      // Also where nothing more comes that would have it read.
      this.#later ??= window.setTimeout(() => {
        this.#later = undefined;
        this.#readLive();
      }, interval);
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

  async #readBatch(batch: Batch, query: SeriesQuery, signal: AbortSignal): Promise<void> {
    const { keys, runIds, range, maxPoints } = batch;
    // Before the request: what changes while it is under way is stale again.
    this.#mark(batch, (stale, id) => stale.delete(id));
    const ask = askOf(query, maxPoints);
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
        const isSame = askedWith.get(nameIn(range, runId)) === ask;
        return entry?.version !== undefined && isSame ? [{ runId, key, version: entry.version }] : [];
      });
    });
  }

  #mark({ keys, runIds, range }: Batch, change: (stale: Set<string>, id: string) => void): void {
    for (const key of keys) {
      const state = this.#state(key);
      state.askedAt = performance.now();
      runIds.forEach((id) => change(range ? state.staleDetail : state.stale, id));
    }
  }

  /** @throws Error where the answer does not continue what is there */
  #take({ keys, runIds, range }: Batch, axis: XSource, ask: string, answer: readonly SeriesEntry[]): void {
    const common = new CommonColumns();
    for (const key of keys) {
      const state = this.#state(key);
      const found = answer.filter((entry) => entry.key === key);
      // Curves over another axis cannot stand beside each other.
      const kept = idOfX(state.data.axis) === idOfX(axis) ? state.data : { ...noData, axis };
      runIds.forEach((id) => state.askedWith.set(nameIn(range, id), ask));
      const continued = (entry: SeriesEntry): SeriesEntry => {
        const before = range ? kept.details.get(entry.runId)?.entry : kept.entries.get(entry.runId);
        return before ? continueSeries(before, entry, common) : entry;
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
