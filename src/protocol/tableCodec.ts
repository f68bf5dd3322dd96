/**
 * The binary form of run tables (`tableTypes.ts`), one ArrayBuffer each: a mark and the length in bytes of the header (two uint32), the
 * header as JSON, then the columns, each at a multiple of 8 so that a reader needs no copy. Texts are in the header: of 200,000
 * different ones, JSON is written four times as fast as a block of UTF-8 with lengths, is read about as fast, and keeps halves of
 * surrogate pairs. Numbers are little-endian, as are all platforms of VS Code.
 */
import { runStatuses, type RunStatus } from '../core/model';
import type { KeyFacts, TableColumn, TableColumns, TableRows } from './tableTypes';

/** Content type of both forms. */
export const tableContentType = 'application/vnd.labbook.table';

const rowsMark = 0x3152424c;
const columnsMark = 0x3143424c;
const prefix = 8;
/** Columns of runs of their own that later ones are compared with; more are not worth the time. */
const mostDifferent = 8;

type Packed = Uint8Array | Uint32Array | Float64Array;

/** A key, the number of runs that have it, and 1 where it differs. */
type KeyTuple = [key: string, runs: number, differs: 0 | 1];

interface RowsHeader {
  revision: number;
  rows: number;
  id: string[];
  name: string[];
  parent: string[];
  experiments: { id: string; name: string }[];
  metrics: KeyTuple[];
  params: KeyTuple[];
  tags: KeyTuple[];
}

interface ColumnHeader {
  rows: number;
  /** Index of an earlier column of the same runs, whose numbers are not written again. */
  like?: number;
  /** Of a column of texts. */
  values?: string[];
}

/** @throws RangeError where the columns differ in length */
export function encodeTableRows(rows: TableRows): ArrayBuffer {
  const { number, experiment, started, ended, slot } = rows;
  const count = rows.id.length;
  const status = Uint8Array.from(rows.status, (each) => runStatuses.indexOf(each));
  const columns = [number, experiment, slot, status, started, ended];
  if ([...columns, rows.name, rows.parent].some(({ length }) => length !== count)) {
    throw new RangeError('The columns of the runs differ in length');
  }
  const header: RowsHeader = {
    revision: rows.revision,
    rows: count,
    id: [...rows.id],
    name: [...rows.name],
    parent: [...rows.parent],
    experiments: rows.experiments.map(({ id, name }) => ({ id, name })),
    metrics: rows.metrics.map(toTuple),
    params: rows.params.map(toTuple),
    tags: rows.tags.map(toTuple),
  };
  return pack(rowsMark, header, columns);
}

/**
 * The runs, their numbers as views of `buffer`.
 * @throws Error saying what does not fit, where the buffer is not what `encodeTableRows` makes
 */
export function decodeTableRows(buffer: ArrayBuffer): TableRows {
  const parts = new Parts(buffer, rowsMark);
  const { header } = parts;
  if (!isRowsHeader(header)) {
    throw damaged('its header has another form');
  }
  const { rows, experiments } = header;
  // Object literals are evaluated in the order in which they are written: that of the columns in the buffer.
  const numbers = {
    number: parts.uint32(rows),
    experiment: parts.uint32(rows),
    slot: parts.uint32(rows),
    status: parts.uint8(rows),
    started: parts.float64(rows),
    ended: parts.float64(rows),
  };
  parts.end();
  if (numbers.experiment.some((index) => index >= experiments.length)) {
    throw damaged('a run is of an experiment that is not there');
  }
  return {
    revision: header.revision,
    id: header.id,
    name: header.name,
    parent: header.parent,
    experiments,
    ...numbers,
    status: Array.from(numbers.status, statusOf),
    metrics: header.metrics.map(fromTuple),
    params: header.params.map(fromTuple),
    tags: header.tags.map(fromTuple),
  };
}

/** @throws RangeError where a column's lists differ in length */
export function encodeTableColumns({ revision, columns }: TableColumns): ArrayBuffer {
  const headers = columns.map((column): ColumnHeader => {
    const { length } = column.number;
    if (length !== (column.kind === 'numbers' ? column.value : column.code).length) {
      throw new RangeError('A column has another number of runs than of values');
    }
    return { rows: length, ...(column.kind === 'texts' ? { values: [...column.values] } : {}) };
  });
  markAlike(headers, columns);
  const parts = columns.flatMap((column, i) => [
    ...(headers[i]?.like === undefined ? [column.number] : []),
    column.kind === 'numbers' ? column.value : column.code,
  ]);
  return pack(columnsMark, { revision, columns: headers }, parts);
}

/**
 * The columns, their numbers as views of `buffer`.
 * @throws Error saying what does not fit, where the buffer is not what `encodeTableColumns` makes
 */
export function decodeTableColumns(buffer: ArrayBuffer): TableColumns {
  const parts = new Parts(buffer, columnsMark);
  const { header } = parts;
  if (!isFields(header) || !isCount(header['revision']) || !isListOf(header['columns'], isColumnHeader)) {
    throw damaged('its header has another form');
  }
  const numbers: Uint32Array[] = [];
  const columns = header['columns'].map(({ rows, values, like }): TableColumn => {
    const number = like === undefined ? parts.uint32(rows) : numbers[like];
    if (number?.length !== rows) {
      throw damaged('a column has the runs of one that is not there');
    }
    numbers.push(number);
    if (values === undefined) {
      return { kind: 'numbers', number, value: parts.float64(rows) };
    }
    const code = parts.uint32(rows);
    if (code.some((index) => index >= values.length)) {
      throw damaged('a run has a text that is not there');
    }
    return { kind: 'texts', number, code, values };
  });
  parts.end();
  return { revision: header['revision'], columns };
}

