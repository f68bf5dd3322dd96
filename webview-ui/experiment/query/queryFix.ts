/** What was probably meant where a query is wrong. Pure. */
import type { SearchError, Span } from '../../../src/core/search/ast';
import { isPlainName, nameText, stringText } from '../../../src/core/search/completionText';
import { nearestName } from '../../../src/core/search/nearest';
import { scan, type ScannedToken } from '../../../src/core/search/tokens';
import type { KeyCatalogue } from '../table/runTable';
import { longestInColour } from './parseQuery';

/** A text that should stand in place of a part of the query. */
export interface QueryFix extends Span {
  readonly text: string;
}

/** Of one error: the query, its words, and the piece that is wrong. */
interface Wrong extends Span {
  readonly query: string;
  readonly text: string;
  readonly tokens: readonly ScannedToken[];
}

/** What should stand at an error's place, and which text that is; undefined where nobody knows. */
export function fixOf(query: string, error: SearchError, catalogue: KeyCatalogue): QueryFix | undefined {
  const { offset, length } = error;
  if (query.length > longestInColour) {
    return put(error, error.fix);
  }
  const wrong = { query, offset, length, text: query.slice(offset, offset + length), tokens: scan(query) };
  const own = nullFix(wrong) ?? operatorFix(wrong) ?? numberFix(wrong);
  if (own || error.fix !== undefined) {
    return own ?? put(wrong, error.fix);
  }
  switch (error.key) {
    case 'unknownName':
      return (
        keyFix(wrong, catalogue) ??
        put(wrong, otherNames.get(wrong.text.toLowerCase()) ?? nameFix(wrong, catalogue)) ??
        wordsFix(wrong)
      );
    case 'nameAfterDot':
      return keyFix(wrong, catalogue);
    case 'unknownPrefix':
      return put(wrong, nearestName(wrong.text, prefixes));
    case 'unknownFigure':
      return put(wrong, figures.get(wrong.text.toLowerCase()));
    case 'meansNothing':
      return keyFix(wrong, catalogue) ?? characterFix(wrong) ?? wordsFix(wrong);
    case 'quoteOpen':
      return put(wrong, closed(wrong));
    case 'joinExpected':
      return joinFix(wrong);
    case 'closeMissing':
    case 'listOpen':
      return isAtEnd(wrong) ? put(wrong, ')') : undefined;
    case 'nullExpected':
      return put(wrong, /^(?:none|nan|empty|undefined)$/i.test(wrong.text) ? 'null' : undefined);
    case 'listOrRangeExpected':
      return listFix(wrong);
    case 'comparisonExpected':
      return keyFix(wrong, catalogue) ?? partFix(wrong) ?? wordsFix(wrong);
    case 'nameExpected':
    case 'comparisonMissing':
      return wordsFix(wrong);
    default:
      return undefined;
  }
}

function put({ offset, length }: Span, text: string | undefined): QueryFix | undefined {
  return text === undefined ? undefined : { offset, length, text };
}

function isAtEnd({ query, offset }: Wrong): boolean {
  return query.slice(offset).trim() === '';
}

const attributes = ['name', 'status', 'started', 'ended', 'duration', 'user', 'run_id', 'start_time', 'end_time'];
/** What columns, and other trackers, call them. */
const otherNames: ReadonlyMap<string, string> = new Map([
  ['state', 'status'],
  ['run', 'name'],
  ['id', 'run_id'],
  ['created', 'started'],
  ['start', 'started'],
  ['end', 'ended'],
  ['finished', 'ended'],
  ['runtime', 'duration'],
]);
const prefixes = ['metrics', 'params', 'tags', 'attributes', 'datasets'];
/** Words of other languages for a metric's figures. */
const figures: ReadonlyMap<string, string> = new Map([
  ['avg', 'mean'],
  ['average', 'mean'],
  ['final', 'last'],
  ['latest', 'last'],
  ['lowest', 'min'],
  ['minimum', 'min'],
  ['highest', 'max'],
  ['maximum', 'max'],
]);

const kinds = [
  { list: 'params', prefix: /^(?:params?|parameters?)$/i },
  { list: 'metrics', prefix: /^metrics?$/i },
  { list: 'tags', prefix: /^tags?$/i },
] as const;

/** A name with other characters that stands there without its quotes: `params.my key`, `//a/b`. */
function keyFix(wrong: Wrong, catalogue: KeyCatalogue): QueryFix | undefined {
  const { offset, tokens } = wrong;
  const before = tokens.filter((each) => each.offset <= offset && (each.kind === 'name' || each.kind === 'fault'));
  // Its first words may be right by themselves.
  for (const { offset: from } of before.reverse().slice(0, mostWords)) {
    const fix = keyAt(wrong, from, catalogue);
    if (fix) {
      return fix;
    }
  }
  return undefined;
}

const mostWords = 5;

