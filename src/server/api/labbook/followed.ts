import type { RowsQuery, Rows } from '../../../core/curve';
import type { GrowingRows } from '../../../core/growingRows';
import { overAxis } from '../../../core/metricColumns';
import type { XAxis } from '../../../protocol/extras';
import type { Store } from '../../store/types';

/** Bytes of all of them together; where there is no room for one more, its curve is read as before. */
const mostBytes = 64 * 1024 * 1024;
/** More new points than this are read in turns with other requests. */
const mostNew = 8192;

/** Where points come from. */
type PointSource = Pick<Store, 'countPoints' | 'copyMetricColumns' | 'getPointAt' | 'getRunInfo' | 'rollbacks'>;

/** How far the points of a metric were read. */
export interface ReadState {
  readonly points: number;
  /** The last of them: where it is still at its place, all before it are as they were. */
  readonly last: readonly [step: number, time: number, value: number];
  /** `Store.rollbacks` when it was read. */
  readonly rollbacks: number;
}

export interface FollowedCurve {
  readonly runId: string;
  readonly key: string;
  readonly axis: XAxis;
}

interface Followed {
  readonly rows: GrowingRows;
  read: ReadState;
  used: number;
}

/**
 * Answers that somebody asks for again and again while their curves grow. What came since is added to them, so that it costs what is
 * new, however long the curves are, and these themselves need not be kept.
 */
export class FollowedAnswers {
  private readonly followed = new Map<string, Followed>();
  private bytes = 0;

  constructor(private readonly store: PointSource) {}

  /**
   * The answer to a query that names what the asker has; undefined where it is not followed, or cannot be any further.
   * @param name of run, key, axis and query together
   */
  get(name: string, of: FollowedCurve, query: RowsQuery): Rows | undefined {
    const found = this.followed.get(name);
    if (found === undefined) {
      return undefined;
    }
    if (!this.catchUp(found, of)) {
      this.drop(name, found);
      return undefined;
    }
    found.used = performance.now();
    return found.rows.answer(query.known);
  }

  /** @param make the answer as it is when the points of `read` are in it */
  follow(name: string, make: () => GrowingRows | undefined, { points, last, rollbacks }: ReadState): void {
    const rows = this.bytes > mostBytes || this.followed.has(name) ? undefined : make();
    if (rows !== undefined) {
      this.followed.set(name, { rows, read: { points, last, rollbacks }, used: performance.now() });
      this.bytes += rows.bytes;
    }
  }

  /** Forgets those that were not asked for since then. */
  evict(since: number): void {
    for (const [name, each] of this.followed) {
      if (each.used <= since) {
        this.drop(name, each);
      }
    }
  }

  get size(): number {
    return this.followed.size;
  }

  private drop(name: string, { rows }: Followed): void {
    this.followed.delete(name);
    this.bytes -= rows.bytes;
  }

  private catchUp(followed: Followed, { runId, key, axis }: FollowedCurve): boolean {
    const { store } = this;
    const { points, last, rollbacks } = followed.read;
    const count = store.countPoints(runId, key) - points;
    // The last point once more, to see whether all before it are the same.
    if (
      rollbacks !== store.rollbacks ||
      !(count >= 0 && count <= mostNew) ||
      !isSame(pointAt(store, runId, key, points - 1), last)
    ) {
      return false;
    }
    if (count === 0) {
      return true;
    }
    const columns = { step: new Float64Array(count), time: new Float64Array(count), value: new Float64Array(count) };
    store.copyMetricColumns(runId, key, { from: points, count }, columns);
    const { x, y } = overAxis(columns, axis, Number(store.getRunInfo(runId)?.startTime ?? 0));
    followed.read = { points: points + count, last: pointAt(store, runId, key, points + count - 1), rollbacks };
    return followed.rows.append(x, y);
  }
}

export function isSame(a: ReadState['last'], b: ReadState['last']): boolean {
  return a.every((each, i) => Object.is(each, b[i]));
}

/** NaN where there is none. */
export function pointAt(store: PointSource, runId: string, key: string, place: number): ReadState['last'] {
  const point = store.getPointAt(runId, key, place);
  return [Number(point?.step ?? NaN), Number(point?.timestamp ?? NaN), point?.value ?? NaN];
}
