import { neverShared, sameX } from './buckets';
import { blockSize, stackSize, type Blocks } from './curveBlocks';

/** Points of a curve by their places, without the last. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** The buckets of a part of the curve: where each begins, and at last the end. */
export interface Buckets {
  readonly exponent: number;
  readonly starts: Uint32Array;
}

interface Found extends Buckets, Span {
  readonly limit: number;
}

/** So many answers are remembered: of two askers, what each had and what it gets. */
const keptAnswers = 4;
/** More new points than this are looked through by blocks. */
const mostNew = 4096;

/**
 * The buckets of parts of one curve. They are remembered: a curve that grows has all those that it had and some more, or as soon as these
 * are too many, wider ones.
 */
export class CurveBuckets {
  /** The newest last. */
  private found: readonly Found[] = [];

  constructor(private readonly blocks: Blocks) {}

  /** Memory that it takes. */
  get bytes(): number {
    return this.found.reduce((sum, { starts }) => sum + starts.byteLength, 0);
  }

  /**
   * The narrowest buckets of which at most `maxPoints` hold a point; undefined where there are no more points than that.
   * @param shared for each point the exponent from which on it shares a bucket with the one before; never changed for points that were
   *   looked at
   */
  of(span: Span, maxPoints: number, shared: Int16Array): Buckets | undefined {
    const limit = Math.floor(maxPoints);
    if (span.to - span.from <= limit) {
      return undefined;
    }
    const alike = this.found.filter((each) => each.from === span.from && each.limit === limit && each.to <= span.to);
    const nearest = alike.reduce<Found | undefined>(
      (best, each) => (best && best.to > each.to ? best : each),
      undefined,
    );
    if (nearest?.to === span.to) {
      return nearest;
    }
    const buckets = (nearest && extended(nearest, span.to, shared)) ?? this.search(span, limit, shared);
    this.found = [...this.found.slice(1 - keptAnswers), { ...buckets, ...span, limit }];
    return buckets;
  }

  private search(span: Span, limit: number, shared: Int16Array): Buckets {
    let exponent = neverShared;
    let starts: number[] = [];
    for (let next = neverShared - 1; next >= sameX;) {
      const found = this.startsOf(span, next, limit, shared);
      if (found.starts.length > limit) {
        break;
      }
      ({ starts } = found);
      // Down to the next width that parts something, the buckets are the same.
      exponent = Math.max(found.below, sameX);
      next = exponent - 1;
    }
    return { exponent, starts: Uint32Array.from([...starts, span.to]) };
  }

  /**
   * Where buckets of width 2^exponent begin, up to one more than `limit`. `below`: the largest shared exponent that is not above
   * `exponent` (-Infinity for none).
   */
  private startsOf(
    { from, to }: Span,
    exponent: number,
    limit: number,
    ofPoints: Int16Array,
  ): { starts: number[]; below: number } {
    const starts = [from];
    let below = -Infinity;
    let i = from + 1;
    while (i < to && starts.length <= limit) {
      if (i % stackSize === 0 && i + stackSize <= to) {
        const highest = this.blocks.sharedOfStack(i / stackSize);
        if (highest <= exponent) {
          below = Math.max(below, highest);
          i += stackSize;
          continue;
        }
      }
      const block = Math.floor(i / blockSize);
      const end = Math.min(to, (block + 1) * blockSize);
      const highest = this.blocks.shared(block);
      if (highest <= exponent && i === block * blockSize) {
        below = Math.max(below, highest);
        i = end;
        continue;
      }
      for (; i < end; i++) {
        const shared = ofPoints[i] ?? neverShared;
        if (shared > exponent) {
          starts.push(i);
        } else if (shared > below) {
          below = shared;
        }
      }
    }
    return { starts, below };
  }
}

/**
 * The same buckets with those of the points that came behind; undefined where these would be too many. None are narrower: of narrower ones
 * there were too many before.
 */
function extended({ exponent, starts, limit, to: from }: Found, to: number, shared: Int16Array): Buckets | undefined {
  if (to - from > mostNew) {
    return undefined;
  }
  const before = starts.length - 1;
  const added: number[] = [];
  for (let i = from; i < to; i++) {
    if ((shared[i] ?? neverShared) > exponent) {
      added.push(i);
      if (before + added.length > limit) {
        return undefined;
      }
    }
  }
  const all = new Uint32Array(before + added.length + 1);
  all.set(starts.subarray(0, before));
  all.set(added, before);
  all[all.length - 1] = to;
  return { exponent, starts: all };
}
