import { createHash, type Hash, randomBytes } from 'node:crypto';
import { mkdir, open, rm, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { ApiError } from '../../core/errors';
import { writeChunks } from './writeChunks';

/** As many as S3 allows. */
const maxParts = 10_000;
/** Uploads that nothing was heard of for so long are dropped, milliseconds. */
const abandonedAfter = 24 * 3600 * 1000;
/** Uploads at the same time. */
const maxUploads = 1000;
/** Completed uploads that are remembered, for clients that ask once more. */
const maxRemembered = 1000;

/** One part that has arrived whole. */
interface Part {
  readonly size: number;
  readonly etag: string;
}

/**
 * A file that arrives in parts, in any order and several at a time. Parts are written where they belong into one file, which
 * becomes the artifact when it is complete; that works because all parts but the last one have one size.
 */
interface Upload {
  readonly id: string;
  /** The artifact's place below the artifact root. */
  readonly segments: readonly string[];
  readonly parts: number;
  readonly folder: string;
  readonly arrived: Map<number, Part>;
  /** Numbers of parts that are being written. */
  readonly writing: Set<number>;
  /** Size of every part but the last; undefined until one of them is announced. */
  partSize: number | undefined;
  completing: boolean;
  /** Unix milliseconds. */
  touched: number;
}

/** Puts a finished file at its place among the artifacts, atomically and durably. */
export type Publish = (file: string, segments: readonly string[]) => Promise<void>;

/** Uploads in parts (MLflow's `mpu`). Nothing of them is visible before they are complete; a restart of the server ends them. */
export class MultipartUploads {
  private readonly uploads = new Map<string, Upload>();
  private readonly completed = new Set<string>();

  /** @param folder for what is unfinished; whoever owns it empties it at start */
  constructor(
    private readonly folder: string,
    private readonly publish: Publish,
    private readonly now: () => number = Date.now,
  ) {}

  /** @returns the upload's id @throws ApiError for a number of parts that is not from 1 to 10,000 */
  async create(segments: readonly string[], parts: number): Promise<string> {
    if (!(parts >= 1 && parts <= maxParts)) {
      throw new ApiError('INVALID_PARAMETER_VALUE', `num_parts must be between 1 and ${maxParts}, not ${parts}.`);
    }
    await this.dropAbandoned();
    if (this.uploads.size >= maxUploads) {
      throw new ApiError('INVALID_PARAMETER_VALUE', `There are ${maxUploads} unfinished uploads already.`);
    }
    const id = randomBytes(16).toString('hex');
    const folder = path.join(this.folder, `parts-${id}`);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const upload: Upload = {
      id,
      segments,
      parts,
      folder,
      arrived: new Map(),
      writing: new Set(),
      partSize: undefined,
      completing: false,
      touched: this.now(),
    };
    this.uploads.set(id, upload);
    return id;
  }

  /**
   * Takes in one part; a part that arrived before is replaced.
   * @param number from 1
   * @param size bytes that `chunks` announces
   * @returns the part's ETag
   * @throws ApiError where the upload or the number is unknown, the part is being written, or its size is not that of the others
   */
  async write(id: string, number: number, size: number, chunks: AsyncIterable<Uint8Array>): Promise<string> {
    const upload = this.find(id);
    const file = this.claim(upload, number, size);
    try {
      const etag = await writePart(file, size, chunks).catch((error: unknown) => {
        // Aborted meanwhile, its folder is gone.
        this.find(id);
        throw error;
      });
      this.find(id);
      upload.arrived.set(number, { size, etag });
      upload.touched = this.now();
      return etag;
    } finally {
      upload.writing.delete(number);
    }
  }

  /**
   * Makes the artifact. Asked again for an upload that is complete it does nothing.
   * @param parts those that the client sent, with their ETags where it knows them
   * @throws ApiError where a part is missing or another one than the client sent; the upload then goes on
   */
  async complete(
    id: string,
    segments: readonly string[],
    parts: readonly { readonly number: number; readonly etag: string | undefined }[],
  ): Promise<void> {
    if (this.completed.has(id)) {
      return;
    }
    const upload = this.find(id);
    if (segments.join('/') !== upload.segments.join('/')) {
      throw new ApiError('INVALID_PARAMETER_VALUE', 'The upload was begun for another path.');
    }
    checkComplete(upload, parts);
    upload.completing = true;
    try {
      await finish(upload);
      await this.publish(dataFile(upload), upload.segments);
    } catch (error) {
      upload.completing = false;
      throw error;
    }
    this.uploads.delete(id);
    this.remember(id);
    await rm(upload.folder, { recursive: true, force: true });
  }

  /** Drops an upload and what has arrived of it; fine for one that is not there. */
  async abort(id: string): Promise<void> {
    const upload = this.uploads.get(id);
    if (upload !== undefined && !upload.completing) {
      this.uploads.delete(id);
      await rm(upload.folder, { recursive: true, force: true });
    }
  }

  private find(id: string): Upload {
    const upload = this.uploads.get(id);
    if (upload === undefined) {
      throw new ApiError('RESOURCE_DOES_NOT_EXIST', 'There is no such upload: it was ended, or the server began anew.');
    }
    return upload;
  }

  /** Reserves a part. @returns where it goes */
  private claim(upload: Upload, number: number, size: number): { path: string; offset: number } {
    if (!(number >= 1 && number <= upload.parts)) {
      throw new ApiError('INVALID_PARAMETER_VALUE', `The upload has parts 1 to ${upload.parts}, not ${number}.`);
    }
    if (upload.writing.has(number) || upload.completing) {
      throw new ApiError('INVALID_PARAMETER_VALUE', `Part ${number} is being written already.`);
    }
    const isLast = number === upload.parts;
    if (!isLast) {
      upload.partSize ??= size;
    }
    if (upload.partSize !== undefined && (isLast ? size > upload.partSize : size !== upload.partSize)) {
      throw new ApiError(
        'INVALID_PARAMETER_VALUE',
        `All parts but the last must have one size: part ${number} has ${size} bytes, others ${upload.partSize}.`,
      );
    }
    upload.writing.add(number);
    upload.arrived.delete(number);
    upload.touched = this.now();
    // The last part's place is not known before another part's size is: it waits in a file of its own.
    return isLast && number > 1
      ? { path: lastFile(upload), offset: 0 }
      : { path: dataFile(upload), offset: (number - 1) * size };
  }

  private remember(id: string): void {
    this.completed.add(id);
    const [oldest] = this.completed;
    if (this.completed.size > maxRemembered && oldest !== undefined) {
      this.completed.delete(oldest);
    }
  }

  private async dropAbandoned(): Promise<void> {
    const limit = this.now() - abandonedAfter;
    for (const upload of [...this.uploads.values()]) {
      if (upload.touched < limit && upload.writing.size === 0) {
        await this.abort(upload.id);
      }
    }
  }
}

function dataFile({ folder }: Upload): string {
  return path.join(folder, 'data');
}

function lastFile({ folder }: Upload): string {
  return path.join(folder, 'last');
}

async function writePart(
  { path: file, offset }: { path: string; offset: number },
  size: number,
  chunks: AsyncIterable<Uint8Array>,
): Promise<string> {
  const hash = createHash('sha256');
  // Not 'w', which would empty what other parts have written.
  const handle = await openForParts(file);
  try {
    await writeChunks(handle, measured(chunks, size, hash), offset);
  } finally {
    await handle.close();
  }
  return `"${hash.digest('hex')}"`;
}

/** The chunks, which must be as long as announced, on their way through a hash. */
async function* measured(
  chunks: AsyncIterable<Uint8Array>,
  size: number,
  hash: Hash,
): AsyncGenerator<Uint8Array, void, undefined> {
  let done = 0;
  for await (const chunk of chunks) {
    done += chunk.length;
    if (done > size) {
      throw new ApiError('BAD_REQUEST', 'The part is longer than announced.');
    }
    hash.update(chunk);
    yield chunk;
  }
  if (done !== size) {
    throw new ApiError('BAD_REQUEST', 'The part is shorter than announced.');
  }
}

async function openForParts(file: string): Promise<FileHandle> {
  try {
    return await open(file, 'r+');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
      return await open(file, 'a', 0o600).then(async (made) => {
        await made.close();
        return await open(file, 'r+');
      });
    }
    throw error;
  }
}

