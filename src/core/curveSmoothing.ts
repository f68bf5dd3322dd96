import { Averages, blockSize } from './curveBlocks';
import { medianDistanceInSteps, smoothAtInSteps, type RunningAverage, type Smoothing } from './smoothing';
import type { Steps } from './steps';

/** Smoothings whose averages are remembered for each curve: those that are looked at, and one that was a moment ago. */
const keptAverages = 2;
/** Lengths of the curve whose median distance is remembered: what an asker has, and what there is. */
const keptDistances = 2;

/** What a curve remembers of how it was smoothed. Its columns may grow meanwhile, but what they had stays as it was. */
export class CurveSmoothing {
  private readonly averages = new Map<string, Averages>();
  /** `medianDistance` by the number of points. */
  private readonly distances = new Map<number, number>();

  /** Memory that it takes, about. */
  bytes(length: number): number {
    return this.averages.size * (length / blockSize) * 64;
  }

  /** `medianDistance` of the first points of the columns. */
  *distance(x: Float64Array, y: Float64Array, length: number): Steps<number> {
    const known = this.distances.get(length);
    if (known !== undefined) {
      return known;
    }
    const distance = yield* medianDistanceInSteps(x.subarray(0, length), y.subarray(0, length));
    this.distances.set(length, distance);
    for (const [oldest] of [...this.distances].slice(0, -keptDistances)) {
      this.distances.delete(oldest);
    }
    return distance;
  }

  /** `smoothAt` with what is remembered. @param x and `y`: all points of the curve, of which there are no more meanwhile */
  *at(x: Float64Array, y: Float64Array, smoothing: Smoothing, anchors: Uint32Array): Steps<Float64Array> {
    if (smoothing.kind !== 'ema' && smoothing.kind !== 'timeEma') {
      return yield* smoothAtInSteps(x, y, smoothing, anchors);
    }
    const unit = smoothing.kind === 'ema' ? 1 : yield* this.distance(x, y, x.length);
    return yield* this.averagesOf(smoothing, unit).at(x, y, anchors);
  }

  /** The average after all points, of kind `ema`. */
  after(x: Float64Array, y: Float64Array, smoothing: Smoothing): RunningAverage {
    return this.averagesOf(smoothing, 1).after(x, y);
  }

  private averagesOf(smoothing: Smoothing, unit: number): Averages {
    const name = `${smoothing.kind} ${smoothing.amount} ${unit}`;
    const averages = this.averages.get(name) ?? new Averages(smoothing, unit);
    this.averages.delete(name);
    this.averages.set(name, averages);
    for (const [oldest] of [...this.averages].slice(0, -keptAverages)) {
      this.averages.delete(oldest);
    }
    return averages;
  }
}
