import type { RawSeries, Series, ThinnedSeries } from '../core/series';
import { widerRows } from '../core/widerRows';

/** One entry of a series answer: which curve it is, how many points it really has, and its columns. */
export interface SeriesEntry {
  readonly runId: string;
  readonly key: string;
  /** Points in the store for this pair (in the asked range). */
  readonly total: number;
  readonly series: Series;
  /** The smoothed curve at each x of `series`, where smoothing was asked for. */
  readonly smooth?: Float64Array;
  /** x of the pair's first point in the asked range; a thinned series begins with its first bucket's last point. */
  readonly first?: number;
  /** Opaque: names this answer in `SeriesRequest.known`. */
  readonly version?: string;
  /** Set in an answer to `known`: so many of the first rows stay as the asker has them, `series` holds those that follow. */
  readonly keep?: number;
  /** Beside `keep`, where buckets became wider: the rows that the asker has are first joined into buckets of width 2^join. */
  readonly join?: number;
}

/** Content type of the binary form. */
export const seriesContentType = 'application/vnd.labbook.series';

/**
 * The form: magic "LBS1" and the header's length in bytes (two uint32), the header as JSON, spaces up to a multiple of 8, then
 * the columns of each entry one after the other, as little-endian doubles, in the order of the lists below, `smooth` last. Every
 * column lies at a multiple of 8, so that a reader needs no copy. All platforms of VS Code are little-endian.
 *
 * Runs of one script have the same steps. A thinned entry that has `x` and `count` in common with an earlier one names it in
 * `like` and leaves these columns out: a third of the bytes. A reader gives both the same two arrays.
 */
const magic = 0x3153424c;
const prefix = 8;
const width = Float64Array.BYTES_PER_ELEMENT;
const rawColumns = ['x', 'y'] as const;
const thinnedColumns = ['x', 'last', 'min', 'max', 'mean', 'count'] as const;
const oddColumns = ['oddX', 'oddY'] as const;
/** Entries with rows of their own that later ones are compared with; more are not worth the time. */
const mostDifferent = 8;

interface EntryHeader {
  runId: string;
  key: string;
  total: number;
  kind: Series['kind'];
  /** Rows. */
  rows: number;
  /** Rows of the odd columns; 0 in a raw series. */
  odd: number;
  /** True where there is a column `smooth`. */
  smooth?: boolean;
  first?: number;
  version?: string;
  keep?: number;
  join?: number;
  /** Index of an earlier entry, which has the same `x` and `count`. */
  like?: number;
}

/** @throws RangeError where the columns of a series differ in length. */
export function encodeSeries(entries: readonly SeriesEntry[]): Uint8Array<ArrayBuffer> {
  const headers = entries.map(headerOf);
  markAlike(headers, entries);
  const header = new TextEncoder().encode(JSON.stringify(headers));
  const columns = entries.flatMap((entry, i) => columnsOf(entry, headers[i]?.like !== undefined));
  const start = align(prefix + header.length);
  const bytes = new Uint8Array(start + columns.reduce((sum, column) => sum + column.length * width, 0)).fill(
    0x20,
    0,
    start,
  );
  const view = new DataView(bytes.buffer);
  view.setUint32(0, magic, true);
  view.setUint32(4, header.length, true);
  bytes.set(header, prefix);
  let offset = start;
  for (const column of columns) {
    new Float64Array(bytes.buffer, offset, column.length).set(column);
    offset += column.length * width;
  }
  return bytes;
}

/**
 * The entries with their columns as views of `buffer`.
 * @throws Error saying what does not fit, where the buffer is not what `encodeSeries` makes.
 */
export function decodeSeries(buffer: ArrayBuffer): SeriesEntry[] {
  const view = new DataView(buffer);
  if (buffer.byteLength < prefix || view.getUint32(0, true) !== magic) {
    throw damaged('it does not begin with the mark of this version');
  }
  const headerLength = view.getUint32(4, true);
  const start = align(prefix + headerLength);
  if (start > buffer.byteLength) {
    throw damaged(`its header claims ${headerLength} of ${buffer.byteLength} bytes`);
  }
  const headers = parseHeaders(new Uint8Array(buffer, prefix, headerLength));
  const cells = headers.reduce((sum, header) => sum + cellsOf(header), 0);
  const expected = start + cells * width;
  if (expected !== buffer.byteLength) {
    throw damaged(`its header speaks of ${expected} bytes, there are ${buffer.byteLength}`);
  }
  let offset = start;
  const take = (rows: number): Float64Array => {
    const column = new Float64Array(buffer, offset, rows);
    offset += rows * width;
    return column;
  };
  const entries: SeriesEntry[] = [];
  for (const { kind, rows, odd, smooth, like, ...facts } of headers) {
    const first = like === undefined ? undefined : entries[like]?.series;
    // Object literals are evaluated in the order in which they are written: that of the column lists.
    entries.push({
      ...facts,
      series:
        kind === 'raw'
          ? takeRaw(() => take(rows))
          : takeThinned(
              () => take(rows),
              () => take(odd),
              first?.kind === 'thinned' ? first : undefined,
            ),
      ...(smooth === true ? { smooth: take(rows) } : {}),
    });
  }
  return entries;
}

