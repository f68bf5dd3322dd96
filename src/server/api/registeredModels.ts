import {
  checkModelAlias,
  checkModelName,
  checkModelStage,
  checkModelTag,
  checkModelTagKey,
  checkModelVersion,
  checkNewModelAlias,
  isLatest,
  modelStages,
  type RegisteredModel,
} from '../../core/registry';
import { ApiError } from '../../core/errors';
import { modelVersionToWire, registeredModelToWire } from '../../protocol/registry';
import { missingModel } from '../store/registry/resolve';
import type { Store } from '../store/types';
import type { Endpoint } from './endpoint';
import { decode, integer, list, message, text, texts } from './fields';
import { readQuery, type SearchRequest, searchRequest } from './registrySearch';
import { nextPage } from './search';

/** Sizes of pages. */
const pages = { usual: 100, most: 1000 };

const name = text.required;
const byName = message({ name });
const requests = {
  create: message({
    name,
    description: text.optional,
    tags: list(message({ key: text.required, value: text.optional })),
  }),
  rename: message({ name, new_name: text.required }),
  update: message({ name, description: text.optional }),
  list: message({ max_results: integer.optional, page_token: text.optional }),
  latest: message({ name, stages: texts }),
  setTag: message({ name, key: text.required, value: text.optional }),
  deleteTag: message({ name, key: text.required }),
  setAlias: message({ name, alias: text.required, version: text.required }),
  byAlias: message({ name, alias: text.required }),
};

export function registeredModelEndpoints(store: Store): Endpoint[] {
  const at = (path: string): string => `/registered-models/${path}`;
  return [
    { method: 'POST', path: at('create'), handle: (input) => create(store, input) },
    { method: 'POST', path: at('rename'), handle: (input) => rename(store, input) },
    { method: 'PATCH', path: at('update'), handle: (input) => update(store, input) },
    { method: 'DELETE', path: at('delete'), handle: (input) => remove(store, input) },
    { method: 'GET', path: at('get'), handle: (input) => get(store, input) },
    {
      method: 'GET',
      path: at('search'),
      handle: (input) => search(store, decode(searchRequest, input)),
    },
    { method: 'GET', path: at('list'), handle: (input) => listAll(store, input) },
    { method: 'POST', path: at('get-latest-versions'), handle: (input) => getLatest(store, input) },
    { method: 'GET', path: at('get-latest-versions'), handle: (input) => getLatest(store, input) },
    { method: 'POST', path: at('set-tag'), handle: (input) => setTag(store, input) },
    { method: 'DELETE', path: at('delete-tag'), handle: (input) => deleteTag(store, input) },
    { method: 'POST', path: at('alias'), handle: (input) => setAlias(store, input) },
    { method: 'DELETE', path: at('alias'), handle: (input) => deleteAlias(store, input) },
    { method: 'GET', path: at('alias'), handle: (input) => getByAlias(store, input) },
  ];
}

async function create(store: Store, input: unknown): Promise<object> {
  const request = decode(requests.create, input);
  const tags = request.tags.map(({ key, value = '' }) => checkModelTag({ key, value }));
  const made = checkModelName(request.name);
  const description = request.description ?? '';
  await store.write({ kind: 'createRegisteredModel', name: made, description, tags, time: Date.now() });
  return answer(store, made);
}

async function rename(store: Store, input: unknown): Promise<object> {
  const request = decode(requests.rename, input);
  const newName = checkModelName(request.new_name, 'new_name');
  const old = checkModelName(request.name);
  await store.write({ kind: 'renameRegisteredModel', name: old, newName, time: Date.now() });
  return answer(store, newName);
}

/** Without a description the model has none afterwards, as in MLflow. */
async function update(store: Store, input: unknown): Promise<object> {
  const request = decode(requests.update, input);
  const of = checkModelName(request.name);
  await store.write({
    kind: 'describeRegisteredModel',
    name: of,
    description: request.description ?? '',
    time: Date.now(),
  });
  return answer(store, of);
}

async function remove(store: Store, input: unknown): Promise<object> {
  await store.write({ kind: 'deleteRegisteredModel', name: checkModelName(decode(byName, input).name) });
  return {};
}

function get(store: Store, input: unknown): object {
  return answer(store, checkModelName(decode(byName, input).name));
}

function search(store: Store, request: SearchRequest): object {
  const query = readQuery('registeredModels', request, pages);
  const found = store.registry.searchModels(query);
  return {
    ...(found.items.length > 0 ? { registered_models: found.items.map(registeredModelToWire) } : {}),
    ...nextPage(found),
  };
}

/** MLflow 1.x. */
function listAll(store: Store, input: unknown): object {
  return search(store, { ...decode(requests.list, input), filter: undefined, order_by: [] });
}

/** The highest version of each stage, or of the stages that are asked for. */
function getLatest(store: Store, input: unknown): object {
  const request = decode(requests.latest, input);
  const model = mustGet(store, checkModelName(request.name));
  const stages = request.stages.length === 0 ? modelStages : request.stages.map(checkModelStage);
  const versions = model.latestVersions.filter(({ stage }) => stages.includes(stage));
  return versions.length === 0 ? {} : { model_versions: versions.map(modelVersionToWire) };
}

async function setTag(store: Store, input: unknown): Promise<object> {
  const { key, value = '', ...request } = decode(requests.setTag, input);
  const of = checkModelName(request.name);
  await store.write({ kind: 'setRegisteredModelTag', name: of, tag: checkModelTag({ key, value }) });
  return {};
}

async function deleteTag(store: Store, input: unknown): Promise<object> {
  const request = decode(requests.deleteTag, input);
  const of = checkModelName(request.name);
  await store.write({ kind: 'deleteRegisteredModelTag', name: of, key: checkModelTagKey(request.key) });
  return {};
}

async function setAlias(store: Store, input: unknown): Promise<object> {
  const request = decode(requests.setAlias, input);
  await store.write({
    kind: 'setRegisteredModelAlias',
    name: checkModelName(request.name),
    alias: checkNewModelAlias(request.alias),
    version: checkModelVersion(request.version),
  });
  return {};
}

async function deleteAlias(store: Store, input: unknown): Promise<object> {
  const request = decode(requests.byAlias, input);
  const of = checkModelName(request.name);
  await store.write({ kind: 'deleteRegisteredModelAlias', name: of, alias: checkModelAlias(request.alias) });
  return {};
}

function getByAlias(store: Store, input: unknown): object {
  const request = decode(requests.byAlias, input);
  const alias = checkModelAlias(request.alias);
  const model = mustGet(store, checkModelName(request.name));
  const version = store.registry.versionByAlias(model.name, alias);
  if (version === undefined) {
    throw isLatest(alias)
      ? new ApiError('RESOURCE_DOES_NOT_EXIST', `Latest version not found for model ${model.name}.`)
      : new ApiError('INVALID_PARAMETER_VALUE', `Registered model alias ${alias} not found.`);
  }
  return { model_version: modelVersionToWire(version) };
}

function answer(store: Store, of: string): object {
  return { registered_model: registeredModelToWire(mustGet(store, of)) };
}

function mustGet(store: Store, of: string): RegisteredModel {
  const model = store.registry.model(of);
  if (model === undefined) {
    throw missingModel(of);
  }
  return model;
}
