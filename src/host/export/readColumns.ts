import type { TrackingClient } from '../../client/types';
import type { LifecycleStage } from '../../core/model';
import type { RunColumn } from '../../core/runsTable';
import type { TableCell } from '../../core/tableText';
import type { ExportField } from '../../protocol/experimentPanel';
import { decodeTableColumns, decodeTableRows } from '../../protocol/tableCodec';
import type { Turn } from '../../protocol/tableSelection';
import type { ColumnId, TableColumn, TableRequest, TableRows } from '../../protocol/tableTypes';

/** Which runs, and in which order. */
export interface RunSource {
  /** Experiments of which all runs are wanted, newest first. */
  readonly whole: readonly string[];
  /** Then these runs, in this order. */
  readonly runs: readonly string[];
  /** Experiments of these runs. */
  readonly of: readonly string[];
  readonly stage?: LifecycleStage;
}

/** A column, and what it is called in the file. */
export interface NamedField {
  readonly name: string;
  readonly field: ExportField | { readonly kind: 'attribute'; readonly key: 'experimentId' | 'status' };
}

export interface ReadOptions {
  readonly signal: AbortSignal;
  readonly turn: Turn;
  /** Told how many columns are there. */
  readonly onRead?: (done: number, total: number) => void;
  /** Runs of which nothing is heard any more: of these the state is another than the status. */
  readonly lost: ReadonlySet<string>;
  /** Unix milliseconds, until which runs last that go on. */
  readonly now: number;
}

/** More runs at once are cheaper to read with all others. */
const mostSingle = 400;
/** Columns in one answer, which is read without a pause. */
const columnsAtOnce = 8;

/** What a run is, under the names of MLflow's `search_runs`. */
const ownFields: readonly NamedField[] = [
  { name: 'run_id', field: { kind: 'attribute', key: 'id' } },
  { name: 'run_name', field: { kind: 'attribute', key: 'name' } },
  { name: 'experiment_id', field: { kind: 'attribute', key: 'experimentId' } },
  { name: 'experiment_name', field: { kind: 'attribute', key: 'experiment' } },
  { name: 'status', field: { kind: 'attribute', key: 'status' } },
  { name: 'start_time', field: { kind: 'attribute', key: 'started' } },
  { name: 'end_time', field: { kind: 'attribute', key: 'ended' } },
];

/**
 * Runs as columns for other programs, read in small parts so that nothing else in the extension host waits for long.
 * @param fields which columns; `all`: those of MLflow's `search_runs` in its order, what a run is, then `metrics.…` (last values),
 * `params.…` and `tags.…` by name, without MLflow's own tags
 * @throws RequestError; the signal's reason when it comes
 */
export async function readColumns(
  client: Pick<TrackingClient, 'tableRows' | 'tableColumns'>,
  { whole, runs, of, stage = 'active' }: RunSource,
  fields: readonly NamedField[] | 'all',
  options: ReadOptions,
): Promise<RunColumn[]> {
  const { signal, turn, onRead } = options;
  const request: TableRequest = {
    experiment_ids: [...new Set([...whole, ...of])],
    stage,
    ...(whole.length > 0 || runs.length > mostSingle ? {} : { run_ids: [...runs] }),
  };
  const rows = decodeTableRows(await client.tableRows(request, { signal }));
  const wanted = fields === 'all' ? allFields(rows) : fields;
  const places = placesOf(rows, whole, runs);
  const placeOfNumber = new Map(places.map((place, index) => [rows.number[place] ?? -1, index]));
  const ids = wanted.flatMap(({ field }) => (field.kind === 'attribute' ? [] : [field]));
  const cells = new Map<ColumnId, readonly TableCell[]>();
  for (let from = 0; from < ids.length; from += columnsAtOnce) {
    onRead?.(from, ids.length);
    const columns = ids.slice(from, from + columnsAtOnce);
    const answer = decodeTableColumns(await client.tableColumns({ ...request, columns }, { signal }));
    for (const [i, id] of columns.entries()) {
      const column = answer.columns[i];
      cells.set(id, column ? cellsOf(column, placeOfNumber, places.length) : []);
      await turn();
      signal.throwIfAborted();
    }
  }
  onRead?.(ids.length, ids.length);
  const done: RunColumn[] = [];
  for (const { name, field } of wanted) {
    done.push(
      field.kind === 'attribute'
        ? { name, ...attribute(field.key, rows, places, options) }
        : { name, kind: kindOf(field), cells: cells.get(field) ?? [] },
    );
    await turn();
  }
  return done;
}