function takeRaw(column: () => Float64Array): RawSeries {
  return { kind: 'raw', x: column(), y: column() };
}

function takeThinned(
  column: () => Float64Array,
  odd: () => Float64Array,
  like: ThinnedSeries | undefined,
): ThinnedSeries {
  return {
    kind: 'thinned',
    x: like?.x ?? column(),
    last: column(),
    min: column(),
    max: column(),
    mean: column(),
    count: like?.count ?? column(),
    oddX: odd(),
    oddY: odd(),
  };
}

function headerOf(entry: SeriesEntry): EntryHeader {
  const { series, smooth, ...facts } = entry;
  const odd = series.kind === 'raw' ? 0 : series.oddX.length;
  const header: EntryHeader = { ...facts, kind: series.kind, rows: series.x.length, odd };
  if (smooth !== undefined) {
    header.smooth = true;
  }
  const cells = columnsOf(entry).reduce((sum, column) => sum + column.length, 0);
  if (cells !== cellsOf(header)) {
    throw new RangeError(`The columns of ${entry.key} of run ${entry.runId} differ in length`);
  }
  return header;
}

/** Finds the thinned entries whose rows begin and end where those of an earlier one do. */
function markAlike(headers: readonly EntryHeader[], entries: readonly SeriesEntry[]): void {
  const earlier: { readonly series: ThinnedSeries; readonly at: number }[] = [];
  for (const [i, { series }] of entries.entries()) {
    const header = headers[i];
    if (series.kind === 'raw' || !header || series.x.length === 0) {
      continue;
    }
    const like = earlier.find((each) => isSame(each.series.x, series.x) && isSame(each.series.count, series.count));
    if (like) {
      header.like = like.at;
    } else if (earlier.length < mostDifferent) {
      earlier.push({ series, at: i });
    }
  }
}

function isSame(a: Float64Array, b: Float64Array): boolean {
  return a.length === b.length && a.every((value, i) => Object.is(value, b[i]));
}

/** @param isAlike columns that an earlier entry has are left out */
function columnsOf({ series, smooth }: SeriesEntry, isAlike = false): Float64Array[] {
  const columns =
    series.kind === 'raw'
      ? rawColumns.map((name) => series[name])
      : [
          ...thinnedColumns.filter((name) => !isAlike || !isShared(name)).map((name) => series[name]),
          ...oddColumns.map((name) => series[name]),
        ];
  return smooth === undefined ? columns : [...columns, smooth];
}

function isShared(name: (typeof thinnedColumns)[number]): boolean {
  return name === 'x' || name === 'count';
}

function cellsOf({ kind, rows, odd, smooth, like }: EntryHeader): number {
  const columns = kind === 'raw' ? rawColumns.length : thinnedColumns.length - (like === undefined ? 0 : 2);
  return rows * (columns + (smooth === true ? 1 : 0)) + odd * oddColumns.length;
}

function parseHeaders(bytes: Uint8Array): EntryHeader[] {
  let headers: unknown;
  try {
    headers = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    throw damaged('its header is not JSON', error);
  }
  if (!Array.isArray(headers) || !headers.every(isHeader)) {
    throw damaged('its header has another form');
  }
  const known: readonly EntryHeader[] = headers;
  for (const [i, { like, rows }] of known.entries()) {
    const first = like === undefined || like >= i ? undefined : known[like];
    if (like !== undefined && (first?.kind !== 'thinned' || first.rows !== rows)) {
      throw damaged('an entry has the rows of one that is not there');
    }
  }
  return headers;
}

function isHeader(value: unknown): value is EntryHeader {
  if (typeof value !== 'object' || value === null) {
    return false;
  }
  const header = value as Partial<Record<keyof EntryHeader, unknown>>;
  const { runId, key, total, kind, rows, odd, smooth, first, version, keep, join, like } = header;
  return (
    typeof runId === 'string' &&
    typeof key === 'string' &&
    [total, rows, odd, keep ?? 0, like ?? 0].every((count) => Number.isSafeInteger(count) && Number(count) >= 0) &&
    (smooth === undefined || smooth === true) &&
    (first === undefined || typeof first === 'number') &&
    (version === undefined || typeof version === 'string') &&
    (join === undefined || (kind === 'thinned' && keep !== undefined && Number.isSafeInteger(join))) &&
    ((kind === 'raw' && odd === 0 && like === undefined) || kind === 'thinned')
  );
}

/**
 * Columns that curves of one answer have in common, made once: runs of one script have the same steps. One for each answer.
 */
export class CommonColumns {
  private readonly made: Float64Array[] = [];

  /** @returns the rows of `kept` and behind them those of `more` */
  join(kept: Float64Array, more: Float64Array): Float64Array {
    const known = this.made.find((each) => isJoined(each, kept, more));
    if (known) {
      return known;
    }
    const both = joinColumns(kept, more);
    if (this.made.length < mostDifferent) {
      this.made.push(both);
    }
    return both;
  }
}

