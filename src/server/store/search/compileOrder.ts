import type { OrderTerm } from '../../../core/search/ast';
import type { Cell } from '../sqlite';
import { attributeOf, figure, numberParameter, type Sql } from './compileFilter';
import type { PairTable, SearchTables } from './tables';

export interface SortColumn {
  /** Never NULL; without parameters. */
  readonly sql: string;
  readonly ascending: boolean;
}

export interface CompiledOrder {
  /** Joins that the columns need, to be put after `tables.from`. */
  readonly joins: Sql;
  readonly columns: readonly SortColumn[];
}

/** An order as columns to sort by; the same order as `compareSubjects` of core/search makes. */
export function compileOrder(order: readonly OrderTerm[], tables: SearchTables): CompiledOrder {
  const joins: Sql[] = [];
  const columns: SortColumn[] = [];
  for (const term of order) {
    const alias = `o${joins.length}`;
    const join = (pairs: Omit<PairTable, 'value'>, key: string): void => {
      const sql = `LEFT JOIN ${pairs.table} ${alias} ON ${alias}.${pairs.owner} = ${tables.id} AND ${alias}.${pairs.key} = ?`;
      joins.push({ sql, parameters: [key] });
    };
    columns.push(...columnsOf(term, tables, alias, join));
  }
  return {
    joins: { sql: joins.map(({ sql }) => sql).join(' '), parameters: joins.flatMap(({ parameters }) => parameters) },
    columns,
  };
}

function columnsOf(
  { field, ascending, numeric }: OrderTerm,
  tables: SearchTables,
  alias: string,
  join: (pairs: Omit<PairTable, 'value'>, key: string) => void,
): SortColumn[] {
  switch (field.kind) {
    case 'attribute': {
      const column = attributeOf(field, tables);
      const sql = column.order ?? column.sql;
      return column.nullable === true
        ? [
            { sql: `${sql} IS NULL`, ascending: true },
            { sql: `coalesce(${sql}, 0)`, ascending },
          ]
        : [{ sql, ascending }];
    }
    case 'metric': {
      if (tables.metrics === undefined) {
        return [];
      }
      join(tables.metrics, field.key);
      const value = figure(alias, field.aggregate);
      const nan = field.aggregate === 'last' ? `WHEN ${alias}.special = 1 THEN 1 ` : '';
      return [
        { sql: `CASE WHEN (${value}) IS NULL THEN 2 ${nan}ELSE 0 END`, ascending: true },
        { sql: `coalesce(${value}, 0)`, ascending },
      ];
    }
    case 'param':
    case 'tag': {
      const pairs = field.kind === 'param' ? tables.params : tables.tags;
      if (pairs === undefined) {
        return [];
      }
      join(pairs, field.key);
      return pairColumns(`${alias}.${pairs.value}`, ascending, numeric);
    }
    case 'dataset':
      return [];
  }
}

function pairColumns(value: string, ascending: boolean, numeric: boolean): SortColumn[] {
  const number = `labbook_number(${value})`;
  return numeric
    ? [
        { sql: `CASE WHEN ${value} IS NULL THEN 2 WHEN ${number} IS NULL THEN 1 ELSE 0 END`, ascending: true },
        { sql: `coalesce(${number}, 0)`, ascending },
        { sql: `CASE WHEN ${number} IS NULL THEN coalesce(${value}, '') ELSE '' END`, ascending },
      ]
    : [
        { sql: `${value} IS NULL`, ascending: true },
        { sql: `coalesce(${value}, '')`, ascending },
      ];
}

/** What comes after a row with these sort values, as a condition on the columns `s0`, `s1`, … */
export function afterRow(columns: readonly SortColumn[], values: readonly Cell[]): Sql {
  let after: Sql | undefined;
  for (let i = columns.length - 1; i >= 0; i--) {
    const value = values[i];
    const bound: Sql =
      typeof value === 'number' || typeof value === 'bigint'
        ? numberParameter(value)
        : { sql: '?', parameters: [value ?? null] };
    const direction = columns[i]?.ascending === true ? '>' : '<';
    const further = `s${i} ${direction} ${bound.sql}`;
    after =
      after === undefined
        ? { sql: further, parameters: bound.parameters }
        : {
            // Said in full, so that an index can be entered at the first of them.
            sql: `(s${i} ${direction}= ${bound.sql} AND (${further} OR (s${i} = ${bound.sql} AND ${after.sql})))`,
            parameters: [...bound.parameters, ...bound.parameters, ...bound.parameters, ...after.parameters],
          };
  }
  return after ?? { sql: '0', parameters: [] };
}
