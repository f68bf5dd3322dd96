import {
  createServer,
  type IncomingMessage,
  type OutgoingHttpHeader,
  type OutgoingHttpHeaders,
  type Server,
  ServerResponse,
} from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { ApiError } from '../../core/errors';
import type { Log } from '../log';
import { answerError, errnoOf, errorBody } from './errors';
import type { Gate } from './gate';
import { type AnswerBody, ShortWays } from './shortWay';

/** What stands behind the gate. */
export interface Handlers {
  handle(this: void, request: IncomingMessage, response: ServerResponse): void;
  /** How requests with such a head are answered by their bodies alone; undefined for those that are not. */
  answerOf(this: void, request: IncomingMessage): AnswerBody | undefined;
}

const statusTexts: Partial<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  405: 'Method Not Allowed',
  408: 'Request Timeout',
  431: 'Request Header Fields Too Large',
};

type Headers = OutgoingHttpHeaders | OutgoingHttpHeader[];

/** Longest silence on a connection, milliseconds. */
const longestSilence = 60_000;
/** The same between two requests. */
const keepAliveTimeout = 75_000;

/**
 * One listening server: limits on what a connection may take, the gate, then the handlers. Uploads may take as long as they flow,
 * so there is no limit on a whole request, only on its headers and on a client's silence.
 * @param isEnding asked before each answer; where it says so, the answer is the last one of its connection
 */
export function createHttpServer(
  gate: Gate,
  { handle, answerOf }: Handlers,
  log: Log,
  isEnding: () => boolean,
): Server {
  /** The newest answer of each connection. */
  const answers = new WeakMap<Socket, ServerResponse>();
  class Answer extends ServerResponse {
    override assignSocket(socket: Socket): void {
      super.assignSocket(socket);
      answers.set(socket, this);
    }
    override writeHead(status: number, message?: string, headers?: Headers): this;
    override writeHead(status: number, headers?: Headers): this;
    override writeHead(status: number, first?: string | Headers, second?: Headers): this {
      this.shouldKeepAlive &&= !isEnding();
      return typeof first === 'string' ? super.writeHead(status, first, second) : super.writeHead(status, first);
    }
  }
  const server = createServer({
    ServerResponse: Answer,
    noDelay: true,
    keepAlive: true,
    headersTimeout: 10_000,
    requestTimeout: 0,
    keepAliveTimeout,
    connectionsCheckingInterval: 2_000,
    maxHeaderSize: 32 * 1024,
    // The gate asks for the Host header itself, with a JSON answer.
    requireHostHeader: false,
  });
  const shortWays = new ShortWays({ answerOf, isEnding, keepAlive: keepAliveTimeout / 1000, log });
  const closeIdleConnections = server.closeIdleConnections.bind(server);
  // Node takes connections for idle whose request it has not read.
  server.closeIdleConnections = () => shortWays.whenIdle(closeIdleConnections);
  server.timeout = longestSilence;
  server.on('timeout', (socket: Socket) => {
    const answer = answers.get(socket);
    // Where the request is here and its answer is not, the silence is ours: permanent deletion of many runs takes minutes.
    if (!shortWays.isAnswering(socket) && (answer === undefined || !answer.req.complete || answer.headersSent)) {
      socket.destroy();
    }
  });
  server.maxConnections = 1024;
  server.maxHeadersCount = 200;
  const serve = (request: IncomingMessage, response: ServerResponse, prepare?: () => void): void => {
    shortWays.note(request, response);
    const refusal = gate(request);
    if (refusal === undefined) {
      prepare?.();
      handle(request, response);
    } else {
      answerError(request, response, refusal, headersOf(refusal));
    }
  };
  server.on('request', (request: IncomingMessage, response: ServerResponse) => serve(request, response));
  server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) =>
    serve(request, response, () => response.writeContinue()),
  );
  server.on('checkExpectation', (request: IncomingMessage, response: ServerResponse) =>
    serve(request, response, () => delete request.headers.expect),
  );
  server.on('connect', (request: IncomingMessage, socket: Duplex) => {
    shortWays.cut(request.socket);
    const error = gate(request) ?? new ApiError('METHOD_NOT_ALLOWED', 'CONNECT is not offered here.');
    endSocket(socket, error);
  });
  // Such as too many open files while accepting: bad luck for one client, no reason to end.
  server.on('error', (error: Error) => {
    if (server.listening) {
      log.error('accepting a connection failed', error);
    }
  });
  server.on('clientError', (error: Error, socket: Duplex) => endSocket(socket, errorOfParser(error)));
  return server;
}

/** What the HTTP parser refuses has no request to answer, so the answer is written by hand. */
function errorOfParser(error: Error): ApiError {
  switch (errnoOf(error)) {
    case 'HPE_HEADER_OVERFLOW':
      return new ApiError('REQUEST_HEADERS_TOO_LARGE', "The request's headers are too large.");
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new ApiError('REQUEST_TIMEOUT', "The request's headers took too long to arrive.");
    default:
      return new ApiError('BAD_REQUEST', 'This is no valid HTTP request.');
  }
}

function headersOf(error: ApiError): Record<string, string> {
  return error.code === 'UNAUTHENTICATED' ? { 'www-authenticate': 'Bearer realm="Labbook"' } : {};
}

function endSocket(socket: Duplex, error: ApiError): void {
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  const body = errorBody(error);
  const lines = [
    `HTTP/1.1 ${error.status} ${statusTexts[error.status] ?? 'Error'}`,
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'X-Content-Type-Options: nosniff',
    'Connection: close',
  ];
  socket.end(`${lines.join('\r\n')}\r\n\r\n${body}`, () => socket.destroy());
}
