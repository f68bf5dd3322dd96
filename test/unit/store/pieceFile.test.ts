import assert from 'node:assert/strict';
import fc from 'fast-check';
import { inPieces, PieceFile, pieceSize, type Snapshot } from '../../../src/server/store/pieceFile';
import { Database, loadSqlite, openDatabase, type SqlJs } from '../../../src/server/store/sqlite';

/** As MEMFS takes a file's content, and uses it. */
interface Content {
  readonly length: number;
  subarray(from: number, to: number): Uint8Array;
  set(bytes: Uint8Array, at: number): void;
}

function contentIn(file: PieceFile): Content {
  const content = file.data.slice(0, file.data.length);
  assert.ok(typeof content === 'object' && content !== null && 'set' in content && 'subarray' in content);
  return content as Content;
}

const piece = pieceSize;

describe('A file in pieces', () => {
  it('reads as one array that was written to in the same way; what was taken of it stays until it is given back', () => {
    const places = fc.oneof(fc.nat(3 * piece), fc.integer({ min: piece - 3, max: piece + 3 }));
    const writes = fc.array(
      fc.tuple(places, fc.integer({ min: 1, max: 2 * piece }), fc.nat(255), fc.boolean(), fc.boolean()),
      { maxLength: 6 },
    );
    fc.assert(
      fc.property(fc.oneof(fc.nat(9), fc.nat(2 * piece)), writes, (size, steps) => {
        const given = new Uint8Array(size).fill(7);
        const file = new PieceFile(inPieces(given));
        const content = contentIn(file);
        let expected = given.slice();
        let held: { readonly taken: Snapshot; readonly was: Buffer }[] = [];
        for (const [at, length, byte, isTaken, isGivenBack] of steps) {
          if (isTaken) {
            held.push({ taken: file.snapshot(), was: Buffer.from(expected) });
          }
          if (isGivenBack) {
            const oldest = held[0];
            oldest?.taken.release();
            oldest?.taken.release();
            held = held.slice(1);
          }
          const bytes = new Uint8Array(length).fill(byte);
          content.set(bytes, at);
          const next = new Uint8Array(Math.max(expected.length, at + length));
          next.set(expected);
          next.set(bytes, at);
          expected = next;
          for (const { taken, was } of held) {
            assert.ok(Buffer.concat(taken.pieces).equals(was));
          }
          assert.equal(file.size, expected.length);
          const from = Math.min(at, expected.length);
          assert.ok(Buffer.from(content.subarray(from, expected.length)).equals(expected.subarray(from)));
        }
        assert.ok(Buffer.concat(file.snapshot().pieces).equals(expected));
        assert.ok(given.every((each) => each === 7));
      }),
      { numRuns: 50 },
    );
  });

  it('copies pieces that are written to while they are taken, and no others', () => {
    const file = new PieceFile(inPieces(new Uint8Array(3 * piece)));
    const content = contentIn(file);
    const memoryOf = (i: number): ArrayBufferLike => content.subarray(i * piece, i * piece + 1).buffer;
    const write = (i: number): void => content.set(new Uint8Array(5), i * piece);
    const before = [0, 1, 2].map(memoryOf);
    write(0);
    const { pieces, release } = file.snapshot();
    assert.deepEqual(
      pieces.map(({ buffer }) => before.indexOf(buffer)),
      [0, 1, 2],
    );
    write(1);
    write(1);
    release();
    write(2);
    assert.deepEqual(
      [0, 1, 2].map((i) => before.indexOf(memoryOf(i))),
      [0, -1, 2],
    );
    const copied = memoryOf(1);
    write(1);
    assert.equal(memoryOf(1), copied);
  });
});

describe('A database in pieces', () => {
  let sqlite: SqlJs;
  before(async () => {
    sqlite = await loadSqlite();
  });

  const fill = (db: Database, rows: number): void => {
    db.run(
      `INSERT INTO t SELECT value, zeroblob(200) FROM json_each(json('[' || ? || ']'))`,
      Array(rows).fill(1).join(','),
    );
  };
  const count = (db: Database): unknown => db.row('SELECT count(*) FROM t')?.[0];
  const copyOf = (db: Database): Database => openDatabase(sqlite, 'copy', inPieces(db.export()));

  it('is saved as it is, also when it has grown, without being closed', () => {
    const db = Database.inPieces(sqlite);
    db.script('CREATE TABLE t (a, b)');
    for (let i = 1; i <= 5; i++) {
      fill(db, 1000);
      const copy = copyOf(db);
      assert.equal(count(copy), i * 1000);
      assert.equal(copy.row('PRAGMA integrity_check')?.[0], 'ok');
      fill(copy, 7);
      assert.equal(count(copyOf(copy)), i * 1000 + 7);
      copy.close();
    }
    assert.ok(db.snapshot().pieces.length > 1, 'sql.js keeps the file in one array of its own');
    db.close();
  });

  it('a snapshot stays as it was, whatever is written later', () => {
    const db = Database.inPieces(sqlite);
    db.script('CREATE TABLE t (a, b)');
    fill(db, 3000);
    const { pieces } = db.snapshot();
    const was = Buffer.concat(pieces);
    db.run('UPDATE t SET a = 2');
    fill(db, 3000);
    assert.ok(Buffer.concat(pieces).equals(was));
    db.close();
  });

  it('is saved as it is after a transaction that made it longer was taken back', () => {
    const db = Database.inPieces(sqlite);
    db.script('CREATE TABLE t (a, b)');
    fill(db, 10);
    db.script('BEGIN');
    // More than SQLite keeps in its memory, so that the file itself has grown.
    fill(db, 50_000);
    db.script('ROLLBACK');
    fill(db, 1);
    const copy = copyOf(db);
    assert.equal(count(copy), 11);
    assert.equal(copy.row('PRAGMA integrity_check')?.[0], 'ok');
    copy.close();
    db.close();
  });
});
