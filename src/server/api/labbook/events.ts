import type { IncomingMessage, ServerResponse } from 'node:http';
import { decode, integer, message } from '../fields';
import type { ChangeHub } from '../../changeHub';
import { readQuery } from '../../http/body';

/** A reader that has this many bytes waiting does not read; it is cut off and may come back with its last id. */
const maxWaitingBytes = 1024 * 1024;
const aliveMilliseconds = 15_000;

const query = message({ since: integer.optional });

/** Connections of the change feed, so that a clean end can close them at once. */
export class EventConnections {
  private readonly open = new Set<() => void>();

  constructor(private readonly hub: ChangeHub) {}

  /**
   * GET events: answers with server-sent events until either side closes (protocol/extras.ts).
   * @throws ApiError, before anything is written, where the request is wrong
   */
  serve(request: IncomingMessage, response: ServerResponse): void {
    const asked = decode(query, { since: request.headers['last-event-id'] ?? readQuery(request)['since'] }).since;
    const write = (text: string): void => {
      if (response.writableLength > maxWaitingBytes) {
        response.destroy();
      } else {
        response.write(text);
      }
    };
    response.writeHead(200, { 'content-type': 'text/event-stream', 'x-accel-buffering': 'no' });
    write(': connected\n\n');
    const timer = setInterval(() => write(': alive\n\n'), aliveMilliseconds);
    const subscription = this.hub.subscribe(
      {
        send: (batch) => write(`event: change\nid: ${batch.revision}\ndata: ${JSON.stringify(batch)}\n\n`),
        reset: (revision) => write(`event: reset\nid: ${revision}\ndata: ${JSON.stringify({ revision })}\n\n`),
      },
      asked === undefined ? undefined : Number(asked),
    );
    const end = (): void => void response.end();
    this.open.add(end);
    response.once('close', () => {
      clearInterval(timer);
      subscription.dispose();
      this.open.delete(end);
    });
  }

  endAll(): void {
    this.open.forEach((end) => end());
  }
}
