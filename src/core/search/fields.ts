import type { Aggregate, Field, FieldKind, SearchEntity, Span } from './ast';
import { searchText } from './messages';
import { listed, SearchFault } from './reader';
import type { Token } from './tokens';
import { type AttributeRule, type EntityRule, entityRules, findAttribute } from './vocabulary';

export interface FieldContext {
  readonly entity: SearchEntity;
  /** True in Labbook's own dialect. */
  readonly own: boolean;
  readonly resolve?: (name: string) => 'metric' | 'param' | 'tag' | undefined;
}

export interface NamedField {
  readonly field: Field;
  /** What an attribute can do; undefined for the others. */
  readonly rule: AttributeRule | undefined;
}

/** Names that stand where a field is expected: names with or without a prefix, and attributes in quotes. */
export type NameToken = Extract<Token, { kind: 'name' | 'string' }>;

/**
 * What a name in a filter or an order means.
 * @throws SearchFault for what this kind of thing does not have
 */
export function fieldOf(token: NameToken, context: FieldContext, purpose: 'filter' | 'order'): NamedField {
  const rule = entityRules[context.entity];
  const prefix = token.kind === 'name' ? token.prefix : undefined;
  const key = token.kind === 'name' ? token.key : token.value;
  const whole = wholeName(token, context);
  if (whole !== undefined) {
    return whole;
  }
  const kind = prefix === undefined ? 'attribute' : kindOf(prefix, rule, context, token);
  switch (kind) {
    case 'attribute':
      return attribute(token, key, rule, context, purpose);
    case 'metric':
      return { field: metricField(token, key, 'last'), rule: undefined };
    case 'dataset':
      return { field: datasetField(token, key), rule: undefined };
    case 'param':
      return { field: { kind, key, ...spanOf(token) }, rule: undefined };
    case 'tag':
      return { field: tagField(token, key, rule), rule: undefined };
  }
}

/** Labbook's dialect: `optim.lr` is the param of this name where `optim` is no prefix. */
function wholeName(token: NameToken, context: FieldContext): NamedField | undefined {
  if (!context.own || token.kind !== 'name' || token.prefix === undefined || token.quoted || !context.resolve) {
    return undefined;
  }
  const rule = entityRules[context.entity];
  const prefix = token.prefix.toLowerCase();
  if (kinds.some((kind) => rule.prefixes[kind]?.includes(prefix) === true)) {
    return undefined;
  }
  const kind = context.resolve(token.text);
  if (kind === undefined) {
    throw unknownName(token);
  }
  return rule.prefixes[kind] === undefined
    ? undefined
    : { field: bareField(token, token.text, kind, rule), rule: undefined };
}

function unknownName(token: NameToken): SearchFault {
  return new SearchFault(token, searchText('unknownName', token.kind === 'string' ? token.value : token.text));
}

function bareField(token: NameToken, key: string, kind: 'metric' | 'param' | 'tag', rule: EntityRule): Field {
  const span = spanOf(token);
  switch (kind) {
    case 'metric':
      return metricField(span, key, 'last');
    case 'tag':
      return tagField(span, key, rule);
    case 'param':
      return { kind, key, ...span };
  }
}

export function metricField(span: Span, key: string, aggregate: Aggregate): Field {
  return { kind: 'metric', key, aggregate, ...spanOf(span) };
}

function kindOf(prefix: string, rule: EntityRule, { own }: FieldContext, token: Token): FieldKind {
  const wanted = own ? prefix.toLowerCase() : prefix;
  for (const kind of kinds) {
    if (rule.prefixes[kind]?.includes(wanted) === true) {
      return kind;
    }
  }
  const valid = kinds.flatMap((kind) => rule.prefixes[kind] ?? []);
  const close = valid.find((each) => each === prefix.toLowerCase());
  throw new SearchFault(
    { offset: token.offset, length: prefix.length },
    searchText('unknownPrefix', prefix, listed(valid)),
    close,
  );
}

const kinds = ['attribute', 'metric', 'param', 'tag', 'dataset'] as const satisfies readonly FieldKind[];

function attribute(
  token: NameToken,
  key: string,
  rule: EntityRule,
  context: FieldContext,
  purpose: 'filter' | 'order',
): NamedField {
  const found = findAttribute(rule, key, context.own);
  const allowed = (each: AttributeRule): boolean =>
    context.own || (each.own !== true && (purpose === 'filter' ? each.orderOnly !== true : each.filterOnly !== true));
  // MLflow orders by `created`, but not by `run name`.
  if (found !== undefined && allowed(found) && (context.own || purpose === 'filter' || !/^run name$/i.test(key))) {
    return { field: { kind: 'attribute', key: found.name, type: found.type, ...spanOf(token) }, rule: found };
  }
  // MLflow takes what stands in quotes alone for an attribute.
  const bare = token.kind === 'name' ? token.prefix === undefined : context.own;
  const kind = bare && context.own ? context.resolve?.(key) : undefined;
  if (kind !== undefined && rule.prefixes[kind] !== undefined) {
    return { field: bareField(token, key, kind, rule), rule: undefined };
  }
  if (bare && context.own && context.resolve) {
    throw unknownName(token);
  }
  const valid = listed(rule.attributes.filter(allowed).map((each) => each.name));
  const [other] = kinds.flatMap((each) => (each === 'attribute' ? [] : (rule.prefixes[each]?.at(-1) ?? [])));
  throw new SearchFault(
    token,
    bare && other !== undefined
      ? searchText('unknownBareName', key, valid, other)
      : searchText('unknownAttribute', key, valid),
  );
}

function tagField(span: Span, key: string, rule: EntityRule): Field {
  const defaults = rule.tagDefaults ?? {};
  const whenMissing = Object.hasOwn(defaults, key) ? defaults[key] : undefined;
  return { kind: 'tag', key, ...spanOf(span), ...(whenMissing === undefined ? {} : { whenMissing }) };
}

function datasetField(span: Span, key: string): Field {
  if (key !== 'name' && key !== 'digest' && key !== 'context') {
    const valid = listed(['name', 'digest', 'context']);
    throw new SearchFault(span, searchText('unknownDatasetKey', key, valid));
  }
  return { kind: 'dataset', key, ...spanOf(span) };
}

function spanOf({ offset, length }: Span): Span {
  return { offset, length };
}
