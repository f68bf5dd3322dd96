/** Filters over the columns that were read. Pure. */
import type { Condition, Filter } from '../../../src/core/search/ast';
import { filterTest, valueTest, type FilterTest } from '../../../src/core/search/evaluate';
import type { SearchSubject } from '../../../src/core/search/subject';
import type { ColumnId } from '../../../src/protocol/tableTypes';
import { fieldId } from './fields';
import type { RunTable } from './runTable';

/** The columns that a filter reads; to be there before it is applied. Each once. */
export function columnsOfFilter(filter: Filter | undefined): ColumnId[] {
  const ids = conditionsOf(filter).flatMap(({ field }) => idsOf(field));
  return [...new Map(ids.map((id) => [fieldId(id), id])).values()];
}

/** The conditions on what the table does not have, as they stand in the filter's text. Each once. */
export function remoteConditions(filter: Filter | undefined, text: string): string[] {
  const remote = conditionsOf(filter).filter(isRemote);
  return [...new Set(remote.map((condition) => textOf(condition, text)))];
}

/** All conditions of a filter, in the order of its text. */
export function conditionsOf(filter: Filter | undefined): Condition[] {
  if (!filter) {
    return [];
  }
  switch (filter.kind) {
    case 'and':
    case 'or':
      return filter.parts.flatMap(conditionsOf);
    case 'not':
      return conditionsOf(filter.part);
    default:
      return [filter];
  }
}

function isRemote({ field }: Condition): boolean {
  return field.kind === 'dataset' || (field.kind === 'attribute' && field.key === 'artifact_uri');
}

function textOf({ offset, length }: Condition, text: string): string {
  return text.slice(offset, offset + length);
}

function idsOf(field: Extract<Filter, { field: unknown }>['field']): ColumnId[] {
  switch (field.kind) {
    case 'metric':
      return field.step === undefined
        ? [{ kind: 'metric', key: field.key, aggregate: field.aggregate }]
        : [{ kind: 'metricAt', key: field.key, step: field.step }];
    case 'param':
    case 'tag':
      return [{ kind: field.kind, key: field.key }];
    case 'attribute':
      return field.key === 'user_id' ? [{ kind: 'tag', key: 'mlflow.user' }] : [];
    case 'dataset':
      return [];
  }
}

/** A filter with the text that it was read from, and what is known of its conditions that the table cannot tell. */
export interface TableFilter {
  readonly filter: Filter | undefined;
  readonly text: string;
  readonly holds: (condition: string, runId: string) => boolean;
}

/** The runs that pass, in the order of the table. */
export function passingRuns(table: RunTable, { filter, text, holds }: TableFilter): Int32Array {
  if (!filter) {
    return table.order;
  }
  const subject = new RowSubject(table);
  const passes = filterTest(filter, (condition) => {
    if (isRemote(condition)) {
      const source = textOf(condition, text);
      return () => holds(source, table.id[subject.slot] ?? '');
    }
    return columnTest(condition, table, subject);
  });
  return table.order.filter((slot) => {
    subject.slot = slot;
    return passes(subject);
  });
}

/** The test of a condition on a column, straight on its values; undefined for others. */
function columnTest(condition: Condition, table: RunTable, subject: RowSubject): FilterTest | undefined {
  const { field } = condition;
  if (field.kind !== 'metric' && field.kind !== 'param' && field.kind !== 'tag') {
    return undefined;
  }
  const holds = valueTest(condition);
  const [column] = idsOf(field).map((id) => table.column(id));
  if (column?.kind === 'texts') {
    const absent = holds(field.kind === 'tag' ? field.whenMissing : undefined);
    // By code: thousands of runs have few different values.
    const byCode: (boolean | undefined)[] = [];
    return () => {
      const code = column.code[subject.slot] ?? -1;
      return code < 0 ? absent : (byCode[code] ??= holds(column.values[code]));
    };
  }
  if (column?.kind === 'numbers' && field.kind === 'metric') {
    const isFigure = field.step === undefined && field.aggregate !== 'last';
    return () => holds(figure(column.get(subject.slot), isFigure));
  }
  return undefined;
}

/** Only the last value, or that at a step, can be NaN; of the other figures NaN says that there is no finite point. */
function figure(value: number | undefined, isFigure: boolean): number | undefined {
  return isFigure && Number.isNaN(value) ? undefined : value;
}

/**
 * A run of the table as filters see it. One object serves all runs, one after the other: `slot` says which. Datasets and the
 * artifacts' URI are not in the table; the host says who meets conditions on them.
 */
export class RowSubject implements SearchSubject {
  slot = -1;
  readonly datasets = [];
  readonly #columns = new Map<string, ReturnType<RunTable['column']>>();
  readonly #experimentIds: ReadonlyMap<string, string>;

  constructor(private readonly table: RunTable) {
    this.#experimentIds = new Map(table.experiments.map(({ id, name }) => [name, id]));
  }

  get isLost(): boolean {
    return this.table.markOf(this.slot) === 'LOST';
  }

  attribute(name: string): string | number | undefined {
    const { table, slot } = this;
    switch (name) {
      case 'run_id':
        return table.id[slot];
      case 'run_name':
        return table.name[slot];
      case 'status':
        return table.status[slot];
      case 'start_time':
        return known(table.started[slot]);
      case 'end_time':
        return known(table.ended[slot]);
      case 'duration':
        return known((table.ended[slot] ?? NaN) - (table.started[slot] ?? NaN));
      case 'experiment_id':
        return this.#experimentIds.get(table.experiment[slot] ?? '');
      case 'user_id':
        return this.tag('mlflow.user');
      default:
        return undefined;
    }
  }

  metric(key: string, aggregate: 'last' | 'min' | 'max' | 'mean'): number | undefined {
    const column = this.#column({ kind: 'metric', key, aggregate });
    return figure(column?.kind === 'numbers' ? column.get(this.slot) : undefined, aggregate !== 'last');
  }

  metricAt(key: string, step: number): number | undefined {
    const column = this.#column({ kind: 'metricAt', key, step });
    return column?.kind === 'numbers' ? column.get(this.slot) : undefined;
  }

  param(key: string): string | undefined {
    return this.#text({ kind: 'param', key });
  }

  tag(key: string): string | undefined {
    return this.#text({ kind: 'tag', key });
  }

  #text(id: ColumnId): string | undefined {
    const column = this.#column(id);
    return column?.kind === 'texts' ? column.get(this.slot) : undefined;
  }

  #column(id: ColumnId): ReturnType<RunTable['column']> {
    const key = fieldId(id);
    if (!this.#columns.has(key)) {
      this.#columns.set(key, this.table.column(id));
    }
    return this.#columns.get(key);
  }
}

function known(value: number | undefined): number | undefined {
  return value === undefined || Number.isNaN(value) ? undefined : value;
}
