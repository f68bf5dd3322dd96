import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { safetyHeaders } from './gate';

const safetyLines = safetyHeaders.map((each, i) => (i % 2 === 0 ? `${each}: ` : `${each}\r\n`)).join('');

interface Written {
  readonly status: number;
  readonly json: string;
  readonly date: string;
  readonly whole: Buffer;
}

/** Writes answers with JSON as `sendText` and `answerError` have Node write them: the same bytes, made once for many that are the same. */
export class AnswerWriter {
  private second = NaN;
  private date = '';
  /** The one that was written last, for connections that stay. */
  private last: Written | undefined;

  /** @param keepAlive seconds that a connection may be silent */
  constructor(private readonly keepAlive: number) {}

  /**
   * @param isLast ends the connection
   * @returns false where the client should read before it is written to again
   */
  write(socket: Socket, status: number, json: string, isLast: boolean): boolean {
    const date = this.dateNow();
    if (isLast) {
      socket.write(this.whole(status, json, date, 'Connection: close\r\n'));
      socket.destroySoon();
      return true;
    }
    let { last } = this;
    if (last?.date !== date || last.json !== json || last.status !== status) {
      const stay = `Connection: keep-alive\r\nKeep-Alive: timeout=${this.keepAlive}\r\n`;
      last = { status, json, date, whole: this.whole(status, json, date, stay) };
      this.last = last;
    }
    return socket.write(last.whole);
  }

  private whole(status: number, json: string, date: string, connection: string): Buffer {
    const length = Buffer.byteLength(json);
    const lines = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${safetyLines}content-type: application/json\r\n`;
    return Buffer.from(`${lines}content-length: ${length}\r\nDate: ${date}\r\n${connection}\r\n${json}`);
  }

  private dateNow(): string {
    const now = Date.now();
    const second = Math.floor(now / 1000);
    if (second !== this.second) {
      this.second = second;
      this.date = new Date(now).toUTCString();
    }
    return this.date;
  }
}
