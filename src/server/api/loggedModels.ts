import { randomUUID } from 'node:crypto';
import { ApiError } from '../../core/errors';
import { checkExperimentId, limits } from '../../core/limits';
import { checkLoggedModelName, checkModelPairs, loggedModelStatuses, modelNotFound } from '../../core/loggedModels';
import type { LoggedModel } from '../../core/loggedModels';
import { loggedModelToWire } from '../../protocol/modelWire';
import { parseRelative } from '../artifacts/locations';
import type { ArtifactPlaces } from '../artifacts/places';
import { wireListing } from '../artifacts/proxy';
import type { ModelAttribute, ModelOrder } from '../store/models/types';
import type { Store } from '../store/types';
import type { Endpoint } from './endpoint';
import { boolean, choice, decode, integer, list, message, mostExperiments, requiredList, text } from './fields';
import { modelToken, readModelToken } from './modelTokens';
import { pageSize } from './pageTokens';
import { randomRunName } from './runNames';
import { readFilter } from './search';

const pair = message({ key: text.required, value: text.optional });
const order = message({
  field_name: text.optional,
  ascending: boolean.optional,
  dataset_name: text.optional,
  dataset_digest: text.optional,
});
const requests = {
  create: message({
    experiment_id: text.required,
    name: text.optional,
    model_type: text.optional,
    source_run_id: text.optional,
    params: list(pair),
    tags: list(pair),
  }),
  byId: message({ model_id: text.required, allow_deleted: boolean.optional }),
  finalize: message({ model_id: text.required, status: choice(loggedModelStatuses).required }),
  tags: message({ model_id: text.required, tags: list(pair) }),
  tag: message({ model_id: text.required, '*': text.required }),
  params: message({ model_id: text.required, params: list(pair) }),
  search: message({
    experiment_ids: requiredList(text.required, mostExperiments),
    filter: text.optional,
    datasets: list(message({ dataset_name: text.optional, dataset_digest: text.optional })),
    max_results: integer.optional,
    order_by: list(order),
    page_token: text.optional,
  }),
  artifacts: message({ model_id: text.required, artifact_directory_path: text.optional }),
};

/** MLflow's proto default. */
const defaultPage = 50;
const maxOrderTerms = 20;

/** Names that MLflow's store has for the columns by which models can be ordered. */
const attributes: Readonly<Record<string, ModelAttribute | undefined>> = {
  model_id: 'model_id',
  experiment_id: 'experiment_id',
  name: 'name',
  artifact_location: 'artifact_location',
  creation_time: 'creation_timestamp_ms',
  creation_timestamp: 'creation_timestamp_ms',
  creation_timestamp_ms: 'creation_timestamp_ms',
  last_updated_timestamp: 'last_updated_timestamp_ms',
  last_updated_timestamp_ms: 'last_updated_timestamp_ms',
  status: 'status',
  model_type: 'model_type',
  source_run_id: 'source_run_id',
};

/** Logged models of MLflow 3; the parameters in the paths come in with the request's fields. */
export function loggedModelEndpoints(store: Store, places: ArtifactPlaces): Endpoint[] {
  const one = '/logged-models/:model_id';
  return [
    { method: 'POST', path: '/logged-models', handle: (input) => create(store, input) },
    { method: 'POST', path: '/logged-models/search', handle: (input) => search(store, input) },
    { method: 'GET', path: one, handle: (input) => get(store, input) },
    { method: 'PATCH', path: one, handle: (input) => finalize(store, input) },
    { method: 'DELETE', path: one, handle: (input) => remove(store, input) },
    { method: 'PATCH', path: `${one}/tags`, handle: (input) => setTags(store, input) },
    // A key may hold slashes.
    { method: 'DELETE', path: `${one}/tags/*`, handle: (input) => deleteTag(store, input) },
    { method: 'POST', path: `${one}/params`, handle: (input) => addParams(store, input) },
    { method: 'GET', path: `${one}/artifacts/directories`, handle: (input) => listFiles(store, places, input) },
  ];
}

/** @throws ApiError where there is none; a deleted one counts as none */
export function mustGetModel(store: Store, modelId: string, deleted = false): LoggedModel {
  const model = store.loggedModels.get(modelId, deleted);
  if (model === undefined) {
    throw modelNotFound(modelId);
  }
  return model;
}

async function create(store: Store, input: unknown): Promise<object> {
  const request = decode(requests.create, input);
  const modelId = `m-${randomUUID().replaceAll('-', '')}`;
  await store.write({
    kind: 'createLoggedModel',
    modelId,
    experimentId: checkExperimentId(request.experiment_id),
    name: request.name ? checkLoggedModelName(request.name) : randomRunName(),
    modelType: request.model_type ?? '',
    sourceRunId: request.source_run_id ?? '',
    params: checkModelPairs(request.params.map(withValue), 'params'),
    tags: checkModelPairs(request.tags.map(withValue), 'tags'),
    time: Date.now(),
  });
  return { model: loggedModelToWire(mustGetModel(store, modelId)) };
}

