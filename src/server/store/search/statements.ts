import type { ViewType } from '../../../core/model';
import type { Filter, OrderTerm } from '../../../core/search/ast';
import type { Cell, Row } from '../sqlite';
import { compileFilter, numberParameter, type Sql } from './compileFilter';
import { afterRow, compileOrder } from './compileOrder';
import type { VersionPlace } from '../registry/findVersions';
import type { Place } from './findRuns';
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
  /** Whether each of the sort values rises. */
  readonly ascending: readonly boolean[];
  /** The sort values of the last row of the page before. */
  readonly after: readonly Cell[] | undefined;
  /** The token of the page that follows a row with these sort values. */
  readonly tokenAfter: (values: readonly Cell[]) => string;
}

/** A part of the runs that a search looks at. */
export interface RunSlice {
  readonly experiments: readonly number[];
  /** Of the one experiment those in the order of their starts, rising or not, from behind one place up to another. */
  readonly between?: { readonly ascending: boolean; readonly from: Place | undefined; readonly to: Place | undefined };
  /** Only rows in front of this one are wanted. */
  readonly before: Row | undefined;
}

const stages = { ACTIVE_ONLY: 'r.stage = 0', DELETED_ONLY: 'r.stage > 0', ALL: 'r.stage >= 0' } satisfies Record<
  ViewType,
  string
>;

/**
 * @param experiments numbers of experiments, in which the runs are
 * @param slice which of them are looked at; all where it is left out
 */
export function compileRuns(query: SearchQuery, experiments: readonly number[], slice?: RunSlice): SearchStatement {
  const scope = [...new Set(experiments)].sort((a, b) => a - b);
  const looked = slice?.experiments ?? scope;
  // Of one experiment, the index has the runs in the order of their starts: a page costs what is on it.
  const [only] = looked;
  const parts: Sql[] = [
    only !== undefined && looked.length === 1
      ? { sql: 'r.experiment = ?', parameters: [only] }
      : { sql: 'r.experiment IN (SELECT value FROM json_each(?))', parameters: [JSON.stringify(looked)] },
    ...placesBetween(slice?.between),
    { sql: stages[query.view], parameters: [] },
  ];
  const within = {
    sql: parts.map(({ sql }) => sql).join(' AND '),
    parameters: parts.flatMap(({ parameters }) => parameters),
  };
  return compileSearch(query, runTables, within, ['runs', scope], slice?.before?.slice(1));
}

function placesBetween(between: RunSlice['between']): Sql[] {
  if (between === undefined) {
    return [];
  }
  const { ascending, from, to } = between;
  const compared = (operator: string, place: Place | undefined): Sql[] => {
    if (place === undefined) {
      return [];
    }
    const started = numberParameter(place.started);
    const sql = `(r.started, r.id) ${operator} (${started.sql}, ?)`;
    return [{ sql, parameters: [...started.parameters, place.id] }];
  };
  return [...compared(ascending ? '>' : '<', from), ...compared(ascending ? '<=' : '>=', to)];
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

/** A part of the versions: those in the order of model and version from behind one place up to another. */
export interface VersionSlice {
  readonly from: VersionPlace | undefined;
  readonly to: VersionPlace | undefined;
}

const promptModels =
  'SELECT t.model FROM model_version_tags t JOIN model_versions p ' +
  `ON p.model = t.model AND p.version = t.version WHERE p.deleted = 0 AND ${promptTags}`;

/** Finds the models with a version, one of the slice, that says that they are prompts. */
export function findPromptModels(slice: VersionSlice): Sql {
  const { sql, parameters } = within('t', slice);
  return { sql: `SELECT DISTINCT model FROM (${promptModels} AND ${sql})`, parameters };
}

/**
 * @param prompts whether versions of prompts are looked at: of models with one version, not deleted, that says so
 * @param slice which of them are looked at, with the numbers of the models that are prompts; all where it is left out
 */
export function compileModelVersions(
  query: Omit<SearchQuery, 'view'>,
  prompts: boolean,
  slice?: VersionSlice & { readonly hidden: readonly number[]; readonly before: Row | undefined },
): SearchStatement {
  const place = within('r', slice ?? { from: undefined, to: undefined });
  const hidden =
    slice === undefined
      ? { sql: `r.model NOT IN (${promptModels})`, parameters: [] }
      : { sql: 'r.model NOT IN (SELECT value FROM json_each(?))', parameters: [JSON.stringify(slice.hidden)] };
  const parts = [{ sql: 'r.deleted = 0', parameters: [] }, place, ...(prompts ? [] : [hidden])];
  const looked = {
    sql: parts.map(({ sql }) => sql).join(' AND '),
    parameters: parts.flatMap(({ parameters }) => parameters),
  };
  const versions = { ...query, view: 'ACTIVE_ONLY' } as const;
  return compileSearch(versions, modelVersionTables, looked, ['versions', prompts], slice?.before?.slice(1));
}

/** @param alias of a table with the columns `model` and `version` */
function within(alias: string, { from, to }: VersionSlice): Sql {
  const bounds = [
    ...(from === undefined ? [] : [{ sql: `(${alias}.model, ${alias}.version) > (?, ?)`, parameters: from }]),
    ...(to === undefined ? [] : [{ sql: `(${alias}.model, ${alias}.version) <= (?, ?)`, parameters: to }]),
  ];
  return {
    sql: bounds.length === 0 ? '1' : bounds.map(({ sql }) => sql).join(' AND '),
    parameters: bounds.flatMap(({ parameters }) => [...parameters]),
  };
}

/**
 * @param within which rows are searched at all
 * @param scope what else the page tokens belong to, as JSON
 * @param before sort values: only rows in front of these are wanted
 */
export function compileSearch(
  query: SearchQuery,
  tables: SearchTables,
  within: Sql,
  scope: unknown,
  before?: readonly Cell[],
): SearchStatement {
  const { joins, columns } = compileOrder(query.order, tables);
  const filter = query.filter === undefined ? { sql: '1', parameters: [] } : compileFilter(query.filter, tables);
  const names = columns.map((_, i) => `s${i}`);
  const selected = [`${tables.id} AS id`, ...columns.map(({ sql }, i) => `${sql} AS s${i}`)].join(', ');
  const rows = `SELECT ${selected} FROM ${tables.from} ${joins.sql} WHERE ${within.sql} AND ${filter.sql}`;
  const hash = queryHash([scope, query.view, query.filter, query.order]);
  const after =
    query.pageToken === undefined || query.pageToken === ''
      ? undefined
      : readPageToken(query.pageToken, hash, columns.length);
  const backwards = columns.map(({ sql, ascending }) => ({ sql, ascending: !ascending }));
  const bounds: Sql[] = [
    ...(after === undefined ? [] : [afterRow(columns, after)]),
    ...(before === undefined ? [] : [afterRow(backwards, before)]),
  ];
  const where = bounds.length === 0 ? '1' : bounds.map(({ sql }) => sql).join(' AND ');
  const orderBy = columns.map(({ ascending }, i) => `s${i} ${ascending ? 'ASC' : 'DESC'}`).join(', ');
  return {
    sql: `SELECT ${['id', ...names].join(', ')} FROM (${rows}) WHERE ${where} ORDER BY ${orderBy} LIMIT ?`,
    parameters: [...[joins, within, filter, ...bounds].flatMap(({ parameters }) => parameters), query.limit + 1],
    ascending: columns.map(({ ascending }) => ascending),
    after,
    tokenAfter: (values) => pageToken(hash, values),
  };
}
