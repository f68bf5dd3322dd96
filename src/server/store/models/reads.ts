import { loggedModelStatuses, type LoggedModel, type ModelMetric } from '../../../core/loggedModels';
import type { KeyValue } from '../../../core/model';
import type { Catalog } from '../catalog';
import { toKeyValue } from '../catalogRows';
import { valueFrom } from '../points';
import { compileFilter, type Sql } from '../search/compileFilter';
import type { SearchTables } from '../search/tables';
import { integer, real, type Row, text } from '../sqlite';
import type { Page } from '../types';
import type { LoggedModelReader, ModelAttribute, ModelOrder, ModelQuery } from './types';

const columns = {
  model_id: 'r.model_id',
  experiment_id: 'r.experiment',
  name: 'r.name',
  artifact_location: 'r.artifact_uri',
  creation_timestamp_ms: 'r.created',
  last_updated_timestamp_ms: 'r.updated',
  status: 'r.status',
  model_type: 'r.model_type',
  source_run_id: 'r.source_run_id',
} satisfies Record<ModelAttribute, string>;

const selected =
  'r.id, r.model_id, r.experiment, r.name, r.artifact_uri, r.created, r.updated, r.model_type, r.source_run_id, r.status';

/** Where the catalog keeps what filters ask for. A condition on a metric holds where any point of it passes, as in MLflow. */
const tables: SearchTables = {
  from: 'logged_models r',
  id: 'r.id',
  attributes: {
    ...mapped(columns),
    experiment_id: { sql: 'CAST(r.experiment AS TEXT)' },
    creation_timestamp: { sql: columns.creation_timestamp_ms },
    last_updated_timestamp: { sql: columns.last_updated_timestamp_ms },
    status: { sql: "CASE r.status WHEN 1 THEN 'PENDING' WHEN 2 THEN 'READY' ELSE 'FAILED' END" },
    // Nothing gives a model one.
    status_message: { sql: 'NULL', nullable: true },
  },
  params: { table: 'logged_model_params', owner: 'model', key: 'key', value: 'value' },
  tags: { table: 'logged_model_tags', owner: 'model', key: 'key', value: 'value' },
  metrics: { table: 'judged', owner: 'model', key: 'key' },
};

/** The metrics that a search looks at: those on its datasets (a list of `[name, digest or null]`), or all. */
const judgedOnDatasets =
  'SELECT m.* FROM logged_model_metrics m WHERE EXISTS (SELECT 1 FROM json_each(?) d WHERE ' +
  "m.dataset_name = json_extract(d.value, '$[0]') AND " +
  "m.dataset_digest = coalesce(json_extract(d.value, '$[1]'), m.dataset_digest))";

export class LoggedModelReads implements LoggedModelReader {
  constructor(private readonly catalog: Catalog) {}

  get(modelId: string, deleted = false): LoggedModel | undefined {
    const stages = deleted ? '' : ' AND r.stage = 0';
    const sql = `SELECT ${selected} FROM logged_models r WHERE r.model_id = ?${stages}`;
    return this.withData(this.catalog.db.rows(sql, modelId))[0];
  }

  search({ experimentIds, datasets, filter, order, newest, offset, limit }: ModelQuery): Page<LoggedModel> {
    const onDatasets = datasets.length > 0;
    const judged: Sql = onDatasets
      ? {
          sql: judgedOnDatasets,
          parameters: [JSON.stringify(datasets.map(({ name, digest }) => [name, digest ?? null]))],
        }
      : { sql: 'SELECT * FROM logged_model_metrics', parameters: [] };
    const joins = order.flatMap((each, i) => ('attribute' in each ? [] : [latestOf(each, i)]));
    const passes = filter === undefined ? { sql: '1', parameters: [] } : compileFilter(filter, tables);
    const sql =
      `WITH judged AS (${judged.sql}) SELECT ${selected} FROM logged_models r ${joins.map((join) => join.sql).join(' ')} ` +
      'WHERE r.stage = 0 AND r.id <= ? AND r.experiment IN (SELECT value FROM json_each(?)) ' +
      `${onDatasets ? 'AND r.id IN (SELECT model FROM judged) ' : ''}AND ${passes.sql} ` +
      `ORDER BY ${sortTerms(order).join(', ')} LIMIT ? OFFSET ?`;
    const rows = this.catalog.db.rowsOnce(sql, [
      ...judged.parameters,
      ...joins.flatMap((join) => join.parameters),
      newest,
      JSON.stringify(experimentIds.map(Number)),
      ...passes.parameters,
      limit + 1,
      offset,
    ]);
    return { items: this.withData(rows.slice(0, limit)), more: rows.length > limit };
  }

