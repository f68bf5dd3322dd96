import assert from 'node:assert/strict';
import { evaluate } from '../../../src/core/search/evaluate';
import { parseFilter } from '../../../src/core/search/parse';
import { subject } from '../../../src/core/search/subject';

const metrics: Readonly<Record<string, number>> = { one: 1, nan: NaN, inf: Infinity, zero: -0 };
const run = subject({
  attributes: { run_name: 'Night run', status: 'RUNNING', start_time: 9007199254740993n, end_time: undefined },
  params: [
    { key: 'lr', value: '1e-3' },
    { key: 'opt', value: 'Adam' },
  ],
  tags: [{ key: 'note', value: '' }],
  metric: (key, aggregate) => (aggregate === 'last' ? metrics[key] : undefined),
  datasets: [
    { name: 'd1', digest: 'a', contexts: ['train'] },
    { name: 'd2', digest: 'b', contexts: [] },
  ],
});

function each(passes: boolean, filters: readonly string[]): void {
  for (const source of filters) {
    const filter = parseFilter(source, { entity: 'runs', dialect: 'labbook' });
    assert.ok(filter.ok, filter.ok ? '' : `${source}: ${filter.error.message}`);
    assert.equal(evaluate(filter.value, run), passes, source);
  }
}

describe('Search: evaluator', () => {
  it('compares numbers, NaN being different from all of them', () => {
    each(true, [
      'metrics.one = 1',
      'metrics.one < 2',
      'metrics.zero = 0',
      'metrics.inf > 1e308',
      'metrics.inf = 1e400',
    ]);
    each(true, [
      'metrics.nan != 1',
      'metrics.nan != 0',
      'metrics.nan = nan',
      'metrics.one != nan',
      'metrics.nan IS NOT NULL',
    ]);
    each(false, ['metrics.nan = 0', 'metrics.nan < 1', 'metrics.nan >= 0', 'metrics.nan != nan', 'metrics.one = nan']);
    each(false, ['metrics.nan between -1 and 1', 'metrics.inf = 1.7976931348623157e308']);
  });

  it('compares integers of 64 bits exactly', () => {
    each(true, ['start_time = 9007199254740993', 'start_time > 9007199254740992', 'start_time != 9007199254740992']);
    each(false, ['start_time = 9007199254740992', 'start_time < 9007199254740993']);
  });

  it('asks nothing of what is not there', () => {
    each(false, ["params.none = 'x'", "params.none != 'x'", "tags.none NOT LIKE 'x'", "params.none NOT IN ('x')"]);
    each(false, ['metrics.none != 1', 'metrics.none != nan', 'end_time != 1', "tags.none !~ 'x'", 'min(one) != 0']);
    each(true, ['params.none IS NULL', 'end_time IS NULL', 'tags.note IS NOT NULL', "not params.none = 'x'", '']);
  });

  it('takes params for numbers where they are some', () => {
    each(true, ['params.lr = 0.001', 'params.lr in 1e-4..1e-2', "params.lr = '1e-3'", 'params.lr in (5, 0.001)']);
    each(false, ['params.opt = 0', 'params.opt != 0', "params.lr = '0.001'", 'params.lr not in (5, 0.001)']);
  });

  it('matches texts', () => {
    each(true, [
      "run_name LIKE 'Night%'",
      "run_name ILIKE 'night_run'",
      "run_name ~ 'run$'",
      "status IN ('RUNNING', 'x')",
    ]);
    each(false, ["run_name LIKE 'night%'", "run_name !~ 'run$'", "status NOT IN ('RUNNING')", "tags.note != ''"]);
  });

  it('is content with one dataset that fits', () => {
    each(true, ["dataset.name = 'd1' and dataset.name = 'd2'", "dataset.name != 'd1'", "dataset.context = 'train'"]);
    each(false, ["dataset.context != 'train'", "dataset.digest = 'c'", "dataset.context = ''"]);
  });

  it('gives an absent tag its default where it has one', () => {
    const filter = (source: string) => {
      const result = parseFilter(source, { entity: 'registeredModels', dialect: 'mlflow' });
      assert.ok(result.ok);
      return result.value;
    };
    const model = subject({ attributes: { name: 'm' } });
    const prompt = subject({ attributes: { name: 'p' }, tags: [{ key: 'mlflow.prompt.is_prompt', value: 'true' }] });
    for (const source of ["tags.`mlflow.prompt.is_prompt` != 'true'", "tags.`mlflow.prompt.is_prompt` = 'false'"]) {
      assert.deepEqual(
        [model, prompt].map((each) => evaluate(filter(source), each)),
        [true, false],
      );
    }
  });
});
