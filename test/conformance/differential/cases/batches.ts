import { each, experiment, get, post, run, type Scenario } from '../scenario';

const metrics = (count: number): object[] =>
  Array.from({ length: count }, (_, i) => ({ key: 'm', value: i, timestamp: i, step: i }));
const pairs = (count: number): object[] => Array.from({ length: count }, (_, i) => ({ key: `k${i}`, value: `${i}` }));

export const batchScenarios: readonly Scenario[] = [
  {
    name: 'batches',
    steps: [
      experiment('batches'),
      run(),
      run('other'),
      post('everything', 'runs/log-batch', {
        run_id: '{run}',
        metrics: [
          { key: 'a', value: 1, timestamp: 2, step: 3 },
          { key: 'a', value: 2, timestamp: 3, step: 4 },
          { key: 'b', value: 'NaN', timestamp: 1 },
        ],
        params: [{ key: 'p', value: '1' }],
        tags: [{ key: 't', value: '1' }],
      }),
      post('nothing', 'runs/log-batch', { run_id: '{run}' }),
      post('empty lists', 'runs/log-batch', { run_id: '{run}', metrics: [], params: [], tags: [] }),
      post('the same again', 'runs/log-batch', {
        run_id: '{run}',
        metrics: [{ key: 'a', value: 1, timestamp: 2, step: 3 }],
        params: [{ key: 'p', value: '1' }],
        tags: [{ key: 't', value: '1' }],
      }),
      post('a point twice', 'runs/log-batch', {
        run_id: '{run}',
        metrics: [
          { key: 'd', value: 1, timestamp: 2, step: 3 },
          { key: 'd', value: 1, timestamp: 2, step: 3 },
        ],
      }),
      post('a tag twice', 'runs/log-batch', {
        run_id: '{run}',
        tags: [
          { key: 'tt', value: '1' },
          { key: 'tt', value: '2' },
        ],
      }),
      post('a param twice alike', 'runs/log-batch', {
        run_id: '{other}',
        params: [
          { key: 'pp', value: '1' },
          { key: 'pp', value: '1' },
        ],
      }),
      post('a param twice apart', 'runs/log-batch', {
        run_id: '{run}',
        params: [
          { key: 'pq', value: '1' },
          { key: 'pq', value: '2' },
        ],
      }),
      post(
        'a changed param',
        'runs/log-batch',
        { run_id: '{run}', params: [{ key: 'p', value: '2' }] },
        { says: 'Changing param values is not allowed. Param' },
      ),
      post(
        'a changed param and a new one',
        'runs/log-batch',
        {
          run_id: '{run}',
          params: [
            { key: 'new', value: '2' },
            { key: 'p', value: '2' },
          ],
        },
        { says: 'Changing param values is not allowed. Param' },
      ),
      post('a bad metric after good ones', 'runs/log-batch', {
        run_id: '{run}',
        metrics: [
          { key: 'good', value: 1, timestamp: 2 },
          { key: 'bad?', value: 1, timestamp: 2 },
        ],
        params: [{ key: 'goodp', value: '1' }],
      }),
      get('what is there', 'runs/get', { run_id: '{run}' }),
      ...each<{ body: object; says?: string }>(
        {
          'without run': {
            body: { run_id: undefined, metrics: [] },
            says: "Missing value for required parameter 'run_id'.",
          },
          'metric without key': {
            body: { metrics: [{ value: 1, timestamp: 1 }] },
            says: "Missing value for required parameter 'metrics[0].key'",
          },
          'metric without value': {
            body: { metrics: [{ key: 'a', timestamp: 1 }] },
            says: "Missing value for required parameter 'metrics[0].value'",
          },
          'metric without timestamp': {
            body: { metrics: [{ key: 'a', value: 1 }] },
            says: "Missing value for required parameter 'metrics[0].timestamp'",
          },
          'second metric without key': {
            body: {
              metrics: [
                { key: 'a', value: 1, timestamp: 1 },
                { value: 1, timestamp: 1 },
              ],
            },
            says: "Missing value for required parameter 'metrics[1].key'",
          },
          'param without key': {
            body: { params: [{ value: '1' }] },
            says: "Missing value for required parameter 'params[0].key'",
          },
          'tag without key': {
            body: { tags: [{ value: '1' }] },
            says: "Missing value for required parameter 'tags[0].key'",
          },
          'metrics as an object': { body: { metrics: { key: 'a' } } },
          'metrics as text': { body: { metrics: 'a' } },
          'params as text': { body: { params: '31' }, says: `Invalid value "31" for parameter 'params' supplied` },
          'tags as number': { body: { tags: 31 }, says: "Invalid value 31 for parameter 'tags' supplied" },
          'a word as value': { body: { run_id: '{other}', metrics: [{ key: 'odd', value: 'x', timestamp: 1 }] } },
          'a negative timestamp': { body: { metrics: [{ key: 'a', value: 1, timestamp: -1 }] } },
          'a bad key': { body: { metrics: [{ key: '../a', value: 1, timestamp: 1 }] } },
          'a bad param': { body: { params: [{ key: 'a?', value: '1' }] } },
          'a bad tag': { body: { tags: [{ key: 'a?', value: '1' }] } },
          'a long key': {
            body: { params: [{ key: 'k'.repeat(251), value: '1' }] },
            says: 'exceeds the maximum length of 250 characters',
          },
          '1001 metrics': {
            body: { metrics: metrics(1001) },
            says: 'A batch logging request can contain at most 1000 metrics. Got 1001 metrics. Please split up',
          },
          '101 params': {
            body: { params: pairs(101) },
            says: 'A batch logging request can contain at most 100 params. Got 101 params.',
          },
          '101 tags': {
            body: { tags: pairs(101) },
            says: 'A batch logging request can contain at most 100 tags. Got 101 tags.',
          },
          '1001 together': {
            body: { metrics: metrics(901), params: pairs(50), tags: pairs(50) },
            says: 'A batch logging request can contain at most 1000 metrics, params, and tags. Got 1001',
          },
          'an unknown run': {
            body: { run_id: 'f'.repeat(32), metrics: [{ key: 'a', value: 1, timestamp: 1 }] },
            says: 'not found',
          },
          'an id that is none': { body: { run_id: '../x' } },
          'an unknown run and nothing': { body: { run_id: 'f'.repeat(32) } },
        },
        (name, { body, ...more }) => post(`refused: ${name}`, 'runs/log-batch', { run_id: '{run}', ...body }, more),
      ),
      post('1000 metrics', 'runs/log-batch', { run_id: '{run}', metrics: metrics(1000) }),
      post('900, 50 and 50', 'runs/log-batch', {
        run_id: '{run}',
        metrics: metrics(900),
        params: pairs(50),
        tags: pairs(50),
      }),
      post('100 params', 'runs/log-batch', { run_id: '{run}', params: pairs(100) }),
      get('a page of the thousand', 'metrics/get-history', { run_id: '{run}', metric_key: 'm', max_results: 3 }),
      post('values too long', 'runs/log-batch', {
        run_id: '{run}',
        params: [{ key: 'lp', value: 'x'.repeat(6001) }],
        tags: [{ key: 'lt', value: 'x'.repeat(8001) }],
      }),
      get('all', 'runs/get', { run_id: '{run}' }),
    ],
  },
  {
    name: 'histories in bulk',
    steps: [
      experiment('bulk'),
      run('one'),
      run('two'),
      post('log one', 'runs/log-batch', { run_id: '{one}', metrics: metrics(30) }),
      post('log two', 'runs/log-batch', {
        run_id: '{two}',
        metrics: [
          { key: 'm', value: 1, timestamp: 1, step: -5 },
          { key: 'm', value: 'NaN', timestamp: 2, step: 50 },
          { key: 'n', value: 2, timestamp: 3, step: 50 },
        ],
      }),
      ...each<Record<string, string | number | readonly string[]>>(
        {
          'one run': { run_ids: '{one}', metric_key: 'n', max_results: 5 },
          'one run thinned': { run_ids: '{one}', metric_key: 'm', max_results: 5 },
          'one run thinned to 1': { run_ids: '{one}', metric_key: 'm', max_results: 1 },
          'one run thinned to 29': { run_ids: '{one}', metric_key: 'm', max_results: 29 },
          'one run, all': { run_ids: '{one}', metric_key: 'm', max_results: 30 },
          'two runs': { run_ids: ['{two}', '{one}'], metric_key: 'm', max_results: 7 },
          'a run twice': { run_ids: ['{two}', '{two}'], metric_key: 'm', max_results: 7 },
          'without a size': { run_ids: ['{two}'], metric_key: 'm' },
          'an interval': { run_ids: ['{one}'], metric_key: 'm', start_step: 3, end_step: 12, max_results: 4 },
          'an interval of one step': { run_ids: ['{one}'], metric_key: 'm', start_step: 3, end_step: 3 },
          'an empty interval': { run_ids: ['{one}'], metric_key: 'm', start_step: 300, end_step: 400 },
          backwards: { run_ids: ['{one}'], metric_key: 'm', start_step: 4, end_step: 3 },
          'a start only': { run_ids: ['{one}'], metric_key: 'm', start_step: 4 },
          'an end only': { run_ids: ['{one}'], metric_key: 'm', end_step: 4 },
          'no runs': { metric_key: 'm' },
          'no key': { run_ids: '{one}' },
          'no size': { run_ids: '{one}', metric_key: 'm', max_results: 0 },
          'too large a size': { run_ids: '{one}', metric_key: 'm', max_results: 2501 },
          'unknown runs': { run_ids: ['f'.repeat(32)], metric_key: 'm' },
          '101 runs': { run_ids: Array.from({ length: 101 }, (_, i) => `r${i}`), metric_key: 'm' },
        },
        (name, query) => get(`interval: ${name}`, 'metrics/get-history-bulk-interval', query),
      ),
      ...each<Record<string, string | number | readonly string[]>>(
        {
          'two runs': { run_id: ['{one}', '{two}'], metric_key: 'n' },
          limited: { run_id: '{one}', metric_key: 'm', max_results: 3 },
          'no runs': { metric_key: 'm' },
          'no key': { run_id: '{one}' },
          '101 runs': { run_id: Array.from({ length: 101 }, (_, i) => `r${i}`), metric_key: 'm' },
          'unknown runs': { run_id: 'f'.repeat(32), metric_key: 'm' },
        },
        (name, query) => ({
          name: `bulk: ${name}`,
          method: 'GET',
          path: '/ajax-api/2.0/mlflow/metrics/get-history-bulk',
          query,
        }),
      ),
    ],
  },
];
