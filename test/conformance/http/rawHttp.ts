import assert from 'node:assert/strict';
import http from 'node:http';
import net from 'node:net';
import { parseJson } from '../../../src/core/json';
import { apiPrefix, artifactPrefix } from '../../../src/protocol/mlflow';
import type { LabbookServer } from '../../fakes/labbookServer';

export interface Answer {
  status: number;
  headers: http.IncomingHttpHeaders;
  body: Buffer;
  text: string;
}

export interface Call {
  method?: string;
  /** Sent as it is: nothing normalises it. */
  path: string;
  headers?: Record<string, string | string[]>;
  /** Objects are sent as JSON. */
  body?: object | string | Uint8Array;
  /** Default: the server's; null sends none. */
  token?: string | null;
  /** Default 127.0.0.1. */
  address?: string;
  agent?: http.Agent;
}

/** One request over plain node:http, on a connection of its own unless an agent is given. */
export function call(server: Pick<LabbookServer, 'port' | 'token'>, request: Call): Promise<Answer> {
  const { method = 'GET', path, body, token = server.token } = request;
  const isJson = typeof body === 'object' && !(body instanceof Uint8Array);
  const payload = isJson ? JSON.stringify(body) : body;
  const headers: Record<string, string | string[]> = {
    ...(token === null ? {} : { authorization: `Bearer ${token}` }),
    ...(isJson ? { 'content-type': 'application/json' } : {}),
    ...(payload === undefined || request.headers?.['transfer-encoding'] !== undefined
      ? {}
      : { 'content-length': String(Buffer.byteLength(payload)) }),
    ...request.headers,
  };
  return new Promise((resolve, reject) => {
    const outgoing = http.request(
      {
        host: request.address ?? '127.0.0.1',
        port: server.port,
        method,
        path,
        headers,
        agent: request.agent ?? false,
        timeout: 20_000,
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.once('error', reject);
        response.once('end', () => {
          const bytes = Buffer.concat(chunks);
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body: bytes, text: bytes.toString() });
        });
      },
    );
    outgoing.once('timeout', () => outgoing.destroy(new Error('no answer within 20 s')));
    outgoing.once('error', reject);
    outgoing.end(payload);
  });
}

/** Calls MLflow's API and reads the answer losslessly. @throws AssertionError unless the status is 200 */
export async function api(
  server: LabbookServer,
  method: 'GET' | 'POST',
  path: string,
  body?: object,
): Promise<Record<string, unknown>> {
  const answer = await call(server, { method, path: apiPrefix + path, ...(body === undefined ? {} : { body }) });
  assert.equal(answer.status, 200, answer.text);
  return record(parseJson(answer.text));
}

/** Asserts that an answer is an error of MLflow's form. */
export function assertError(answer: Answer, status: number, code?: string, message?: RegExp): void {
  assert.equal(answer.status, status, answer.text.slice(0, 300));
  assert.match(answer.headers['content-type'] ?? '', /^application\/json/);
  const body = record(JSON.parse(answer.text));
  assert.deepEqual(Object.keys(body).sort(), ['error_code', 'message']);
  assert.equal(typeof body['message'], 'string');
  if (code !== undefined) {
    assert.equal(body['error_code'], code);
  }
  assert.match(String(body['message']), message ?? /./);
}

export async function createRun(server: LabbookServer, fields: object = {}): Promise<string> {
  const { run } = await api(server, 'POST', '/runs/create', { start_time: 1, ...fields });
  return String(record(record(run)['info'])['run_id']);
}

/** The path of an artifact of a run of experiment 0, in the proxy. */
export function artifactPath(runId: string, file: string): string {
  return `${artifactPrefix}/0/${runId}/artifacts/${file}`;
}

export function record(value: unknown): Record<string, unknown> {
  assert.ok(typeof value === 'object' && value !== null && !Array.isArray(value), `no object: ${String(value)}`);
  return Object.fromEntries(Object.entries(value));
}

export function records(value: unknown): Record<string, unknown>[] {
  assert.ok(Array.isArray(value), `no list: ${String(value)}`);
  return value.map(record);
}

/** Sends text over a socket and answers what came back until the server closed, or within `wait` milliseconds. */
export function rawExchange(
  port: number,
  text: string | Buffer,
  wait = 5_000,
): Promise<{ text: string; closed: boolean }> {
  return new Promise((resolve, reject) => {
    const socket = net.connect(port, '127.0.0.1', () => socket.write(text));
    let received = '';
    const timer = setTimeout(() => {
      socket.destroy();
      resolve({ text: received, closed: false });
    }, wait);
    socket.setEncoding('latin1').on('data', (chunk: string) => (received += chunk));
    socket.once('error', reject);
    socket.once('close', () => {
      clearTimeout(timer);
      resolve({ text: received, closed: true });
    });
  });
}
