import path from 'node:path';
import { StoreDamagedError, StoreVersionError } from './damage';
import type { StoreFiles } from './files';
import type { BlockPlace } from './metricPoints';
import { formatVersion } from './sqlite';

/**
 * The points' file of a run: a header, and blocks (`pointBlock.ts`) one after the other. It is only ever appended to, and what is in
 * it counts once the run's database, which is saved afterwards, says so. What a crash or a full disk left of an append stays as
 * dead bytes: the disk may already have a database that speaks of it.
 */
const marker = Buffer.from('LBPOINTS');
const versionAt = 8;
const zerosAt = 12;
const header = Buffer.alloc(16);
header.set(marker);
header.writeUInt32LE(formatVersion, versionAt);

export const pointsHeaderSize = header.length;

/** @param start the first bytes of a points' file, as many as its header has @throws StoreDamagedError, StoreVersionError */
export function verifyPointsHeader(file: string, start: Uint8Array): void {
  const bytes = Buffer.from(start.buffer, start.byteOffset, start.byteLength);
  if (bytes.length < header.length) {
    throw new StoreDamagedError(file, bytes.length, 'It ends too early.');
  }
  if (!bytes.subarray(0, marker.length).equals(marker)) {
    throw new StoreDamagedError(file, 0, `Its header does not begin with ${marker.toString()}.`);
  }
  const format = bytes.readUInt32LE(versionAt);
  if (format > formatVersion) {
    throw new StoreVersionError(file, format, formatVersion);
  }
  if (format === 0) {
    throw new StoreDamagedError(file, versionAt, 'Its header says format 0, which there never was.');
  }
  if (bytes.readUInt32LE(zerosAt) !== 0) {
    throw new StoreDamagedError(file, zerosAt, 'Its header does not end with zeros.');
  }
}

/**
 * What is wrong with a points' file, for who reads a whole store. A version that is newer than that of the database which speaks of it is
 * damage, too: a newer Labbook would have written that one, and the catalog, before.
 */
export function pointsDamage(error: unknown): Pick<StoreDamagedError, 'file' | 'offset' | 'what'> | undefined {
  if (error instanceof StoreVersionError) {
    const { file, found } = error;
    return { file, offset: versionAt, what: `Its header says format ${found}, of which nothing else of the store is.` };
  }
  return error instanceof StoreDamagedError ? error : undefined;
}

/** A whole points' file whose header is what it should be. */
export function withPointsHeader(bytes: Uint8Array): Uint8Array {
  return Buffer.concat([header, bytes.subarray(header.length)]);
}

function isHeader(start: Uint8Array): boolean {
  return header.equals(start);
}

/**
 * Where the next block goes.
 * @param isUsed whether a database speaks of blocks in the file. Of one that none speaks of a loss of power may have left rubbish: without
 * a good header it is written anew. Otherwise it is left as it is: `labbook repair` reads its blocks
 */
export async function endOfPoints(files: StoreFiles, file: string, isUsed: boolean): Promise<number> {
  const size = (await files.facts(file))?.size ?? 0;
  return size > header.length && (isUsed || isHeader(files.readPartSync(file, 0, header.length)))
    ? size
    : header.length;
}

/** Appends blocks and syncs them, for a new file its folder too. @param end as `endOfPoints` said */
export async function appendPoints(
  files: StoreFiles,
  file: string,
  end: number,
  blocks: readonly Uint8Array[],
): Promise<void> {
  const isNew = end === header.length;
  const handle = await files.open(file, isNew ? 'create' : 'extend');
  try {
    await handle.append(Buffer.concat(isNew ? [header, ...blocks] : blocks));
    await handle.sync();
  } finally {
    await handle.close();
  }
  if (isNew) {
    await files.syncFolder(path.dirname(file));
  }
}

/** Reads a part of the points' file. @param room where it may be put, of that length at least */
export type ReadPoints = (offset: number, length: number, room?: Uint8Array) => Uint8Array;

/** Bytes that are read at once: some blocks. */
const readAtOnce = 512 * 1024;
let room: Uint8Array | undefined;

/**
 * Reads blocks that come one after the other with fewer calls to the system, and without memory of their own for each: who draws ten
 * million points reads a thousand of them. What one call answers is good until the next one of whichever reader.
 * @param places of the blocks, in the order in which they will be read
 */
export function readingAhead(places: readonly BlockPlace[], read: ReadPoints): ReadPoints {
  let from = 0;
  let bytes: Uint8Array = new Uint8Array();
  /** Of the places the first one that is not yet read. */
  let next = 0;
  return (offset, length) => {
    if (offset < from || offset + length > from + bytes.length) {
      while (next < places.length && places[next]?.offset !== offset) {
        next++;
      }
      let end = offset + length;
      for (let place = places[++next]; place?.offset === end; place = places[++next]) {
        if (end + place.length - offset > readAtOnce) {
          break;
        }
        end += place.length;
      }
      room ??= new Uint8Array(readAtOnce);
      from = offset;
      bytes = read(offset, end - offset, end - offset > readAtOnce ? undefined : room);
    }
    return bytes.subarray(offset - from, offset - from + length);
  };
}
