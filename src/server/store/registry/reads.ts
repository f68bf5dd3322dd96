import type { KeyValue } from '../../../core/model';
import {
  isLatest,
  type ModelAlias,
  type ModelVersion,
  promptTag,
  type RegisteredModel,
  type RegisteredModelInfo,
} from '../../../core/registry';
import type { Filter } from '../../../core/search/ast';
import { finish, type Steps } from '../../../core/steps';
import type { Catalog } from '../catalog';
import { type Cell, type Database, integer, real, type Row, text } from '../sqlite';
import type { Slices } from '../search/findRuns';
import { compileRegisteredModels } from '../search/statements';
import type { SearchPage } from '../types';
import { toStage } from './effects';
import { findVersions, type FoundVersions } from './findVersions';
import type { RegistryQuery, RegistryReader } from './types';

const modelColumns = 'm.id, m.name, m.created, m.updated, m.description';
const versionColumns =
  'v.model, m.name, v.version, v.created, v.updated, v.description, v.stage, v.source, v.run_id, v.run_link';
const versionTables = 'model_versions v JOIN registered_models m ON m.id = v.model';

/** Rows of a page that are read in one step: a few milliseconds. */
const rowsInStep = 250;

/** A model with its number in the catalog. */
interface ModelRow {
  readonly id: number;
  readonly info: RegisteredModelInfo;
}

/** Reads of the registry's tables; each takes a fixed number of statements, however many rows there are. */
export class RegistryReads implements RegistryReader {
  private readonly db: Database;

  /** @param slices for tests: so many versions are looked through at once, and at most */
  constructor(
    { db }: Catalog,
    private readonly slices?: Slices,
  ) {
    this.db = db;
  }

  model(name: string): RegisteredModel | undefined {
    return this.withLatest(this.models('WHERE m.name = ?', [name]))[0];
  }

  version(name: string, version: number): ModelVersion | undefined {
    return this.versions('m.name = ? AND v.version = ?', [name, version])[0];
  }

  versionByAlias(name: string, alias: string): ModelVersion | undefined {
    const [condition, ...params] = isLatest(alias)
      ? ['v.version = (SELECT max(version) FROM model_versions l WHERE l.model = m.id AND l.deleted = 0)']
      : ['v.version = (SELECT version FROM registered_model_aliases a WHERE a.model = m.id AND a.alias = ?)', alias];
    return this.versions(`m.name = ? AND ${condition}`, [name, ...params])[0];
  }

  location(name: string, version: number): string | undefined {
    const row = this.db.row(
      `SELECT v.location FROM ${versionTables} WHERE m.name = ? AND v.version = ? AND v.deleted = 0`,
      name,
      version,
    );
    return row && text(row[0]);
  }

  searchModels(query: RegistryQuery): SearchPage<RegisteredModel> {
    const { sql, parameters, tokenAfter } = compileRegisteredModels(query, wantsPrompts(query.filter));
    const found = { rows: this.db.rowsOnce(sql, parameters), tokenAfter };
    const steps = this.page(found, query.limit, (ids) => {
      const rows = this.models('WHERE m.id IN (SELECT value FROM json_each(?))', [ids]);
      const models = this.withLatest(rows);
      return rows.flatMap(({ id }, i) => (models[i] === undefined ? [] : [[id, models[i]] as const]));
    });
    return finish(steps);
  }

  searchVersions(query: RegistryQuery): SearchPage<ModelVersion> {
    return finish(this.searchVersionsInSteps(query));
  }

  *searchVersionsInSteps(query: RegistryQuery): Steps<SearchPage<ModelVersion>> {
    const found = yield* findVersions(this.db, query, wantsPrompts(query.filter), this.slices);
    return yield* this.page(found, query.limit, (ids) =>
      this.versionRows(
        "(v.model, v.version) IN (SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]') FROM json_each(?))",
        [ids],
      ).map(({ model, info }) => [`[${model},${info.version}]`, info]),
    );
  }

  /** @param load rows by their ids, a JSON list, in any order */
  private *page<T, Id extends string | number>(
    { rows, tokenAfter }: FoundVersions,
    limit: number,
    load: (ids: string) => readonly (readonly [Id, T])[],
  ): Steps<SearchPage<T>> {
    const page = rows.slice(0, limit);
    const items: T[] = [];
    for (let from = 0; from < page.length; from += rowsInStep) {
      yield;
      const some = page.slice(from, from + rowsInStep).map((row) => row[0]);
      const found = new Map<Cell | undefined, T>(load(JSON.stringify(some)));
      items.push(...some.flatMap((id) => found.get(id) ?? []));
    }
    const last = page.at(-1);
    return rows.length > limit && last !== undefined ? { items, nextPageToken: tokenAfter(last.slice(1)) } : { items };
  }

