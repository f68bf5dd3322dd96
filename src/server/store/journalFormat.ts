import { crc32 } from 'node:zlib';
import { StoreDamagedError, StoreVersionError } from './damage';
import { formatVersion } from './sqlite';

/*
 * A segment is a header and frames, all integers little-endian:
 *   header  8 bytes 'LBJOURNL', u32 format version, u32 zero, u64 first sequence number, u32 CRC-32 of those 24 bytes
 *   frame   4 bytes 'LBFR', u32 CRC-32 of all that follows in the frame, u32 payload length, u32 number of changes,
 *           u64 sequence number of the first of them, payload
 * A frame is what one group commit wrote with one append, and is answered as a whole. So a frame that is bad and has a good
 * one behind it was answered once and has been damaged since, while a bad one at the very end was never answered: torn.
 * Behind the last frame there may be room: zeros to the end of the file. Nothing valid begins with a zero.
 */
const magic = Buffer.from('LBJOURNL');
const marker = Buffer.from('LBFR');
export const headerSize = 28;
const frameHeaderSize = 24;

/** Sequence numbers are doubles in memory: exact to 2^53. */
export interface Frame {
  /** Sequence number of the first change in it; the others follow without a gap. */
  readonly first: number;
  readonly count: number;
  readonly payload: Uint8Array;
  /** Version of the changes. */
  readonly format: number;
  /** Of the frame in its file. */
  readonly offset: number;
}

export function segmentHeader(first: number): Buffer {
  const header = Buffer.alloc(headerSize);
  magic.copy(header);
  header.writeUInt32LE(formatVersion, 8);
  header.writeBigUInt64LE(BigInt(first), 16);
  header.writeUInt32LE(crc32(header.subarray(0, 24)), 24);
  return header;
}

/** @param payload in one piece or some */
export function encodeFrame(first: number, count: number, payload: Uint8Array | readonly Uint8Array[]): Buffer {
  const pieces = payload instanceof Uint8Array ? [payload] : payload;
  const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
  const frame = Buffer.allocUnsafe(frameHeaderSize + length);
  marker.copy(frame);
  frame.writeUInt32LE(length, 8);
  frame.writeUInt32LE(count, 12);
  frame.writeBigUInt64LE(BigInt(first), 16);
  let at = frameHeaderSize;
  for (const piece of pieces) {
    frame.set(piece, at);
    at += piece.length;
  }
  frame.writeUInt32LE(crc32(frame.subarray(8)), 4);
  return frame;
}

export interface Segment {
  readonly file: string;
  readonly first: number;
  readonly frames: readonly Frame[];
  /** Where the good part ends. Less than the file's size where room, a torn append or refused changes follow. */
  readonly end: number;
  /** Behind the last byte that is not zero, at least `end`: more where a torn append or refused changes follow. */
  readonly written: number;
}

/** @returns the header's first sequence number, or undefined where the header is incomplete or its checksum is wrong */
export function readHeader(file: string, bytes: Buffer): number | undefined {
  // The checksum first: what a torn header says is nothing, its version neither.
  if (!headerHolds(bytes)) {
    return undefined;
  }
  const format = bytes.readUInt32LE(8);
  if (format > formatVersion) {
    throw new StoreVersionError(file, format, formatVersion);
  }
  return Number(bytes.readBigUInt64LE(16));
}

function headerHolds(bytes: Buffer): boolean {
  return (
    bytes.length >= headerSize &&
    bytes.subarray(0, 8).equals(magic) &&
    crc32(bytes.subarray(0, 24)) === bytes.readUInt32LE(24)
  );
}

