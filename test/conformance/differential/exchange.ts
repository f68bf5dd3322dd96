import { isDeepStrictEqual } from 'node:util';
import { parseJson, stringifyJson } from '../../../src/core/json';
import { Known } from './normal';
import type { Scenario, Step } from './scenario';

export interface Server {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** What is compared of an answer. */
interface Answer {
  readonly status: number;
  readonly errorCode: string | undefined;
  readonly message: string;
  /** Masked JSON, or the text of another type; undefined of an error. */
  readonly body: unknown;
  /** MLflow's own web server answers some requests before MLflow does. */
  readonly isHtml: boolean;
}

/** A case with what MLflow and Labbook answered; `differs` says in what, and is absent where they agree. */
export interface Outcome {
  readonly name: string;
  readonly differs?: string;
}

/** Sends a scenario's steps to both servers in their order. */
export async function play(scenario: Scenario, mlflow: Server, labbook: Server): Promise<Outcome[]> {
  const [theirs, ours] = [new Known(), new Known()];
  const outcomes: Outcome[] = [];
  for (const step of scenario.steps) {
    const [expected, actual] = await Promise.all([exchange(mlflow, step, theirs), exchange(labbook, step, ours)]);
    const differs = difference(step, expected, actual);
    outcomes.push({ name: `${scenario.name}: ${step.name}`, ...(differs === undefined ? {} : { differs }) });
  }
  return outcomes;
}

async function exchange({ url, headers }: Server, step: Step, known: Known): Promise<Answer> {
  const { method, query = {}, body } = step;
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    [value].flat().forEach((item) => search.append(name, String(known.fill(String(item)))));
  }
  const path = String(known.fill(step.path)) + (search.size > 0 ? `?${search}` : '');
  const filled = known.fill(body);
  const payload = typeof filled === 'string' ? filled : stringifyJson(filled);
  const sent = Object.entries({ ...headers, 'content-type': 'application/json', ...step.headers });
  const response = await fetch(url + path, {
    method,
    headers: Object.fromEntries(sent.filter(([, value]) => value !== '')),
    // Bytes, as a text would bring a Content-Type of its own.
    ...(filled === undefined ? {} : { body: Buffer.from(payload) }),
    signal: AbortSignal.timeout(30_000),
  });
  const text = await response.text();
  const type = response.headers.get('content-type') ?? '';
  const json = type.startsWith('application/json') && text !== '' ? parseJson(text) : undefined;
  for (const [name, way] of Object.entries(step.keep ?? {})) {
    known.keep(name, String(at(json, way)));
  }
  const failed = response.status >= 400;
  const textAt = (name: string): string | undefined => {
    const value = failed ? at(json, [name]) : undefined;
    return typeof value === 'string' ? value : undefined;
  };
  return {
    status: response.status,
    errorCode: textAt('error_code'),
    message: textAt('message') ?? '',
    body: failed ? undefined : json === undefined ? text : known.mask(json),
    isHtml: failed && type.startsWith('text/html'),
  };
}

function at(value: unknown, way: readonly (string | number)[]): unknown {
  return way.reduce<unknown>(
    (inner, part) => (typeof inner === 'object' && inner !== null ? new Map(Object.entries(inner)).get(`${part}`) : ''),
    value,
  );
}

function difference(step: Step, expected: Answer, actual: Answer): string | undefined {
  const show = (answer: Answer): string =>
    `${answer.status} ${answer.errorCode ?? ''} ${answer.message}${answer.body === undefined ? '' : stringifyJson(answer.body)}`;
  const missing = (answer: Answer): boolean => step.says !== undefined && !answer.message.includes(step.says);
  const same =
    expected.status === actual.status &&
    (expected.isHtml ? actual.errorCode !== undefined : expected.errorCode === actual.errorCode) &&
    isDeepStrictEqual(expected.body, actual.body) &&
    !missing(expected) &&
    !missing(actual);
  return same ? undefined : `\n    MLflow:  ${show(expected)}\n    Labbook: ${show(actual)}`;
}
