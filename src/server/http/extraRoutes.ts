import type { IncomingMessage, ServerResponse } from 'node:http';
import { extrasPrefix } from '../../protocol/extras';
import { seriesContentType } from '../../protocol/seriesCodec';
import { tableContentType } from '../../protocol/tableCodec';
import { Curves } from '../api/labbook/curves';
import { answerSeries } from '../api/labbook/series';
import { answerTableColumns, answerTableRows } from '../api/labbook/table';
import { Line } from '../turns';
import type { AppContext } from './app';
import { readJsonBody } from './body';
import { safetyHeaders, setSafetyHeaders } from './gate';
import { sendAnswer } from './sendAnswer';

export interface ExtraRoute {
  readonly method: string;
  readonly path: string;
  /** @throws ApiError, before anything is written, where the request is wrong */
  readonly answer: (request: IncomingMessage, response: ServerResponse) => Promise<void> | void;
}

/** Labbook's own routes that answer with something else than JSON, or do something afterwards. */
export function extraRoutes({ store, events, shutdown, log }: AppContext): ExtraRoute[] {
  const binary = (name: string, type: string, answer: (input: unknown) => Promise<Uint8Array>): ExtraRoute => ({
    method: 'POST',
    path: `${extrasPrefix}/${name}`,
    answer: async (request, response) => {
      const input = await readJsonBody(request, request.headers['content-type']);
      const bytes = await answer(input);
      response.writeHead(200, [...safetyHeaders, 'content-type', type, 'content-length', String(bytes.length)]);
      response.end(bytes);
    },
  });
  const curves = new Curves(store);
  // Of a panel's charts the first ones can be drawn while the others are read.
  const line = new Line();
  return [
    binary('series', seriesContentType, (input) => line.do(() => answerSeries(curves, input))),
    binary('table/rows', tableContentType, (input) => answerTableRows(store, input)),
    binary('table/columns', tableContentType, (input) => answerTableColumns(store, input)),
    {
      method: 'GET',
      path: `${extrasPrefix}/events`,
      answer: (request, response) => {
        setSafetyHeaders(response);
        events.serve(request, response);
      },
    },
    {
      method: 'POST',
      path: `${extrasPrefix}/shutdown`,
      answer: (request, response) => {
        response.once('finish', () => shutdown());
        sendAnswer(request, response, {}, log);
      },
    },
  ];
}
