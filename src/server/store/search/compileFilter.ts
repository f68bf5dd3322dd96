import type { Int64 } from '../../../core/model';
import type { Aggregate, Condition, Field, Filter } from '../../../core/search/ast';
import { globOfLike } from '../../../core/search/like';
import type { Cell } from '../sqlite';
import type { PairTable, SearchTables } from './tables';

/** A piece of SQL with the values of its question marks, in their order. Values never become part of the text. */
export interface Sql {
  readonly sql: string;
  readonly parameters: readonly Cell[];
}

/**
 * A filter as a condition over `tables.from`, which is never NULL, so that it can be negated. Means what `evaluate` in
 * core/search means (a property test compares them).
 */
export function compileFilter(filter: Filter, tables: SearchTables): Sql {
  switch (filter.kind) {
    case 'and':
    case 'or': {
      const parts = filter.parts.map((part) => compileFilter(part, tables));
      return joined(parts, filter.kind === 'and' ? ' AND ' : ' OR ');
    }
    case 'not': {
      const part = compileFilter(filter.part, tables);
      return { sql: `(NOT ${part.sql})`, parameters: part.parameters };
    }
    default:
      return compileCondition(filter, tables);
  }
}

function joined(parts: readonly Sql[], separator: string): Sql {
  return {
    sql: `(${parts.map((part) => part.sql).join(separator)})`,
    parameters: parts.flatMap((part) => part.parameters),
  };
}

function compileCondition(condition: Condition, tables: SearchTables): Sql {
  const { field } = condition;
  switch (field.kind) {
    case 'attribute':
      return ofAttribute(condition, attributeOf(field, tables));
    case 'metric':
      return ofMetric(condition, field, tables);
    case 'param':
      return ofPair(condition, field, tables.params, tables);
    case 'tag':
      return ofPair(condition, field, tables.tags, tables);
    case 'dataset':
      return ofDataset(condition, field, tables);
  }
}

export function attributeOf(field: Extract<Field, { kind: 'attribute' }>, tables: SearchTables) {
  const column = Object.hasOwn(tables.attributes, field.key) ? tables.attributes[field.key] : undefined;
  if (column === undefined) {
    throw new Error(`the catalog has no attribute ${field.key}`);
  }
  return column;
}

function ofAttribute(condition: Condition, { sql, nullable }: { sql: string; nullable?: true }): Sql {
  const present = nullable === true ? `${sql} IS NOT NULL` : '1';
  const passes = test(condition, sql);
  return condition.kind === 'missing'
    ? { sql: `(NOT ${present})`, parameters: [] }
    : { sql: `(${present} AND ${passes.sql})`, parameters: passes.parameters };
}

function ofPair(
  condition: Condition,
  field: { key: string; whenMissing?: string },
  pairs: PairTable | undefined,
  tables: SearchTables,
): Sql {
  if (pairs === undefined) {
    return nowhere(condition);
  }
  const { table, key, value } = pairs;
  const belongs = pairs.belongs ?? `x.${pairs.owner} = ${tables.id}`;
  const rows = `SELECT 1 FROM ${table} x WHERE ${belongs} AND x.${key} = ?`;
  if (field.whenMissing !== undefined) {
    const found = `coalesce((SELECT x.${value} FROM ${table} x WHERE ${belongs} AND x.${key} = ?), ?)`;
    const passes = test(condition, 'found');
    const sql = `(SELECT ${passes.sql} FROM (SELECT ${found} AS found))`;
    return condition.kind === 'missing'
      ? { sql: '0', parameters: [] }
      : { sql: `coalesce(${sql}, 0)`, parameters: [...passes.parameters, field.key, field.whenMissing] };
  }
  const passes = test(condition, `x.${value}`);
  return condition.kind === 'missing'
    ? { sql: `NOT EXISTS (${rows})`, parameters: [field.key] }
    : { sql: `EXISTS (${rows} AND ${passes.sql})`, parameters: [field.key, ...passes.parameters] };
}

/** The expression of a metric's figure, NULL where it has none; a NaN is in it as 0 (`special` 1). */
export function figure(alias: string, aggregate: Aggregate): string {
  switch (aggregate) {
    case 'last':
      return `${alias}.value`;
    case 'min':
    case 'max':
      return `${alias}.${aggregate}`;
    case 'mean':
      return `CASE WHEN ${alias}.finite > 0 THEN ${alias}.sum / ${alias}.finite END`;
  }
}

