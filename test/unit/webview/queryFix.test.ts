import assert from 'node:assert/strict';
import fc from 'fast-check';
import { parseQuery } from '../../../webview-ui/experiment/query/parseQuery';
import { fixOf } from '../../../webview-ui/experiment/query/queryFix';
import { meantBy, nameOf, unknownNames } from '../../../webview-ui/experiment/query/unknownNames';
import { tableOf } from './tableFixtures';

const { catalogue } = tableOf([
  {
    id: 'r0',
    metrics: { loss: 1, 'val/acc': 1, 'train loss': 1, '//a///b/': 1 },
    params: { seed: '1', model: 'r50', 'my key': 'v', 'my key 2': 'v' },
    tags: { best: 'true' },
  },
]);

/** The query after its fix; undefined where there is none. */
function fixed(query: string): string | undefined {
  const read = parseQuery(query, catalogue, () => undefined);
  assert.ok(!read.ok, `${query} is right`);
  const fix = fixOf(query, read.error, catalogue);
  return fix && query.slice(0, fix.offset) + fix.text + query.slice(fix.offset + fix.length);
}

describe('What was meant by a query that is wrong', () => {
  const examples: readonly (readonly [wrong: string, right: string])[] = [
    ['los > 1', 'loss > 1'],
    ['VAL/ACC > 0.5', 'val/acc > 0.5'],
    ['metrix.loss < 1', 'metrics.loss < 1'],
    ['"los" > 1', 'loss > 1'],
    ['mixup', "name ILIKE '%mixup%'"],
    ['r50 mixup', "name ILIKE '%r50 mixup%'"],
    ["'it''s'", "name ILIKE '%it''s%'"],
    ['run#5', "name ILIKE '%run#5%'"],
    ['loss', "name ILIKE '%loss%'"],
    ["state = 'failed'", "status = 'failed'"],
    ['runtime > 5m', 'duration > 5m'],
    ["model contains 'r5'", "model ILIKE '%r5%'"],
    ['params.`my key` startsWith "v" and seed = 1', "params.`my key` ILIKE 'v%' and seed = 1"],
    ["model = 'r50", "model = 'r50'"],
    ["model = 'r50 and seed > 1", "model = 'r50' and seed > 1"],
    ['model = r50-wide', "model = 'r50-wide'"],
    ['loss =< 1', 'loss <= 1'],
    ['loss => 1 or seed = 2', 'loss >= 1 or seed = 2'],
    ['loss === 1', 'loss = 1'],
    ['loss<0.5&&seed>1', 'loss<0.5 and seed>1'],
    ['loss < 0.5 || seed > 1', 'loss < 0.5 or seed > 1'],
    ["!(model = 'r50')", "not (model = 'r50')"],
    ['loss < 0.5, seed > 1', 'loss < 0.5 and seed > 1'],
    ['loss < 0.5 seed > 1', 'loss < 0.5 and seed > 1'],
    ['loss < 0.5 (seed > 1)', 'loss < 0.5 and (seed > 1)'],
    ['(loss < 0.5', '(loss < 0.5)'],
    ["model in ('r50'", "model in ('r50')"],
    ["model in ['r50', 'vit']", "model in ('r50', 'vit')"],
    ["model in 'r50', 'vit' and seed = 1", "model in ('r50', 'vit') and seed = 1"],
    ['metrics["val/acc"] > 0.5', 'metrics.val/acc > 0.5'],
    ["params['my key'] = 'v'", "params.`my key` = 'v'"],
    ['params.my key = "v"', 'params.`my key` = "v"'],
    ['params.my key 2 = "v"', 'params.`my key 2` = "v"'],
    ['train loss < 1', 'metrics.`train loss` < 1'],
    ['metrics.//a///b/ > 5', 'metrics.`//a///b/` > 5'],
    ['seed = 1 and //a///b/ > 5', 'seed = 1 and metrics.`//a///b/` > 5'],
    ['loss < −0.5', 'loss < -0.5'],
    ['loss ≤ 0.5', 'loss <= 0.5'],
    ['model = “r50”', "model = 'r50'"],
    ['model = ‘it’', "model = 'it'"],
    ['loss < 0,5', 'loss < 0.5'],
    ['seed > 1,234', 'seed > 1234'],
    ['seed > 1_000', 'seed > 1000'],
    ['started > 2026/1/31', 'started > 2026-01-31'],
    ['started > 7d', 'started > -7d'],
    ['tags.best = null', 'tags.best is null'],
    ['loss != None', 'loss is not null'],
    ['tags.best is none', 'tags.best is null'],
    ['avg(loss) < 1', 'mean(loss) < 1'],
  ];
  for (const [wrong, right] of examples) {
    it(`${wrong} → ${right}`, () => {
      assert.equal(fixed(wrong), right);
      assert.ok(parseQuery(right, catalogue, () => undefined).ok);
    });
  }

  it('is not guessed where nobody knows', () => {
    for (const query of [
      'loss <',
      'and loss < 1',
      'constructor(loss) < 1',
      "name ~ '('",
      'loss < 1)',
      'loss < 50%',
      '[',
    ]) {
      const fix = fixed(query);
      assert.ok(fix === undefined || fix.startsWith('name ILIKE'), `${query}: ${fix}`);
    }
    assert.equal(fixed('loss <'), undefined);
  });

  it('lies inside of the query, and is another text, whatever is written', () => {
    const word = fc.constantFrom(
      ...[
        "'",
        '"',
        '`',
        '.',
        '(',
        ')',
        '[',
        ']',
        ',',
        '=',
        '<',
        '!',
        '&',
        '|',
        '~',
        ' ',
        ' ',
        '\n',
        '−',
        '“',
        '”',
        '≤',
      ],
      ...[
        'loss',
        'val/acc',
        'my key',
        'metrics',
        'params.',
        'and',
        'or',
        'not',
        'in',
        'is',
        'null',
        '1',
        '0,5',
        '2026/1/2',
      ],
    );
    fc.assert(
      fc.property(fc.array(word, { maxLength: 25 }), fc.string(), (words, end) => {
        const query = words.join('') + end;
        const read = parseQuery(query, catalogue, () => undefined);
        const fix = read.ok ? undefined : fixOf(query, read.error, catalogue);
        if (fix) {
          assert.ok(fix.offset >= 0 && fix.length >= 0 && fix.offset + fix.length <= query.length);
          assert.notEqual(query.slice(fix.offset, fix.offset + fix.length), fix.text, query);
        }
      }),
      { numRuns: 2000 },
    );
  });
});

describe('Names in a filter that no run has', () => {
  const of = (query: string) => {
    const read = parseQuery(query, catalogue, () => undefined);
    assert.ok(read.ok);
    const unknown = unknownNames(read.value, catalogue);
    return [unknown.map(({ field }) => nameOf(field)), meantBy(query, unknown, catalogue)?.query];
  };

  it('are told once each, with what was probably meant', () => {
    assert.deepEqual(of("metrics.los < 1 and params.model = 'x'"), [
      ['metrics.los'],
      "metrics.loss < 1 and params.model = 'x'",
    ]);
    assert.deepEqual(of('params.my < 1 or not (tags.`no one` is null or params.my > 2)'), [
      ['params.my', 'tags.`no one`'],
      undefined,
    ]);
    assert.deepEqual(of('min(metrics.los) < 1'), [['metrics.los'], undefined]);
    assert.deepEqual(of("status = 'x' and loss > 1"), [[], undefined]);
  });
});
