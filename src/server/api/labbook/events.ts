import type { IncomingMessage, ServerResponse } from 'node:http';
import { decode, integer, message } from '../fields';
import type { ChangeHub } from '../../changeHub';
import { readQuery } from '../../http/body';

const aliveMilliseconds = 15_000;
/** A reader that takes nothing for this long is gone; it may come back with its last id. Milliseconds. */
const patience = 30_000;

const query = message({ since: integer.optional });

/** Connections of the change feed, so that a clean end can close them at once. */
export class EventConnections {
  private readonly open = new Set<() => void>();

  /** @param limit for tests: another patience */
  constructor(
    private readonly hub: ChangeHub,
    private readonly limit = patience,
  ) {}

  /**
   * GET events: answers with server-sent events until either side closes (protocol/extras.ts). While a reader has not taken one
   * message, nothing more is written for it; then it is told all that came meanwhile at once. So it holds one message at most.
   * @throws ApiError, before anything is written, where the request is wrong
   */
  serve(request: IncomingMessage, response: ServerResponse): void {
    const asked = decode(query, { since: request.headers['last-event-id'] ?? readQuery(request)['since'] }).since;
    response.writeHead(200, { 'content-type': 'text/event-stream', 'x-accel-buffering': 'no' });
    response.write(': connected\n\n');
    const timer = setInterval(() => {
      if (!response.writableNeedDrain) {
        response.write(': alive\n\n');
      }
    }, aliveMilliseconds);
    let told = asked === undefined ? this.hub.revision : Number(asked);
    let isBehind = false;
    let giveUp: NodeJS.Timeout | undefined;
    const tell = (kind: 'change' | 'reset', revision: number, data: object): void => {
      if (response.writableNeedDrain) {
        isBehind = true;
        return;
      }
      told = revision;
      if (!response.write(`event: ${kind}\nid: ${revision}\ndata: ${JSON.stringify(data)}\n\n`)) {
        giveUp ??= setTimeout(() => response.destroy(), this.limit);
      }
    };
    const subscription = this.hub.subscribe(
      {
        send: (batch) => tell('change', batch.revision, batch),
        reset: (revision) => tell('reset', revision, { revision }),
      },
      asked === undefined ? undefined : Number(asked),
    );
    response.on('drain', () => {
      clearTimeout(giveUp);
      giveUp = undefined;
      if (isBehind) {
        isBehind = false;
        subscription.catchUp(told);
      }
    });
    const end = (): void => void response.end();
    this.open.add(end);
    response.once('close', () => {
      clearInterval(timer);
      clearTimeout(giveUp);
      subscription.dispose();
      this.open.delete(end);
    });
  }

  endAll(): void {
    this.open.forEach((end) => end());
  }
}
