import { Curve, type Rows, type RowsQuery } from '../../../core/curve';
import type { Expression } from '../../../core/expression';
import { overAxis, overAxisInSteps, overExpressionInSteps, type MetricColumns } from '../../../core/metricColumns';
import type { Columns } from '../../../core/series';
import type { Steps } from '../../../core/steps';
import type { XAxis } from '../../../protocol/extras';
import type { Store } from '../../store/types';
import { inTurns, nextTurn } from '../../turns';
import { FollowedAnswers, isSame, pointAt, type ReadState } from './followed';

/**
 * Curves that are kept, in bytes together, and how long after they were last asked for, in milliseconds. The newest one is kept in any
 * case: whoever zooms into ten million points would read them all each time.
 */
const keptBytes = 64 * 1024 * 1024;
const keptTime = 60_000;
/** Points of one step, some blocks of the store; right after the start, when nothing is compiled, this takes milliseconds. */
const pointsAtOnce = 4 * 8192;

/** What x is, with the name that tells it from others. */
export type CurveX = { readonly name: string } & ({ readonly axis: XAxis } | { readonly expression: Expression });

interface Kept extends ReadState {
  readonly curve: Curve;
  /** For an expression: points of its metrics. */
  readonly others: readonly number[];
  used: number;
  /** Of the curve, as they are counted. */
  bytes: number;
}

/** What curves are made from. */
export type CurveSource = Pick<
  Store,
  'countPoints' | 'copyMetricColumns' | 'getPointAt' | 'getRunInfo' | 'openPoints' | 'rollbacks'
>;

/** The curves that were asked for of late, kept so that another part of one, or what was added to it, costs only itself. */
export class Curves {
  /** The most recently used last. */
  private readonly kept = new Map<string, Kept>();
  private readonly loading = new Map<string, Promise<Kept | undefined>>();
  /** Of those that are kept, as they were when they were last asked for: to count them all for each would take long where they are many. */
  private bytes = 0;
  private timer: NodeJS.Timeout | undefined;
  private readonly followed: FollowedAnswers;

  constructor(private readonly store: CurveSource) {
    this.followed = new FollowedAnswers(store);
  }

  /** What an asker that has an answer is told by it, as long as only its end changes; undefined where it needs the curve. */
  getFollowed(runId: string, key: string, x: CurveX, query: RowsQuery): Rows | undefined {
    const name = followedName(runId, key, x, query);
    const rows =
      name === undefined || !('axis' in x) ? undefined : this.followed.get(name, { runId, key, axis: x.axis }, query);
    const kept = rows && this.kept.get(nameOf(runId, key, x));
    if (kept !== undefined) {
      // Whoever looks at it may look at a part of it next; what is new is read then.
      kept.used = performance.now();
    }
    return rows;
  }

  /** Has `getFollowed` tell what comes to the answer to a query. */
  follow(runId: string, key: string, x: CurveX, query: RowsQuery): void {
    const name = followedName(runId, key, x, query);
    // One that is being read has more than is said of it.
    const kept = this.kept.get(nameOf(runId, key, x));
    if (name !== undefined && kept !== undefined) {
      this.followed.follow(name, () => kept.curve.growing(query), kept);
    }
  }

  /** The newest state of a curve; undefined where it has no point. */
  async get(runId: string, key: string, x: CurveX): Promise<Curve | undefined> {
    const name = nameOf(runId, key, x);
    // One that is being read may have missed the newest points; what it has is of use all the same.
    await this.loading.get(name)?.catch(() => undefined);
    let loading = this.loading.get(name);
    if (loading === undefined) {
      const known = this.kept.get(name);
      // It may grow by a part of what is new only, when reading fails; nobody must then take it for what it was.
      this.forget(name);
      loading = this.load(runId, key, x, known).finally(() => this.loading.delete(name));
      this.loading.set(name, loading);
    }
    const kept = await loading;
    if (kept !== undefined) {
      this.forget(name);
      kept.used = performance.now();
      kept.bytes = kept.curve.bytes;
      this.bytes += kept.bytes;
      this.kept.set(name, kept);
      this.evict();
    }
    return kept?.curve;
  }

  private async load(runId: string, key: string, x: CurveX, kept: Kept | undefined): Promise<Kept | undefined> {
    const count = this.store.countPoints(runId, key);
    if (count === 0) {
      return undefined;
    }
    const { rollbacks } = this.store;
    if (kept !== undefined && kept.rollbacks !== rollbacks) {
      // It may have points that never came to be.
      return this.load(runId, key, x, undefined);
    }
    const others = 'expression' in x ? x.expression.keys.map((other) => this.store.countPoints(runId, other)) : [];
    if (kept?.points === count && others.every((points, i) => points === kept.others[i])) {
      return kept;
    }
    const start = Number(this.store.getRunInfo(runId)?.startTime ?? 0);
    let grown: Kept | undefined;
    if ('axis' in x) {
      let begun = kept;
      if (begun === undefined) {
        // Right after the start each takes long where points are many: what was done up to here, room for them, opening the history, and
        // reading it.
        const isLong = count > pointsAtOnce;
        if (isLong) {
          await nextTurn();
        }
        begun = noCurve(count, rollbacks);
        if (isLong) {
          await nextTurn();
        }
      }
      grown = await inTurns(this.grow(runId, key, x.axis, start, begun));
    }
    if (grown !== undefined) {
      return grown;
    }
    const points = await inTurns(this.read(runId, key));
    if (points === undefined) {
      return undefined;
    }
    let columns: Columns;
    if ('axis' in x) {
      columns = await inTurns(overAxisInSteps(points, x.axis, start));
    } else {
      const metrics: MetricColumns[] = [];
      for (const other of x.expression.keys) {
        metrics.push(other === key ? points : ((await inTurns(this.read(runId, other))) ?? noPoints));
      }
      columns = await inTurns(overExpressionInSteps(points, x.expression, metrics));
    }
    const curve = await inTurns(drawn(columns));
    return { curve, points: points.step.length, last: lastOf(points), rollbacks, others, used: 0, bytes: 0 };
  }

