/**
 * How values look. English forms and `.` as the decimal point everywhere, as figures are to be compared and copied; dates and
 * grouped counts follow the locale. What is copied or exported never comes from here, except from `exactNumber`.
 */
import type { Int64 } from './model';

const minus = '\u2212';
const shown = (text: string): string => text.replaceAll('-', minus);

/** Cells from here on, and below 1e-3, are written with an exponent. */
const large = 1e7;
const small = 1e-3;
const largestExact = 2 ** 53;
/** The decimal point is `.` in every language, so thousands are parted by `,` in every language. */
const grouped = (value: number): string => {
  thousands ??= new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });
  return thousands.format(value);
};
/** The first of `Intl` costs some milliseconds, so none is made before something is written: the extension starts without. */
let thousands: Intl.NumberFormat | undefined;

let language: string | undefined;
let localeOfLanguage: { readonly locale: string | undefined } | undefined;

/**
 * Sets the language in which dates, grouped counts and times ago are written from now on; once, when the extension or a panel starts.
 * Where the machine has a regional form of it (`en-GB` for `en`), that is taken. Before, it is the machine's own locale.
 * @param given BCP 47, such as `vscode.env.language`; what is not goes back to the machine's locale
 */
export function setLanguage(given: string): void {
  language = given;
  localeOfLanguage = undefined;
}

function readersLocale(): string | undefined {
  localeOfLanguage ??= { locale: language === undefined ? undefined : localeFor(language) };
  return localeOfLanguage.locale;
}

function localeFor(given: string): string | undefined {
  try {
    const own = new Intl.DateTimeFormat().resolvedOptions().locale;
    return own.startsWith(`${given}-`) ? own : Intl.DateTimeFormat.supportedLocalesOf(given)[0];
  } catch {
    return undefined;
  }
}

/** How the cells of one column, or the rows of one tooltip, are written. */
export interface ColumnFormat {
  readonly value: (value: number) => string;
  /** A difference of two values, with its sign and the same decimals; `0` where these leave nothing of it. */
  readonly difference: (difference: number) => string;
  /** Undefined where all values are integers. */
  readonly decimals: number | undefined;
}

/**
 * Makes the format that the cells of one column (or tooltip) share: as many decimals as give the median `digits` significant
 * digits, 0 to 6; integers in full and grouped where the column has only integers.
 * @param digits 1 to 17
 * @param kept decimals that the column has so far: it keeps them where one digit more or less would do, so that live values do not jump
 */
export function columnFormat(column: Iterable<number>, digits = 4, kept?: number): ColumnFormat {
  const values = [...column].filter(Number.isFinite);
  const integers = values.every(Number.isInteger);
  const fitting = integers ? 0 : decimalsFor(values, digits);
  const decimals = !integers && kept !== undefined && Math.abs(kept - fitting) <= 1 ? kept : fitting;
  const value = (each: number): string => {
    if (!Number.isFinite(each)) {
      return Number.isNaN(each) ? 'NaN' : each > 0 ? '+Inf' : `${minus}Inf`;
    }
    if (each === 0) {
      return '0';
    }
    const size = Math.abs(each);
    const whole = integers && Number.isInteger(each);
    if (whole ? size > largestExact : size >= large || size < small) {
      return shown(each.toExponential(digits - 1).replace('e+', 'e'));
    }
    return shown(whole ? grouped(each) : unsignedZero(each.toFixed(decimals)));
  };
  const difference = (each: number): string => {
    const size = Math.abs(each);
    // In as many decimals as the values have, also where those have an exponent.
    return Number.isFinite(each)
      ? withSign(each, size < small && decimals > 0 ? size.toFixed(decimals) : value(size))
      : value(each);
  };
  return { value, difference, decimals: integers ? undefined : decimals };
}

/** As `columnFormat`, of values alone. */
export function metricFormat(column: Iterable<number>, digits = 4): (value: number) => string {
  return columnFormat(column, digits).value;
}

/**
 * A standard deviation, a size in two significant digits: `0.0021`, `13`, `120`.
 * @param isScientific as the mean is written that it stands beside: `2.1e−3`
 */
