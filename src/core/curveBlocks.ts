/** What a curve remembers of each block of its points, so that long parts of it need not be gone through point by point. */
import { neverShared, sameX } from './buckets';
import { RunningAverage, type AverageState, type Smoothing } from './smoothing';
import { numbersInStep, type Steps } from './steps';

/** Points that have their figures together. */
export const blockSize = 64;
/** Points of as many blocks. */
export const stackSize = blockSize * blockSize;
const blocksInStep = Math.floor(numbersInStep / blockSize);

export interface Figures {
  readonly min: number;
  readonly max: number;
  readonly mean: number;
  /** Index of the last finite value; -1 for none. The others are then NaN. */
  readonly lastFinite: number;
}

/** Figures of each `blockSize` points; of a last, unfinished block only the shared exponent is used. */
export class Blocks {
  private min = new Float64Array(0);
  private max = new Float64Array(0);
  private sum = new Float64Array(0);
  private finite = new Uint8Array(0);
  private highest = new Int16Array(0);
  /** Of each stack of `blockSize` blocks. */
  private highestOfStack = new Int16Array(0);
  /** Whether any value is not finite; most curves have none. */
  private hasOdd = false;

  get bytes(): number {
    return this.min.length * 27;
  }

  /** The largest shared exponent of a block's points. */
  shared(block: number): number {
    return this.highest[block] ?? neverShared;
  }

  /** The same of a stack's blocks. */
  sharedOfStack(stack: number): number {
    return this.highestOfStack[stack] ?? neverShared;
  }

  /** Makes room for so many points. */
  reserve(points: number): void {
    const capacity = Math.ceil(points / blockSize);
    if (capacity > this.min.length) {
      this.min = grown(this.min, this.min.length, capacity);
      this.max = grown(this.max, this.max.length, capacity);
      this.sum = grown(this.sum, this.sum.length, capacity);
      const [finite, highest] = [new Uint8Array(capacity), new Int16Array(capacity)];
      finite.set(this.finite);
      highest.set(this.highest);
      [this.finite, this.highest] = [finite, highest];
      const highestOfStack = new Int16Array(Math.ceil(capacity / blockSize)).fill(sameX);
      highestOfStack.set(this.highestOfStack);
      this.highestOfStack = highestOfStack;
    }
  }

  /** Takes in the points from `from` on. */
  update(y: Float64Array, shared: Int16Array, from: number, to: number): void {
    const needed = Math.ceil(to / blockSize);
    if (needed > this.min.length) {
      this.reserve(Math.max(to, this.min.length * blockSize * 1.25));
    }
    for (let block = Math.floor(from / blockSize); block < needed; block++) {
      const start = block * blockSize;
      const end = Math.min(to, start + blockSize);
      let [min, max, sum, finite, highest] = [Infinity, -Infinity, 0, end - start, sameX];
      for (let i = start; i < end; i++) {
        const value = y[i] ?? NaN;
        min = value < min ? value : min;
        max = value > max ? value : max;
        sum += value;
        const each = shared[i] ?? neverShared;
        highest = each > highest ? each : highest;
      }
      if (!Number.isFinite(sum)) {
        // Not all values are finite, or their sum is too large.
        [min, max, sum, finite] = [Infinity, -Infinity, 0, 0];
        for (let i = start; i < end; i++) {
          const value = y[i] ?? NaN;
          if (Number.isFinite(value)) {
            min = value < min ? value : min;
            max = value > max ? value : max;
            sum += value;
            finite++;
          }
        }
        this.hasOdd ||= finite < end - start;
      }
      this.min[block] = min;
      this.max[block] = max;
      this.sum[block] = sum;
      this.finite[block] = finite;
      this.highest[block] = highest;
      const stack = Math.floor(block / blockSize);
      this.highestOfStack[stack] = Math.max(highest, this.highestOfStack[stack] ?? sameX);
    }
  }

