/** The words of a filter. Both dialects have the same; which of them mean something is the parser's affair. */
import type { Result, SearchError, Span } from './ast';
import { searchError, type SearchText, searchText } from './messages';

export type Quote = "'" | '"' | '`';

export type Token = Span & { readonly text: string } & (
    | { readonly kind: 'name'; readonly prefix: string | undefined; readonly key: string; readonly quoted: boolean }
    | { readonly kind: 'string'; readonly quote: Quote; readonly value: string }
    | { readonly kind: 'number' | 'duration' | 'date' | 'operator' | 'punctuation' | 'end' }
  );

/** Lengths count UTF-16 units. */
export const searchLimits = {
  length: 1_000_000,
  /** Comparisons in one filter: each looks once at every run (10,000 runs x 100 comparisons take about 3 s). */
  terms: 100,
  /** Parentheses and NOTs inside each other. */
  depth: 50,
  /** Values of one list. */
  listValues: 20_000,
  /** Fields of one order. */
  orderTerms: 30,
  likePattern: 5000,
} as const;

// Functions, so that sets of all letters are made when there is something to read: they take longer than the start of the rest.
const space = (): RegExp => /[\s\uFEFF]+/uy;
const word = (): RegExp => /[\p{L}_][\p{L}\p{M}\p{N}_]*/uy;
/** MLflow wants quotes around keys with '-', '/', ':' or '@'; nothing else begins with those here, so they do without. */
/** So may names without a prefix, in which a dot alone would begin one: `val/acc`. */
const longName = (): RegExp =>
  /[\p{L}_][\p{L}\p{M}\p{N}_]*[/:@-]+[\p{L}\p{M}\p{N}_]+(?:(?:[/:@-]+|\.)[\p{L}\p{M}\p{N}_]+)*/uy;
const bareKey = (): RegExp => /[\p{L}\p{M}\p{N}_]+(?:[./:@-]+[\p{L}\p{M}\p{N}_]+)*/uy;
const date = (): RegExp =>
  /\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?(?:Z|[+-]\d{2}:?\d{2})?)?(?![\p{L}\p{N}_])/uy;
const number = (): RegExp => /[+-]?(?:\d+(?:\.(?!\.)\d*)?|\.\d+)(?:[eE][+-]?\d+)?/uy;
const infinity = (): RegExp => /[+-]inf(?:inity)?(?![\p{L}\p{M}\p{N}_])/iuy;
const unit = (): RegExp => /(?:ms|s|min|m|h|d|w)(?![\p{L}\p{N}_])/uy;
const operator = (): RegExp => /!~|=~|==|!=|<>|<=|>=|=|<|>|~/uy;
const punctuation = (): RegExp => /\.\.|[(),]/uy;

/** Reads a text into words, the last one being the end. */
export function tokenize(source: string): Result<readonly Token[]> {
  if (source.length > searchLimits.length) {
    const tooLong = searchText('searchTooLong', source.length, searchLimits.length);
    return fault(searchLimits.length, source.length - searchLimits.length, tooLong);
  }
  const tokens: Token[] = [];
  let at = match(space, source, 0);
  while (at < source.length) {
    const next = readToken(source, at);
    if (!next.ok) {
      return next;
    }
    tokens.push(next.value);
    at += next.value.length;
    at += match(space, source, at);
  }
  tokens.push({ kind: 'end', text: '', offset: source.length, length: 0 });
  return { ok: true, value: tokens };
}

/** A word of a text that may be wrong; `fault`: what no word can be made of. */
export type ScannedToken = Exclude<Token, { kind: 'end' }> | (Span & { readonly kind: 'fault'; readonly text: string });

/** Reads a text into words, right or wrong, for colours and completions; without the end. */
export function scan(source: string): ScannedToken[] {
  const tokens: ScannedToken[] = [];
  let at = match(space, source, 0);
  while (at < source.length && source.length <= searchLimits.length) {
    const next = readToken(source, at);
    // Of a name the fault may be behind its beginning.
    const end = next.ok ? at + next.value.length : Math.max(at + 1, next.error.offset + next.error.length);
    if (!next.ok) {
      tokens.push({ kind: 'fault', text: source.slice(at, end), offset: at, length: end - at });
    } else if (next.value.kind !== 'end') {
      tokens.push(next.value);
    }
    at = end + match(space, source, end);
  }
  return tokens;
}

