import http from 'node:http';
import https from 'node:https';
import { parseJson, stringifyJson } from '../core/json';
import { RequestError } from './requestError';
import type { CallOptions, Disposable, ServerAddress } from './types';

export type Query = Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>;

export interface HttpRequest extends CallOptions {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Below the server's URL, percent-encoded; begins with `/`. */
  readonly path: string;
  readonly query?: Query;
  /** Sent as JSON. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** True where asking twice does no harm: such a request may reuse a connection, and is repeated once when that was stale. */
  readonly read: boolean;
  /** False for a stream that may be silent for long: `timeout` then ends with the head of the answer. Default true. */
  readonly limitSilence?: boolean;
}

/** An answer with a status below 300; its body is yet to be read, to the end, or destroyed. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: http.IncomingMessage;
}

const defaultTimeout = 30_000;
/** Of an error's body; and of a whole answer, well below the longest string. */
const errorLimit = 65_536;
const bodyLimit = 256 * 1024 * 1024;

/**
 * Typed HTTP to one server. Errors are `RequestError`s; a status of 300 or above is one.
 * Redirects are not followed: the credentials are for this server alone.
 */
export class HttpClient implements Disposable {
  private readonly agent: http.Agent;
  /** Ends each request that is under way, and its answer. */
  private readonly endings = new Set<(error: RequestError) => void>();
  private disposed = false;

  constructor(private readonly address: ServerAddress) {
    const options = { keepAlive: true, maxSockets: 16, timeout: 60_000 };
    this.agent = address.url.startsWith('https:') ? new https.Agent(options) : new http.Agent(options);
  }

  get url(): string {
    return this.address.url;
  }

  async json(request: HttpRequest): Promise<unknown> {
    const bytes = await this.bytes(request);
    const text = new TextDecoder().decode(bytes);
    try {
      return text.trim() === '' ? {} : parseJson(text);
    } catch (cause) {
      throw new RequestError('malformed', `${this.url} does not answer as an MLflow server does.`, { cause });
    }
  }

  /** The whole body. Its buffer holds nothing else, so it may be transferred. */
  async bytes(request: HttpRequest): Promise<Uint8Array<ArrayBuffer>> {
    try {
      const { body } = await this.open(request);
      return await collect(body, bodyLimit);
    } catch (error) {
      // A body that breaks off.
      throw this.explain(error);
    }
  }

  /** Sends the request and waits for the head of the answer. The signal also ends the body. */
  async open(request: HttpRequest): Promise<HttpAnswer> {
    const attempt = (): Promise<HttpAnswer> => this.attempt(request);
    try {
      return await attempt().catch((error: unknown) => {
        if (error instanceof StaleConnectionError && request.read) {
          return attempt();
        }
        throw error;
      });
    } catch (error) {
      throw this.explain(error);
    }
  }

  /** Ends what is under way and closes the connections. */
  dispose(): void {
    this.disposed = true;
    for (const end of [...this.endings]) {
      end(new RequestError('aborted', 'The connection was closed.'));
    }
    this.agent.destroy();
  }

  private async attempt(request: HttpRequest): Promise<HttpAnswer> {
    const answer = await this.send(request);
    const status = answer.statusCode ?? 0;
    if (status >= 200 && status < 300) {
      return { status, headers: answer.headers, body: answer };
    }
    throw await this.refusal(status, answer);
  }

