import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { stringifyJson } from '../../core/json';
import { JsonPieces } from '../api/jsonPieces';
import type { Log } from '../log';
import { answerError, toApiError } from './errors';
import { safetyHeaders, setSafetyHeaders } from './gate';

/**
 * Answers with JSON.
 * @param answer an object, JSON that is written already, or a stream of JSON text: where that breaks off in the middle, so does the connection
 */
export function sendAnswer(request: IncomingMessage, response: ServerResponse, answer: object, log: Log): void {
  if (answer instanceof Readable) {
    setSafetyHeaders(response);
    response.setHeader('content-type', 'application/json');
    answer.once('error', (error) => answerError(request, response, toApiError(error, log)));
    response.once('close', () => answer.destroy());
    answer.pipe(response);
    return;
  }
  if (answer instanceof JsonPieces) {
    sendPieces(response, answer.pieces);
    return;
  }
  sendText(response, 'application/json', stringifyJson(answer));
}

function sendPieces(response: ServerResponse, pieces: readonly Buffer[]): void {
  const length = String(pieces.reduce((sum, piece) => sum + piece.length, 0));
  response.writeHead(200, [...safetyHeaders, 'content-type', 'application/json', 'content-length', length]);
  response.cork();
  pieces.forEach((piece) => response.write(piece));
  response.end();
}

/** Answers with a text that is whole. */
export function sendText(response: ServerResponse, type: string, text: string): void {
  const length = String(Buffer.byteLength(text));
  response.writeHead(200, [...safetyHeaders, 'content-type', type, 'content-length', length]);
  response.end(text);
}
