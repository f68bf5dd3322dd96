import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Int64, KeyValue, Run, RunStatus } from '../../../src/core/model';
import type { Filter, OrderTerm } from '../../../src/core/search/ast';
import { evaluate } from '../../../src/core/search/evaluate';
import { compareSubjects, parseOrder } from '../../../src/core/search/order';
import { parseFilter } from '../../../src/core/search/parse';
import { runSubject, type SearchSubject } from '../../../src/core/search/subject';
import { Catalog } from '../../../src/server/store/catalog';
import { type MetricSummary, summarize } from '../../../src/server/store/metricSummary';
import type { Point } from '../../../src/server/store/points';
import { searchFunctions } from '../../../src/server/store/search/functions';
import { findRuns, type Slices } from '../../../src/server/store/search/findRuns';
import { compileRuns, type SearchQuery } from '../../../src/server/store/search/statements';
import { loadSqlite, real, type Row } from '../../../src/server/store/sqlite';

interface Sample {
  info: Run['info'];
  params: KeyValue[];
  tags: KeyValue[];
  points: Map<string, Point[]>;
  datasets: { name: string; digest: string; context: string | undefined }[];
}

const now = 1_000_000;
const text = fc.constantFrom(
  '',
  'a',
  'A',
  'ab',
  'a_b',
  'a%b',
  '[a]',
  '*',
  '?',
  "it's",
  '"q"',
  'Ä',
  'ä',
  '😀',
  '\uffff',
  'a\nb',
  '\\',
  '1',
  '1.0',
  '-0',
  '1e3',
  'nan',
  'inf',
  '0.001',
  ' 2 ',
);
const value = fc.constantFrom(0, -0, 1, -1, 0.5, 1e300, 5e-324, NaN, Infinity, -Infinity, 2 ** 53);
const time: fc.Arbitrary<Int64> = fc.constantFrom(0, 1, 2, 999_999, 1_000_000, 9007199254740993n, 9007199254740992n);
const keys = ['k', 'a b', "q'q", 'val/loss'];

function pairs(): fc.Arbitrary<KeyValue[]> {
  return fc.uniqueArray(fc.record({ key: fc.constantFrom(...keys), value: text }), {
    selector: ({ key }) => key,
    maxLength: 3,
  });
}

const sample: fc.Arbitrary<Sample> = fc
  .record({
    name: text,
    status: fc.constantFrom<RunStatus>('RUNNING', 'FINISHED'),
    startTime: time,
    endTime: fc.option(time, { nil: undefined }),
    params: pairs(),
    tags: pairs(),
    metrics: fc.uniqueArray(fc.tuple(fc.constantFrom(...keys), fc.array(value, { minLength: 1, maxLength: 3 })), {
      selector: ([key]) => key,
      maxLength: 3,
    }),
    datasets: fc.uniqueArray(fc.record({ name: text, digest: text, context: fc.option(text, { nil: undefined }) }), {
      selector: ({ name, digest }) => JSON.stringify([name, digest]),
      maxLength: 2,
    }),
  })
  .map(({ name, status, startTime, endTime, params, tags, metrics, datasets }) => ({
    info: {
      id: '',
      experimentId: '0',
      name,
      userId: 'u',
      status,
      startTime,
      endTime,
      stage: 'active',
      artifactUri: 'x',
    },
    params,
    tags,
    points: new Map(
      metrics.map(([key, values]) => [key, values.map((each, step) => ({ step, timestamp: 1, value: each }))]),
    ),
    datasets,
  }));