/** The frame at `offset`, or undefined where there is none or its checksum is wrong. */
function readFrame(bytes: Buffer, offset: number): Frame | undefined {
  const start = offset + frameHeaderSize;
  if (start > bytes.length || bytes.compare(marker, 0, 4, offset, offset + 4) !== 0) {
    return undefined;
  }
  const end = start + bytes.readUInt32LE(offset + 8);
  if (end > bytes.length || crc32(bytes.subarray(offset + 8, end)) !== bytes.readUInt32LE(offset + 4)) {
    return undefined;
  }
  return {
    first: Number(bytes.readBigUInt64LE(offset + 16)),
    count: bytes.readUInt32LE(offset + 12),
    payload: bytes.subarray(start, end),
    format: headerHolds(bytes) ? bytes.readUInt32LE(8) : formatVersion,
    offset,
  };
}

/**
 * Reads the frames of a segment.
 * @param next the first sequence number of the segment behind it; undefined for the last one. Frames from `next` on, and
 *   whatever else follows, are refused changes that could not be cut off, and are left out.
 * @throws StoreDamagedError where a frame is bad that was answered once
 */
export function readSegment(file: string, bytes: Buffer, first: number, next: number | undefined): Segment {
  const frames: Frame[] = [];
  let offset = headerSize;
  let expected = first;
  while (offset < bytes.length && expected !== next) {
    const frame = readFrame(bytes, offset);
    if (frame === undefined || frame.first < expected) {
      if (next !== undefined || nextFrame(bytes, offset + 1, expected) !== undefined) {
        throw new StoreDamagedError(
          file,
          offset,
          'The checksum of the changes there does not match, and good ones follow.',
        );
      }
      break;
    }
    if (frame.first !== expected) {
      throw new StoreDamagedError(
        file,
        offset,
        `The changes up to ${expected - 1} are followed by ${frame.first}, some are missing.`,
      );
    }
    frames.push(frame);
    expected += frame.count;
    offset += frameHeaderSize + frame.payload.length;
  }
  if (next !== undefined && expected !== next) {
    throw new StoreDamagedError(file, offset, `The changes ${expected} to ${next - 1} are missing.`);
  }
  return { file, first, frames, end: offset, written: endOfWritten(bytes, offset) };
}

/**
 * The next good frame that starts at `from` or later. Only one with a later change than those before it proves that something between
 * is damaged: in room that was not yet synced when the power went, some file systems show what was in these blocks before, and that
 * may be frames of a segment that is gone.
 * @param expected number of the change that comes next
 */
function nextFrame(bytes: Buffer, from: number, expected: number): Frame | undefined {
  for (let at = bytes.indexOf(marker, from); at !== -1; at = bytes.indexOf(marker, at + 1)) {
    const frame = readFrame(bytes, at);
    if (frame !== undefined && frame.first >= expected) {
      return frame;
    }
  }
  return undefined;
}

/** Behind the last byte from `from` on that is not zero; `from` where there is none. */
function endOfWritten(bytes: Buffer, from: number): number {
  let end = bytes.length;
  while (end > from && bytes[end - 1] === 0) {
    end--;
  }
  return end;
}

/** A stretch of a segment that holds no good frame. */
export interface BadStretch {
  readonly offset: number;
  /** Where the next good frame begins, or, where there is none, behind the last byte that is not zero. */
  readonly end: number;
  /** A good frame follows. */
  readonly isFollowed: boolean;
}

/** All good frames of a segment, whatever is between them; for a journal that `readSegment` refuses. */
export function scanSegment(bytes: Buffer): { frames: Frame[]; bad: BadStretch[] } {
  const frames: Frame[] = [];
  const bad: BadStretch[] = [];
  let offset = Math.min(headerSize, bytes.length);
  let expected = headerHolds(bytes) ? Number(bytes.readBigUInt64LE(16)) : 0;
  while (offset < bytes.length) {
    const frame = nextFrame(bytes, offset, expected);
    const end = frame?.offset ?? endOfWritten(bytes, offset);
    if (end > offset) {
      bad.push({ offset, end, isFollowed: frame !== undefined });
    }
    if (frame === undefined) {
      break;
    }
    frames.push(frame);
    expected = frame.first + frame.count;
    offset = frame.offset + frameHeaderSize + frame.payload.length;
  }
  return { frames, bad };
}
