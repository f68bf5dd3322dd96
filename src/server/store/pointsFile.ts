import path from 'node:path';
import type { StoreFiles } from './files';
import type { BlockPlace } from './metricPoints';

/**
 * The points' file of a run: a header, and blocks (`pointBlock.ts`) one after the other. It is only ever appended to, and what is in
 * it counts once the run's database, which is saved afterwards, says so. What a crash or a full disk left of an append stays as
 * dead bytes: the disk may already have a database that speaks of it.
 */
const header = Buffer.from('LBPOINTS\x01\0\0\0\0\0\0\0', 'latin1');

/** Where the next block goes. */
export async function endOfPoints(files: StoreFiles, file: string): Promise<number> {
  const size = (await files.facts(file))?.size ?? 0;
  // No database speaks of a file whose header is not whole: it is written anew.
  return Math.max(size, header.length);
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
