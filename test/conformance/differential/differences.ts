/** Cases in which Labbook's answer differs from MLflow's on purpose. */
export interface Difference {
  /** How the row of a table in docs/protocol.md begins that says how and why. */
  readonly row: string;
  /** `scenario: step` */
  readonly cases: readonly string[];
}

const unchecked = [
  'search of runs: form: an experiment as number',
  'search of runs: form: an unknown view',
  'search of experiments: by an unknown view',
  'runs: create with a fraction as time',
  'update of runs: to an unknown status',
  'metrics: refused: fraction as step',
  'metrics: refused: too large a step',
  'metrics: refused: true as value',
  'metrics: history of a word as size',
  'batches: refused: a word as value',
];

const camelCase = [
  'update of runs: camel case',
  'forms of requests: camel case',
  'forms of requests: both spellings',
  'forms of requests: camel case in a query',
];

export const differences: readonly Difference[] = [
  // Requests
  { row: 'a field that is not required, of a wrong type', cases: unchecked },
  { row: 'a body that is no JSON', cases: ['forms of requests: no JSON'] },
  {
    row: 'a body that is no JSON object',
    cases: ['forms of requests: a list', 'forms of requests: a number', 'forms of requests: a text'],
  },
  { row: 'names in lowerCamelCase', cases: camelCase },
  { row: '`run_uuid` instead of `run_id`', cases: ['life of a run: delete by run_uuid'] },
  { row: 'a parameter twice in a query', cases: ['forms of requests: a parameter twice'] },
  { row: 'a NUL in a text', cases: ['forms of requests: NUL in a text'] },
  { row: 'a Content-Type in another case', cases: ['forms of requests: JSON in capitals'] },
  { row: '`HEAD` and `OPTIONS`', cases: ['forms of requests: HEAD', 'forms of requests: OPTIONS'] },
  {
    row: '`/api/2.0/preview/mlflow/…`, `experiments/list`, `registered-models/list`',
    cases: [
      'forms of requests: the preview prefix',
      'forms of requests: experiments/list',
      'forms of requests: registered-models/list',
    ],
  },
  { row: '`GET /api/3.0/mlflow/server-info`', cases: ['forms of requests: server-info'] },
  // Experiments and runs
  { row: 'a blank name of an experiment', cases: ['a blank name: rename', 'experiments: create with blank name'] },
  { row: 'one tag twice', cases: ['experiments: create with a tag twice', 'runs: create with a tag twice'] },
  { row: 'a location that climbs', cases: ['experiments: create with .. in the location'] },
  { row: 'an experiment id too large', cases: ['experiments that are not there: get of an over-large id'] },
  { row: 'renaming a deleted experiment', cases: ['life of an experiment: rename deleted'] },
  {
    row: 'restoring an experiment with runs that were deleted before it',
    cases: ['life of an experiment: the run deleted before is back'],
  },
  { row: '`order_by` of `experiments/search` as one text', cases: ['search of experiments: by an order as text'] },
  { row: '`runs/create` without `start_time`', cases: ['runs: create without a time'] },
  { row: 'tags of `runs/create`', cases: ['runs: create with a tag without key', 'runs: create with a bad tag'] },
  { row: 'a param twice in a batch, with one value', cases: ['batches: a param twice alike'] },
  { row: 'metrics that are ±Infinity', cases: ['metrics: the infinite'] },
  // Search
  { row: '`metrics. m > 0` (space after the dot)', cases: ['search of runs: filter: no key'] },
  { row: 'a field twice in `order_by` (runs, registry)', cases: ['search of runs: order: one twice'] },
  // Models, inputs, artifacts
  {
    row: '`log-inputs` with a dataset without name or digest',
    cases: [
      'odd inputs: without dataset',
      'odd inputs: without name',
      'odd inputs: without digest',
      'odd inputs: tag without key',
      'odd inputs: model without id',
    ],
  },
  { row: '`log-inputs` with more than 1,000 datasets', cases: ['odd inputs: too many datasets'] },
  { row: 'a status that is none', cases: ['logged models: finalize with a word'] },
  {
    row: '`PATCH logged-models/ID`, `POST …/params` without `model_id`',
    cases: ['logged models: finalize without model_id in the body'],
  },
  { row: 'a param of a model again with the same value', cases: ['logged models: log a param again'] },
  { row: '… with another value, also twice in one request', cases: ['logged models: log a changed param'] },
  { row: 'a param of a model without key', cases: ['logged models: create with a param without key'] },
  { row: 'one tag of a model twice', cases: ['logged models: create with a tag twice'] },
  {
    row: '`logged-models/search` by an unknown attribute',
    cases: ['search of logged models: by an unknown attribute'],
  },
  { row: '`name = x` without quotes', cases: ['search of logged models: by an unquoted text'] },
  { row: '`runs/log-model` with JSON that is no object', cases: ['log-model of old clients: refused: a list'] },
  {
    row: 'the answer to an upload',
    cases: [
      'artifacts: put a.txt',
      'artifacts: put dir/b.json',
      'artifacts: put dir/sub/c.bin',
      'artifacts: upload-artifact',
    ],
  },
  // Registry
  {
    row: '`archive_existing_versions` with the stage None or Archived',
    cases: ['stages and aliases: transition with archiving for None'],
  },
  {
    row: '`archive_existing_versions` as the text `"true"`',
    cases: ['stages and aliases: transition with archiving as text'],
  },
  { row: '`aliases` of versions in `latest_versions`', cases: ['stages and aliases: aliases of the model'] },
  {
    row: '`max_results` 0 or negative in `registered-models/search`',
    cases: ['search of the registry: models of size 0', 'search of the registry: models of negative size'],
  },
];
