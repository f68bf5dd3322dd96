import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { stringifyJson } from '../../core/json';
import type { Log } from '../log';
import { answerError, toApiError } from './errors';

/** Answers with JSON. @param answer an object, or a stream of JSON text: where that breaks off in the middle, so does the connection */
export function sendAnswer(request: IncomingMessage, response: ServerResponse, answer: object, log: Log): void {
  if (answer instanceof Readable) {
    response.setHeader('content-type', 'application/json');
    answer.once('error', (error) => answerError(request, response, toApiError(error, log)));
    response.once('close', () => answer.destroy());
    answer.pipe(response);
    return;
  }
  const text = stringifyJson(answer);
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) });
  response.end(text);
}