/** Compared from the end, where they differ if at all. */
function isJoined(both: Float64Array, kept: Float64Array, more: Float64Array): boolean {
  const from = kept.length;
  if (both.length !== from + more.length) {
    return false;
  }
  for (let i = more.length - 1; i >= 0; i--) {
    if (!Object.is(both[from + i], more[i])) {
      return false;
    }
  }
  for (let i = from - 1; i >= 0; i--) {
    if (!Object.is(both[i], kept[i])) {
      return false;
    }
  }
  return true;
}

/**
 * What the asker has after an answer to `SeriesRequest.known`: the rows that stay, and behind them those of the answer. Where
 * nothing changed the columns are those of `previous` themselves.
 * @param previous the entry whose version was named, for the same pair of run and key. What comes may take the place of its rows that do
 *   not stay, so it is not to be continued again
 * @param common what other entries of the same answer have in common with it
 * @throws Error where the answer cannot be one to `previous`
 */
export function continueSeries(previous: SeriesEntry, answer: SeriesEntry, common = new CommonColumns()): SeriesEntry {
  const { keep, join, ...facts } = answer;
  if (keep === undefined) {
    return answer;
  }
  const { series, smooth } = previous;
  const own =
    join === undefined || series.kind === 'raw'
      ? previous
      : { ...previous, ...widerRows({ ...previous, series }, join) };
  const continued = joinEntry(own, answer, keep, common);
  if (continued === undefined || (smooth === undefined) !== (answer.smooth === undefined)) {
    throw damaged(`it continues another curve than the one of ${answer.key} of run ${answer.runId}`);
  }
  return { ...facts, ...continued };
}

/** Undefined where they do not fit together. */
function joinEntry(
  { series: old, smooth }: SeriesEntry,
  { series: added, smooth: addedSmooth = none }: SeriesEntry,
  keep: number,
  common: CommonColumns,
): Pick<SeriesEntry, 'series' | 'smooth'> | undefined {
  if (old.kind !== added.kind || keep > old.x.length) {
    return undefined;
  }
  if (keep === old.x.length && added.x.length === 0) {
    return { series: old, ...(smooth === undefined ? {} : { smooth }) };
  }
  const kept = (column: Float64Array): Float64Array => column.subarray(0, keep);
  const smoothed = smooth === undefined ? {} : { smooth: grow(smooth, keep, addedSmooth) };
  if (old.kind === 'raw' && added.kind === 'raw') {
    const x = common.join(kept(old.x), added.x);
    return { series: { kind: 'raw', x, y: grow(old.y, keep, added.y) }, ...smoothed };
  }
  if (old.kind !== 'thinned' || added.kind !== 'thinned') {
    return undefined;
  }
  // A row's x is that of its last point, and points of one x share a row: these are the odd points of the rows that stay.
  const end = keep === 0 ? -Infinity : (old.x[keep - 1] ?? -Infinity);
  const oddKept = old.oddX.filter((x) => x <= end).length;
  const odd = (before: Float64Array, more: Float64Array): Float64Array =>
    oddKept === before.length && more.length === 0 ? before : joinColumns(before.subarray(0, oddKept), more);
  const series: ThinnedSeries = {
    kind: 'thinned',
    x: common.join(kept(old.x), added.x),
    last: grow(old.last, keep, added.last),
    min: grow(old.min, keep, added.min),
    max: grow(old.max, keep, added.max),
    mean: grow(old.mean, keep, added.mean),
    count: common.join(kept(old.count), added.count),
    oddX: odd(old.oddX, added.oddX),
    oddY: odd(old.oddY, added.oddY),
  };
  return { series, ...smoothed };
}

const none = new Float64Array();

function joinColumns(first: Float64Array, second: Float64Array): Float64Array {
  const both = new Float64Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}

/** Rows for which there is room behind a column that grew. */
const room = 64;
/** Of memory with such room: the column that was last made in it. */
const newestIn = new WeakMap<ArrayBufferLike, Float64Array>();

/**
 * The first `keep` rows of a column and others behind them, in the same memory while that has room: curves of 100 live runs in new memory
 * twice a second would have the page collect its garbage all the time.
 */
function grow(old: Float64Array, keep: number, more: Float64Array): Float64Array {
  const length = keep + more.length;
  const hasRoom = newestIn.get(old.buffer) === old && length * width <= old.buffer.byteLength;
  const buffer = hasRoom ? old.buffer : new ArrayBuffer((length + room) * width);
  const both = new Float64Array(buffer, 0, length);
  if (!hasRoom) {
    both.set(old.subarray(0, keep));
  }
  both.set(more, keep);
  newestIn.set(buffer, both);
  return both;
}

function align(length: number): number {
  return Math.ceil(length / width) * width;
}

function damaged(what: string, cause?: unknown): Error {
  return new Error(`The answer with the curves is damaged: ${what}.`, { cause });
}
