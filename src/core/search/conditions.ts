import { aggregates, type Comparator, type Field, type Filter, type Span } from './ast';
import { type FieldContext, fieldOf, metricField, type NamedField } from './fields';
import { type SearchText, searchText } from './messages';
import { compilePattern } from './pattern';
import { between, listed, SearchFault, type TokenReader } from './reader';
import { searchLimits, type Token } from './tokens';
import { comparison, named, ValueReader } from './values';
import { entityRules } from './vocabulary';

export interface ConditionContext extends FieldContext {
  /** Unix milliseconds. */
  readonly now: number;
  readonly better?: (metric: string) => 'min' | 'max' | undefined;
  readonly steps?: boolean;
}

/** A field as it stands in a filter. */
interface Subject extends NamedField {
  readonly numeric: boolean;
}

const comparators: Readonly<Record<string, Comparator>> = {
  '=': '=',
  '!=': '!=',
  '<': '<',
  '<=': '<=',
  '>': '>',
  '>=': '>=',
};
/** Comparators of other languages, taken in Labbook's own dialect. */
const synonyms: Readonly<Record<string, Comparator>> = { '==': '=', '<>': '!=' };

/** Reads one comparison. */
export class ConditionReader {
  private readonly values: ValueReader;

  constructor(
    private readonly reader: TokenReader,
    private readonly context: ConditionContext,
  ) {
    this.values = new ValueReader(reader, context);
  }

  /** @throws SearchFault */
  read(): Filter {
    const subject = this.subject();
    const start = this.reader.peek();
    const negated = this.reader.takeWord('not') !== undefined;
    const verb = this.reader.peek();
    if (this.reader.takeWord('like') ?? this.reader.takeWord('ilike')) {
      return this.like(subject, between(start, verb), verb.text, negated);
    }
    if (this.reader.takeWord('in') !== undefined) {
      return this.in(subject, between(start, verb), negated);
    }
    if (this.context.own && this.reader.takeWord('between') !== undefined) {
      return this.range(subject, negated, 'and');
    }
    if (this.context.own && this.reader.takeWord('matches') !== undefined) {
      return this.matches(subject, negated);
    }
    if (!negated && this.reader.takeWord('is') !== undefined) {
      return this.nullTest(subject, verb);
    }
    if (!negated && verb.kind === 'operator') {
      this.reader.take();
      return this.compared(subject, verb);
    }
    const name = named(subject.field);
    const isEnd = verb.kind === 'end';
    throw new SearchFault(
      verb,
      isEnd ? searchText('comparisonMissing', name) : searchText('comparisonExpected', name, verb.text),
    );
  }

  private subject(): Subject {
    const token = this.reader.peek();
    const aggregate = this.aggregate(token);
    if (aggregate !== undefined) {
      return aggregate;
    }
    const isName = token.kind === 'name' || (token.kind === 'string' && token.quote !== "'");
    if (!isName || (token.kind === 'name' && token.prefix === undefined && isReserved(token.text))) {
      throw new SearchFault(token, this.noName(token));
    }
    this.reader.take();
    const named = fieldOf(token, this.context, 'filter');
    return { ...named, numeric: isNumeric(named.field) };
  }

  private noName(token: Token): SearchText {
    if (token.kind === 'end') {
      return searchText('nameExpectedEnd');
    }
    return !this.context.own && token.text === '('
      ? searchText('noParentheses')
      : searchText('nameExpected', token.text);
  }

  /** `min(metrics.loss)` */
  private aggregate(token: Token): Subject | undefined {
    const open = this.reader.peek(1);
    if (!this.context.own || token.kind !== 'name' || open.kind !== 'punctuation' || open.text !== '(') {
      return undefined;
    }
    const name = token.text.toLowerCase();
    const known = aggregates.find((each) => each === name);
    const isStep = name === 'at' && this.context.steps === true;
    if (
      (known === undefined && name !== 'best' && !isStep) ||
      entityRules[this.context.entity].prefixes.metric === undefined
    ) {
      const figures = listed([...aggregates, 'best', ...(this.context.steps === true ? ['at'] : [])]);
      throw new SearchFault(token, searchText('unknownFigure', token.text, figures));
    }
    this.reader.take();
    this.reader.take();
    const inner = this.reader.take();
    if (inner.kind !== 'name' && inner.kind !== 'string') {
      throw new SearchFault(inner, searchText('metricExpected', name));
    }
    const bare = inner.kind === 'string' || inner.prefix === undefined;
    const key = inner.kind === 'string' ? inner.value : inner.key;
    if (!bare && fieldOf(inner, this.context, 'filter').field.kind !== 'metric') {
      throw new SearchFault(inner, searchText('figureOfOther', name));
    }
    const step = isStep ? this.step() : undefined;
    const close = this.reader.peek();
    this.reader.expectSymbol(')', searchText('closeMissing'));
    if (step !== undefined) {
      const field = { ...metricField(between(token, close), key, 'last'), step };
      return { field, rule: undefined, numeric: true };
    }
    const aggregate = known ?? this.context.better?.(key);
    if (aggregate === undefined) {
      throw new SearchFault(token, searchText('bestUnknown', key));
    }
    return { field: metricField(between(token, close), key, aggregate), rule: undefined, numeric: true };
  }

