import type { ModelStage, ModelVersion } from '../core/registry';
import { mlflowText } from '../core/search/mlflowText';
import { modelVersionFromWire, registeredModelFromWire } from '../protocol/registry';
import { readFields, readList, readText, type Fields } from '../protocol/wire';
import { RequestError } from './requestError';
import type { CallOptions, LoggedModelSummary, PageOf, RegistryClient } from './types';

/** How the registry's calls reach the server; `take` reads the answer. */
export interface RegistryCalls {
  readonly get: <T>(
    path: string,
    query: Record<string, string | number | undefined>,
    options: CallOptions | undefined,
    take: (answer: Fields) => T,
  ) => Promise<T>;
  /** A POST that changes nothing. */
  readonly read: <T>(
    path: string,
    body: object,
    options: CallOptions | undefined,
    take: (answer: Fields) => T,
  ) => Promise<T>;
  readonly write: <T>(
    method: 'POST' | 'PATCH' | 'DELETE',
    path: string,
    body: object,
    options: CallOptions | undefined,
    take: (answer: Fields) => T,
  ) => Promise<T>;
  readonly allPages: <T>(read: (page: { readonly pageToken?: string }) => Promise<PageOf<T>>) => Promise<T[]>;
}

const perPage = 1000;

/** @returns false where what was to be made is there already */
async function unlessThere(making: Promise<unknown>): Promise<boolean> {
  try {
    await making;
    return true;
  } catch (error) {
    if (error instanceof RequestError && error.code === 'RESOURCE_ALREADY_EXISTS') {
      return false;
    }
    throw error;
  }
}

/** The model registry over MLflow's REST API. */
export function registryClient({ get, read, write, allPages }: RegistryCalls): RegistryClient {
  const ignore = (): void => undefined;
  const versions = (filter: string | undefined, options?: CallOptions): Promise<ModelVersion[]> =>
    allPages((page) =>
      get(
        'model-versions/search',
        { filter, max_results: perPage, page_token: page.pageToken },
        options,
        pageOf('model_versions', modelVersionFromWire),
      ),
    );
  return {
    models: (options) =>
      allPages((page) =>
        get(
          'registered-models/search',
          { max_results: perPage, page_token: page.pageToken },
          options,
          pageOf('registered_models', registeredModelFromWire),
        ),
      ),
    versions: async (name, options) => {
      const quoted = mlflowText(name);
      const found = await versions(quoted === undefined ? undefined : `name = ${quoted}`, options);
      return found.filter((version) => version.name === name).sort((a, b) => b.version - a.version);
    },
    versionsOfRun: async (runId, options) => {
      const found = await versions(`run_id = '${runId}'`, options);
      return found.sort((a, b) => Number(b.createdAt) - Number(a.createdAt) || b.version - a.version);
    },
    createModel: (name, options) => unlessThere(write('POST', 'registered-models/create', { name }, options, ignore)),
    createVersion: ({ name, source, runId, modelId }, options) =>
      write('POST', 'model-versions/create', { name, source, run_id: runId, model_id: modelId }, options, (answer) =>
        modelVersionFromWire(answer['model_version']),
      ),
    renameModel: (name, newName, options) =>
      write('POST', 'registered-models/rename', { name, new_name: newName }, options, ignore),
    deleteModel: (name, options) => write('DELETE', 'registered-models/delete', { name }, options, ignore),
    deleteVersion: (name, version, options) =>
      write('DELETE', 'model-versions/delete', { name, version: String(version) }, options, ignore),
    describeModel: (name, description, options) =>
      write('PATCH', 'registered-models/update', { name, description }, options, ignore),
    describeVersion: (name, version, description, options) =>
      write('PATCH', 'model-versions/update', { name, version: String(version), description }, options, ignore),
    setStage: (name, version, stage: ModelStage, archiveOthers, options) =>
      write(
        'POST',
        'model-versions/transition-stage',
        { name, version: String(version), stage, archive_existing_versions: archiveOthers },
        options,
        ignore,
      ),
    setAlias: (name, alias, version, options) =>
      write('POST', 'registered-models/alias', { name, alias, version: String(version) }, options, ignore),
    deleteAlias: (name, alias, options) => write('DELETE', 'registered-models/alias', { name, alias }, options, ignore),
    setModelTag: (name, key, value, options) =>
      write('POST', 'registered-models/set-tag', { name, key, value }, options, ignore),
    setVersionTag: (name, version, key, value, options) =>
      write('POST', 'model-versions/set-tag', { name, version: String(version), key, value }, options, ignore),
    loggedModels: async (experimentId, runId, options) => {
      try {
        const body = { experiment_ids: [experimentId], filter: `source_run_id = '${runId}'`, max_results: 100 };
        return await read('logged-models/search', body, options, (answer) =>
          readList(answer, 'models', loggedModelFromWire),
        );
      } catch (error) {
        // Servers before MLflow 3 have no logged models.
        if (error instanceof RequestError && [400, 404, 405, 501].includes(error.status ?? 0)) {
          return [];
        }
        throw error;
      }
    },
  };
}

function pageOf<T>(name: string, take: (item: unknown) => T): (answer: Fields) => PageOf<T> {
  return (answer) => {
    const items = readList(answer, name, take);
    const token = readText(answer, 'next_page_token', '');
    return token === '' ? { items } : { items, nextPageToken: token };
  };
}

function loggedModelFromWire(wire: unknown): LoggedModelSummary {
  const info = readFields(readFields(wire, 'model')['info'], 'model info');
  return {
    id: readText(info, 'model_id'),
    name: readText(info, 'name', ''),
    artifactUri: readText(info, 'artifact_uri', ''),
  };
}
