import type { IncomingMessage } from 'node:http';

const endOfHead = Buffer.from('\r\n\r\n');
const nameOfLength = '\r\ncontent-length:';
const zero = 0x30;
const nine = 0x39;
/** More digits than bodies have that go the short way. */
const maxDigits = 6;
/** Longer heads are not worth keeping. */
const maxHead = 4096;

/** Headers by which a request asks for more than an answer, or has another kind of body. */
const wantsMore = ['expect', 'transfer-encoding', 'upgrade', 'trailer'] as const;

/** Where the body begins in what a request begins with; 0 where its head is not all there. */
export function bodyStart(bytes: Buffer): number {
  const at = bytes.indexOf(endOfHead);
  return at < 0 ? 0 : at + endOfHead.length;
}

/**
 * The head of a request that Node has read and the server has let in. A request with the same bytes in front, but for the number behind
 * `Content-Length`, is known to say the same: all that is decided by a head is decided already.
 */
export class KnownHead {
  /** What follows the number. */
  private readonly tail: Buffer;
  /** Of the body of the request that `bodyIn` found last. */
  length = 0;

  private constructor(
    private readonly head: Buffer,
    /** Where the number begins. */
    private readonly number: number,
    numberEnd: number,
  ) {
    this.tail = head.subarray(numberEnd);
  }

  /**
   * @param bytes what the request began with
   * @param request what Node made of it
   * @returns undefined where there is no number that may differ, or where the two do not surely belong together
   */
  static of(bytes: Buffer, request: IncomingMessage): KnownHead | undefined {
    const end = bodyStart(bytes);
    const { method, url, httpVersion, headers, rawHeaders } = request;
    const takesMore = wantsMore.some((name) => headers[name] !== undefined);
    if (end === 0 || end > maxHead || httpVersion !== '1.1' || takesMore) {
      return undefined;
    }
    const text = bytes.toString('latin1', 0, end);
    const lines = text.split('\r\n');
    // The request line, the headers, and two empty ones for the end.
    if (lines[0] !== `${method} ${url} HTTP/${httpVersion}` || lines.length !== rawHeaders.length / 2 + 3) {
      return undefined;
    }
    const lower = text.toLowerCase();
    const at = lower.indexOf(nameOfLength);
    if (at < 0 || lower.includes(nameOfLength, at + 1)) {
      return undefined;
    }
    const found = /^[ \t]*(\d+)[ \t]*\r\n/.exec(text.slice(at + nameOfLength.length));
    const [all = '', digits = ''] = found ?? [];
    if (digits === '' || digits !== headers['content-length']) {
      return undefined;
    }
    const number = at + nameOfLength.length + all.indexOf(digits);
    // A copy: what came with it would be kept, too.
    return new KnownHead(Buffer.from(bytes.subarray(0, end)), number, number + digits.length);
  }

  /** @returns where the body begins in `bytes`, `length` then being what it has; 0 where this is another head, or not all of it */
  bodyIn(bytes: Buffer): number {
    const { head, number, tail } = this;
    if (bytes.length < number || head.compare(bytes, 0, number, 0, number) !== 0) {
      return 0;
    }
    let at = number;
    let length = 0;
    for (let code = bytes[at] ?? 0; code >= zero && code <= nine; code = bytes[++at] ?? 0) {
      length = length * 10 + (code - zero);
    }
    const end = at + tail.length;
    if (
      at === number ||
      at - number > maxDigits ||
      bytes[number] === zero ||
      bytes.length < end ||
      tail.compare(bytes, at, end) !== 0
    ) {
      return 0;
    }
    this.length = length;
    return end;
  }
}