const literal = text.map((each) => `'${each.replaceAll("'", "''")}'`);
const key = fc.constantFrom('k', '`a b`', '"q\'q"', 'val/loss', 'none');
const comparator = fc.constantFrom('=', '!=', '<', '<=', '>', '>=');
const number = fc.constantFrom(
  '0',
  '1',
  '-1',
  '0.5',
  '1e300',
  '1e400',
  '-1e400',
  '5e-324',
  '9007199254740992',
  '9007199254740993',
  '1000',
  '0.001',
);
const pair = fc.tuple(fc.constantFrom('params', 'tags'), key).map(([kind, each]) => `${kind}.${each}`);
const name = fc.oneof(
  pair,
  fc.constantFrom('run_name', 'status', 'dataset.name', 'dataset.digest', 'dataset.context', 'run_id', 'experiment_id'),
);
const metric = fc.oneof(
  key.map((each) => `metrics.${each}`),
  fc.tuple(fc.constantFrom('min', 'max', 'mean', 'last'), key).map(([figure, each]) => `${figure}(metrics.${each})`),
);
const numeric = fc.oneof(metric, pair, fc.constantFrom('start_time', 'end_time', 'duration'));
const anything = fc.oneof(name, numeric);
const condition = fc
  .oneof(
    fc.tuple(name, fc.constantFrom('=', '!=', 'LIKE', 'ILIKE', 'NOT LIKE', 'NOT ILIKE'), literal),
    fc.tuple(
      name,
      fc.constantFrom('IN', 'NOT IN'),
      fc.array(literal, { minLength: 1, maxLength: 3 }).map((list) => `(${list.join()})`),
    ),
    fc.tuple(name, fc.constantFrom('~', '!~'), fc.constantFrom("'a'", "'^.$'", "'(?i)Ä'", "'[*?]|b$'")),
    fc.tuple(numeric, comparator, number),
    fc.tuple(
      numeric,
      fc.constantFrom('between', 'not between'),
      fc.tuple(number, number).map(([a, b]) => `${a} and ${b}`),
    ),
    fc.tuple(metric, fc.constantFrom('= nan', '!= nan'), fc.constant('')),
    fc.tuple(anything, fc.constantFrom('IS NULL', 'IS NOT NULL'), fc.constant('')),
    fc.tuple(
      fc.constantFrom('start_time', 'end_time'),
      comparator,
      fc.constantFrom('-1s', '1970-01-01', '-999999999d'),
    ),
  )
  .map((parts) => parts.join(' '));
const { filter } = fc.letrec<{ filter: string }>((tie) => ({
  filter: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    condition,
    fc.tuple(tie('filter'), fc.constantFrom('AND', 'OR'), tie('filter')).map(([a, join, b]) => `(${a}) ${join} (${b})`),
    tie('filter').map((each) => `NOT (${each})`),
  ),
}));
const orderField = fc.oneof(
  pair,
  metric.filter((each) => !each.includes('none')),
  fc.constantFrom('start_time', 'end_time', 'run_name', 'status', 'duration'),
);
const order = fc.tuple(
  fc.constantFrom('mlflow' as const, 'labbook' as const),
  fc.uniqueArray(fc.tuple(orderField, fc.constantFrom('', ' DESC')), {
    selector: ([field]) => field.replace('last(', '').replace(')', ''),
    maxLength: 3,
  }),
);

/** A catalog with runs `r0`, `r1`, … in the order of `samples`, and the same as plain objects. */
async function fill(samples: readonly Sample[]): Promise<{ catalog: Catalog; subjects: SearchSubject[] }> {
  const catalog = Catalog.create(await loadSqlite());
  const { db } = catalog;
  db.define(searchFunctions);
  const subjects = samples.map(({ info, params, tags, points, datasets }, i) => {
    const id = `r${i}`;
    const { name, userId, status, startTime, endTime, artifactUri } = info;
    db.run(
      'INSERT INTO runs VALUES (?, ?, 0, 0, ?, ?, ?, ?, ?, 0, NULL, ?)',
      i + 1,
      id,
      name,
      userId,
      status,
      startTime,
      endTime ?? null,
      artifactUri,
    );
    params.forEach((each) => db.run('INSERT INTO params VALUES (?, ?, ?)', i + 1, each.key, each.value));
    tags.forEach((each) => catalog.setTag(i + 1, each));
    const summaries = new Map<string, MetricSummary>();
    for (const [each, values] of points) {
      const summary = summarize(undefined, values);
      assert.ok(summary);
      summaries.set(each, summary);
      catalog.setMetric(i + 1, each, summary);
    }
    datasets.forEach((each, j) => {
      const number = i * 10 + j;
      db.run("INSERT INTO datasets VALUES (?, ?, ?, ?, '', '', NULL, NULL)", number, i, each.name, each.digest);
      db.run('INSERT INTO run_datasets VALUES (?, ?, ?)', number, i + 1, number);
      db.run("INSERT INTO run_dataset_tags VALUES (?, 'other', 'a')", number);
      if (each.context !== undefined) {
        db.run('INSERT INTO run_dataset_tags VALUES (?, ?, ?)', number, 'mlflow.data.context', each.context);
      }
    });
    return toSubject({ ...info, id }, { params, tags, datasets, summaries });
  });
  // What was defined must outlive an export, which reopens the database.
  db.export();
  return { catalog, subjects };
}

