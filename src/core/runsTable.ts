/** Runs as a table for other programs, with the column names of MLflow's `search_runs`. Pure. */
import type { Run } from './model';
import type { TableCell, TextTable } from './tableText';

export interface RunColumn {
  readonly name: string;
  readonly kind: 'text' | 'number' | 'time';
  /** One for each run; a time is Unix milliseconds. */
  readonly cells: readonly TableCell[];
}

/**
 * Columns in the order of `search_runs`: what a run is, then `metrics.…`, `params.…` and `tags.…` by name. Tags of MLflow's own
 * are left out; values are the last ones.
 * @param experimentName of a run's experiment, by its id
 */
export function runColumns(runs: readonly Run[], experimentName: (id: string) => string): RunColumn[] {
  const text = (name: string, of: (run: Run) => string): RunColumn => ({ name, kind: 'text', cells: runs.map(of) });
  const time = (name: string, of: (run: Run) => bigint | number | undefined): RunColumn => ({
    name,
    kind: 'time',
    cells: runs.map(of),
  });
  const keyed = (
    prefix: string,
    kind: RunColumn['kind'],
    entries: (run: Run) => readonly { readonly key: string; readonly value: string | number }[],
  ): RunColumn[] => {
    const byRun = runs.map((run) => new Map(entries(run).map(({ key, value }) => [key, value])));
    const keys = [...new Set(byRun.flatMap((values) => [...values.keys()]))].sort();
    return keys.map((key) => ({ name: `${prefix}.${key}`, kind, cells: byRun.map((values) => values.get(key)) }));
  };
  return [
    text('run_id', ({ info }) => info.id),
    text('run_name', ({ info }) => info.name),
    text('experiment_id', ({ info }) => info.experimentId),
    text('experiment_name', ({ info }) => experimentName(info.experimentId)),
    text('status', ({ info }) => info.status),
    time('start_time', ({ info }) => info.startTime),
    time('end_time', ({ info }) => info.endTime),
    ...keyed('metrics', 'number', ({ metrics }) => metrics),
    ...keyed('params', 'text', ({ params }) => params),
    ...keyed('tags', 'text', ({ tags }) => tags.filter(({ key }) => !key.startsWith('mlflow.'))),
  ];
}

/** Times as ISO 8601 in UTC. */
export function runsTable(columns: readonly RunColumn[]): TextTable {
  const rows = (columns[0]?.cells ?? []).map((_, row) =>
    columns.map(({ kind, cells }) => {
      const cell = cells[row];
      return kind === 'time' ? isoTime(cell) : cell;
    }),
  );
  return { header: columns.map(({ name }) => name), rows };
}

function isoTime(cell: TableCell): string | undefined {
  const time = Number(cell);
  // Doubles hold more than dates do.
  return cell === undefined || Math.abs(time) > 8.64e15 ? undefined : new Date(time).toISOString();
}

/** Lines of Python that get the runs again, and their parameters as a dict each, numbers as numbers. */
export function runsAsPython(runs: readonly Run[]): string {
  const parts = runs.map(({ info, params }) => {
    const entries = params.map(({ key, value }) => `    ${JSON.stringify(key)}: ${pythonValue(value)},\n`);
    const dict = entries.length === 0 ? '{}' : `{\n${entries.join('')}}`;
    const name = info.name.replace(/\s+/g, ' ');
    return `# ${name}\nrun = mlflow.get_run(${JSON.stringify(info.id)})\nparams = ${dict}\n`;
  });
  return `import mlflow\n\n${parts.join('\n')}`;
}

/** What MLflow made a text of, as far as that is sure: numbers, booleans and None; anything else stays a text. */
function pythonValue(text: string): string {
  return /^-?(0|[1-9]\d*)(\.\d+)?(e[+-]?\d+)?$/i.test(text) || ['True', 'False', 'None'].includes(text)
    ? text
    : JSON.stringify(text);
}
