import { opendir, stat } from 'node:fs/promises';
import path from 'node:path';

export interface PartSize {
  readonly files: number;
  readonly bytes: number;
  /** False where there was more than could be looked at in time. */
  readonly isWhole: boolean;
}

/**
 * Sizes of a store's parts (its folders and, together, the files beside them). Ends after `limit` milliseconds, with what was
 * seen until then.
 */
export async function storeSizes(folder: string, limit = 3000): Promise<Map<string, PartSize>> {
  const deadline = performance.now() + limit;
  const sizes = new Map<string, PartSize>();
  let own: PartSize = { files: 0, bytes: 0, isWhole: true };
  try {
    for await (const entry of await opendir(folder)) {
      const place = path.join(folder, entry.name);
      if (entry.isDirectory()) {
        sizes.set(entry.name, await sizeOf(place, deadline));
      } else if (entry.isFile()) {
        own = plus(own, await fileSize(place));
      }
    }
  } catch {
    own = { ...own, isWhole: false };
  }
  return new Map([['files of the store itself', own], ...sizes]);
}

async function sizeOf(folder: string, deadline: number): Promise<PartSize> {
  let size: PartSize = { files: 0, bytes: 0, isWhole: true };
  try {
    for await (const entry of await opendir(folder, { recursive: true })) {
      if (performance.now() > deadline) {
        return { ...size, isWhole: false };
      }
      if (entry.isFile()) {
        size = plus(size, await fileSize(path.join(entry.parentPath, entry.name)));
      }
    }
  } catch {
    // A folder that goes away while it is looked at, or may not be read.
    return { ...size, isWhole: false };
  }
  return size;
}

async function fileSize(file: string): Promise<number> {
  try {
    return (await stat(file)).size;
  } catch {
    return 0;
  }
}

function plus(size: PartSize, bytes: number): PartSize {
  return { ...size, files: size.files + 1, bytes: size.bytes + bytes };
}