function ofMetric(
  condition: Condition,
  { key: name, aggregate }: Extract<Field, { kind: 'metric' }>,
  tables: SearchTables,
): Sql {
  if (tables.metrics === undefined) {
    return nowhere(condition);
  }
  const { table, owner, key } = tables.metrics;
  const value = `(${figure('x', aggregate)})`;
  const rows = `SELECT 1 FROM ${table} x WHERE x.${owner} = ${tables.id} AND x.${key} = ? AND ${value} IS NOT NULL`;
  if (condition.kind === 'missing') {
    return { sql: `NOT EXISTS (${rows})`, parameters: [name] };
  }
  const isNan = aggregate === 'last' ? 'x.special = 1' : '0';
  const passes =
    condition.kind === 'nan'
      ? { sql: condition.negated ? `NOT ${isNan}` : isNan, parameters: [] }
      : test(condition, value);
  // A NaN is unequal to every number, and nothing else.
  const different = (condition.kind === 'number' || condition.kind === 'text') && condition.operator === '!=';
  const sql =
    condition.kind !== 'number'
      ? passes.sql
      : different
        ? `(${isNan} OR ${passes.sql})`
        : `(NOT ${isNan} AND ${passes.sql})`;
  return { sql: `EXISTS (${rows} AND ${sql})`, parameters: [name, ...passes.parameters] };
}

function ofDataset(
  condition: Condition,
  { key }: Extract<Field, { kind: 'dataset' }>,
  { datasets }: SearchTables,
): Sql {
  if (datasets === undefined) {
    return nowhere(condition);
  }
  const rows = datasets[key];
  const passes = test(condition, 'x.value');
  return condition.kind === 'missing'
    ? { sql: `NOT EXISTS (${rows})`, parameters: [] }
    : { sql: `EXISTS (SELECT 1 FROM (${rows}) x WHERE ${passes.sql})`, parameters: passes.parameters };
}

/** Nothing has this field. */
function nowhere(condition: Condition): Sql {
  return { sql: condition.kind === 'missing' ? '1' : '0', parameters: [] };
}

/** The condition on a value that is there. */
function test(condition: Condition, value: string): Sql {
  switch (condition.kind) {
    case 'present':
    case 'missing':
      return { sql: '1', parameters: [] };
    case 'nan':
      return { sql: condition.negated ? '1' : '0', parameters: [] };
    case 'number': {
      const bound = numberParameter(condition.value);
      const operator = condition.operator === '!=' ? '<>' : condition.operator;
      const isText = condition.field.kind !== 'metric' && condition.field.kind !== 'attribute';
      const number = isText ? `labbook_number(${value})` : value;
      // Of a text that is no number nothing is true.
      return { sql: `(coalesce(${number} ${operator} ${bound.sql}, 0))`, parameters: bound.parameters };
    }
    case 'text':
      return { sql: `${value} ${condition.operator === '=' ? '=' : '<>'} ?`, parameters: [condition.value] };
    case 'in': {
      const list = 'IN (SELECT value FROM json_each(?))';
      return {
        sql: `${value} ${condition.negated ? 'NOT ' : ''}${list}`,
        parameters: [JSON.stringify(condition.values)],
      };
    }
    case 'like': {
      const negation = condition.negated ? 'NOT ' : '';
      // GLOB heeds case whatever the connection's settings.
      return condition.foldCase
        ? { sql: `(${negation}labbook_ilike(${value}, ?))`, parameters: [condition.pattern] }
        : { sql: `(${negation}(${value} GLOB ?))`, parameters: [globOfLike(condition.pattern)] };
    }
    case 'matches':
      return {
        sql: `(${condition.negated ? 'NOT ' : ''}labbook_matches(${value}, ?))`,
        parameters: [condition.pattern],
      };
  }
}

/** Bigints are bound as texts, which would not compare as numbers in every place. */
export function numberParameter(value: Int64): Sql {
  return { sql: typeof value === 'bigint' ? 'CAST(? AS INTEGER)' : '?', parameters: [value] };
}
