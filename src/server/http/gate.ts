import { timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { hasControl } from '../../core/limits';
import { ApiError } from '../../core/errors';

/** Paths that answer without a token. */
const openPaths: ReadonlySet<string> = new Set(['/health', '/version']);

const loopbackHosts = ['127.0.0.1', 'localhost', '[::1]'];

export interface GateOptions {
  token: string;
  /** Host names allowed beside the loopback ones. */
  allowHosts: readonly string[];
}

/** Answers why a request is refused, or undefined. */
export type Gate = (request: IncomingMessage) => ApiError | undefined;

/**
 * The checks before routing, in this order: Host (against DNS rebinding), Origin (against pages of other sites), token, form
 * of the request line.
 */
export function createGate(options: GateOptions): Gate {
  const hosts = new Set([...loopbackHosts, ...options.allowHosts.map((name) => name.toLowerCase())]);
  const token = Buffer.from(options.token);
  // What was let in last: a script that logs says the same with each request.
  let lastHost: string | undefined;
  let lastAuthorization: string | undefined;
  return (request) => {
    const { host, authorization } = request.headers;
    const isKnownHost = host !== undefined && host === lastHost && countOf(request.rawHeaders, 'host') === 1;
    const before = (isKnownHost ? undefined : checkHost(request, hosts)) ?? checkOrigin(request);
    if (before !== undefined) {
      return before;
    }
    lastHost = host;
    if (lastAuthorization === undefined || !areSame(authorization, lastAuthorization)) {
      const refusal = checkToken(request, token);
      if (refusal !== undefined) {
        return refusal;
      }
      if (!openPaths.has(pathOf(request))) {
        lastAuthorization = authorization;
      }
    }
    return checkTarget(request);
  };
}

/** Compares in a time that does not tell where two texts differ. */
function areSame(given: string | undefined, wanted: string): boolean {
  if (given?.length !== wanted.length) {
    return false;
  }
  let difference = 0;
  for (let i = 0; i < wanted.length; i++) {
    difference |= given.charCodeAt(i) ^ wanted.charCodeAt(i);
  }
  return difference === 0;
}

/**
 * Headers of every answer: nothing here is a page, so nothing may be rendered, framed, guessed at or kept. A flat list of names and
 * values: answers that are sent with one call of `writeHead` bring them there, which costs Node a quarter of what `setHeader` does.
 */
export const safetyHeaders: readonly string[] = [
  'x-content-type-options',
  'nosniff',
  'cache-control',
  'no-store',
  'content-security-policy',
  "default-src 'none'; sandbox",
  'x-frame-options',
  'DENY',
];

/** The same for an answer that others write. */
export function setSafetyHeaders(response: ServerResponse): void {
  for (let i = 0; i < safetyHeaders.length; i += 2) {
    response.setHeader(safetyHeaders[i] ?? '', safetyHeaders[i + 1] ?? '');
  }
}

/** The path of a request line, still percent-encoded, without the query. */
export function pathOf(request: IncomingMessage): string {
  const url = request.url ?? '/';
  const end = url.indexOf('?');
  return end < 0 ? url : url.slice(0, end);
}

/** The query of a request line without its question mark, still encoded; empty when there is none. */
export function queryOf(request: IncomingMessage): string {
  const url = request.url ?? '/';
  const start = url.indexOf('?');
  return start < 0 ? '' : url.slice(start + 1);
}

function checkHost(request: IncomingMessage, hosts: ReadonlySet<string>): ApiError | undefined {
  const { host } = request.headers;
  if (host === undefined || countOf(request.rawHeaders, 'host') !== 1) {
    return new ApiError('BAD_REQUEST', 'A request needs exactly one Host header.');
  }
  const name = host.toLowerCase().replace(/:\d{1,5}$/, '');
  return hosts.has(name)
    ? undefined
    : new ApiError(
        'PERMISSION_DENIED',
        'This host name is not served here. Use 127.0.0.1, or allow it by --allow-host.',
      );
}

/** How often a header occurs; `headers` has the first of several. */
function countOf(rawHeaders: readonly string[], name: string): number {
  let count = 0;
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const each = rawHeaders[i] ?? '';
    if (each.length === name.length && each.toLowerCase() === name) {
      count++;
    }
  }
  return count;
}

function checkOrigin(request: IncomingMessage): ApiError | undefined {
  const { origin, host } = request.headers;
  return origin === undefined || origin === `http://${host}` || origin === `https://${host}`
    ? undefined
    : new ApiError('PERMISSION_DENIED', 'Requests of pages from another origin are refused.');
}

function checkToken(request: IncomingMessage, token: Buffer): ApiError | undefined {
  if (openPaths.has(pathOf(request))) {
    return undefined;
  }
  const given = givenToken(request.headers.authorization);
  if (given === undefined) {
    return new ApiError(
      'UNAUTHENTICATED',
      "Labbook's server wants its token: set MLFLOW_TRACKING_TOKEN, or put it into the URL as http://labbook:TOKEN@…",
    );
  }
  // Comparing takes the same time whatever the token is; its length, which all tokens have, is no secret.
  const bytes = Buffer.from(given);
  return bytes.length === token.length && timingSafeEqual(bytes, token)
    ? undefined
    : new ApiError('UNAUTHENTICATED', 'This is not the token of this store.');
}

function givenToken(header: string | undefined): string | undefined {
  const match = /^(bearer|basic) +(\S+) *$/i.exec(header ?? '');
  const [, scheme, value] = match ?? [];
  if (scheme === undefined || value === undefined) {
    return undefined;
  }
  if (scheme.toLowerCase() === 'bearer') {
    return value;
  }
  const pair = Buffer.from(value, 'base64').toString('utf8');
  const colon = pair.indexOf(':');
  return colon < 0 ? undefined : pair.slice(colon + 1);
}

/** Paths as they mostly are, which keep all of `checkTarget`'s rules. */
const plainPath = /^\/(?!\/)[\w\-./]*$/;

function checkTarget(request: IncomingMessage): ApiError | undefined {
  if (request.headers['content-length'] !== undefined && request.headers['transfer-encoding'] !== undefined) {
    return new ApiError('BAD_REQUEST', 'Content-Length and Transfer-Encoding contradict each other.');
  }
  const path = pathOf(request);
  if (plainPath.test(path)) {
    return undefined;
  }
  if (!path.startsWith('/') || path.startsWith('//')) {
    return new ApiError('BAD_REQUEST', 'The request target must be a path that begins with one slash.');
  }
  let decoded;
  try {
    decoded = decodeURIComponent(path);
  } catch {
    return new ApiError('BAD_REQUEST', 'The path is not valid percent-encoded UTF-8.');
  }
  return hasControl(decoded)
    ? new ApiError('INVALID_PARAMETER_VALUE', 'The path contains a control character.')
    : undefined;
}
