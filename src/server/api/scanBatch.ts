/**
 * Reads bodies of log-batch as clients mostly send them, `{"metrics": [{"key": …, "value": …, "timestamp": …, "step": …}, …],
 * "run_id": …}`, and those of log-metric, `{"run_uuid": …, "key": …, "value": …, "timestamp": …, "step": …, "run_id": …}`, in one pass: `JSON.parse` and declared fields take several times as long for a thousand metrics. Whatever is not quite
 * so, be it wrong or not, is left to them: this knows no errors and no second way to read anything.
 */
import { checkKey, limits } from '../../core/limits';
import type { Metric } from '../../core/model';
import { powersOfTen, quotient } from './quotient';

/** Metrics that keep MLflow's rules; nothing is said of the run. */
export class PlainBatch {
  constructor(
    readonly run_id: string,
    readonly metrics: readonly Metric[],
  ) {}
}

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
const openBracket = 0x5b;
const backslash = 0x5c;
const closeBracket = 0x5d;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const lastOfAscii = 0x7e;

/** Ends the scan where a body is not plain. */
const notPlain = new Error('not a plain batch');

/** @returns undefined where the body is to be read the general way, which also says what is wrong with it */
export function scanBatch(body: Buffer): PlainBatch | undefined {
  return scanned(() => new Scanner(body).batch());
}

/** The same for one metric; the batch has just that. */
export function scanMetric(body: Buffer): PlainBatch | undefined {
  return scanned(() => new Scanner(body).single());
}

function scanned(scan: () => PlainBatch): PlainBatch | undefined {
  try {
    return scan();
  } catch (error) {
    if (error === notPlain) {
      return undefined;
    }
    throw error;
  }
}

class Scanner {
  /** A character for each byte; those beyond ASCII fit nowhere. Of the keys of a batch there are many. */
  private text: string | undefined;
  private at = 0;
  /** What a request of one metric calls its run. */
  private runId: string | undefined;
  private runUuid: string | undefined;
  /** The digits of a number: up to 15 that are not zero in front, and those after them. */
  private whole = 0;
  private tail = 0;
  private tailLength = 0;
  /** Keys that keep the rules. */
  private readonly keys = new Map<string, string>();

  constructor(private readonly body: Buffer) {}

  batch(): PlainBatch {
    let runId: string | undefined;
    let metrics: Metric[] | undefined;
    this.take(openBrace);
    do {
      if (metrics === undefined && this.hasName('metrics')) {
        metrics = this.metrics();
      } else if (runId === undefined && this.hasName('run_id')) {
        runId = this.copy(this.inQuotes());
      } else {
        throw notPlain;
      }
    } while (this.goesOn(closeBrace));
    this.skipSpace();
    if (!runId || metrics === undefined || this.at < this.body.length) {
      throw notPlain;
    }
    return new PlainBatch(runId, metrics);
  }

  single(): PlainBatch {
    const metric = this.metric(true);
    this.skipSpace();
    const runId = this.runId ?? this.runUuid;
    // An empty one counts as missing.
    if (!runId || this.runId === '' || this.at < this.body.length) {
      throw notPlain;
    }
    return new PlainBatch(runId, [metric]);
  }

  private metrics(): Metric[] {
    const metrics: Metric[] = [];
    this.take(openBracket);
    do {
      metrics.push(this.metric());
    } while (this.goesOn(closeBracket));
    if (metrics.length > limits.metricsPerBatch) {
      throw notPlain;
    }
    return metrics;
  }

  /** @param isWhole it is all of a request, and names the run */
  private metric(isWhole = false): Metric {
    let key: string | undefined;
    let value: number | undefined;
    let timestamp: number | undefined;
    let step: number | undefined;
    this.take(openBrace);
    do {
      if (key === undefined && this.hasName('key')) {
        key = this.key();
      } else if (value === undefined && this.hasName('value')) {
        value = this.double();
      } else if (timestamp === undefined && this.hasName('timestamp')) {
        timestamp = this.integer();
      } else if (step === undefined && this.hasName('step')) {
        step = this.integer();
      } else if (isWhole && this.runId === undefined && this.hasName('run_id')) {
        this.runId = this.copy(this.inQuotes());
      } else if (isWhole && this.runUuid === undefined && this.hasName('run_uuid')) {
        this.runUuid = this.copy(this.inQuotes());
      } else {
        throw notPlain;
      }
    } while (this.goesOn(closeBrace));
    if (key === undefined || value === undefined || timestamp === undefined || timestamp < 0) {
      throw notPlain;
    }
    return { key, value, timestamp, step: step ?? 0 };
  }

  private key(): string {
    const start = this.inQuotes();
    if (this.keys.size === 0) {
      return this.newKey(start);
    }
    const known = this.keys.get((this.text ??= this.body.toString('latin1')).slice(start, this.at - 1));
    if (known !== undefined) {
      return known;
    }
    return this.newKey(start);
  }

  private newKey(start: number): string {
    const key = this.copy(start);
    try {
      checkKey(key);
    } catch {
      throw notPlain;
    }
    this.keys.set(key, key);
    return key;
  }

  private integer(): number {
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

  private double(): number {
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
  private inQuotes(): number {
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
  private copy(start: number): string {
    return this.body.toString('latin1', start, this.at - 1);
  }

  /** Passes the name of a field and the colon, where it is this one. */
  private hasName(name: string): boolean {
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
  private goesOn(end: number): boolean {
    this.skipSpace();
    if (this.passes(comma)) {
      return true;
    }
    this.take(end);
    return false;
  }

  private take(code: number): void {
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

  private skipSpace(): void {
    for (;;) {
      const code = this.body[this.at];
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) {
        return;
      }
      this.at++;
    }
  }
}
