import type { Metric } from '../../../core/model';
import type { Turn } from '../../../protocol/tableSelection';
import type { TableColumn } from '../../../protocol/tableTypes';
import type { Catalog } from '../catalog';
import { valueFrom } from '../points';
import { integer, real, text } from '../sqlite';
import type { Store } from '../types';

/** Columns that are kept, the least recently asked for going first. */
const keptColumns = 16;
const runsAtOnce = 500;

/** What a run had at the step when its metric had so many points; it stays right until there are more. */
interface Known {
  readonly points: number;
  readonly value: number | undefined;
}

/** The values of metrics at a step: from the catalog where that is the latest, else from the runs' histories. */
export class StepValues {
  readonly #kept = new Map<string, Map<number, Known>>();

  constructor(
    private readonly catalog: Catalog,
    private readonly sampleMetric: (query: Parameters<Store['sampleMetric']>[0]) => readonly Metric[],
  ) {}

  /**
   * The value of the last point with the step; runs without one are left out. Each history that has to be opened is a turn.
   * @param numbers of runs that have the metric
   * @throws ApiError where a history is damaged
   */
  async column(numbers: readonly number[], key: string, step: number, turn: Turn): Promise<TableColumn> {
    const known = this.#column(`${step} ${key}`);
    const found: { number: number; value: number }[] = [];
    for (let from = 0; from < numbers.length; from += runsAtOnce) {
      const rows = this.catalog.db.rows(
        'SELECT m.run, m.step, m.points, m.value, m.special, r.run_id FROM json_each(?) j ' +
          'CROSS JOIN metrics m ON m.run = j.value AND m.key = ? JOIN runs r ON r.id = m.run',
        JSON.stringify(numbers.slice(from, from + runsAtOnce)),
        key,
      );
      for (const row of rows) {
        const number = real(row[0]);
        const points = real(row[2]);
        let value = known.get(number);
        if (value?.points !== points) {
          value = { points, value: this.#valueAt(row, key, step, text(row[5])) };
          known.set(number, value);
          await turn();
        }
        if (value.value !== undefined) {
          found.push({ number, value: value.value });
        }
      }
      await turn();
    }
    return {
      kind: 'numbers',
      number: Uint32Array.from(found, ({ number }) => number),
      value: Float64Array.from(found, ({ value }) => value),
    };
  }

  #valueAt(row: readonly unknown[], key: string, step: number, runId: string): number | undefined {
    const [, last, points, stored, special] = row as Parameters<typeof integer>[0][];
    if (integer(last) <= step || real(points) === 1) {
      return integer(last) === step ? valueFrom(real(stored), real(special)) : undefined;
    }
    return this.sampleMetric({ runId, key, range: { start: step, end: step }, limit: 1 })[0]?.value;
  }

  #column(name: string): Map<number, Known> {
    const known = this.#kept.get(name) ?? new Map<number, Known>();
    this.#kept.delete(name);
    this.#kept.set(name, known);
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= keptColumns) {
        break;
      }
      this.#kept.delete(oldest);
    }
    return known;
  }
}
