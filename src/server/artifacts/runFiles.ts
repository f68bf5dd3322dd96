import type { FastifyInstance } from 'fastify';
import { ApiError } from '../../core/errors';
import { checkRunId } from '../../core/limits';
import { runOfPath, splitUri } from '../../core/modelUris';
import { decode, message, text } from '../api/fields';
import { mustGetModel } from '../api/loggedModels';
import { checkEncoding, readQuery } from '../http/body';
import type { Store } from '../store/types';
import { bodyOf } from './bodyOf';
import { segmentsOfUri } from './locations';
import { parseArtifactPath } from './paths';
import { type ArtifactPlace, type ArtifactPlaces, elsewhere } from './places';
import { checkWritable, noteChange, sendFile, sendJson } from './proxy';

/** Largest file of `upload-artifact`, bytes. */
const maxUpload = 10 * 1024 * 1024;

const requests = {
  get: message({ run_id: text.required, path: text.required }),
  version: message({ name: text.required, version: text.required, path: text.required }),
  upload: message({ run_uuid: text.optional, path: text.optional }),
  model: message({ model_id: text.required, artifact_file_path: text.optional }),
};

/** Files by the run, the model or the model version that has them, as MLflow's web page asks for them: at the root and below `/ajax-api` only. */
export function registerRunFiles(app: FastifyInstance, context: { store: Store; places: ArtifactPlaces }): void {
  const { store, places } = context;
  app.get('/get-artifact', async (request, reply) => {
    const { run_id, path } = decode(requests.get, readQuery(request.raw));
    const inside = fileIn(path);
    return sendFile(request, reply, below(await places.find(uriOfRun(store, run_id), 'run'), inside));
  });
  app.get('/model-versions/get-artifact', async (request, reply) => {
    const { name, version, path } = decode(requests.version, readQuery(request.raw));
    const inside = fileIn(path);
    return sendFile(request, reply, below(await placeOfVersion(store, places, name, version), inside));
  });
  app.post('/ajax-api/2.0/mlflow/upload-artifact', async (request, reply) => {
    const { run_uuid, path } = decode(requests.upload, readQuery(request.raw));
    if (!run_uuid) {
      throw new ApiError('INVALID_PARAMETER_VALUE', 'Request must specify run_uuid.');
    }
    if (!path) {
      throw new ApiError('INVALID_PARAMETER_VALUE', 'Request must specify path.');
    }
    const inside = fileIn(path);
    checkWritable(store);
    checkEncoding(request.raw);
    const uri = uriOfRun(store, run_uuid);
    const root = segmentsOfUri(uri);
    if (root === undefined) {
      // Clients write to a folder of their machine, and to object storage, themselves.
      throw elsewhere(uri, 'run');
    }
    const segments = [...root, ...inside];
    await places.own.write(segments, limited(bodyOf(request.raw)));
    noteChange(store, segments);
    return sendJson(reply, {});
  });
  app.get<{ Params: { model_id: string } }>(
    '/ajax-api/2.0/mlflow/logged-models/:model_id/artifacts/files',
    async (request, reply) => {
      const input = { ...readQuery(request.raw), model_id: request.params.model_id };
      const { model_id, artifact_file_path } = decode(requests.model, input);
      if (!artifact_file_path) {
        throw new ApiError('BAD_REQUEST', 'Request must include the "artifact_file_path" query parameter.');
      }
      const inside = fileIn(artifact_file_path);
      const place = await places.find(mustGetModel(store, model_id).artifactUri, 'model');
      return sendFile(request, reply, below(place, inside));
    },
  );
}

function fileIn(path: string): string[] {
  if (path.endsWith('/')) {
    throw new ApiError('INVALID_PARAMETER_VALUE', 'Invalid path: a file needs a name');
  }
  return parseArtifactPath(path);
}

function below({ files, segments }: ArtifactPlace, inside: readonly string[]): ArtifactPlace {
  return { files, segments: [...segments, ...inside] };
}

/** @throws ApiError where there is no such run */
function uriOfRun(store: Store, runId: string): string {
  const info = store.getRunInfo(checkRunId(runId));
  if (info === undefined) {
    throw new ApiError('RESOURCE_DOES_NOT_EXIST', `Run with id=${runId} not found`);
  }
  return info.artifactUri;
}

/** @throws ApiError where there is no such model version, or its artifacts are kept elsewhere */
async function placeOfVersion(
  store: Store,
  places: ArtifactPlaces,
  name: string,
  version: string,
): Promise<ArtifactPlace> {
  const location = /^\d{1,9}$/.test(version) ? store.registry.location(name, Number(version)) : undefined;
  if (location === undefined) {
    throw new ApiError('RESOURCE_DOES_NOT_EXIST', `Model Version (name=${name}, version=${version}) not found`);
  }
  const { scheme, path } = splitUri(location);
  if (scheme !== 'runs') {
    return await places.find(location, 'model version');
  }
  const runId = runOfPath(path);
  const inside = path.slice(runId.length + 2);
  return below(await places.find(uriOfRun(store, runId), 'run'), inside === '' ? [] : parseArtifactPath(inside));
}

/** Neither empty nor larger than MLflow allows here; what breaks a rule leaves no file. */
async function* limited(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let size = 0;
  for await (const chunk of chunks) {
    size += chunk.length;
    if (size > maxUpload) {
      throw new ApiError('INVALID_PARAMETER_VALUE', 'Artifact size is too large. Max size is 10MB.');
    }
    yield chunk;
  }
  if (size === 0) {
    throw new ApiError('INVALID_PARAMETER_VALUE', 'Request must specify data.');
  }
}
