import assert from 'node:assert/strict';
import type { OrderTerm, SearchEntity } from '../../../src/core/search/ast';
import { compareSubjects, parseOrder } from '../../../src/core/search/order';
import { subject, type SearchSubject } from '../../../src/core/search/subject';
import { searchLimits } from '../../../src/core/search/tokens';

function parsed(
  terms: readonly string[],
  entity: SearchEntity = 'runs',
  dialect: 'mlflow' | 'labbook' = 'mlflow',
): readonly OrderTerm[] {
  const result = parseOrder(terms, { entity, dialect });
  assert.ok(result.ok, result.ok ? '' : result.error.message);
  return result.order;
}

function show(order: readonly OrderTerm[]): string {
  return order.map(({ field, ascending }) => `${field.kind}.${field.key} ${ascending ? 'ASC' : 'DESC'}`).join(', ');
}

function run(id: string, metric: number | undefined, param?: string, start = 0): SearchSubject {
  return subject({
    attributes: { run_id: id, start_time: start },
    params: param === undefined ? [] : [{ key: 'p', value: param }],
    metric: (key, aggregate) => (key === 'm' && aggregate === 'last' ? metric : undefined),
  });
}

function sorted(runs: readonly SearchSubject[], order: readonly OrderTerm[]): string {
  return [...runs]
    .sort(compareSubjects(order))
    .map((each) => String(each.attribute('run_id')))
    .join('');
}

describe('Search: order', () => {
  it('reads one field each, and ends with what decides between equals', () => {
    const ties = 'attribute.start_time DESC, attribute.run_id ASC';
    const cases: [string[], string][] = [
      [[], ties],
      [['metrics.acc'], `metric.acc ASC, ${ties}`],
      [['metrics.`a b` desc', 'params."x/y" ASC'], `metric.a b DESC, param.x/y ASC, ${ties}`],
      [['created DESC'], ties],
      [['attributes.start_time'], 'attribute.start_time ASC, attribute.run_id ASC'],
      [['run_id DESC', 'tags.key'], 'attribute.run_id DESC, tag.key ASC, attribute.start_time DESC'],
      [['"status"'], `attribute.status ASC, ${ties}`],
    ];
    for (const [terms, meaning] of cases) {
      assert.equal(show(parsed(terms)), meaning);
    }
    const newest = 'attribute.creation_time DESC, attribute.experiment_id ASC';
    assert.equal(show(parsed([], 'experiments')), newest);
    assert.equal(show(parsed(['name'], 'experiments')), 'attribute.name ASC, attribute.experiment_id DESC');
    assert.equal(show(parsed(['experiment_id', 'experiment_id DESC'], 'experiments')), 'attribute.experiment_id ASC');
    assert.equal(
      show(parsed(['timestamp DESC'], 'registeredModels')),
      'attribute.last_updated_timestamp DESC, attribute.name ASC',
    );
    const versions = 'attribute.last_updated_timestamp DESC, attribute.name ASC, attribute.version_number DESC';
    assert.equal(show(parsed([], 'modelVersions')), versions);
  });

  it('refuses what cannot be ordered by', () => {
    const cases: [string[], SearchEntity, number, RegExp][] = [
      [['metrics.a', 'metrics.a DESC'], 'runs', 1, /^`order_by` contains duplicate fields$/],
      [['start_time', 'attr.created'], 'runs', 1, /^`order_by` contains duplicate fields$/],
      [['foo'], 'runs', 0, /^Invalid attribute key 'foo'/],
      [['`run name`'], 'runs', 0, /^Invalid attribute key 'run name'/],
      [['run name'], 'runs', 0, /^Invalid attribute key 'run'/],
      [['dataset.name'], 'runs', 0, /cannot be ordered by a dataset/],
      [['metrics.a ascending'], 'runs', 0, /only ASC or DESC, not 'ascending'/],
      [['metrics.a DESC, params.b'], 'runs', 0, /not ','/],
      [[''], 'runs', 0, /a field was expected/],
      [['duration'], 'runs', 0, /^Invalid attribute key/],
      [['name', 'tags.x'], 'experiments', 1, /cannot be ordered by a tag/],
      [['run_id'], 'modelVersions', 0, /^Invalid attribute key/],
      [['min(metrics.a)'], 'runs', 0, /^Invalid attribute key 'min'/],
      [Array.from({ length: searchLimits.orderTerms + 1 }, (_, i) => `metrics.m${i}`), 'runs', 30, /more than 30/],
    ];
    for (const [terms, entity, term, message] of cases) {
      const result = parseOrder(terms, { entity, dialect: 'mlflow' });
      assert.ok(!result.ok, terms.join());
      assert.equal(result.term, term);
      assert.match(result.error.message, message);
    }
  });

  it('puts NaN after the numbers and the missing last, in both directions', () => {
    const runs = [
      run('a', NaN),
      run('b', undefined),
      run('c', 1),
      run('d', -Infinity),
      run('e', Infinity),
      run('f', 0),
    ];
    assert.equal(sorted(runs, parsed(['metrics.m'])), 'dfceab');
    assert.equal(sorted(runs, parsed(['metrics.m DESC'])), 'ecfdab');
  });

  it('orders params as texts, in Labbook’s own dialect as numbers where they are some', () => {
    const runs = [run('a', 0, '10'), run('b', 0, '9'), run('c', 0, 'x'), run('d', 0), run('e', 0, '1e1', 5)];
    assert.equal(sorted(runs, parsed(['params.p'])), 'aebcd');
    assert.equal(sorted(runs, parsed(['params.p DESC'])), 'cbead');
    assert.equal(sorted(runs, parsed(['params.p'], 'runs', 'labbook')), 'beacd');
    assert.equal(sorted(runs, parsed(['params.p DESC'], 'runs', 'labbook')), 'eabcd');
  });

  it('leaves equals to the later start, then to the id', () => {
    const runs = [run('b', 1, undefined, 1), run('a', 1, undefined, 1), run('c', 1, undefined, 2)];
    assert.equal(sorted(runs, parsed(['metrics.m'])), 'cab');
  });

  it('orders by figures in Labbook’s own dialect', () => {
    const [term] = parsed(['min(metrics.loss) DESC'], 'runs', 'labbook');
    assert.ok(term?.field.kind === 'metric');
    assert.deepEqual([term.field.aggregate, term.field.key, term.ascending], ['min', 'loss', false]);
    assert.equal(parsed(['metrics.loss', 'min(metrics.loss)'], 'runs', 'labbook').length, 4);
    for (const bad of ['min(loss)', 'min(params.lr)', 'min(metrics.loss', 'best(metrics.loss)']) {
      assert.ok(!parseOrder([bad], { entity: 'runs', dialect: 'labbook' }).ok, bad);
    }
  });
});
