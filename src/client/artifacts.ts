import { Readable } from 'node:stream';
import type { RunInfo } from '../core/model';
import { artifactPrefix } from '../protocol/mlflow';
import type { HttpAnswer, HttpClient, Query } from './http';
import { RequestError } from './requestError';
import type { ArtifactStream, ByteRange, CallOptions } from './types';

/**
 * Opens a file of a run, or a part of it: through the proxy where the run's artifacts lie behind it (`mlflow-artifacts:`), else
 * by MLflow's `get-artifact`, which reads them wherever they are. A server that knows no ranges sends all, which is cut here.
 */
export async function openArtifact(
  http: HttpClient,
  run: Pick<RunInfo, 'id' | 'artifactUri'>,
  path: string,
  options: CallOptions & { readonly range?: ByteRange } = {},
): Promise<ArtifactStream> {
  const { range, ...call } = options;
  const headers = range
    ? { accept: '*/*', range: `bytes=${range.start}-${range.start + range.length - 1}` }
    : { accept: '*/*' };
  try {
    const answer = await http.open({ method: 'GET', ...placeOf(http.url, run, path), headers, read: true, ...call });
    const contentType = answer.headers['content-type'];
    if (!range || answer.status === 206) {
      return { size: wholeSize(answer), contentType, body: answer.body };
    }
    return {
      size: wholeSize(answer),
      contentType,
      body: Readable.from(cut(answer.body, range), { objectMode: false }),
    };
  } catch (error) {
    if (range && error instanceof RequestError && error.status === 416) {
      // The part lies behind the end, as any part of an empty file does.
      return { size: undefined, contentType: undefined, body: Readable.from([], { objectMode: false }) };
    }
    throw error;
  }
}

/** The first `limit` bytes of a file and the size of the whole. */
export async function readArtifact(
  http: HttpClient,
  run: Pick<RunInfo, 'id' | 'artifactUri'>,
  path: string,
  options: CallOptions & { readonly limit?: number } = {},
): Promise<{ bytes: Uint8Array<ArrayBuffer>; size: number }> {
  const { limit, ...call } = options;
  const range = limit === undefined ? {} : { range: { start: 0, length: Math.max(1, limit) } };
  const { body, size } = await openArtifact(http, run, path, { ...call, ...range });
  const pieces: Buffer[] = [];
  try {
    for await (const piece of body as AsyncIterable<Buffer>) {
      pieces.push(piece);
    }
  } catch (cause) {
    throw cause instanceof RequestError
      ? cause
      : new RequestError('unreachable', `The connection to ${http.url} broke off.`, { cause });
  }
  const whole = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let offset = 0;
  for (const piece of pieces) {
    whole.set(piece, offset);
    offset += piece.length;
  }
  const bytes = limit === undefined ? whole : whole.slice(0, limit);
  return { bytes, size: size ?? whole.length };
}

/** Path and query under which a server gives out a run's file. */
export function placeOf(
  serverUrl: string,
  run: Pick<RunInfo, 'id' | 'artifactUri'>,
  path: string,
): { path: string; query?: Query } {
  const [, host, root] = /^mlflow-artifacts:(?:\/\/([^/?#]*))?(\/[^?#]*)?$/.exec(run.artifactUri) ?? [];
  if (root === undefined || (host && host !== new URL(serverUrl).host)) {
    return { path: '/get-artifact', query: { run_uuid: run.id, path } };
  }
  // The URI may be percent-encoded already, the path is not.
  const segments = [
    ...root.split('/').map((segment) => encodeURIComponent(segment).replace(/%25([\da-f]{2})/gi, '%$1')),
    ...path.split('/').map(encodeURIComponent),
  ].filter((segment) => segment !== '');
  if (segments.some((segment) => /^(\.|%2e){1,2}$/i.test(segment))) {
    throw new RequestError('malformed', `This is no path of an artifact: ${path}`);
  }
  return { path: `${artifactPrefix}/${segments.join('/')}` };
}

function wholeSize({ status, headers }: HttpAnswer): number | undefined {
  const text =
    status === 206
      ? /^bytes [\d*]+(?:-\d+)?\/(\d+)$/.exec(headers['content-range'] ?? '')?.[1]
      : headers['content-encoding'] === undefined
        ? headers['content-length']
        : undefined;
  return text === undefined ? undefined : Number(text);
}

/** The bytes of `range` out of the whole; leaving early ends the source. */
async function* cut(source: AsyncIterable<Buffer>, { start, length }: ByteRange): AsyncGenerator<Buffer> {
  let position = 0;
  for await (const piece of source) {
    const wanted = piece.subarray(Math.max(0, start - position), Math.max(0, start + length - position));
    position += piece.length;
    if (wanted.length > 0) {
      yield wanted;
    }
    if (position >= start + length) {
      return;
    }
  }
}
