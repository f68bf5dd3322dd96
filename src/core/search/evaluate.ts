import type { Int64 } from '../model';
import type { Comparator, Condition, Field, Filter } from './ast';
import { likeMatcher } from './like';
import { numberOfText } from './literals';
import { compilePattern } from './pattern';
import type { SearchSubject } from './subject';

/**
 * True where the thing passes the filter; everything passes none. What a condition asks of a field that is not there is
 * false, `!=` and NOT IN included, as in MLflow; a NaN is different from every number and else compares with none.
 */
export function evaluate(filter: Filter | undefined, subject: SearchSubject): boolean {
  if (filter === undefined) {
    return true;
  }
  switch (filter.kind) {
    case 'and':
      return filter.parts.every((part) => evaluate(part, subject));
    case 'or':
      return filter.parts.some((part) => evaluate(part, subject));
    case 'not':
      return !evaluate(filter.part, subject);
    default:
      return holds(filter, subject);
  }
}

function holds(condition: Condition, subject: SearchSubject): boolean {
  const values = valuesOf(condition.field, subject);
  if (condition.kind === 'missing') {
    return values.length === 0;
  }
  return values.some((value) => holdsFor(condition, value));
}

/** The values of a field: one or none, but as many as there are for datasets. */
function valuesOf(field: Field, subject: SearchSubject): (string | Int64)[] {
  if (field.kind === 'dataset') {
    const { key } = field;
    return subject.datasets.flatMap((dataset) => (key === 'context' ? dataset.contexts : [dataset[key]]));
  }
  const value = valueOf(field, subject);
  return value === undefined ? [] : [value];
}

/** The value of a field that has one value. */
export function valueOf(
  field: Exclude<Field, { kind: 'dataset' }>,
  subject: SearchSubject,
): string | Int64 | undefined {
  switch (field.kind) {
    case 'attribute':
      return subject.attribute(field.key);
    case 'metric':
      return field.step === undefined
        ? subject.metric(field.key, field.aggregate)
        : subject.metricAt?.(field.key, field.step);
    case 'param':
      return subject.param(field.key);
    case 'tag':
      return subject.tag(field.key) ?? field.whenMissing;
  }
}

function holdsFor(condition: Exclude<Condition, { kind: 'missing' }>, value: string | Int64): boolean {
  switch (condition.kind) {
    case 'present':
      return true;
    case 'nan':
      return Number.isNaN(value) !== condition.negated;
    case 'number': {
      const number = typeof value === 'string' ? numberOfText(value) : value;
      return number !== undefined && compareNumbers(number, condition.operator, condition.value);
    }
    case 'text':
      return (value === condition.value) === (condition.operator === '=');
    case 'in':
      return typeof value === 'string' && condition.values.includes(value) !== condition.negated;
    case 'like':
      return (
        typeof value === 'string' && likeMatcher(condition.pattern, condition.foldCase)(value) !== condition.negated
      );
    case 'matches': {
      const pattern = compilePattern(condition.pattern);
      return typeof value === 'string' && pattern.ok && pattern.value.test(value) !== condition.negated;
    }
  }
}

/** Exact between numbers and bigints. */
function compareNumbers(value: Int64, operator: Comparator, bound: Int64): boolean {
  const less = value < bound;
  const greater = value > bound;
  switch (operator) {
    case '<':
      return less;
    case '>':
      return greater;
    case '<=':
      return value <= bound;
    case '>=':
      return value >= bound;
    case '=':
      return !less && !greater && !Number.isNaN(value);
    case '!=':
      return less || greater || Number.isNaN(value);
  }
}