  /** The second part of `at(metrics.loss, 1000)`. */
  private step(): number {
    this.reader.expectSymbol(',', searchText('stepMissing'));
    const token = this.reader.take();
    const step = token.kind === 'number' ? Number(token.text) : NaN;
    if (!Number.isSafeInteger(step)) {
      throw new SearchFault(token, searchText('stepNotWhole'));
    }
    return step;
  }

  private compared(subject: Subject, operator: Token): Filter {
    const { field } = subject;
    if (operator.text === '~' || operator.text === '=~' || operator.text === '!~') {
      if (this.context.own) {
        return this.matches(subject, operator.text === '!~');
      }
    }
    const synonym = synonyms[operator.text];
    const comparator = comparators[operator.text] ?? (this.context.own ? synonym : undefined);
    if (comparator === undefined) {
      throw this.invalidComparator(operator, operator.text, field, synonym);
    }
    const value = this.reader.peek();
    const isNumber = value.kind === 'number' || value.kind === 'duration' || value.kind === 'date';
    const isOrder = comparator !== '=' && comparator !== '!=';
    if (subject.numeric || ((isNumber || (isOrder && this.context.own)) && this.takesNumbers(field))) {
      return this.comparedNumber(subject, comparator);
    }
    if (isOrder) {
      throw this.invalidComparator(operator, operator.text, field);
    }
    const text = this.values.string(field);
    this.checkExact(subject, text);
    return { kind: 'text', field, operator: comparator, value: text.value, ...between(field, text) };
  }

  private comparedNumber({ field, rule }: Subject, operator: Comparator): Filter {
    const token = this.reader.peek();
    if (this.context.own && (operator === '=' || operator === '!=') && field.kind === 'metric') {
      if (this.reader.takeWord('nan') !== undefined) {
        return { kind: 'nan', field, negated: operator === '!=', ...between(field, token) };
      }
    }
    const value = this.values.number(field, rule?.quotable === true);
    return comparison(field, operator, value);
  }

  /** MLflow's tutorials compare params with bare numbers; MLflow refuses that, Labbook compares the numbers. */
  private takesNumbers(field: Field): boolean {
    return field.kind === 'param' || (this.context.own && field.kind === 'tag');
  }

  private like({ field, numeric }: Subject, verb: Span, name: string, negated: boolean): Filter {
    if (numeric || (negated && !this.context.own) || this.ruleOf(field)?.exact === true) {
      throw this.invalidComparator(verb, negated ? `NOT ${name.toUpperCase()}` : name.toUpperCase(), field);
    }
    const text = this.values.string(field);
    if (text.value.length > searchLimits.likePattern) {
      throw new SearchFault(text, searchText('likeTooLong', searchLimits.likePattern));
    }
    const foldCase = name.toLowerCase() === 'ilike';
    return { kind: 'like', field, foldCase, negated, pattern: text.value, ...between(field, text) };
  }

  private matches({ field, numeric }: Subject, negated: boolean): Filter {
    const token = this.values.string(field);
    if (numeric) {
      throw new SearchFault(field, searchText('numberHasNoText', named(field)));
    }
    const compiled = compilePattern(token.value);
    if (!compiled.ok) {
      const { offset, length } = compiled.error;
      // Doubled quotes shift the places after them; the whole text is right then.
      const exact = token.value.length === token.length - 2;
      throw new SearchFault(exact ? { offset: token.offset + 1 + offset, length } : token, compiled.error);
    }
    return { kind: 'matches', field, negated, pattern: token.value, ...between(field, token) };
  }

  private nullTest({ field }: Subject, verb: Token): Filter {
    const negated = this.reader.takeWord('not') !== undefined;
    const last = this.reader.peek();
    if (this.reader.takeWord('null') === undefined) {
      throw new SearchFault(last, searchText('nullExpected'));
    }
    const { nullable, noun } = entityRules[this.context.entity];
    if (!this.context.own && !nullable.includes(field.kind)) {
      const only = nullable.includes('param') ? 'nullOnlyParamsTags' : 'nullOnlyTags';
      const none = searchText('nullUnsupported', searchText(noun));
      throw new SearchFault(between(verb, last), nullable.length === 0 ? none : searchText(only, named(field)));
    }
    return { kind: negated ? 'present' : 'missing', field, ...between(field, last) };
  }

