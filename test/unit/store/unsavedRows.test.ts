import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { RunInfo, RunStatus } from '../../../src/core/model';
import { applyToCatalog } from '../../../src/server/store/apply';
import { Catalog } from '../../../src/server/store/catalog';
import { toKeyValue } from '../../../src/server/store/catalogRows';
import { type MetricSummary, summarize } from '../../../src/server/store/metricSummary';
import { inPieces } from '../../../src/server/store/pieceFile';
import { loadSqlite, type SqlJs } from '../../../src/server/store/sqlite';

interface ModelRun {
  info: RunInfo;
  readonly params: Map<string, string>;
  readonly tags: Map<string, string>;
  readonly metrics: Map<string, MetricSummary>;
}

type Model = Map<number, ModelRun>;

const small = fc.nat(4);
const change = fc.oneof(
  fc.record({ kind: fc.constant('run' as const), name: fc.string({ maxLength: 3 }) }),
  fc.record({ kind: fc.constant('status' as const), run: small, status: fc.constantFrom('RUNNING', 'FINISHED') }),
  fc.record({ kind: fc.constantFrom('params' as const, 'tags' as const), run: small, from: small, count: fc.nat(25) }),
  fc.record({
    kind: fc.constant('metrics' as const),
    run: small,
    from: small,
    count: fc.nat(25),
    value: fc.constantFrom(0, -0, 1.5, -3, NaN, Infinity),
  }),
);
type RowChange = typeof change extends fc.Arbitrary<infer T> ? T : never;

const actions = fc.array(
  fc.oneof(
    { arbitrary: fc.record({ kind: fc.constant('commit' as const), changes: fc.array(change) }), weight: 5 },
    { arbitrary: fc.record({ kind: fc.constant('rollback' as const), changes: fc.array(change) }), weight: 1 },
    { arbitrary: fc.record({ kind: fc.constantFrom('some' as const, 'failing' as const) }), weight: 4 },
    { arbitrary: fc.record({ kind: fc.constant('sql' as const) }), weight: 1 },
  ),
  { maxLength: 40 },
);

describe('Store: rows that are made later', () => {
  let sqlite: SqlJs;
  before(async () => {
    sqlite = await loadSqlite();
  });

  function newCatalog(): Catalog {
    const catalog = Catalog.create(sqlite);
    applyToCatalog(catalog, { kind: 'createExperiment', id: 0, name: 'e', artifactLocation: 'a', tags: [], time: 0 });
    return catalog;
  }

  it('are there for who asks before and after, in whatever pieces they were made', () => {
    fc.assert(
      fc.property(actions, (list) => {
        const catalog = newCatalog();
        let model: Model = new Map();
        for (const action of list) {
          if (action.kind === 'commit' || action.kind === 'rollback') {
            const changed = copyOf(model);
            catalog.begin();
            action.changes.forEach((each) => carryOut(catalog, changed, each));
            if (action.kind === 'commit') {
              catalog.commit(1);
              model = changed;
            } else {
              catalog.rollback();
            }
            checkAnswers(catalog, model);
          } else if (action.kind === 'sql') {
            assert.equal(catalog.runs('', []).length, model.size);
          } else {
            saveSome(catalog, action.kind === 'failing');
          }
        }
        checkAnswers(catalog, model);
        const saved = Catalog.open(sqlite, 'catalog', inPieces(catalog.export()));
        checkAnswers(saved, model);
        checkTables(saved, model);
        catalog.db.close();
        saved.db.close();
      }),
    );
  }).timeout(60_000);

  it('become rows a few at a time, and until then cost those who ask for others nothing', () => {
    const catalog = newCatalog();
    const rows = (): number => catalog.db.rows('SELECT 1 FROM params').length;
    const model: Model = new Map();
    catalog.begin();
    carryOut(catalog, model, { kind: 'run', name: 'n' });
    carryOut(catalog, model, { kind: 'params', run: 0, from: 0, count: 80 });
    catalog.commit(1);
    assert.equal(catalog.hasSome, true);
    let statements = 0;
    const execute = catalog.db.execute.bind(catalog.db);
    catalog.db.execute = (sql, params) => {
      statements += sql.startsWith('INSERT') ? 1 : 0;
      execute(sql, params);
    };
    catalog.saveSome();
    // The run and twenty params.
    assert.equal(statements, 3);
    assert.equal(catalog.hasSome, false);
    assert.equal(rows(), 80);
    catalog.db.close();
  });
});