/** The longest key that begins at a place and goes over the error. */
function keyAt({ query, offset, length }: Wrong, at: number, catalogue: KeyCatalogue): QueryFix | undefined {
  const [, prefix = ''] = /^(\w+)\./.exec(query.slice(at)) ?? [];
  const own = kinds.find((each) => each.prefix.test(prefix));
  const from = at + (own ? prefix.length + 1 : 0);
  const rest = query.slice(from);
  let found: { readonly key: string; readonly prefix: string } | undefined;
  for (const { list } of own ? [own] : kinds) {
    for (const { key } of catalogue[list]) {
      const isLonger = key.length > (found?.key.length ?? 0) && from + key.length >= offset + length;
      if (isLonger && !isPlainName(key) && rest.startsWith(key) && !/^[\p{L}\p{N}_]/u.test(rest.slice(key.length))) {
        found = { key, prefix: own ? prefix : list };
      }
    }
  }
  return found && { offset: at, length: from - at + found.key.length, text: `${found.prefix}.${nameText(found.key)}` };
}

/** The name that was probably meant, as it has to be written. */
function nameFix({ text }: Wrong, { metrics, params, tags }: KeyCatalogue): string | undefined {
  const [token, ...others] = scan(text);
  if (others.length > 0 || (token?.kind !== 'name' && token?.kind !== 'string')) {
    return undefined;
  }
  const names = [...params, ...metrics, ...tags].map(({ key }) => key);
  const nearest = nearestName(token.kind === 'string' ? token.value : text, [...attributes, ...names]);
  if (nearest === undefined && token.kind === 'name' && token.prefix !== undefined) {
    const prefix = nearestName(token.prefix, prefixes);
    return prefix !== undefined && names.includes(token.key) ? `${prefix}.${nameText(token.key)}` : undefined;
  }
  if (nearest === undefined || attributes.includes(nearest) || isPlainName(nearest)) {
    return nearest;
  }
  const has = (list: KeyCatalogue['params']): boolean => list.some(({ key }) => key === nearest);
  return `${has(params) ? 'params' : has(metrics) ? 'metrics' : 'tags'}.${nameText(nearest)}`;
}

/** Words alone, as one types them in a search: a part of a run's name. */
function wordsFix({ query, tokens }: Wrong): QueryFix | undefined {
  const words = /^(?:and|or|not|in|is|like|ilike|between|matches)$/i;
  const isSearch = tokens.every(
    ({ kind, text }) => kind !== 'operator' && kind !== 'punctuation' && !(kind === 'name' && words.test(text)),
  );
  const [only, ...others] = tokens;
  const text = only?.kind === 'string' && others.length === 0 ? only.value : query.trim();
  return isSearch && text !== '' && !/[%\n]/.test(text)
    ? { offset: 0, length: query.length, text: `name ILIKE ${stringText(`%${text}%`)}` }
    : undefined;
}

/** Words for a part of a text: `model contains 'r50'`. */
function partFix({ offset, length, text, tokens }: Wrong): QueryFix | undefined {
  const [before, after] = partWords.get(text.toLowerCase()) ?? [];
  const part = tokens.find((each) => each.offset >= offset + length);
  return before !== undefined && after !== undefined && part?.kind === 'string'
    ? { offset, length: part.offset + part.length - offset, text: `ILIKE ${stringText(before + part.value + after)}` }
    : undefined;
}

const partWords: ReadonlyMap<string, readonly [before: string, after: string]> = new Map([
  ['contains', ['%', '%']],
  ['includes', ['%', '%']],
  ['has', ['%', '%']],
  ['startswith', ['', '%']],
  ['endswith', ['%', '']],
]);

/** `= null`, `!= None`: whether a value is there is asked otherwise. */
function nullFix({ text, offset, length, tokens }: Wrong): QueryFix | undefined {
  const before = tokens.findLast((each) => each.offset < offset);
  if (!/^(?:null|none)$/i.test(text) || before?.kind !== 'operator') {
    return undefined;
  }
  const isNot = before.text === '!=' || before.text === '<>';
  return /^(?:=|==|!=|<>)$/.test(before.text)
    ? { offset: before.offset, length: offset + length - before.offset, text: isNot ? 'is not null' : 'is null' }
    : undefined;
}

/** Operators that other languages, or fingers, write in two pieces. */
const glued: Readonly<Record<string, string>> = { '=>': '>=', '=<': '<=', '===': '=', '!==': '!=', '><': '!=' };

function operatorFix({ offset, tokens }: Wrong): QueryFix | undefined {
  const at = tokens.findIndex((each) => each.offset === offset);
  const [before, token] = [tokens[at - 1], tokens[at]];
  if (before?.kind !== 'operator' || token?.kind !== 'operator' || before.offset + before.length !== offset) {
    return undefined;
  }
  const text = glued[before.text + token.text];
  return put({ offset: before.offset, length: before.length + token.length }, text);
}