function toSubject(
  info: Run['info'],
  data: Pick<Sample, 'params' | 'tags' | 'datasets'> & { summaries: Map<string, MetricSummary> },
): SearchSubject {
  const run: Run = {
    info,
    params: data.params,
    tags: data.tags,
    metrics: [...data.summaries].map(([each, { latest }]) => ({ key: each, ...latest })),
    inputs: {
      models: [],
      datasets: data.datasets.map((each) => ({
        dataset: {
          name: each.name,
          digest: each.digest,
          sourceType: '',
          source: '',
          schema: undefined,
          profile: undefined,
        },
        tags: each.context === undefined ? [] : [{ key: 'mlflow.data.context', value: each.context }],
      })),
    },
  };
  const figures = (each: string) => {
    const summary = data.summaries.get(each);
    return (
      summary && {
        min: summary.min?.value,
        max: summary.max?.value,
        mean: summary.finite > 0 ? summary.sum / summary.finite : undefined,
      }
    );
  };
  return runSubject(run, { figures });
}

function parsed(source: string) {
  const result = parseFilter(source, { entity: 'runs', dialect: 'labbook', now });
  assert.ok(result.ok, `${source}: ${result.ok ? '' : result.error.message}`);
  return result.value;
}

function ordered(terms: readonly string[], dialect: 'mlflow' | 'labbook'): readonly OrderTerm[] {
  const result = parseOrder(terms, { entity: 'runs', dialect });
  assert.ok(result.ok, `${terms.join()}: ${result.ok ? '' : result.error.message}`);
  return result.order;
}

/** All pages, one after the other. */
function search(catalog: Catalog, query: Omit<SearchQuery, 'view'>, between?: (page: number) => void): string[] {
  const found: string[] = [];
  let pageToken: string | undefined;
  for (let page = 0; page < 100; page++) {
    const statement = compileRuns({ view: 'ACTIVE_ONLY', ...query, pageToken }, [0]);
    const rows = catalog.db.rowsOnce(statement.sql, statement.parameters);
    const items = rows.slice(0, query.limit);
    found.push(...items.map((row) => `r${real(row[0]) - 1}`));
    const last = items.at(-1);
    if (rows.length <= query.limit || last === undefined) {
      return found;
    }
    pageToken = statement.tokenAfter(last.slice(1));
    between?.(page);
  }
  throw new Error('there is no end to the pages');
}

/** The same, in slices. */
async function searchInSlices(
  catalog: Catalog,
  query: Omit<SearchQuery, 'view'>,
  experiments: readonly number[],
  slices: Slices,
): Promise<Row[]> {
  const found: Row[] = [];
  for (let pageToken: string | undefined, page = 0; page < 100; page++) {
    const { rows, tokenAfter } = await findRuns(catalog, { view: 'ALL', ...query, pageToken }, experiments, slices);
    const items = rows.slice(0, query.limit);
    found.push(...items);
    const last = items.at(-1);
    if (rows.length <= query.limit || last === undefined) {
      return found;
    }
    pageToken = tokenAfter(last.slice(1));
  }
  throw new Error('there is no end to the pages');
}