export function formatSpread(spread: number, isScientific = false): string {
  if (!Number.isFinite(spread) || spread === 0) {
    return spread === 0 ? '0' : '–';
  }
  const text = spread.toPrecision(2);
  const size = Math.abs(Number(text));
  if (isScientific || size >= large || size < 1e-6) {
    return shown(spread.toExponential(1).replace('e+', 'e'));
  }
  return text.includes('e') ? grouped(Number(text)) : shown(text);
}

/** A share of one, as a percentage with its sign: `+5.2 %`, `−12 %`; `0 %` where the decimals leave nothing of it. */
export function formatShare(share: number): string {
  const percent = Math.abs(share) * 100;
  const text = percent >= 1e6 ? percent.toExponential(1).replace('e+', 'e') : percent.toFixed(percent < 9.95 ? 1 : 0);
  return `${withSign(share, text)} %`;
}

/** @param text of the size, without a sign */
function withSign(value: number, text: string): string {
  return Number(text) === 0 ? '0' : (value < 0 ? minus : value > 0 ? '+' : '') + text;
}

/** A path cut in the middle, where its parts are least telling: `/data/…/cifar100.npz`. */
export function cutPath(path: string, most: number): string {
  if (path.length <= most || most < 5) {
    return path;
  }
  const tail = path.slice(path.lastIndexOf('/', path.length - 2));
  const room = most - 1 - Math.min(tail.length, most - 3);
  const start = path.length - (most - 1 - room);
  return `${cutWhole(path, room)}…${path.slice(isInPair(path, start) ? start + 1 : start)}`;
}

/** The first of a text, without half of a character at the end. @param most UTF-16 units */
export function cutWhole(text: string, most: number): string {
  return text.slice(0, isInPair(text, most) ? most - 1 : most);
}

/** Whether a cut here would part the two units of one character. */
function isInPair(text: string, at: number): boolean {
  return /^[\ud800-\udbff][\udc00-\udfff]$/.test(text.slice(Math.max(0, at - 1), at + 1));
}

/** A metric by itself, as a column of one. */
export function formatMetric(value: number, digits = 4): string {
  return metricFormat([value], digits)(value);
}

/** The shortest text that reads back as the same double, with an ASCII minus: for hovers and for copying. */
export function exactNumber(value: number): string {
  return Object.is(value, -0) ? '-0' : String(value);
}

/** A step in a short form: `999`, `1k`, `58k`, `1.5M`. Cut, not rounded: a step that is shown has been reached. */
export function formatStep(step: Int64): string {
  const size = Math.abs(Number(step));
  const units = ['', 'k', 'M', 'G', 'T', 'P', 'E'];
  let unit = 0;
  while (size >= 1000 ** (unit + 1) && unit < units.length - 1) {
    unit++;
  }
  const scaled = size / 1000 ** unit;
  const text = unit > 0 && scaled < 10 ? String(Math.floor(scaled * 10) / 10) : String(Math.floor(scaled));
  return (step < 0 ? minus : '') + text + (units[unit] ?? '');
}

/** Making one takes longer than using it a hundred times. */
const countFormats = new Map<string | undefined, Intl.NumberFormat>();

/** A count or a step in full, grouped as the locale does: `78,200`. */
export function formatCount(count: Int64, locale = readersLocale()): string {
  let format = countFormats.get(locale);
  if (!format) {
    format = new Intl.NumberFormat(locale);
    countFormats.set(locale, format);
  }
  return shown(format.format(count));
}

/** @param milliseconds `812 ms`, `9.4 s`, `58m 12s`, `3h 40m`, `2d 05h`; negative ones count as 0 */
export function formatDuration(milliseconds: number): string {
  const rounded = Math.max(0, Math.round(milliseconds));
  if (!(rounded >= 0 && rounded < Infinity)) {
    return '–';
  }
  if (rounded < 1000) {
    return `${rounded} ms`;
  }
  if (rounded < 59_950) {
    return `${(rounded / 1000).toFixed(1)} s`;
  }
  const seconds = Math.round(rounded / 1000);
  const [minutes, hours, days] = [Math.floor(seconds / 60), Math.floor(seconds / 3600), Math.floor(seconds / 86_400)];
  if (hours < 1) {
    return `${minutes}m ${pad(seconds % 60)}s`;
  }
  return days < 1 ? `${hours}h ${pad(minutes % 60)}m` : `${days}d ${pad(hours % 24)}h`;
}

