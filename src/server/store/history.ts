import type { Int64 } from '../../core/model';
import { StoreDamagedError } from './damage';
import type { MetricEffect } from './effects';
import { comparePoints, type Point, specialOf, storedValue, valueFrom } from './points';
import { Database, formatVersion, integer, openDatabase, real, type Row, type SqlJs, text } from './sqlite';

const schema = `
CREATE TABLE meta (name TEXT PRIMARY KEY, value) WITHOUT ROWID;
CREATE TABLE keys (id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, ordered INTEGER NOT NULL);
CREATE TABLE points (
  key INTEGER NOT NULL,
  step INTEGER NOT NULL,
  timestamp INTEGER NOT NULL,
  value REAL NOT NULL,
  special INTEGER NOT NULL,
  PRIMARY KEY (key, step, timestamp, value, special)
) WITHOUT ROWID;
`;

interface KeyState {
  readonly id: number;
  /** True while timestamps never fall in the order of steps: then (step, timestamp) and (timestamp, step) are one order. */
  ordered: boolean;
  last: Point | undefined;
}

/** The points of one run's metrics that have more than one point. */
export class History {
  /** What is known of the keys; emptied on rollback. */
  private readonly keys = new Map<string, KeyState>();

  private constructor(
    private readonly file: string,
    private readonly db: Database,
    /** Sequence number of the last change in the file that it was opened from; 0 where there was none. */
    readonly applied: number,
    /** Size of its file when it was last read or written. */
    public bytes: number,
  ) {}

  static create(sqlite: SqlJs, file: string, runId: string): History {
    const db = new Database(sqlite);
    db.script(schema);
    db.run("INSERT INTO meta VALUES ('format', ?), ('applied', 0), ('run', ?)", formatVersion, runId);
    return new History(file, db, 0, 0);
  }

  /** @throws StoreDamagedError, StoreVersionError; also where the file belongs to another run */
  static open(sqlite: SqlJs, file: string, bytes: Uint8Array, runId: string): History {
    const db = openDatabase(sqlite, file, bytes);
    const meta = new Map(db.rows('SELECT name, value FROM meta').map((row) => [text(row[0]), row[1]]));
    if (meta.get('run') !== runId) {
      db.close();
      throw new StoreDamagedError(file, 0, `It should belong to run ${runId}.`);
    }
    return new History(file, db, real(meta.get('applied')), bytes.length);
  }

  begin(): void {
    this.db.script('BEGIN');
  }

  commit(): void {
    this.db.script('COMMIT');
  }

  rollback(): void {
    this.db.script('ROLLBACK');
    this.keys.clear();
  }

  /** The history as a file, saying that it holds the changes up to `applied`. Not inside a transaction. */
  export(applied: number): Uint8Array {
    this.db.run("UPDATE meta SET value = ? WHERE name = 'applied'", applied);
    const bytes = this.db.export();
    this.bytes = bytes.length;
    return bytes;
  }

  close(): void {
    this.db.close();
  }

  has(key: string, point: Point): boolean {
    const state = this.key(key);
    return (
      state !== undefined &&
      this.db.row(
        'SELECT 1 FROM points WHERE key = ? AND step = ? AND timestamp = ? AND value = ? AND special = ?',
        state.id,
        point.step,
        point.timestamp,
        storedValue(point.value),
        specialOf(point.value),
      ) !== undefined
    );
  }

  /** @throws StoreDamagedError where the metric's earlier points should be here and are not */
  apply({ key, mode, points }: MetricEffect): void {
    let state = this.key(key);
    if (state === undefined && mode === 'append') {
      throw new StoreDamagedError(this.file, 0, `The points of metric ${JSON.stringify(key)} are missing.`);
    }
    state ??= this.addKey(key);
    const wasOrdered = state.ordered;
    for (const point of points) {
      this.db.run(
        'INSERT OR IGNORE INTO points VALUES (?, ?, ?, ?, ?)',
        state.id,
        point.step,
        point.timestamp,
        storedValue(point.value),
        specialOf(point.value),
      );
      if (state.last === undefined || comparePoints(point, state.last) > 0) {
        state.ordered &&= state.last === undefined || point.timestamp >= state.last.timestamp;
        state.last = point;
      } else {
        // Somewhere in the middle: finding out whether the order still holds is not worth it.
        state.ordered = false;
      }
    }
    if (wasOrdered && !state.ordered) {
      this.db.run('UPDATE keys SET ordered = 0 WHERE id = ?', state.id);
    }
  }

