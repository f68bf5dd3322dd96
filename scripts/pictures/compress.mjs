// Small PNG files whose colours are true: all of them where there is room, else 256 of which those of runs are exactly what they are.
import { crc32, deflateSync } from 'node:zlib';
import { PNG } from 'pngjs';

/** Of a palette, as PNG has it. */
const paletteSize = 256;

/**
 * @param {Buffer} png as a browser writes it
 * @returns {Buffer} the same picture without transparency, all of its colours kept
 */
export function inTrueColours(png) {
  const picture = PNG.sync.read(png);
  const options = { colorType: 2, inputHasAlpha: true, deflateLevel: 9 };
  const tries = [0, 1, 2, 3, 4, -1].flatMap((filterType) =>
    [0, 1].map((deflateStrategy) => PNG.sync.write(picture, { ...options, filterType, deflateStrategy })),
  );
  return tries.reduce((best, each) => (each.length < best.length ? each : best));
}

/**
 * @param {Buffer} png as a browser writes it
 * @param {readonly string[]} exact colours that stay what they are, `#rrggbb`
 * @returns {Buffer} the same picture in 256 colours
 */
export function inFewColours(png, exact) {
  const { width, height, data } = PNG.sync.read(png);
  const counts = new Map();
  for (let at = 0; at < data.length; at += 4) {
    const colour = data.readUIntBE(at, 3);
    counts.set(colour, (counts.get(colour) ?? 0) + 1);
  }
  const { palette, places } = choosePalette(
    counts,
    exact.map((each) => Number.parseInt(each.slice(1), 16)),
  );
  const rows = Buffer.alloc((width + 1) * height);
  for (let pixel = 0; pixel < width * height; pixel++) {
    rows[pixel + Math.floor(pixel / width) + 1] = places.get(data.readUIntBE(pixel * 4, 3));
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 3], 8);
  const colours = Buffer.from(palette.flatMap((colour) => channels(colour)));
  const parts = [chunk('IHDR', header), chunk('PLTE', colours), chunk('IDAT', deflateSync(rows, { level: 9 }))];
  return Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), ...parts, chunk('IEND', Buffer.alloc(0))]);
}

const channels = (colour) => [colour >> 16, (colour >> 8) & 255, colour & 255];

function chunk(type, content) {
  const named = Buffer.concat([Buffer.from(type, 'latin1'), content]);
  const ends = Buffer.alloc(8);
  ends.writeUInt32BE(content.length, 0);
  ends.writeUInt32BE(crc32(named), 4);
  return Buffer.concat([ends.subarray(0, 4), named, ends.subarray(4)]);
}

/**
 * Takes the exact colours, then again and again the one that is worst off, by how far it is from its nearest and how often it is there.
 * @param {Map<number, number>} counts how often each colour is there
 * @returns the palette, and the place in it that each colour gets
 */
function choosePalette(counts, exact) {
  const palette = [];
  const places = new Map();
  const distances = new Map([...counts.keys()].map((colour) => [colour, Infinity]));
  const take = (chosen) => {
    for (const [colour, before] of distances) {
      const now = distance(colour, chosen);
      if (now < before) {
        distances.set(colour, now);
        places.set(colour, palette.length);
      }
    }
    palette.push(chosen);
  };
  exact.filter((colour) => counts.has(colour)).forEach(take);
  while (palette.length < Math.min(paletteSize, counts.size)) {
    const need = ([colour, far]) => (far === Infinity ? Infinity : far * Math.sqrt(counts.get(colour)));
    take([...distances].reduce((worst, each) => (need(each) > need(worst) ? each : worst))[0]);
  }
  return { palette, places };
}

/** Squared, with green weighing most, as the eye has it. */
function distance(one, other) {
  const [red, green, blue] = channels(one).map((value, index) => value - channels(other)[index]);
  return 3 * red * red + 4 * green * green + 2 * blue * blue;
}
