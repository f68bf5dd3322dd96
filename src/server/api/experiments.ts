import { ApiError } from '../../core/errors';
import { checkExperimentId, checkExperimentName, checkExperimentTag, limits } from '../../core/limits';
import { viewTypes, type Experiment } from '../../core/model';
import type { LocalFolders } from '../artifacts/localFolders';
import type { Store } from '../store/types';
import { experimentToWire } from '../../protocol/wire';
import type { Endpoint } from './endpoint';
import { choice, decode, integer, list, message, text, texts } from './fields';
import { pageSize } from './pageTokens';
import { nextPage, readFilter, readOrderBy } from './search';

const view = choice(viewTypes).optional;
const pair = message({ key: text.required, value: text.optional });
const byId = message({ experiment_id: text.required });
const requests = {
  create: message({ name: text.required, artifact_location: text.optional, tags: list(pair) }),
  byId,
  byName: message({ experiment_name: text.required }),
  update: message({ experiment_id: text.required, new_name: text.required }),
  setTag: message({ experiment_id: text.required, key: text.required, value: text.optional }),
  deleteTag: message({ experiment_id: text.required, key: text.required }),
  search: message({
    max_results: integer.optional,
    page_token: text.optional,
    filter: text.optional,
    order_by: texts,
    view_type: view,
  }),
};

export function experimentEndpoints(store: Store, folders: LocalFolders): Endpoint[] {
  return [
    { method: 'POST', path: '/experiments/create', handle: (input) => create(store, folders, input) },
    { method: 'GET', path: '/experiments/get', handle: (input) => get(store, input) },
    { method: 'GET', path: '/experiments/get-by-name', handle: (input) => getByName(store, input) },
    { method: 'GET', path: '/experiments/search', handle: (input) => search(store, input) },
    { method: 'POST', path: '/experiments/search', handle: (input) => search(store, input) },
    { method: 'GET', path: '/experiments/list', handle: (input) => listAll(store, input) },
    { method: 'POST', path: '/experiments/update', handle: (input) => update(store, input) },
    { method: 'POST', path: '/experiments/delete', handle: (input) => setStage(store, input, 'deleteExperiment') },
    { method: 'POST', path: '/experiments/restore', handle: (input) => setStage(store, input, 'restoreExperiment') },
    { method: 'POST', path: '/experiments/set-experiment-tag', handle: (input) => setTag(store, input) },
    { method: 'POST', path: '/experiments/delete-experiment-tag', handle: (input) => deleteTag(store, input) },
  ];
}

async function create(store: Store, folders: LocalFolders, input: unknown): Promise<object> {
  const request = decode(requests.create, input);
  const result = await store.write({
    kind: 'createExperiment',
    name: checkExperimentName(request.name),
    artifactLocation: request.artifact_location ? await folders.admit(request.artifact_location) : undefined,
    tags: request.tags.map(({ key, value = '' }) => checkExperimentTag({ key, value })),
    time: Date.now(),
  });
  return { experiment_id: result.experimentId };
}

function get(store: Store, input: unknown): object {
  const id = checkExperimentId(decode(requests.byId, input).experiment_id);
  const experiment = store.getExperiment(id);
  if (experiment === undefined) {
    throw new ApiError('RESOURCE_DOES_NOT_EXIST', `No Experiment with id=${id} exists`);
  }
  return { experiment: experimentToWire(experiment) };
}

function getByName(store: Store, input: unknown): object {
  const name = decode(requests.byName, input).experiment_name;
  const experiment = store.getExperimentByName(name);
  if (experiment === undefined) {
    throw new ApiError('RESOURCE_DOES_NOT_EXIST', `Could not find experiment with name '${name}'`);
  }
  return { experiment: experimentToWire(experiment) };
}

function search(store: Store, input: unknown): object {
  const request = decode(requests.search, input);
  // MLflow wants a page size here: absent counts as 0, which is refused.
  const limit = pageSize(request.max_results ?? 0, limits.pageSize);
  return page(store, {
    view: request.view_type ?? 'ACTIVE_ONLY',
    filter: readFilter(request.filter, 'experiments'),
    order: readOrderBy(request.order_by, 'experiments'),
    pageToken: request.page_token,
    limit,
  });
}

/** The call of 1.x clients: everything when no size is named. */
function listAll(store: Store, input: unknown): object {
  const request = decode(requests.search, input);
  return page(store, {
    view: request.view_type ?? 'ACTIVE_ONLY',
    order: readOrderBy([], 'experiments'),
    pageToken: request.page_token,
    limit: pageSize(request.max_results ?? limits.pageSize, limits.pageSize),
  });
}

function page(store: Store, query: Parameters<Store['searchExperiments']>[0]): object {
  const found = store.searchExperiments(query);
  const experiments = found.items.map((experiment: Experiment) => experimentToWire(experiment));
  return { ...(experiments.length > 0 ? { experiments } : {}), ...nextPage(found) };
}

async function update(store: Store, input: unknown): Promise<object> {
  const request = decode(requests.update, input);
  await store.write({
    kind: 'renameExperiment',
    experimentId: checkExperimentId(request.experiment_id),
    name: checkExperimentName(request.new_name, 'new_name'),
    time: Date.now(),
  });
  return {};
}

async function setStage(store: Store, input: unknown, kind: 'deleteExperiment' | 'restoreExperiment'): Promise<object> {
  const experimentId = checkExperimentId(decode(requests.byId, input).experiment_id);
  await store.write({ kind, experimentId, time: Date.now() });
  return {};
}

async function setTag(store: Store, input: unknown): Promise<object> {
  const { experiment_id, key, value = '' } = decode(requests.setTag, input);
  await store.write({
    kind: 'setExperimentTag',
    experimentId: checkExperimentId(experiment_id),
    tag: checkExperimentTag({ key, value }),
    time: Date.now(),
  });
  return {};
}

async function deleteTag(store: Store, input: unknown): Promise<object> {
  const { experiment_id, key } = decode(requests.deleteTag, input);
  await store.write({
    kind: 'deleteExperimentTag',
    experimentId: checkExperimentId(experiment_id),
    key,
    time: Date.now(),
  });
  return {};
}