  private send(request: HttpRequest): Promise<http.IncomingMessage> {
    const { signal, timeout = defaultTimeout } = request;
    if (this.disposed || signal?.aborted) {
      return Promise.reject(new RequestError('aborted', this.disposed ? 'The connection was closed.' : 'Cancelled.'));
    }
    return new Promise((resolve, reject) => {
      const sent = this.start(request);
      let arrived: http.IncomingMessage | undefined;
      // Once there is an answer its reader must learn why it ends; the request then tells nobody any more.
      const end = (error: RequestError): void => void (arrived ?? sent).destroy(error);
      const onSlow = (): void =>
        end(new RequestError('timeout', `${this.url} did not answer within ${timeout / 1000} s.`));
      const onAbort = (): void => end(new RequestError('aborted', 'Cancelled.'));
      const timer = setTimeout(onSlow, timeout);
      signal?.addEventListener('abort', onAbort, { once: true });
      this.endings.add(end);
      sent.on('response', (answer) => {
        clearTimeout(timer);
        arrived = answer;
        // Without a listener an error between here and the reader's first look would end the process.
        answer.on('error', () => undefined);
        if (request.limitSilence ?? true) {
          answer.setTimeout(timeout, onSlow);
        }
        resolve(answer);
      });
      sent.on('error', (error) =>
        reject(sent.reusedSocket && isBroken(error) ? new StaleConnectionError(error) : error),
      );
      sent.on('close', () => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', onAbort);
        this.endings.delete(end);
      });
    });
  }

  private start({ method, path, query, body, headers, read }: HttpRequest): http.ClientRequest {
    const url = new URL(this.address.url);
    const payload = body === undefined ? undefined : Buffer.from(stringifyJson(body));
    const request = (url.protocol === 'https:' ? https : http).request({
      protocol: url.protocol,
      hostname: url.hostname.replace(/^\[|\]$/g, ''),
      port: url.port,
      method,
      path: url.pathname.replace(/\/$/, '') + path + queryText(query),
      // A write goes over a connection of its own: one that was closed while idle would leave open whether it arrived.
      agent: read && headers?.['accept'] !== 'text/event-stream' ? this.agent : false,
      headers: {
        accept: 'application/json',
        ...authorization(this.address),
        ...(payload ? { 'content-type': 'application/json', 'content-length': payload.length } : {}),
        ...headers,
      },
    });
    request.end(payload);
    return request;
  }

  private async refusal(status: number, answer: http.IncomingMessage): Promise<RequestError> {
    if (status >= 300 && status < 400) {
      answer.destroy();
      return new RequestError('status', `${this.url} points to another address; connect to that one.`, { status });
    }
    const text = new TextDecoder().decode(await collect(answer, errorLimit).catch(() => new Uint8Array()));
    const { code, message } = readError(text);
    const words = `The server answered ${status} ${answer.statusMessage ?? ''}`.trimEnd();
    return new RequestError('status', message ?? `${words}.`, { status, code });
  }

  private explain(error: unknown): RequestError {
    if (error instanceof RequestError) {
      return error;
    }
    const cause = error instanceof StaleConnectionError ? error.cause : error;
    return new RequestError('unreachable', reasonOf(cause, this.url), { cause });
  }
}

/** A connection that was kept open turned out to be closed: the request may not have been seen at all. */
class StaleConnectionError extends Error {
  constructor(override readonly cause: Error) {
    super(cause.message);
  }
}

function isBroken(error: unknown): boolean {
  return ['ECONNRESET', 'EPIPE', 'ECONNABORTED'].includes(codeOf(error));
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}

function reasonOf(error: unknown, url: string): string {
  switch (codeOf(error)) {
    case 'ECONNREFUSED':
      return `Nothing answers at ${url}: the connection was refused.`;
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `The host of ${url} is not known.`;
    case 'ECONNRESET':
    case 'EPIPE':
      return `The connection to ${url} broke off.`;
    case 'ETIMEDOUT':
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return `The host of ${url} cannot be reached.`;
    default:
      return `${url} cannot be reached: ${error instanceof Error ? error.message : String(error)}`;
  }
}

function readError(text: string): { code?: string; message?: string } {
  try {
    const body = parseJson(text);
    if (typeof body === 'object' && body !== null) {
      const { error_code: code, message } = body as { error_code?: unknown; message?: unknown };
      return {
        ...(typeof code === 'string' ? { code } : {}),
        ...(typeof message === 'string' && message !== '' ? { message } : {}),
      };
    }
  } catch {
    // An error page of a proxy, say; the status is all there is to tell.
  }
  return {};
}

function authorization({ token, basic }: ServerAddress): Record<string, string> {
  if (token !== undefined) {
    return { authorization: `Bearer ${token}` };
  }
  return basic ? { authorization: `Basic ${Buffer.from(`${basic.user}:${basic.password}`).toString('base64')}` } : {};
}

/** Percent-decodes; what is not encoded rightly is taken as it is. */
function queryText(query: Query = {}): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    for (const each of value === undefined ? [] : typeof value === 'object' ? value : [String(value)]) {
      parameters.append(name, each);
    }
  }
  const text = parameters.toString();
  return text && `?${text}`;
}

async function collect(body: http.IncomingMessage, limit: number): Promise<Uint8Array<ArrayBuffer>> {
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of body as AsyncIterable<Buffer>) {
    size += piece.length;
    if (size > limit) {
      throw new RequestError('malformed', `The answer is longer than ${limit / 1024 / 1024} MiB.`);
    }
    pieces.push(piece);
  }
  const whole = new Uint8Array(size);
  let offset = 0;
  for (const piece of pieces) {
    whole.set(piece, offset);
    offset += piece.length;
  }
  return whole;
}
