/** The syntax of regular expressions; what they mean is in pattern.ts. */
import { englishText, type SearchText, searchText } from './messages';

export type CodeTest = (code: number) => boolean;
export type Node =
  | { kind: 'test'; test: CodeTest }
  | { kind: 'edge'; edge: Edge }
  | { kind: 'sequence' | 'choice'; parts: Node[] }
  | { kind: 'repeat'; part: Node; min: number; max: number };
export type Edge = 'start' | 'end' | 'word' | 'inside';

const maxDepth = 30;

/** What is wrong with a pattern, at which offset. */
export class PatternFault extends Error {
  constructor(
    readonly at: number,
    readonly text: SearchText,
    readonly length = 1,
  ) {
    super(englishText(text));
  }
}

const isDigit: CodeTest = (code) => code >= 48 && code <= 57;
export const isWord: CodeTest = (code) =>
  isDigit(code) || code === 95 || /[\p{L}\p{M}\p{N}]/u.test(String.fromCodePoint(code));
const isSpace: CodeTest = (code) => /\s/.test(String.fromCodePoint(code));
const not =
  (test: CodeTest): CodeTest =>
  (code) =>
    !test(code);
const classes: Readonly<Record<string, CodeTest>> = {
  d: isDigit,
  D: not(isDigit),
  w: isWord,
  W: not(isWord),
  s: isSpace,
  S: not(isSpace),
};
const controls: Readonly<Record<string, number>> = { t: 9, n: 10, r: 13, f: 12, v: 11 };

/** Reads a pattern by recursive descent. @throws PatternFault */
export class PatternReader {
  private at = 0;

  constructor(
    private readonly source: string,
    private readonly foldCase: boolean,
  ) {}

  read(from: number): Node {
    this.at = from;
    const node = this.choice(0);
    if (this.at < this.source.length) {
      throw new PatternFault(this.at, searchText('patternClosesNothing'));
    }
    return node;
  }

  private choice(depth: number): Node {
    if (depth > maxDepth) {
      throw new PatternFault(this.at, searchText('patternTooDeep', maxDepth));
    }
    const parts = [this.sequence(depth)];
    while (this.source[this.at] === '|') {
      this.at++;
      parts.push(this.sequence(depth));
    }
    return { kind: 'choice', parts };
  }

  private sequence(depth: number): Node {
    const parts: Node[] = [];
    while (this.at < this.source.length && this.source[this.at] !== '|' && this.source[this.at] !== ')') {
      parts.push(this.repeated(depth));
    }
    return { kind: 'sequence', parts };
  }

  private repeated(depth: number): Node {
    const part = this.atom(depth);
    const start = this.at;
    const count = this.count();
    if (count === undefined) {
      return part;
    }
    if (count.max < count.min) {
      throw new PatternFault(start, searchText('patternCountDown', `{${count.min},${count.max}}`), this.at - start);
    }
    const second = this.at;
    if (this.count() !== undefined) {
      throw new PatternFault(second, searchText('patternTwoCounts'));
    }
    return { kind: 'repeat', part, ...count };
  }

  private count(): { min: number; max: number } | undefined {
    const [text = ''] = /^(?:[*+?]|\{\d{1,4}(?:,\d{0,4})?\})\??/.exec(this.source.slice(this.at, this.at + 13)) ?? [];
    this.at += text.length;
    if (text.startsWith('{')) {
      const [min = '', max] = text.replace(/[{}?]/g, '').split(',');
      return { min: Number(min), max: max === undefined ? Number(min) : max === '' ? Infinity : Number(max) };
    }
    const symbol = text[0];
    return symbol === undefined ? undefined : { min: symbol === '+' ? 1 : 0, max: symbol === '?' ? 1 : Infinity };
  }

  private atom(depth: number): Node {
    const start = this.at;
    const code = this.next();
    switch (String.fromCodePoint(code)) {
      case '(':
        return this.group(start, depth);
      case '[':
        return { kind: 'test', test: this.set(start) };
      case '.':
        return { kind: 'test', test: (each) => each !== 10 };
      case '^':
        return { kind: 'edge', edge: 'start' };
      case '$':
        return { kind: 'edge', edge: 'end' };
      case '*':
      case '+':
      case '?':
        throw new PatternFault(start, searchText('patternNothingBefore', this.source.slice(start, start + 1)));
      case '\\':
        return this.escape(start);
      default:
        return { kind: 'test', test: this.literal(code) };
    }
  }

  private group(start: number, depth: number): Node {
    if (this.source[this.at] === '?') {
      if (this.source[this.at + 1] !== ':') {
        throw new PatternFault(start, searchText('patternPlainGroups'), 3);
      }
      this.at += 2;
    }
    const node = this.choice(depth + 1);
    if (this.source[this.at] !== ')') {
      throw new PatternFault(start, searchText('patternGroupOpen'));
    }
    this.at++;
    return node;
  }

  private escape(start: number): Node {
    const letter = this.source[this.at];
    if (letter === 'b' || letter === 'B') {
      this.at++;
      return { kind: 'edge', edge: letter === 'b' ? 'word' : 'inside' };
    }
    const single = this.escaped(start);
    return { kind: 'test', test: typeof single === 'number' ? this.literal(single) : single };
  }

  /** What a backslash and the character after it stand for: a code point or a class. */
  private escaped(start: number): number | CodeTest {
    if (this.at >= this.source.length) {
      throw new PatternFault(start, searchText('patternBackslash'));
    }
    const code = this.next();
    const letter = String.fromCodePoint(code);
    if (Object.hasOwn(classes, letter)) {
      return classes[letter] ?? code;
    }
    if (Object.hasOwn(controls, letter)) {
      return controls[letter] ?? code;
    }
    if (/[\p{L}\p{N}]/u.test(letter)) {
      throw new PatternFault(start, searchText('patternEscape', `\\${letter}`), 1 + letter.length);
    }
    return code;
  }

  private set(start: number): CodeTest {
    const negated = this.source[this.at] === '^';
    this.at += negated ? 1 : 0;
    const tests: CodeTest[] = [];
    for (let first = true; first || this.source[this.at] !== ']'; first = false) {
      const low = this.setMember(start);
      const isRange = this.source[this.at] === '-' && this.source[this.at + 1] !== ']';
      if (!isRange || typeof low !== 'number') {
        tests.push(typeof low === 'number' ? this.literal(low) : low);
        continue;
      }
      const dash = this.at++;
      const high = this.setMember(start);
      if (typeof high !== 'number' || high < low) {
        throw new PatternFault(dash, searchText('patternRangeDown'));
      }
      tests.push(this.range(low, high));
    }
    this.at++;
    return (code) => tests.some((test) => test(code)) !== negated;
  }

  private setMember(start: number): number | CodeTest {
    if (this.at >= this.source.length) {
      throw new PatternFault(start, searchText('patternSetOpen'));
    }
    const at = this.at;
    const code = this.next();
    return code === 92 ? this.escaped(at) : code;
  }

  private literal(code: number): CodeTest {
    return this.range(code, code);
  }

  private range(low: number, high: number): CodeTest {
    const within: CodeTest = (code) => code >= low && code <= high;
    return this.foldCase ? (code) => foldings(code).some(within) : within;
  }

  private next(): number {
    const code = this.source.codePointAt(this.at) ?? 0;
    this.at += code > 0xffff ? 2 : 1;
    return code;
  }
}

function foldings(code: number): number[] {
  const text = String.fromCodePoint(code);
  return [code, text.toLowerCase().codePointAt(0) ?? code, text.toUpperCase().codePointAt(0) ?? code];
}
