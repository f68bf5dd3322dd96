/** Bytes of a piece. */
const pieceSize = 256 * 1024;

/**
 * The content of a database's file in the memory that sql.js takes for a disk, in pieces. sql.js itself keeps one array, and each time
 * that it is full copies it all into one that is an eighth larger: with 100,000 runs that holds the event loop for more than a tenth of
 * a second, the first time with the first write that needs a page more. And what the file was at a moment is known here without a copy.
 *
 * sql.js (its file system MEMFS) keeps what `slice` of the given data returns as the file's content, and asks of that nothing but
 * `length`, `subarray` and `set`. Should it ever do otherwise, `isUsed` says so, and its own `export()` has the file.
 */
export class PieceFile {
  /** To be given to sql.js as the data of a new database. */
  readonly data: SqlJsData;
  private readonly content: Content;
  private isTaken = false;

  /** @param bytes a database's file; they stay as they are, and must */
  constructor(bytes: Uint8Array) {
    const content = new Content(bytes);
    this.content = content;
    const { length } = bytes;
    const slice = (from: number, to: number): unknown => {
      if (from !== 0 || to !== length) {
        return bytes.slice(from, to);
      }
      this.isTaken = true;
      return content;
    };
    this.data = { length, subarray: (from, to) => bytes.subarray(from, to), slice };
  }

  /** Bytes of the file. */
  get size(): number {
    return this.content.size;
  }

  /** How often something was written to the file. */
  get writes(): number {
    return this.content.writes;
  }

  /**
   * Whether what SQLite writes is here: to be asked after a write with the `writes` from before it. It is not where the file was cut off,
   * as SQLite does when a transaction that made it longer is taken back: sql.js then keeps an array of its own.
   */
  isUsed(writesBefore: number): boolean {
    return this.isTaken && this.content.writes > writesBefore;
  }

  /** The file as it is now, in pieces, which stay as they are, and must. */
  snapshot(): Uint8Array[] {
    return this.content.snapshot();
  }
}

/** What sql.js asks of the data of a new database. */
export interface SqlJsData extends ArrayLike<number> {
  subarray(from: number, to: number): Uint8Array;
  slice(from: number, to: number): unknown;
}

/** As sql.js sees it: an array of bytes with room without end. */
class Content {
  readonly length = Number.MAX_SAFE_INTEGER;
  size: number;
  writes = 0;
  private readonly pieces: Uint8Array[] = [];
  /** Pieces that nobody else has. Others are copied before they are written to. */
  private readonly own = new Set<number>();

  constructor(bytes: Uint8Array) {
    this.size = bytes.length;
    for (let at = 0; at < bytes.length; at += pieceSize) {
      this.pieces.push(bytes.subarray(at, at + pieceSize));
    }
    // Each piece is whole: the file may grow behind the last one.
    if (bytes.length % pieceSize > 0) {
      this.ownPiece(this.pieces.length - 1);
    }
  }

  /** Pages lie within a piece and are not copied; more than a piece is. */
  subarray(from: number, to: number): Uint8Array {
    const first = Math.floor(from / pieceSize);
    const start = from - first * pieceSize;
    const piece = this.pieces[first];
    if (piece !== undefined && to - first * pieceSize <= piece.length) {
      return piece.subarray(start, to - first * pieceSize);
    }
    const bytes = new Uint8Array(Math.max(0, to - from));
    for (let i = first; i * pieceSize < to; i++) {
      const at = i * pieceSize - from;
      const part = this.pieces[i]?.subarray(Math.max(0, -at), to - i * pieceSize);
      bytes.set(part ?? [], Math.max(0, at));
    }
    return bytes;
  }

  set(source: Uint8Array, at = 0): void {
    this.writes++;
    this.size = Math.max(this.size, at + source.length);
    for (let done = 0; done < source.length;) {
      const i = Math.floor((at + done) / pieceSize);
      const start = at + done - i * pieceSize;
      const part = source.subarray(done, done + pieceSize - start);
      this.ownPiece(i).set(part, start);
      done += part.length;
    }
  }

  snapshot(): Uint8Array[] {
    this.own.clear();
    return Array.from({ length: Math.ceil(this.size / pieceSize) }, (_, i) =>
      (this.pieces[i] ?? new Uint8Array(pieceSize)).subarray(0, this.size - i * pieceSize),
    );
  }

  /** A piece that can be written to, all of it. */
  private ownPiece(i: number): Uint8Array {
    const known = this.pieces[i];
    if (known !== undefined && this.own.has(i)) {
      return known;
    }
    const piece = new Uint8Array(pieceSize);
    piece.set(known ?? []);
    while (this.pieces.length < i) {
      this.pieces.push(new Uint8Array(pieceSize));
    }
    this.pieces[i] = piece;
    this.own.add(i);
    return piece;
  }
}
