import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { stringifyJson } from '../../core/json';
import type { Log } from '../log';
import { answerError, toApiError } from './errors';
import { safetyHeaders, setSafetyHeaders } from './gate';

/** Answers with JSON. @param answer an object, or a stream of JSON text: where that breaks off in the middle, so does the connection */
export function sendAnswer(request: IncomingMessage, response: ServerResponse, answer: object, log: Log): void {
  if (answer instanceof Readable) {
    setSafetyHeaders(response);
    response.setHeader('content-type', 'application/json');
    answer.once('error', (error) => answerError(request, response, toApiError(error, log)));
    response.once('close', () => answer.destroy());
    answer.pipe(response);
    return;
  }
  sendText(response, 'application/json', stringifyJson(answer));
}

/** Answers with a text that is whole. */
export function sendText(response: ServerResponse, type: string, text: string): void {
  const length = String(Buffer.byteLength(text));
  response.writeHead(200, [...safetyHeaders, 'content-type', type, 'content-length', length]);
  response.end(text);
}
