import { maxJsonDepth, parseJson } from '../../core/json';
import type { Steps } from '../../core/steps';

/** Bytes that are parsed at once: a millisecond of work, at most. */
const bytesAtOnce = 64 * 1024;
/** Members of one object that are kept whoever reads them: more than an error message ever shows. */
const alwaysKept = 1000;
/** A number that is longer is there only to exhaust a reader. */
const longestToken = 1024 * 1024;
/** So many values are: a hundred thousand ids are the most that any request has use for, and a batch has some ten thousand values. */
const mostValues = 500_000;

const space = new Set([0x20, 0x09, 0x0a, 0x0d]);
const quote = 0x22;
const comma = 0x2c;
const colon = 0x3a;
const openBracket = 0x5b;
const backslash = 0x5c;
const closeBracket = 0x5d;
const letterU = 0x75;
const openBrace = 0x7b;
const closeBrace = 0x7d;

/** What may follow in a list or an object that is read in parts. */
type Next = 'memberOrEnd' | 'member' | 'colon' | 'commaOrEnd';

/** A list or an object that is read in parts. */
interface Part {
  readonly list: unknown[] | undefined;
  readonly object: Record<string, unknown>;
  /** Members that were put into the object. */
  size: number;
  next: Next;
  /** The name that was read when a colon is next. */
  name: string;
}

/**
 * `parseJson` (core/json.ts) of a long text in steps: lists, objects and strings that are longer than a piece are put together from pieces.
 * @param bytes valid UTF-8; they are not to be used afterwards
 * @param isRead false for names that nobody reads: of an object of thousands, which would take long to grow, those are left out
 * @param pieceBytes as many are parsed at once, about
 * @returns undefined where there is nothing but blank space
 * @throws SyntaxError where `parseJson` does (its message may be another), for a number of more than a million digits, and, when so
 *   many were read, for more than 500,000 values
 */
export function parseJsonInSteps(
  bytes: Buffer,
  isRead: (name: string) => boolean = () => true,
  pieceBytes = bytesAtOnce,
): Steps<unknown> {
  return new Pieces(bytes, isRead, pieceBytes).value();
}

class Pieces {
  /** The read ones around the current place, the outermost first; of lists and objects inside the last one nothing was read yet. */
  private readonly parts: Part[] = [partOf(true)];
  /** Where that begins of the last one which was not read yet. */
  private from = 0;
  private at = 0;
  /** Lists and objects around the current place. The whole text counts as a list of one, at level 0. */
  private depth = 0;
  /** Commas, lists and objects so far: no fewer than values, but for two. */
  private values = 0;
  private readonly starts = new Int32Array(maxJsonDepth + 1);
  private readonly commas = new Int32Array(maxJsonDepth + 1).fill(-1);
  private readonly isList = new Uint8Array(maxJsonDepth + 1).fill(1);

  constructor(
    private readonly bytes: Buffer,
    private readonly isRead: (name: string) => boolean,
    private readonly pieceBytes: number,
  ) {}

  *value(): Steps<unknown> {
    const { bytes, pieceBytes } = this;
    for (let pause = pieceBytes; this.at < bytes.length;) {
      this.pass(Math.min(pause, bytes.length));
      if (bytes[this.at] === quote) {
        const end = this.inString(this.at + 1, this.at + pieceBytes);
        if (bytes[end] === quote) {
          this.at = end + 1;
        } else {
          yield* this.longString();
        }
      }
      if (this.at >= pause) {
        this.readPassed();
        yield;
        pause = this.at + pieceBytes;
      }
    }
    if (this.depth > 0) {
      throw new SyntaxError('Unexpected end of JSON input');
    }
    const [whole = partOf(true)] = this.parts;
    const isBlank = whole.next === 'memberOrEnd' && this.afterSpace(this.from) === bytes.length;
    if (isBlank) {
      return undefined;
    }
    this.readMembers(whole, bytes.length);
    const [value] = whole.list ?? [];
    if (whole.list?.length !== 1) {
      throw this.unexpected(bytes.length);
    }
    return value;
  }

