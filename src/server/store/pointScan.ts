import { unpackBlock } from './pointBlock';
import type { Point } from './points';

const marker = Buffer.from('LBPT');
const headerSize = 20;

/** A block that was found by looking for it. */
export interface FoundBlock {
  readonly key: string;
  readonly points: readonly Point[];
}

/**
 * All good blocks in some bytes, whatever is between them: of a points' file, or of a cell of a history's database. Blocks that
 * a crash left unused are among them; their points were logged all the same.
 */
export function* scanBlocks(raw: Uint8Array): Iterable<FoundBlock> {
  const bytes = Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength);
  for (let at = bytes.indexOf(marker); at !== -1; at = bytes.indexOf(marker, at + 1)) {
    const block = at + headerSize <= bytes.length ? readBlock(bytes, at) : undefined;
    if (block !== undefined) {
      yield block;
    }
  }
}

function readBlock(bytes: Buffer, at: number): FoundBlock | undefined {
  const end = at + headerSize + bytes.readUInt32LE(at + 8);
  const nameEnd = at + headerSize + bytes.readUInt32LE(at + 16);
  if (end > bytes.length || nameEnd > end) {
    return undefined;
  }
  const count = bytes.readUInt32LE(at + 12);
  const key = bytes.toString('utf8', at + headerSize, nameEnd);
  try {
    const list = unpackBlock(bytes.subarray(at, end), { key, count, file: '', offset: at });
    return { key, points: Array.from({ length: count }, (_, i) => list.at(i)) };
  } catch {
    return undefined;
  }
}
