/** How like two pictures of a panel are: for the eye, not pixel by pixel, as letters are drawn a little differently on each machine. */
import { crc32, deflateSync } from 'node:zlib';
import { PNG } from 'pngjs';

/** Edge of the squares that are compared, pixels. */
const square = 16;

/** By how many pixels what is in a square may have moved. */
const reach = 2;

/** How far the mean colour of a square may be off, of 255, in the channel where it is most. */
const tolerance = 8;

/** Squares that may be off all the same: where a letter is a pixel wider, what follows it moves. */
const spare = 4;

export interface Likeness {
  readonly isAlike: boolean;
  /** Squares that are off, in reading order, by their column and row. */
  readonly off: readonly { readonly x: number; readonly y: number }[];
  /** Why not, in a few words. */
  readonly reason: string;
}

/**
 * Compares the mean colours of squares, each with those of the other picture nearby, so that what is moved by a pixel or two is the same,
 * and what lacks a curve, a column or a colour is not.
 */
export function likeness(actual: PNG, expected: PNG): Likeness {
  if (actual.width !== expected.width || actual.height !== expected.height) {
    const sizes = [actual, expected].map(({ width, height }) => `${width} × ${height}`);
    return { isAlike: false, off: [], reason: `it is ${sizes.join(' instead of ')} pixels` };
  }
  const [ours, theirs] = [new Sums(actual), new Sums(expected)];
  const off: { x: number; y: number }[] = [];
  for (let y = 0; y * square < actual.height; y++) {
    for (let x = 0; x * square < actual.width; x++) {
      if (distance(ours, theirs, x * square, y * square) > tolerance) {
        off.push({ x, y });
      }
    }
  }
  const [first] = off;
  const place = first ? `, the first at ${first.x * square}, ${first.y * square}` : '';
  return { isAlike: off.length <= spare, off, reason: `${off.length} squares differ${place}` };
}

/** The expected picture, pale, with what is off in red. */
export function difference(expected: PNG, { off }: Likeness): PNG {
  const { width, height } = expected;
  const picture = new PNG({ width, height });
  const marked = new Set(off.map(({ x, y }) => `${x} ${y}`));
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = (y * width + x) * 4;
      const [red = 0, green = 0, blue = 0] = expected.data.subarray(at, at + 3);
      const pale = 170 + Math.round((red + green + blue) / 9);
      const isOff = marked.has(`${Math.floor(x / square)} ${Math.floor(y / square)}`);
      picture.data.set(isOff ? [220, pale - 130, pale - 130, 255] : [pale, pale, pale, 255], at);
    }
  }
  return picture;
}

/** As a small PNG: of few colours, which are written as numbers (pngjs writes three bytes a pixel). */
export function packed(picture: PNG): Buffer {
  const { data, width, height } = picture;
  const counts = new Map<number, number>();
  const colourAt = (at: number): number => (data.readUInt32BE(at) >>> 8) & 0xffffff;
  for (let at = 0; at < data.length; at += 4) {
    const colour = colourAt(at);
    counts.set(colour, (counts.get(colour) ?? 0) + 1);
  }
  const palette = paletteOf(counts);
  const places = new Map<number, number>();
  // Each line begins with the number of its filter: none.
  const lines = Buffer.alloc((width + 1) * height);
  for (let at = 0; at < width * height; at++) {
    const colour = colourAt(at * 4);
    const place = places.get(colour) ?? nearestOf(palette, colour);
    places.set(colour, place);
    lines[at + Math.floor(at / width) + 1] = place;
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 3], 8);
  const entries = Buffer.from(palette.flatMap((colour) => [colour >> 16, (colour >> 8) & 255, colour & 255]));
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  const parts = [chunk('IHDR', header), chunk('PLTE', entries), chunk('IDAT', deflateSync(lines, { level: 9 }))];
  return Buffer.concat([signature, ...parts, chunk('IEND', Buffer.alloc(0))]);
}

function chunk(name: string, content: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(name, 'latin1'), content]);
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(content.length);
  check.writeUInt32BE(crc32(named));
  return Buffer.concat([length, named, check]);
}

/** The colours that are missed most, one by one: areas keep theirs, and so do small things whose colour nothing else has. */
function paletteOf(counts: ReadonlyMap<number, number>, colours = 100): number[] {
  const candidates = [...counts].sort((a, b) => b[1] - a[1]).slice(0, 5000);
  const missed = candidates.map(([, count]) => count * 1e6);
  const palette: number[] = [];
  while (palette.length < Math.min(colours, candidates.length)) {
    const [taken = 0] = candidates[missed.indexOf(Math.max(...missed))] ?? [];
    palette.push(taken);
    candidates.forEach(([colour, count], i) => {
      missed[i] = Math.min(missed[i] ?? 0, count * apart(colour, taken));
    });
  }
  return palette;
}

/** @returns its place in the palette */
function nearestOf(palette: readonly number[], colour: number): number {
  const distances = palette.map((each) => apart(each, colour));
  return distances.indexOf(Math.min(...distances));
}

function apart(one: number, other: number): number {
  return [16, 8, 0].reduce((sum, bits) => sum + (((one >> bits) & 255) - ((other >> bits) & 255)) ** 2, 0);
}

/** Of a square's mean colour to the nearest one around its place in the other picture. */
function distance(ours: Sums, theirs: Sums, x: number, y: number): number {
  let least = far(ours, theirs, x, y, x, y);
  for (let dy = -reach; dy <= reach && least > tolerance; dy++) {
    for (let dx = -reach; dx <= reach; dx++) {
      least = Math.min(least, far(ours, theirs, x, y, x + dx, y + dy));
    }
  }
  return least;
}

function far(ours: Sums, theirs: Sums, x: number, y: number, otherX: number, otherY: number): number {
  let most = 0;
  for (let channel = 0; channel < 3; channel++) {
    most = Math.max(most, Math.abs(ours.mean(channel, x, y) - theirs.mean(channel, otherX, otherY)));
  }
  return most;
}

/** Sums of each channel over all rectangles that begin in the corner, for the mean of any square in four looks. */
class Sums {
  readonly #channels: readonly Float64Array[];
  readonly #stride: number;

  constructor(private readonly picture: PNG) {
    const { width, height, data } = picture;
    const stride = width + 1;
    this.#stride = stride;
    this.#channels = [0, 1, 2].map((channel) => {
      const sums = new Float64Array(stride * (height + 1));
      for (let y = 0; y < height; y++) {
        let row = 0;
        for (let x = 0; x < width; x++) {
          row += data[(y * width + x) * 4 + channel] ?? 0;
          sums[(y + 1) * stride + x + 1] = (sums[y * stride + x + 1] ?? 0) + row;
        }
      }
      return sums;
    });
  }

  /** Of the square that begins there, as much of it as is in the picture. */
  mean(channel: number, x: number, y: number): number {
    const { width, height } = this.picture;
    const [left, right] = [x, x + square].map((each) => Math.min(width, Math.max(0, each)));
    const [top, bottom] = [y, y + square].map((each) => Math.min(height, Math.max(0, each)));
    if (left === undefined || right === undefined || top === undefined || bottom === undefined) {
      return 0;
    }
    const sums = this.#channels[channel];
    const at = (column: number, row: number): number => sums?.[row * this.#stride + column] ?? 0;
    const sum = at(right, bottom) - at(left, bottom) - at(right, top) + at(left, top);
    return sum / Math.max(1, (right - left) * (bottom - top));
  }
}
