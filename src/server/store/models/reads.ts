import { loggedModelStatuses, type LoggedModel, type ModelMetric } from '../../../core/loggedModels';
import type { KeyValue } from '../../../core/model';
import { toKeyValue, type Catalog } from '../catalog';
import { valueFrom } from '../points';
import { type Cell, integer, real, type Row, text } from '../sqlite';
import type { Page } from '../types';
import type { LoggedModelReader, ModelAttribute, ModelOrder, ModelQuery } from './types';

const columns = {
  model_id: 'l.model_id',
  experiment_id: 'l.experiment',
  name: 'l.name',
  artifact_location: 'l.artifact_uri',
  creation_timestamp_ms: 'l.created',
  last_updated_timestamp_ms: 'l.updated',
  status: 'l.status',
  model_type: 'l.model_type',
  source_run_id: 'l.source_run_id',
} satisfies Record<ModelAttribute, string>;

const selected =
  'l.id, l.model_id, l.experiment, l.name, l.artifact_uri, l.created, l.updated, l.model_type, l.source_run_id, l.status';

/** Rows of the filter's datasets: `value` is `[name, digest or null]`. */
const onDatasets =
  'EXISTS (SELECT 1 FROM logged_model_metrics m JOIN json_each(?) d ON m.dataset_name = json_extract(d.value, ' +
  "'$[0]') AND m.dataset_digest = coalesce(json_extract(d.value, '$[1]'), m.dataset_digest) WHERE m.model = l.id)";

export class LoggedModelReads implements LoggedModelReader {
  constructor(private readonly catalog: Catalog) {}

  get(modelId: string, deleted = false): LoggedModel | undefined {
    const stages = deleted ? '' : ' AND l.stage = 0';
    return this.withData(this.rows(`WHERE l.model_id = ?${stages}`, [modelId]))[0];
  }

  search({ experimentIds, datasets, order, newest, offset, limit }: ModelQuery): Page<LoggedModel> {
    const joins: string[] = [];
    const joined: Cell[] = [];
    const terms = order.map((each, i) => orderTerm(each, i, joins, joined));
    const named = new Set(order.flatMap((each) => ('attribute' in each ? [each.attribute] : [])));
    // MLflow's tie-breaks.
    if (!named.has('creation_timestamp_ms')) {
      terms.push('l.created DESC');
    }
    if (!named.has('model_id')) {
      terms.push('l.model_id ASC');
    }
    const filters = ['l.stage = 0', 'l.id <= ?', 'l.experiment IN (SELECT value FROM json_each(?))'];
    const filtered: Cell[] = [newest, JSON.stringify(experimentIds.map(Number))];
    if (datasets.length > 0) {
      filters.push(onDatasets);
      filtered.push(JSON.stringify(datasets.map(({ name, digest }) => [name, digest ?? null])));
    }
    const rows = this.rows(
      `${joins.join(' ')} WHERE ${filters.join(' AND ')} ORDER BY ${terms.join(', ')} LIMIT ? OFFSET ?`,
      [...joined, ...filtered, limit + 1, offset],
    );
    return { items: this.withData(rows.slice(0, limit)), more: rows.length > limit };
  }

  newest(): number {
    return real(this.catalog.db.row('SELECT coalesce(max(id), 0) FROM logged_models')?.[0]);
  }

  /** @param tail SQL after FROM logged_models l */
  private rows(tail: string, params: readonly Cell[]): Row[] {
    return this.catalog.db.rows(`SELECT ${selected} FROM logged_models l ${tail}`, ...params);
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

/** Missing values last, NaN before them, whichever the direction. */
function orderTerm(order: ModelOrder, index: number, joins: string[], params: Cell[]): string {
  const direction = order.ascending ? 'ASC' : 'DESC';
  if ('attribute' in order) {
    return `${columns[order.attribute]} ${direction}`;
  }
  const filters = ['key = ?'];
  params.push(order.metric);
  if (order.datasetName !== undefined) {
    filters.push('dataset_name = ?');
    params.push(order.datasetName);
  }
  if (order.datasetDigest !== undefined) {
    filters.push('dataset_digest = ?');
    params.push(order.datasetDigest);
  }
  const name = `m${index}`;
  joins.push(
    'LEFT JOIN (SELECT model, value, special, row_number() OVER ' +
      '(PARTITION BY model ORDER BY timestamp DESC, step DESC, run ASC) AS place ' +
      `FROM logged_model_metrics WHERE ${filters.join(' AND ')}) ${name} ON ${name}.model = l.id AND ${name}.place = 1`,
  );
  return `${name}.value IS NULL, ${name}.special = 1, ${name}.value ${direction}`;
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
