import { Coalescer } from '../../../src/core/coalescer';
import type { PanelChannel } from '../../../src/protocol/panelChannel';
import type { XAxis } from '../../../src/protocol/extras';
import { decodeSeries, type SeriesEntry } from '../../../src/protocol/seriesCodec';
import type { Range } from '../panelState';
import type { Detail } from './curve';

/** What is known of one metric's curves. Never changed in place. */
export interface ChartData {
  /** False until the first answer. */
  readonly ready: boolean;
  /** Why the newest request has no answer; what came before stays. */
  readonly error: string | undefined;
  /** The axis that the entries are of. */
  readonly axis: XAxis;
  /** By run id; runs without points are absent. */
  readonly entries: ReadonlyMap<string, SeriesEntry>;
  /** Finer parts of thinned entries, by run id. */
  readonly details: ReadonlyMap<string, Detail>;
}

export interface SeriesQuery {
  readonly runIds: readonly string[];
  readonly axis: XAxis;
  readonly range: Range | undefined;
  readonly maxPoints: number;
}

interface KeyState {
  data: ChartData;
  readonly listeners: Set<() => void>;
  /** Runs whose curve is to be read: as a whole, and its part in the range. */
  stale: Set<string>;
  staleDetail: Set<string>;
}

interface Batch {
  readonly keys: readonly string[];
  readonly runIds: readonly string[];
  readonly range: Range | undefined;
}

/** Milliseconds between two reads: as often as the eye follows, see ui.md 8. */
const interval = 250;
const keysAtOnce = 16;
const noData = { ready: false, error: undefined, entries: new Map(), details: new Map() };

/**
 * Reads the curves that are watched, and of those only what is new to it or was reported as changed; many changes in short
 * order become one request. What was read stays until something newer takes its place.
 */
export class SeriesLoader {
  readonly #keys = new Map<string, KeyState>();
  readonly #pump: Coalescer;
  #query: SeriesQuery = { runIds: [], axis: 'step', range: undefined, maxPoints: 600 };
  #abort = new AbortController();

  constructor(
    private readonly channel: PanelChannel,
    onError: (error: unknown) => void,
  ) {
    this.#pump = new Coalescer(() => this.#read(), { minInterval: interval, onError });
  }

  configure(query: SeriesQuery): void {
    const before = this.#query;
    this.#query = query;
    if (query.axis !== before.axis) {
      this.#abort.abort();
      this.#abort = new AbortController();
    }
    const known = new Set(before.runIds);
    const added = query.axis === before.axis ? query.runIds.filter((id) => !known.has(id)) : query.runIds;
    const isZoomed = query.range?.min !== before.range?.min || query.range?.max !== before.range?.max;
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

  /** Keeps a metric's curves current until the returned function is called. */
  watch(key: string, listener: () => void): () => void {
    const state = this.#state(key);
    state.listeners.add(listener);
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
    this.retry();
  }

  /** Asks again for what failed. */
  retry(): void {
    this.#pump.request();
  }

  dispose(): void {
    this.#abort.abort();
    this.#pump.dispose();
  }

  #state(key: string): KeyState {
    let state = this.#keys.get(key);
    if (!state) {
      const { axis, runIds } = this.#query;
      state = { data: { ...noData, axis }, listeners: new Set(), stale: new Set(runIds), staleDetail: new Set() };
      this.#keys.set(key, state);
    }
    return state;
  }

  async #read(): Promise<void> {
    const query = this.#query;
    const { signal } = this.#abort;
    await Promise.all(
      this.#batches(({ stale }) => stale, undefined).map((batch) => this.#readBatch(batch, query, signal)),
    );
    const { range } = query;
    if (range && query === this.#query) {
      this.#findThinned(range);
      const batches = this.#batches(({ staleDetail }) => staleDetail, range);
      await Promise.all(batches.map((batch) => this.#readBatch(batch, query, signal)));
    }
  }

  /** Only thinned curves have more to show in a part; those that were read meanwhile as a whole have no part yet. */
  #findThinned(range: Range): void {
    for (const state of this.#keys.values()) {
      for (const [id, { series }] of state.data.entries) {
        const detail = state.data.details.get(id)?.range;
        if (series.kind === 'raw') {
          state.staleDetail.delete(id);
        } else if (detail?.min !== range.min || detail.max !== range.max) {
          state.staleDetail.add(id);
        }
      }
    }
  }

  /** The watched keys with something stale; those that lack the same runs together. */
  #batches(staleOf: (state: KeyState) => Set<string>, range: Range | undefined): Batch[] {
    const shown = new Set(this.#query.runIds);
    const groups = new Map<string, { keys: string[]; runIds: string[] }>();
    for (const [key, state] of this.#keys) {
      const runIds = [...staleOf(state)].filter((id) => shown.has(id) && (!range || state.data.entries.has(id))).sort();
      if (state.listeners.size === 0 || runIds.length === 0) {
        continue;
      }
      const name = runIds.join(' ');
      const group = groups.get(name);
      if (group) {
        group.keys.push(key);
      } else {
        groups.set(name, { keys: [key], runIds });
      }
    }
    return [...groups.values()].flatMap(({ keys, runIds }) =>
      Array.from({ length: Math.ceil(keys.length / keysAtOnce) }, (_, i) => ({
        keys: keys.slice(i * keysAtOnce, (i + 1) * keysAtOnce),
        runIds,
        range,
      })),
    );
  }

  async #readBatch(batch: Batch, query: SeriesQuery, signal: AbortSignal): Promise<void> {
    const { keys, runIds, range } = batch;
    // Before the request: what changes while it is under way is stale again.
    this.#mark(batch, (stale, id) => stale.delete(id));
    try {
      const buffer = await this.channel.request(
        'series',
        {
          runIds: [...runIds],
          keys: [...keys],
          x: query.axis,
          maxPoints: query.maxPoints,
          ...(range ? { range } : {}),
        },
        { signal },
      );
      this.#take(batch, query.axis, decodeSeries(buffer));
    } catch (error) {
      this.#mark(batch, (stale, id) => stale.add(id));
      if (signal.aborted) {
        return;
      }
      if (keys.length > 1) {
        // Each chart fails alone.
        await Promise.all(keys.map((key) => this.#readBatch({ ...batch, keys: [key] }, query, signal)));
        return;
      }
      const state = this.#state(keys[0] ?? '');
      this.#set(state, { ...state.data, error: error instanceof Error ? error.message : String(error) });
    }
  }

  #mark({ keys, runIds, range }: Batch, change: (stale: Set<string>, id: string) => void): void {
    for (const key of keys) {
      const state = this.#state(key);
      runIds.forEach((id) => change(range ? state.staleDetail : state.stale, id));
    }
  }

  #take({ keys, runIds, range }: Batch, axis: XAxis, answer: readonly SeriesEntry[]): void {
    for (const key of keys) {
      const state = this.#state(key);
      const found = answer.filter((entry) => entry.key === key);
      // Curves over another axis cannot stand beside each other.
      const kept = state.data.axis === axis ? state.data : { ...noData, axis };
      if (range) {
        const details = new Map(kept.details);
        found.forEach((entry) => details.set(entry.runId, { range, entry }));
        this.#set(state, { ...kept, details });
        continue;
      }
      const entries = new Map(kept.entries);
      runIds.forEach((id) => entries.delete(id));
      found.forEach((entry) => entries.set(entry.runId, entry));
      this.#set(state, { ready: true, error: undefined, axis, entries, details: kept.details });
    }
  }

  #set(state: KeyState, data: ChartData): void {
    state.data = data;
    for (const listener of [...state.listeners]) {
      listener();
    }
  }
}