function get(store: Store, input: unknown): object {
  const { model_id, allow_deleted = false } = decode(requests.byId, input);
  return { model: loggedModelToWire(mustGetModel(store, model_id, allow_deleted)) };
}

async function finalize(store: Store, input: unknown): Promise<object> {
  const { model_id, status } = decode(requests.finalize, input);
  await store.write({ kind: 'setLoggedModelStatus', modelId: model_id, status, time: Date.now() });
  return { model: loggedModelToWire(mustGetModel(store, model_id, true)) };
}

async function remove(store: Store, input: unknown): Promise<object> {
  const { model_id } = decode(requests.byId, input);
  await store.write({ kind: 'deleteLoggedModel', modelId: model_id, time: Date.now() });
  return {};
}

async function setTags(store: Store, input: unknown): Promise<object> {
  const { model_id, tags } = decode(requests.tags, input);
  const checked = checkModelPairs(tags.map(withValue), 'tags');
  await store.write({ kind: 'setLoggedModelTags', modelId: model_id, tags: checked });
  return {};
}

async function deleteTag(store: Store, input: unknown): Promise<object> {
  const { model_id, '*': key } = decode(requests.tag, input);
  await store.write({ kind: 'deleteLoggedModelTag', modelId: model_id, key });
  return {};
}

async function addParams(store: Store, input: unknown): Promise<object> {
  const { model_id, params } = decode(requests.params, input);
  const checked = checkModelPairs(params.map(withValue), 'params');
  await store.write({ kind: 'addLoggedModelParams', modelId: model_id, params: checked });
  return {};
}

function search(store: Store, input: unknown): object {
  const request = decode(requests.search, input);
  const experimentIds = request.experiment_ids.map(checkExperimentId);
  const limit = pageSize(
    Number(request.max_results ?? 0) === 0 ? defaultPage : (request.max_results ?? 0),
    limits.pageSize,
  );
  const question = [experimentIds, request.filter || null, request.datasets, request.order_by];
  const { offset, newest } = readModelToken(request.page_token, question) ?? {
    offset: 0,
    newest: store.loggedModels.newest(),
  };
  const found = store.loggedModels.search({
    experimentIds,
    datasets: request.datasets.map(({ dataset_name, dataset_digest }) => {
      if (!dataset_name) {
        throw new ApiError('INVALID_PARAMETER_VALUE', '`dataset_name` in the `datasets` clause must be specified.');
      }
      return { name: dataset_name, digest: dataset_digest || undefined };
    }),
    filter: readFilter(request.filter, 'loggedModels'),
    order: readOrder(request.order_by),
    newest,
    offset,
    limit,
  });
  const next = { offset: offset + found.items.length, newest };
  return {
    ...(found.items.length > 0 ? { models: found.items.map(loggedModelToWire) } : {}),
    ...(found.more ? { next_page_token: modelToken(next, question) } : {}),
  };
}

interface OrderTerm {
  field_name?: string | undefined;
  ascending?: boolean | undefined;
  dataset_name?: string | undefined;
  dataset_digest?: string | undefined;
}

function readOrder(terms: readonly OrderTerm[]): ModelOrder[] {
  if (terms.length > maxOrderTerms) {
    throw new ApiError('INVALID_PARAMETER_VALUE', `order_by can have at most ${maxOrderTerms} fields.`);
  }
  return terms.map(({ field_name = '', ascending = true, dataset_name, dataset_digest }) => {
    const dot = field_name.indexOf('.');
    if (dot < 0) {
      const attribute = Object.hasOwn(attributes, field_name) ? attributes[field_name] : undefined;
      if (attribute === undefined) {
        throw new ApiError('INVALID_PARAMETER_VALUE', `Invalid order by field name: ${field_name.slice(0, 200)}`);
      }
      return { attribute, ascending };
    }
    if (field_name.slice(0, dot) !== 'metrics') {
      throw new ApiError(
        'INVALID_PARAMETER_VALUE',
        `Invalid order by field name: ${field_name.slice(0, 200)}. Only metrics are supported.`,
      );
    }
    return {
      metric: field_name.slice(dot + 1),
      ascending,
      datasetName: dataset_name || undefined,
      datasetDigest: dataset_digest || undefined,
    };
  });
}

/** Paths in the answer are relative to the model's artifact root. */
async function listFiles(store: Store, places: ArtifactPlaces, input: unknown): Promise<object> {
  const { model_id, artifact_directory_path } = decode(requests.artifacts, input);
  const inside = parseRelative(artifact_directory_path);
  const model = mustGetModel(store, model_id);
  const { files, segments } = await places.find(model.artifactUri, 'model');
  const entries = await files.list([...segments, ...inside]);
  return { root_uri: model.artifactUri, ...wireListing(entries, inside.map((each) => `${each}/`).join('')) };
}

function withValue({ key, value = '' }: { key: string; value?: string | undefined }): { key: string; value: string } {
  return { key, value };
}
