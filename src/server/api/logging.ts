import {
  checkBatch,
  checkCounts,
  checkKey,
  checkMetric,
  checkParam,
  checkRunId,
  checkRunIdForm,
  checkRunTag,
} from '../../core/limits';
import type { Batch } from '../../core/limits';
import type { ModelPoint } from '../../core/loggedModels';
import type { Int64 } from '../../core/model';
import { finish, type Steps } from '../../core/steps';
import type { Store } from '../store/types';
import { inTurns } from '../turns';
import type { Endpoint } from './endpoint';
import { decode, decodeInSteps, double, integer, list, message, text } from './fields';
import { PlainBatch, scanBatch, scanMetric } from './scanBatch';

const pair = message({ key: text.required, value: text.optional });
const metricFields = {
  key: text.required,
  value: double.required,
  timestamp: integer.required,
  step: integer.optional,
  model_id: text.optional,
  dataset_name: text.optional,
  dataset_digest: text.optional,
};
const requests = {
  metric: message({ run_id: text.required, ...metricFields }),
  pair: message({ run_id: text.required, key: text.required, value: text.optional }),
  key: message({ run_id: text.required, key: text.required }),
  batch: message({
    run_id: text.required,
    // How many there may be is said in MLflow's words, with how many there are.
    metrics: list(message(metricFields), Infinity),
    params: list(pair, Infinity),
    tags: list(pair, Infinity),
  }),
};

export function loggingEndpoints(store: Store): Endpoint[] {
  return [
    { method: 'POST', path: '/runs/log-metric', handle: (input) => logMetric(store, input), scan: scanMetric },
    { method: 'POST', path: '/runs/log-parameter', handle: (input) => logParam(store, input) },
    { method: 'POST', path: '/runs/set-tag', handle: (input) => setTag(store, input) },
    { method: 'POST', path: '/runs/delete-tag', handle: (input) => deleteTag(store, input) },
    { method: 'POST', path: '/runs/log-batch', handle: (input) => logBatch(store, input), scan: scanBatch },
  ];
}

function logMetric(store: Store, input: unknown): Promise<object> {
  const { runId, batch, modelMetrics } = readMetric(input);
  return log(store, runId, batch, modelMetrics);
}

/** @param input what `scanMetric` made of the body, or `parseJson` */
export function readMetric(input: unknown): { runId: string; batch: Batch; modelMetrics: ModelPoint[] } {
  if (input instanceof PlainBatch) {
    return { runId: input.run_id, batch: batchOf(input), modelMetrics: [] };
  }
  const request = decode(requests.metric, input);
  const { run_id, key, value, timestamp, step = 0 } = request;
  const batch = { metrics: [checkMetric({ key, value, timestamp, step })], params: [], tags: [] };
  return { runId: run_id, batch, modelMetrics: modelPoints([request]) };
}

function batchOf({ metrics, params, tags }: PlainBatch): Batch {
  return { metrics, params, tags };
}

function logParam(store: Store, input: unknown): Promise<object> {
  const { run_id, key, value = '' } = decode(requests.pair, input);
  return log(store, run_id, { metrics: [], params: [checkParam({ key, value })], tags: [] });
}

function setTag(store: Store, input: unknown): Promise<object> {
  const { run_id, key, value = '' } = decode(requests.pair, input);
  return log(store, run_id, { metrics: [], params: [], tags: [checkRunTag({ key, value })] });
}

/** Whole or not at all; the write answers when it is durable. */
function logBatch(store: Store, input: unknown): Promise<object> {
  const logged = ({ runId, batch, modelMetrics }: LoggedBatch) => log(store, runId, batch, modelMetrics);
  return input instanceof PlainBatch ? logged(readBatch(input)) : inTurns(readInSteps(input)).then(logged);
}

interface LoggedBatch {
  runId: string;
  batch: Batch;
  modelMetrics: ModelPoint[];
}

/** @param input what `scanBatch` made of the body, or `parseJson` */
export function readBatch(input: unknown): LoggedBatch {
  if (input instanceof PlainBatch) {
    return { runId: checkRunIdForm(input.run_id), batch: batchOf(input), modelMetrics: [] };
  }
  return finish(readInSteps(input));
}

function* readInSteps(input: unknown): Steps<LoggedBatch> {
  const request = yield* decodeInSteps(requests.batch, input);
  checkCounts(request);
  const batch = checkBatch({
    metrics: request.metrics.map(({ key, value, timestamp, step = 0 }) => ({ key, value, timestamp, step })),
    params: request.params.map(({ key, value = '' }) => ({ key, value })),
    tags: request.tags.map(({ key, value = '' }) => ({ key, value })),
  });
  return { runId: checkRunIdForm(request.run_id), batch, modelMetrics: modelPoints(request.metrics) };
}

interface LoggedMetric {
  key: string;
  value: number;
  timestamp: Int64;
  step?: Int64 | undefined;
  model_id?: string | undefined;
  dataset_name?: string | undefined;
  dataset_digest?: string | undefined;
}

/** The points that are about a logged model: they are the run's and the model's. */
function modelPoints(metrics: readonly LoggedMetric[]): ModelPoint[] {
  if (!metrics.some((metric) => metric.model_id)) {
    return [];
  }
  return metrics.flatMap(({ key, value, timestamp, step = 0, model_id, dataset_name = '', dataset_digest = '' }) =>
    model_id
      ? [{ key, value, timestamp, step, modelId: model_id, datasetName: dataset_name, datasetDigest: dataset_digest }]
      : [],
  );
}

function log(store: Store, runId: string, batch: Batch, modelMetrics: readonly ModelPoint[] = []): Promise<object> {
  const { metrics, params, tags } = batch;
  const write = { kind: 'log', runId: checkRunId(runId), metrics, params, tags } as const;
  return store.write(modelMetrics.length > 0 ? { ...write, modelMetrics } : write).then(nothing);
}

function nothing(): object {
  return {};
}

async function deleteTag(store: Store, input: unknown): Promise<object> {
  const { run_id, key } = decode(requests.key, input);
  await store.write({ kind: 'deleteTag', runId: checkRunId(run_id), key: checkKey(key) });
  return {};
}
