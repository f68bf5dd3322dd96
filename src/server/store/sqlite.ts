import { crc32 } from 'node:zlib';
import { int64 } from '../../core/int64';
import type { Int64 } from '../../core/model';
import { finish, type Steps } from '../../core/steps';
import { StoreDamagedError, StoreVersionError } from './damage';
import { loadSqlJs } from './loadSqlJs';
import { contentOf, type FilePieces, inPieces, PieceFile, type Snapshot, type SqlJsData } from './pieceFile';

/** Version of the whole store's format (databases, journal, layout). Raised when an older Labbook could not read it. */
export const formatVersion = 1;

export type Cell = number | bigint | string | Uint8Array | null;
export type Row = readonly Cell[];

// What is used of sql.js; its published types do not know `useBigInt`.
interface RawStatement {
  bind(values: (number | string | Uint8Array | null)[]): boolean;
  step(): boolean;
  get(params?: null, options?: { useBigInt: boolean }): Cell[];
  reset(): void;
  free(): boolean;
}
interface RawDatabase {
  prepare(sql: string): RawStatement;
  run(sql: string): unknown;
  create_function(name: string, implementation: SqlFunction): unknown;
  getRowsModified(): number;
  export(): Uint8Array;
  close(): void;
}
/** A function for SQL; its parameters are texts, numbers or null, as the SQL that calls it gives them. */
export type SqlFunction = (...args: never[]) => number | null;

interface SqlJs {
  Database: new (data?: SqlJsData) => RawDatabase;
}

let loading: Promise<SqlJs> | undefined;

/** Loads SQLite once in this process. Everything else of this file works only afterwards. */
export function loadSqlite(): Promise<SqlJs> {
  loading ??= loadSqlJs();
  return loading;
}

/**
 * A database of sql.js with cached statements and exact 64-bit integers: bound as numbers or bigints, read as `Int64`.
 */
export class Database {
  private readonly raw: RawDatabase;
  private readonly file: PieceFile | undefined;
  private readonly statements = new Map<string, RawStatement>();
  private functions: Readonly<Record<string, SqlFunction>> = {};
  /** Told what is about to be run, by whoever keeps a part of the rows outside; `undefined` for SQL that reads. */
  beforeUse: (sql: string | undefined) => void = () => undefined;

  /**
   * @param file a database file; without it a new, empty database. A large database is kept in pieces, so that it can grow, and be saved,
   * without being copied; nobody else may have them
   */
  constructor(sqlite: SqlJs, file?: Uint8Array | FilePieces) {
    const isWhole = file === undefined || file instanceof Uint8Array;
    this.file = isWhole ? undefined : new PieceFile(file);
    this.raw = new sqlite.Database(isWhole ? file : this.file?.data);
    this.configure();
  }

  /** A new, empty database that is kept in pieces. */
  static inPieces(sqlite: SqlJs): Database {
    return new Database(sqlite, inPieces(emptyFile(sqlite)));
  }

  /** Runs statements without parameters and without results. */
  script(sql: string): void {
    this.beforeUse(sql);
    this.raw.run(sql);
  }

  /** Changes all or nothing. */
  transaction(change: ((db: Database) => void) | undefined): void {
    this.script('BEGIN');
    try {
      change?.(this);
      this.script('COMMIT');
    } catch (error) {
      this.script('ROLLBACK');
      throw error;
    }
  }

  /** @returns the number of rows that were inserted, changed or deleted */
  run(sql: string, ...params: readonly Cell[]): number {
    this.execute(sql, params);
    return this.raw.getRowsModified();
  }

  /** The same with many parameters, and without counting. */
  execute(sql: string, params: readonly Cell[]): void {
    this.beforeUse(sql);
    const statement = this.bound(sql, params);
    try {
      statement.step();
    } finally {
      statement.reset();
    }
  }

  /** The first row, if there is one. */
  row(sql: string, ...params: readonly Cell[]): Row | undefined {
    this.beforeUse(undefined);
    const statement = this.bound(sql, params);
    try {
      return statement.step() ? exactRow(statement) : undefined;
    } finally {
      statement.reset();
    }
  }