function readToken(source: string, offset: number): Result<Token> {
  const plain = (kind: 'number' | 'duration' | 'date' | 'operator' | 'punctuation', length: number): Result<Token> => ({
    ok: true,
    value: { kind, text: source.slice(offset, offset + length), offset, length },
  });
  const quote = quoteAt(source, offset);
  if (quote !== undefined) {
    const string = readString(source, offset, quote);
    return string.ok && quote !== "'" && source[offset + string.value.length] === '.'
      ? readKey(source, string.value, string.value.value)
      : string;
  }
  const wordLength = Math.max(match(word, source, offset), match(longName, source, offset));
  if (wordLength > 0) {
    const text = source.slice(offset, offset + wordLength);
    const span = { offset, length: wordLength };
    return source[offset + wordLength] === '.' && source[offset + wordLength + 1] !== '.'
      ? readKey(source, span, text)
      : { ok: true, value: { kind: 'name', text, ...span, prefix: undefined, key: text, quoted: false } };
  }
  const dateLength = match(date, source, offset);
  if (dateLength > 0) {
    return plain('date', dateLength);
  }
  const numberLength = match(number, source, offset);
  if (numberLength > 0) {
    const unitLength = match(unit, source, offset + numberLength);
    const after = match(word, source, offset + numberLength + unitLength);
    if (after > 0) {
      const length = numberLength + unitLength + after;
      const text = source.slice(offset, offset + length);
      return fault(offset, length, searchText('notNumberNorName', text), `'${text}'`);
    }
    return plain(unitLength > 0 ? 'duration' : 'number', numberLength + unitLength);
  }
  const infinityLength = match(infinity, source, offset);
  if (infinityLength > 0) {
    const text = source.slice(offset, offset + infinityLength);
    const span = { offset, length: infinityLength };
    return { ok: true, value: { kind: 'name', text, ...span, prefix: undefined, key: text, quoted: false } };
  }
  const operatorLength = match(operator, source, offset);
  if (operatorLength > 0) {
    return plain('operator', operatorLength);
  }
  const punctuationLength = match(punctuation, source, offset);
  if (punctuationLength > 0) {
    return plain('punctuation', punctuationLength);
  }
  const character = String.fromCodePoint(source.codePointAt(offset) ?? 0);
  return fault(offset, character.length, searchText('meansNothing', character));
}

/** What stands before the dot has been read; the key stands after it, in quotes or bare. */
function readKey(source: string, before: Span, prefix: string): Result<Token> {
  const start = before.offset + before.length + 1;
  const quote = quoteAt(source, start);
  let key: string;
  let length: number;
  if (quote !== undefined) {
    const string = readString(source, start, quote);
    if (!string.ok) {
      return string;
    }
    key = string.value.value;
    length = string.value.length;
  } else {
    length = match(bareKey, source, start);
    key = source.slice(start, start + length);
    if (length === 0) {
      return fault(before.offset, before.length + 1, searchText('nameAfterDot', prefix));
    }
  }
  const end = start + length;
  const text = source.slice(before.offset, end);
  return {
    ok: true,
    value: {
      kind: 'name',
      text,
      offset: before.offset,
      length: end - before.offset,
      prefix,
      key,
      quoted: quote !== undefined,
    },
  };
}

type StringToken = Extract<Token, { kind: 'string' }>;

/** A doubled quote inside stands for the quote; a backslash for itself. */
function readString(source: string, offset: number, quote: Quote): Result<StringToken> {
  for (let end = offset + 1; ; end++) {
    end = source.indexOf(quote, end);
    if (end < 0) {
      return fault(offset, source.length - offset, searchText('quoteOpen', quote));
    }
    if (source[end + 1] === quote) {
      end++;
      continue;
    }
    const length = end + 1 - offset;
    const value = source.slice(offset + 1, end).replaceAll(quote + quote, quote);
    return { ok: true, value: { kind: 'string', quote, value, text: source.slice(offset, end + 1), offset, length } };
  }
}

function quoteAt(source: string, offset: number): Quote | undefined {
  const character = source[offset];
  return character === "'" || character === '"' || character === '`' ? character : undefined;
}

function match(word: () => RegExp, source: string, offset: number): number {
  const pattern = word();
  pattern.lastIndex = offset;
  return pattern.test(source) ? pattern.lastIndex - offset : 0;
}

function fault(offset: number, length: number, text: SearchText, fix?: string): { ok: false; error: SearchError } {
  return { ok: false, error: searchError({ offset, length }, text, fix) };
}
