/** One request, sent alike to MLflow's server and to Labbook's. */
export interface Step {
  /** Unique in its scenario; `scenario: step` names the case in `differences.ts`. */
  readonly name: string;
  readonly method: string;
  /** The whole path; the query is separate. */
  readonly path: string;
  readonly query?: Query;
  /** Sent as JSON, a text as it is. `{name}` inside any text stands for what an earlier step kept under that name. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** What later steps need of the answer: name → way into the JSON. */
  readonly keep?: Readonly<Record<string, readonly (string | number)[]>>;
  /** A part that the messages of both servers must have. */
  readonly says?: string;
}

export type Query = Readonly<Record<string, string | number | boolean | readonly string[]>>;

/** Steps in an order that matters. Scenarios share nothing, so that several can run at the same time. */
export interface Scenario {
  readonly name: string;
  readonly steps: readonly Step[];
}

export const api = '/api/2.0/mlflow/';
type More = Pick<Step, 'headers' | 'keep' | 'says'>;

/** A POST of JSON to `/api/2.0/mlflow/…`. */
export function post(name: string, to: string, body: unknown, more: More = {}): Step {
  return { name, method: 'POST', path: api + to, body, ...more };
}

/** A GET of `/api/2.0/mlflow/…`. */
export function get(name: string, to: string, query: Query, more: More = {}): Step {
  return { name, method: 'GET', path: api + to, query, ...more };
}

/** Another method with a JSON body, as MLflow's clients send PATCH and DELETE. */
export function send(method: string, name: string, to: string, body: unknown, more: More = {}): Step {
  return { name, method, path: api + to, body, ...more };
}

export function experiment(name: string): Step {
  return post('create experiment', 'experiments/create', { name }, { keep: { experiment: ['experiment_id'] } });
}

/** A run of `{experiment}` that is kept as `run`, or under another name. */
export function run(as = 'run', fields: object = {}): Step {
  const body = { experiment_id: '{experiment}', run_name: as, start_time: 1, ...fields };
  return post(`create ${as}`, 'runs/create', body, { keep: { [as]: ['run', 'info', 'run_id'] } });
}

/** The same request for each of some values. */
export function each<T>(values: Readonly<Record<string, T>>, step: (name: string, value: T) => Step): Step[] {
  return Object.entries(values).map(([name, value]) => step(name, value));
}
