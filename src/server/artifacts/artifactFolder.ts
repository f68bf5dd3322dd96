import { constants, type Dirent, type Stats } from 'node:fs';
import { lstat, open, readdir, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { ApiError } from '../../core/errors';
import { errnoOf } from '../http/errors';

export interface ArtifactFile {
  readonly handle: FileHandle;
  readonly size: number;
  /** Unix milliseconds. */
  readonly modified: number;
}

export interface ArtifactListing {
  readonly name: string;
  readonly isDirectory: boolean;
  /** Bytes; undefined for folders. */
  readonly size: number | undefined;
}

// Windows has no such flags; lstat alone guards there.
const noFollow = constants.O_NOFOLLOW ?? 0;
const nonBlocking = constants.O_NONBLOCK ?? 0;

/**
 * Reads files below a folder. Links are never followed, neither on the way nor at its end; only plain files and folders are
 * shown. Paths come as checked segments (paths.ts).
 */
export class ArtifactFolder {
  /** @param root absolute; it need not be there */
  constructor(protected readonly root: string) {}

  /** What a folder holds, by name in the order of code points, as MLflow's clients sort; nothing for one that is not there. */
  async list(segments: readonly string[]): Promise<ArtifactListing[]> {
    const folder = await this.lstatInside(segments);
    if (folder === undefined || !folder.isDirectory()) {
      return [];
    }
    const at = this.at(segments);
    const entries = await readdir(at, { withFileTypes: true });
    const listed = await Promise.all(entries.map((entry) => describe(at, entry)));
    return listed
      .filter((entry) => entry !== undefined)
      .sort((a, b) => Buffer.compare(Buffer.from(a.name), Buffer.from(b.name)));
  }

  /**
   * Opens a file for reading; the caller closes the handle.
   * @throws ApiError RESOURCE_DOES_NOT_EXIST where there is no plain file
   */
  async open(segments: readonly string[]): Promise<ArtifactFile> {
    const expected = await this.lstatInside(segments);
    if (expected === undefined || !expected.isFile()) {
      throw missing(segments, expected);
    }
    let handle: FileHandle | undefined;
    try {
      handle = await open(this.at(segments), constants.O_RDONLY | noFollow | nonBlocking);
      const stats = await handle.stat();
      // The way may have been swapped for a link between the look and the opening: it must be the file that was seen.
      if (stats.ino !== expected.ino || stats.dev !== expected.dev) {
        const now = await this.lstatInside(segments);
        if (now === undefined || now.ino !== stats.ino || now.dev !== stats.dev) {
          throw missing(segments, now);
        }
      }
      return { handle, size: stats.size, modified: stats.mtimeMs };
    } catch (error) {
      await handle?.close();
      throw errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ELOOP' ? missing(segments, undefined) : error;
    }
  }

  /** Bytes of all files in a folder; links and other things count nothing. */
  async size(segments: readonly string[]): Promise<number> {
    const folder = await this.lstatInside(segments);
    return folder?.isDirectory() === true ? await sizeOf(this.at(segments)) : 0;
  }

  /** True where a folder is. */
  async has(segments: readonly string[]): Promise<boolean> {
    return (await this.lstatInside(segments))?.isDirectory() === true;
  }

  /** The path of a place, whatever is there. */
  at(segments: readonly string[]): string {
    return path.join(this.root, ...segments);
  }

  /**
   * Looks at a place without following links.
   * @returns undefined where nothing is, or where the way there is no chain of plain folders
   */
  protected async lstatInside(segments: readonly string[]): Promise<Stats | undefined> {
    let stats = await lstatOrNothing(this.root);
    for (let i = 0; i < segments.length; i++) {
      if (stats === undefined || !stats.isDirectory()) {
        return undefined;
      }
      stats = await lstatOrNothing(this.at(segments.slice(0, i + 1)));
    }
    return stats;
  }
}

/** Looks at so many files at once. */
const filesAtOnce = 64;

async function sizeOf(folder: string): Promise<number> {
  let bytes = 0;
  const folders = [folder];
  for (let each = folders.pop(); each !== undefined; each = folders.pop()) {
    const entries = await readdir(each, { withFileTypes: true });
    for (let i = 0; i < entries.length; i += filesAtOnce) {
      const chunk = entries.slice(i, i + filesAtOnce);
      const here = each;
      const files = await Promise.all(
        chunk.filter((entry) => entry.isFile()).map((entry) => lstatOrNothing(path.join(here, entry.name))),
      );
      bytes += files.reduce((sum, stats) => sum + (stats?.size ?? 0), 0);
      folders.push(...chunk.filter((entry) => entry.isDirectory()).map((entry) => path.join(here, entry.name)));
    }
  }
  return bytes;
}

/** @returns undefined where nothing is, links included as they are */
export async function lstatOrNothing(at: string): Promise<Stats | undefined> {
  try {
    return await lstat(at);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ENOTDIR') {
      return undefined;
    }
    throw error;
  }
}

async function describe(folder: string, entry: Dirent): Promise<ArtifactListing | undefined> {
  if (entry.isDirectory()) {
    return { name: entry.name, isDirectory: true, size: undefined };
  }
  if (!entry.isFile()) {
    return undefined;
  }
  const stats = await lstatOrNothing(path.join(folder, entry.name));
  return stats?.isFile() ? { name: entry.name, isDirectory: false, size: stats.size } : undefined;
}

export function missing(segments: readonly string[], stats: Stats | undefined): ApiError {
  const shown = segments.join('/');
  return new ApiError(
    'RESOURCE_DOES_NOT_EXIST',
    stats === undefined ? `No artifact at '${shown}'` : `The artifact at '${shown}' is no plain file`,
  );
}
