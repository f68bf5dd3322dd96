import type { Int64 } from '../model';
import type { Comparator, Condition, Field, Filter, Span } from './ast';
import { parseDate, parseDuration, parseNumeral, type TimeSpan } from './literals';
import { between, SearchFault, type TokenReader } from './reader';
import type { Token } from './tokens';

/** What one instant or number is, or a stretch of them: `until` is the first after it. */
export interface NumberValue extends Span {
  readonly from: Int64;
  readonly until?: number;
}

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
    const found = token.kind === 'end' ? 'the end' : token.text;
    const fix = token.kind === 'end' || token.kind === 'string' ? undefined : `'${token.text.replaceAll("'", "''")}'`;
    const message = `Expected a quoted string value for ${quoted(field)} (e.g. 'my-value'). Got value ${found}`;
    throw new SearchFault(token, message, fix);
  }

  /** @param quotable the number may stand in quotes */
  number(field: Field, quotable: boolean): NumberValue {
    const token = this.reader.take();
    const span = { offset: token.offset, length: token.length };
    if (token.kind === 'number') {
      return { from: parseNumeral(token.text), ...span };
    }
    if (token.kind === 'string' && quotable && token.quote !== '`' && /^\d{1,18}$/.test(token.value)) {
      return { from: parseNumeral(token.value), ...span };
    }
    const type = field.kind === 'attribute' ? field.type : undefined;
    if (this.context.own) {
      const infinite = token.kind === 'name' ? /^inf(?:inity)?$/i.test(token.text) : false;
      if (infinite) {
        return { from: Infinity, ...span };
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
    throw new SearchFault(token, this.noNumber(field, token));
  }

  private time(token: Token): TimeSpan | { from: number } | undefined {
    if (token.kind === 'duration') {
      const ms = parseDuration(token.text);
      if (ms === undefined || !/^[+-]/.test(token.text)) {
        throw new SearchFault(token, `A time is needed: -${token.text} is ${token.text} ago.`, `-${token.text}`);
      }
      return { from: Math.round(this.context.now + ms) };
    }
    const text = token.kind === 'string' ? token.value : token.kind === 'date' ? token.text : undefined;
    const date = text === undefined ? undefined : parseDate(text);
    if (text !== undefined && date === undefined) {
      throw new SearchFault(token, `'${text}' is no date. Dates look like 2026-01-31 or 2026-01-31T09:30.`);
    }
    return date;
  }

  private noNumber(field: Field, token: Token): string {
    const found = token.kind === 'end' ? 'the end' : token.text;
    return field.kind === 'metric'
      ? `Expected numeric value type for metric. Found ${found}`
      : `Expected numeric value type for ${quoted(field)}. Found ${found}`;
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

/** A field's name for a message. */
export function quoted(field: Field): string {
  return field.kind === 'attribute' ? `attribute '${field.key}'` : `${field.kind} '${field.key}'`;
}
