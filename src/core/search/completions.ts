/** What can stand at a place of a filter in Labbook's own dialect: names, operators, values, words. */
import { type Aim, aimAt } from './completionAim';
import { isPlainName, isPlainNumber, nameText, stringText } from './completionText';
import { type ScannedToken, scan } from './tokens';

/** A name that can stand in a filter of runs. */
export interface NamedKey {
  readonly kind: 'metric' | 'param' | 'tag';
  readonly key: string;
  /** Number of runs that have it. */
  readonly runs: number;
}

export interface KnownValue {
  readonly value: string;
  /** Number of runs that have it. */
  readonly runs: number;
}

/** What there is to be named: of the table, not of the grammar. */
export interface Vocabulary {
  readonly keys: readonly NamedKey[];
  /** Values of a param, a tag or an attribute (by its own name, `run_name`); empty while they are not known. */
  values(kind: 'param' | 'tag' | 'attribute', key: string): readonly KnownValue[];
  /** Whether it is known of any metric what its best is; else `best(…)` means nothing. */
  readonly hasBest: boolean;
}

export type CompletionKind = NamedKey['kind'] | 'attribute' | 'figure' | 'operator' | 'word' | 'value';

export interface Completion {
  readonly kind: CompletionKind;
  readonly label: string;
  /** Takes the place of the text from `from` to `to`. */
  readonly insert: string;
  /** Of names: the key; of values: the value as it is. */
  readonly key: string;
  readonly runs?: number;
  /** Where the label has what was typed, in UTF-16 units. */
  readonly match: readonly [from: number, to: number];
}

export interface Completions {
  /** The word that the caret is in or behind, in UTF-16 units; empty where it is in none. */
  readonly from: number;
  readonly to: number;
  /** What of the word stands before the caret. */
  readonly typed: string;
  /** What belongs here; `next`: something that joins comparisons. */
  readonly place: 'name' | 'operator' | 'value' | 'next' | 'nothing';
  /** Best first. */
  readonly options: readonly Completion[];
  /** How many more there are. */
  readonly more: number;
}

/** So many options are told at once. */
const mostOptions = 100;

interface Candidate {
  readonly kind: CompletionKind;
  readonly label: string;
  readonly insert: string;
  readonly key?: string;
  readonly runs?: number;
}

/** @param caret UTF-16 units from the beginning. */
export function completionsAt(text: string, caret: number, vocabulary: Vocabulary): Completions {
  const tokens = scan(text);
  const word = tokens.find((token) => isWord(token) && token.offset < caret && caret <= token.offset + token.length);
  const from = word?.offset ?? caret;
  const to = word ? word.offset + word.length : caret;
  const typed = text.slice(from, caret);
  const aim = aimAt(
    tokens.filter(({ offset, length }) => offset + length <= from),
    vocabulary,
  );
  const followed = text.slice(to).trimStart();
  const candidates = candidatesOf(aim, typed, followed, vocabulary);
  const { options, more } = best(candidates, wantedOf(aim, typed));
  return { from, to, typed, place: placeOf(aim), options, more };
}

/** A name, a value, or what may become one; operators and parentheses are complete when they are typed. */
function isWord({ kind }: ScannedToken): boolean {
  return kind !== 'operator' && kind !== 'punctuation';
}

function placeOf(aim: Aim): Completions['place'] {
  switch (aim.kind) {
    case 'name':
    case 'figure':
      return 'name';
    case 'operator':
    case 'negated':
    case 'words':
      return 'operator';
    case 'value':
    case 'values':
      return 'value';
    case 'next':
    case 'listNext':
      return 'next';
    case 'nothing':
      return 'nothing';
  }
}

function candidatesOf(aim: Aim, typed: string, followed: string, vocabulary: Vocabulary): readonly Candidate[] {
  switch (aim.kind) {
    case 'name':
      return [...names(typed, vocabulary), ...figures(vocabulary), ...words(['not'])];
    case 'figure':
      return figureNames(aim, typed, followed, vocabulary);
    case 'operator':
      return operators(aim.type);
    case 'negated':
      return words(aim.type === 'number' ? ['in', 'between'] : negatable);
    case 'words':
      return words(aim.words);
    case 'value':
      return values(aim, typed, ' ', vocabulary);
    case 'values':
      return values(aim, typed, '', vocabulary);
    case 'listNext':
      return [symbol(',', ', '), symbol(')', ') ')];
    case 'next':
      return [...words(['and', 'or']), ...(aim.depth > 0 ? [symbol(')', ') ')] : [])];
    case 'nothing':
      return [];
  }
}

