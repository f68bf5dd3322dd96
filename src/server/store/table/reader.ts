import { runStatuses, type LifecycleStage, type RunStatus } from '../../../core/model';
import type { ChangeBatch } from '../../../protocol/extras';
import { columnOf, keyFacts, parentsOf, Selection, type Turn } from '../../../protocol/tableSelection';
import type { ColumnId, TableColumn, TableColumns, TableRows } from '../../../protocol/tableTypes';
import { takingTurns } from '../../turns';
import type { Catalog } from '../catalog';
import { experimentNumber } from '../resolve';
import { type Row, real, text } from '../sqlite';
import type { Cells } from './cells';
import { ExperimentTable, numbersOf } from './experimentTable';
import type { StepValues } from './stepValues';

/** Cells of experiments that are kept for the next question, about 100 MB. The experiments in question always are. */
const keptCells = 8_000_000;
const runsAtOnce = 1000;
/** Runs of an experiment whose table is worth reading ahead; smaller ones are read within a tenth of a second. */
const largeExperiment = 500;

export interface TableQuery {
  readonly experimentIds: readonly string[];
  /** Only these of the experiments' runs. */
  readonly runIds?: readonly string[] | undefined;
  readonly stage: LifecycleStage;
}

interface Line {
  readonly number: number;
  readonly id: string;
  readonly experiment: number;
  readonly slot: number;
  readonly name: string;
  readonly status: RunStatus;
  readonly started: number;
  readonly ended: number;
}

/**
 * Runs as columns. The catalog lies in the order of runs: for the column of one key, SQL has to search in each run, and for the facts
 * of all keys to look at every cell. So the cells of experiments that are asked for stay in memory as columns, and each
 * question reads only what changed since the last.
 */
export class TableReader {
  /** The least recently used first. */
  readonly #tables = new Map<number, ExperimentTable>();
  #rollbacks = 0;

  constructor(
    private readonly catalog: Catalog,
    private readonly stepValues: StepValues,
    private readonly revision: () => number,
  ) {}

  /** To be told of every change. */
  note(batch: ChangeBatch): void {
    for (const run of batch.runs) {
      this.#tables.get(Number(run.experiment_id))?.note(run);
    }
  }

  /** What `TableRows` says; experiments that are not there have no runs. */
  async rows(query: TableQuery): Promise<TableRows> {
    const turn = takingTurns();
    const revision = this.revision();
    const selections = await this.#select(query, turn);
    const lines: Line[] = [];
    for (const { selection } of selections) {
      for (let from = 0; from < selection.numbers.length; from += runsAtOnce) {
        lines.push(...this.#lines(selection.numbers.subarray(from, from + runsAtOnce)));
        await turn();
      }
    }
    await turn();
    lines.sort((a, b) => b.started - a.started || (a.id < b.id ? -1 : 1));
    await turn();
    const experiments = selections.map(({ experiment }) => experiment);
    const all = selections.map(({ selection }) => selection);
    const parents = parentsOf(all);
    const texts = {
      id: lines.map(({ id }) => id),
      name: lines.map(({ name }) => name),
      status: lines.map(({ status }) => status),
      parent: lines.map(({ number }) => parents.get(number) ?? ''),
    };
    await turn();
    const numbers = {
      number: Uint32Array.from(lines, ({ number }) => number),
      experiment: Uint32Array.from(lines, ({ experiment }) => experiments.indexOf(experiment)),
      started: Float64Array.from(lines, ({ started }) => started),
      ended: Float64Array.from(lines, ({ ended }) => ended),
      slot: Uint32Array.from(lines, ({ slot }) => slot),
    };
    await turn();
    return {
      revision,
      ...texts,
      ...numbers,
      experiments: experiments.map((id) => ({ id: String(id), name: this.catalog.experiment(id)?.name ?? '' })),
      metrics: await keyFacts(all, 'metrics', turn),
      params: await keyFacts(all, 'params', turn),
      tags: await keyFacts(all, 'tags', turn),
    };
  }

  /** Reads ahead: brings the tables of large experiments up to date, those with the newest runs first, as many as are kept. */
  async warm(turn: Turn, least = largeExperiment): Promise<void> {
    this.#dropUnsure();
    const rows = this.catalog.db.rows(
      'SELECT experiment FROM runs WHERE stage = 0 GROUP BY experiment HAVING count(*) >= ? ORDER BY max(started) DESC',
      least,
    );
    let cells = 0;
    for (const [experiment] of rows) {
      const table = this.#tables.get(real(experiment)) ?? new ExperimentTable(this.catalog, real(experiment));
      this.#tables.set(table.experiment, table);
      await table.upToDate(turn);
      cells += table.cells.size;
      if (cells > keptCells / 2) {
        return;
      }
    }
  }

  /** How many runs of experiments there are. */
  count({ experimentIds, stage }: Pick<TableQuery, 'experimentIds' | 'stage'>): number {
    const numbers = experimentIds.flatMap((id) => experimentNumber(id) ?? []);
    const sql = `SELECT count(*) FROM runs WHERE experiment IN (SELECT value FROM json_each(?)) AND ${ofStage(stage)}`;
    return real(this.catalog.db.row(sql, JSON.stringify(numbers))?.[0]);
  }

  /** What `TableColumns` says. @throws ApiError where a history that has to be read is damaged */
  async columns(query: TableQuery, columns: readonly ColumnId[]): Promise<TableColumns> {
    const turn = takingTurns();
    const revision = this.revision();
    const selections = (await this.#select(query, turn)).map(({ selection }) => selection);
    const answers: TableColumn[] = [];
    for (const column of columns) {
      answers.push(
        column.kind === 'metricAt'
          ? await this.stepValues.column(runsWith(selections, column.key), column.key, column.step, turn)
          : await columnOf(selections, column, turn),
      );
      await turn();
    }
    selections.forEach(({ cells }) => cells.forgetFigures());
    return { revision, columns: answers };
  }

  /** The runs in question, by experiment, with cells that are up to date. */
  async #select(query: TableQuery, turn: Turn): Promise<{ experiment: number; selection: Selection<Cells> }[]> {
    this.#dropUnsure();
    const numbers = new Set(query.experimentIds.flatMap((id) => experimentNumber(id) ?? []));
    const tables = [...numbers].flatMap((experiment) =>
      this.catalog.experiment(experiment) === undefined ? [] : this.#table(experiment),
    );
    const found: { experiment: number; selection: Selection<Cells> }[] = [];
    for (const table of tables) {
      const { experiment } = table;
      const chosen = query.runIds === undefined ? undefined : this.#numbers(experiment, query);
      const some = chosen && (await table.only(chosen, turn));
      if (some === undefined) {
        await table.upToDate(turn);
      }
      const numbersNow = chosen !== undefined && some !== undefined ? chosen : this.#numbers(experiment, query);
      await turn();
      found.push({ experiment, selection: new Selection(some ?? table.cells, numbersNow) });
      await turn();
    }
    this.#forget(numbers);
    return found;
  }

  /** What was read while a transaction was open that was then taken back never came to be. */
  #dropUnsure(): void {
    if (this.#rollbacks !== this.catalog.rollbacks) {
      this.#rollbacks = this.catalog.rollbacks;
      this.#tables.clear();
    }
  }

