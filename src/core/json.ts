import { parse as losslessParse, stringify as losslessStringify } from 'lossless-json';

/** Deeper nesting than this is no message of MLflow's and only there to exhaust a recursive reader. */
export const maxJsonDepth = 100;

/** An integer token that a double may not hold; a hit inside a string only costs the slower path. */
const longInteger = /(?:^|[\s:,[-])\d{16,}(?![\d.eE])/;

/**
 * Reads JSON without rounding integers.
 * @returns plain values; an integer beyond ±(2^53 - 1) is a bigint. Of equal keys the last counts, as in JSON.parse, and
 *   `__proto__` is a key as any other.
 * @throws SyntaxError where the text is no JSON (a bare NaN is none) or nests deeper than `maxJsonDepth`.
 */
export function parseJson(text: string): unknown {
  // What is shorter has no room for so many brackets and their ends.
  if (text.length > 2 * maxJsonDepth && isDeeperThan(text, maxJsonDepth)) {
    throw new SyntaxError(`JSON nests deeper than ${maxJsonDepth} levels`);
  }
  const value: unknown = JSON.parse(text);
  return longInteger.test(text)
    ? losslessParse(text, null, { parseNumber: readNumber, onDuplicateKey: ({ newValue }) => newValue })
    : value;
}

/** A number that `stringifyJson` writes with its sign, which JSON.stringify would leave out. */
export interface NegativeZero {
  toJSON(): string;
  valueOf(): number;
}

/** No text that is well-formed Unicode is ever written so: half a surrogate pair, which JSON.stringify escapes. */
const negativeZeroMark = '\ud800-0';
const writtenMark = JSON.stringify(negativeZeroMark);

/** True when a -0 was written since `stringifyJson` last looked: only then is there anything to replace. */
let metNegativeZero = false;

/** What stands for -0 in a value that is to be written. */
export const negativeZero: NegativeZero = {
  toJSON() {
    metNegativeZero = true;
    return negativeZeroMark;
  },
  valueOf: () => -0,
};

/**
 * Writes JSON; bigints become numbers with all their digits, `negativeZero` becomes -0.0 (as -0 Python would read an integer,
 * which has no sign there). Undefined fields are left out.
 */
export function stringifyJson(value: unknown): string {
  metNegativeZero = false;
  const text = stringify(value);
  return metNegativeZero ? text.replaceAll(writtenMark, '-0.0') : text;
}

function stringify(value: unknown): string {
  try {
    return JSON.stringify(value);
  } catch (error) {
    // JSON.stringify knows no bigint; they are too rare to look for them beforehand.
    const text = error instanceof TypeError ? losslessStringify(value) : undefined;
    if (text === undefined) {
      throw error;
    }
    return text;
  }
}

function readNumber(token: string): number | bigint {
  const value = Number(token);
  // BigInt of millions of digits takes for ever; nothing that long fits a 64-bit integer anyway.
  return Number.isSafeInteger(value) || !/^-?\d{1,40}$/.test(token) ? value : BigInt(token);
}

function isDeeperThan(text: string, limit: number): boolean {
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 0x22) {
      i = endOfString(text, i);
    } else if (code === 0x5b || code === 0x7b) {
      depth++;
      if (depth > limit) {
        return true;
      }
    } else if (code === 0x5d || code === 0x7d) {
      depth--;
    }
  }
  return false;
}

/** Index of the quote that ends the string which begins at `start`. */
function endOfString(text: string, start: number): number {
  let end = text.indexOf('"', start + 1);
  while (end > 0 && isEscaped(text, end)) {
    end = text.indexOf('"', end + 1);
  }
  return end < 0 ? text.length : end;
}

function isEscaped(text: string, at: number): boolean {
  let backslashes = 0;
  while (text.charCodeAt(at - 1 - backslashes) === 0x5c) {
    backslashes++;
  }
  return backslashes % 2 === 1;
}