function checkComplete(
  { parts, arrived, writing, completing }: Upload,
  sent: readonly { readonly number: number; readonly etag: string | undefined }[],
): void {
  if (completing || writing.size > 0) {
    throw new ApiError('INVALID_PARAMETER_VALUE', 'Parts of the upload are still being written.');
  }
  for (let number = 1; number <= parts; number++) {
    if (!arrived.has(number)) {
      throw new ApiError('INVALID_PARAMETER_VALUE', `Part ${number} of ${parts} has not arrived.`);
    }
  }
  const named = new Map(sent.map(({ number, etag }) => [number, etag]));
  if (named.size !== parts) {
    throw new ApiError('INVALID_PARAMETER_VALUE', `The upload has ${parts} parts, the request names ${named.size}.`);
  }
  for (const [number, { etag }] of arrived) {
    const expected = named.get(number);
    if (!named.has(number) || (expected !== undefined && expected.replace(/"/g, '') !== etag.replace(/"/g, ''))) {
      throw new ApiError('INVALID_PARAMETER_VALUE', `Part ${number} is not the one that arrived here.`);
    }
  }
}

/** Brings the last part to its place, cuts what an earlier, longer try left, and syncs. */
async function finish(upload: Upload): Promise<void> {
  const { parts, partSize = 0, arrived } = upload;
  const last = arrived.get(parts)?.size ?? 0;
  if (parts > 1 && last > partSize) {
    throw new ApiError('INVALID_PARAMETER_VALUE', `The last part has ${last} bytes, more than the others.`);
  }
  const start = (parts - 1) * partSize;
  const data = await openForParts(dataFile(upload));
  try {
    if (parts > 1 && last > 0) {
      const rest = await open(lastFile(upload), 'r');
      try {
        await writeChunks(data, rest.createReadStream({ end: last - 1, autoClose: false }), start);
      } finally {
        await rest.close();
      }
    }
    await data.truncate(start + last);
    await data.sync();
  } finally {
    await data.close();
  }
}
