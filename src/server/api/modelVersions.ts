import { tagNames } from '../../core/model';
import {
  checkArchives,
  checkModelName,
  checkModelStage,
  checkModelTag,
  checkModelTagKey,
  checkModelVersion,
  isPrompt,
} from '../../core/registry';
import { modelVersionToWire } from '../../protocol/registry';
import { missingVersion } from '../store/registry/resolve';
import type { Store } from '../store/types';
import { inTurns } from '../turns';
import type { Endpoint } from './endpoint';
import { boolean, decode, list, message, text } from './fields';
import { withList } from './jsonPieces';
import { pythonJson } from './logModel';
import { resolveSource } from './modelSources';
import { readQuery, searchRequest } from './registrySearch';
import { nextPage } from './search';

/** Sizes of pages. */
const pages = { usual: 200_000, most: 200_000 };

const one = { name: text.required, version: text.required };
const requests = {
  create: message({
    name: text.required,
    source: text.required,
    run_id: text.optional,
    run_link: text.optional,
    description: text.optional,
    model_id: text.optional,
    tags: list(message({ key: text.required, value: text.optional })),
  }),
  one: message(one),
  update: message({ ...one, description: text.optional }),
  transition: message({ ...one, stage: text.required, archive_existing_versions: boolean.optional }),
  downloadUri: message({ name: text.required, version: text.optional }),
  setTag: message({ ...one, key: text.required, value: text.optional }),
  deleteTag: message({ ...one, key: text.required }),
};

export function modelVersionEndpoints(store: Store): Endpoint[] {
  const at = (path: string): string => `/model-versions/${path}`;
  return [
    { method: 'POST', path: at('create'), handle: (input) => create(store, input) },
    { method: 'PATCH', path: at('update'), handle: (input) => update(store, input) },
    { method: 'POST', path: at('transition-stage'), handle: (input) => transition(store, input) },
    { method: 'DELETE', path: at('delete'), handle: (input) => remove(store, input) },
    { method: 'GET', path: at('get'), handle: (input) => get(store, input) },
    { method: 'GET', path: at('search'), handle: (input) => search(store, input) },
    { method: 'GET', path: at('get-download-uri'), handle: (input) => getDownloadUri(store, input) },
    { method: 'POST', path: at('set-tag'), handle: (input) => setTag(store, input) },
    { method: 'DELETE', path: at('delete-tag'), handle: (input) => deleteTag(store, input) },
  ];
}

async function create(store: Store, input: unknown): Promise<object> {
  const request = decode(requests.create, input);
  const tags = request.tags.map(({ key, value = '' }) => checkModelTag({ key, value }));
  const name = checkModelName(request.name);
  const time = Date.now();
  const { modelVersion = 0 } = await store.write({
    kind: 'createModelVersion',
    name,
    ...resolveSource(store, { source: request.source, runId: request.run_id, modelId: request.model_id, tags }),
    runLink: request.run_link ?? '',
    description: request.description ?? '',
    tags,
    time,
  });
  if (request.model_id && !isPrompt(tags)) {
    await noteOnModel(store, request.model_id, name, modelVersion);
  }
  return answer(store, name, modelVersion);
}

/** A logged model lists the versions that were made of it in a tag, as in MLflow from 3.17 on. */
async function noteOnModel(store: Store, modelId: string, name: string, version: number): Promise<void> {
  const old = store.loggedModels.get(modelId)?.tags.find(({ key }) => key === tagNames.modelVersions)?.value;
  const tag = { key: tagNames.modelVersions, value: pythonJson([...readEntries(old), { name, version }]) };
  await store.write({ kind: 'setLoggedModelTags', modelId, tags: [tag] });
}

/** Whatever a client may have written there. */
function readEntries(text = '[]'): unknown[] {
  try {
    const entries: unknown = JSON.parse(text);
    return Array.isArray(entries) ? entries : [];
  } catch {
    return [];
  }
}

async function update(store: Store, input: unknown): Promise<object> {
  const request = decode(requests.update, input);
  const { name, version } = checkOne(request);
  await store.write({
    kind: 'describeModelVersion',
    name,
    version,
    description: request.description,
    time: Date.now(),
  });
  return answer(store, name, version);
}

async function transition(store: Store, input: unknown): Promise<object> {
  const request = decode(requests.transition, input);
  const stage = checkModelStage(request.stage);
  const archiveOthers = request.archive_existing_versions ?? false;
  if (archiveOthers) {
    checkArchives(stage, request.stage);
  }
  const { name, version } = checkOne(request);
  await store.write({ kind: 'setModelVersionStage', name, version, stage, archiveOthers, time: Date.now() });
  return answer(store, name, version);
}

async function remove(store: Store, input: unknown): Promise<object> {
  await store.write({ kind: 'deleteModelVersion', ...checkOne(decode(requests.one, input)), time: Date.now() });
  return {};
}

function get(store: Store, input: unknown): object {
  const { name, version } = checkOne(decode(requests.one, input));
  return answer(store, name, version);
}

async function search(store: Store, input: unknown): Promise<object> {
  const query = readQuery('modelVersions', decode(searchRequest, input), pages);
  const found = await inTurns(store.registry.searchVersionsInSteps(query));
  return withList('model_versions', found.items, modelVersionToWire, nextPage(found));
}

function getDownloadUri(store: Store, input: unknown): object {
  const request = decode(requests.downloadUri, input);
  const { name, version } = checkOne({ name: request.name, version: request.version ?? '' });
  const location = store.registry.location(name, version);
  if (location === undefined) {
    throw missingVersion(name, version);
  }
  return { artifact_uri: location };
}

async function setTag(store: Store, input: unknown): Promise<object> {
  const { key, value = '', ...request } = decode(requests.setTag, input);
  await store.write({ kind: 'setModelVersionTag', ...checkOne(request), tag: checkModelTag({ key, value }) });
  return {};
}

async function deleteTag(store: Store, input: unknown): Promise<object> {
  const { key, ...request } = decode(requests.deleteTag, input);
  await store.write({ kind: 'deleteModelVersionTag', ...checkOne(request), key: checkModelTagKey(key) });
  return {};
}

function checkOne(request: { readonly name: string; readonly version: string }): { name: string; version: number } {
  return { name: checkModelName(request.name), version: checkModelVersion(request.version) };
}

function answer(store: Store, name: string, number: number): object {
  const version = store.registry.version(name, number);
  if (version === undefined) {
    throw missingVersion(name, number);
  }
  return { model_version: modelVersionToWire(version) };
}
