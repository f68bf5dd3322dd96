import type { Int64 } from '../model';
import type { Comparator, Condition, Field, FieldKind, Filter, Span } from './ast';
import { numberOfText, parseDate, parseDuration, parseNumeral, type TimeSpan } from './literals';
import { type SearchMessage, type SearchText, searchText } from './messages';
import { between, SearchFault, type TokenReader } from './reader';
import type { Token } from './tokens';

/** What one instant or number is, or a stretch of them: `until` is the first after it. */
export interface NumberValue extends Span {
  readonly from: Int64;
  readonly until?: number;
}

/** What people write after a number, and what stands for it here. */
const units = [
  { unit: 'ms', words: /^(?:ms|msec|milliseconds?)$/ },
  { unit: 's', words: /^(?:s|secs?|seconds?)$/ },
  { unit: 'm', words: /^(?:m|mins?|minutes?)$/ },
  { unit: 'h', words: /^(?:h|hrs?|hours?)$/ },
  { unit: 'd', words: /^(?:d|days?)$/ },
  { unit: 'w', words: /^(?:w|weeks?)$/ },
] as const;

/** Reads what a field is compared with. */
export class ValueReader {
  constructor(
    private readonly reader: TokenReader,
    private readonly context: { readonly own: boolean; readonly now: number },
  ) {}

  string(field: Field): Extract<Token, { kind: 'string' }> {
    const token = this.reader.take();
    if (token.kind === 'string' && token.quote !== '`') {
      return token;
    }
    const fix = token.kind === 'end' || token.kind === 'string' ? undefined : `'${token.text.replaceAll("'", "''")}'`;
    const name = named(field);
    const isEnd = token.kind === 'end';
    throw new SearchFault(
      token,
      isEnd ? searchText('textExpectedEnd', name) : searchText('textExpected', name, token.text),
      fix,
    );
  }

  /** @param quotable the number may stand in quotes */
  number(field: Field, quotable: boolean): NumberValue {
    const token = this.reader.take();
    const span = { offset: token.offset, length: token.length };
    const type = field.kind === 'attribute' ? field.type : undefined;
    if (this.context.own && token.kind === 'number' && (type === 'duration' || type === 'time')) {
      this.#refuseUnitApart(token);
    }
    if (token.kind === 'number') {
      return { from: parseNumeral(token.text), ...span };
    }
    if (token.kind === 'string' && quotable && token.quote !== '`' && /^\d{1,18}$/.test(token.value)) {
      return { from: parseNumeral(token.value), ...span };
    }
    if (this.context.own) {
      const infinite = token.kind === 'name' ? /^([+-]?)inf(?:inity)?$/i.exec(token.text) : null;
      if (infinite) {
        return { from: infinite[1] === '-' ? -Infinity : Infinity, ...span };
      }
      const time = type === 'time' ? this.time(token) : undefined;
      if (time !== undefined) {
        return { ...time, ...span };
      }
      const duration = type === 'duration' && token.kind === 'duration' ? parseDuration(token.text) : undefined;
      if (duration !== undefined) {
        return { from: duration, ...span };
      }
    }
    const isQuoted = token.kind === 'string' && numberOfText(token.value) !== undefined;
    throw new SearchFault(token, this.noNumber(field, token), isQuoted ? token.value.trim() : undefined);
  }

  /** `5 min`: the unit belongs to the number. */
  #refuseUnitApart(number: Token): void {
    const next = this.reader.peek();
    const word = next.kind === 'name' ? next.text.toLowerCase() : '';
    const unit = units.find(({ words }) => words.test(word))?.unit;
    if (unit !== undefined) {
      const whole = `${number.text}${unit}`;
      throw new SearchFault(between(number, next), searchText('unitApart', whole), whole);
    }
  }

  private time(token: Token): TimeSpan | { from: number } | undefined {
    if (token.kind === 'duration') {
      const ms = parseDuration(token.text);
      if (ms === undefined || !/^[+-]/.test(token.text)) {
        throw new SearchFault(token, searchText('timeExpected', token.text), `-${token.text}`);
      }
      return { from: Math.round(this.context.now + ms) };
    }
    const text = token.kind === 'string' ? token.value : token.kind === 'date' ? token.text : undefined;
    const date = text === undefined ? undefined : parseDate(text);
    if (text !== undefined && date === undefined) {
      throw new SearchFault(token, searchText('noDate', text));
    }
    return date;
  }

  private noNumber(field: Field, token: Token): SearchText {
    const isEnd = token.kind === 'end';
    if (field.kind === 'metric') {
      return isEnd ? searchText('metricNumberExpectedEnd') : searchText('metricNumberExpected', token.text);
    }
    const name = named(field);
    const type = this.context.own && field.kind === 'attribute' ? field.type : undefined;
    if (type === 'time') {
      return isEnd ? searchText('dateExpectedEnd', name) : searchText('dateExpected', name, token.text);
    }
    if (type === 'duration') {
      return isEnd ? searchText('durationExpectedEnd', name) : searchText('durationExpected', name, token.text);
    }
    return isEnd ? searchText('numberExpectedEnd', name) : searchText('numberExpected', name, token.text);
  }
}

/** Comparing with a stretch of time: before it, within it, after it. */
export function comparison(field: Field, operator: Comparator, value: NumberValue): Filter {
  const span = between(field, value);
  const plain = (each: Comparator, bound: Int64): Condition => ({
    kind: 'number',
    field,
    operator: each,
    value: bound,
    ...span,
  });
  const { from, until } = value;
  if (until === undefined) {
    return plain(operator, from);
  }
  switch (operator) {
    case '<':
    case '>=':
      return plain(operator, from);
    case '<=':
      return plain('<', until);
    case '>':
      return plain('>=', until);
    case '=':
      return { kind: 'and', parts: [plain('>=', from), plain('<', until)], ...span };
    case '!=':
      return { kind: 'or', parts: [plain('<', from), plain('>=', until)], ...span };
  }
}

const namedTexts = {
  attribute: 'namedAttribute',
  metric: 'namedMetric',
  param: 'namedParam',
  tag: 'namedTag',
  dataset: 'namedDataset',
} as const satisfies Record<FieldKind, SearchMessage>;

/** A field's name for a message. */
export function named({ kind, key }: Field): SearchText {
  return searchText(namedTexts[kind], key);
}
