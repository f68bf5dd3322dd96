import type { ViewType } from '../../../core/model';
import type { Filter, OrderTerm } from '../../../core/search/ast';
import type { Cell } from '../sqlite';
import { compileFilter, type Sql } from './compileFilter';
import { afterRow, compileOrder } from './compileOrder';
import { pageToken, queryHash, readPageToken } from './pageToken';
import { experimentTables, modelVersionTables, registeredModelTables, runTables, type SearchTables } from './tables';

/** A search of the store: everything but where it looks. `order` must decide totally (see `parseOrder`). */
export interface SearchQuery {
  readonly view: ViewType;
  readonly filter?: Filter | undefined;
  readonly order: readonly OrderTerm[];
  readonly pageToken?: string | undefined;
  readonly limit: number;
}

/** Answers rows of (id in the catalog, sort values…), one more than the limit where more follow. */
export interface SearchStatement extends Sql {
  /** The token of the page that follows a row with these sort values. */
  tokenAfter(values: readonly Cell[]): string;
}

const stages = { ACTIVE_ONLY: 'r.stage = 0', DELETED_ONLY: 'r.stage > 0', ALL: 'r.stage >= 0' } satisfies Record<
  ViewType,
  string
>;

/** @param experiments numbers of experiments, in which the runs are */
export function compileRuns(query: SearchQuery, experiments: readonly number[]): SearchStatement {
  const scope = [...new Set(experiments)].sort((a, b) => a - b);
  // Of one experiment, the index has the runs in the order of their starts: a page costs what is on it.
  const [only] = scope;
  const inScope: Sql =
    only !== undefined && scope.length === 1
      ? { sql: 'r.experiment = ?', parameters: [only] }
      : { sql: 'r.experiment IN (SELECT value FROM json_each(?))', parameters: [JSON.stringify(scope)] };
  const within = { sql: `${inScope.sql} AND ${stages[query.view]}`, parameters: inScope.parameters };
  return compileSearch(query, runTables, within, ['runs', scope]);
}

export function compileExperiments(query: SearchQuery): SearchStatement {
  return compileSearch(query, experimentTables, { sql: stages[query.view], parameters: [] }, ['experiments']);
}

/** The rows of tags that make their owner a prompt. */
const promptTags = "t.key = 'mlflow.prompt.is_prompt' AND lower(t.value) = 'true'";

/** @param prompts whether those models are looked at that are prompts */
export function compileRegisteredModels(query: Omit<SearchQuery, 'view'>, prompts: boolean): SearchStatement {
  const hidden = `r.id NOT IN (SELECT t.model FROM registered_model_tags t WHERE ${promptTags})`;
  const within = { sql: prompts ? '1' : hidden, parameters: [] };
  return compileSearch({ ...query, view: 'ACTIVE_ONLY' }, registeredModelTables, within, ['models', prompts]);
}

/** @param prompts whether versions of prompts are looked at: of models with one version, not deleted, that says so */
export function compileModelVersions(query: Omit<SearchQuery, 'view'>, prompts: boolean): SearchStatement {
  const hidden =
    'r.model NOT IN (SELECT t.model FROM model_version_tags t JOIN model_versions p ' +
    `ON p.model = t.model AND p.version = t.version WHERE p.deleted = 0 AND ${promptTags})`;
  const within = { sql: `r.deleted = 0 AND ${prompts ? '1' : hidden}`, parameters: [] };
  return compileSearch({ ...query, view: 'ACTIVE_ONLY' }, modelVersionTables, within, ['versions', prompts]);
}

/**
 * @param within which rows are searched at all
 * @param scope what else the page tokens belong to, as JSON
 */
export function compileSearch(query: SearchQuery, tables: SearchTables, within: Sql, scope: unknown): SearchStatement {
  const { joins, columns } = compileOrder(query.order, tables);
  const filter = query.filter === undefined ? { sql: '1', parameters: [] } : compileFilter(query.filter, tables);
  const names = columns.map((_, i) => `s${i}`);
  const selected = [`${tables.id} AS id`, ...columns.map(({ sql }, i) => `${sql} AS s${i}`)].join(', ');
  const rows = `SELECT ${selected} FROM ${tables.from} ${joins.sql} WHERE ${within.sql} AND ${filter.sql}`;
  const hash = queryHash([scope, query.view, query.filter, query.order]);
  const after: Sql =
    query.pageToken === undefined || query.pageToken === ''
      ? { sql: '1', parameters: [] }
      : afterRow(columns, readPageToken(query.pageToken, hash, columns.length));
  const orderBy = columns.map(({ ascending }, i) => `s${i} ${ascending ? 'ASC' : 'DESC'}`).join(', ');
  return {
    sql: `SELECT ${['id', ...names].join(', ')} FROM (${rows}) WHERE ${after.sql} ORDER BY ${orderBy} LIMIT ?`,
    parameters: [...joins.parameters, ...within.parameters, ...filter.parameters, ...after.parameters, query.limit + 1],
    tokenAfter: (values) => pageToken(hash, values),
  };
}