const negatable = ['in', 'like', 'ilike', 'matches', 'between'];

function words(list: readonly string[]): Candidate[] {
  return list.map((each) => ({ kind: 'word', label: each, insert: spaced(each) }));
}

/** Lists begin with a parenthesis. */
function spaced(word: string): string {
  return word === '(' ? '(' : /\bin$/.test(word) ? `${word} (` : `${word} `;
}

function symbol(label: string, insert: string): Candidate {
  return { kind: 'operator', label, insert };
}

const comparators = ['>', '>=', '<', '<=', '=', '!='];
const listers = ['in', 'not in'];
const tests = ['is null', 'is not null'];

/** @param type `either`: a param or tag, whose text may be a number */
function operators(type: 'number' | 'text' | 'either'): Candidate[] {
  const asText = ['=', '!=', '~', '!~'];
  const likes = ['like', 'ilike', 'not like', 'not ilike'];
  const all = {
    number: [...comparators, 'in', 'between', 'not in', 'not between', ...tests],
    text: [...asText, ...listers, ...likes, ...tests],
    either: [...asText, '>', '>=', '<', '<=', ...listers, 'between', 'not between', ...likes, ...tests],
  };
  return all[type].map((each) => ({
    kind: /^[a-z]/.test(each) ? 'word' : 'operator',
    label: each,
    insert: spaced(each),
  }));
}

/** By which prefix a kind of name is called where it needs one. */
const prefixes = { metric: 'metrics', param: 'params', tag: 'tags' } as const;
const kindOfPrefix: Readonly<Record<string, NamedKey['kind']>> = {
  metric: 'metric',
  metrics: 'metric',
  param: 'param',
  params: 'param',
  parameter: 'param',
  parameters: 'param',
  tag: 'tag',
  tags: 'tag',
};

/** Attributes of runs by their shortest names. */
const offeredAttributes = ['name', 'status', 'started', 'ended', 'duration', 'user', 'run_id', 'experiment_id'];

/** The prefix that was typed, if it is one of a kind of names: `tag` of `tag.ow`. */
function typedPrefix(typed: string): { prefix: string; kind: NamedKey['kind'] } | undefined {
  const prefix = /^(\w+)\./.exec(typed)?.[1] ?? '';
  const kind = Object.hasOwn(kindOfPrefix, prefix.toLowerCase()) ? kindOfPrefix[prefix.toLowerCase()] : undefined;
  return kind === undefined ? undefined : { prefix, kind };
}

function names(typed: string, { keys }: Vocabulary): readonly Candidate[] {
  const own = typedPrefix(typed);
  if (own) {
    return keys.flatMap(({ kind, key, runs }) => {
      const insert = `${own.prefix}.${nameText(key)}`;
      return kind === own.kind ? [{ kind, key, runs, label: `${own.prefix}.${key}`, insert: `${insert} ` }] : [];
    });
  }
  let known = bareNames.get(keys);
  if (!known) {
    known = namesOf(keys);
    bareNames.set(keys, known);
  }
  return known;
}

/** Those of 12,000 metrics are not to be made anew with every letter. */
const bareNames = new WeakMap<readonly NamedKey[], readonly Candidate[]>();

function namesOf(keys: readonly NamedKey[]): Candidate[] {
  const claimed = claims(keys);
  return [
    ...keys.map((each): Candidate => {
      const { kind, key, runs } = each;
      const isBare = kind !== 'tag' && claimed.get(key) === kind && isPlainName(key);
      const prefix = prefixes[kind];
      const label = isBare ? key : `${prefix}.${key}`;
      return { kind, key, runs, label, insert: isBare ? `${key} ` : `${prefix}.${nameText(key)} ` };
    }),
    ...offeredAttributes.map((name): Candidate => ({ kind: 'attribute', key: name, label: name, insert: `${name} ` })),
  ];
}

/** Which kind a bare name means: a param before a metric before a tag, as `bareKind` has it. */
function claims(keys: readonly NamedKey[]): ReadonlyMap<string, NamedKey['kind']> {
  const rank = { param: 0, metric: 1, tag: 2 };
  const claimed = new Map<string, NamedKey['kind']>();
  for (const { key, kind } of keys) {
    const other = claimed.get(key);
    if (other === undefined || rank[kind] < rank[other]) {
      claimed.set(key, kind);
    }
  }
  return claimed;
}

function figures({ keys, hasBest }: Vocabulary): Candidate[] {
  const list = keys.some(({ kind }) => kind === 'metric')
    ? [...(hasBest ? ['best'] : []), 'min', 'max', 'mean', 'last', 'at']
    : [];
  return list.map((each) => ({
    kind: 'figure',
    key: each,
    label: each === 'at' ? 'at(metric, step)' : `${each}(metric)`,
    insert: `${each}(`,
  }));
}