  /** Appends what is new, a part at a time; undefined where it is not new at the end only. */
  private *grow(runId: string, key: string, axis: XAxis, start: number, kept: Kept): Steps<Kept | undefined> {
    const { store } = this;
    let { points, last } = kept;
    if (points === 0 && store.countPoints(runId, key) > 1) {
      yield* store.openPoints(runId);
      yield;
    }
    for (;;) {
      const count = Math.min(pointsAtOnce, store.countPoints(runId, key) - points);
      // The last point once more, to see whether all before it are the same.
      if (count < 0 || (points > 0 && !isSame(pointAt(store, runId, key, points - 1), last))) {
        return undefined;
      }
      const part = { from: points, count };
      if (axis === 'step') {
        kept.curve.appendFrom(count, (step, value) => store.copyMetricColumns(runId, key, part, { step, value }));
      } else {
        const columns = { step: noPoints.step, time: new Float64Array(count), value: new Float64Array(count) };
        store.copyMetricColumns(runId, key, part, { time: columns.time, value: columns.value });
        const added = overAxis(columns, axis, start);
        if ((added.x[0] ?? Infinity) < kept.curve.lastX) {
          return undefined;
        }
        kept.curve.append(added.x, added.y);
      }
      points += count;
      last = count === 0 ? last : pointAt(store, runId, key, points - 1);
      if (count < pointsAtOnce) {
        return { ...kept, points, last };
      }
      yield;
    }
  }

  /** All points that there are now, a part at a time; undefined where there is none. */
  private *read(runId: string, key: string): Steps<MetricColumns | undefined> {
    const { store } = this;
    const length = store.countPoints(runId, key);
    const all = { step: new Float64Array(length), time: new Float64Array(length), value: new Float64Array(length) };
    for (let done = 0; done < length;) {
      // The last point once more, to see whether all before it are the same.
      if (
        store.countPoints(runId, key) < length ||
        (done > 0 && !isSame(pointAt(store, runId, key, done - 1), lastOf(all, done - 1)))
      ) {
        // Points came into what was read already, or it is another run's by now.
        return yield* this.read(runId, key);
      }
      const part = { from: done, count: Math.min(pointsAtOnce, length - done) };
      const column = (of: Float64Array): Float64Array => of.subarray(done, done + part.count);
      const { step, time, value } = all;
      store.copyMetricColumns(runId, key, part, { step: column(step), time: column(time), value: column(value) });
      done += part.count;
      yield;
    }
    return length === 0 ? undefined : all;
  }

  private forget(name: string): void {
    this.bytes -= this.kept.get(name)?.bytes ?? 0;
    this.kept.delete(name);
  }

  private evict(): void {
    const oldest = performance.now() - keptTime;
    for (const [name, { used }] of this.kept) {
      if (used > oldest && (this.bytes <= keptBytes || this.kept.size === 1)) {
        break;
      }
      this.forget(name);
    }
    if (this.kept.size > 0 || this.followed.size > 0) {
      this.timer ??= setTimeout(() => {
        this.timer = undefined;
        this.followed.evict(performance.now() - keptTime);
        this.evict();
      }, keptTime).unref();
    }
  }
}

function nameOf(runId: string, key: string, x: CurveX): string {
  return JSON.stringify([runId, key, x.name]);
}

/** Undefined where all points are needed each time. */
function followedName(runId: string, key: string, x: CurveX, { range, maxPoints, smoothing }: RowsQuery) {
  return range === undefined && 'axis' in x
    ? JSON.stringify([runId, key, x.name, maxPoints, smoothing?.kind, smoothing?.amount])
    : undefined;
}

const noPoints: MetricColumns = { step: new Float64Array(), time: new Float64Array(), value: new Float64Array() };

function noCurve(capacity: number, rollbacks: number): Kept {
  const curve = new Curve(new Float64Array(), new Float64Array());
  curve.reserve(capacity);
  return { curve, points: 0, last: [NaN, NaN, NaN], rollbacks, others: [], used: 0, bytes: 0 };
}

function lastOf({ step, time, value }: MetricColumns, at = step.length - 1): [number, number, number] {
  return [step[at] ?? NaN, time[at] ?? NaN, value[at] ?? NaN];
}

/** A curve of columns that are in order. */
function* drawn({ x, y }: Columns): Steps<Curve> {
  const curve = new Curve(new Float64Array(), new Float64Array());
  curve.reserve(x.length);
  for (let from = 0; from < x.length; from += pointsAtOnce) {
    curve.append(x.subarray(from, from + pointsAtOnce), y.subarray(from, from + pointsAtOnce));
    yield;
  }
  return curve;
}