/** Finds the columns of the same runs as an earlier one: most are. */
function markAlike(headers: readonly ColumnHeader[], columns: readonly TableColumn[]): void {
  const earlier: number[] = [];
  for (const [i, { number }] of columns.entries()) {
    const like = earlier.find((each) => isSame(columns[each]?.number, number));
    const header = headers[i];
    if (like !== undefined && header) {
      header.like = like;
    } else if (earlier.length < mostDifferent) {
      earlier.push(i);
    }
  }
}

function isSame(a: Uint32Array | undefined, b: Uint32Array): boolean {
  return a !== undefined && (a === b || (a.length === b.length && a.every((value, i) => value === b[i])));
}

function pack(mark: number, header: unknown, columns: readonly Packed[]): ArrayBuffer {
  const text = new TextEncoder().encode(JSON.stringify(header));
  const start = align(prefix + text.length);
  const buffer = new ArrayBuffer(columns.reduce((sum, { byteLength }) => sum + align(byteLength), start));
  const bytes = new Uint8Array(buffer);
  new Uint32Array(buffer, 0, 2).set([mark, text.length]);
  bytes.set(text, prefix);
  let offset = start;
  for (const { buffer: from, byteOffset, byteLength } of columns) {
    bytes.set(new Uint8Array(from, byteOffset, byteLength), offset);
    offset += align(byteLength);
  }
  return buffer;
}

/** Reads what `pack` wrote, part after part. */
class Parts {
  readonly header: unknown;
  #offset: number;

  constructor(
    private readonly buffer: ArrayBuffer,
    mark: number,
  ) {
    const [found, length = 0] = buffer.byteLength < prefix ? [] : new Uint32Array(buffer, 0, 2);
    if (found !== mark) {
      throw damaged('it does not begin with the mark of this version');
    }
    this.#offset = align(prefix + length);
    if (this.#offset > buffer.byteLength) {
      throw damaged(`its header claims ${length} of ${buffer.byteLength} bytes`);
    }
    try {
      this.header = JSON.parse(
        new TextDecoder('utf-8', { fatal: true }).decode(new Uint8Array(buffer, prefix, length)),
      );
    } catch (error) {
      throw damaged('its header is not JSON', error);
    }
  }

  uint8(rows: number): Uint8Array {
    return new Uint8Array(this.buffer, this.#take(rows), rows);
  }

  uint32(rows: number): Uint32Array {
    return new Uint32Array(this.buffer, this.#take(rows * 4), rows);
  }

  float64(rows: number): Float64Array {
    return new Float64Array(this.buffer, this.#take(rows * 8), rows);
  }

  end(): void {
    if (this.#offset !== this.buffer.byteLength) {
      throw damaged(`its header speaks of ${this.#offset} bytes, there are ${this.buffer.byteLength}`);
    }
  }

  #take(length: number): number {
    const start = this.#offset;
    this.#offset += align(length);
    if (this.#offset > this.buffer.byteLength) {
      throw damaged(`its header speaks of more than the ${this.buffer.byteLength} bytes that are there`);
    }
    return start;
  }
}

function toTuple({ key, runs, differs }: KeyFacts): KeyTuple {
  return [key, runs, differs ? 1 : 0];
}

function fromTuple([key, runs, differs]: KeyTuple): KeyFacts {
  return { key, runs, differs: differs === 1 };
}

function statusOf(index: number): RunStatus {
  const status = runStatuses[index];
  if (status === undefined) {
    throw damaged(`there is no status ${index}`);
  }
  return status;
}

function isRowsHeader(value: unknown): value is RowsHeader {
  if (!isFields(value)) {
    return false;
  }
  const { revision, rows, id, name, parent, experiments, metrics, params, tags } = value;
  return (
    isCount(revision) &&
    isCount(rows) &&
    [id, name, parent].every((texts) => isListOf(texts, isText) && texts.length === rows) &&
    isListOf(experiments, isExperiment) &&
    [metrics, params, tags].every((keys) => isListOf(keys, isTuple))
  );
}

function isColumnHeader(value: unknown): value is ColumnHeader {
  return (
    isFields(value) &&
    isCount(value['rows']) &&
    (!('like' in value) || isCount(value['like'])) &&
    (!('values' in value) || isListOf(value['values'], isText))
  );
}

function isExperiment(value: unknown): value is { id: string; name: string } {
  return isFields(value) && isText(value['id']) && isText(value['name']);
}

function isTuple(value: unknown): value is KeyTuple {
  if (!Array.isArray(value) || value.length !== 3) {
    return false;
  }
  const [key, runs, differs] = value as unknown[];
  return isText(key) && isCount(runs) && (differs === 0 || differs === 1);
}

function isFields(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isListOf<T>(value: unknown, is: (item: unknown) => item is T): value is T[] {
  return Array.isArray(value) && value.every(is);
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

function align(length: number): number {
  return Math.ceil(length / 8) * 8;
}

function damaged(what: string, cause?: unknown): Error {
  return new Error(`The answer with the table is damaged: ${what}.`, { cause });
}
