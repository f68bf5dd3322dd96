import { numberColumn, type SparseColumn, TextColumn } from '../../../core/sparseColumns';
import type { Aspect } from '../../../protocol/extras';
import type { TableCells, Turn } from '../../../protocol/tableSelection';
import type { MetricAggregate } from '../../../protocol/tableTypes';
import type { Catalog } from '../catalog';
import { valueFrom } from '../points';
import { type Cell, real, text } from '../sqlite';

/** Columns of figures other than the last value that are kept, the least recently asked for going first. */
const keptFigures = 256;
/** Runs whose figures are read with one statement. */
const runsAtOnce = 1000;

type Figure = Exclude<MetricAggregate, 'last'>;

/** Of the catalog's table `metrics`; see `MetricAggregate`. */
const figureSql: Readonly<Record<Figure, string>> = {
  min: 'm.min',
  max: 'm.max',
  mean: 'm.sum / m.finite',
  step: 'm.step',
  time: 'm.timestamp',
  count: 'm.points',
  minStep: 'm.min_step',
  maxStep: 'm.max_step',
};

/**
 * The cells of one experiment's table, read from the catalog: of every metric the last value, of every param and tag the text, and
 * what other figures were asked for. It holds what the catalog held when a run was last read.
 */
export class Cells implements TableCells {
  readonly metrics = new Map<string, SparseColumn>();
  readonly params = new Map<string, TextColumn>();
  readonly tags = new Map<string, TextColumn>();
  /** By key, then by figure; a key that was not asked for lately comes first. */
  readonly #figures = new Map<string, Map<Figure, SparseColumn>>();

  constructor(private readonly catalog: Catalog) {}

  /** Number of cells, for the limit on memory. */
  get size(): number {
    const sum = (columns: Iterable<{ readonly count: number }>): number => {
      let cells = 0;
      for (const { count } of columns) {
        cells += count;
      }
      return cells;
    };
    const opened = [...this.#figures.values()].reduce((cells, each) => cells + sum(each.values()), 0);
    return sum(this.metrics.values()) + sum(this.params.values()) + sum(this.tags.values()) + opened;
  }

  /** Reads all cells of runs that have none here yet. */
  load(runs: readonly number[]): void {
    const ids = JSON.stringify(runs);
    this.#readMetrics(ids);
    this.#readTexts('params', ids);
    this.#readTexts('tags', ids);
  }

  /** Reads what changed in runs. */
  refresh(runs: readonly number[], aspects: ReadonlySet<Aspect>): void {
    const ids = JSON.stringify(runs);
    if (aspects.has('metrics')) {
      this.#readMetrics(ids);
    }
    if (aspects.has('params')) {
      this.#readTexts('params', ids);
    }
    if (aspects.has('tags')) {
      // Tags can be removed.
      this.tags.forEach((column) => runs.forEach((run) => column.delete(run)));
      this.#readTexts('tags', ids);
    }
  }

  async figure(key: string, aggregate: MetricAggregate, turn: Turn): Promise<SparseColumn | undefined> {
    const last = this.metrics.get(key);
    if (last === undefined || aggregate === 'last') {
      return last;
    }
    const known = this.#figures.get(key) ?? new Map<Figure, SparseColumn>();
    this.#figures.delete(key);
    this.#figures.set(key, known);
    const column = known.get(aggregate) ?? numberColumn();
    if (!known.has(aggregate)) {
      // Known at once, so that a run that is refreshed meanwhile gets into it, too.
      known.set(aggregate, column);
      await this.#readFigure(key, aggregate, last.runs.slice(), column, turn);
    }
    return column;
  }

  /** To be called when an answer was made: until then it may need more than are kept. */
  forgetFigures(): void {
    let excess = [...this.#figures.values()].reduce((sum, each) => sum + each.size, 0) - keptFigures;
    for (const [key, { size }] of this.#figures) {
      if (excess <= 0) {
        return;
      }
      this.#figures.delete(key);
      excess -= size;
    }
  }

  #readMetrics(ids: string): void {
    // Many runs change at once, and each figure costs: read are those that a column has.
    const opened = [...new Set([...this.#figures.values()].flatMap((each) => [...each.keys()]))];
    const more = opened.map((figure) => `, ${figureSql[figure]}`);
    this.catalog.db.each(
      `SELECT m.run, m.key, m.value, m.special${more.join('')} FROM metrics m WHERE m.run IN (SELECT value FROM json_each(?))`,
      [ids],
      (row) => {
        const run = real(row[0]);
        const key = text(row[1]);
        let column = this.metrics.get(key);
        if (column === undefined) {
          this.metrics.set(key, (column = numberColumn()));
        }
        column.set(run, valueFrom(real(row[2]), real(row[3])));
        this.#figures.get(key)?.forEach((each, figure) => each.set(run, double(row[4 + opened.indexOf(figure)])));
      },
    );
  }

  async #readFigure(key: string, figure: Figure, runs: Uint32Array, column: SparseColumn, turn: Turn): Promise<void> {
    for (let from = 0; from < runs.length; from += runsAtOnce) {
      this.catalog.db.each(
        `SELECT m.run, ${figureSql[figure]} FROM json_each(?) j CROSS JOIN metrics m ON m.run = j.value AND m.key = ?`,
        [JSON.stringify([...runs.subarray(from, from + runsAtOnce)]), key],
        (row) => column.set(real(row[0]), double(row[1])),
      );
      await turn();
    }
  }

  #readTexts(table: 'params' | 'tags', ids: string): void {
    const columns = this[table];
    this.catalog.db.each(
      `SELECT run, key, value FROM ${table} WHERE run IN (SELECT value FROM json_each(?))`,
      [ids],
      (row) => {
        const key = text(row[1]);
        let column = columns.get(key);
        if (column === undefined) {
          columns.set(key, (column = new TextColumn()));
        }
        column.set(real(row[0]), text(row[2]));
      },
    );
  }
}

/** Steps and times as doubles, for showing; what is not there (the least of no finite value) is NaN. */
function double(cell: Cell | undefined): number {
  return cell === null || cell === undefined ? NaN : Number(cell);
}
