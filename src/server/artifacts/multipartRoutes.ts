import type { FastifyInstance, FastifyRequest } from 'fastify';
import { ApiError } from '../../core/errors';
import { decode, integer, message, requiredList, text } from '../api/fields';
import { checkEncoding, readJsonBody } from '../http/body';
import { pathOf } from '../http/gate';
import type { Store } from '../store/types';
import type { ArtifactStore } from './artifactStore';
import { bodyOf } from './bodyOf';
import { runOfSegments } from './locations';
import { parseArtifactPath, parseArtifactUrl } from './paths';
import { checkWritable, noteChange, sendJson } from './proxy';

const requests = {
  create: message({ path: text.required, num_parts: integer.optional }),
  complete: message({
    path: text.required,
    upload_id: text.required,
    parts: requiredList(message({ part_number: integer.required, etag: text.optional })),
  }),
  abort: message({ path: text.required, upload_id: text.optional }),
};

/**
 * Uploads in parts through the artifact proxy: `create` answers a URL on this server for each part, to which the client PUTs it
 * (mlflow's `http_artifact_repo.py`).
 * @param prefix such as `/api/2.0/mlflow-artifacts`
 * @param contentTypeOf the Content-Type as it was sent
 */
export function registerMultipart(
  app: FastifyInstance,
  prefix: string,
  context: { store: Store; artifacts: ArtifactStore },
  contentTypeOf: (request: FastifyRequest['raw']) => string | undefined,
): void {
  const { store, artifacts } = context;
  const { multipart } = artifacts;
  const read = async (request: FastifyRequest): Promise<unknown> => {
    checkWritable(store);
    return await readJsonBody(request.raw, contentTypeOf(request.raw));
  };
  for (const tail of ['', '/*']) {
    app.post(`${prefix}/mpu/create${tail}`, async (request, reply) => {
      const { path, num_parts = 1 } = decode(requests.create, await read(request));
      const segments = [...folderIn(request, `${prefix}/mpu/create`), nameOf(path)];
      checkKnown(store, segments);
      const uploadId = await multipart.create(segments, Number(num_parts));
      return sendJson(reply, {
        upload_id: uploadId,
        credentials: credentials(request, prefix, uploadId, Number(num_parts)),
      });
    });
    app.post(`${prefix}/mpu/complete${tail}`, async (request, reply) => {
      const { path, upload_id, parts } = decode(requests.complete, await read(request));
      const segments = [...folderIn(request, `${prefix}/mpu/complete`), nameOf(path)];
      await multipart.complete(
        upload_id,
        segments,
        parts.map(({ part_number, etag }) => ({ number: Number(part_number), etag: etag || undefined })),
      );
      noteChange(store, segments);
      return sendJson(reply, {});
    });
    app.post(`${prefix}/mpu/abort${tail}`, async (request, reply) => {
      const { upload_id = '' } = decode(requests.abort, await read(request));
      await multipart.abort(upload_id);
      return sendJson(reply, {});
    });
  }
  app.put<{ Params: { upload: string; part: string } }>(`${prefix}/mpu/parts/:upload/:part`, async (request, reply) => {
    checkWritable(store);
    checkEncoding(request.raw);
    const { upload, part } = request.params;
    const length = request.headers['content-length'];
    if (length === undefined) {
      throw new ApiError('BAD_REQUEST', 'A part needs a Content-Length.');
    }
    const number = /^\d{1,9}$/.test(part) ? Number(part) : NaN;
    reply.header('etag', await multipart.write(upload, number, Number(length), bodyOf(request.raw)));
    return sendJson(reply, {});
  });
}

/**
 * The client of 2.9 leaves the run's folder out of the URL: their file would end where nobody looks for it. This text, which
 * is MLflow's, makes them upload the file as a whole, which they do to the right place.
 * @throws ApiError NOT_IMPLEMENTED where a place is neither in an experiment's folder nor in a run's
 */
function checkKnown(store: Store, segments: readonly string[]): void {
  const [first = ''] = segments;
  if (segments.length === 1 || (!store.getExperiment(first) && runOfSegments(store, segments) === undefined)) {
    throw new ApiError(
      'NOT_IMPLEMENTED',
      "Multipart upload is not supported for the current artifact repository: this is no run's folder.",
    );
  }
}

/** The folder is in the URL, the file's name in the body. */
function folderIn(request: FastifyRequest, prefix: string): string[] {
  return parseArtifactUrl(pathOf(request.raw).slice(prefix.length + 1));
}

/** Clients send the path of the file on their own disk (also with backslashes); its last part is the artifact's name. */
function nameOf(path: string): string {
  const [name] = parseArtifactPath(path.split(/[/\\]/).at(-1) ?? '');
  if (name === undefined) {
    throw new ApiError('INVALID_PARAMETER_VALUE', 'Invalid path: a file needs a name');
  }
  return name;
}

/** The client PUTs parts with these headers and no others, so it gets back the authorization with which it asked. */
function credentials(request: FastifyRequest, prefix: string, uploadId: string, parts: number): object[] {
  const { host = '', authorization = '' } = request.headers;
  return Array.from({ length: parts }, (_, i) => ({
    url: `http://${host}${prefix}/mpu/parts/${uploadId}/${i + 1}`,
    part_number: i + 1,
    headers: { Authorization: authorization },
  }));
}
