import type { LifecycleStage, Metric, Run, RunInfo } from '../core/model';
import { numberColumn, TextColumn, type SparseColumn } from '../core/sparseColumns';
import {
  columnOf,
  keyFacts,
  parentsOf,
  Selection,
  takeTurns,
  type TableCells,
  type Turn,
} from '../protocol/tableSelection';
import type {
  ColumnsRequest,
  MetricAggregate,
  TableColumn,
  TableColumns,
  TableRequest,
  TableRows,
} from '../protocol/tableTypes';
import { mapLimited } from './mapLimited';
import { RequestError } from './requestError';
import type { CallOptions, PageOf, RowsOptions, RunQuery } from './types';

/** What of the tracking API tables are made from. */
export interface TableSource {
  searchRuns(query: RunQuery, options?: CallOptions): Promise<PageOf<Run>>;
  getRun(id: string, options?: CallOptions): Promise<Run>;
  getExperiment(id: string, options?: CallOptions): Promise<{ readonly name: string }>;
  wholeMetricHistory(runId: string, key: string, options?: CallOptions): Promise<Metric[]>;
}

/** Requests at the same time, so that a large table does not swamp the server. */
const parallel = 4;
/** More runs than these are read anew by searching. */
const mostRunsById = 50;
/** Figures that only a history tells are worked out for so many runs of a column, the newest. */
export const mostHistories = 200;
const keptExperiments = 4;
const pageSize = 1000;

/**
 * The table of runs over a server that has none: from searches. Cells stay here as columns until the rows are read again.
 * What MLflow's searches do not tell (least, greatest and mean value, value at a step, number of points) comes from the histories,
 * of the newest 200 runs of a column; other runs are left out of such a column. A history that was read tells all figures but the value
 * at a step: columns of the others need it no more, until the run is read again.
 */
export class SearchedTable {
  /** The least recently used first. */
  readonly #experiments = new Map<string, SearchedExperiment>();
  readonly #numbers = new Map<string, number>();
  #revision = 0;

  constructor(private readonly source: TableSource) {}

