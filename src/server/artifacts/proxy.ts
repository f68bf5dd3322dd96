import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { ApiError } from '../../core/errors';
import { stringifyJson } from '../../core/json';
import type { WireFileInfo } from '../../protocol/mlflow';
import { artifactToWire } from '../../protocol/wire';
import { decode, message, text } from '../api/fields';
import { checkEncoding, readQuery } from '../http/body';
import { pathOf, queryOf } from '../http/gate';
import type { Store } from '../store/types';
import type { ArtifactListing } from './artifactFolder';
import type { ArtifactStore } from './artifactStore';
import { bodyOf } from './bodyOf';
import { attachment, contentTypeOf, parseRange } from './contentType';
import { parseRelative, runOfSegments } from './locations';
import { parseArtifactUrl } from './paths';
import type { ArtifactPlace } from './places';
import { sendBytes } from './sendBytes';

const listRequest = message({ path: text.optional });

/** MLflow's artifact proxy, below `prefix` (`/api/2.0/mlflow-artifacts/artifacts`). */
export function registerArtifactProxy(
  app: FastifyInstance,
  prefix: string,
  context: { store: Store; artifacts: ArtifactStore },
): void {
  const { store, artifacts } = context;
  const segmentsOf = (request: FastifyRequest): string[] => {
    // A file's own routes have no parameters; `a?/../x` is somebody trying.
    if (queryOf(request.raw) !== '') {
      throw new ApiError('INVALID_PARAMETER_VALUE', 'Invalid path: it contains an unencoded question mark');
    }
    return parseArtifactUrl(pathOf(request.raw).slice(prefix.length + 1));
  };
  app.get(prefix, async (request, reply) => {
    const { path } = decode(listRequest, readQuery(request.raw));
    const entries = await artifacts.list(parseRelative(path));
    return sendJson(reply, wireListing(entries, ''));
  });
  app.get(`${prefix}/*`, async (request, reply) =>
    sendFile(request, reply, { files: artifacts, segments: segmentsOf(request) }),
  );
  app.put(`${prefix}/*`, async (request, reply) => {
    checkWritable(store);
    checkEncoding(request.raw);
    const segments = segmentsOf(request);
    if (pathOf(request.raw).endsWith('/')) {
      throw new ApiError('INVALID_PARAMETER_VALUE', 'Invalid path: a file needs a name');
    }
    await artifacts.write(segments, bodyOf(request.raw));
    noteChange(store, segments);
    return sendJson(reply, {});
  });
  app.delete(`${prefix}/*`, async (request, reply) => {
    checkWritable(store);
    const segments = segmentsOf(request);
    await artifacts.delete(segments);
    noteChange(store, segments);
    return sendJson(reply, {});
  });
}

/** MLflow's form of a listing; `prefix` (empty or ending with a slash) goes before each name. */
export function wireListing(entries: readonly ArtifactListing[], prefix: string): { files?: WireFileInfo[] } {
  const files = entries.map(({ name, isDirectory, size }) =>
    artifactToWire({ path: prefix + name, isDirectory, size }),
  );
  return files.length > 0 ? { files } : {};
}

/** Tells the change feed when a file of a run was written or deleted. */
export function noteChange(store: Store, segments: readonly string[]): void {
  const runId = runOfSegments(store, segments);
  if (runId !== undefined) {
    store.noteArtifacts(runId);
  }
}

export function checkWritable(store: Store): void {
  if (store.readOnly) {
    throw new ApiError('PERMISSION_DENIED', 'The store is read-only: its folder cannot be written to.');
  }
  if (store.refusesWrites) {
    throw new ApiError(
      'PERMISSION_DENIED',
      'The server was told to refuse writes (--read-only, or the setting labbook.server.readOnly).',
    );
  }
}

export function sendJson(reply: FastifyReply, value: object): FastifyReply {
  return reply.header('content-type', 'application/json').send(stringifyJson(value));
}

/** Answers with a file, or the part of it that the Range header asks for. */
export async function sendFile(
  request: FastifyRequest,
  reply: FastifyReply,
  { files, segments }: ArtifactPlace,
): Promise<FastifyReply> {
  const name = segments.at(-1) ?? '';
  const contentType = await contentTypeOf(name);
  const { handle, size, modified } = await files.open(segments);
  const etag = `"${modified.toString(36)}-${size.toString(36)}"`;
  const condition = request.headers['if-range'];
  const wanted = condition === undefined || condition === etag ? request.headers.range : undefined;
  const range = parseRange(wanted, size);
  reply.header('accept-ranges', 'bytes').header('etag', etag);
  if (range === 'none') {
    await handle.close();
    reply.header('content-range', `bytes */${size}`);
    throw new ApiError('RANGE_NOT_SATISFIABLE', `The file has ${size} bytes; the range asked for lies outside.`);
  }
  const { start, end } = range ?? { start: 0, end: size - 1 };
  if (range !== undefined) {
    reply.status(206).header('content-range', `bytes ${start}-${end}/${size}`);
  }
  reply
    .header('content-type', contentType)
    .header('content-disposition', attachment(name))
    .header('content-length', end - start + 1);
  if (end < start) {
    await handle.close();
    return reply.send('');
  }
  reply.hijack();
  Object.entries(reply.getHeaders()).forEach(
    ([name, value]) => value !== undefined && reply.raw.setHeader(name, value),
  );
  reply.raw.writeHead(reply.statusCode);
  // What goes wrong now breaks the answer off, and the client sees that bytes are missing.
  await sendBytes(handle, { start, end }, reply.raw).catch(() => undefined);
  return reply;
}