function saveSome(catalog: Catalog, fails: boolean): void {
  const { db } = catalog;
  const execute = db.execute.bind(db);
  db.execute = (sql, params) => {
    execute(sql, params);
    if (fails && sql.startsWith('INSERT')) {
      throw new Error('out of memory');
    }
  };
  try {
    catalog.saveSome();
  } catch (error) {
    assert.equal(fails && error instanceof Error && error.message, 'out of memory');
  } finally {
    db.execute = execute;
  }
}

function carryOut(catalog: Catalog, model: Model, each: RowChange): void {
  if (each.kind === 'run') {
    const ids = { id: `run ${model.size}`, experimentId: '0', userId: 'u', artifactUri: 'a' };
    const info: RunInfo = {
      ...{ ...ids, name: each.name, status: 'RUNNING', startTime: model.size, endTime: undefined, stage: 'active' },
    };
    const { id } = catalog.addRun(info);
    model.set(id, { info, params: new Map(), tags: new Map(), metrics: new Map() });
    return;
  }
  const [id, run] = [...model][each.run] ?? [];
  if (id === undefined || run === undefined) {
    return;
  }
  if (each.kind === 'status') {
    const status = each.status as RunStatus;
    const row = catalog.run(run.info.id);
    assert.ok(row);
    catalog.changeRun(row, { status });
    run.info = { ...run.info, status };
    return;
  }
  for (let i = each.from; i < each.from + each.count; i++) {
    const key = `k${i}`;
    if (each.kind === 'metrics') {
      const before = catalog.metric(id, key);
      assert.deepEqual(withoutSigns(before), withoutSigns(run.metrics.get(key)));
      const after = summarize(before, [{ step: 2n ** 60n + BigInt(i), timestamp: i, value: each.value }]);
      assert.ok(after);
      catalog.setMetric(id, key, after);
      run.metrics.set(key, after);
    } else if (each.kind === 'tags') {
      catalog.setTag(id, { key, value: `${run.tags.size}` });
      run.tags.set(key, `${run.tags.size}`);
    } else if (catalog.param(id, key) === undefined) {
      assert.equal(run.params.get(key), undefined);
      catalog.addParams(id, [{ key, value: `v${i}` }]);
      run.params.set(key, `v${i}`);
    }
  }
}

function copyOf(model: Model): Model {
  return new Map(
    [...model].map(([id, { info, params, tags, metrics }]) => [
      id,
      { info, params: new Map(params), tags: new Map(tags), metrics: new Map(metrics) },
    ]),
  );
}

/** Tables keep the sign of zero of the latest point only. */
function withoutSigns(metric: MetricSummary | undefined): MetricSummary | undefined {
  const { min, max } = metric ?? {};
  return (
    metric && {
      ...metric,
      min: min && { ...min, value: min.value + 0 },
      max: max && { ...max, value: max.value + 0 },
    }
  );
}

/** What is asked for while others log. */
function checkAnswers(catalog: Catalog, model: Model): void {
  for (const [id, { info, params, metrics }] of model) {
    assert.deepEqual(catalog.run(info.id)?.info, info);
    for (let i = 0; i < 32; i++) {
      assert.equal(catalog.param(id, `k${i}`), params.get(`k${i}`));
      assert.deepEqual(withoutSigns(catalog.metric(id, `k${i}`)), withoutSigns(metrics.get(`k${i}`)));
    }
  }
}

function checkTables(catalog: Catalog, model: Model): void {
  const { db } = catalog;
  const next = db.row('SELECT next_slot FROM experiments WHERE id = 0')?.[0];
  assert.equal(next, model.size);
  for (const [id, { params, tags, metrics }] of model) {
    for (const [table, pairs] of [
      ['params', params],
      ['tags', tags],
    ] as const) {
      const rows = db.rows(`SELECT key, value FROM ${table} WHERE run = ?`, id).map(toKeyValue);
      assert.deepEqual(new Map(rows.map(({ key, value }) => [key, value])), pairs);
    }
    assert.equal(db.rows('SELECT 1 FROM metrics WHERE run = ?', id).length, metrics.size);
  }
}