  figures(y: Float64Array, from: number, to: number): Figures {
    let [min, max, sum, finite] = [Infinity, -Infinity, 0, 0];
    let i = from;
    while (i < to) {
      if (i % blockSize === 0 && i + blockSize <= to) {
        const block = i / blockSize;
        const [least, greatest] = [at(this.min, block), at(this.max, block)];
        min = least < min ? least : min;
        max = greatest > max ? greatest : max;
        sum += at(this.sum, block);
        finite += this.finite[block] ?? 0;
        i += blockSize;
        continue;
      }
      const value = at(y, i);
      if (Number.isFinite(value)) {
        min = value < min ? value : min;
        max = value > max ? value : max;
        sum += value;
        finite++;
      }
      i++;
    }
    if (finite === 0) {
      return { min: NaN, max: NaN, mean: NaN, lastFinite: -1 };
    }
    let mean = sum / finite;
    if (!Number.isFinite(sum)) {
      // The sum of values near the largest double overflows, their mean does not.
      mean = 0;
      for (let j = from; j < to; j++) {
        mean += Number.isFinite(at(y, j)) ? at(y, j) / finite : 0;
      }
    }
    return { min, max, mean: Math.min(max, Math.max(min, mean)), lastFinite: this.lastFinite(y, from, to) };
  }

  /** Index of the last finite value; -1 for none. */
  lastFinite(y: Float64Array, from: number, to: number): number {
    for (let i = to - 1; i >= from; i--) {
      if (Number.isFinite(at(y, i))) {
        return i;
      }
      if ((i + 1) % blockSize === 0 && this.finite[(i + 1) / blockSize - 1] === 0) {
        i -= blockSize - 1;
      }
    }
    return -1;
  }

  countOdd(y: Float64Array, from: number, to: number): number {
    let count = 0;
    this.eachOddStretch(from, to, (i) => {
      count += Number.isFinite(at(y, i)) ? 0 : 1;
    });
    return count;
  }

  /** Indices of values that are not finite. */
  odd(y: Float64Array, from: number, to: number): number[] {
    const found: number[] = [];
    this.eachOddStretch(from, to, (i) => {
      if (!Number.isFinite(at(y, i))) {
        found.push(i);
      }
    });
    return found;
  }

  /** Visits all indices but those of blocks that have finite values only. */
  private eachOddStretch(from: number, to: number, visit: (i: number) => void): void {
    for (let i = this.hasOdd ? from : to; i < to;) {
      if (i % blockSize === 0 && i + blockSize <= to && this.finite[i / blockSize] === blockSize) {
        i += blockSize;
      } else {
        visit(i++);
      }
    }
  }
}

/** A running average, remembered at the beginning of each block. */
export class Averages {
  private readonly states: AverageState[] = [{ mean: NaN, weight: 0, x: NaN }];

  constructor(
    private readonly smoothing: Smoothing,
    private readonly unit: number,
  ) {}

  /** @param anchors ascending */
  *at(x: Float64Array, y: Float64Array, anchors: Uint32Array): Steps<Float64Array> {
    const average = new RunningAverage(this.smoothing, this.unit);
    const last = Math.floor((anchors.at(-1) ?? 0) / blockSize);
    while (this.states.length <= last) {
      this.learn(average, x, y, Math.min(last, this.states.length - 1 + blocksInStep));
      // Others may learn more of it meanwhile.
      yield;
    }
    const out = new Float64Array(anchors.length);
    let next = -1;
    anchors.forEach((anchor, row) => {
      const block = Math.floor(anchor / blockSize);
      if (next < block * blockSize) {
        next = block * blockSize;
        Object.assign(average.state, this.states[block]);
      }
      let smoothed = NaN;
      for (; next <= anchor; next++) {
        smoothed = average.add(at(x, next), at(y, next));
      }
      out[row] = smoothed;
    });
    return out;
  }

  /** The average after all points. */
  after(x: Float64Array, y: Float64Array): RunningAverage {
    const average = new RunningAverage(this.smoothing, this.unit);
    const last = Math.floor(x.length / blockSize);
    if (this.states.length <= last) {
      this.learn(average, x, y, last);
    }
    Object.assign(average.state, this.states[last]);
    for (let i = last * blockSize; i < x.length; i++) {
      average.add(at(x, i), at(y, i));
    }
    return average;
  }

  /** Goes on to the beginning of a block. */
  private learn(average: RunningAverage, x: Float64Array, y: Float64Array, last: number): void {
    let known = this.states.length - 1;
    Object.assign(average.state, this.states[known]);
    for (; known < last; known++) {
      for (let i = known * blockSize; i < (known + 1) * blockSize; i++) {
        average.add(at(x, i), at(y, i));
      }
      this.states.push({ ...average.state });
    }
  }
}

export function grown(column: Float64Array, length: number, capacity: number): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(capacity);
  larger.set(column.subarray(0, length));
  return larger;
}

function at(column: Float64Array, index: number): number {
  return column[index] ?? NaN;
}
