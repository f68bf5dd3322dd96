// A load generator that costs little itself: requests are made beforehand, answers are only counted. Every measured server gets the
// same bytes from it, so what it costs is the same for all.
import http from 'node:http';
import net from 'node:net';

/** A finished HTTP/1.1 request with a JSON body. @returns {Buffer} */
export function request({ port, token }, method, path, body) {
  const payload = body === undefined ? '' : JSON.stringify(body);
  const head = [
    `${method} ${path} HTTP/1.1`,
    `Host: 127.0.0.1:${port}`,
    ...(token === undefined ? [] : [`Authorization: Bearer ${token}`]),
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(payload)}`,
  ];
  return Buffer.from(`${head.join('\r\n')}\r\n\r\n${payload}`);
}

/** One kept-alive connection with one request at a time. Answers must have a Content-Length. */
export class Connection {
  #socket;
  #received = Buffer.alloc(0);
  #waiting;

  constructor(port) {
    this.#socket = net.connect(port, '127.0.0.1');
    this.#socket.setNoDelay(true);
    this.#socket.on('data', (chunk) => this.#take(chunk));
    this.#socket.on('error', (error) => this.#waiting?.reject(error));
    this.#socket.on('close', () => this.#waiting?.reject(new Error('the server closed the connection')));
  }

  /** @returns {Promise<string>} the body */
  ask(bytes) {
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
      this.#socket.write(bytes);
    });
  }

  close() {
    this.#waiting = undefined;
    this.#socket.destroy();
  }

  #take(chunk) {
    this.#received = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk]);
    const end = this.#received.indexOf('\r\n\r\n');
    if (end < 0) {
      return;
    }
    const head = this.#received.latin1Slice(0, end);
    const length = Number(/content-length: *(\d+)/i.exec(head)?.[1] ?? NaN);
    if (!(this.#received.length >= end + 4 + length)) {
      return;
    }
    const body = this.#received.toString('utf8', end + 4, end + 4 + length);
    this.#received = this.#received.subarray(end + 4 + length);
    const { resolve, reject } = this.#waiting ?? {};
    this.#waiting = undefined;
    if (head.startsWith('HTTP/1.1 200')) {
      resolve?.(body);
    } else {
      reject?.(new Error(`${head.split('\r\n')[0]}: ${body.slice(0, 300)}`));
    }
  }
}

/**
 * Asks for `seconds` on several connections at once, each one request after the other, after a warm-up of a fifth of that.
 * @param {{port: number}} server
 * @param {object} options `while`: instead of a time, asked before each unit; there is then no warm-up
 * @param {(ask: (bytes: Buffer) => Promise<string>, i: number) => Promise<unknown>} unit what is counted; `i` rises with each
 * @returns `{rate, median, p99, longest}`: units a second, and milliseconds of one
 */
export async function drive(server, { connections = 1, seconds = 5, while: goesOn }, unit) {
  const pool = Array.from({ length: connections }, () => new Connection(server.port));
  const times = [];
  const from = performance.now() + (goesOn === undefined ? seconds * 200 : 0);
  const until = goesOn === undefined ? from + seconds * 1000 : Infinity;
  let i = 0;
  try {
    await Promise.all(
      pool.map(async (connection) => {
        const ask = (bytes) => connection.ask(bytes);
        for (let now = performance.now(); now < until && (goesOn?.() ?? true);) {
          await unit(ask, i++);
          const end = performance.now();
          if (now >= from) {
            times.push(end - now);
          }
          now = end;
        }
      }),
    );
  } finally {
    pool.forEach((connection) => connection.close());
  }
  const elapsed = (performance.now() - from) / 1000;
  return { rate: times.length / elapsed, ...percentiles(times) };
}

/** @param {number[]} times in milliseconds */
export function percentiles(times) {
  const sorted = Float64Array.from(times).sort();
  const at = (part) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? NaN;
  return { median: at(0.5), p99: at(0.99), longest: at(1) };
}

/**
 * One request of any size, read to its end.
 * @param {object} [options] `body`: an object (sent as JSON) or an async iterable of chunks with `length`, their bytes together;
 *   `take`: called with each chunk of the answer instead of keeping it; `limit` in seconds
 * @returns `{ms, size, text, headers}`
 */
export function ask({ port, token }, method, path, { body, length, headers = {}, take, limit = 600 } = {}) {
  const isStream = body !== undefined && typeof body[Symbol.asyncIterator] === 'function';
  const payload = body === undefined || isStream ? undefined : JSON.stringify(body);
  return new Promise((resolve, reject) => {
    const from = performance.now();
    const outgoing = http.request(
      {
        host: '127.0.0.1',
        port,
        method,
        path,
        // A connection that was kept open may be closed by the server in the same moment.
        agent: false,
        timeout: limit * 1000,
        headers: {
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
          ...(payload === undefined ? {} : { 'content-type': 'application/json' }),
          ...(isStream ? { 'content-type': 'application/octet-stream', 'content-length': length } : {}),
          ...(payload === undefined ? {} : { 'content-length': Buffer.byteLength(payload) }),
          ...headers,
        },
      },
      (answer) => {
        const chunks = [];
        let size = 0;
        answer.on('data', (chunk) => {
          size += chunk.length;
          if (take === undefined || answer.statusCode >= 300) {
            chunks.push(chunk);
          } else {
            take(chunk);
          }
        });
        answer.once('error', reject);
        answer.once('end', () => {
          const ms = performance.now() - from;
          const text = Buffer.concat(chunks).toString();
          if (answer.statusCode < 300) {
            resolve({ ms, size, text, headers: answer.headers });
          } else {
            reject(new Error(`${method} ${path}: ${answer.statusCode} ${text.slice(0, 300)}`));
          }
        });
      },
    );
    outgoing.once('timeout', () => outgoing.destroy(new Error(`${method} ${path}: no answer within ${limit} s`)));
    outgoing.once('error', reject);
    if (isStream) {
      send(outgoing, body).catch((error) => outgoing.destroy(error));
    } else {
      outgoing.end(payload);
    }
  });
}

async function send(outgoing, chunks) {
  for await (const chunk of chunks) {
    if (!outgoing.write(chunk)) {
      await new Promise((resolve, reject) => {
        outgoing.once('drain', resolve);
        outgoing.once('close', () => reject(new Error('the connection was closed')));
      });
      outgoing.removeAllListeners('close');
    }
  }
  outgoing.end();
}

/** `size` bytes in chunks of a megabyte, the same ones again and again. */
export async function* bytes(size) {
  const chunk = Buffer.allocUnsafe(1024 * 1024);
  for (let i = 0; i < chunk.length; i++) {
    chunk[i] = (i * 2654435761) >>> 24;
  }
  for (let left = size; left > 0; left -= chunk.length) {
    yield left < chunk.length ? chunk.subarray(0, left) : chunk;
  }
}

/** Calls MLflow's API. @returns the answer */
export async function api(server, method, path, body) {
  const { text } = await ask(server, method, `/api/2.0/mlflow/${path}`, body === undefined ? {} : { body });
  return JSON.parse(text);
}

/** @returns the middle one of some runs' figures */
export function medianOf(values) {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
}
