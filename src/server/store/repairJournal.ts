import path from 'node:path';
import { namesIn } from './check';
import { missingChanges } from './damage';
import { decodeEffects, type Effect } from './effects';
import type { StoreFiles } from './files';
import { segmentPattern } from './journal';
import { readHeader, scanSegment } from './journalFormat';
import { messageOf } from './messages';

/** A frame of a journal that may be damaged elsewhere. */
export interface JournalFrame {
  readonly file: string;
  readonly offset: number;
  /** Number of the first of its changes. */
  readonly first: number;
  readonly effects: readonly Effect[];
}

/** How a repair reads what it is given, and says what it cannot. */
export interface RepairReading {
  /** @returns undefined where it cannot be read, which was said */
  read(file: string): Promise<Uint8Array | undefined>;
  lose(file: string, offset: number, what: string): void;
  /** Tells of something that was wrong and could be put right for certain. */
  mend(file: string, offset: number, what: string): void;
}

async function segmentsIn(files: StoreFiles, folder: string): Promise<string[]> {
  return (await namesIn(files, folder)).filter((name) => segmentPattern.test(name));
}

/** The number of the first change that a journal has; 1 where it has none. */
export async function firstInJournal(files: StoreFiles, folder: string): Promise<number> {
  const [first = ''] = await segmentsIn(files, folder);
  return Number(segmentPattern.exec(first)?.[1] ?? 1);
}

/**
 * Every change that can be read.
 * @param applied number of the last one that the catalog has
 * @throws StoreVersionError
 */
export async function readFrames(
  files: StoreFiles,
  folder: string,
  applied: number,
  reading: RepairReading,
): Promise<JournalFrame[]> {
  const names = await segmentsIn(files, folder);
  const found: JournalFrame[] = [];
  let seq = applied;
  for (const [i, name] of names.entries()) {
    const file = path.join(folder, name);
    const bytes = Buffer.from((await reading.read(file)) ?? []);
    // For the version: what else the header says, the frames say, too.
    readHeader(file, bytes);
    const next = Number(segmentPattern.exec(names[i + 1] ?? '')?.[1] ?? Infinity);
    const { frames, bad } = scanSegment(bytes);
    for (const { offset, end } of bad.filter(({ isFollowed }) => isFollowed)) {
      reading.lose(file, offset, `${end - offset} bytes cannot be read.`);
    }
    // What follows is refused changes that could not be cut off.
    for (const { first, count, payload, format, offset } of frames.filter((frame) => frame.first < next)) {
      if (first > seq + 1) {
        reading.lose(file, offset, missingChanges(seq + 1, first - 1));
      }
      seq = Math.max(seq, first + count - 1);
      try {
        found.push({ file, offset, first, effects: decodeEffects(payload, format) });
      } catch (error) {
        reading.lose(file, offset, `The changes from ${first} on cannot be read: ${messageOf(error)}.`);
      }
    }
  }
  return found;
}

/** The first number that no change gives to an experiment. */
export function freeExperiment(frames: readonly JournalFrame[]): number {
  let free = 0;
  for (const effect of frames.flatMap(({ effects }) => effects)) {
    if (effect.kind === 'createExperiment' || effect.kind === 'createRun') {
      free = Math.max(free, (effect.kind === 'createRun' ? effect.experimentId : effect.id) + 1);
    }
  }
  return free;
}