const agoFormats = new Map<string, Intl.RelativeTimeFormat>();

/**
 * `3 s ago`, `20 min ago`, `5 h ago`, up to `29 d ago`, in other languages their short form; then the local date `2026-09-14`. What
 * lies ahead (clocks differ) is now.
 * @param time Unix milliseconds
 * @param now Unix milliseconds
 */
export function formatAgo(time: Int64, now: number, locale = readersLocale()): string {
  const seconds = Math.max(0, Math.floor((now - Number(time)) / 1000));
  const ago = (count: number, unit: 'second' | 'minute' | 'hour' | 'day', english: string): string => {
    if (locale === undefined || /^en\b/.test(locale)) {
      return `${count} ${english} ago`;
    }
    const format = agoFormats.get(locale) ?? new Intl.RelativeTimeFormat(locale, { style: 'short', numeric: 'always' });
    agoFormats.set(locale, format);
    return format.format(-count, unit);
  };
  if (seconds < 60) {
    return ago(seconds, 'second', 's');
  }
  if (seconds < 3600) {
    return ago(Math.floor(seconds / 60), 'minute', 'min');
  }
  if (seconds < 86_400) {
    return ago(Math.floor(seconds / 3600), 'hour', 'h');
  }
  const days = Math.floor(seconds / 86_400);
  const date = dateOf(time);
  if (days < 30 || !date) {
    return ago(days, 'day', 'd');
  }
  return `${String(date.getFullYear()).padStart(4, '0')}-${pad(date.getMonth() + 1)}-${pad(date.getDate())}`;
}

/**
 * Date and time for a hover: local with the zone in the locale's form, and UTC as ISO 8601. A time outside of what a date can
 * be is given as its number.
 * @param timeZone IANA name; default: the machine's
 */
export function formatInstant(
  time: Int64,
  locale = readersLocale(),
  timeZone?: string,
): { local: string; utc: string } {
  const date = dateOf(time);
  if (!date) {
    return { local: String(time), utc: String(time) };
  }
  const format = new Intl.DateTimeFormat(locale, {
    dateStyle: 'medium',
    timeStyle: 'long',
    ...(timeZone === undefined ? {} : { timeZone }),
  });
  return { local: format.format(date), utc: date.toISOString() };
}

/** Decimal units: `812 B`, `6.4 kB`, `96 kB`, `412 MB`. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB', 'EB'];
  let unit = 0;
  let scaled = bytes;
  // 999.95 would be written as 1000.
  while (scaled >= (unit === 0 ? 1000 : 999.5) && unit < units.length - 1) {
    unit++;
    scaled /= 1000;
  }
  const text = unit === 0 || scaled >= 99.95 ? scaled.toFixed(0) : scaled.toFixed(1).replace(/\.0$/, '');
  return `${text} ${units[unit]}`;
}

/** What the decimals leave nothing of is zero, which has no sign. */
function unsignedZero(text: string): string {
  return Number(text) === 0 ? text.replace('-', '') : text;
}

function decimalsFor(values: readonly number[], digits: number): number {
  const sizes = values.map(Math.abs).filter((size) => size > 0);
  sizes.sort((a, b) => a - b);
  const middle = sizes.length / 2;
  const [low = 1, high = 1] = [sizes[Math.ceil(middle) - 1], sizes[Math.floor(middle)]];
  // Halves first: the sum of two of the largest doubles overflows.
  const median = low / 2 + high / 2;
  return Math.min(6, Math.max(0, digits - 1 - Math.floor(Math.log10(median))));
}

function dateOf(time: Int64): Date | undefined {
  const date = new Date(Number(time));
  return Number.isNaN(date.getTime()) ? undefined : date;
}

function pad(value: number): string {
  return String(value).padStart(2, '0');
}
