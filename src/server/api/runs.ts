import { randomUUID } from 'node:crypto';
import { ApiError } from '../../core/errors';
import { checkExperimentId, checkRunId, checkRunTag, limits } from '../../core/limits';
import { runStatuses, tagNames, viewTypes, type KeyValue, type Run } from '../../core/model';
import { runInfoToWire, runToWire } from '../../protocol/wire';
import type { Store, Write } from '../store/types';
import type { Endpoint } from './endpoint';
import { choice, decode, integer, list, message, mostExperiments, text } from './fields';
import { withList } from './jsonPieces';
import { pageSize } from './pageTokens';
import { randomRunName } from './runNames';
import { nextPage, readFilter, readOrderBy } from './search';

const requests = {
  create: message({
    experiment_id: text.optional,
    user_id: text.optional,
    run_name: text.optional,
    start_time: integer.optional,
    tags: list(message({ key: text.required, value: text.optional })),
  }),
  byId: message({ run_id: text.required }),
  update: message({
    run_id: text.required,
    status: choice(runStatuses).optional,
    end_time: integer.optional,
    run_name: text.optional,
  }),
  search: message({
    experiment_ids: list(text.required, mostExperiments),
    filter: text.optional,
    run_view_type: choice(viewTypes).optional,
    max_results: integer.optional,
    order_by: list(text.required),
    page_token: text.optional,
  }),
};

export function runEndpoints(store: Store): Endpoint[] {
  return [
    { method: 'POST', path: '/runs/create', handle: (input) => create(store, input) },
    { method: 'GET', path: '/runs/get', handle: (input) => get(store, input) },
    { method: 'POST', path: '/runs/update', handle: (input) => update(store, input) },
    { method: 'POST', path: '/runs/delete', handle: (input) => remove(store, input) },
    { method: 'POST', path: '/runs/restore', handle: (input) => restore(store, input) },
    { method: 'POST', path: '/runs/search', handle: (input) => search(store, input) },
  ];
}

async function create(store: Store, input: unknown): Promise<object> {
  const request = decode(requests.create, input);
  const given = request.tags.map(({ key, value = '' }, i) => checkRunTag({ key, value }, `tags[${i}].`));
  const name = nameOf(request.run_name, given);
  const runId = randomUUID().replaceAll('-', '');
  const { runTags = [] } = await store.write({
    kind: 'createRun',
    runId,
    experimentId: checkExperimentId(request.experiment_id || '0'),
    name,
    userId: request.user_id ?? '',
    startTime: request.start_time ?? Date.now(),
    tags: [...given.filter(({ key }) => key !== tagNames.runName), { key: tagNames.runName, value: name }],
  });
  // MLflow's store answers a new run without its outputs.
  const { info, data, inputs } = runToWire(newRun(store, runId, runTags));
  return { run: { info, data, inputs } };
}

/** A run that was just created, without reading it back. */
function newRun(store: Store, id: string, tags: readonly KeyValue[]): Run {
  const info = store.getRunInfo(id);
  if (info === undefined) {
    throw notFound(id);
  }
  // In the order of reads, which is that of SQLite.
  const sorted = [...tags].sort((a, b) => Buffer.compare(Buffer.from(a.key), Buffer.from(b.key)));
  return { info, metrics: [], params: [], tags: sorted };
}

/** The run's name from the field or the tag, which must agree (MLflow's rule), or a random one. */
function nameOf(name: string | undefined, tags: readonly KeyValue[]): string {
  const tag = tags.find(({ key }) => key === tagNames.runName)?.value;
  if (name && tag && name !== tag) {
    throw new ApiError(
      'INVALID_PARAMETER_VALUE',
      `Both 'run_name' argument and 'mlflow.runName' tag are specified, but with different values ` +
        `(run_name='${name}', mlflow.runName='${tag}').`,
    );
  }
  return checkRunName(name || tag || randomRunName());
}

/** The name is also the value of a tag, so the tag's limit cuts it. */
function checkRunName(name: string): string {
  return checkRunTag({ key: tagNames.runName, value: name }).value;
}

function get(store: Store, input: unknown): object {
  return { run: runToWire(mustGetRun(store, checkRunId(decode(requests.byId, input).run_id))) };
}

async function update(store: Store, input: unknown): Promise<object> {
  const request = decode(requests.update, input);
  const runId = checkRunId(request.run_id);
  const write: Write = {
    kind: 'updateRun',
    runId,
    ...(request.status === undefined ? {} : { status: request.status }),
    ...(request.end_time === undefined ? {} : { endTime: request.end_time }),
    ...(request.run_name ? { name: checkRunName(request.run_name) } : {}),
  };
  await store.write(write);
  const info = store.getRunInfo(runId);
  return info === undefined ? {} : { run_info: runInfoToWire(info) };
}

async function remove(store: Store, input: unknown): Promise<object> {
  const runId = checkRunId(decode(requests.byId, input).run_id);
  await store.write({ kind: 'deleteRun', runId, time: Date.now() });
  return {};
}

async function restore(store: Store, input: unknown): Promise<object> {
  const runId = checkRunId(decode(requests.byId, input).run_id);
  await store.write({ kind: 'restoreRun', runId });
  return {};
}

async function search(store: Store, input: unknown): Promise<object> {
  const request = decode(requests.search, input);
  const limit = pageSize(request.max_results ?? 1000, limits.pageSize);
  const found = await store.searchRuns({
    experimentIds: request.experiment_ids.map(checkExperimentId),
    view: request.run_view_type ?? 'ACTIVE_ONLY',
    filter: readFilter(request.filter, 'runs'),
    order: readOrderBy(request.order_by, 'runs'),
    pageToken: request.page_token,
    limit,
  });
  return withList('runs', found.items, runToWire, nextPage(found));
}

function mustGetRun(store: Store, id: string) {
  const run = store.getRun(id);
  if (run === undefined) {
    throw notFound(id);
  }
  return run;
}

function notFound(id: string): ApiError {
  return new ApiError('RESOURCE_DOES_NOT_EXIST', `Run with id=${id} not found`);
}