  /** As POST table/rows. @throws RequestError */
  async rows(request: TableRequest, { onRead, ...options }: RowsOptions = {}): Promise<TableRows> {
    const turn = takeTurns(nextTurn);
    const experiments: SearchedExperiment[] = [];
    let read = 0;
    const count = (runs: number): void => onRead?.((read += runs));
    for (const id of new Set(request.experiment_ids)) {
      experiments.push(await this.#read(id, request.run_ids, options, turn, count));
    }
    const parts = experiments.map((experiment) => ({ experiment, selection: experiment.select(request) }));
    const selections = parts.map(({ selection }) => selection);
    const parents = parentsOf(selections);
    const lines = parts
      .flatMap(({ experiment, selection }, place) =>
        Array.from(selection.numbers, (number) => ({ number, place, line: experiment.line(number) })),
      )
      .sort((a, b) => b.line.started - a.line.started || (a.line.info.id < b.line.info.id ? -1 : 1));
    return {
      revision: ++this.#revision,
      number: Uint32Array.from(lines, ({ number }) => number),
      id: lines.map(({ line }) => line.info.id),
      experiment: Uint32Array.from(lines, ({ place }) => place),
      experiments: experiments.map(({ id, name }) => ({ id, name })),
      name: lines.map(({ line }) => line.info.name),
      status: lines.map(({ line }) => line.info.status),
      started: Float64Array.from(lines, ({ line }) => line.started),
      ended: Float64Array.from(lines, ({ line }) => Number(line.info.endTime ?? NaN)),
      slot: Uint32Array.from(lines, ({ number, place }) => experiments[place]?.slots.get(number) ?? 0),
      parent: lines.map(({ number }) => parents.get(number) ?? ''),
      metrics: await keyFacts(selections, 'metrics', turn),
      params: await keyFacts(selections, 'params', turn),
      tags: await keyFacts(selections, 'tags', turn),
    };
  }

  /** As POST table/columns, of the runs as `rows` read them last. @throws RequestError */
  async columns(request: ColumnsRequest, options: CallOptions = {}): Promise<TableColumns> {
    const turn = takeTurns(nextTurn);
    const selections: Selection<SearchedCells>[] = [];
    for (const id of new Set(request.experiment_ids)) {
      const experiment = this.#experiments.get(id) ?? (await this.#read(id, undefined, options, turn));
      selections.push(experiment.select(request));
    }
    const columns: TableColumn[] = [];
    for (const column of request.columns) {
      if (column.kind === 'metricAt') {
        const { key, step } = column;
        columns.push(
          await fromHistories(selections, key, async ({ info }) =>
            valueAt(step, await this.source.wholeMetricHistory(info.id, key, options)),
          ),
        );
      } else if (column.kind === 'metric' && !isLatest(column.aggregate)) {
        const { key, aggregate } = column;
        columns.push(
          await fromHistories(selections, key, async (line) => (await this.#figures(line, key, options))[aggregate]),
        );
      } else {
        columns.push(await columnOf(selections, column, turn));
      }
    }
    return { revision: this.#revision, columns };
  }

  async #read(
    id: string,
    runIds: readonly string[] | undefined,
    options: CallOptions,
    turn: Turn,
    count?: (runs: number) => void,
  ): Promise<SearchedExperiment> {
    const known = this.#experiments.get(id);
    if (known !== undefined && runIds !== undefined && runIds.length <= mostRunsById) {
      const runs = await mapLimited(runIds, parallel, (runId) => this.#runIfThere(runId, options));
      runs.forEach((run, i) => known.put(run, runIds[i] ?? ''));
      return known;
    }
    const { name } = await this.source.getExperiment(id, options);
    const experiment = new SearchedExperiment(id, name, this.#numbers, known?.slots ?? new Map<number, number>());
    const seen = new Set<string>();
    let pageToken: string | undefined;
    do {
      const query = { experimentIds: [id], view: 'ALL', maxResults: pageSize } as const;
      const page = await this.source.searchRuns(
        { ...query, ...(pageToken === undefined ? {} : { pageToken }) },
        options,
      );
      for (const run of page.items) {
        experiment.put(run, run.info.id);
        await turn();
      }
      count?.(page.items.length);
      pageToken = page.nextPageToken;
      if (pageToken !== undefined && seen.has(pageToken)) {
        throw new RequestError('malformed', 'The server sends the same page again and again.');
      }
      seen.add(pageToken ?? '');
    } while (pageToken !== undefined);
    experiment.giveSlots();
    this.#keep(id, experiment);
    return experiment;
  }

  #keep(id: string, experiment: SearchedExperiment): void {
    this.#experiments.delete(id);
    this.#experiments.set(id, experiment);
    for (const oldest of this.#experiments.keys()) {
      if (this.#experiments.size <= keptExperiments) {
        return;
      }
      this.#experiments.delete(oldest);
    }
  }

  async #runIfThere(id: string, options: CallOptions): Promise<Run | undefined> {
    try {
      return await this.source.getRun(id, options);
    } catch (error) {
      if (error instanceof RequestError && error.status === 404) {
        return undefined;
      }
      throw error;
    }
  }

  /** Reads a history once as long as the run is as it was read. */
  async #figures({ info, figures }: Line, key: string, options: CallOptions): Promise<Figures> {
    const known = figures.get(key) ?? figuresOf(await this.source.wholeMetricHistory(info.id, key, options));
    figures.set(key, known);
    return known;
  }
}

/** A column of the newest runs. @param read value of a run that has the metric */
async function fromHistories(
  selections: readonly Selection<SearchedCells>[],
  key: string,
  read: (line: Line) => Promise<number | undefined>,
): Promise<TableColumn> {
  const runs = selections.flatMap((selection) => {
    const column = selection.cells.metrics.get(key);
    return column === undefined
      ? []
      : Array.from(selection.places(column), (place) => {
          const number = column.runs[place] ?? 0;
          return { number, line: selection.cells.lineOf(number) };
        });
  });
  const newest = runs.sort((a, b) => b.number - a.number).slice(0, mostHistories);
  const cells = await mapLimited(newest, parallel, async ({ number, line }) => {
    const value = await read(line);
    return value === undefined ? [] : [{ number, value }];
  });
  const found = cells.flat();
  return {
    kind: 'numbers',
    number: Uint32Array.from(found, ({ number }) => number),
    value: Float64Array.from(found, ({ value }) => value),
  };
}

/** A run as it was read; read again it is another one. */
interface Line {
  readonly info: RunInfo;
  readonly started: number;
  /** By metric, as far as somebody needed them. */
  readonly figures: Map<string, Figures>;
}

/** The runs of an experiment, deleted ones included, as they were last read. */
class SearchedExperiment {
  readonly #lines = new Map<number, Line>();
  readonly #cells = new SearchedCells((number) => this.line(number));
  #isWhole = false;

  /** @param slots by run number; shared with what is read later, so that a run keeps its slot */
  constructor(
    readonly id: string,
    readonly name: string,
    private readonly numbers: Map<string, number>,
    readonly slots: Map<number, number>,
  ) {}

  line(number: number): Line {
    const line = this.#lines.get(number);
    if (line === undefined) {
      throw new Error(`There is no run ${number} in experiment ${this.id}`);
    }
    return line;
  }

  /** Takes a run in, again or for the first time; undefined: it is no longer there. */
  put(run: Run | undefined, id: string): void {
    const number = this.numbers.get(id) ?? this.numbers.size + 1;
    this.numbers.set(id, number);
    if (run?.info.experimentId !== this.id) {
      this.#lines.delete(number);
      return;
    }
    this.#lines.set(number, { info: run.info, started: Number(run.info.startTime), figures: new Map() });
    this.#cells.put(number, run);
    if (this.#isWhole && !this.slots.has(number)) {
      // A run that is new to an experiment that was read whole is the newest.
      this.slots.set(number, this.slots.size);
    }
  }

  /** To be called when all runs are in: those that have no slot yet get one, in the order of their starts. */
  giveSlots(): void {
    const fresh = [...this.#lines].filter(([number]) => !this.slots.has(number));
    for (const [number] of fresh.sort(([, a], [, b]) => a.started - b.started || (a.info.id < b.info.id ? -1 : 1))) {
      this.slots.set(number, this.slots.size);
    }
    this.#isWhole = true;
  }

  select({ run_ids, stage }: { readonly run_ids?: readonly string[]; readonly stage: LifecycleStage }) {
    const asked = run_ids && new Set(run_ids);
    const numbers = [...this.#lines].flatMap(([number, { info }]) =>
      info.stage === stage && (asked?.has(info.id) ?? true) ? number : [],
    );
    return new Selection(this.#cells, Uint32Array.from(numbers).sort());
  }
}

class SearchedCells implements TableCells {
  readonly metrics = new Map<string, SparseColumn>();
  readonly params = new Map<string, TextColumn>();
  readonly tags = new Map<string, TextColumn>();
  readonly #steps = new Map<string, SparseColumn>();
  readonly #times = new Map<string, SparseColumn>();

  constructor(readonly lineOf: (number: number) => Line) {}

  put(number: number, run: Run): void {
    for (const { key, value, step, timestamp } of run.metrics) {
      columnFor(this.metrics, key, numberColumn).set(number, value);
      columnFor(this.#steps, key, numberColumn).set(number, Number(step));
      columnFor(this.#times, key, numberColumn).set(number, Number(timestamp));
    }
    for (const [columns, pairs] of [
      [this.params, run.params],
      [this.tags, run.tags],
    ] as const) {
      columns.forEach((column) => column.delete(number));
      pairs.forEach(({ key, value }) => columnFor(columns, key, () => new TextColumn()).set(number, value));
    }
  }

  figure(key: string, aggregate: MetricAggregate): Promise<SparseColumn | undefined> {
    const columns = aggregate === 'step' ? this.#steps : aggregate === 'time' ? this.#times : this.metrics;
    return Promise.resolve(columns.get(key));
  }
}

function columnFor<Column>(columns: Map<string, Column>, key: string, make: () => Column): Column {
  const known = columns.get(key) ?? make();
  columns.set(key, known);
  return known;
}

type Latest = 'last' | 'step' | 'time';

function isLatest(aggregate: MetricAggregate): aggregate is Latest {
  return aggregate === 'last' || aggregate === 'step' || aggregate === 'time';
}

type Figures = Readonly<Record<Exclude<MetricAggregate, Latest>, number>>;

function figuresOf(points: readonly Metric[]): Figures {
  const finite = points.filter(({ value }) => Number.isFinite(value));
  // Of several the first.
  const min = finite.reduce<Metric | undefined>(
    (least, point) => (least && least.value <= point.value ? least : point),
    undefined,
  );
  const max = finite.reduce<Metric | undefined>(
    (most, point) => (most && most.value >= point.value ? most : point),
    undefined,
  );
  return {
    min: min?.value ?? NaN,
    max: max?.value ?? NaN,
    minStep: Number(min?.step ?? NaN),
    maxStep: Number(max?.step ?? NaN),
    mean: finite.reduce((sum, { value }) => sum + value, 0) / finite.length,
    count: points.length,
  };
}

/** Of several points with the step, the last one in the order of MLflow's histories: (timestamp, step, value). */
function valueAt(step: number, points: readonly Metric[]): number | undefined {
  return points.filter((point) => Number(point.step) === step).at(-1)?.value;
}

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