  #table(experiment: number): ExperimentTable {
    const table = this.#tables.get(experiment) ?? new ExperimentTable(this.catalog, experiment);
    this.#tables.delete(experiment);
    this.#tables.set(experiment, table);
    return table;
  }

  #forget(needed: ReadonlySet<number>): void {
    let cells = [...this.#tables.values()].reduce((sum, table) => sum + table.cells.size, 0);
    for (const [experiment, table] of this.#tables) {
      if (cells <= keptCells) {
        return;
      }
      if (!needed.has(experiment)) {
        this.#tables.delete(experiment);
        cells -= table.cells.size;
      }
    }
  }

  #numbers(experiment: number, { runIds, stage }: TableQuery): Uint32Array {
    const within = `experiment = ? AND ${ofStage(stage)}`;
    return numbersOf(
      runIds === undefined
        ? this.catalog.db.row(`SELECT group_concat(id) FROM runs WHERE ${within}`, experiment)
        : this.catalog.db.row(
            `SELECT group_concat(id) FROM runs WHERE run_id IN (SELECT value FROM json_each(?)) AND ${within}`,
            JSON.stringify(runIds),
            experiment,
          ),
    );
  }

  #lines(numbers: Uint32Array): Line[] {
    return this.catalog.db
      .rows(
        'SELECT id, run_id, experiment, slot, name, status, started, ended FROM runs ' +
          'WHERE id IN (SELECT value FROM json_each(?))',
        JSON.stringify([...numbers]),
      )
      .map(toLine);
  }
}

function ofStage(stage: LifecycleStage): string {
  return stage === 'active' ? 'stage = 0' : 'stage > 0';
}

function toLine(row: Row): Line {
  const status = text(row[5]);
  return {
    number: real(row[0]),
    id: text(row[1]),
    experiment: real(row[2]),
    slot: real(row[3]),
    name: text(row[4]),
    status: runStatuses.find((each) => each === status) ?? 'RUNNING',
    started: Number(row[6]),
    ended: row[7] === null ? NaN : Number(row[7]),
  };
}

function runsWith(selections: readonly Selection[], key: string): number[] {
  return selections.flatMap((selection) => {
    const column = selection.cells.metrics.get(key);
    return column === undefined ? [] : Array.from(selection.places(column), (place) => column.runs[place] ?? 0);
  });
}
