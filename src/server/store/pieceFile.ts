/** Bytes of a piece. */
export const pieceSize = 256 * 1024;

/** A file's content in arrays of `pieceSize` bytes, each with memory of its own; behind the file's end they hold zeros. */
export interface FilePieces {
  readonly pieces: readonly Uint8Array[];
  /** Bytes of the file. */
  readonly size: number;
}

/** What a file was at a moment. */
export interface Snapshot {
  /** They stay as they are, and must. */
  readonly pieces: readonly Uint8Array[];
  /** To be called when the pieces are not used any more: they can then be written to without being copied. */
  readonly release: () => void;
}

/** Copies a file's content. */
export function inPieces(bytes: Uint8Array): FilePieces {
  const pieces = Array.from({ length: Math.ceil(bytes.length / pieceSize) }, (_, i) => {
    const piece = new Uint8Array(pieceSize);
    piece.set(bytes.subarray(i * pieceSize, (i + 1) * pieceSize));
    return piece;
  });
  return { pieces, size: bytes.length };
}

/** The content alone, without what is behind the file's end. */
export function contentOf({ pieces, size }: FilePieces): Uint8Array[] {
  return pieces.map((piece, i) => piece.subarray(0, size - i * pieceSize));
}

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

  /** @param file nobody else may have its pieces */
  constructor(file: FilePieces) {
    const content = new Content(file);
    this.content = content;
    const length = file.size;
    const slice = (from: number, to: number): unknown => {
      if (from !== 0 || to !== length) {
        return content.subarray(from, to).slice();
      }
      this.isTaken = true;
      return content;
    };
    this.data = { length, subarray: (from, to) => content.subarray(from, to), slice };
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

  /** The file as it is now. */
  snapshot(): Snapshot {
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
  private readonly pieces: Uint8Array[];
  /** Pieces that a snapshot has, too. They are copied before they are written to. */
  private readonly shared = new Set<Uint8Array>();
  private snapshots = 0;

  constructor({ pieces, size }: FilePieces) {
    this.size = size;
    this.pieces = [...pieces];
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

  snapshot(): Snapshot {
    const count = Math.ceil(this.size / pieceSize);
    while (this.pieces.length < count) {
      this.pieces.push(new Uint8Array(pieceSize));
    }
    const pieces = contentOf({ pieces: this.pieces.slice(0, count), size: this.size });
    this.pieces.forEach((piece) => this.shared.add(piece));
    this.snapshots++;
    let isReleased = false;
    const release = (): void => {
      if (!isReleased) {
        isReleased = true;
        this.snapshots--;
      }
      if (this.snapshots === 0) {
        this.shared.clear();
      }
    };
    return { pieces, release };
  }

  /** A piece that can be written to, all of it. */
  private ownPiece(i: number): Uint8Array {
    const known = this.pieces[i];
    if (known !== undefined && (this.snapshots === 0 || !this.shared.has(known))) {
      return known;
    }
    while (this.pieces.length < i) {
      this.pieces.push(new Uint8Array(pieceSize));
    }
    return (this.pieces[i] = known?.slice() ?? new Uint8Array(pieceSize));
  }
}