  /** In the order (timestamp, step, value). */
  page(key: string, offset: number, limit: number): Point[] {
    const state = this.key(key);
    const order = state?.ordered === true ? 'step, timestamp, value, special' : 'timestamp, step, value, special';
    return state === undefined
      ? []
      : this.db
          .rows(
            `SELECT step, timestamp, value, special FROM points WHERE key = ? ORDER BY ${order} LIMIT ? OFFSET ?`,
            state.id,
            limit,
            offset,
          )
          .map(toPoint);
  }

  /** Visits `limit` points from the place `from` on, in the order (step, timestamp, value). */
  each(key: string, from: number, limit: number, visit: (step: Int64, timestamp: Int64, value: number) => void): void {
    const state = this.key(key);
    if (state !== undefined) {
      this.db.each(
        'SELECT step, timestamp, value, special FROM points WHERE key = ? ORDER BY step, timestamp, value, special LIMIT ? OFFSET ?',
        [state.id, limit, from],
        (row) => visit(integer(row[0]), integer(row[1]), valueFrom(real(row[2]), real(row[3]))),
      );
    }
  }

  /** What `Store.sampleMetric` says. */
  sample(key: string, range: { start: Int64; end: Int64 } | undefined, limit: number): Point[] {
    const state = this.key(key);
    if (state === undefined) {
      return [];
    }
    const filter = range === undefined ? 'key = ?' : 'key = ? AND step >= ? AND step <= ?';
    const params = range === undefined ? [state.id] : [state.id, range.start, range.end];
    const total = real(this.db.row(`SELECT count(*) FROM points WHERE ${filter}`, ...params)?.[0]);
    const wanted = new Set(firstOfBuckets(total, limit));
    const points: Point[] = [];
    let at = 0;
    this.db.each(
      `SELECT step, timestamp, value, special FROM points WHERE ${filter} ORDER BY step, timestamp, value, special`,
      params,
      (row) => {
        if (wanted.has(at++)) {
          points.push(toPoint(row));
        }
      },
    );
    return points;
  }

  private key(key: string): KeyState | undefined {
    const known = this.keys.get(key);
    if (known !== undefined) {
      return known;
    }
    const row = this.db.row('SELECT id, ordered FROM keys WHERE key = ?', key);
    if (row === undefined) {
      return undefined;
    }
    const id = real(row[0]);
    const last = this.db.row(
      'SELECT step, timestamp, value, special FROM points WHERE key = ? ' +
        'ORDER BY step DESC, timestamp DESC, value DESC, special DESC LIMIT 1',
      id,
    );
    const state: KeyState = { id, ordered: row[1] === 1, last: last && toPoint(last) };
    this.keys.set(key, state);
    return state;
  }

  private addKey(key: string): KeyState {
    this.db.run('INSERT INTO keys (key, ordered) VALUES (?, 1)', key);
    const id = real(this.db.row('SELECT id FROM keys WHERE key = ?', key)?.[0]);
    const state: KeyState = { id, ordered: true, last: undefined };
    this.keys.set(key, state);
    return state;
  }
}

/**
 * Places that SQL's NTILE(limit) begins its buckets at, the first buckets being the larger ones, with the last place in the stead
 * of the last bucket's.
 */
function firstOfBuckets(total: number, limit: number): number[] {
  if (total <= limit) {
    return Array.from({ length: total }, (_, i) => i);
  }
  const size = Math.floor(total / limit);
  const larger = total % limit;
  return Array.from({ length: limit }, (_, i) => (i === limit - 1 ? total - 1 : i * size + Math.min(i, larger)));
}

function toPoint(row: Row): Point {
  return { step: integer(row[0]), timestamp: integer(row[1]), value: valueFrom(real(row[2]), real(row[3])) };
}
