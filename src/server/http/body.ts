import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import { ApiError } from '../../core/errors';
import { parseJson } from '../../core/json';
import type { Steps } from '../../core/steps';
import type { Endpoint } from '../api/endpoint';
import { isFieldName } from '../api/fields';
import { messageOf } from '../log';
import { inTurns } from '../turns';
import { Deadlines } from './deadlines';
import { queryOf } from './gate';
import { parseJsonInSteps } from './jsonInSteps';

/** Largest JSON body, bytes. */
export const maxJsonBytes = 64 * 1024 * 1024;

/** What is longer is read in turns with other requests; a batch of as many metrics as are allowed, with long names, is not. */
const longBody = 1024 * 1024;
/** The same of what has to be parsed: a hundred thousand names take 40 ms. */
const longJson = 256 * 1024;

/** A JSON body of which a part has come must be complete after this time, however its bytes trickle. */
const deadlines = new Deadlines(120_000);

/**
 * Reads a request's JSON body as MLflow does: an empty one is `{}`, a JSON string that holds JSON is decoded again.
 * @param scan tried first
 * @throws ApiError for a wrong Content-Type of POST and PUT (MLflow's messages), a compressed or over-large body, and for
 *   what is no JSON (MLflow takes that for `{}`).
 */
export function readJsonBody(
  request: IncomingMessage,
  contentType: string | undefined,
  scan?: Endpoint['scan'],
): Promise<unknown> {
  try {
    if (request.method === 'POST' || request.method === 'PUT') {
      checkContentType(contentType);
    }
    checkEncoding(request);
  } catch (error) {
    return Promise.reject(error instanceof Error ? error : new Error(String(error)));
  }
  return readBytes(request, (chunks, size) => {
    if (size > longBody) {
      return inTurns(readInSteps(chunks, size));
    }
    const [first] = chunks;
    const bytes = first !== undefined && chunks.length === 1 ? first : Buffer.concat(chunks);
    return size > longJson ? (scan?.(bytes) ?? inTurns(readInSteps([bytes], size))) : readWhole(bytes, scan);
  });
}

/** The same of a body that is all there, and not long. */
export function readWhole(bytes: Buffer, scan?: Endpoint['scan']): unknown {
  return bytes.length === 0 ? {} : (scan?.(bytes) ?? readJson(bytes));
}

function readJson(bytes: Buffer): unknown {
  checkUtf8(bytes);
  const text = bytes.toString('utf8', hasByteOrderMark(bytes) ? 3 : 0);
  const value = text.trim() === '' ? {} : parse(text);
  return typeof value === 'string' ? parse(value) : value;
}

/** What `readJson` makes of a long body. */
function* readInSteps(chunks: readonly Buffer[], size: number): Steps<unknown> {
  const bytes = yield* joinInSteps(chunks, size);
  checkUtf8(bytes);
  yield;
  try {
    const value = yield* parseJsonInSteps(bytes.subarray(hasByteOrderMark(bytes) ? 3 : 0), isFieldName);
    if (typeof value === 'string') {
      return yield* readText(value);
    }
    return value === undefined ? {} : value;
  } catch (error) {
    throw unreadable(error);
  }
}

/** JSON that was a string in JSON. */
function* readText(text: string): Steps<unknown> {
  // Half a surrogate pair is lost in bytes.
  if (text.length <= longBody || /\p{Surrogate}/u.test(text)) {
    return parseJson(text);
  }
  yield;
  const value = yield* parseJsonInSteps(Buffer.from(text), isFieldName);
  if (value === undefined) {
    throw new SyntaxError('Unexpected end of JSON input');
  }
  return value;
}

function* joinInSteps(chunks: readonly Buffer[], size: number): Steps<Buffer> {
  const bytes = Buffer.allocUnsafe(size);
  let at = 0;
  for (const chunk of chunks) {
    at += chunk.copy(bytes, at);
    yield;
  }
  return bytes;
}

function checkUtf8(bytes: Buffer): void {
  if (!isUtf8(bytes)) {
    throw new ApiError('BAD_REQUEST', 'The request body is not UTF-8.');
  }
}

/**
 * What a request says: the JSON body, or of a GET the query. A GET without a query may bring a body instead, as with MLflow
 * (`_get_request_message` in its `server/handlers.py`); `mlflow-export-import` asks so.
 */
