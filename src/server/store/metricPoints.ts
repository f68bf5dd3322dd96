import type { Int64 } from '../../core/model';
import { sortByX } from '../../core/series';
import { firstPlace, PointList } from './pointList';
import { comparePoints, type Point } from './points';

/** Where a block is in the points' file. */
export interface BlockPlace {
  readonly offset: number;
  readonly length: number;
}

/** Consecutive points of a metric. Either in memory (`points`), or packed (`packed`), or in the file (`place`). */
export interface Block {
  count: number;
  first: Point;
  last: Point;
  points?: PointList | undefined;
  packed?: Uint8Array | undefined;
  place?: BlockPlace | undefined;
}

/** From a block to its points. */
export type LoadBlock = (key: string, block: Block) => PointList;

/** All points of one metric: blocks in the order of their points, which do not overlap. */
export class MetricPoints {
  /** True while timestamps never fall in the order of steps: then (step, timestamp) and (timestamp, step) are one order. */
  ordered: boolean;
  private blocks: Block[];
  /** The places of all points in the order of time, where that is another one; forgotten with every change. */
  private byTime: Float64Array | undefined;
  /** What a rollback brings back. */
  private saved:
    { blocks: Block[]; last: Block | undefined; open: number; before: Point | undefined; ordered: boolean } | undefined;

  constructor(
    readonly key: string,
    /** Points in a block at most. */
    private readonly blockPoints: number,
    private readonly load: LoadBlock,
    /** What was saved of it. */
    saved?: { readonly ordered: boolean; readonly blocks: readonly Block[] },
  ) {
    this.ordered = saved?.ordered ?? true;
    this.blocks = [...(saved?.blocks ?? [])];
  }

  get count(): number {
    return this.blocks.reduce((sum, block) => sum + block.count, 0);
  }

  get all(): readonly Block[] {
    return this.blocks;
  }

  begin(): void {
    const last = this.blocks.at(-1);
    this.saved ??= {
      blocks: [...this.blocks],
      last: last?.points === undefined ? undefined : last,
      open: last?.count ?? 0,
      before: last?.last,
      ordered: this.ordered,
    };
  }

  commit(): void {
    this.saved = undefined;
  }

  rollback(): void {
    if (this.saved === undefined) {
      return;
    }
    const { blocks, last, open, before, ordered } = this.saved;
    if (last?.points !== undefined && before !== undefined) {
      last.points.cut(open);
      last.count = open;
      last.last = before;
    }
    this.blocks = blocks;
    this.ordered = ordered;
    this.byTime = undefined;
    this.saved = undefined;
  }

  has(point: Point): boolean {
    const block = this.blocks[this.blockOf(point)];
    return block !== undefined && comparePoints(point, block.first) >= 0 && this.load(this.key, block).has(point);
  }

  /** Adds points; those that are there already are left out. @param points in their order */
  add(points: readonly Point[]): void {
    this.byTime = undefined;
    let next = 0;
    for (let point = points[next]; point !== undefined; point = points[next]) {
      const last = this.blocks.at(-1);
      if (last !== undefined && comparePoints(point, last.last) <= 0) {
        // Somewhere in the middle: finding out whether the order still holds is not worth it.
        this.ordered = false;
        next = this.insert(points, next);
        continue;
      }
      this.ordered &&= last === undefined || point.timestamp >= last.last.timestamp;
      this.append(point, last);
      next++;
    }
  }

  /** Visits the points from the place `from` on, as parts of blocks. */
  each(from: number, limit: number, visit: (points: PointList, start: number, end: number) => void): void {
    this.eachBlock(from, limit, (block, start, end) => visit(this.load(this.key, block), start, end));
  }

  /** The same without reading them. */
  eachBlock(from: number, limit: number, visit: (block: Block, start: number, end: number) => void): void {
    let before = 0;
    for (const block of this.blocks) {
      const start = Math.max(0, from - before);
      const end = Math.min(block.count, from + limit - before);
      if (start < end) {
        visit(block, start, end);
      }
      before += block.count;
      if (before >= from + limit) {
        return;
      }
    }
  }

