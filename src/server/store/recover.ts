import path from 'node:path';
import { missingChanges, StoreDamagedError, StoreVersionError } from './damage';
import type { Databases } from './databases';
import { decodeEffects } from './effects';
import { replaceFile, type StoreFiles, systemCode } from './files';
import { type SegmentExtent, segmentName, segmentPattern } from './journal';
import { headerSize, readHeader, readSegment, type Segment } from './journalFormat';

export interface Recovery {
  /** The segments that are there, ascending. */
  readonly segments: readonly SegmentExtent[];
  readonly warnings: readonly string[];
}

/** Rows that a replay gathers before they are written: a metric that is logged to again and again is still one of them. */
const rowsInMemory = 10_000;

/** A part at the journal's end that was never answered. */
interface Torn {
  readonly file: string;
  readonly bytes: Buffer;
  readonly offset: number;
  /** Behind it there is only room. */
  readonly end: number;
  /** The whole file is useless, its header included. */
  readonly whole: boolean;
}

/**
 * Brings the databases up to the end of the journal. Everything is read and checked before anything is changed, also on the
 * disk: with an error all files are as they were. Whoever calls this syncs the journal's folder as it is found.
 *
 * The last segment is then written once more, in its place, without room and what is torn or was refused. What was read of it may be in the system's memory
 * only: a process that was killed had not yet synced it, or its sync had failed, after which further syncs report success without
 * writing (Linux). It counts now, and what is answered next follows it.
 * @throws StoreDamagedError, StoreVersionError
 */
export async function recover(
  files: StoreFiles,
  folder: string,
  databases: Databases,
  readOnly: boolean,
): Promise<Recovery> {
  const { segments, torn, lastBytes } = await readJournal(files, folder);
  const start = segments[0]?.first;
  const { applied } = databases.catalog;
  if (start !== undefined && start > applied + 1) {
    const file = path.join(folder, segmentName(start));
    throw new StoreDamagedError(file, 0, missingChanges(applied + 1, start - 1));
  }
  const seq = replayAll(databases, segments);
  const last = segments.at(-1);
  if (last !== undefined && seq < applied) {
    throw new StoreDamagedError(
      last.file,
      last.end,
      `The journal ends with change ${seq}, but the catalog has changes up to ${applied}.`,
    );
  }
  const warnings: string[] = [];
  if (torn !== undefined) {
    const kept = readOnly ? undefined : await setAside(files, folder, torn, seq + 1);
    warnings.push(describe(torn) + (kept === undefined ? '' : ` It was cut off and kept as ${kept}.`));
  }
  if (!readOnly) {
    if (last !== undefined) {
      await files.confirm(last.file, lastBytes.subarray(0, last.end));
    }
    if (torn?.whole === true) {
      await files.remove(torn.file);
    }
    if (torn !== undefined) {
      await files.syncFolder(folder);
    }
  }
  return {
    segments: segments.map(({ first, end }) => ({ first, end })),
    warnings,
  };
}

/** All segments up to the journal's end or tear. @throws StoreDamagedError, StoreVersionError */
export async function readJournal(
  files: StoreFiles,
  folder: string,
): Promise<{ segments: Segment[]; torn: Torn | undefined; lastBytes: Buffer }> {
  const names = (await listOrNothing(files, folder)).filter((name) => segmentPattern.test(name)).sort();
  const firsts = names.map((name) => Number(segmentPattern.exec(name)?.[1]));
  const segments: Segment[] = [];
  let lastBytes: Buffer = Buffer.alloc(0);
  for (const [i, name] of names.entries()) {
    const file = path.join(folder, name);
    const bytes = Buffer.from(await files.read(file));
    const first = firsts[i] ?? 0;
    const isLast = i === names.length - 1;
    const found = readHeader(file, bytes);
    if (found === undefined && isLast && bytes.length <= headerSize) {
      // A segment's header is synced before the first frame is written, so nothing in it was ever answered.
      return { segments, torn: { file, bytes, offset: 0, end: bytes.length, whole: true }, lastBytes };
    }
    if (found !== first) {
      throw new StoreDamagedError(file, 0, 'The checksum of its header does not match, or its name was changed.');
    }
    const segment = readSegment(file, bytes, first, firsts[i + 1]);
    segments.push(segment);
    lastBytes = bytes;
    const { end: offset, written } = segment;
    if (isLast && offset < written) {
      return { segments, torn: { file, bytes, offset, end: written, whole: false }, lastBytes };
    }
  }
  return { segments, torn: undefined, lastBytes };
}

/** Copied to a medium for reading, a store may have lost its empty folders. */
async function listOrNothing(files: StoreFiles, folder: string): Promise<string[]> {
  try {
    return await files.list(folder);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') {
      return [];
    }
    throw error;
  }
}

/** @returns the sequence number of the last change */
function replayAll(databases: Databases, segments: readonly Segment[]): number {
  let seq = (segments[0]?.first ?? databases.catalog.applied + 1) - 1;
  databases.begin();
  for (const { file, frames } of segments) {
    for (const frame of frames) {
      try {
        for (const effect of decodeEffects(frame.payload, frame.format, databases.migrations)) {
          seq++;
          databases.replay(effect, seq);
        }
        databases.catalog.saveMany(rowsInMemory);
      } catch (error) {
        if (
          error instanceof StoreDamagedError ||
          error instanceof StoreVersionError ||
          systemCode(error) !== undefined
        ) {
          throw error;
        }
        const message = error instanceof Error ? error.message : String(error);
        throw new StoreDamagedError(file, frame.offset, `Change ${seq} cannot be carried out: ${message}.`);
      }
    }
  }
  databases.commit(Math.max(seq, databases.catalog.applied));
  return seq;
}

/** Keeps the torn end in a file of its own, before it is cut off. @returns the file */
async function setAside(files: StoreFiles, folder: string, torn: Torn, seq: number): Promise<string> {
  const kept = path.join(folder, `torn-${seq}-${Date.now()}.bin`);
  await replaceFile(files, kept, torn.bytes.subarray(torn.offset, torn.end));
  return kept;
}

function describe({ file, offset, end }: Torn): string {
  return (
    `The journal's end was torn (${file}, offset ${offset}, ${end - offset} bytes): the last append was interrupted ` +
    'before it was answered.'
  );
}
