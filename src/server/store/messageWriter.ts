import type { Steps } from '../../core/steps';

/** Bytes that are kept for the next message; one that needed more gives them back. */
const keptBytes = 256 * 1024;
/** Bytes of one piece, at least, of a message that is written in steps. */
const pieceBytes = keptBytes / 2;
/** Shorter texts are mostly ASCII, and written faster one by one than by the system's encoder. */
const shortText = 32;

/**
 * Writes MessagePack, of what the journal's changes are made of: lists, texts, numbers, bigints, bytes, and null for what is absent. The
 * same bytes as @msgpack/msgpack writes, in less time: texts, which are most of it, are not counted and written character by character.
 */
export class MessageWriter {
  private bytes = Buffer.allocUnsafeSlow(keptBytes);
  private at = 0;

  /**
   * @param value texts are well-formed Unicode
   * @returns bytes that are good until the next call
   * @throws TypeError for anything else, objects included
   */
  write(value: unknown): Uint8Array {
    if (this.bytes.length > keptBytes) {
      this.bytes = Buffer.allocUnsafeSlow(keptBytes);
    }
    this.at = 0;
    this.value(value);
    return this.bytes.subarray(0, this.at);
  }

  /**
   * The same bytes in steps, each of them of one piece: for long messages, which are never copied to make room. Nothing else may be written
   * with it meanwhile.
   * @returns pieces that stay good
   */
  *writeInSteps(value: unknown): Steps<Uint8Array[]> {
    const pieces: Uint8Array[] = [];
    this.at = 0;
    yield* this.inSteps(value, pieces);
    pieces.push(this.take());
    return pieces;
  }

  private *inSteps(value: unknown, pieces: Uint8Array[]): Steps<void> {
    if (Array.isArray(value)) {
      this.list(value.length);
      for (const each of value) {
        yield* this.inSteps(each, pieces);
      }
      return;
    }
    this.value(value);
    if (this.at >= pieceBytes) {
      pieces.push(this.take());
      yield;
    }
  }

  private take(): Uint8Array {
    const taken = this.bytes.subarray(0, this.at);
    this.bytes = Buffer.allocUnsafeSlow(keptBytes);
    this.at = 0;
    return taken;
  }

  private value(value: unknown): void {
    if (typeof value === 'string') {
      this.text(value);
    } else if (typeof value === 'number') {
      this.number(value);
    } else if (Array.isArray(value)) {
      this.list(value.length);
      for (const each of value) {
        this.value(each);
      }
    } else if (value === null || value === undefined) {
      this.reserve(1);
      this.bytes[this.at++] = 0xc0;
    } else if (value instanceof Uint8Array) {
      this.sized(value.length, 0, 0, 0xc4, 0xc5);
      this.reserve(value.length);
      this.bytes.set(value, this.at);
      this.at += value.length;
    } else if (typeof value === 'bigint') {
      this.bigint(value);
    } else {
      throw new TypeError(`a ${typeof value} cannot be written`);
    }
  }

  private list(length: number): void {
    this.sized(length, 0x90, 16, 0, 0xdc);
  }

  private text(text: string): void {
    if (text.length < shortText && this.ascii(text)) {
      return;
    }
    const length = Buffer.byteLength(text);
    this.sized(length, 0xa0, 32, 0xd9, 0xda);
    this.reserve(length);
    this.at += this.bytes.write(text, this.at);
  }

  /** @returns false, having written nothing, where something else is in it */
  private ascii(text: string): boolean {
    const { length } = text;
    this.reserve(length + 1);
    const { bytes } = this;
    let { at } = this;
    bytes[at++] = 0xa0 + length;
    for (let i = 0; i < length; i++) {
      const code = text.charCodeAt(i);
      if (code > 0x7f) {
        return false;
      }
      bytes[at++] = code;
    }
    this.at = at;
    return true;
  }

  private number(value: number): void {
    this.reserve(9);
    const { bytes, at } = this;
    if (!Number.isSafeInteger(value) || value > 0xffff_ffff || value < -0x8000_0000) {
      bytes[at] = 0xcb;
      this.at = bytes.writeDoubleBE(value, at + 1);
    } else if (value < 0) {
      this.negative(value);
    } else if (value < 0x80) {
      bytes[at] = value;
      this.at = at + 1;
    } else if (value < 0x100) {
      bytes[at] = 0xcc;
      bytes[at + 1] = value;
      this.at = at + 2;
    } else if (value < 0x1_0000) {
      bytes[at] = 0xcd;
      this.at = bytes.writeUInt16BE(value, at + 1);
    } else {
      bytes[at] = 0xce;
      this.at = bytes.writeUInt32BE(value, at + 1);
    }
  }

  private negative(value: number): void {
    const { bytes, at } = this;
    if (value >= -0x20) {
      this.at = bytes.writeInt8(value, at);
    } else if (value >= -0x80) {
      bytes[at] = 0xd0;
      this.at = bytes.writeInt8(value, at + 1);
    } else if (value >= -0x8000) {
      bytes[at] = 0xd1;
      this.at = bytes.writeInt16BE(value, at + 1);
    } else {
      bytes[at] = 0xd2;
      this.at = bytes.writeInt32BE(value, at + 1);
    }
  }

  private bigint(value: bigint): void {
    this.reserve(9);
    const { bytes, at } = this;
    bytes[at] = value < 0n ? 0xd3 : 0xcf;
    this.at = value < 0n ? bytes.writeBigInt64BE(value, at + 1) : bytes.writeBigUInt64BE(value, at + 1);
  }

  /**
   * The head of something of a size.
   * @param tiny code of a size below `tinyEnd`, which is added to it
   * @param byte code before a size of one byte; 0 where there is none
   * @param two code before a size of two bytes; the next one is for four
   */
  private sized(size: number, tiny: number, tinyEnd: number, byte: number, two: number): void {
    this.reserve(5);
    const { bytes, at } = this;
    if (size < tinyEnd) {
      bytes[at] = tiny + size;
      this.at = at + 1;
    } else if (size < 0x100 && byte > 0) {
      bytes[at] = byte;
      bytes[at + 1] = size;
      this.at = at + 2;
    } else if (size < 0x1_0000) {
      bytes[at] = two;
      this.at = bytes.writeUInt16BE(size, at + 1);
    } else {
      bytes[at] = two + 1;
      this.at = bytes.writeUInt32BE(size, at + 1);
    }
  }

  private reserve(count: number): void {
    if (this.at + count > this.bytes.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(this.bytes.length * 2, this.at + count));
      this.bytes.copy(larger, 0, 0, this.at);
      this.bytes = larger;
    }
  }
}
