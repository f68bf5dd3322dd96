import { bareKind } from './completionText';
import type { Vocabulary } from './completions';
import { fieldOf } from './fields';
import { SearchFault } from './reader';
import type { ScannedToken } from './tokens';

/** `either`: a param or tag, compared as text or number. */
export type AimType = 'number' | 'text' | 'either' | 'time' | 'duration';

export interface AimField {
  readonly kind: 'metric' | 'param' | 'tag' | 'attribute';
  readonly key: string;
}

/** What belongs at a place, by what stands before it. */
export type Aim =
  | { readonly kind: 'name' }
  /** The metric of `min(…)`. */
  | { readonly kind: 'figure'; readonly figure: string }
  | { readonly kind: 'operator'; readonly type: 'number' | 'text' | 'either' }
  /** After a field and NOT. */
  | { readonly kind: 'negated'; readonly type: 'number' | 'text' | 'either' }
  | { readonly kind: 'words'; readonly words: readonly string[] }
  | { readonly kind: 'value'; readonly field: AimField; readonly type: AimType }
  /** In a list. */
  | { readonly kind: 'values'; readonly field: AimField; readonly type: AimType }
  | { readonly kind: 'listNext' }
  | { readonly kind: 'next'; readonly depth: number }
  /** Nothing that could be known, or what went before is wrong. */
  | { readonly kind: 'nothing' };

interface Subject {
  readonly field: AimField;
  readonly type: AimType;
}

const figures = ['min', 'max', 'mean', 'last', 'best', 'at'];

/** @param tokens all that stand before the place */
export function aimAt(tokens: readonly ScannedToken[], vocabulary: Vocabulary): Aim {
  return new AimReader(tokens, vocabulary).read();
}

/** Reads as the parser does, but stops without complaint. */
class AimReader {
  private at = 0;
  private depth = 0;

  constructor(
    private readonly tokens: readonly ScannedToken[],
    private readonly vocabulary: Vocabulary,
  ) {}

  read(): Aim {
    for (;;) {
      const aim = this.comparison();
      if (aim) {
        return aim;
      }
      while (this.symbol(')')) {
        this.depth = Math.max(0, this.depth - 1);
      }
      if (this.isEnd) {
        return { kind: 'next', depth: this.depth };
      }
      if (!this.word('and') && !this.word('or')) {
        return { kind: 'nothing' };
      }
    }
  }

  /** Undefined where the comparison is complete. */
  private comparison(): Aim | undefined {
    while (this.word('not') || this.symbol('(')) {
      this.depth += this.tokens[this.at - 1]?.text === '(' ? 1 : 0;
    }
    if (this.isEnd) {
      return { kind: 'name' };
    }
    const subject = this.subject();
    if (!('field' in subject)) {
      return subject;
    }
    const type = subject.type === 'time' || subject.type === 'duration' ? 'number' : subject.type;
    if (this.isEnd) {
      return { kind: 'operator', type };
    }
    if (this.word('is')) {
      return this.nullTest();
    }
    if (this.word('not') && this.isEnd) {
      return { kind: 'negated', type };
    }
    if (this.word('in')) {
      return this.list(subject);
    }
    if (this.word('between')) {
      return this.range(subject);
    }
    const isPattern = this.word('like') || this.word('ilike') || this.word('matches');
    const operator = this.take();
    if (isPattern) {
      this.at--;
    } else if (operator?.kind !== 'operator') {
      return { kind: 'nothing' };
    }
    const isText = isPattern || operator?.text.includes('~') === true;
    return this.value({ ...subject, type: isText ? 'text' : subject.type });
  }

  private subject(): Subject | Aim {
    const token = this.take();
    const name = token?.kind === 'name' ? token.text.toLowerCase() : '';
    if (figures.includes(name) && this.symbol('(')) {
      return this.figure(name);
    }
    if (token?.kind !== 'name' && token?.kind !== 'string') {
      return { kind: 'nothing' };
    }
    try {
      const { keys } = this.vocabulary;
      const resolve = (name: string) =>
        bareKind(name, (kind, key) => keys.some((each) => each.kind === kind && each.key === key));
      const { field } = fieldOf(token, { entity: 'runs', own: true, resolve }, 'filter');
      switch (field.kind) {
        case 'dataset':
          return { field: { kind: 'attribute', key: `dataset.${field.key}` }, type: 'text' };
        case 'attribute':
          return {
            field: { kind: 'attribute', key: field.key },
            type: field.type === 'integer' ? 'number' : field.type,
          };
        case 'metric':
          return { field: { kind: 'metric', key: field.key }, type: 'number' };
        default:
          return { field: { kind: field.kind, key: field.key }, type: 'either' };
      }
    } catch (error) {
      if (error instanceof SearchFault) {
        // What follows can be right all the same.
        return { field: { kind: 'param', key: token.text }, type: 'either' };
      }
      throw error;
    }
  }

  private figure(figure: string): Subject | Aim {
    const metric = this.take();
    if (metric === undefined) {
      return { kind: 'figure', figure };
    }
    if (figure === 'at') {
      if (this.isEnd || !this.symbol(',') || this.take() === undefined) {
        return { kind: 'nothing' };
      }
    }
    if (this.isEnd || !this.symbol(')')) {
      return { kind: 'nothing' };
    }
    const key = metric.kind === 'name' ? metric.key : metric.kind === 'string' ? metric.value : '';
    return { field: { kind: 'metric', key }, type: 'number' };
  }

  private nullTest(): Aim | undefined {
    if (this.isEnd) {
      return { kind: 'words', words: ['null', 'not null'] };
    }
    if (this.word('not') && this.isEnd) {
      return { kind: 'words', words: ['null'] };
    }
    return this.word('null') ? undefined : { kind: 'nothing' };
  }

  private value(subject: Subject): Aim | undefined {
    return this.take() === undefined ? { kind: 'value', ...subject } : undefined;
  }

  private range(subject: Subject): Aim | undefined {
    const low = this.value(subject);
    if (low) {
      return low;
    }
    if (this.isEnd) {
      return { kind: 'words', words: ['and'] };
    }
    return this.word('and') ? this.value(subject) : { kind: 'nothing' };
  }

  /** `in (a, b)` and `in a..b` */
  private list(subject: Subject): Aim | undefined {
    if (this.isEnd) {
      return { kind: 'words', words: ['('] };
    }
    if (!this.symbol('(')) {
      this.take();
      return !this.isEnd && this.symbol('..') ? this.value(subject) : { kind: 'nothing' };
    }
    for (;;) {
      if (this.take() === undefined) {
        return { kind: 'values', ...subject };
      }
      if (this.isEnd) {
        return { kind: 'listNext' };
      }
      if (this.symbol(')')) {
        return undefined;
      }
      if (!this.symbol(',')) {
        return { kind: 'nothing' };
      }
    }
  }

  private get isEnd(): boolean {
    return this.at >= this.tokens.length;
  }

  private take(): ScannedToken | undefined {
    return this.tokens[this.at++];
  }

  private word(text: string): boolean {
    const token = this.tokens[this.at];
    const isIt = token?.kind === 'name' && token.prefix === undefined && token.text.toLowerCase() === text;
    this.at += isIt ? 1 : 0;
    return isIt;
  }

  private symbol(text: string): boolean {
    const token = this.tokens[this.at];
    const isIt = token?.kind === 'punctuation' && token.text === text;
    this.at += isIt ? 1 : 0;
    return isIt;
  }
}
