/**
 * Buckets on the x axis: `[i * w, (i + 1) * w)` with w a power of two, in the unit of x, also below 1. The buckets of one width are
 * each two of the next smaller one, so every curve has the same boundaries, however long it is and however far it is zoomed.
 */

/** Beyond this many NaN and infinite points only the first of each kind in each bucket is kept. */
export const oddLimit = 1000;

/** Points of the same x: they share every bucket. */
export const sameX = -1075;
/** x below 0 and x from 0 on: they never share a bucket. Widths are up to 2^1024, where all of one sign is one bucket. */
export const neverShared = 1025;

const word = new DataView(new ArrayBuffer(16));

/** The smallest e with which `a` and `b` lie in one bucket of width 2^e, exactly. @param b finite, at least `a` */
export function sharedExponent(a: number, b: number): number {
  if (a === b) {
    return sameX;
  }
  if (a >= 0) {
    // Most x are small whole numbers. Their buckets part at the highest bit in which they differ.
    return b <= 0x7fffffff && (a | 0) === a && (b | 0) === b ? 32 - Math.clz32(a ^ b) : ofPositive(a, b, 0);
  }
  // Below 0 a bucket is closed at the end away from 0: its numbers, each moved one double towards 0, are mirrored in one above 0.
  return b < 0 ? ofPositive(-b, -a, 1) : neverShared;
}

/** For 0 <= a < b, both moved down by `down` (0 or 1) doubles: compares their bits. */
function ofPositive(a: number, b: number, down: 0 | 1): number {
  // Adding 0 makes -0 to 0.
  word.setFloat64(0, a + 0);
  word.setFloat64(8, b);
  let [aHigh, aLow] = [word.getUint32(0), word.getUint32(4)];
  let [bHigh, bLow] = [word.getUint32(8), word.getUint32(12)];
  if (down === 1) {
    aHigh -= aLow === 0 ? 1 : 0;
    aLow = (aLow - 1) >>> 0;
    bHigh -= bLow === 0 ? 1 : 0;
    bLow = (bLow - 1) >>> 0;
  }
  const binade = bHigh >>> 20;
  if (binade !== aHigh >>> 20) {
    return binade - 1022;
  }
  const high = (aHigh ^ bHigh) & 0xfffff;
  const bit = high === 0 ? 32 - Math.clz32(aLow ^ bLow) : 64 - Math.clz32(high);
  return bit + Math.max(binade, 1) - 1075;
}
