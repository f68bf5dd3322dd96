/**
 * A name for the first so many rows of two columns: other numbers, another name, but for one case in 2^50. Continuing costs time in
 * proportion to the rows that are added.
 */
export class Fingerprint {
  /** Rows that are in it. */
  length = 0;
  private one = 0x9e3779b9;
  private two = 0x85ebca6b;

  /** Takes in the rows up to `length`; the columns must begin with the rows that are in it. */
  extend(x: Float64Array, y: Float64Array, length: number): void {
    this.append(x.subarray(this.length, length), y.subarray(this.length, length));
  }

  /** Takes in further rows. */
  append(x: Float64Array, y: Float64Array): void {
    const xWords = new Uint32Array(x.buffer, x.byteOffset, x.length * 2);
    const yWords = new Uint32Array(y.buffer, y.byteOffset, y.length * 2);
    let { one, two } = this;
    for (let i = 0; i < x.length * 2; i += 2) {
      const low = Math.imul((xWords[i] ?? 0) ^ Math.imul(yWords[i] ?? 0, 0xcc9e2d51), 0x1b873593);
      const high = Math.imul((xWords[i + 1] ?? 0) ^ Math.imul(yWords[i + 1] ?? 0, 0x85ebca6b), 0xc2b2ae35);
      // Two chains, so that neither waits for the other; each step of them can be undone, so that no row is ever forgotten.
      one = Math.imul((one << 13) | (one >>> 19), 5) ^ low ^ (high >>> 16);
      two = Math.imul((two << 15) | (two >>> 17), 9) ^ high ^ (low >>> 15);
    }
    this.one = one;
    this.two = two;
    this.length += x.length;
  }

  copy(): Fingerprint {
    return Object.assign(new Fingerprint(), this);
  }

  get name(): string {
    return `${this.length}.${(this.one >>> 0).toString(36)}.${(this.two >>> 0).toString(36)}`;
  }
}
