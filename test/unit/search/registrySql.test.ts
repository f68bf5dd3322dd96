import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { SearchEntity } from '../../../src/core/search/ast';
import { evaluate } from '../../../src/core/search/evaluate';
import { compareSubjects, parseOrder } from '../../../src/core/search/order';
import { parseFilter } from '../../../src/core/search/parse';
import { subject, type SearchSubject } from '../../../src/core/search/subject';
import { Catalog } from '../../../src/server/store/catalog';
import { RegistryReads } from '../../../src/server/store/registry/reads';
import type { SearchPage } from '../../../src/server/store/types';
import { searchFunctions } from '../../../src/server/store/search/functions';
import { loadSqlite } from '../../../src/server/store/sqlite';

const prompt = 'mlflow.prompt.is_prompt';
const text = fc.constantFrom('', 'a', 'A', 'ab', 'a%b', "it's", 'Ä', 'ä', '😀', '1', 'true', 'TRUE');
const tags = fc.uniqueArray(fc.record({ key: fc.constantFrom('k', 'a b', prompt), value: text }), {
  selector: ({ key }) => key,
  maxLength: 3,
});
const time = fc.constantFrom(1, 2, 9007199254740993n);
const version = fc.record({
  created: time,
  updated: time,
  source: text,
  runId: fc.option(text),
  deleted: fc.constantFrom(0, 0, 0, 1),
  tags,
});
const models = fc.uniqueArray(
  fc.record({ name: text, created: time, updated: time, tags, versions: fc.array(version, { maxLength: 4 }) }),
  { selector: ({ name }) => name, maxLength: 6 },
);
type Models = typeof models extends fc.Arbitrary<infer T> ? T : never;

const literal = text.map((each) => `'${each.replaceAll("'", "''")}'`);
const operator = fc.constantFrom('=', '!=', 'LIKE', 'ILIKE');
const tag = fc.constantFrom('tags.k', 'tags.`a b`', `tags.\`${prompt}\``);
const shared = fc.tuple(fc.oneof(tag, fc.constant('name')), operator, literal);
const ofVersions = fc.oneof(
  shared,
  fc.tuple(fc.constant('source_path'), operator, literal),
  fc.tuple(
    fc.constant('run_id'),
    fc.constant('IN'),
    fc.tuple(literal, literal).map((list) => `(${list.join()})`),
  ),
  fc.tuple(fc.constant('version_number'), fc.constantFrom('=', '!=', '<', '>='), fc.constantFrom('1', '2', '1.5')),
);
const joined = (condition: fc.Arbitrary<string[]>): fc.Arbitrary<string> =>
  fc.array(condition, { maxLength: 3 }).map((parts) => parts.map((each) => each.join(' ')).join(' AND '));
const orderOf = (...names: string[]): fc.Arbitrary<string[]> =>
  fc
    .uniqueArray(fc.tuple(fc.constantFrom(...names), fc.constantFrom('', ' DESC')), {
      selector: ([name]) => name,
      maxLength: 2,
    })
    .map((terms) => terms.map((term) => term.join('')));

interface Thing {
  readonly id: string;
  readonly isPrompt: boolean;
  readonly subject: SearchSubject;
}

