import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Filter, SearchError } from '../../../src/core/search/ast';
import { type FilterOptions, parseFilter } from '../../../src/core/search/parse';
import { searchLimits } from '../../../src/core/search/tokens';

const now = Date.UTC(2026, 0, 10);
const mlflow: FilterOptions = { entity: 'runs', dialect: 'mlflow', now };
const labbook: FilterOptions = { entity: 'runs', dialect: 'labbook', now };

/** A filter in a short form, for comparing. */
function show(filter: Filter | undefined): string {
  if (filter === undefined) {
    return 'all';
  }
  switch (filter.kind) {
    case 'and':
    case 'or':
      return `(${filter.parts.map(show).join(` ${filter.kind} `)})`;
    case 'not':
      return `not ${show(filter.part)}`;
    default: {
      const { kind, field, ...rest } = filter;
      const figure = field.kind === 'metric' && field.aggregate !== 'last' ? `${field.aggregate}:` : '';
      const values = Object.entries(rest).filter(([name]) => name !== 'offset' && name !== 'length');
      const shown = values.map(([, value]) => (typeof value === 'bigint' ? `${value}n` : JSON.stringify(value)));
      return `${figure}${field.kind}.${field.key} ${kind} ${shown.join(' ')}`.trim();
    }
  }
}

function parsed(source: string, options = mlflow): string {
  const result = parseFilter(source, options);
  assert.ok(result.ok, `${source}: ${result.ok ? '' : result.error.message}`);
  return show(result.value);
}

function refused(source: string, options = mlflow): SearchError {
  const result = parseFilter(source, options);
  assert.ok(!result.ok, `${source} was accepted`);
  return result.error;
}

/** [filter, what it means] */
function each(options: FilterOptions, cases: readonly (readonly [string, string])[]): void {
  for (const [source, meaning] of cases) {
    assert.equal(parsed(source, options), meaning, source);
  }
}

/** [filter, the part that is wrong, what the message says] */
function eachWrong(options: FilterOptions, cases: readonly (readonly [string, string, RegExp])[]): void {
  for (const [source, part, message] of cases) {
    const error = refused(source, options);
    assert.equal(source.slice(error.offset, error.offset + error.length), part, `${source}: ${error.message}`);
    assert.match(error.message, message, source);
  }
}

