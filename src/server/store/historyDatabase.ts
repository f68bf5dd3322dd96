import type { Int64 } from '../../core/model';
import type { Steps } from '../../core/steps';
import type { BlockPlace } from './metricPoints';
import { type Point, specialOf, storedValue } from './points';
import { Database, formatVersion, type SqlJs } from './sqlite';

const schema = `
CREATE TABLE meta (name TEXT PRIMARY KEY, value) WITHOUT ROWID;
CREATE TABLE keys (id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, ordered INTEGER NOT NULL);
CREATE TABLE blocks (
  key INTEGER NOT NULL,
  place INTEGER NOT NULL,
  count INTEGER NOT NULL,
  first_step INTEGER NOT NULL,
  first_timestamp INTEGER NOT NULL,
  first_value REAL NOT NULL,
  first_special INTEGER NOT NULL,
  last_step INTEGER NOT NULL,
  last_timestamp INTEGER NOT NULL,
  last_value REAL NOT NULL,
  last_special INTEGER NOT NULL,
  offset INTEGER,
  length INTEGER NOT NULL,
  bytes BLOB,
  PRIMARY KEY (key, place)
) WITHOUT ROWID;
`;

/** Blocks that are written in one step. */
const blocksInStep = 64;

/** A block as it is saved: in the database (`packed`), or in the points' file (`place`). */
export interface SavedBlock {
  readonly count: number;
  readonly first: Point;
  readonly last: Point;
  readonly packed?: Uint8Array;
  readonly place?: BlockPlace;
}

export interface SavedHistory {
  /** Sequence number of the last change in it. */
  readonly applied: number;
  readonly runId: string;
  readonly metrics: readonly {
    readonly key: string;
    readonly ordered: boolean;
    readonly blocks: readonly SavedBlock[];
  }[];
}

/** Makes the database of a history, a millisecond at a time. docs/store.md explains the tables. */
export function* historyDatabase(sqlite: SqlJs, { applied, runId, metrics }: SavedHistory): Steps<Uint8Array> {
  const db = new Database(sqlite);
  try {
    db.script(`BEGIN; ${schema}`);
    db.run("INSERT INTO meta VALUES ('format', ?), ('applied', ?), ('run', ?)", formatVersion, applied, runId);
    let written = 0;
    for (const [i, { key, ordered, blocks }] of metrics.entries()) {
      db.run('INSERT INTO keys VALUES (?, ?, ?)', i + 1, key, ordered ? 1 : 0);
      for (const [number, { count, first, last, packed = null, place }] of blocks.entries()) {
        db.run(
          'INSERT INTO blocks VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
          i + 1,
          number,
          count,
          ...cells(first),
          ...cells(last),
          place?.offset ?? null,
          place?.length ?? packed?.length ?? 0,
          packed,
        );
        if (++written % blocksInStep === 0) {
          yield;
        }
      }
    }
    db.script('COMMIT');
    yield;
    return db.export();
  } finally {
    db.close();
  }
}

function cells({ step, timestamp, value }: Point): [Int64, Int64, number, number] {
  return [step, timestamp, storedValue(value), specialOf(value)];
}
