import { int64 } from '../int64';
import type { Int64 } from '../model';

const unitMs: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

/** The number that a numeral stands for; integers of 64 bits exactly. */
export function parseNumeral(text: string): Int64 {
  return (/^[+-]?\d+$/.test(text) ? int64(text) : undefined) ?? Number(text);
}

/** Milliseconds of texts such as `2h`, `-7d` or `1.5min`. */
export function parseDuration(text: string): number | undefined {
  const parts = /^([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)(ms|s|min|m|h|d|w)$/.exec(text);
  const ms = Number(parts?.[1]) * (unitMs[parts?.[2] ?? ''] ?? NaN);
  return Number.isFinite(ms) ? ms : undefined;
}

/** A stretch of time, as long as its text is precise: a day, a minute, a second or a millisecond. */
export interface TimeSpan {
  /** Unix milliseconds. */
  readonly from: number;
  /** Unix milliseconds; the first instant after it. */
  readonly until: number;
}

/** Reads `2026-01-02`, with `T10:30`, `10:30:05` or `10:30:05.250` after it, in local time unless it says `Z` or `+02:00`. */
export function parseDate(text: string): TimeSpan | undefined {
  const parts =
    /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,3}))?)?)?(?:(Z)|([+-])(\d{2}):?(\d{2}))?$/.exec(
      text.trim(),
    );
  if (parts === null) {
    return undefined;
  }
  const part = (i: number): number => Number(parts[i] ?? 0);
  const [year, month, day, hour, minute, second] = [part(1), part(2), part(3), part(4), part(5), part(6)];
  const ms = Number((parts[7] ?? '').padEnd(3, '0'));
  const lastDay = new Date(Date.UTC(year, month, 0)).getUTCDate();
  if (month < 1 || month > 12 || day < 1 || day > lastDay || hour > 23 || minute > 59 || second > 59) {
    return undefined;
  }
  const zone = parts[8] === 'Z' ? 0 : parts[9] === undefined ? undefined : part(10) * 60 + part(11);
  const sign = parts[9] === '-' ? -1 : 1;
  const instant = (days: number): number =>
    zone === undefined
      ? new Date(year, month - 1, day + days, hour, minute, second, ms).getTime()
      : Date.UTC(year, month - 1, day + days, hour, minute, second, ms) - sign * zone * 60_000;
  const from = instant(0);
  if (parts[4] === undefined) {
    // Days of local time may have 23 or 25 hours.
    return { from, until: instant(1) };
  }
  return { from, until: from + (parts[7] !== undefined ? 1 : parts[6] !== undefined ? 1000 : 60_000) };
}

/**
 * The number that the text of a param or tag is: decimal numerals and infinities as Python and JavaScript write them, with
 * spaces around. NaN is none, as nothing compares with it.
 */
export function numberOfText(text: string): number | undefined {
  const trimmed = text.length > 400 ? '' : text.trim();
  if (/^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(trimmed)) {
    return Number(trimmed) + 0;
  }
  const infinite = /^([+-]?)inf(?:inity)?$/i.exec(trimmed);
  return infinite === null ? undefined : infinite[1] === '-' ? -Infinity : Infinity;
}

/** Orders texts by code points, as SQLite and MLflow do (JavaScript's own order differs beyond U+FFFF). */
export function compareText(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const left = a.charCodeAt(i);
    const right = b.charCodeAt(i);
    if (left !== right) {
      const surrogates = Number(isSurrogate(left)) - Number(isSurrogate(right));
      return surrogates === 0 ? left - right : surrogates;
    }
  }
  return a.length - b.length;
}

/** Surrogates stand for code points beyond all those of one unit. */
function isSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdfff;
}