describe('Search: SQL and the plain evaluator', () => {
  it('find the same runs', async () => {
    const samples = fc.array(sample, { minLength: 8, maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(samples, fc.array(filter, { minLength: 10, maxLength: 10 }), async (runs, filters) => {
        const { catalog, subjects } = await fill(runs);
        for (const source of filters) {
          const wanted = parsed(source);
          const expected = subjects
            .filter((each) => evaluate(wanted, each))
            .map((each) => String(each.attribute('run_id')));
          const found = search(catalog, { filter: wanted, order: ordered(['run_id'], 'mlflow'), limit: 100 });
          assert.deepEqual(found.sort(), expected.sort(), source);
        }
        catalog.db.close();
      }),
      { numRuns: 60 },
    );
  });

  it('sort them the same way, whatever the size of the pages', async () => {
    const samples = fc.array(sample, { minLength: 6, maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(
        samples,
        fc.array(order, { minLength: 8, maxLength: 8 }),
        fc.integer({ min: 1, max: 7 }),
        async (runs, orders, limit) => {
          const { catalog, subjects } = await fill(runs);
          for (const [dialect, terms] of orders) {
            const names = terms.map(
              ([field, direction]) => (dialect === 'mlflow' ? field.replace(/^\w+\((.*)\)$/, '$1') : field) + direction,
            );
            if (
              dialect === 'mlflow' &&
              (names.some((each) => each.startsWith('duration')) ||
                new Set(names.map((each) => each.replace(' DESC', ''))).size < names.length)
            ) {
              continue;
            }
            const wanted = ordered(names, dialect);
            const expected = [...subjects]
              .sort(compareSubjects(wanted))
              .map((each) => String(each.attribute('run_id')));
            assert.deepEqual(search(catalog, { order: wanted, limit }), expected, names.join());
          }
          catalog.db.close();
        },
      ),
      { numRuns: 60 },
    );
  });

  it('find the same in experiments that are looked through in slices as in one statement', async () => {
    const samples = fc.array(sample, { minLength: 6, maxLength: 20 });
    const terms = fc.constantFrom(
      [],
      ['start_time'],
      ['start_time DESC', 'params.k'],
      ['start_time', 'run_name DESC'],
      ['metrics.k DESC'],
      ['params.k', 'start_time'],
      ['tags.k DESC'],
    );
    const sizes = fc.record({ limit: fc.integer({ min: 1, max: 7 }), slice: fc.integer({ min: 1, max: 6 }) });
    const searched = fc.array(fc.tuple(terms, fc.option(filter, { nil: undefined }), sizes), {
      minLength: 5,
      maxLength: 5,
    });
    await fc.assert(
      fc.asyncProperty(samples, fc.integer({ min: 1, max: 4 }), searched, async (runs, count, searches) => {
        const { catalog } = await fill(runs);
        const experiments = Array.from({ length: count }, (_, i) => i);
        // Of uneven sizes.
        catalog.db.run('UPDATE runs SET experiment = (id * id) % ?', count);
        for (const id of experiments) {
          const slots = 'SELECT count(*) FROM runs WHERE experiment = ?';
          catalog.db.run(`INSERT INTO experiments VALUES (?, ?, '', 0, 0, 0, (${slots}))`, id, `e${id}`, id);
        }
        for (const [names, source, { limit, slice }] of searches) {
          const wanted = source === undefined ? undefined : parsed(source);
          const query = { filter: wanted, order: ordered(names, 'mlflow') };
          const whole = compileRuns({ view: 'ALL', ...query, limit: 1000 }, experiments);
          const expected = catalog.db.rowsOnce(whole.sql, whole.parameters);
          const slices = { first: slice, most: slice };
          assert.deepEqual(await searchInSlices(catalog, { ...query, limit }, experiments, slices), expected);
        }
        catalog.db.close();
      }),
      { numRuns: 40 },
    );
  });

  it('give an absent tag its default', async () => {
    const { catalog, subjects } = await fill(fc.sample(sample, { numRuns: 30, seed: 2 }));
    const field = { kind: 'tag', key: 'k', whenMissing: 'a', offset: 0, length: 0 } as const;
    const at = { field, offset: 0, length: 0 };
    const filters: Filter[] = [
      { kind: 'text', operator: '=', value: 'a', ...at },
      { kind: 'text', operator: '!=', value: 'a', ...at },
      { kind: 'present', ...at },
      { kind: 'missing', ...at },
    ];
    const counts = filters.map((wanted) => {
      const expected = subjects.filter((each) => evaluate(wanted, each)).map((each) => each.attribute('run_id'));
      const found = search(catalog, { filter: wanted, order: ordered(['run_id'], 'mlflow'), limit: 100 });
      assert.deepEqual(found.sort(), expected.sort());
      return found.length;
    });
    assert.ok((counts[0] ?? 0) > 0 && (counts[1] ?? 0) > 0);
    assert.deepEqual(counts.slice(2), [30, 0]);
  });

  it('see every condition come true and false', async () => {
    // Guards the property above against data that no filter ever fits.
    const runs = fc.sample(sample, { numRuns: 300, seed: 1 });
    const { subjects } = await fill(runs);
    for (const source of [
      "params.k = 'a'",
      "tags.k LIKE 'a%'",
      'metrics.k = nan',
      'metrics.k > 0',
      'params.k = 1',
      "dataset.name ILIKE 'ä'",
      'end_time IS NULL',
      'min(metrics.k) < 0',
      "run_name ~ 'a'",
    ]) {
      const hits = subjects.filter((each) => evaluate(parsed(source), each)).length;
      assert.ok(hits > 0 && hits < subjects.length, `${source}: ${hits}`);
    }
  });
});
