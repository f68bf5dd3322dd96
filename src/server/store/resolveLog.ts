import { ApiError } from '../../core/errors';
import type { KeyValue, Metric } from '../../core/model';
import type { Catalog } from './catalog';
import type { RunRow } from './catalogRows';
import type { Effect, MetricEffect } from './effects';
import type { Histories } from './histories';
import { resolveModelMetrics } from './models/resolve';
import { comparePoints, type Point } from './points';
import { lastOfEachKey, wellFormed, wellFormedPair } from './wellFormed';
import type { Write } from './types';

/** @returns undefined where everything is logged already */
export function resolveLog(
  { catalog, histories }: { readonly catalog: Catalog; readonly histories: Histories },
  run: RunRow,
  write: Extract<Write, { kind: 'log' }>,
): Effect | undefined {
  const params = newParams(catalog, run, write.params);
  const tags = lastOfEachKey(write.tags);
  const metrics: MetricEffect[] = [];
  byKey(write.metrics).forEach((points, key) => {
    const metric = resolveMetric(catalog, histories, run, key, points);
    if (metric !== undefined) {
      metrics.push(metric);
    }
  });
  const modelMetrics = resolveModelMetrics(catalog, run.id, write.modelMetrics ?? []);
  if (params.length + tags.length + metrics.length + modelMetrics.length === 0) {
    return undefined;
  }
  const effect = { kind: 'log', runId: write.runId, metrics, params, tags } as const;
  return modelMetrics.length === 0 ? effect : { ...effect, modelMetrics };
}

/** Params never change; the same value again is fine. */
function newParams(catalog: Catalog, run: RunRow, params: readonly KeyValue[]): KeyValue[] {
  const added: KeyValue[] = [];
  if (params.length === 0) {
    return added;
  }
  const hasNone = catalog.hasNoParams(run.id);
  const values = new Map<string, string>();
  for (const param of params) {
    const pair = wellFormedPair(param);
    const { key, value } = pair;
    const old = values.get(key) ?? (hasNone ? undefined : catalog.param(run.id, key));
    if (old === undefined) {
      values.set(key, value);
      added.push(pair);
    } else if (old !== value) {
      throw new ApiError(
        'INVALID_PARAMETER_VALUE',
        `Changing param values is not allowed. Param with key='${key}' was already logged with value='${old}' for ` +
          `run ID='${run.info.id}'. Attempted logging new value '${value}'.`,
      );
    }
  }
  return added;
}

function byKey(metrics: readonly Metric[]): Map<string, Point[]> {
  const groups = new Map<string, Point[]>();
  for (const metric of metrics) {
    const key = groups.has(metric.key) ? metric.key : wellFormed(metric.key);
    const group = groups.get(key);
    if (group === undefined) {
      groups.set(key, [metric]);
    } else {
      group.push(metric);
    }
  }
  return groups;
}

/** Sorted, each once. */
function distinctPoints(points: Point[]): Point[] {
  const sorted = points.sort(comparePoints);
  return sorted.filter((point, i) => {
    const before = sorted[i - 1];
    return before === undefined || comparePoints(before, point) !== 0;
  });
}

/** Leaves out the points that are there already; undefined where none is left. */
function resolveMetric(
  catalog: Catalog,
  histories: Histories,
  run: RunRow,
  key: string,
  logged: Point[],
): MetricEffect | undefined {
  const distinct = logged.length === 1 ? logged : distinctPoints(logged);
  const known = catalog.metric(run.id, key);
  if (known === undefined) {
    return { key, mode: distinct.length === 1 ? 'single' : 'start', points: distinct };
  }
  if (known.points === 1) {
    const points = distinct.filter((point) => comparePoints(point, known.latest) !== 0);
    return points.length === 0 ? undefined : { key, mode: 'move', points: [known.latest, ...points] };
  }
  // A point later than the latest one cannot be there: the usual case costs no look into the history.
  const points = distinct.filter(
    (point) => comparePoints(point, known.latest) > 0 || histories.find(run.info.id)?.has(key, point) !== true,
  );
  return points.length === 0 ? undefined : { key, mode: 'append', points };
}
