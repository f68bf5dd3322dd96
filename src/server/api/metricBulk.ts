import { ApiError } from '../../core/errors';
import type { Metric } from '../../core/model';
import { metricToWire } from '../../protocol/wire';
import type { Store } from '../store/types';
import type { Endpoint } from './endpoint';
import { decode, integer, message, requiredList, text, texts } from './fields';

const maxRuns = 100;
/** Largest answers, in points: of get-history-bulk together, of get-history-bulk-interval for each run. */
const maxPoints = 25_000;
const maxPointsPerRun = 2_500;

const requests = {
  bulk: message({ run_id: texts, metric_key: text.optional, max_results: integer.optional }),
  interval: message({
    run_ids: requiredList(text.required),
    metric_key: text.required,
    start_step: integer.optional,
    end_step: integer.optional,
    max_results: integer.optional,
  }),
};

export function bulkMetricEndpoints(store: Store): Endpoint[] {
  return [
    { method: 'GET', path: '/metrics/get-history-bulk', handle: (input) => bulk(store, input) },
    { method: 'GET', path: '/metrics/get-history-bulk-interval', handle: (input) => interval(store, input) },
  ];
}

/** In the order of the runs' ids, then of timestamp, step and value; unknown runs have no points. */
async function bulk(store: Store, input: unknown): Promise<object> {
  const { run_id: runIds, metric_key: key, max_results } = decode(requests.bulk, input);
  if (runIds.length === 0) {
    throw invalid('GetMetricHistoryBulk request must specify at least one run_id.');
  }
  if (runIds.length > maxRuns) {
    throw invalid(
      `GetMetricHistoryBulk request cannot specify more than ${maxRuns} run_ids. Received ${runIds.length} run_ids.`,
    );
  }
  if (key === undefined) {
    throw invalid('GetMetricHistoryBulk request must specify a metric_key.');
  }
  const limit = Math.min(Number(max_results ?? maxPoints), maxPoints);
  if (limit < 0) {
    throw invalid('max_results must not be negative.');
  }
  const metrics: object[] = [];
  for (const runId of [...new Set(runIds)].sort()) {
    if (metrics.length >= limit) {
      break;
    }
    const { items } = store.getMetricHistory({ runId, key, offset: 0, limit: limit - metrics.length });
    metrics.push(...items.map((metric) => ofRun(runId, metric)));
    await breath();
  }
  return { metrics };
}

/** Run by run in the order of the request, each thinned by itself as MLflow 3.17 does it (`Store.sampleMetric`). */
async function interval(store: Store, input: unknown): Promise<object> {
  const request = decode(requests.interval, input);
  const { run_ids: runIds, metric_key: key, start_step: start, end_step: end } = request;
  if (runIds.length > maxRuns) {
    throw invalid(
      `GetMetricHistoryBulkInterval request must specify at most ${maxRuns} run_ids. Received ${runIds.length} run_ids.`,
    );
  }
  const limit = Number(request.max_results ?? maxPointsPerRun);
  if (limit < 1 || limit > maxPointsPerRun) {
    throw invalid(
      `max_results must be between 1 and ${maxPointsPerRun}. See the API docs for more information about request parameters.`,
    );
  }
  if ((start === undefined) !== (end === undefined)) {
    throw invalid('If either start step or end step are specified, both must be specified.');
  }
  const range = start === undefined || end === undefined ? undefined : { start, end };
  if (range !== undefined && range.start > range.end) {
    throw invalid(
      `end_step must be greater than start_step. Found start_step=${range.start} and end_step=${range.end}.`,
    );
  }
  const metrics: object[] = [];
  for (const runId of runIds) {
    const points = store.sampleMetric({ runId, key, range, limit });
    metrics.push(...points.map((metric) => ofRun(runId, metric)));
    await breath();
  }
  return metrics.length > 0 ? { metrics } : {};
}

function ofRun(runId: string, metric: Metric): object {
  return { ...metricToWire(metric), run_id: runId };
}

/** Other requests are served between two runs. */
function breath(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function invalid(message: string): ApiError {
  return new ApiError('INVALID_PARAMETER_VALUE', message);
}