  private in(subject: Subject, verb: Span, negated: boolean): Filter {
    const { field, rule } = subject;
    const open = this.reader.takeSymbol('(');
    if (open === undefined) {
      const next = this.reader.peek();
      if (this.context.own && (subject.numeric || (next.kind !== 'string' && next.kind !== 'end'))) {
        return this.range(subject, negated, '..');
      }
      throw new SearchFault(next, searchText(this.context.own ? 'listOrRangeExpected' : 'listExpected'));
    }
    const first = this.reader.peek();
    if (this.context.own && (subject.numeric || (first.kind === 'number' && this.takesNumbers(field)))) {
      return this.inNumbers(subject, negated);
    }
    const { lists } = entityRules[this.context.entity];
    const isListed =
      field.kind === 'dataset' || (field.kind === 'attribute' ? rule?.list === true : lists && !subject.numeric);
    if (!isListed && (!this.context.own || subject.numeric)) {
      throw new SearchFault(verb, this.noList(field));
    }
    const values: string[] = [];
    const last = this.list((token) => {
      if (token.kind !== 'string' || token.quote === '`') {
        const fix = token.kind === 'end' ? undefined : `'${token.text}'`;
        throw new SearchFault(token, searchText('listOfTexts', token.text), fix);
      }
      this.checkExact(subject, token);
      values.push(token.value);
    });
    return { kind: 'in', field, negated, values, ...between(field, last) };
  }

  private inNumbers({ field }: Subject, negated: boolean): Filter {
    const parts: Filter[] = [];
    const last = this.list(() => {
      parts.push(comparison(field, negated ? '!=' : '=', this.values.number(field, false)));
    }, true);
    return { kind: negated ? 'and' : 'or', parts, ...between(field, last) };
  }

  /** @param peeking the visitor takes the words of a value itself */
  private list(visit: (token: Token) => void, peeking = false): Token {
    for (let count = 1; ; count++) {
      const token = peeking ? this.reader.peek() : this.reader.take();
      if (count === 1 && token.kind === 'punctuation' && token.text === ')') {
        throw new SearchFault(token, searchText('listEmpty'));
      }
      if (count > searchLimits.listValues) {
        throw new SearchFault(token, searchText('listTooLong', searchLimits.listValues));
      }
      visit(token);
      const after = this.reader.take();
      if (after.kind !== 'punctuation' || (after.text !== ',' && after.text !== ')')) {
        throw new SearchFault(after, searchText('listOpen'));
      }
      const next = this.reader.peek();
      // Python's lists, which MLflow reads, may end with a comma.
      if (after.text === ')' || (next.kind === 'punctuation' && next.text === ')')) {
        return after.text === ')' ? after : this.reader.take();
      }
    }
  }

  /** `between a and b`, `in a..b`: both ends belong to it. */
  private range(subject: Subject, negated: boolean, separator: 'and' | '..'): Filter {
    const { field } = subject;
    if (!subject.numeric && !this.takesNumbers(field)) {
      throw new SearchFault(field, searchText('rangeOfText', named(field)));
    }
    const low = this.values.number(field, false);
    const middle = this.reader.peek();
    if ((separator === 'and' ? this.reader.takeWord('and') : this.reader.takeSymbol('..')) === undefined) {
      throw new SearchFault(middle, searchText(separator === 'and' ? 'rangeEndMissing' : 'listOrRangeExpected'));
    }
    const high = this.values.number(field, false);
    const parts = [comparison(field, '>=', low), comparison(field, '<=', high)];
    const outside = [comparison(field, '<', low), comparison(field, '>', high)];
    const span = between(field, high);
    return negated ? { kind: 'or', parts: outside, ...span } : { kind: 'and', parts, ...span };
  }

  private checkExact({ rule }: Subject, token: Extract<Token, { kind: 'string' }>): void {
    if (rule?.exact === true && !/^\d+$/.test(token.value)) {
      throw new SearchFault(token, searchText('experimentIdExpected', token.value));
    }
  }

  private noList(field: Field): SearchText {
    const listable = entityRules[this.context.entity].attributes.filter(
      (each) => each.list === true && each.own !== true,
    );
    const names = listed(listable.map((each) => each.name));
    return searchText('listUnsupported', names, named(field));
  }

  private ruleOf(field: Field) {
    const { attributes } = entityRules[this.context.entity];
    return field.kind === 'attribute' ? attributes.find((each) => each.name === field.key) : undefined;
  }

  private invalidComparator(span: Span, text: string, field: Field, fix?: string): SearchFault {
    const isText = !isNumeric(field);
    const exact = this.ruleOf(field)?.exact === true;
    const valid = isText ? (exact ? ['=', '!='] : ['=', '!=', 'LIKE', 'ILIKE']) : Object.keys(comparators);
    return new SearchFault(span, searchText('wrongComparator', text, named(field), listed(valid)), fix);
  }
}

function isNumeric(field: Field): boolean {
  return field.kind === 'metric' || (field.kind === 'attribute' && field.type !== 'text');
}

function isReserved(text: string): boolean {
  return /^(?:and|or|not|in|is|like|ilike|between|matches)$/i.test(text);
}