/** A catalog with the models, and the same as plain things. */
async function fill(
  samples: Models,
): Promise<{ reads: RegistryReads; inSlices: RegistryReads; models: Thing[]; versions: Thing[] }> {
  const catalog = Catalog.create(await loadSqlite());
  catalog.db.define(searchFunctions);
  const things: { models: Thing[]; versions: Thing[] } = { models: [], versions: [] };
  const says = (list: readonly { key: string; value: string }[]): boolean =>
    list.some(({ key, value }) => key === prompt && value.toLowerCase() === 'true');
  for (const [i, { name, created, updated, tags: own, versions }] of samples.entries()) {
    catalog.db.run('INSERT INTO registered_models VALUES (?, ?, ?, ?, ?)', i + 1, name, created, updated, '');
    own.forEach(({ key, value }) =>
      catalog.db.run('INSERT INTO registered_model_tags VALUES (?, ?, ?)', i + 1, key, value),
    );
    const attributes = { name, creation_timestamp: created, last_updated_timestamp: updated };
    things.models.push({ id: name, isPrompt: says(own), subject: subject({ attributes, tags: own }) });
    const isPrompt = versions.some((each) => each.deleted === 0 && says(each.tags));
    for (const [j, each] of versions.entries()) {
      const cells = [
        i + 1,
        j + 1,
        each.created,
        each.updated,
        null,
        'None',
        each.source,
        each.source,
        each.runId,
        '',
        each.deleted,
      ];
      catalog.db.run(`INSERT INTO model_versions VALUES (${cells.map(() => '?').join()})`, ...cells);
      each.tags.forEach(({ key, value }) =>
        catalog.db.run('INSERT INTO model_version_tags VALUES (?, ?, ?, ?)', i + 1, j + 1, key, value),
      );
      if (each.deleted === 0) {
        const fields = {
          name,
          version_number: j + 1,
          run_id: each.runId ?? undefined,
          source_path: each.source,
          creation_timestamp: each.created,
          last_updated_timestamp: each.updated,
        };
        things.versions.push({
          id: `${name}/${j + 1}`,
          isPrompt,
          subject: subject({ attributes: fields, tags: each.tags }),
        });
      }
    }
  }
  const inSlices = new RegistryReads(catalog, { first: 2, most: 3 });
  return { reads: new RegistryReads(catalog), inSlices, ...things };
}

/** Every page of a search, as ids. */
function pages(ask: (pageToken: string | undefined) => SearchPage<string>): string[] {
  const found: string[] = [];
  for (let token: string | undefined, count = 0; count < 100; count++) {
    const page = ask(token);
    found.push(...page.items);
    token = page.nextPageToken;
    if (token === undefined) {
      break;
    }
  }
  return found;
}

function expected(things: readonly Thing[], filter: string, order: readonly string[], entity: SearchEntity) {
  const parsed = parseFilter(filter, { entity, dialect: 'mlflow' });
  const ordered = parseOrder(order, { entity, dialect: 'mlflow' });
  assert.ok(parsed.ok && ordered.ok, filter);
  const asked = [`tags.\`${prompt}\` = 'true'`, `tags.\`${prompt}\` = 'TRUE'`].some((each) => filter.includes(each));
  const compare = compareSubjects(ordered.order);
  const ids = things
    .filter((each) => (asked || !each.isPrompt) && evaluate(parsed.value, each.subject))
    .sort((a, b) => compare(a.subject, b.subject))
    .map(({ id }) => id);
  return { query: { filter: parsed.value, order: ordered.order, limit: 2 }, ids };
}

describe('Search: the registry in SQL', () => {
  it('finds the models that the evaluator finds, in its order, page by page', async () => {
    const orders = orderOf('name', 'last_updated_timestamp');
    await fc.assert(
      fc.asyncProperty(models, joined(shared), orders, async (samples, filter, order) => {
        const { reads, models: things } = await fill(samples);
        const { query, ids } = expected(things, filter, order, 'registeredModels');
        const found = pages((pageToken) => {
          const page = reads.searchModels({ ...query, pageToken });
          return { ...page, items: page.items.map(({ name }) => name) };
        });
        assert.deepEqual(found, ids);
      }),
      { numRuns: 100 },
    );
  }).timeout(60_000);

  it('finds the versions that the evaluator finds, in its order, page by page', async () => {
    const orders = orderOf('name', 'last_updated_timestamp', 'creation_timestamp', 'version_number');
    await fc.assert(
      fc.asyncProperty(models, joined(ofVersions), orders, async (samples, filter, order) => {
        const { reads, inSlices, versions: things } = await fill(samples);
        const { query, ids } = expected(things, filter, order, 'modelVersions');
        for (const each of [reads, inSlices]) {
          const found = pages((pageToken) => {
            const page = each.searchVersions({ ...query, pageToken });
            return { ...page, items: page.items.map(({ name, version: number }) => `${name}/${number}`) };
          });
          assert.deepEqual(found, ids);
        }
      }),
      { numRuns: 100 },
    );
  }).timeout(60_000);
});
