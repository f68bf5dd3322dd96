import { Curve } from '../../../core/curve';
import type { Expression } from '../../../core/expression';
import { overAxis, overExpression, type MetricColumns } from '../../../core/metricColumns';
import type { XAxis } from '../../../protocol/extras';
import type { Store } from '../../store/types';

/** Curves that are kept, in bytes together, and how long after they were last asked for, in milliseconds. */
const keptBytes = 64 * 1024 * 1024;
const keptTime = 60_000;
/** Points read before other requests get their turn. */
const pointsAtOnce = 100_000;

/** What x is, with the name that tells it from others. */
export type CurveX = { readonly name: string } & ({ readonly axis: XAxis } | { readonly expression: Expression });

interface Kept {
  readonly curve: Curve;
  /** Points of the metric that are in it, and the last of them: where it is still at its place, all before it are as they were. */
  readonly points: number;
  readonly last: readonly [step: number, time: number, value: number];
  /** For an expression: points of its metrics. */
  readonly others: readonly number[];
  used: number;
}

/** The curves that were asked for of late, kept so that another part of one, or what was added to it, costs only itself. */
export class Curves {
  /** The most recently used last. */
  private readonly kept = new Map<string, Kept>();
  private readonly loading = new Map<string, Promise<Kept | undefined>>();
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly store: Store) {}

  /** The newest state of a curve; undefined where it has no point. */
  async get(runId: string, key: string, x: CurveX): Promise<Curve | undefined> {
    const name = JSON.stringify([runId, key, x.name]);
    // One that is being read may have missed the newest points; what it has is of use all the same.
    await this.loading.get(name)?.catch(() => undefined);
    let loading = this.loading.get(name);
    if (loading === undefined) {
      loading = this.load(runId, key, x, this.kept.get(name)).finally(() => this.loading.delete(name));
      this.loading.set(name, loading);
    }
    const kept = await loading;
    this.kept.delete(name);
    if (kept !== undefined) {
      kept.used = performance.now();
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
    const others = 'expression' in x ? x.expression.keys.map((other) => this.store.countPoints(runId, other)) : [];
    if (kept?.points === count && others.every((points, i) => points === kept.others[i])) {
      return kept;
    }
    const start = Number(this.store.getRunInfo(runId)?.startTime ?? 0);
    if (kept !== undefined && 'axis' in x) {
      const grown = await this.grow(runId, key, x.axis, start, kept);
      if (grown !== undefined) {
        return grown;
      }
    }
    const points = await this.read(runId, key, 0);
    if (points === undefined) {
      return undefined;
    }
    let columns;
    if ('axis' in x) {
      columns = overAxis(points, x.axis, start);
    } else {
      const metrics = await Promise.all(x.expression.keys.map((other) => this.read(runId, other, 0)));
      columns = overExpression(
        points,
        x.expression,
        metrics.map((metric) => metric ?? noPoints),
      );
    }
    return {
      curve: new Curve(columns.x, columns.y),
      points: points.step.length,
      last: lastOf(points),
      others,
      used: 0,
    };
  }

  /** Appends what is new; undefined where it is not new at the end only. */
  private async grow(runId: string, key: string, axis: XAxis, start: number, kept: Kept): Promise<Kept | undefined> {
    const points = await this.read(runId, key, kept.points - 1);
    if (points === undefined || !lastOf(points, 0).every((each, i) => Object.is(each, kept.last[i]))) {
      return undefined;
    }
    const added = overAxis(
      { step: points.step.subarray(1), time: points.time.subarray(1), value: points.value.subarray(1) },
      axis,
      start,
    );
    if ((added.x[0] ?? Infinity) < kept.curve.lastX) {
      return undefined;
    }
    kept.curve.append(added.x, added.y);
    return { ...kept, points: kept.points + added.x.length, last: lastOf(points) };
  }

  /** All points from a place on, a part at a time; undefined where there is none. */
  private async read(runId: string, key: string, from: number): Promise<MetricColumns | undefined> {
    const parts: MetricColumns[] = [];
    let at = from;
    for (;;) {
      const part = this.store.getMetricColumns(runId, key, { from: at, limit: pointsAtOnce });
      if (part === undefined) {
        return undefined;
      }
      const before = parts.at(-1);
      if (before !== undefined && !lastOf(before).every((each, i) => Object.is(each, lastOf(part, 0)[i]))) {
        // Points came into what was read already.
        return this.read(runId, key, from);
      }
      parts.push(part);
      if (part.step.length < pointsAtOnce) {
        return joined(parts);
      }
      // The last point once more, to see whether all before it are the same.
      at += part.step.length - 1;
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  private evict(): void {
    const oldest = performance.now() - keptTime;
    let bytes = [...this.kept.values()].reduce((sum, { curve }) => sum + curve.bytes, 0);
    for (const [name, { curve, used }] of this.kept) {
      if (bytes <= keptBytes && used > oldest) {
        break;
      }
      bytes -= curve.bytes;
      this.kept.delete(name);
    }
    if (this.kept.size > 0) {
      this.timer ??= setTimeout(() => {
        this.timer = undefined;
        this.evict();
      }, keptTime).unref();
    }
  }
}

const noPoints: MetricColumns = { step: new Float64Array(), time: new Float64Array(), value: new Float64Array() };

function lastOf({ step, time, value }: MetricColumns, at = step.length - 1): [number, number, number] {
  return [step[at] ?? NaN, time[at] ?? NaN, value[at] ?? NaN];
}

/** Each part begins with the last point of the one before. */
function joined(parts: readonly MetricColumns[]): MetricColumns {
  const column = (name: keyof MetricColumns): Float64Array => {
    const length = parts.reduce((sum, part) => sum + part.step.length, 1 - parts.length);
    const all = new Float64Array(length);
    let at = 0;
    for (const part of parts) {
      all.set(part[name], at);
      at += part.step.length - 1;
    }
    return all;
  };
  const [first = noPoints] = parts;
  return parts.length <= 1 ? first : { step: column('step'), time: column('time'), value: column('value') };
}
