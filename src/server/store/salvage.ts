import { messageOf } from './messages';
import { type Cell, type Database, type Row, text } from './sqlite';

/** What was got out of one table. */
export interface SalvagedTable {
  readonly table: string;
  readonly rows: number;
  /** Rows with values of another kind than their columns have. */
  readonly refused: number;
  /** Why reading stopped before the end; undefined where all rows were read. */
  readonly stopped: string | undefined;
}

interface Column {
  readonly name: string;
  /** As declared; empty where any value may be. */
  readonly type: string;
  /** From 1 on its place in the primary key, 0 outside of it. */
  readonly keyPlace: number;
}

/**
 * Copies all rows that can be read from a database, which may be damaged, into one that has the same tables: from the front up to
 * where SQLite gives up, then from the back.
 */
export function salvageTables(from: Database, to: Database, tables: readonly string[]): SalvagedTable[] {
  return tables.map((table) => salvageTable(from, to, table));
}

/** Longest database that is filled up. */
const filledBytes = 256 * 1024 * 1024;

/**
 * A database that was cut off, with zeros for what is missing: SQLite reads nothing of one that is shorter than its header says, not
 * even the pages that are there.
 */
export function wholePages(bytes: Uint8Array): Uint8Array {
  if (bytes.length < 100) {
    return bytes;
  }
  const header = new DataView(bytes.buffer, bytes.byteOffset, 100);
  const pageSize = header.getUint16(16);
  const size = header.getUint32(28) * (pageSize === 1 ? 65_536 : pageSize);
  if (size <= bytes.length || size > filledBytes) {
    return bytes;
  }
  const filled = new Uint8Array(size);
  filled.set(bytes);
  return filled;
}

/** Bytes of SQLite's header of a file, behind which its first page begins. */
const headerLength = 100;

/**
 * A damaged or cut catalog with those pages of a new one that say where each table is: without them SQLite finds nothing, however much is
 * whole. Catalogs that were made by the same statements have them in the same places.
 * @returns undefined where its own first page is not there, or says something else: its tables would be taken for others
 */
export function withSchemaOf(fresh: Uint8Array, damaged: Uint8Array): Uint8Array | undefined {
  const header = new DataView(fresh.buffer, fresh.byteOffset, fresh.byteLength);
  const pageSize = header.getUint16(16);
  const root = Buffer.from(fresh.subarray(headerLength, pageSize));
  if (!root.equals(damaged.subarray(headerLength, pageSize))) {
    return undefined;
  }
  const pages = Math.max(Math.ceil(damaged.length / pageSize), fresh.length / pageSize);
  const mended = new Uint8Array(pages * pageSize);
  mended.set(damaged);
  for (const page of schemaPages(header)) {
    const at = (page - 1) * pageSize;
    mended.set(fresh.subarray(at, at + pageSize), at);
  }
  new DataView(mended.buffer).setUint32(28, pages);
  return mended;
}

/** The pages of a database's schema, which takes more than one but not hundreds. */
function schemaPages(file: DataView): number[] {
  const isInner = file.getUint8(headerLength) === 5;
  const cells = isInner ? file.getUint16(headerLength + 3) : 0;
  const children = Array.from({ length: cells }, (_, i) => file.getUint32(file.getUint16(headerLength + 12 + 2 * i)));
  return [1, ...children, ...(isInner ? [file.getUint32(headerLength + 8)] : [])];
}

/** The tables of a database, those of SQLite itself left out. */
export function tablesOf(db: Database): string[] {
  const rows = db.rows(
    "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name",
  );
  return rows.map((row) => text(row[0]));
}

function salvageTable(from: Database, to: Database, table: string): SalvagedTable {
  const columns = columnsOf(to, table);
  const names = columns.map(({ name }) => name).join(', ');
  const insert = `INSERT OR REPLACE INTO ${table} (${names}) VALUES (${columns.map(() => '?').join(', ')})`;
  const key = columns.filter(({ keyPlace }) => keyPlace > 0).sort((a, b) => a.keyPlace - b.keyPlace);
  let refused = 0;
  const order = key.map(({ name }) => name);
  const stopped = visitAll(from, { table, columns: columns.map(({ name }) => name), order }, (row) => {
    if (!fits(row, columns) || !inserted(to, insert, row)) {
      refused++;
    }
  });
  return { table, rows: Number(to.row(`SELECT count(*) FROM ${table}`)?.[0]), refused, stopped };
}

/**
 * Visits all rows that can be read of a table, some of them twice where not all can.
 * @returns why reading stopped; undefined where it got to the end
 */
export function visitAll(
  db: Database,
  { table, columns, order }: { table: string; columns: readonly string[]; order: readonly string[] },
  visit: (row: Row) => void,
): string | undefined {
  const select = `SELECT ${columns.join(', ')} FROM ${table}`;
  try {
    db.each(select, [], visit);
    return undefined;
  } catch (error) {
    try {
      db.each(`${select} ORDER BY ${order.map((name) => `${name} DESC`).join(', ')}`, [], visit);
    } catch {
      // The first error says what is wrong.
    }
    return messageOf(error);
  }
}

function columnsOf(db: Database, table: string): Column[] {
  return db
    .rows(`SELECT name, type, pk FROM pragma_table_info('${table}')`)
    .map((row) => ({ name: text(row[0]), type: text(row[1]), keyPlace: Number(row[2]) }));
}

/** A flipped bit may turn a text into a number, which readers would stumble over. */
function fits(row: Row, columns: readonly Column[]): boolean {
  return columns.every(({ type }, i) => {
    const cell: Cell = row[i] ?? null;
    if (cell === null || type === '') {
      return true;
    }
    return type === 'TEXT' ? typeof cell === 'string' : typeof cell === 'number' || typeof cell === 'bigint';
  });
}

function inserted(to: Database, insert: string, row: Row): boolean {
  try {
    to.run(insert, ...row);
    return true;
  } catch {
    // A constraint: something that must not be empty is.
    return false;
  }
}
