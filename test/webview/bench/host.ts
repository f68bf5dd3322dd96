/**
 * The side of the host for measurements of the charts, in Node, as the real one is: the panel's page gets the answers over a message
 * port, whose other end asks this process. Curves are kept and thinned by the server's own code (`core/curve.ts`).
 */
import { Curve } from '../../../src/core/curve';
import type { PanelRequests } from '../../../src/protocol/panels';
import { encodeSeries, type SeriesEntry } from '../../../src/protocol/seriesCodec';
import { fakeRun, noise } from '../../fakes/fakeHost/scenario';

type SeriesParams = PanelRequests['series']['params'];

export interface BenchData {
  readonly runs: number;
  readonly metrics: number;
  readonly points: number;
  readonly isLive?: boolean;
}

/** Runs with noisy curves, all in memory. */
export class BenchHost {
  readonly #curves = new Map<string, Curve>();
  readonly #steps = new Map<string, number>();
  readonly #ids: readonly string[];
  readonly #random = noise(7);

  constructor(private readonly data: BenchData) {
    this.#ids = Array.from({ length: data.runs }, (_, slot) => fakeRun(slot).run.id);
    for (const [slot, id] of this.#ids.entries()) {
      for (const key of this.#keys()) {
        const x = Float64Array.from({ length: data.points }, (_, i) => i);
        const y = x.map((step) => this.#value(step, slot));
        this.#curves.set(`${id} ${key}`, new Curve(x, y));
      }
      this.#steps.set(id, data.points);
    }
  }

  answer(method: string, params: unknown): unknown {
    switch (method) {
      case 'subject':
        return { panel: 'compare', runIds: this.#ids };
      case 'runs':
        return { runs: this.#ids.map((_, slot) => this.#run(slot)), total: this.#ids.length, experimentName: 'bench' };
      case 'series':
        return this.#series(params as SeriesParams);
      default:
        return null;
    }
  }

  /** Each run logs so many points of each metric. */
  append(count: number): readonly string[] {
    for (const [slot, id] of this.#ids.entries()) {
      const from = this.#steps.get(id) ?? 0;
      const x = Float64Array.from({ length: count }, (_, i) => from + i);
      for (const key of this.#keys()) {
        this.#curves.get(`${id} ${key}`)?.append(
          x,
          x.map((step) => this.#value(step, slot)),
        );
      }
      this.#steps.set(id, from + count);
    }
    return this.#ids;
  }

  #keys(): string[] {
    return Array.from({ length: this.data.metrics }, (_, i) => `val/metric${i}`);
  }

  #value(step: number, slot: number): number {
    return 3 * Math.exp(-step / (this.data.points / 5)) + slot * 0.02 + 0.3 * this.#random();
  }

  #run(slot: number): PanelRequests['runs']['result']['runs'][number] {
    const { run } = fakeRun(slot, this.data.isLive ? { status: 'RUNNING' } : {});
    const step = (this.#steps.get(run.id) ?? 1) - 1;
    return {
      ...run,
      metrics: this.#keys().map((key) => ({ key, value: 1, step, timestamp: Number(run.startTime) + step })),
    };
  }

  #series({ runIds, keys, maxPoints, range, smoothing, known = [] }: SeriesParams): Uint8Array {
    const versions = new Map(known.map(({ runId, key, version }) => [`${runId} ${key}`, version]));
    const entries: SeriesEntry[] = [];
    for (const runId of runIds) {
      for (const key of keys) {
        const version = versions.get(`${runId} ${key}`);
        const rows = this.#curves.get(`${runId} ${key}`)?.rows({
          maxPoints,
          ...(range ? { range } : {}),
          ...(smoothing ? { smoothing } : {}),
          ...(version === undefined ? {} : { known: version }),
        });
        if (rows) {
          entries.push({ runId, key, ...rows });
        }
      }
    }
    return encodeSeries(entries);
  }
}