  rows(sql: string, ...params: readonly Cell[]): Row[] {
    const rows: Row[] = [];
    this.each(sql, params, (row) => rows.push(row));
    return rows;
  }

  /** Visits every row; `visit` must not use the same SQL text on this database. */
  each(sql: string, params: readonly Cell[], visit: (row: Row) => void): void {
    this.beforeUse(undefined);
    const statement = this.bound(sql, params);
    try {
      while (statement.step()) {
        visit(exactRow(statement));
      }
    } finally {
      statement.reset();
    }
  }

  /** For SQL that is made for one query: its statement is not kept. */
  rowsOnce(sql: string, params: readonly Cell[]): Row[] {
    this.beforeUse(undefined);
    const statement = this.raw.prepare(sql);
    try {
      statement.bind(params.map(bindable));
      const rows: Row[] = [];
      while (statement.step()) {
        rows.push(exactRow(statement));
      }
      return rows;
    } finally {
      statement.free();
    }
  }

  /** Makes functions known to SQL, by name, for as long as this database lives. */
  define(functions: Readonly<Record<string, SqlFunction>>): void {
    this.functions = { ...this.functions, ...functions };
    this.configure();
  }

  /** The database as a file, stamped with the format and a checksum over the whole (see `stamped`). Not inside a transaction. */
  export(): Uint8Array {
    const snapshot = this.snapshot();
    const pieces = finish(stamped(snapshot.pieces));
    const [first = new Uint8Array(0)] = pieces;
    const whole = pieces.length === 1 ? first : Buffer.concat(pieces);
    snapshot.release();
    return whole;
  }

  /**
   * The file as it is now. Of a database that is kept in pieces this takes no time; only what is written to before its release is copied
   * then. `stamped` makes a file of it that can be opened. Not inside a transaction.
   */
  snapshot(): Snapshot {
    this.beforeUse(undefined);
    if (this.file !== undefined) {
      const { writes } = this.file;
      // Writes to the file, whatever there is to change.
      this.raw.run('PRAGMA user_version = 0');
      if (this.file.isUsed(writes)) {
        return this.file.snapshot();
      }
    }
    return { pieces: [this.raw.export()], release: () => undefined };
  }

  /** Bytes of the file of a database that is kept in pieces; 0 of others. */
  get size(): number {
    return this.file?.size ?? 0;
  }

  close(): void {
    this.freeStatements();
    this.raw.close();
  }

  private bound(sql: string, params: readonly Cell[]): RawStatement {
    let statement = this.statements.get(sql);
    if (statement === undefined) {
      statement = this.raw.prepare(sql);
      this.statements.set(sql, statement);
    }
    statement.bind(params.map(bindable));
    return statement;
  }

  private freeStatements(): void {
    for (const statement of this.statements.values()) {
      statement.free();
    }
    this.statements.clear();
  }

  private configure(): void {
    // The file lives in memory: nothing to sync, and the rollback journal needs no file either. Nobody else opens it: with each
    // transaction SQLite would look for the journals of others, which costs 50 µs.
    this.raw.run(
      'PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF; PRAGMA temp_store = MEMORY; PRAGMA locking_mode = EXCLUSIVE',
    );
    for (const [name, implementation] of Object.entries(this.functions)) {
      this.raw.create_function(name, implementation);
    }
  }
}

/** As text a bigint keeps all digits; the INTEGER affinity of the columns turns it into an integer again. */
function bindable(value: Cell): number | string | Uint8Array | null {
  return typeof value === 'bigint' ? value.toString() : value;
}

/** sql.js reads integers as doubles unless told otherwise, and then all as bigint: only rows that need it pay for it. */
function exactRow(statement: RawStatement): Row {
  const row = statement.get();
  for (const cell of row) {
    if (typeof cell === 'number' && (cell > Number.MAX_SAFE_INTEGER || cell < Number.MIN_SAFE_INTEGER)) {
      return statement
        .get(null, { useBigInt: true })
        .map((each) => (typeof each === 'bigint' ? (int64(each) ?? each) : each));
    }
  }
  return row;
}