  /** Points by their places, which ascend. */
  pick(places: ArrayLike<number>): Point[] {
    const picked: Point[] = [];
    let next = 0;
    let before = 0;
    for (const block of this.blocks) {
      const points = (places[next] ?? Infinity) < before + block.count ? this.load(this.key, block) : undefined;
      for (; points !== undefined && (places[next] ?? Infinity) < before + block.count; next++) {
        picked.push(points.at((places[next] ?? 0) - before));
      }
      before += block.count;
    }
    return picked;
  }

  /** How many points have a smaller step. */
  countBefore(step: Int64): number {
    let before = 0;
    for (const block of this.blocks) {
      if (block.last.step >= step) {
        return before + (block.first.step >= step ? 0 : this.load(this.key, block).placeOfStep(step));
      }
      before += block.count;
    }
    return before;
  }

  /** In the order (timestamp, step, value). */
  page(offset: number, limit: number): Point[] {
    if (this.ordered) {
      const points: Point[] = [];
      this.each(offset, limit, (list, start, end) => {
        for (let at = start; at < end; at++) {
          points.push(list.at(at));
        }
      });
      return points;
    }
    this.byTime ??= this.placesByTime();
    const places = this.byTime.slice(offset, offset + limit);
    const ascending = places.slice().sort();
    const points = this.pick(ascending);
    const byPlace = new Map(points.map((point, i) => [ascending[i] ?? NaN, point]));
    return Array.from(places, (place) => byPlace.get(place)).filter((point) => point !== undefined);
  }

  private append(point: Point, last: Block | undefined): void {
    if (last?.points === undefined || last.count >= this.blockPoints) {
      const points = new PointList();
      points.push(point.step, point.timestamp, point.value);
      this.blocks.push({ count: 1, first: point, last: point, points });
      return;
    }
    last.points.push(point.step, point.timestamp, point.value);
    last.count++;
    last.last = point;
    last.packed = undefined;
  }

  /** Merges those points that belong before the end of one block into it. @returns the place of the first other one */
  private insert(points: readonly Point[], from: number): number {
    const first = points[from];
    if (first === undefined) {
      return from;
    }
    const place = this.blockOf(first);
    const block = this.blocks[place];
    if (block === undefined) {
      return from;
    }
    const end =
      from + firstPlace(points.length - from, (at) => comparePoints(points[from + at] ?? first, block.last) > 0);
    const merged = this.load(this.key, block).merged(points.slice(from, end));
    if (merged.length > block.count) {
      this.blocks.splice(place, 1, ...this.blocksOf(merged));
    }
    return end;
  }

  /** One block, or several of the same size, which all have room for more: points behind others seldom come alone. */
  private blocksOf(points: PointList): Block[] {
    const parts = Math.ceil(points.length / this.blockPoints);
    const size = Math.ceil(points.length / parts);
    return Array.from({ length: parts }, (_, i) => {
      const part = parts === 1 ? points : points.part(i * size, Math.min((i + 1) * size, points.length));
      return { count: part.length, first: part.at(0), last: part.at(part.length - 1), points: part };
    });
  }

  /** Place of the first block whose last point is not before this one. */
  private blockOf(point: Point): number {
    return firstPlace(this.blocks.length, (at) => comparePoints(this.blocks[at]?.last ?? point, point) >= 0);
  }

  private placesByTime(): Float64Array {
    const count = this.count;
    const times = new Float64Array(count);
    let at = 0;
    let isPlain = true;
    this.each(0, count, (list) => {
      times.set(list.columns().timestamps, at);
      at += list.length;
      isPlain &&= list.isPlain;
    });
    const places = times.map((_, place) => place);
    if (isPlain) {
      // Stable, so points of one time stay in the order (step, value).
      return sortByX(times, places).y;
    }
    const points = this.pick(places);
    const timeOf = (place: number): Int64 => points[place]?.timestamp ?? 0;
    return places.sort((a, b) => (timeOf(a) < timeOf(b) ? -1 : timeOf(a) > timeOf(b) ? 1 : a - b));
  }
}

/**
 * Places that SQL's NTILE(limit) begins its buckets at, the first buckets being the larger ones, with the last place in the stead
 * of the last bucket's.
 */
export function firstOfBuckets(total: number, limit: number): number[] {
  if (total <= limit) {
    return Array.from({ length: total }, (_, i) => i);
  }
  const size = Math.floor(total / limit);
  const larger = total % limit;
  return Array.from({ length: limit }, (_, i) => (i === limit - 1 ? total - 1 : i * size + Math.min(i, larger)));
}
