import path from 'node:path';
import { ApiError } from '../../core/errors';
import { modelNotFound } from '../../core/loggedModels';
import {
  decodeFully,
  isPlainLocation,
  isProxied,
  isWithin,
  parseModelPath,
  runOfPath,
  splitUri,
} from '../../core/modelUris';
import { checkModelStage, isPrompt, type ModelVersion } from '../../core/registry';
import type { KeyValue } from '../../core/model';
import { missingModel, missingVersion } from '../store/registry/resolve';
import type { Store } from '../store/types';

/** What a request to create a model version says of where the model comes from. Undefined: not given. */
export interface SourceRequest {
  readonly source: string;
  readonly runId: string | undefined;
  readonly modelId: string | undefined;
  readonly tags: readonly KeyValue[];
}

export interface ModelSource {
  readonly source: string;
  /** Where the artifacts are. */
  readonly location: string;
  readonly runId: string | undefined;
}

/** What MLflow's clients send as the source of a prompt, which has none. */
const promptSources = ['dummy-source', 'prompt-template'];

/**
 * Checks a source and finds out where it is, by MLflow 3.17's rules (`_create_model_version` in its handlers): what lies in a
 * run or a logged model must name that run or model and lie inside its artifacts; paths of this machine likewise.
 * @throws ApiError; 400 also where MLflow answers 500 (an unknown logged model, `file://host/…`)
 */
export function resolveSource(store: Store, request: SourceRequest): ModelSource {
  const { source } = request;
  if (isPrompt(request.tags)) {
    if (!promptSources.includes(source)) {
      throw invalid(`Invalid prompt source: '${source}'. Prompt sources must use an MLflow placeholder.`);
    }
    return { source, location: source, runId: request.runId ?? '' };
  }
  const { scheme, authority } = splitUri(source);
  switch (scheme) {
    case '':
    case 'file':
      return localSource(store, request);
    case 'models':
      if (authority !== '') {
        throw invalidSource(source, 'Registered model sources must use the active model registry.');
      }
      return modelsSource(store, request);
    case 'runs':
      return runsSource(request);
    default:
      return remoteSource(store, request);
  }
}

function localSource(store: Store, { source, runId, modelId }: SourceRequest): ModelSource {
  const { authority } = splitUri(source);
  if (authority !== '' && authority !== '.' && !/^(?:localhost|127\.0\.0\.1)/.test(authority)) {
    throw invalidSource(source, 'A file URI cannot name a host.');
  }
  const owner = modelId ? 'model' : 'run';
  const root = rootOf(store, { source, runId, modelId });
  if (root === undefined || !isLocal(root) || !isInside(localPath(source), localPath(root))) {
    throw invalidSource(
      source,
      `To use a local path as a model version source, the ${owner}_id request parameter has to be specified and the local ` +
        `path has to be contained within the artifact directory of the run specified by the ${owner}_id.`,
    );
  }
  return { source, location: source, runId: runOr(store, runId, modelId) };
}

/** `models:/m-…` stands for a logged model, other forms for a version of a registered model. */
function modelsSource(store: Store, { source, runId, modelId }: SourceRequest): ModelSource {
  const reference = isPlainLocation(source) ? parseModelPath(splitUri(source).path) : undefined;
  if (reference === undefined) {
    throw foreign(source, 'model_id');
  }
  if (reference.kind === 'loggedModel') {
    if (modelId !== reference.id) {
      throw foreign(source, 'model_id');
    }
    const model = store.loggedModels.get(modelId);
    if (model === undefined) {
      throw invalid(
        `Unable to fetch model from model URI source artifact location '${source}'. There is no such model.`,
      );
    }
    return { source, location: model.artifactUri, runId: runId || model.sourceRunId };
  }
  const found = versionOf(store, source, reference);
  if ((runId !== undefined && runId !== (found.runId ?? '')) || (modelId !== undefined && modelId !== '')) {
    throw invalidSource(source, 'The run_id and model_id request parameters must match the referenced model version.');
  }
  const location = store.registry.location(found.name, found.version);
  if (location === undefined) {
    throw missingVersion(found.name, found.version);
  }
  return { source: `models:/${found.name}/${found.version}`, location, runId: found.runId };
}

