import type { Int64 } from '../model';
import type { Comparator, Condition, Field, Filter } from './ast';
import { likeMatcher } from './like';
import { numberOfText } from './literals';
import { compilePattern } from './pattern';
import type { SearchSubject } from './subject';

export type FilterTest = (subject: SearchSubject) => boolean;
type Value = string | Int64;

/**
 * Makes a test of a filter, to be asked of many things: patterns are read once. True where the thing passes; everything passes none.
 * What a condition asks of a field that is not there is false, `!=` and NOT IN included, as in MLflow; a NaN is different from every
 * number and else compares with none.
 * @param own tests of conditions that the caller makes himself
 */
export function filterTest(
  filter: Filter | undefined,
  own: (condition: Condition) => FilterTest | undefined = () => undefined,
): FilterTest {
  if (filter === undefined) {
    return () => true;
  }
  switch (filter.kind) {
    case 'and': {
      const tests = filter.parts.map((part) => filterTest(part, own));
      return (subject) => tests.every((test) => test(subject));
    }
    case 'or': {
      const tests = filter.parts.map((part) => filterTest(part, own));
      return (subject) => tests.some((test) => test(subject));
    }
    case 'not': {
      const test = filterTest(filter.part, own);
      return (subject) => !test(subject);
    }
    default:
      return own(filter) ?? plainTest(filter);
  }
}

const known = new WeakMap<Filter, FilterTest>();

/** Whether one thing passes (`filterTest`). */
export function evaluate(filter: Filter | undefined, subject: SearchSubject): boolean {
  if (filter === undefined) {
    return true;
  }
  const test = known.get(filter) ?? filterTest(filter);
  known.set(filter, test);
  return test(subject);
}

/** The test of a condition by the value of its field; undefined: it has none. */
export function valueTest(condition: Condition): (value: Value | undefined) => boolean {
  if (condition.kind === 'missing') {
    return (value) => value === undefined;
  }
  const holds = presentTest(condition);
  return (value) => value !== undefined && holds(value);
}

function plainTest(condition: Condition): FilterTest {
  const { field } = condition;
  const holds = valueTest(condition);
  if (field.kind !== 'dataset') {
    const isStatus = field.kind === 'attribute' && field.key === 'status';
    return isStatus ? statusTest(condition) : (subject) => holds(valueOf(field, subject));
  }
  const { kind } = condition;
  return (subject) => {
    const values = datasetValues(field, subject);
    return kind === 'missing' ? values.length === 0 : values.some(holds);
  };
}

/**
 * A lost run is RUNNING, as MLflow has it, and LOST too: both find it, and `!=`, NOT IN and the like leave it out by either.
 */
function statusTest(condition: Condition): FilterTest {
  const holds = valueTest(condition);
  const isNegative =
    (condition.kind === 'text' && condition.operator === '!=') || ('negated' in condition && condition.negated);
  return (subject) => {
    const status = subject.attribute('status');
    if (subject.isLost !== true) {
      return holds(status);
    }
    return isNegative ? holds(status) && holds('LOST') : holds(status) || holds('LOST');
  };
}

function datasetValues({ key }: Extract<Field, { kind: 'dataset' }>, { datasets }: SearchSubject): string[] {
  return datasets.flatMap((dataset) => (key === 'context' ? dataset.contexts : [dataset[key]]));
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

function presentTest(condition: Exclude<Condition, { kind: 'missing' }>): (value: Value) => boolean {
  switch (condition.kind) {
    case 'present':
      return () => true;
    case 'nan':
      return (value) => Number.isNaN(value) !== condition.negated;
    case 'number':
      return (value) => {
        const number = typeof value === 'string' ? numberOfText(value) : value;
        return number !== undefined && compareNumbers(number, condition.operator, condition.value);
      };
    case 'text':
      return (value) => (value === condition.value) === (condition.operator === '=');
    case 'in': {
      const values = new Set<Value>(condition.values);
      return (value) => typeof value === 'string' && values.has(value) !== condition.negated;
    }
    case 'like': {
      const matches = likeMatcher(condition.pattern, condition.foldCase);
      return (value) => typeof value === 'string' && matches(value) !== condition.negated;
    }
    case 'matches': {
      const pattern = compilePattern(condition.pattern);
      return (value) => typeof value === 'string' && pattern.ok && pattern.value.test(value) !== condition.negated;
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