describe("Search: MLflow's filters", () => {
  it('reads every kind of field by every name', () => {
    each(mlflow, [
      ['', 'all'],
      [' \n', 'all'],
      ["attribute.status = 'RUNNING'", 'attribute.status text "=" "RUNNING"'],
      ["attributes.status = 'a'", 'attribute.status text "=" "a"'],
      ["attr.status = 'a'", 'attribute.status text "=" "a"'],
      ["run.status = 'a'", 'attribute.status text "=" "a"'],
      ["status != 'a'", 'attribute.status text "!=" "a"'],
      ['created > 5', 'attribute.start_time number ">" 5'],
      ['attributes.Created <= 5.5', 'attribute.start_time number "<=" 5.5'],
      ["`run name` = 'a'", 'attribute.run_name text "=" "a"'],
      [`"Run Name" = 'a'`, 'attribute.run_name text "=" "a"'],
      ["attributes.`Run name` = 'a'", 'attribute.run_name text "=" "a"'],
      ['metric.a > 1', 'metric.a number ">" 1'],
      ['metrics.a.b >= -1.5e-3', 'metric.a.b number ">=" -0.0015'],
      ['metrics."a b/c" < .5', 'metric.a b/c number "<" 0.5'],
      ['metrics.val/acc = +5.', 'metric.val/acc number "=" 5'],
      ['`metrics`.`a-b` != 1E+3', 'metric.a-b number "!=" 1000'],
      ["param.x = 'y'", 'param.x text "=" "y"'],
      ['parameters.`x y` = "it\'s"', 'param.x y text "=" "it\'s"'],
      ["params.'x y' LIKE '%z_'", 'param.x y like false false "%z_"'],
      ["tag.mlflow.source.name iLike 'Z'", 'tag.mlflow.source.name like true false "Z"'],
      ["tags.ä != 'ü'", 'tag.ä text "!=" "ü"'],
      ["tags.1a = ''", 'tag.1a text "=" ""'],
      ["params.key = 'IN'", 'param.key text "=" "IN"'],
      ["dataset.name = 'd'", 'dataset.name text "=" "d"'],
      ['datasets.context NOT IN (\'a\', "b")', 'dataset.context in true ["a","b"]'],
      ["dataset.digest like 'd%'", 'dataset.digest like false false "d%"'],
    ]);
  });

  it('reads AND, lists and tests for presence', () => {
    each(mlflow, [
      [
        "metrics.a > 1 AND metrics.a<2 and tags.b='c'",
        '(metric.a number ">" 1 and metric.a number "<" 2 and tag.b text "=" "c")',
      ],
      ["run_id IN ('a','b')", 'attribute.run_id in false ["a","b"]'],
      ["run_id not in ('a',)", 'attribute.run_id in true ["a"]'],
      ['tags.a IS NULL', 'tag.a missing'],
      ['params.a is  not\nnull', 'param.a present'],
    ]);
  });

  it('minds no AND too many or too few, as MLflow does', () => {
    const both = '(attribute.status text "=" "a" and attribute.user_id text "=" "b")';
    each(mlflow, [
      ["AND status = 'a' AND", 'attribute.status text "=" "a"'],
      ["status = 'a' AND and user_id = 'b'", both],
      ["status = 'a' user_id = 'b'", both],
      ['and', 'all'],
    ]);
    eachWrong(labbook, [
      ["status = 'a' AND", '', /a name was expected, found the end/],
      ["AND status = 'a'", 'AND', /a name was expected, found 'AND'/],
      ["status = 'a' user_id = 'b'", 'user_id', /AND or OR must stand between/],
    ]);
  });

  it('takes numbers of params without quotes, as the tutorials write them', () => {
    each(mlflow, [
      ['params.learning_rate = 0.001', 'param.learning_rate number "=" 0.001'],
      ['params.n >= 1e3', 'param.n number ">=" 1000'],
    ]);
    eachWrong(mlflow, [['tags.n = 1', '1', /Expected a quoted string value for tag 'n'/]]);
  });

  it('keeps integers of 64 bits exactly, and doubles the quote for a quote', () => {
    each(mlflow, [
      ['start_time > 9007199254740993', 'attribute.start_time number ">" 9007199254740993n'],
      ["tags.a = 'it''s'", 'tag.a text "=" "it\'s"'],
      ['tags.a = "say ""x"""', 'tag.a text "=" "say \\"x\\""'],
      ["tags.a = 'C:\\dir\\'", 'tag.a text "=" "C:\\\\dir\\\\"'],
      ["tags.a = 'x\ny -- z; /* */'", 'tag.a text "=" "x\\ny -- z; /* */"'],
    ]);
  });

  it('says what is wrong and where', () => {
    eachWrong(mlflow, [
      ["foo = 'x'", 'foo', /^Invalid attribute key 'foo' specified\. Valid keys are 'run_id', 'run_name'/],
      ["experiment_id = '0'", 'experiment_id', /^Invalid attribute key/],
      ["foo.bar = 'x'", 'foo', /^Invalid entity type 'foo'\. Valid values are 'attribute'/],
      ['METRICS.a > 1', 'METRICS', /^Invalid entity type/],
      ["dataset.foo = 'x'", 'dataset.foo', /^Invalid dataset key 'foo'/],
      ["metrics.a = 'x'", "'x'", /^Expected numeric value type for metric\. Found 'x'/],
      ['metrics.a = inf', 'inf', /^Expected numeric value type for metric/],
      ["start_time > '5'", "'5'", /^Expected numeric value type/],
      ['start_time > 2026-01-02', '2026-01-02', /^Expected numeric value type/],
      ['start_time > -7d', '-7d', /^Expected numeric value type/],
      ['status = RUNNING', 'RUNNING', /^Expected a quoted string value/],
      ['tags.a = `x`', '`x`', /^Expected a quoted string value/],
      ["tags.a > 'x'", '>', /^Invalid comparator '>' for tag 'a'/],
      ['metrics.a == 1', '==', /^Invalid comparator '=='/],
      ['metrics.a LIKE 1', 'LIKE', /^Invalid comparator 'LIKE' for metric 'a'/],
      ["tags.a NOT LIKE 'x'", 'NOT LIKE', /^Invalid comparator 'NOT LIKE'/],
      ["run_name IN ('a')", 'IN', /^Only 'run_id' attributes support comparison with a list/],
      ["params.a in ('a')", 'in', /support comparison with a list/],
      ['run_id IN ()', ')', /expected a non-empty list/],
      ['run_id IN (1)', '1', /expected string value, .* but got different type in list: '1'/],
      ["run_id IN ('a' 'b')", "'b'", /a , or \) is missing/],
      ["run_id IN 'a'", "'a'", /A list must follow IN/],
      ['metrics.a IS NULL', 'IS NULL', /^IS NULL \/ IS NOT NULL is only supported for params and tags/],
      ['end_time IS NOT NULL', 'IS NOT NULL', /only supported for params and tags/],
      ['tags.a IS 5', '5', /only NULL or NOT NULL/],
      ["metrics.a > 1 OR tags.b = 'c'", 'OR', /^Invalid clause\(s\) in filter string: 'OR'/],
      ["(status = 'a')", '(', /^Invalid clause\(s\) in filter string/],
      ["not status = 'a'", 'not', /^Invalid clause\(s\)/],
      ['metrics.a > 1 BETWEEN 2', 'BETWEEN', /^Invalid clause\(s\) in filter string: 'BETWEEN'/],
      ["status = 'a';", ';', /^Invalid clause\(s\) in filter string: ';'/],
      ["status = 'a' -- comment", '-', /^Invalid clause\(s\)/],
      ["status = 'a", "'a", /has no end/],
      ['metrics.`a > 1', '`a > 1', /has no end/],
      ['metrics. a > 1', 'metrics.', /must follow 'metrics\.' at once/],
      ['metrics.a > 1AND', '1AND', /neither a number nor a name/],
      ['metrics.a >', '', /^Expected numeric value type for metric\. Found the end/],
      ['metrics.a', '', /a comparison must follow/],
      ["= 'x'", '=', /a name was expected/],
      ["'x' = tags.a", "'x'", /a name was expected/],
      ["status ~ 'x'", '~', /^Invalid comparator '~'/],
      ['min(metrics.a) > 1', 'min', /^Invalid attribute key 'min'/],
      ["tags.a = 'x' 💥", '💥', /means nothing here/],
    ]);
  });

  it('offers what could stand there instead', () => {
    assert.equal(refused('status = RUNNING').fix, "'RUNNING'");
    assert.equal(refused('metrics.a == 1').fix, '=');
    assert.equal(refused('METRICS.a > 1').fix, 'metrics');
    assert.equal(refused('start_time > 7d', labbook).fix, '-7d');
  });

  it('knows what the other things have', () => {
    const as = (entity: FilterOptions['entity']): FilterOptions => ({ entity, dialect: 'mlflow' });
    each(as('experiments'), [
      ["name ILIKE 'a%' AND tags.b IS NULL", '(attribute.name like true false "a%" and tag.b missing)'],
      ["attribute.experiment_id IN ('1')", 'attribute.experiment_id in false ["1"]'],
      ['creation_time > 5', 'attribute.creation_time number ">" 5'],
    ]);
    eachWrong(as('experiments'), [
      ["attributes.name = 'x'", 'attributes', /^Invalid entity type/],
      ["name IN ('a')", 'IN', /^Only 'experiment_id'/],
      ["experiment_id = 'x'", "'x'", /^Invalid experiment ID 'x'\. Experiment ID must be a valid integer/],
      ["experiment_id IN ('1', '')", "''", /^Invalid experiment ID ''/],
      ["experiment_id LIKE '1'", 'LIKE', /^Invalid comparator 'LIKE'/],
      ["params.a = 'x'", 'params', /^Invalid entity type/],
      ['name IS NULL', 'IS NULL', /only supported for tags/],
    ]);
    each(as('registeredModels'), [
      ["name IN ('a')", 'attribute.name in false ["a"]'],
      ["tags.`mlflow.prompt.is_prompt` != 'true'", 'tag.mlflow.prompt.is_prompt text "!=" "true"'],
    ]);
    eachWrong(as('registeredModels'), [
      ['timestamp > 1', 'timestamp', /^Invalid attribute key/],
      ['tags.a IS NULL', 'IS NULL', /not supported for registered models/],
    ]);
    each(as('modelVersions'), [
      [
        "version_number = '1' and run_id in ('a') and source_path like 'x'",
        '(attribute.version_number number "=" 1 and attribute.run_id in false ["a"] and attribute.source_path like false false "x")',
      ],
    ]);
    eachWrong(as('modelVersions'), [
      ["source_path in ('x')", 'in', /^Only 'name', 'run_id'/],
      ['creation_timestamp > 1', 'creation_timestamp', /^Invalid attribute key/],
    ]);
    each(as('loggedModels'), [
      ["attributes.name = 'x' and metrics.acc > 0.9", '(attribute.name text "=" "x" and metric.acc number ">" 0.9)'],
      ['creation_time > 5', 'attribute.creation_timestamp number ">" 5'],
      ["params.a IN ('1')", 'param.a in false ["1"]'],
    ]);
    eachWrong(as('loggedModels'), [
      ['metric.a > 1', 'metric', /^Invalid entity type/],
      ['metrics.a in (1)', 'in', /support comparison with a list/],
    ]);
    each(as('datasets'), [
      ["name = 'x' and dataset.digest in ('y')", '(attribute.name text "=" "x" and attribute.digest in false ["y"])'],
    ]);
  });

  it('has limits', () => {
    const many = (count: number) => Array.from({ length: count }, () => 'metrics.a > 1').join(' AND ');
    parsed(many(searchLimits.terms));
    assert.match(refused(many(10_000)).message, /more than 100 comparisons/);
    const list = (count: number) => `run_id IN (${Array.from({ length: count }, () => "'a'").join()})`;
    parsed(list(searchLimits.listValues));
    assert.match(refused(list(searchLimits.listValues + 1)).message, /at most 20000 values/);
    assert.match(refused(' '.repeat(searchLimits.length + 1)).message, /too long/);
    const nested = (count: number) => `${'('.repeat(count)}metrics.a > 1${')'.repeat(count)}`;
    parsed(nested(searchLimits.depth), labbook);
    assert.match(refused(nested(1000), labbook).message, /parentheses stand inside each other/);
    assert.match(refused(`${'not '.repeat(100_000)}metrics.a > 1`, labbook).message, /inside each other/);
    assert.match(refused(`tags.a LIKE '${'%a'.repeat(5000)}'`).message, /at most 5000 characters/);
    const numbers = `params.a in (${Array.from({ length: 500 }, () => '1').join()})`;
    assert.match(refused(numbers, labbook).message, /more than 100 comparisons/);
  });

  it('never throws, and its errors lie inside the text', () => {
    const word = fc.constantFrom(
      "'",
      '"',
      '`',
      '.',
      '..',
      '(',
      ')',
      ',',
      '=',
      '!=',
      '~',
      '<',
      ' ',
      'metrics',
      'params.',
      'a',
      'in',
      'not',
      'like',
      'is',
      'null',
      'and',
      'or',
      'between',
      '1',
      '-7d',
      '2026-01-02',
      '%',
      '\\',
      'min(',
      '💥',
      '\0',
      'status',
      'start_time',
      'nan',
      '__proto__',
      'constructor',
    );
    fc.assert(
      fc.property(
        fc.array(word, { maxLength: 30 }),
        fc.string(),
        fc.constantFrom(mlflow, labbook),
        (words, end, options) => {
          const source = words.join('') + end;
          const result = parseFilter(source, options);
          if (!result.ok) {
            const { offset, length } = result.error;
            assert.ok(offset >= 0 && length >= 0 && offset + length <= source.length, JSON.stringify(result.error));
          }
        },
      ),
      { numRuns: 2000 },
    );
  });
});

