import { each, experiment, get, post, run, send, type Scenario, type Step } from '../scenario';

const create = '/api/2.0/mlflow/experiments/create';

function raw(name: string, body: string, headers: Readonly<Record<string, string>> = {}): Step {
  return { name, method: 'POST', path: create, body, headers };
}

/** How requests are read, whatever they ask for. */
export const formScenarios: readonly Scenario[] = [
  {
    name: 'forms of requests',
    steps: [
      raw('no body', ''),
      raw('an empty object', '{}'),
      raw('no JSON', '{"name": "x"'),
      raw('a list', '[]'),
      raw('null', 'null'),
      raw('a number', '5'),
      raw('a text', '"x"'),
      raw('JSON in JSON', JSON.stringify(JSON.stringify({ name: 'double' }))),
      raw('a byte order mark', '\uFEFF{"name": "bom"}'),
      raw('an unknown field', '{"name": "unknown field", "colour": {"x": []}}'),
      raw('a field twice', '{"name": "one", "name": "twice"}'),
      raw('__proto__', '{"__proto__": {"name": "proto"}}'),
      raw('NUL in a text', '{"name": "a\\u0000b"}'),
      raw('half a surrogate pair', '{"name": "a\\ud800b"}'),
      raw('no content type', '{"name": "untyped"}', { 'content-type': '' }),
      raw('a form', 'name=x', { 'content-type': 'application/x-www-form-urlencoded' }),
      raw('plain text', '{"name": "plain"}', { 'content-type': 'text/plain' }),
      raw('a charset', '{"name": "charset"}', { 'content-type': 'application/json; charset=utf-8' }),
      raw('a charset without space', '{"name": "charset 2"}', { 'content-type': 'application/json;charset=UTF-8' }),
      raw('JSON in capitals', '{"name": "capitals"}', { 'content-type': 'Application/JSON' }),
      experiment('forms'),
      run(),
      post('camel case', 'runs/log-metric', { runId: '{run}', key: 'm', value: 1, timestamp: 1 }),
      post('both spellings', 'runs/log-metric', { runId: '{run}', run_id: '{run}', key: 'm', value: 2, timestamp: 1 }),
      post('run_id and run_uuid', 'runs/log-metric', {
        run_uuid: '{run}',
        run_id: '{run}',
        key: 'm',
        value: 3,
        timestamp: 1,
      }),
      post('all as texts', 'runs/log-batch', {
        run_id: '{run}',
        metrics: [{ key: 'r', value: '1.5', timestamp: '1', step: '2' }],
      }),
      post('exponents', 'runs/log-metric', { run_id: '{run}', key: 'e', value: '1e-3', timestamp: '1e1', step: '2.0' }),
      get('what was logged', 'runs/get', { run_id: '{run}' }),
      get('an unknown parameter', 'runs/get', { run_id: '{run}', colour: 'red' }),
      get('a parameter twice', 'runs/get', { run_id: ['{run}', 'x'] }),
      get('camel case in a query', 'runs/get', { runId: '{run}' }),
      send('DELETE', 'a method that is not there', 'runs/get', {}),
      send('GET', 'GET of a POST', 'runs/create', undefined),
      send('POST', 'POST of a GET', 'runs/get', {}),
      { name: 'an unknown endpoint', method: 'GET', path: '/api/2.0/mlflow/nothing' },
      { name: 'an unknown version', method: 'GET', path: '/api/4.0/mlflow/runs/get' },
      { name: 'a slash at the end', method: 'GET', path: '/api/2.0/mlflow/runs/get/', query: { run_id: '{run}' } },
      {
        name: 'the wrong version of an endpoint',
        method: 'GET',
        path: '/api/3.0/mlflow/runs/get',
        query: { run_id: '{run}' },
      },
      { name: 'the page’s prefix', method: 'GET', path: '/ajax-api/2.0/mlflow/runs/get', query: { run_id: '{run}' } },
      {
        name: 'the page’s prefix with POST',
        method: 'POST',
        path: '/ajax-api/2.0/mlflow/runs/search',
        body: { experiment_ids: ['{experiment}'] },
      },
      {
        name: 'the page’s prefix of artifacts',
        method: 'GET',
        path: '/ajax-api/2.0/mlflow-artifacts/artifacts',
        query: { path: '{experiment}' },
      },
      {
        name: 'the preview prefix',
        method: 'GET',
        path: '/api/2.0/preview/mlflow/runs/get',
        query: { run_id: '{run}' },
      },
      get('experiments/list', 'experiments/list', {}),
      get('registered-models/list', 'registered-models/list', {}),
      { name: 'health', method: 'GET', path: '/health' },
      { name: 'version', method: 'GET', path: '/version' },
      { name: 'server-info', method: 'GET', path: '/api/3.0/mlflow/server-info' },
      ...each({ HEAD: 'HEAD', OPTIONS: 'OPTIONS' }, (name, method) => ({
        name,
        method,
        path: '/api/2.0/mlflow/runs/get',
      })),
    ],
  },
];
