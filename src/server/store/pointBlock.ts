import { crc32 } from 'node:zlib';
import { int64 } from '../../core/int64';
import type { Int64 } from '../../core/model';
import { StoreDamagedError } from './damage';
import { PointList } from './pointList';

/**
 * A block: consecutive points of one metric, packed, with a checksum and the metric's name, so that it can be read without anything
 * else. docs/store.md has the form.
 */
const marker = Buffer.from('LBPT');
/** Marker, checksum of all that follows it, length of what follows the header, number of points, bytes of the key. */
const headerSize = 20;

export function packBlock(key: string, points: PointList): Uint8Array {
  const name = Buffer.from(key);
  const columns = packColumns(points);
  const bytes = Buffer.alloc(headerSize + name.length + columns.length);
  bytes.set(marker);
  bytes.writeUInt32LE(name.length + columns.length, 8);
  bytes.writeUInt32LE(points.length, 12);
  bytes.writeUInt32LE(name.length, 16);
  bytes.set(name, headerSize);
  bytes.set(columns, headerSize + name.length);
  bytes.writeUInt32LE(crc32(bytes.subarray(8)), 4);
  return bytes;
}

/**
 * @param file and `offset`: where the bytes come from, for messages
 * @throws StoreDamagedError where they are not the block of `count` points of this metric
 */
export function unpackBlock(
  bytes: Uint8Array,
  { key, count, file, offset }: { key: string; count: number; file: string; offset: number },
): PointList {
  const block = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (
    block.length < headerSize ||
    !block.subarray(0, 4).equals(marker) ||
    block.readUInt32LE(8) !== block.length - headerSize ||
    crc32(block.subarray(8)) !== block.readUInt32LE(4)
  ) {
    throw new StoreDamagedError(
      file,
      offset,
      `The checksum of ${count} points of ${JSON.stringify(key)} does not match.`,
    );
  }
  const end = headerSize + block.readUInt32LE(16);
  if (block.readUInt32LE(12) !== count || block.toString('utf8', headerSize, end) !== key) {
    throw new StoreDamagedError(file, offset, `It holds other points than ${count} of ${JSON.stringify(key)}.`);
  }
  try {
    return unpackColumns(block.subarray(end), count);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new StoreDamagedError(file, offset, `The points of ${JSON.stringify(key)} cannot be read: ${message}.`);
  }
}

/** Whether this machine has doubles in memory as they are in blocks. */
const littleEndian = new Uint8Array(Float64Array.of(1).buffer)[7] === 0x3f;

/** Width of a column that has every number in full. */
const whole = 8;

/** The columns of points, the numbers of steps and timestamps as differences from one to the next where that is shorter. */
function packColumns(points: PointList): Uint8Array {
  const length = points.length;
  const { steps, timestamps, values } = points.columns();
  const parts = points.isPlain
    ? [packIntegers(steps), packIntegers(timestamps)]
    : (['step', 'timestamp'] as const).map((name) => packWhole(length, (at) => BigInt(points.at(at)[name])));
  return Buffer.concat([...parts, packValues(values)]);
}

/** @throws RangeError where the bytes are none that `packColumns` makes of so many points */
function unpackColumns(bytes: Uint8Array, length: number): PointList {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const steps = unpackIntegers(view, 0, length);
  const timestamps = unpackIntegers(view, steps.end, length);
  const values = unpackValues(view, timestamps.end, length);
  if (values.end !== bytes.length) {
    throw new RangeError('its columns have another length');
  }
  if (steps.wide === undefined && timestamps.wide === undefined) {
    return PointList.fromColumns(steps.column, timestamps.column, values.column);
  }
  const list = new PointList(length);
  for (let at = 0; at < length; at++) {
    const step = steps.wide?.[at] ?? steps.column[at] ?? NaN;
    list.push(step, timestamps.wide?.[at] ?? timestamps.column[at] ?? NaN, values.column[at] ?? NaN);
  }
  return list;
}

