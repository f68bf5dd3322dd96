/** Run tables for the tests of the table's view model. */
import type { RunStatus } from '../../../src/core/model';
import type { ColumnId, TableColumn, TableRows } from '../../../src/protocol/tableTypes';
import { RunTable } from '../../../webview-ui/experiment/table/runTable';

export interface FakeRow {
  readonly id: string;
  readonly name?: string;
  readonly status?: RunStatus;
  readonly started?: number;
  readonly ended?: number;
  readonly parent?: string;
  readonly metrics?: Readonly<Record<string, number>>;
  readonly params?: Readonly<Record<string, string>>;
  readonly tags?: Readonly<Record<string, string>>;
}

export function rowsOf(runs: readonly FakeRow[]): TableRows {
  const keys = (of: (run: FakeRow) => Readonly<Record<string, unknown>> | undefined) => {
    const all = new Set(runs.flatMap((run) => Object.keys(of(run) ?? {})));
    return [...all].sort().map((key) => {
      const values = runs.map((run) => of(run)?.[key]);
      return {
        key,
        runs: values.filter((value) => value !== undefined).length,
        differs: new Set(values).size > 1,
      };
    });
  };
  return {
    revision: 1,
    number: Uint32Array.from(runs, ({ id }) => numberOf(id)),
    id: runs.map(({ id }) => id),
    experiment: new Uint32Array(runs.length),
    experiments: [{ id: '1', name: 'cifar100' }],
    name: runs.map(({ id, name }) => name ?? id),
    status: runs.map(({ status }) => status ?? 'FINISHED'),
    started: Float64Array.from(runs, ({ started }) => started ?? NaN),
    ended: Float64Array.from(runs, ({ ended }) => ended ?? NaN),
    slot: Uint32Array.from(runs, (_, index) => index),
    parent: runs.map(({ parent }) => parent ?? ''),
    metrics: keys(({ metrics }) => metrics),
    params: keys(({ params }) => params),
    tags: keys(({ tags }) => tags),
  };
}

export function columnOf(runs: readonly FakeRow[], id: ColumnId): TableColumn {
  if (id.kind === 'metric' || id.kind === 'metricAt') {
    const having = runs.filter(({ metrics }) => metrics?.[id.key] !== undefined);
    return {
      kind: 'numbers',
      number: Uint32Array.from(having, (run) => numberOf(run.id)),
      value: Float64Array.from(having, ({ metrics }) => metrics?.[id.key] ?? NaN),
    };
  }
  const textOf = (run: FakeRow): string | undefined => (id.kind === 'param' ? run.params : run.tags)?.[id.key];
  const having = runs.filter((run) => textOf(run) !== undefined);
  const values = [...new Set(having.map((run) => textOf(run) ?? ''))];
  return {
    kind: 'texts',
    number: Uint32Array.from(having, (run) => numberOf(run.id)),
    code: Uint32Array.from(having, (run) => values.indexOf(textOf(run) ?? '')),
    values,
  };
}

/** A table of runs with these columns read. */
export function tableOf(runs: readonly FakeRow[], columns: readonly ColumnId[] = []): RunTable {
  const table = new RunTable();
  table.takeRows(rowsOf(runs));
  table.takeColumns(columns, { revision: 1, columns: columns.map((id) => columnOf(runs, id)) });
  return table;
}

export function idsOf(table: RunTable, slots: Iterable<number>): string[] {
  return Array.from(slots, (slot) => table.id[slot] ?? '');
}

const numbers = new Map<string, number>();
function numberOf(id: string): number {
  const known = numbers.get(id) ?? numbers.size * 3 + 5;
  numbers.set(id, known);
  return known;
}