/** Cell readers: what a column holds is fixed by the schema, so anything else means a damaged or foreign database. */
export function text(cell: Cell | undefined): string {
  if (typeof cell !== 'string') {
    throw new TypeError(`a text was expected in the database, found ${typeof cell}`);
  }
  return cell;
}

export function real(cell: Cell | undefined): number {
  if (typeof cell !== 'number') {
    throw new TypeError(`a number was expected in the database, found ${typeof cell}`);
  }
  return cell;
}

export function integer(cell: Cell | undefined): Int64 {
  if (typeof cell !== 'number' && typeof cell !== 'bigint') {
    throw new TypeError(`an integer was expected in the database, found ${typeof cell}`);
  }
  return cell;
}

// Offsets in SQLite's file header, both free for applications: "user version" and "application id".
const checksumAt = 60;
const applicationAt = 68;
/** Bytes of that header. */
const headerLength = 100;
const applicationName = [0x4c, 0x42, 0x4b];

/**
 * Writes 'LBK' and the format version into SQLite's application id, and into its user version a CRC-32 of the whole file
 * (taken with those four bytes zero). The file stays an ordinary SQLite database, and every flipped bit is noticed.
 * @param pieces of a database file, which stay as they are
 */
export function* stamped(pieces: readonly Uint8Array[]): Steps<Uint8Array[]> {
  const [first = new Uint8Array(0), ...others] = pieces;
  const head = new Uint8Array(first);
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  head.set([...applicationName, formatVersion], applicationAt);
  view.setUint32(checksumAt, 0);
  let checksum = crc32(head);
  for (const piece of others) {
    checksum = crc32(piece, checksum);
    yield;
  }
  view.setUint32(checksumAt, checksum);
  return [head, ...others];
}

/** The file of an empty database: SQLite makes it with the first write. */
function emptyFile(sqlite: SqlJs): Uint8Array {
  const raw = new sqlite.Database();
  try {
    raw.run('PRAGMA user_version = 0');
    return raw.export();
  } finally {
    raw.close();
  }
}

/**
 * Opens a database file that `export()` made; one in pieces is kept so.
 * @throws StoreDamagedError, StoreVersionError
 */
export function openDatabase(sqlite: SqlJs, file: string, content: Uint8Array | FilePieces): Database {
  verifyDatabase(file, content);
  try {
    return new Database(sqlite, content);
  } catch (error) {
    throw new StoreDamagedError(file, 0, `SQLite says: ${error instanceof Error ? error.message : String(error)}.`);
  }
}

/**
 * Checks what `stamp` wrote.
 * @throws StoreDamagedError, StoreVersionError
 */
export function verifyDatabase(file: string, content: Uint8Array | FilePieces): void {
  const [first = new Uint8Array(0)] = partsOf(content);
  if (first.length < headerLength || applicationName.some((byte, i) => first[applicationAt + i] !== byte)) {
    throw new StoreDamagedError(file, 0, 'This is no database of Labbook.');
  }
  const format = formatOf(content);
  if (format > formatVersion) {
    throw new StoreVersionError(file, format, formatVersion);
  }
  if (!checksumHolds(content)) {
    const size = content instanceof Uint8Array ? content.length : content.size;
    throw new StoreDamagedError(file, 0, `The checksum over its ${size} bytes does not match.`);
  }
}

/** The format version of a database file. */
export function formatOf(content: Uint8Array | FilePieces): number {
  return partsOf(content)[0]?.[applicationAt + 3] ?? 0;
}

/** Of a database file, of whatever version. */
export function checksumHolds(content: Uint8Array | FilePieces): boolean {
  const [first = new Uint8Array(0), ...others] = partsOf(content);
  if (first.length < headerLength) {
    return false;
  }
  const expected = new DataView(first.buffer, first.byteOffset, first.byteLength).getUint32(checksumAt);
  const before = crc32(first.subarray(0, checksumAt));
  const zeros = crc32(new Uint8Array(4), before);
  const found = crc32(first.subarray(checksumAt + 4), zeros);
  return others.reduce((checksum, part) => crc32(part, checksum), found) === expected;
}

function partsOf(content: Uint8Array | FilePieces): Uint8Array[] {
  return content instanceof Uint8Array ? [content] : contentOf(content);
}

export type { SqlJs };