export async function readInput(
  request: IncomingMessage,
  contentType: string | undefined,
  scan?: Endpoint['scan'],
): Promise<unknown> {
  if (request.method === 'GET') {
    const { 'content-length': length = '0', 'transfer-encoding': encoding } = request.headers;
    const hasBody = encoding !== undefined || Number(length) > 0;
    if (queryOf(request) !== '' || !hasBody) {
      return readQuery(request);
    }
  }
  return await readJsonBody(request, contentType, scan);
}

/** Refuses compressed bodies: a few bytes could unpack to gigabytes, and MLflow's clients send none. */
export function checkEncoding(request: IncomingMessage): void {
  const encoding = request.headers['content-encoding'];
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity') {
    throw new ApiError('UNSUPPORTED_MEDIA_TYPE', 'Compressed request bodies are not supported.');
  }
}

/**
 * The query of a GET as an object: a parameter that occurs more than once is an array of strings.
 * @throws ApiError where it is not valid percent-encoded UTF-8
 */
export function readQuery(request: IncomingMessage): Record<string, string | string[]> {
  const fields = new Map<string, string | string[]>();
  for (const part of queryOf(request).split('&')) {
    if (part === '') {
      continue;
    }
    const equals = part.indexOf('=');
    const name = decode(equals < 0 ? part : part.slice(0, equals));
    const value = equals < 0 ? '' : decode(part.slice(equals + 1));
    const earlier = fields.get(name);
    fields.set(name, earlier === undefined ? value : [...(typeof earlier === 'string' ? [earlier] : earlier), value]);
  }
  // fromEntries defines properties, so that a parameter named __proto__ is only a name.
  return Object.fromEntries(fields);
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    throw new ApiError('BAD_REQUEST', 'The query is not valid percent-encoded UTF-8.');
  }
}

function checkContentType(contentType: string | undefined): void {
  if (contentType === 'application/json') {
    return;
  }
  if (contentType === undefined) {
    throw new ApiError('INVALID_PARAMETER_VALUE', 'Bad Request. Content-Type header is missing.');
  }
  if (contentType.split(';', 1)[0]?.trim().toLowerCase() !== 'application/json') {
    throw new ApiError('INVALID_PARAMETER_VALUE', "Bad Request. Content-Type must be one of ['application/json'].");
  }
}

function hasByteOrderMark(bytes: Buffer): boolean {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
}

function parse(text: string): unknown {
  try {
    return parseJson(text);
  } catch (error) {
    throw unreadable(error);
  }
}

function unreadable(error: unknown): ApiError {
  return new ApiError('BAD_REQUEST', `The request body is no JSON that can be read: ${messageOf(error)}`);
}

/** @param read what is to be made of the whole body, `size` bytes in one or more pieces */
function readBytes(
  request: IncomingMessage,
  read: (chunks: readonly Buffer[], size: number) => unknown,
): Promise<unknown> {
  const tooLarge = (): ApiError =>
    new ApiError('REQUEST_TOO_LARGE', `A JSON request body may have at most ${maxJsonBytes / 1024 / 1024} MB.`);
  const length = Number(request.headers['content-length'] ?? NaN);
  if (length > maxJsonBytes) {
    return Promise.reject(tooLarge());
  }
  return new Promise((resolve, reject) => {
    let chunks: Buffer[] = [];
    let size = 0;
    const refuse = (error: ApiError): void => {
      deadlines.delete(onLate);
      // Whatever else comes is thrown away by who answers (`answerError`).
      chunks = [];
      request.off('data', onData).off('end', onEnd);
      reject(error);
    };
    const onData = (chunk: Buffer): void => {
      // Most bodies come in one piece, and need no deadline. One of which nothing comes ends with the connection's silence.
      if (size === 0 && chunk.length !== length) {
        deadlines.add(onLate);
      }
      size += chunk.length;
      chunks.push(chunk);
      if (size > maxJsonBytes) {
        refuse(tooLarge());
      }
    };
    const onLate = (): void => refuse(new ApiError('REQUEST_TIMEOUT', 'The request body took too long to arrive.'));
    const onClose = (): void => {
      // Each request is closed in the end.
      if (!request.complete) {
        refuse(new ApiError('BAD_REQUEST', 'The request ended before its body.'));
      }
    };
    const onEnd = (): void => {
      deadlines.delete(onLate);
      try {
        resolve(read(chunks, size));
      } catch (error) {
        reject(error instanceof Error ? error : new Error(String(error)));
      }
    };
    // Without a listener for errors, which only say that it was closed, none are made.
    request.on('data', onData).on('end', onEnd).on('close', onClose);
  });
}
