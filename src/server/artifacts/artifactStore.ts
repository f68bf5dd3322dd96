import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, mkdir, open, rename, rm, rmdir, unlink } from 'node:fs/promises';
import path from 'node:path';
import { ApiError } from '../../core/errors';
import { errnoOf } from '../http/errors';
import { ArtifactFolder, lstatOrNothing, missing } from './artifactFolder';
import { MultipartUploads } from './multipart';
import { writeChunks } from './writeChunks';

/**
 * Keeps a file that is to be replaced: the system gives its blocks back, for hundreds of megabytes a tenth of a second's work, when nobody
 * has it open any more, and whoever uploads need not wait for that. Undefined where there is none, and on Windows, where what is
 * open cannot be replaced.
 */
async function openReplaced(file: string): Promise<FileHandle | undefined> {
  if (process.platform === 'win32') {
    return undefined;
  }
  return open(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK).catch(() => undefined);
}

/** Files below `<store>/artifacts`, which can be written. Uploads grow in `<store>/uploads`, so nothing half is ever visible. */
export class ArtifactStore extends ArtifactFolder {
  /** Uploads that come in parts. */
  readonly multipart: MultipartUploads;
  /** How often a folder was made here: what was known of missing ones may be otherwise since. */
  foldersMade = 0;
  private readonly uploads: string;
  /** Folders that are being made: whoever needs one too waits until it is durable. */
  private readonly making = new Map<string, Promise<void>>();

  constructor(folder: string) {
    super(path.join(folder, 'artifacts'));
    this.uploads = path.join(folder, 'uploads');
    this.multipart = new MultipartUploads(this.uploads, (file, segments) => this.publish(file, segments));
  }

  /** Removes what broken uploads and deletions of an earlier process left. */
  async clean(): Promise<void> {
    if ((await lstatOrNothing(this.uploads)) !== undefined) {
      await rm(this.uploads, { recursive: true, force: true });
    }
  }

  /**
   * Writes a file from a stream: to a temporary name, synced, renamed, folder synced. What breaks leaves nothing behind.
   * @throws ApiError INVALID_PARAMETER_VALUE where a folder, a link or something else is in the way
   */
  async write(segments: readonly string[], chunks: AsyncIterable<Uint8Array>): Promise<void> {
    await this.checkFree(segments);
    const temporary = await this.temporaryName();
    try {
      const handle = await open(temporary, 'wx', 0o600);
      try {
        await writeChunks(handle, chunks);
        await handle.sync();
      } finally {
        await handle.close();
      }
      await this.publish(temporary, segments);
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
  }

  /**
   * Makes a finished and synced file outside the artifacts an artifact: renamed, folder synced.
   * @throws ApiError INVALID_PARAMETER_VALUE where a folder, a link or something else is in the way
   */
  private async publish(file: string, segments: readonly string[]): Promise<void> {
    const name = await this.checkFree(segments);
    try {
      const folder = await this.makeFolders(segments.slice(0, -1));
      const target = path.join(folder, name);
      const replaced = await openReplaced(target);
      try {
        await rename(file, target);
        await syncFolder(folder);
      } finally {
        // In the background, and nothing was written to it.
        replaced?.close().catch(() => undefined);
      }
    } catch (error) {
      throw errnoOf(error) === 'EISDIR' || errnoOf(error) === 'ENOTDIR' ? blocked(segments) : error;
    }
  }

  /** @returns the file's name @throws ApiError where a file cannot be put */
  private async checkFree(segments: readonly string[]): Promise<string> {
    const name = segments.at(-1);
    if (name === undefined) {
      throw new ApiError('INVALID_PARAMETER_VALUE', 'Invalid path: a file needs a name');
    }
    const present = await this.lstatInside(segments);
    if (present !== undefined && !present.isFile()) {
      throw blocked(segments);
    }
    return name;
  }

  /**
   * Deletes a file or a whole folder; of a link only the link goes.
   * @throws ApiError RESOURCE_DOES_NOT_EXIST where nothing is
   */
  async delete(segments: readonly string[]): Promise<void> {
    if (segments.length === 0) {
      throw new ApiError('INVALID_PARAMETER_VALUE', 'Invalid path: the artifact root itself cannot be deleted');
    }
    if (!(await this.discard(segments))) {
      throw missing(segments, undefined);
    }
  }

  /**
   * Removes the folder of a run or a logged model with its `artifacts`, as permanent deletion does; fine where nothing is. Above
   * `artifacts` only what is empty goes: others may keep artifacts there.
   */
  async purge(segments: readonly string[]): Promise<void> {
    await this.discard(segments);
    const parent = segments.slice(0, -1);
    if (parent.length === 0 || !(await this.has(parent))) {
      return;
    }
    try {
      await rmdir(this.at(parent));
    } catch (error) {
      if (!['ENOENT', 'ENOTEMPTY', 'EEXIST', 'ENOTDIR'].includes(errnoOf(error) ?? '')) {
        throw error;
      }
    }
  }

  /** Deletes a file or a whole folder; of a link only the link goes. @returns false where nothing is */
  async discard(segments: readonly string[]): Promise<boolean> {
    const stats = await this.lstatInside(segments);
    if (stats === undefined) {
      return false;
    }
    const target = this.at(segments);
    if (!stats.isDirectory()) {
      await unlink(target);
      await syncFolder(path.dirname(target));
      return true;
    }
    // A folder leaves at once and whole; its content is removed where nobody sees it.
    const temporary = await this.temporaryName();
    await rename(target, temporary);
    await syncFolder(path.dirname(target));
    await rm(temporary, { recursive: true, force: true });
    return true;
  }

  private async temporaryName(): Promise<string> {
    await mkdir(this.uploads, { recursive: true, mode: 0o700 });
    return path.join(this.uploads, randomBytes(12).toString('hex'));
  }

  /** Makes the folders on the way, each durable in its parent. @returns the last one's path */
  private async makeFolders(segments: readonly string[]): Promise<string> {
    let folder = this.root;
    await this.makeFolder(folder);
    for (const segment of segments) {
      folder = path.join(folder, segment);
      await this.makeFolder(folder);
    }
    return folder;
  }

  private async makeFolder(folder: string): Promise<void> {
    const beforeMaking = (): void => void this.foldersMade++;
    const task = this.making.get(folder) ?? makeFolder(folder, beforeMaking).finally(() => this.making.delete(folder));
    this.making.set(folder, task);
    await task;
  }
}

async function makeFolder(folder: string, beforeMaking: () => void): Promise<void> {
  const stats = await lstatOrNothing(folder);
  if (stats === undefined) {
    beforeMaking();
    try {
      await mkdir(folder, { mode: 0o700 });
    } catch (error) {
      if (errnoOf(error) !== 'EEXIST') {
        throw error;
      }
      return makeFolder(folder, beforeMaking);
    }
    await syncFolder(path.dirname(folder));
  } else if (!stats.isDirectory()) {
    throw new ApiError(
      'INVALID_PARAMETER_VALUE',
      `Invalid path: '${path.basename(folder)}' on the way is not a folder`,
    );
  }
}

/** Makes a folder's entries durable. Windows cannot sync folders and does not need to. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') {
    return;
  }
  const handle = await open(folder, constants.O_RDONLY);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function blocked(segments: readonly string[]): ApiError {
  return new ApiError(
    'INVALID_PARAMETER_VALUE',
    `Invalid path '${segments.join('/')}': something that is no plain file is in its place or on its way`,
  );
}