type VersionReference = Exclude<NonNullable<ReturnType<typeof parseModelPath>>, { kind: 'loggedModel' }>;

function versionOf({ registry }: Store, source: string, reference: VersionReference): ModelVersion {
  const { name } = reference;
  const model = registry.model(name);
  if (model === undefined) {
    throw missingModel(name);
  }
  if (isPrompt(model.tags)) {
    throw invalidSource(source, 'Prompt versions cannot be used as model version sources.');
  }
  switch (reference.kind) {
    case 'version':
      return registry.version(name, reference.version) ?? fail(missingVersion(name, reference.version));
    case 'alias':
      return (
        registry.versionByAlias(name, reference.alias) ??
        fail(invalid(`Registered model alias ${reference.alias} not found.`))
      );
    case 'stage': {
      const stage = checkModelStage(reference.stage);
      return (
        model.latestVersions.find((each) => each.stage === stage) ??
        fail(invalid(`No versions of model with name '${name}' and stage '${reference.stage}' found`))
      );
    }
    case 'latest':
      return registry.versionByAlias(name, 'latest') ?? fail(invalid(`No versions of model with name '${name}' found`));
  }
}

function runsSource({ source, runId, modelId }: SourceRequest): ModelSource {
  const { authority, path: inside } = splitUri(source);
  if (!isPlainLocation(source)) {
    throw notPlain(source);
  }
  if (modelId) {
    throw foreign(source, 'model_id');
  }
  if (authority !== '' || !runId || runOfPath(inside) !== runId) {
    throw foreign(source, 'run_id');
  }
  return { source, location: source, runId };
}

function remoteSource(store: Store, { source, runId, modelId }: SourceRequest): ModelSource {
  if (!isPlainLocation(source)) {
    throw notPlain(source);
  }
  if (isProxied(source)) {
    const root = rootOf(store, { source, runId, modelId });
    if (root === undefined || !isWithin(source, root)) {
      throw foreign(source, modelId ? 'model_id' : 'run_id');
    }
  }
  return { source, location: source, runId: runOr(store, runId, modelId) };
}

/** The artifact location of the logged model, or of the run where no model is named. @throws ApiError for an unknown one */
function rootOf(store: Store, { source, runId, modelId }: Omit<SourceRequest, 'tags'>): string | undefined {
  if (modelId) {
    return store.loggedModels.get(modelId)?.artifactUri ?? fail(foreign(source, 'model_id'));
  }
  return runId ? (store.getRunInfo(runId)?.artifactUri ?? fail(foreign(source, 'run_id'))) : undefined;
}

/** The run, or that of the logged model where none is given. @throws ApiError where there is no such model */
function runOr(store: Store, runId: string | undefined, modelId: string | undefined): string {
  const model = modelId ? (store.loggedModels.get(modelId) ?? fail(modelNotFound(modelId))) : undefined;
  return runId || (model?.sourceRunId ?? '');
}

function isLocal(uri: string): boolean {
  return ['', 'file'].includes(splitUri(uri).scheme);
}

/** Nothing of this machine is read for it: the clients do that. So links need not be followed. */
function localPath(uri: string): string {
  const inside = splitUri(uri).scheme === 'file' ? splitUri(uri).path : uri;
  return path.resolve(decodeFully(inside) ?? '/');
}

function isInside(inner: string, folder: string): boolean {
  return inner === folder || inner.startsWith(folder.endsWith(path.sep) ? folder : folder + path.sep);
}

function foreign(source: string, parameter: 'run_id' | 'model_id'): ApiError {
  return invalidSource(
    source,
    `The ${parameter} request parameter must identify the resource that contains the source.`,
  );
}

function notPlain(source: string): ApiError {
  return invalidSource(
    source,
    'If supplying a source as an http, https, local file path, ftp, objectstore, or mlflow-artifacts uri, an absolute path ' +
      'must be provided without relative path references present. Please provide an absolute path.',
  );
}

function invalidSource(source: string, why: string): ApiError {
  return invalid(`Invalid model version source: '${source}'. ${why}`);
}

function invalid(message: string): ApiError {
  return new ApiError('INVALID_PARAMETER_VALUE', message);
}

function fail(error: ApiError): never {
  throw error;
}
