import type { TrackingClient } from '../../client/types';
import type { Run } from '../../core/model';
import { decodeTableColumns } from '../../protocol/tableCodec';

/** Of the finite points of a metric. */
export interface Extremes {
  readonly min: number;
  readonly max: number;
}

/** Metrics that are asked for at once: two columns each, of which the server takes 1,000. */
const mostAtOnce = 400;
/** Runs whose figures are remembered. */
const mostRuns = 100;

interface Known {
  /** As it was when they were read; another object when it changed. */
  readonly run: Run;
  readonly extremes: ReadonlyMap<string, Extremes>;
}

/** Least and greatest values of runs' metrics: read when somebody looks at them, and again when the run changed. */
export class RunFigures {
  readonly #known = new Map<string, Known>();
  readonly #reading = new Map<string, Promise<unknown>>();

  constructor(private readonly client: () => TrackingClient | undefined) {}

  /** As they were read last, with the present value: it may be the best. */
  get(run: Run, key: string): Extremes | undefined {
    const known = this.#known.get(run.info.id)?.extremes.get(key);
    const value = run.metrics.find((each) => each.key === key)?.value ?? NaN;
    return known && Number.isFinite(value)
      ? { min: Math.min(known.min, value), max: Math.max(known.max, value) }
      : known;
  }

  has(run: Run): boolean {
    return this.#known.has(run.info.id);
  }

  /** Reads those of some metrics, where the server can tell them. @returns whether `get` answers otherwise now */
  async read(run: Run, keys: readonly string[]): Promise<boolean> {
    const { id } = run.info;
    await this.#reading.get(id)?.catch(() => undefined);
    const known = this.#known.get(id);
    const isSame = known?.run === run;
    const wanted = isSame ? keys.filter((key) => !known.extremes.has(key)) : keys;
    const client = this.client();
    if (wanted.length === 0 || client?.has('table') !== true) {
      return false;
    }
    const before = wanted.map((key) => this.get(run, key));
    const reading = readExtremes(client, run, wanted.slice(0, mostAtOnce));
    this.#reading.set(id, reading);
    try {
      const read = await reading;
      this.#known.delete(id);
      this.#known.set(id, { run, extremes: new Map([...(isSame ? known.extremes : []), ...read]) });
    } finally {
      this.#reading.delete(id);
    }
    const oldest = this.#known.keys().next();
    if (this.#known.size > mostRuns && oldest.done !== true) {
      this.#known.delete(oldest.value);
    }
    return wanted.some((key, i) => {
      const now = this.get(run, key);
      return now?.min !== before[i]?.min || now?.max !== before[i]?.max;
    });
  }

  clear(): void {
    this.#known.clear();
  }
}

async function readExtremes(
  client: TrackingClient,
  { info }: Run,
  keys: readonly string[],
): Promise<Map<string, Extremes>> {
  const request = { experiment_ids: [info.experimentId], run_ids: [info.id], stage: info.stage };
  const columns = keys.flatMap((key) => [
    { kind: 'metric' as const, key, aggregate: 'min' as const },
    { kind: 'metric' as const, key, aggregate: 'max' as const },
  ]);
  const answer = decodeTableColumns(await client.tableColumns({ ...request, columns }));
  const figure = (i: number): number => {
    const column = answer.columns[i];
    return column?.kind === 'numbers' ? (column.value[0] ?? NaN) : NaN;
  };
  // Without one that is finite there is nothing to tell, which is known then.
  return new Map(keys.map((key, i) => [key, { min: figure(2 * i), max: figure(2 * i + 1) }]));
}
