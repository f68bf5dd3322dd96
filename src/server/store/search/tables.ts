/**
 * Where the catalog keeps the fields of each kind of thing. Names are SQL of ours, never of a request; `owner` compares a row
 * with the thing that is searched, whose alias is `r`.
 */
export interface AttributeColumn {
  readonly sql: string;
  /** May be NULL, which counts as missing. */
  readonly nullable?: true;
  /** What to order by instead. */
  readonly order?: string;
}

export interface PairTable {
  readonly table: string;
  /** Column that says whose row it is. */
  readonly owner: string;
  /** Where one column does not say it: the condition over a row `x`. Such pairs can be asked for, not ordered by. */
  readonly belongs?: string;
  readonly key: string;
  readonly value: string;
}

export interface SearchTables {
  readonly from: string;
  /** What `owner` columns hold. */
  readonly id: string;
  readonly attributes: Readonly<Record<string, AttributeColumn>>;
  readonly params?: PairTable;
  readonly tags?: PairTable;
  /** With the columns `value`, `special`, `min`, `max`, `sum` and `finite` of the catalog's `metrics`. */
  readonly metrics?: Omit<PairTable, 'value'>;
  /** SELECTs of one column, `value`: one row for each of the thing's datasets that has the field. */
  readonly datasets?: Readonly<Record<'name' | 'digest' | 'context', string>>;
}

export const runTables: SearchTables = {
  from: 'runs r',
  id: 'r.id',
  attributes: {
    run_id: { sql: 'r.run_id' },
    run_name: { sql: 'r.name' },
    user_id: { sql: 'r.user_id' },
    status: { sql: 'r.status' },
    artifact_uri: { sql: 'r.artifact_uri' },
    start_time: { sql: 'r.started' },
    end_time: { sql: 'r.ended', nullable: true },
    experiment_id: { sql: 'CAST(r.experiment AS TEXT)', order: 'r.experiment' },
    // As doubles, as the evaluator subtracts them.
    duration: { sql: '(CAST(r.ended AS REAL) - CAST(r.started AS REAL))', nullable: true },
  },
  params: { table: 'params', owner: 'run', key: 'key', value: 'value' },
  tags: { table: 'tags', owner: 'run', key: 'key', value: 'value' },
  metrics: { table: 'metrics', owner: 'run', key: 'key' },
  datasets: {
    name: 'SELECT d.name AS value FROM run_datasets i JOIN datasets d ON d.id = i.dataset WHERE i.run = r.id',
    digest: 'SELECT d.digest AS value FROM run_datasets i JOIN datasets d ON d.id = i.dataset WHERE i.run = r.id',
    context:
      'SELECT t.value AS value FROM run_datasets i JOIN run_dataset_tags t ON t.input = i.id ' +
      "WHERE i.run = r.id AND t.key = 'mlflow.data.context'",
  },
};

export const experimentTables: SearchTables = {
  from: 'experiments r',
  id: 'r.id',
  attributes: {
    name: { sql: 'r.name' },
    experiment_id: { sql: 'CAST(r.id AS TEXT)', order: 'r.id' },
    creation_time: { sql: 'r.created' },
    last_update_time: { sql: 'r.updated' },
  },
  tags: { table: 'experiment_tags', owner: 'experiment', key: 'key', value: 'value' },
};

export const registeredModelTables: SearchTables = {
  from: 'registered_models r',
  id: 'r.id',
  attributes: {
    name: { sql: 'r.name' },
    creation_timestamp: { sql: 'r.created' },
    last_updated_timestamp: { sql: 'r.updated' },
  },
  tags: { table: 'registered_model_tags', owner: 'model', key: 'key', value: 'value' },
};

/** Ids are the JSON text of [model, version]. */
export const modelVersionTables: SearchTables = {
  from: 'model_versions r JOIN registered_models m ON m.id = r.model',
  id: 'json_array(r.model, r.version)',
  attributes: {
    name: { sql: 'm.name' },
    version_number: { sql: 'r.version' },
    run_id: { sql: 'r.run_id', nullable: true },
    source_path: { sql: 'r.source' },
    creation_timestamp: { sql: 'r.created' },
    last_updated_timestamp: { sql: 'r.updated' },
  },
  tags: {
    table: 'model_version_tags',
    owner: 'model',
    belongs: 'x.model = r.model AND x.version = r.version',
    key: 'key',
    value: 'value',
  },
};
