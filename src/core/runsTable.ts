/** Runs as a table for other programs, with the column names of MLflow's `search_runs`. Pure. */
import type { Run } from './model';
import { areNumerals, type RowSource, type TableCell } from './tableText';

export interface RunColumn {
  readonly name: string;
  readonly kind: 'text' | 'number' | 'time';
  /** One for each run; a time is Unix milliseconds. */
  readonly cells: readonly TableCell[];
}

/** The runs as rows, made when they are written. Times as ISO 8601 in UTC. */
export function runRows(columns: readonly RunColumn[]): RowSource {
  return {
    header: columns.map(({ name }) => name),
    count: columns[0]?.cells.length ?? 0,
    row: (index) => columns.map(({ kind, cells }) => (kind === 'time' ? utcTime(cells[index]) : cells[index])),
    isNumeric: (place) => {
      const { kind, cells } = columns[place] ?? { kind: 'text', cells: [] };
      return kind === 'number' || (kind === 'text' && areNumerals(cells));
    },
  };
}

/** ISO 8601 in UTC of Unix milliseconds; doubles hold more than dates do, and of those there is none. */
export function utcTime(time: TableCell): string | undefined {
  const number = Number(time);
  return time === undefined || !(Math.abs(number) <= 8.64e15) ? undefined : new Date(number).toISOString();
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