function packIntegers(column: Float64Array): Uint8Array {
  let [min, max] = [Infinity, -Infinity];
  for (let i = 1; i < column.length; i++) {
    const difference = (column[i] ?? NaN) - (column[i - 1] ?? NaN);
    min = difference < min ? difference : min;
    max = difference > max ? difference : max;
  }
  [min, max] = column.length === 1 ? [0, 0] : [min, max];
  const width = [0, 1, 2, 4].find((each) => max - min < 2 ** (8 * each));
  if (width === undefined || !Number.isSafeInteger(min) || !Number.isSafeInteger(max)) {
    return packWhole(column.length, (at) => BigInt(column[at] ?? NaN));
  }
  const view = new DataView(new ArrayBuffer(17 + width * (column.length - 1)));
  view.setUint8(0, width);
  view.setBigInt64(1, BigInt(column[0] ?? NaN), true);
  view.setBigInt64(9, BigInt(min), true);
  let offset = 17;
  for (let i = 1; i < column.length && width > 0; i++, offset += width) {
    const above = (column[i] ?? NaN) - (column[i - 1] ?? NaN) - min;
    if (width === 1) {
      view.setUint8(offset, above);
    } else if (width === 2) {
      view.setUint16(offset, above, true);
    } else {
      view.setUint32(offset, above, true);
    }
  }
  return new Uint8Array(view.buffer);
}

function packWhole(length: number, number: (at: number) => bigint): Uint8Array {
  const view = new DataView(new ArrayBuffer(1 + 8 * length));
  view.setUint8(0, whole);
  for (let i = 0; i < length; i++) {
    view.setBigInt64(1 + 8 * i, number(i), true);
  }
  return new Uint8Array(view.buffer);
}

interface Integers {
  readonly column: Float64Array;
  /** The exact numbers, where not all are exact doubles. */
  readonly wide?: Int64[];
  readonly end: number;
}

function unpackIntegers(view: DataView, start: number, length: number): Integers {
  const width = view.getUint8(start);
  const column = new Float64Array(length);
  if (width === whole) {
    const wide: Int64[] = [];
    for (let i = 0; i < length; i++) {
      const number = view.getBigInt64(start + 1 + 8 * i, true);
      wide.push(int64(number) ?? number);
      column[i] = Number(number);
    }
    const end = start + 1 + 8 * length;
    return wide.every((each) => typeof each === 'number') ? { column, end } : { column, wide, end };
  }
  const min = Number(view.getBigInt64(start + 9, true));
  let number = Number(view.getBigInt64(start + 1, true));
  const end = checkedEnd(view, start + 17 + width * (length - 1));
  const above = new Uint8Array(view.buffer, view.byteOffset + start + 17, end - start - 17);
  column[0] = number;
  // A loop for each width: most of the time of reading points is spent here.
  if (width === 0) {
    for (let i = 1; i < length; i++) {
      column[i] = number += min;
    }
  } else if (width === 1) {
    for (let i = 1; i < length; i++) {
      column[i] = number += min + (above[i - 1] ?? NaN);
    }
  } else if (width === 2) {
    for (let i = 1, at = 0; i < length; i++, at += 2) {
      column[i] = number += min + ((above[at] ?? NaN) | ((above[at + 1] ?? NaN) << 8));
    }
  } else {
    for (let i = 1, at = start + 17; i < length; i++, at += width) {
      column[i] = number += min + view.getUint32(at, true);
    }
  }
  return { column, end };
}

function packValues(values: Float64Array): Uint8Array {
  const isOne = values.every((value) => Object.is(value, values[0]));
  const view = new DataView(new ArrayBuffer(1 + 8 * (isOne ? 1 : values.length)));
  view.setUint8(0, isOne ? 0 : whole);
  for (let i = 0; i < (isOne ? 1 : values.length); i++) {
    view.setFloat64(1 + 8 * i, values[i] ?? NaN, true);
  }
  return new Uint8Array(view.buffer);
}

function checkedEnd(view: DataView, end: number): number {
  if (end > view.byteLength) {
    throw new RangeError('it ends too early');
  }
  return end;
}

function unpackValues(view: DataView, start: number, length: number): { column: Float64Array; end: number } {
  const isWhole = view.getUint8(start) === whole;
  const end = checkedEnd(view, start + 1 + 8 * (isWhole ? length : 1));
  if (!isWhole) {
    return { column: new Float64Array(length).fill(view.getFloat64(start + 1, true)), end };
  }
  const column = new Float64Array(length);
  if (littleEndian) {
    new Uint8Array(column.buffer).set(new Uint8Array(view.buffer, view.byteOffset + start + 1, 8 * length));
  } else {
    for (let i = 0; i < length; i++) {
      column[i] = view.getFloat64(start + 1 + 8 * i, true);
    }
  }
  return { column, end };
}