describe("Search: Labbook's own filters", () => {
  it('joins with OR, NOT and parentheses', () => {
    each(labbook, [
      [
        'metrics.a > 1 or metrics.b > 1 and metrics.c > 1',
        '(metric.a number ">" 1 or (metric.b number ">" 1 and metric.c number ">" 1))',
      ],
      [
        '(metrics.a > 1 OR metrics.b > 1) AND NOT metrics.c > 1',
        '((metric.a number ">" 1 or metric.b number ">" 1) and not metric.c number ">" 1)',
      ],
      ["not (tags.a = 'x')", 'not tag.a text "=" "x"'],
    ]);
    eachWrong(labbook, [
      ['(metrics.a > 1', '', /A \) is missing/],
      ['metrics.a > 1)', ')', /closes nothing/],
      ['()', ')', /a name was expected/],
    ]);
  });

  it('reads ranges, lists of numbers and figures of metrics', () => {
    const options: FilterOptions = { ...labbook, better: (key) => (key === 'loss' ? 'min' : undefined) };
    each(options, [
      ['params.lr between 1e-4 and 1e-3', '(param.lr number ">=" 0.0001 and param.lr number "<=" 0.001)'],
      ['params.lr in 1e-4..1e-3', '(param.lr number ">=" 0.0001 and param.lr number "<=" 0.001)'],
      [
        'metrics.a not between 1 and 2 and metrics.b > 1',
        '((metric.a number "<" 1 or metric.a number ">" 2) and metric.b number ">" 1)',
      ],
      ['params.n in (1, 2)', '(param.n number "=" 1 or param.n number "=" 2)'],
      ['metrics.n not in (1, 2)', '(metric.n number "!=" 1 and metric.n number "!=" 2)'],
      ["status in ('a', 'b')", 'attribute.status in false ["a","b"]'],
      ["params.a not in ('a')", 'param.a in true ["a"]'],
      ['min(metrics.loss) < 0.1 and max(acc) > 1', '(min:metric.loss number "<" 0.1 and max:metric.acc number ">" 1)'],
      ['best(loss) < 0.1', 'min:metric.loss number "<" 0.1'],
      ['last(metrics."a b") = nan', 'metric.a b nan false'],
      ['metrics.loss != NaN', 'metric.loss nan true'],
      ['metrics.loss < inf', 'metric.loss number "<" null'],
      ['metrics.loss > -Infinity', 'metric.loss number ">" null'],
      ['metrics.a IS NULL', 'metric.a missing'],
      ['tags.fold == 3', 'tag.fold number "=" 3'],
      ["tags.a NOT ILIKE 'x'", 'tag.a like true true "x"'],
      ["name = 'x' and id = 'y'", '(attribute.run_name text "=" "x" and attribute.run_id text "=" "y")'],
    ]);
    eachWrong(options, [
      ['best(metrics.acc) > 1', 'best', /write min or max/],
      ['median(acc) > 1', 'median', /no figure of a metric/],
      ['min(params.lr) > 1', 'params.lr', /Only metrics/],
      ['status between 1 and 2', 'status', /is a text/],
      ['metrics.a between 1 or 2', 'or', /AND and the upper end/],
      ['metrics.a in 1', '', /A list/],
      ["params.a in 'x', 'y'", "'x'", /A list/],
      ['params.a in', '', /A list/],
    ]);
  });

  it('reads times and durations', () => {
    const day = 86_400_000;
    each(labbook, [
      ['start_time > -7d', `attribute.start_time number ">" ${now - 7 * day}`],
      ['end_time < -1.5h', `attribute.end_time number "<" ${now - 5_400_000}`],
      ['start_time >= 2026-01-02T10:30Z', `attribute.start_time number ">=" ${Date.UTC(2026, 0, 2, 10, 30)}`],
      [
        'start_time = 2026-01-02T10:30+02:00',
        `(attribute.start_time number ">=" ${Date.UTC(2026, 0, 2, 8, 30)} and attribute.start_time number "<" ${Date.UTC(2026, 0, 2, 8, 31)})`,
      ],
      ["start_time <= '2026-01-02'", `attribute.start_time number "<" ${new Date(2026, 0, 3).getTime()}`],
      ['start_time > 2026-01-02', `attribute.start_time number ">=" ${new Date(2026, 0, 3).getTime()}`],
      [
        'created between 2026-01-01 and 2026-01-31',
        `(attribute.start_time number ">=" ${new Date(2026, 0, 1).getTime()} and attribute.start_time number "<" ${new Date(2026, 1, 1).getTime()})`,
      ],
      ['duration > 2h', 'attribute.duration number ">" 7200000'],
    ]);
    eachWrong(labbook, [
      ['start_time > 2026-02-30', '2026-02-30', /is no date/],
      ["start_time > 'yesterday'", "'yesterday'", /is no date/],
      ['metrics.a > 2026-01-02', '2026-01-02', /^Expected numeric/],
      ['start_time > 7d', '7d', /-7d is 7d ago/],
      ['duration > 5 min', '5 min', /right after the number: 5m\./],
      ['start_time > soon', 'soon', /^A date or a time ago is needed for attribute 'start_time', .* not soon\./],
      ['start_time >', '', /^A date or a time ago is needed/],
      ['duration > long', 'long', /^A duration is needed for attribute 'duration', .* not long\./],
      ['duration >', '', /^A duration is needed/],
      ['duration between 1 and 2 hours', '2 hours', /right after the number: 2h\./],
    ]);
    assert.equal(refused('duration > 5 min', labbook).fix, '5m');
    assert.equal(refused('start_time > -2 days', labbook).fix, '-2d');
    assert.match(parsed('duration > 5 and metrics.min > 1', labbook), /number ">" 5 and/);
  });

  it('says that comparing the size of a param needs a number, not that it cannot be', () => {
    eachWrong(labbook, [
      ['params.lr > banana', 'banana', /^Expected numeric value type for param 'lr'\. Found banana/],
      ["params.lr > '0.1'", "'0.1'", /^Expected numeric value type for param 'lr'/],
      ['tags.a <=', '', /^Expected numeric value type for tag 'a'\. Found the end/],
      ["name > 'a'", '>', /^Invalid comparator '>'/],
    ]);
    assert.equal(refused("params.lr > '0.1'", labbook).fix, '0.1');
    eachWrong(mlflow, [["params.lr > 'banana'", '>', /^Invalid comparator '>' for param 'lr'/]]);
  });

  it('checks regular expressions and shows the place', () => {
    each(labbook, [
      ["name ~ 'resnet.*'", 'attribute.run_name matches false "resnet.*"'],
      ["params.a !~ 'x'", 'param.a matches true "x"'],
      ["tags.a matches 'x'", 'tag.a matches false "x"'],
      ["tags.a not matches 'x'", 'tag.a matches true "x"'],
    ]);
    eachWrong(labbook, [
      ["name ~ 'a(b'", '(', /has no end/],
      ["name ~ 'a**'", '*', /Only one repetition/],
      ["name ~ '(?=a)'", '(?=', /no look-around/],
      ["metrics.a ~ 'a'", 'metrics.a', /is a number/],
      ["name ~ 'it''s ('", "'it''s ('", /has no end/],
    ]);
  });

  it('says what is wrong first, also where a later word is not finished yet', () => {
    const resolve = (name: string) => (name === 'acc' ? ('metric' as const) : undefined);
    eachWrong({ ...labbook, resolve }, [
      ['acc > 0.7 and lrr < 1 and (tag.', 'lrr', /named 'lrr'/],
      ["acc > x and name = 'half", 'x', /^Expected numeric/],
      ['acc > 0.7 and (tag.', 'tag.', /must follow 'tag\.'/],
      ['acc > 0.7 and tags."half', '"half', /has no end/],
      ['acc > #', '#', /means nothing/],
      ['acc 💥', '💥', /means nothing/],
    ]);
    eachWrong(mlflow, [['lrr < 1 and tag.', 'tag.', /must follow/]]);
  });

  it('asks what a bare name is', () => {
    const resolve = (name: string) => (name === 'lr' ? 'param' : name === 'acc' ? 'metric' : undefined);
    each({ ...labbook, resolve }, [
      [
        'lr in 1e-4..1e-3 and acc > 0.9',
        '((param.lr number ">=" 0.0001 and param.lr number "<=" 0.001) and metric.acc number ">" 0.9)',
      ],
    ]);
    const spaced = { ...labbook, resolve: (name: string) => (name === 'my key' ? ('param' as const) : undefined) };
    each(spaced, [
      ["`my key` = 'v'", 'param.my key text "=" "v"'],
      [`"my key" > 1`, 'param.my key number ">" 1'],
    ]);
    eachWrong(spaced, [['`your key` > 1', '`your key`', /^No metric, parameter or tag is named 'your key'\.$/]]);
    eachWrong(mlflow, [['`my key` > 1', '`my key`', /^Invalid attribute key 'my key'/]]);
    eachWrong({ ...labbook, resolve }, [['foo > 1', 'foo', /^No metric, parameter or tag is named 'foo'\.$/]]);
    eachWrong(labbook, [['foo > 1', 'foo', /^Invalid attribute key 'foo'.*need a prefix, such as metrics\.foo/]]);
  });

  it('reads bare names with slashes, dots, colons and dashes', () => {
    const names: Readonly<Record<string, 'metric' | 'param' | 'tag'>> = {
      'val/acc': 'metric',
      'optim.lr': 'param',
      'a-b:c.d': 'tag',
    };
    const resolve = (name: string) => names[name];
    each({ ...labbook, resolve }, [
      ['val/acc>0.7', 'metric.val/acc number ">" 0.7'],
      ['optim.lr in 1..2', '(param.optim.lr number ">=" 1 and param.optim.lr number "<=" 2)'],
      ["a-b:c.d = 'x'", 'tag.a-b:c.d text "=" "x"'],
      ['optim.lr < 1e-2 and started > 0', '(param.optim.lr number "<" 0.01 and attribute.start_time number ">" 0)'],
    ]);
    eachWrong({ ...labbook, resolve }, [
      ['optim.lrr < 1', 'optim.lrr', /^No metric, parameter or tag is named 'optim\.lrr'/],
      ['val/a > 1', 'val/a', /^No metric, parameter or tag is named 'val\/a'/],
    ]);
    eachWrong(mlflow, [['val/acc > 1', 'val/acc', /^Invalid attribute key 'val\/acc'/]]);
  });

  it('reads a value at a step only for those who have such values', () => {
    const steps = { ...labbook, steps: true, resolve: () => 'metric' as const };
    const read = parseFilter('at(metrics.`val loss`, 1000) < 0.5', steps);
    assert.ok(read.ok);
    const field = { kind: 'metric', key: 'val loss', aggregate: 'last', step: 1000, offset: 0, length: 28 };
    assert.deepEqual(read.value && 'field' in read.value && read.value.field, field);
    eachWrong(steps, [
      ['at(loss) < 1', ')', /A comma and a step belong here/],
      ['at(loss, 1.5) < 1', '1.5', /A step is a whole number/],
      ['at(params.x, 1) < 1', 'params.x', /Only metrics have figures/],
    ]);
    eachWrong(labbook, [['at(metrics.loss, 1) < 1', 'at', /'at' is no figure of a metric/]]);
  });
});