  /** Passes everything up to a string, or to the limit. */
  private pass(limit: number): void {
    const { bytes, commas } = this;
    for (; this.at < limit; this.at++) {
      const code = bytes[this.at];
      if (code === quote) {
        return;
      }
      if (code === comma) {
        commas[this.depth] = this.at;
        this.count();
        if (this.depth === this.parts.length - 1 && this.parts.at(-1)?.next === 'colon') {
          this.readPassed();
        }
      } else if (code === openBracket || code === openBrace) {
        this.open(code === openBracket);
      } else if (code === closeBracket || code === closeBrace) {
        this.close(code === closeBracket);
      }
    }
  }

  private count(): void {
    if (++this.values > mostValues) {
      throw new SyntaxError(`JSON has more than ${mostValues} values`);
    }
  }

  private open(isList: boolean): void {
    this.count();
    const depth = ++this.depth;
    if (depth > maxJsonDepth) {
      throw new SyntaxError(`JSON nests deeper than ${maxJsonDepth} levels`);
    }
    this.starts[depth] = this.at;
    this.commas[depth] = -1;
    this.isList[depth] = isList ? 1 : 0;
  }

  private close(isList: boolean): void {
    if (this.depth === 0 || (this.isList[this.depth] === 1) !== isList) {
      throw this.unexpected(this.at);
    }
    const part = this.parts[this.depth];
    if (part !== undefined) {
      this.readMembers(part, this.at);
      this.parts.pop();
      this.from = this.at + 1;
    }
    this.depth--;
  }

  /** Reads all members that have ended: from then on every list and object around the current place is read in parts. */
  private readPassed(): void {
    for (let part = this.parts.at(-1); part !== undefined;) {
      const level = this.parts.length - 1;
      const end = this.commas[level] ?? -1;
      if (end >= this.from) {
        this.readMembers(part, end, false);
        part.next = 'member';
        this.from = end + 1;
      }
      if (level === this.depth) {
        break;
      }
      const start = this.starts[level + 1] ?? 0;
      const inner = partOf(this.isList[level + 1] === 1);
      this.add(part, this.nameBefore(part, start), inner.list ?? inner.object);
      this.parts.push(inner);
      this.from = start + 1;
      part = inner;
    }
    this.from = this.afterSpace(this.from, this.at);
    if (this.at - this.from > this.pieceBytes) {
      this.squeeze();
    }
  }

  /** Leaves one blank of those that were just passed: what stands before them moves to the last one. */
  private squeeze(): void {
    const { bytes, from, at } = this;
    let end = at;
    while (end > from && space.has(bytes[end - 1] ?? 0)) {
      end--;
    }
    if (end < at) {
      this.from = at - 1 - (end - from);
      bytes.copyWithin(this.from, from, end);
    }
    if (this.at - this.from > longestToken) {
      throw new SyntaxError(`JSON has a number of more than ${longestToken} digits`);
    }
  }

  /** Reads members that no comma or end is missing of. @param isLast nothing comes behind them, otherwise a comma */
  private readMembers(part: Part, end: number, isLast = true): void {
    let start = this.afterSpace(this.from);
    if (part.next === 'commaOrEnd') {
      if (start >= end) {
        return;
      }
      start = this.afterSpace(this.take(comma, start));
    }
    if (start >= end) {
      if (part.next === 'memberOrEnd' && isLast) {
        return;
      }
      throw this.unexpected(end);
    }
    if (part.next === 'colon') {
      const values = readList(this.text(this.take(colon, start), end));
      if (values.length !== 1) {
        throw this.unexpected(end);
      }
      this.add(part, part.name, values[0]);
    } else if (part.list !== undefined) {
      for (const value of readList(this.text(start, end))) {
        part.list.push(value);
      }
    } else {
      for (const [name, value] of Object.entries(readObject(this.text(start, end)))) {
        this.define(part, name, value);
      }
    }
  }