function figureNames(
  { figure }: Extract<Aim, { kind: 'figure' }>,
  typed: string,
  followed: string,
  { keys }: Vocabulary,
): Candidate[] {
  const own = typedPrefix(typed);
  const end = figure === 'at' ? (followed.startsWith(',') ? '' : ', ') : followed.startsWith(')') ? '' : ') ';
  return keys.flatMap(({ kind, key, runs }) => {
    if (kind !== 'metric' || (own && own.kind !== 'metric')) {
      return [];
    }
    // Inside of a figure a bare name is always a metric's.
    const isBare = !own && isPlainName(key);
    const prefix = own?.prefix ?? prefixes.metric;
    const label = isBare ? key : `${prefix}.${key}`;
    return [{ kind, key, runs, label, insert: (isBare ? key : `${prefix}.${nameText(key)}`) + end }];
  });
}

function values(
  { field, type }: Extract<Aim, { kind: 'value' | 'values' }>,
  typed: string,
  end: string,
  vocabulary: Vocabulary,
): Candidate[] {
  const value = (text: string, insert = text): Candidate => ({
    kind: 'value',
    key: text,
    label: text,
    insert: insert + end,
  });
  if (type === 'time') {
    return ['-1h', '-1d', '-7d', '-30d', '-365d'].map((each) => value(each));
  }
  if (type === 'duration') {
    return ['1m', '10m', '1h', '1d'].map((each) => value(each));
  }
  if (field.kind === 'metric') {
    return ['nan', 'inf', '-inf'].map((each) => value(each));
  }
  const quote = typed.startsWith('"') ? '"' : "'";
  const wantsText = type === 'text' || /^["']/.test(typed);
  return vocabulary
    .values(field.kind, field.key)
    .filter(({ value: each }) => !/[\n\r]/.test(each))
    .map(({ value: each, runs }): Candidate => {
      const insert = !wantsText && isPlainNumber(each) ? each : stringText(each, quote);
      return { ...value(each, insert), runs };
    });
}

/** What an option has to have: of values what stands in the quotes, of names what stands behind quotes of theirs. */
function wantedOf(aim: Aim, typed: string): string {
  switch (aim.kind) {
    case 'value':
    case 'values': {
      const quote = /^["']/.exec(typed)?.[0];
      return quote === undefined
        ? typed
        : typed
            .slice(1)
            .replaceAll(quote + quote, quote)
            .replace(/["']$/, '');
    }
    case 'name':
    case 'figure':
      return typed
        .replace(/^(\w+\.)["'`]/, '$1')
        .replace(/^["`]/, '')
        .replaceAll('``', '`')
        .replace(/[`"]$/, '');
    default:
      return typed;
  }
}

/** Those that are the text, then those that have it: at the beginning, then of a word, then anywhere; else as they came. */
function best(candidates: readonly Candidate[], text: string): { options: Completion[]; more: number } {
  const wanted = text.toLowerCase();
  const ranked: Completion[][] = [[], [], [], [], []];
  for (const candidate of candidates) {
    const at = placeIn(candidate, wanted);
    if (at >= 0) {
      ranked[rankOf(candidate, at, text)]?.push({ key: '', ...candidate, match: [at, at + wanted.length] });
    }
  }
  const all = ranked.flat();
  return { options: all.slice(0, mostOptions), more: Math.max(0, all.length - mostOptions) };
}

/** How well an option fits that has the text at a place: 0 best. */
function rankOf({ label, key = '' }: Candidate, at: number, text: string): number {
  if (text !== '' && label.length === text.length) {
    return label === text ? 0 : 1;
  }
  const isStart = at === 0 || label.length - at === key.length;
  return isStart ? 2 : /[\w]/.test(label[at - 1] ?? '') ? 4 : 3;
}

/** Where the label has the text; the beginning of a word rather than its middle. -1: nowhere. */
function placeIn({ label }: Candidate, wanted: string): number {
  const lower = label.toLowerCase();
  // Some letters are longer in small; places would be wrong then.
  const text = lower.length === label.length ? lower : label;
  for (let at = text.indexOf(wanted), first = at; at >= 0; at = text.indexOf(wanted, at + 1)) {
    if (at === 0 || wanted === '' || !/\w/.test(text[at - 1] ?? '')) {
      return at;
    }
    if (text.indexOf(wanted, at + 1) < 0) {
      return first;
    }
  }
  return -1;
}
