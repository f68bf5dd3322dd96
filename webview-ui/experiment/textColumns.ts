/** What of the table other programs get. Pure. */
import type { RowSource, TableCell } from '../../src/core/tableText';
import { columnSuffix, exactName } from './columnTexts';
import { exactCell, exactGroupCell } from './table/cellView';
import { orderedMetrics } from './table/columnSet';
import type { ColumnView } from './table/columnView';
import { attributeKeys } from '../../src/protocol/experimentPanel';
import { fieldId, type TableField } from './table/fields';
import type { TableView } from './tableModel';

/** `visible`: the columns that the table has, in its order; `all`: then everything else that is known of the runs; or these. */
export type ColumnScope = 'visible' | 'all' | readonly TableField[];

export function textFields(view: TableView, scope: ColumnScope): readonly TableField[] {
  if (typeof scope !== 'string') {
    return scope;
  }
  // Curves are no values.
  const visible = view.columns.fields.filter(({ kind }) => kind !== 'trend');
  if (scope === 'visible') {
    return visible;
  }
  const { catalogue } = view.table;
  const all: TableField[] = [
    ...visible,
    ...orderedMetrics(view.columnFacts).map(({ key }): TableField => ({ kind: 'metric', key, aggregate: 'last' })),
    ...catalogue.params.map(({ key }): TableField => ({ kind: 'param', key })),
    ...catalogue.tags.map(({ key }): TableField => ({ kind: 'tag', key })),
    ...attributeKeys.map((key): TableField => ({ kind: 'attribute', key })),
  ];
  return [...new Map(all.map((field) => [fieldId(field), field])).values()];
}

/** Runs in the order of the table, the baseline first; those that it does not show are left out. */
export function inOrder({ table, runs, baseline }: TableView, runIds: readonly string[]): string[] {
  const wanted = new Set(runIds);
  const all = baseline === undefined ? runs : [baseline, ...runs];
  return [...new Set(all)].map((slot) => table.id[slot] ?? '').filter((id) => wanted.has(id));
}

/** The runs in the order of the table, each of them when it is written. */
export function textSource(view: TableView, fields: readonly TableField[], runIds: readonly string[]): RowSource {
  const { table } = view;
  const slots = inOrder(view, runIds).map((id) => table.slotOf(id) ?? -1);
  const columns = fields.map((field) => view.column(field));
  const context = { table, delta: 'off', baseline: view.baseline, now: Date.now() } as const;
  return {
    header: headerOf(columns),
    count: slots.length,
    row: (index) => columns.map((column) => exactCell(column, slots[index] ?? -1, context)),
    isNumeric: (place) => columns[place]?.isNumeric === true,
  };
}

/**
 * What Ctrl+C copies where a cell has the focus: its value in full precision; of several selected runs their values in this column. Of a
 * group it is the mean of its numbers, or what the cell shows.
 * @param of runs, or the slots of a group
 */
export function cellsOf(view: TableView, field: TableField, of: readonly string[] | Int32Array): TableCell[] {
  const column = view.column(field);
  const context = { table: view.table, delta: 'off', baseline: view.baseline, now: Date.now() } as const;
  return of instanceof Int32Array
    ? [exactGroupCell(column, of, context)]
    : inOrder(view, of).map((id) => exactCell(column, view.table.slotOf(id) ?? -1, context));
}

/** A parameter may be called as a tag is, or as a column of ours: then both say what they are, as MLflow's `search_runs` does. */
function headerOf(columns: readonly ColumnView[]): string[] {
  const names = columns.map(exactName);
  const times = new Map<string, number>();
  for (const name of names) {
    times.set(name, (times.get(name) ?? 0) + 1);
  }
  return columns.map(({ field }, place) => {
    const name = names[place] ?? '';
    const isAlone = times.get(name) === 1;
    return isAlone || field.kind === 'attribute' ? name : `${prefixes[field.kind]}.${field.key}${suffixOf(field)}`;
  });
}

const prefixes = { metric: 'metrics', metricAt: 'metrics', trend: 'metrics', param: 'params', tag: 'tags' } as const;

function suffixOf(field: TableField): string {
  const suffix = columnSuffix(field);
  return suffix === '' ? '' : ` ${suffix}`;
}