  /** @returns the name of the value that begins at `start`; empty for a list's */
  private nameBefore(part: Part, start: number): string {
    const from = this.afterSpace(this.from);
    if (part.next === 'commaOrEnd') {
      throw this.unexpected(start);
    }
    if (part.list !== undefined || part.next === 'colon') {
      const blankFrom = part.list === undefined ? this.afterSpace(this.take(colon, from)) : from;
      if (blankFrom < start) {
        throw this.unexpected(blankFrom);
      }
      return part.name;
    }
    const [name, ...others] = Object.keys(readObject(`${this.text(from, start)}null`));
    if (name === undefined || others.length > 0) {
      throw this.unexpected(start);
    }
    return name;
  }

  private add(part: Part, name: string, value: unknown): void {
    if (part.list === undefined) {
      this.define(part, name, value);
    } else {
      part.list.push(value);
    }
    part.next = 'commaOrEnd';
  }

  private define(part: Part, name: string, value: unknown): void {
    const { object } = part;
    if (part.size >= alwaysKept && !this.isRead(name) && !Object.hasOwn(object, name)) {
      return;
    }
    part.size++;
    if (name === '__proto__') {
      // As JSON.parse does, for which it is a name as any other.
      Object.defineProperty(object, name, { value, configurable: true, enumerable: true, writable: true });
    } else {
      object[name] = value;
    }
  }

  /** Reads the string that begins here, be it a name or a value. */
  private *longString(): Steps<void> {
    const start = this.at;
    this.readPassed();
    const texts: string[] = [];
    for (let from = start + 1; ;) {
      let limit = from + this.pieceBytes;
      // Not within a character.
      while (((this.bytes[limit] ?? 0) & 0xc0) === 0x80) {
        limit++;
      }
      const end = this.inString(from, limit);
      texts.push(readString(this.text(from, end)));
      yield;
      if (this.bytes[end] === quote) {
        this.at = end + 1;
        break;
      }
      from = end;
    }
    const part = this.parts.at(-1);
    if (part === undefined) {
      throw this.unexpected(start);
    }
    const text = texts.join('');
    const isName = part.list === undefined && part.next !== 'colon' && this.afterSpace(this.from) >= start;
    if (!isName) {
      this.add(part, this.nameBefore(part, start), text);
    } else if (part.next === 'commaOrEnd') {
      throw this.unexpected(start);
    } else {
      part.name = text;
      part.next = 'colon';
    }
    this.from = this.at;
  }

  /** @returns the place of the quote that ends a string, or where the limit is passed and no escape is cut */
  private inString(from: number, limit: number): number {
    const { bytes } = this;
    let at = from;
    while (at < limit && bytes[at] !== quote) {
      at += bytes[at] !== backslash ? 1 : bytes[at + 1] === letterU ? 6 : 2;
      if (at > bytes.length) {
        throw new SyntaxError('Unterminated string in JSON');
      }
    }
    return at;
  }

  private afterSpace(from: number, limit = this.bytes.length): number {
    let at = from;
    while (at < limit && space.has(this.bytes[at] ?? 0)) {
      at++;
    }
    return at;
  }

  /** @returns the place behind what must be here */
  private take(code: number, at: number): number {
    if (this.bytes[at] !== code) {
      throw this.unexpected(at);
    }
    return at + 1;
  }

  private text(from: number, to: number): string {
    return this.bytes.toString('utf8', from, to);
  }

  private unexpected(at: number): SyntaxError {
    return new SyntaxError(`Unexpected token in JSON at byte ${at}`);
  }
}

function partOf(isList: boolean): Part {
  return { list: isList ? [] : undefined, object: {}, size: 0, next: 'memberOrEnd', name: '' };
}

function readList(members: string): unknown[] {
  const value = parseJson(`[${members}]`);
  if (!Array.isArray(value)) {
    throw new SyntaxError('Unexpected end of a JSON list');
  }
  return value;
}

function readObject(members: string): object {
  const value = parseJson(`{${members}}`);
  if (typeof value !== 'object' || value === null) {
    throw new SyntaxError('Unexpected end of a JSON object');
  }
  return value;
}

function readString(characters: string): string {
  const value: unknown = JSON.parse(`"${characters}"`);
  if (typeof value !== 'string') {
    throw new SyntaxError('Unexpected end of a JSON string');
  }
  return value;
}