function allFields({ metrics, params, tags }: TableRows): NamedField[] {
  return [
    ...ownFields,
    ...metrics.map(({ key }): NamedField => ({
      name: `metrics.${key}`,
      field: { kind: 'metric', key, aggregate: 'last' },
    })),
    ...params.map(({ key }): NamedField => ({ name: `params.${key}`, field: { kind: 'param', key } })),
    ...tags
      .filter(({ key }) => !key.startsWith('mlflow.'))
      .map(({ key }): NamedField => ({ name: `tags.${key}`, field: { kind: 'tag', key } })),
  ];
}

/** Where in the answer the runs are that are wanted, each once; those that are gone meanwhile are left out. */
function placesOf(rows: TableRows, whole: readonly string[], runs: readonly string[]): number[] {
  const placeOf = new Map(rows.id.map((id, place) => [id, place]));
  const isWhole = rows.experiments.map(({ id }) => whole.includes(id));
  const first = rows.id.flatMap((_, place) => (isWhole[rows.experiment[place] ?? -1] === true ? [place] : []));
  return [...new Set([...first, ...runs.flatMap((id) => placeOf.get(id) ?? [])])];
}

function cellsOf(column: TableColumn, placeOf: ReadonlyMap<number, number>, count: number): TableCell[] {
  const cells = new Array<TableCell>(count).fill(undefined);
  column.number.forEach((number, i) => {
    const place = placeOf.get(number);
    if (place !== undefined) {
      cells[place] = column.kind === 'numbers' ? column.value[i] : column.values[column.code[i] ?? -1];
    }
  });
  return cells;
}

function kindOf(field: ColumnId): RunColumn['kind'] {
  if (field.kind === 'metric') {
    return field.aggregate === 'time' ? 'time' : 'number';
  }
  return field.kind === 'metricAt' ? 'number' : 'text';
}

function attribute(
  key: Extract<NamedField['field'], { kind: 'attribute' }>['key'],
  rows: TableRows,
  places: readonly number[],
  { lost, now }: ReadOptions,
): Omit<RunColumn, 'name'> {
  const text = (of: (place: number) => string | undefined) => ({ kind: 'text', cells: places.map(of) }) as const;
  const number = (kind: 'number' | 'time', of: (place: number) => number | undefined) => ({
    kind,
    cells: places.map(of).map((value) => (Number.isNaN(value) ? undefined : value)),
  });
  const experiment = (place: number) => rows.experiments[rows.experiment[place] ?? -1];
  switch (key) {
    case 'id':
      return text((place) => rows.id[place]);
    case 'name':
      return text((place) => rows.name[place]);
    case 'experimentId':
      return text((place) => experiment(place)?.id);
    case 'experiment':
      return text((place) => experiment(place)?.name);
    case 'status':
      return text((place) => rows.status[place]);
    case 'state':
      return text((place) =>
        rows.status[place] === 'RUNNING' && lost.has(rows.id[place] ?? '') ? 'LOST' : rows.status[place],
      );
    case 'started':
      return number('time', (place) => rows.started[place]);
    case 'ended':
      return number('time', (place) => rows.ended[place]);
    case 'duration':
      return number('number', (place) => {
        const ended = rows.ended[place] ?? NaN;
        const until = Number.isNaN(ended) && rows.status[place] === 'RUNNING' ? now : ended;
        return (until - (rows.started[place] ?? NaN)) / 1000;
      });
  }
}
