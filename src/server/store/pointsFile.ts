import path from 'node:path';
import type { StoreFiles } from './files';

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