/** Numbers with what groups digits or stands for the point elsewhere: `1_000`, `1,234`, `0,5`; dates with slashes. */
function numberFix({ query, offset }: Wrong): QueryFix | undefined {
  const pattern = /(?<![\p{L}\p{N}_.])(?:(\d{4})\/(\d{1,2})\/(\d{1,2})|\d+(?:[_,]\d+)+(?:\.\d+)?)(?![\p{L}\p{N}_])/gu;
  for (const match of query.matchAll(pattern)) {
    const [text, year, month = '', day = ''] = match;
    if (match.index <= offset && offset < match.index + text.length) {
      const isGrouped = /^\d{1,3}(?:[_,]\d{3})+(?:\.\d+)?$/.test(text) || text.includes('_');
      const number = isGrouped
        ? text.replaceAll(/[_,]/g, '')
        : /^\d+,\d+$/.test(text)
          ? text.replace(',', '.')
          : undefined;
      const date = `${year ?? ''}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
      return put({ offset: match.index, length: text.length }, year === undefined ? number : date);
    }
  }
  return undefined;
}

const signs: Readonly<Record<string, string>> = { '≤': '<=', '≥': '>=', '≠': '!=', '≈': '~' };
const joins: Readonly<Record<string, string>> = {
  '&': 'and',
  '|': 'or',
  '!': 'not',
  '∧': 'and',
  '∨': 'or',
  '¬': 'not',
};

/** Characters that mean something elsewhere: in code, in word processors, in the table itself. */
function characterFix(wrong: Wrong): QueryFix | undefined {
  const { query, offset, text } = wrong;
  const rest = query.slice(offset);
  const sign = signs[text];
  if (sign !== undefined) {
    return put(wrong, sign);
  }
  const join = joins[text];
  if (join !== undefined) {
    return spaced(query, offset, /^([&|])\1/.test(rest) ? 2 : 1, join);
  }
  const number = /^[−–](\d[\d.]*(?:[eE][+\-−]?\d+)?[a-z]*)/u.exec(rest);
  if (number) {
    return { offset, length: number[0].length, text: `-${(number[1] ?? '').replace('−', '-')}` };
  }
  const quoted = /^[“”„«]([^“”„»]*)[“”»]|^[‘’‚]([^‘’‚]*)[‘’]/u.exec(rest);
  if (quoted) {
    return { offset, length: quoted[0].length, text: stringText(quoted[1] ?? quoted[2] ?? '') };
  }
  return bracketFix(query, offset);
}

/** `in ['a', 'b']` as in Python, `metrics['val/acc']` as in pandas. */
function bracketFix(query: string, offset: number): QueryFix | undefined {
  const list = /^\[([^[\]]*)\]/.exec(query.slice(offset));
  const before = query.slice(0, offset);
  if (!list) {
    return undefined;
  }
  const [{ length }, inside = ''] = list;
  if (/\bin\s*$/i.test(before)) {
    return { offset, length, text: `(${inside})` };
  }
  const key = /^\s*(['"])(.*)\1\s*$/.exec(inside)?.[2];
  return key !== undefined && /\w$/.test(before) ? { offset, length, text: `.${nameText(key)}` } : undefined;
}

/** `in 'a', 'b'`: a list has parentheses. */
function listFix({ query, offset }: Wrong): QueryFix | undefined {
  const [list = ''] = /^('[^']*'|"[^"]*")(\s*,\s*('[^']*'|"[^"]*"))*/.exec(query.slice(offset)) ?? [];
  return list === '' ? undefined : { offset, length: list.length, text: `(${list})` };
}

/** A word with spaces around it where there are none. */
function spaced(query: string, offset: number, length: number, word: string): QueryFix {
  const before = /^$|[\s(]/.test(query.slice(0, offset).slice(-1)) ? '' : ' ';
  const after = /^\s/.test(query.slice(offset + length)) ? '' : ' ';
  return { offset, length, text: before + word + after };
}

/** Two comparisons with nothing between them, or a comma. */
function joinFix({ query, offset, length, text, tokens }: Wrong): QueryFix | undefined {
  if (text === ',') {
    return spaced(query, offset, length, 'and');
  }
  const token = tokens.find((each) => each.offset === offset);
  const begins = token?.kind === 'name' ? !/^(?:in|is|like|ilike|between|matches)$/i.test(text) : text === '(';
  return begins ? { offset, length, text: `and ${text}` } : undefined;
}

/** A text with its end: before what joins the next comparison, else where the query ends. Of a name nobody knows where it ends. */
function closed({ query, offset, text }: Wrong): string | undefined {
  const quote = text.slice(0, 1);
  const parts = /^(.+?)(\s+(?:and|or)\s.*|\s*)$/is.exec(text);
  return quote === '`' || query[offset - 1] === '.' || !parts
    ? undefined
    : `${parts[1] ?? ''}${quote}${parts[2] ?? ''}`;
}
