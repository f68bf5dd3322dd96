import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { ApiError, type ErrorCode } from '../../core/errors';
import type { WireError } from '../../protocol/mlflow';
import type { Log } from '../log';
import { StoreDamagedError, StoreVersionError } from '../store/damage';
import { setSafetyHeaders } from './gate';

/** How long the rest of a refused body is read and thrown away, so that the client gets to read the answer. */
const lingerMilliseconds = 10_000;
/** A client that stops sending for this long has read the answer, or never will. */
const silenceMilliseconds = 1_000;

const codeOfErrno: Readonly<Record<string, ErrorCode>> = {
  ENOSPC: 'INSUFFICIENT_STORAGE',
  EDQUOT: 'INSUFFICIENT_STORAGE',
  EROFS: 'PERMISSION_DENIED',
  EACCES: 'PERMISSION_DENIED',
  EPERM: 'PERMISSION_DENIED',
  EIO: 'DATA_LOSS',
  ENAMETOOLONG: 'INVALID_PARAMETER_VALUE',
};

const textOfCode: Partial<Record<ErrorCode, string>> = {
  INSUFFICIENT_STORAGE: 'The disk of the store is full; nothing was changed. Free some space and try again.',
  PERMISSION_DENIED: 'The store cannot be written to',
  DATA_LOSS: 'The disk does not give a file of the store out',
  INVALID_PARAMETER_VALUE: 'A name in the path is too long for the file system',
};

/** The answer for anything thrown while a request was served; what nobody foresaw is logged and becomes a plain 500. */
export function toApiError(error: unknown, log: Log): ApiError {
  if (error instanceof ApiError) {
    return error;
  }
  if (error instanceof StoreDamagedError || error instanceof StoreVersionError) {
    log.error('a part of the store cannot be read', error);
    return new ApiError('DATA_LOSS', error.message, { cause: error });
  }
  const errno = errnoOf(error);
  const code = errno === undefined ? undefined : codeOfErrno[errno];
  if (code !== undefined) {
    return new ApiError(code, `${textOfCode[code] ?? code} (${errno})`, { cause: error });
  }
  log.error('a request failed', error);
  return new ApiError('INTERNAL_ERROR', "Labbook's server met an error it did not expect; its log has the details.");
}

/** The system's error code (`ENOENT`, …) of a failed file operation. */
export function errnoOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

export function errorBody(error: ApiError): string {
  const body: WireError = { error_code: error.code, message: error.message };
  return JSON.stringify(body);
}

/**
 * Answers a request with an error. Where the request's body is still on its way, the answer goes out at once, the rest of
 * the body is thrown away for a while, then the connection is closed: closing at once would reset it under the client, which
 * would then never see the answer.
 */
export function answerError(
  request: IncomingMessage,
  response: ServerResponse,
  error: ApiError,
  headers: OutgoingHttpHeaders = {},
): void {
  if (response.headersSent || response.destroyed) {
    response.destroy();
    return;
  }
  setSafetyHeaders(response);
  const body = Buffer.from(errorBody(error));
  const unread = hasBody(request) && !request.complete;
  response.writeHead(error.status, {
    ...headers,
    'content-type': 'application/json',
    'content-length': body.length,
    ...(unread ? { connection: 'close' } : {}),
  });
  if (!unread) {
    response.end(body);
    return;
  }
  response.write(body);
  linger(request, response);
}

function linger(request: IncomingMessage, response: ServerResponse): void {
  const end = (): void => {
    clearTimeout(limit);
    clearTimeout(silence);
    response.end();
  };
  const limit = setTimeout(end, lingerMilliseconds);
  const silence = setTimeout(end, silenceMilliseconds);
  request.once('end', end).once('close', end).once('error', end);
  request.on('data', () => silence.refresh()).resume();
}

export function hasBody(request: IncomingMessage): boolean {
  const length = request.headers['content-length'];
  return request.headers['transfer-encoding'] !== undefined || (length !== undefined && Number(length) > 0);
}