  newest(): number {
    return real(this.catalog.db.row('SELECT coalesce(max(id), 0) FROM logged_models')?.[0]);
  }

  /** Adds params, tags and metrics: three statements, however many models. */
  private withData(rows: readonly Row[]): LoggedModel[] {
    const ids = JSON.stringify(rows.map((row) => real(row[0])));
    const params = this.pairs('logged_model_params', ids);
    const tags = this.pairs('logged_model_tags', ids);
    const metrics = this.metrics(ids);
    return rows.map((row) => toModel(row, params, tags, metrics));
  }

  private pairs(table: string, ids: string): Map<number, KeyValue[]> {
    const groups = new Map<number, KeyValue[]>();
    const sql = `SELECT model, key, value FROM ${table} WHERE model IN (SELECT value FROM json_each(?)) ORDER BY model, key`;
    this.catalog.db.each(sql, [ids], (row) => add(groups, real(row[0]), toKeyValue(row.slice(1))));
    return groups;
  }

  private metrics(ids: string): Map<number, ModelMetric[]> {
    const groups = new Map<number, ModelMetric[]>();
    const sql =
      'SELECT m.model, l.model_id, m.key, m.value, m.special, m.timestamp, m.step, r.run_id, m.dataset_name, ' +
      'm.dataset_digest FROM logged_model_metrics m JOIN logged_models l ON l.id = m.model JOIN runs r ON r.id = m.run ' +
      'WHERE m.model IN (SELECT value FROM json_each(?)) ORDER BY m.model, m.key, m.timestamp, m.step';
    this.catalog.db.each(sql, [ids], (row) =>
      add(groups, real(row[0]), {
        modelId: text(row[1]),
        key: text(row[2]),
        value: valueFrom(real(row[3]), real(row[4])),
        timestamp: integer(row[5]),
        step: integer(row[6]),
        runId: text(row[7]),
        datasetName: text(row[8]),
        datasetDigest: text(row[9]),
      }),
    );
    return groups;
  }
}

function mapped(sqlOf: Readonly<Record<string, string>>): Record<string, { sql: string }> {
  return Object.fromEntries(Object.entries(sqlOf).map(([name, sql]) => [name, { sql }]));
}

/** Missing values last and NaN before them, whichever the direction; then MLflow's tie-breaks. */
function sortTerms(order: readonly ModelOrder[]): string[] {
  const terms = order.map((each, i) => {
    const direction = each.ascending ? 'ASC' : 'DESC';
    return 'attribute' in each
      ? `${columns[each.attribute]} ${direction}`
      : `m${i}.value IS NULL, m${i}.special = 1, m${i}.value ${direction}`;
  });
  return [...terms, 'r.created DESC', 'r.model_id ASC'];
}

/** The join of each model's latest point of a metric, named by the place of the term. */
function latestOf(order: Extract<ModelOrder, { metric: string }>, place: number): Sql {
  const conditions = [
    { sql: 'key = ?', value: order.metric },
    { sql: 'dataset_name = ?', value: order.datasetName },
    { sql: 'dataset_digest = ?', value: order.datasetDigest },
  ].flatMap(({ sql, value }) => (value === undefined ? [] : [{ sql, value }]));
  const name = `m${place}`;
  return {
    sql:
      'LEFT JOIN (SELECT model, value, special, row_number() OVER ' +
      '(PARTITION BY model ORDER BY timestamp DESC, step DESC, run ASC) AS place FROM logged_model_metrics ' +
      `WHERE ${conditions.map(({ sql }) => sql).join(' AND ')}) ${name} ON ${name}.model = r.id AND ${name}.place = 1`,
    parameters: conditions.map(({ value }) => value),
  };
}

function toModel(
  row: Row,
  params: ReadonlyMap<number, KeyValue[]>,
  tags: ReadonlyMap<number, KeyValue[]>,
  metrics: ReadonlyMap<number, ModelMetric[]>,
): LoggedModel {
  const id = real(row[0]);
  const status = loggedModelStatuses[real(row[9]) - 1];
  if (status === undefined) {
    throw new TypeError(`unknown status of a model in the database: ${String(row[9])}`);
  }
  return {
    id: text(row[1]),
    experimentId: String(real(row[2])),
    name: text(row[3]),
    artifactUri: text(row[4]),
    createdAt: integer(row[5]),
    updatedAt: integer(row[6]),
    modelType: text(row[7]),
    sourceRunId: text(row[8]),
    status,
    params: params.get(id) ?? [],
    tags: tags.get(id) ?? [],
    metrics: metrics.get(id) ?? [],
  };
}

function add<T>(groups: Map<number, T[]>, id: number, item: T): void {
  const group = groups.get(id);
  if (group === undefined) {
    groups.set(id, [item]);
  } else {
    group.push(item);
  }
}
