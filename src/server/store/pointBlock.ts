import { crc32 } from 'node:zlib';
import { int64 } from '../../core/int64';
import type { Int64 } from '../../core/model';
import { StoreDamagedError } from './damage';
import type { MetricColumns } from '../../core/metricColumns';
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

/** What a block should hold, and where its bytes come from, for messages. */
export interface ExpectedBlock {
  readonly key: string;
  /** Points. */
  readonly count: number;
  readonly file: string;
  readonly offset: number;
}

/** @throws StoreDamagedError where the bytes are not the block that is expected */
export function unpackBlock(bytes: Uint8Array, expected: ExpectedBlock): PointList {
  return withColumns(bytes, expected, unpackColumns);
}

/**
 * Unpacks only those columns that are there, into them: their first `count` places. Integers are rounded to doubles.
 * @throws StoreDamagedError as `unpackBlock`
 */
export function unpackBlockInto(bytes: Uint8Array, expected: ExpectedBlock, into: Partial<MetricColumns>): void {
  withColumns(bytes, expected, (columns, length) => {
    const view = viewOf(columns);
    const stepsEnd = into.step === undefined ? integersEnd(view, 0, length) : readIntegers(view, 0, length, into.step);
    const timesEnd =
      into.time === undefined ? integersEnd(view, stepsEnd, length) : readIntegers(view, stepsEnd, length, into.time);
    checkWhole(
      view,
      into.value === undefined ? valuesEnd(view, timesEnd, length) : readValues(view, timesEnd, length, into.value),
    );
  });
}

function withColumns<T>(
  bytes: Uint8Array,
  { key, count, file, offset }: ExpectedBlock,
  read: (columns: Uint8Array, length: number) => T,
): T {
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
    return read(block.subarray(end), count);
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

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** @throws RangeError where the bytes are none that `packColumns` makes of so many points */
function unpackColumns(bytes: Uint8Array, length: number): PointList {
  const view = viewOf(bytes);
  const [steps, timestamps, values] = [newColumn(length), newColumn(length), newColumn(length)];
  const stepsEnd = readIntegers(view, 0, length, steps);
  const timesEnd = readIntegers(view, stepsEnd, length, timestamps);
  checkWhole(view, readValues(view, timesEnd, length, values));
  const wideSteps = wideIntegers(view, 0, length);
  const wideTimes = wideIntegers(view, stepsEnd, length);
  if (wideSteps === undefined && wideTimes === undefined) {
    return PointList.fromColumns(steps, timestamps, values);
  }
  const list = new PointList(length);
  for (let at = 0; at < length; at++) {
    list.push(wideSteps?.[at] ?? steps[at] ?? NaN, wideTimes?.[at] ?? timestamps[at] ?? NaN, values[at] ?? NaN);
  }
  return list;
}

function newColumn(length: number): Float64Array {
  return new Float64Array(length);
}

function checkWhole(view: DataView, end: number): void {
  if (end !== view.byteLength) {
    throw new RangeError('its columns have another length');
  }
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

/** Where a column of integers that begins at `start` ends. */
function integersEnd(view: DataView, start: number, length: number): number {
  const width = view.getUint8(start);
  return checkedEnd(view, width === whole ? start + 1 + 8 * length : start + 17 + width * (length - 1));
}

/** The exact numbers of a column of integers, where not all are exact doubles. */
function wideIntegers(view: DataView, start: number, length: number): Int64[] | undefined {
  if (view.getUint8(start) !== whole) {
    return undefined;
  }
  const wide = Array.from({ length }, (_, i) => {
    const number = view.getBigInt64(start + 1 + 8 * i, true);
    return int64(number) ?? number;
  });
  return wide.every((each) => typeof each === 'number') ? undefined : wide;
}

/** @returns where the column ends */
function readIntegers(view: DataView, start: number, length: number, column: Float64Array): number {
  const width = view.getUint8(start);
  const end = integersEnd(view, start, length);
  if (width === whole) {
    for (let i = 0; i < length; i++) {
      column[i] = Number(view.getBigInt64(start + 1 + 8 * i, true));
    }
    return end;
  }
  const min = Number(view.getBigInt64(start + 9, true));
  let number = Number(view.getBigInt64(start + 1, true));
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
  return end;
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

/** Where a column of values that begins at `start` ends. */
function valuesEnd(view: DataView, start: number, length: number): number {
  return checkedEnd(view, start + 1 + 8 * (view.getUint8(start) === whole ? length : 1));
}

/** @returns where the column ends */
function readValues(view: DataView, start: number, length: number, column: Float64Array): number {
  const end = valuesEnd(view, start, length);
  if (view.getUint8(start) !== whole) {
    column.fill(view.getFloat64(start + 1, true), 0, length);
  } else if (littleEndian) {
    const bytes = new Uint8Array(view.buffer, view.byteOffset + start + 1, 8 * length);
    new Uint8Array(column.buffer, column.byteOffset, bytes.length).set(bytes);
  } else {
    for (let i = 0; i < length; i++) {
      column[i] = view.getFloat64(start + 1 + 8 * i, true);
    }
  }
  return end;
}
