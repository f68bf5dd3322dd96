import { Readable } from 'node:stream';
import { stringifyJson } from '../../core/json';
import type { Store } from '../store/types';
import { metricToWire } from '../../protocol/wire';
import { inTurns, nextTurn } from '../turns';
import type { Endpoint } from './endpoint';
import { decode, integer, message, text } from './fields';
import { withList } from './jsonPieces';
import { nextToken, offsetOf, pageSize } from './pageTokens';

/** Points read and written at once while a whole history is sent; other requests are served between. */
const chunk = 10_000;
/** Points of a page that are written at once: a millisecond, at first a few. */
const atOnce = 500;
const unlimited = 2 ** 31 - 1;

const request = message({
  run_id: text.required,
  metric_key: text.required,
  page_token: text.optional,
  max_results: integer.optional,
});

export function metricEndpoints(store: Store): Endpoint[] {
  return [{ method: 'GET', path: '/metrics/get-history', handle: (input) => getHistory(store, input) }];
}

/** Without max_results everything is answered, which 1.x clients rely on. A run that is not there has no points. */
async function getHistory(store: Store, input: unknown): Promise<object> {
  const { run_id: runId, metric_key, page_token, max_results } = decode(request, input);
  const offset = offsetOf(page_token);
  const limit = max_results === undefined ? chunk : pageSize(max_results, unlimited);
  if (store.countPoints(runId, metric_key) > 1) {
    await inTurns(store.openPoints(runId));
  }
  const page = store.getMetricHistory({ runId, key: metric_key, offset, limit });
  if (max_results === undefined && page.more) {
    return Readable.from(wholeHistory(store, runId, metric_key, offset));
  }
  if (page.items.length > atOnce) {
    await nextTurn();
  }
  return withList('metrics', page.items, metricToWire, nextToken(offset, page), atOnce);
}

async function* wholeHistory(store: Store, runId: string, key: string, start: number): AsyncGenerator<string> {
  let separator = '{"metrics":[';
  for (let offset = start; ;) {
    const page = store.getMetricHistory({ runId, key, offset, limit: chunk });
    if (page.items.length > 0) {
      yield separator + page.items.map((metric) => stringifyJson(metricToWire(metric))).join(',');
      separator = ',';
    }
    offset += page.items.length;
    if (!page.more) {
      yield ']}';
      return;
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
}
