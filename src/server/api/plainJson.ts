import { powersOfTen, quotient } from './quotient';

/** Integers of so many digits are exact. */
const exactDigits = 15;
/** An integer below it has room for one more digit. */
const roomBelow = 1e14;
/** More digits than these and so many are left to `Number`. */
const tailDigits = 4;
const spelled = new Map([
  ['NaN', NaN],
  ['Infinity', Infinity],
  ['-Infinity', -Infinity],
]);

const quote = 0x22;
const comma = 0x2c;
const minus = 0x2d;
const dot = 0x2e;
const zero = 0x30;
const nine = 0x39;
const colon = 0x3a;
const backslash = 0x5c;
const lastOfAscii = 0x7e;

/** Ends the scan where a body is not plain. */
export const notPlain = new Error('not plain JSON');

/** Passes the parts of plain JSON one after the other, by its bytes; whatever is unusual throws `notPlain`. */
export abstract class PlainJson {
  protected at = 0;
  /** The digits of a number: up to 15 that are not zero in front, and those after them. */
  private whole = 0;
  private tail = 0;
  private tailLength = 0;

  constructor(protected readonly body: Buffer) {}

  protected integer(): number {
    this.skipSpace();
    const isNegative = this.passes(minus);
    const start = this.at;
    const value = this.digits();
    if (this.at - start > exactDigits || this.hasLeadingZero(start)) {
      throw notPlain;
    }
    // There is no -0 among integers.
    return isNegative ? 0 - value : value;
  }

  protected double(): number {
    this.skipSpace();
    const start = this.at;
    if (this.body[start] === quote) {
      const value = spelled.get(this.copy(this.inQuotes()));
      if (value === undefined) {
        throw notPlain;
      }
      return value;
    }
    const isNegative = this.passes(minus);
    const first = this.at;
    this.whole = 0;
    this.tail = 0;
    this.tailLength = 0;
    this.significand();
    if (this.hasLeadingZero(first)) {
      throw notPlain;
    }
    const point = this.at;
    if (this.passes(dot)) {
      this.significand();
    }
    const decimals = Math.max(0, this.at - point - 1);
    const value = this.passesExponent() ? undefined : this.quotient(decimals);
    if (value !== undefined) {
      return isNegative ? -value : value;
    }
    const parsed = Number(this.body.toString('latin1', start, this.at));
    if (!Number.isFinite(parsed)) {
      throw notPlain;
    }
    return parsed;
  }

  /** At least one digit: the first ones go to `whole` as long as it is exact, the others to `tail`. */
  private significand(): void {
    const start = this.at;
    let at = start;
    let { whole, tail, tailLength } = this;
    for (let code = this.body[at] ?? 0; code >= zero && code <= nine; code = this.body[++at] ?? 0) {
      if (tailLength === 0 && whole < roomBelow) {
        whole = whole * 10 + (code - zero);
      } else {
        tail = tail * 10 + (code - zero);
        tailLength++;
      }
    }
    if (at === start) {
      throw notPlain;
    }
    this.at = at;
    this.whole = whole;
    this.tail = tail;
    this.tailLength = tailLength;
  }

  /** @returns undefined for what only `Number` can tell */
  private quotient(decimals: number): number | undefined {
    const divisor = powersOfTen[decimals];
    if (divisor === undefined || this.tailLength > tailDigits) {
      return undefined;
    }
    // Where both are exact, their quotient is rounded once, as it has to be.
    return this.tailLength === 0 ? this.whole / divisor : quotient(this.whole, this.tail, this.tailLength, decimals);
  }

  private passesExponent(): boolean {
    // Both cases of the letter.
    if (((this.body[this.at] ?? 0) | 0x20) !== 0x65) {
      return false;
    }
    this.at++;
    if (!this.passes(minus)) {
      this.passes(0x2b);
    }
    this.digits();
    return true;
  }

  /** At least one digit. @returns the number, rounded where it is long */
  private digits(): number {
    const start = this.at;
    let value = 0;
    let at = start;
    for (let code = this.body[at] ?? 0; code >= zero && code <= nine; code = this.body[++at] ?? 0) {
      value = value * 10 + (code - zero);
    }
    this.at = at;
    if (this.at === start) {
      throw notPlain;
    }
    return value;
  }

  private hasLeadingZero(start: number): boolean {
    return this.at - start > 1 && this.body[start] === zero;
  }

  /** Passes a string without anything that JSON escapes. @returns where it begins behind its quote */
  protected inQuotes(): number {
    this.take(quote);
    const start = this.at;
    for (let code = this.body[start] ?? 0; code !== quote; code = this.body[++this.at] ?? 0) {
      if (code < 0x20 || code > lastOfAscii || code === backslash) {
        throw notPlain;
      }
    }
    this.at++;
    return start;
  }

  /** The string that was passed: parts of `text` would keep all of it in memory for as long as they are kept. */
  protected copy(start: number): string {
    return this.body.toString('latin1', start, this.at - 1);
  }

  /** Passes the name of a field and the colon, where it is this one. */
  protected hasName(name: string): boolean {
    this.skipSpace();
    const { body } = this;
    const start = this.at + 1;
    if (body[this.at] !== quote || body[start + name.length] !== quote) {
      return false;
    }
    for (let i = 0; i < name.length; i++) {
      if (body[start + i] !== name.charCodeAt(i)) {
        return false;
      }
    }
    this.at = start + name.length + 1;
    this.take(colon);
    return true;
  }

  /** Passes a comma, or the end. @returns true after a comma */
  protected goesOn(end: number): boolean {
    this.skipSpace();
    if (this.passes(comma)) {
      return true;
    }
    this.take(end);
    return false;
  }

  protected take(code: number): void {
    this.skipSpace();
    if (!this.passes(code)) {
      throw notPlain;
    }
  }

  private passes(code: number): boolean {
    const isNext = this.body[this.at] === code;
    this.at += isNext ? 1 : 0;
    return isNext;
  }

  protected skipSpace(): void {
    for (;;) {
      const code = this.body[this.at];
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) {
        return;
      }
      this.at++;
    }
  }
}
