import { compareInt64 } from '../int64';
import type { Int64 } from '../model';
import {
  aggregates,
  type Dialect,
  type Field,
  type FieldKind,
  type OrderTerm,
  type Result,
  type SearchEntity,
} from './ast';
import { type FieldContext, fieldOf, metricField } from './fields';
import { compareText, numberOfText } from './literals';
import { type SearchMessage, searchError, searchText } from './messages';
import { openReader, SearchFault, type TokenReader } from './reader';
import type { SearchSubject } from './subject';
import { searchLimits } from './tokens';
import { valueOf } from './evaluate';
import { entityRules } from './vocabulary';

export interface OrderOptions extends Pick<FieldContext, 'entity' | 'resolve'> {
  readonly dialect: Dialect;
}

/** An error in the term at this place of the list; offsets count inside that term. */
export type OrderResult =
  | { readonly ok: true; readonly order: readonly OrderTerm[] }
  | { readonly ok: false; readonly term: number; readonly error: Extract<Result<never>, { ok: false }>['error'] };

/**
 * Reads MLflow's `order_by`: one field each, with ASC (the default) or DESC after it. The result ends with what decides
 * between equals, so that it orders totally: for runs start_time DESC and run_id.
 */
export function parseOrder(terms: readonly string[], options: OrderOptions): OrderResult {
  const context: FieldContext = { ...options, own: options.dialect === 'labbook' };
  const order: OrderTerm[] = [];
  for (const [i, text] of terms.entries()) {
    const term = parseTerm(text, context);
    if (!term.ok) {
      return { ok: false, term: i, error: term.error };
    }
    const twice = order.some((each) => sameField(each.field, term.value.field));
    if (twice && entityRules[options.entity].repeatable === true) {
      continue;
    }
    if (twice || order.length === searchLimits.orderTerms) {
      const wrong = twice ? searchText('orderTwice') : searchText('orderTooLong', searchLimits.orderTerms);
      return { ok: false, term: i, error: searchError({ offset: 0, length: text.length }, wrong) };
    }
    order.push(term.value);
  }
  return { ok: true, order: completed(order, options.entity) };
}

function parseTerm(text: string, context: FieldContext): Result<OrderTerm> {
  const opened = openReader(text);
  if (!opened.ok) {
    return opened;
  }
  try {
    return { ok: true, value: readTerm(opened.value, context) };
  } catch (error) {
    if (error instanceof SearchFault) {
      return { ok: false, error: error.error };
    }
    throw error;
  }
}

const kindWords = {
  attribute: 'wordAttribute',
  metric: 'wordMetric',
  param: 'wordParam',
  tag: 'wordTag',
  dataset: 'wordDataset',
} as const satisfies Record<FieldKind, SearchMessage>;

function readTerm(reader: TokenReader, context: FieldContext): OrderTerm {
  const name = reader.take();
  if (name.kind !== 'name' && (name.kind !== 'string' || name.quote === "'")) {
    throw new SearchFault(name, searchText('orderFieldExpected', name.text));
  }
  const field = readField(reader, name, context);
  const rule = entityRules[context.entity];
  if (!rule.ordered.includes(field.kind)) {
    throw new SearchFault(
      field,
      searchText('orderUnsupported', searchText(rule.noun), searchText(kindWords[field.kind])),
    );
  }
  const descending = reader.takeWord('desc') !== undefined;
  if (!descending) {
    reader.takeWord('asc');
  }
  const rest = reader.peek();
  if (rest.kind !== 'end') {
    throw new SearchFault(rest, searchText('orderRest', rest.text));
  }
  const numeric = context.own && (field.kind === 'param' || field.kind === 'tag');
  return { field, ascending: !descending, numeric };
}

/** `min(metrics.loss)` in Labbook's own dialect, else a name. */
function readField(reader: TokenReader, name: Parameters<typeof fieldOf>[0], context: FieldContext): Field {
  const aggregate = aggregates.find((each) => each === name.text.toLowerCase());
  if (!context.own || aggregate === undefined || reader.takeSymbol('(') === undefined) {
    return fieldOf(name, context, 'order').field;
  }
  const inner = reader.take();
  if (inner.kind !== 'name' || inner.prefix === undefined) {
    throw new SearchFault(inner, searchText('metricExpected', aggregate));
  }
  const { field } = fieldOf(inner, context, 'order');
  if (field.kind !== 'metric') {
    throw new SearchFault(inner, searchText('figureOfOther', aggregate));
  }
  reader.expectSymbol(')', searchText('closeMissing'));
  return metricField(name, field.key, aggregate);
}

function sameField(a: Field, b: Field): boolean {
  const figure = (field: Field): string => (field.kind === 'metric' ? field.aggregate : '');
  return a.kind === b.kind && a.key === b.key && figure(a) === figure(b);
}

function completed(order: readonly OrderTerm[], entity: SearchEntity): OrderTerm[] {
  const { attributes, ties, unordered } = entityRules[entity];
  const rest = (order.length === 0 ? unordered : undefined) ?? ties;
  const complete = [...order];
  for (const { name, ascending } of rest) {
    const type = attributes.find((each) => each.name === name)?.type;
    const field: Field | undefined = type && { kind: 'attribute', key: name, type, offset: 0, length: 0 };
    if (field !== undefined && !order.some((each) => sameField(each.field, field))) {
      complete.push({ field, ascending, numeric: false });
    }
  }
  return complete;
}

/**
 * Sorts as MLflow does: missing values last in both directions, NaN between them and the numbers; texts by code points.
 * With `numeric` those params and tags that are numbers come first, as numbers.
 */
export function compareSubjects(order: readonly OrderTerm[]): (a: SearchSubject, b: SearchSubject) => number {
  return (a, b) => {
    for (const term of order) {
      const result = compareBy(term, a, b);
      if (result !== 0) {
        return result;
      }
    }
    return 0;
  };
}

function compareBy({ field, ascending, numeric }: OrderTerm, a: SearchSubject, b: SearchSubject): number {
  if (field.kind === 'dataset') {
    return 0;
  }
  const left = sortValue(field, numeric, valueOf(field, a));
  const right = sortValue(field, numeric, valueOf(field, b));
  if (left.rank !== right.rank) {
    return left.rank - right.rank;
  }
  const result =
    typeof left.value === 'string' || typeof right.value === 'string'
      ? compareText(String(left.value), String(right.value))
      : compareInt64(left.value, right.value);
  return ascending ? result : -result;
}

/** Lower ranks come first in both directions; values are compared only within a rank, where all are of one type. */
interface SortValue {
  readonly rank: 0 | 1 | 2;
  readonly value: string | Int64;
}

function sortValue(field: Field, numeric: boolean, value: string | Int64 | undefined): SortValue {
  if (value === undefined) {
    return { rank: 2, value: 0 };
  }
  if (typeof value !== 'string') {
    return Number.isNaN(value) ? { rank: 1, value: 0 } : { rank: 0, value };
  }
  if (numeric || (field.kind === 'attribute' && field.key === 'experiment_id')) {
    const number = numberOfText(value);
    return number === undefined ? { rank: 1, value } : { rank: 0, value: number };
  }
  return { rank: 0, value };
}