  private models(tail: string, params: readonly Cell[]): ModelRow[] {
    const rows = this.db.rows(`SELECT ${modelColumns} FROM registered_models m ${tail}`, ...params);
    const ids = JSON.stringify(rows.map((row) => real(row[0])));
    const tags = this.modelTags(ids);
    const aliases = this.aliases(ids);
    return rows.map((row) => {
      const id = real(row[0]);
      const info = {
        name: text(row[1]),
        createdAt: integer(row[2]),
        updatedAt: integer(row[3]),
        description: text(row[4]),
        tags: tags.get(id) ?? [],
        aliases: aliases.get(id) ?? [],
      };
      return { id, info };
    });
  }

  private withLatest(models: readonly ModelRow[]): RegisteredModel[] {
    const latest =
      '(v.model, v.version) IN (SELECT model, max(version) FROM model_versions ' +
      'WHERE deleted = 0 AND model IN (SELECT value FROM json_each(?)) GROUP BY model, stage)';
    // MLflow lists the stages in the order of their first versions.
    const first =
      'ORDER BY (SELECT min(version) FROM model_versions f WHERE f.model = v.model AND f.stage = v.stage AND f.deleted = 0)';
    const versions = this.versions(latest, [JSON.stringify(models.map(({ id }) => id))], first);
    const byName = grouped(versions, ({ name }) => name);
    return models.map(({ info }) => ({ ...info, latestVersions: byName.get(info.name) ?? [] }));
  }

  private versions(condition: string, params: readonly Cell[], order = ''): ModelVersion[] {
    return this.versionRows(condition, params, order).map(({ info }) => info);
  }

  private versionRows(
    condition: string,
    params: readonly Cell[],
    order = '',
  ): { readonly model: number; readonly info: ModelVersion }[] {
    const rows = this.db.rows(
      `SELECT ${versionColumns} FROM ${versionTables} WHERE v.deleted = 0 AND ${condition} ${order}`,
      ...params,
    );
    const ids = JSON.stringify([...new Set(rows.map((row) => real(row[0])))]);
    const tags = this.versionTags(rows);
    const aliases = this.aliases(ids);
    return rows.map((row) => {
      const model = real(row[0]);
      return { model, info: toVersion(row, tags, aliases.get(model) ?? []) };
    });
  }

  private modelTags(ids: string): Map<number, KeyValue[]> {
    const groups = new Map<number, KeyValue[]>();
    const sql =
      'SELECT model, key, value FROM registered_model_tags WHERE model IN (SELECT value FROM json_each(?)) ORDER BY key';
    this.db.each(sql, [ids], (row) => add(groups, real(row[0]), { key: text(row[1]), value: text(row[2]) }));
    return groups;
  }

  /** By `<model's number>/<version>`. */
  private versionTags(versions: readonly Row[]): Map<string, KeyValue[]> {
    const groups = new Map<string, KeyValue[]>();
    const sql =
      'SELECT model, version, key, value FROM model_version_tags WHERE (model, version) IN ' +
      "(SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]') FROM json_each(?)) ORDER BY key";
    const ids = JSON.stringify(versions.map((row) => [real(row[0]), real(row[2])]));
    this.db.each(sql, [ids], (row) => {
      add(groups, `${real(row[0])}/${real(row[1])}`, { key: text(row[2]), value: text(row[3]) });
    });
    return groups;
  }

  private aliases(ids: string): Map<number, ModelAlias[]> {
    const groups = new Map<number, ModelAlias[]>();
    const sql =
      'SELECT model, alias, version FROM registered_model_aliases WHERE model IN (SELECT value FROM json_each(?)) ORDER BY alias';
    this.db.each(sql, [ids], (row) => add(groups, real(row[0]), { alias: text(row[1]), version: real(row[2]) }));
    return groups;
  }
}

/** True where the filter asks for prompts in one of the two ways that MLflow knows. */
function wantsPrompts(filter: Filter | undefined): boolean {
  if (filter?.kind === 'and') {
    return filter.parts.some(wantsPrompts);
  }
  return (
    filter?.kind === 'text' &&
    filter.field.kind === 'tag' &&
    filter.field.key === promptTag &&
    filter.value.toLowerCase() === (filter.operator === '=' ? 'true' : 'false')
  );
}

function toVersion(
  row: Row,
  tags: ReadonlyMap<string, readonly KeyValue[]>,
  aliases: readonly ModelAlias[],
): ModelVersion {
  const version = real(row[2]);
  return {
    name: text(row[1]),
    version,
    createdAt: integer(row[3]),
    updatedAt: integer(row[4]),
    description: optionalText(row[5]),
    stage: toStage(row[6]),
    source: text(row[7]),
    runId: optionalText(row[8]),
    runLink: text(row[9]),
    tags: tags.get(`${real(row[0])}/${version}`) ?? [],
    aliases: aliases.filter((each) => each.version === version).map(({ alias }) => alias),
  };
}

function optionalText(cell: Cell | undefined): string | undefined {
  return cell === null ? undefined : text(cell);
}

function grouped<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  items.forEach((item) => add(groups, keyOf(item), item));
  return groups;
}

function add<K, T>(groups: Map<K, T[]>, key: K, item: T): void {
  const group = groups.get(key);
  if (group === undefined) {
    groups.set(key, [item]);
  } else {
    group.push(item);
  }
}
