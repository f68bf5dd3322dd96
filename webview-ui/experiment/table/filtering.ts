/** Filters over the columns that were read. Pure. */
import type { Filter } from '../../../src/core/search/ast';
import { evaluate } from '../../../src/core/search/evaluate';
import type { SearchSubject } from '../../../src/core/search/subject';
import type { ColumnId } from '../../../src/protocol/tableTypes';
import { fieldId } from './fields';
import type { RunTable } from './runTable';

/** The columns that a filter reads; to be there before it is applied. Each once. */
export function columnsOfFilter(filter: Filter | undefined): ColumnId[] {
  const found = new Map<string, ColumnId>();
  const visit = (part: Filter): void => {
    switch (part.kind) {
      case 'and':
      case 'or':
        part.parts.forEach(visit);
        return;
      case 'not':
        visit(part.part);
        return;
      default:
        for (const id of idsOf(part.field)) {
          found.set(fieldId(id), id);
        }
    }
  };
  if (filter) {
    visit(filter);
  }
  return [...found.values()];
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

/** The runs that pass, in the order of the table. */
export function passingRuns(table: RunTable, filter: Filter | undefined): Int32Array {
  if (!filter) {
    return table.order;
  }
  const subject = new RowSubject(table);
  return table.order.filter((slot) => {
    subject.slot = slot;
    return evaluate(filter, subject);
  });
}

/**
 * A run of the table as filters see it. One object serves all runs, one after the other: `slot` says which. Datasets and the
 * artifacts' URI are not in the table; conditions on them pass nobody.
 */
export class RowSubject implements SearchSubject {
  slot = -1;
  readonly datasets = [];
  readonly #columns = new Map<string, ReturnType<RunTable['column']>>();
  readonly #experimentIds: ReadonlyMap<string, string>;

  constructor(private readonly table: RunTable) {
    this.#experimentIds = new Map(table.experiments.map(({ id, name }) => [name, id]));
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
    const value = column?.kind === 'numbers' ? column.get(this.slot) : undefined;
    // Only the last value can be none; of the others NaN says that there is no finite point.
    return aggregate !== 'last' && Number.isNaN(value) ? undefined : value;
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
