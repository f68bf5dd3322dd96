import assert from 'node:assert/strict';
import fc from 'fast-check';
import { completionsAt, type Completions, type NamedKey, type Vocabulary } from '../../../src/core/search/completions';
import { bareKind } from '../../../src/core/search/completionText';
import { nearestName } from '../../../src/core/search/nearest';
import { parseFilter } from '../../../src/core/search/parse';
import { scan } from '../../../src/core/search/tokens';

const keys: NamedKey[] = [
  { kind: 'metric', key: 'val/acc', runs: 20 },
  { kind: 'metric', key: 'val/loss', runs: 20 },
  { kind: 'metric', key: 'train loss', runs: 3 },
  { kind: 'param', key: 'optim.lr', runs: 22 },
  { kind: 'param', key: 'seed', runs: 22 },
  { kind: 'param', key: 'name', runs: 1 },
  { kind: 'tag', key: 'owner', runs: 22 },
  { kind: 'tag', key: 'seed', runs: 2 },
];
const known: Readonly<Record<string, readonly string[]>> = {
  'param seed': ['0', '2'],
  'tag owner': ['ada', "o'neil", 'two\nlines'],
  'attribute status': ['FINISHED', 'RUNNING'],
};
const vocabulary: Vocabulary = {
  keys,
  values: (kind, key) => (known[`${kind} ${key}`] ?? []).map((value) => ({ value, runs: 1 })),
  hasBest: true,
};

/** `|` is where the caret is. */
function at(marked: string, words = vocabulary): Completions {
  const caret = marked.indexOf('|');
  return completionsAt(marked.replace('|', ''), caret, words);
}
const labels = (marked: string): string[] => at(marked).options.map(({ label }) => label);

/** The text after choosing the option with a label. */
function chosen(marked: string, label: string): string {
  const { from, to, options } = at(marked);
  const option = options.find((each) => each.label === label);
  assert.ok(option, `${marked}: no ${label} among ${options.map((each) => each.label).join()}`);
  const text = marked.replace('|', '');
  return text.slice(0, from) + option.insert + text.slice(to);
}

describe('Search: completions', () => {
  it('offers names where a comparison begins, by what was typed', () => {
    assert.deepEqual(labels('los|'), ['val/loss', 'metrics.train loss']);
    assert.deepEqual(labels('tag.|'), ['tag.owner', 'tag.seed']);
    assert.deepEqual(labels('seed = 1 and (own|'), ['tags.owner']);
    assert.deepEqual(labels('see|'), ['seed', 'tags.seed']);
    assert.ok(labels('|').includes('not') && labels('not |').includes('best(metric)'));
    assert.equal(at('val/l|').options[0]?.runs, 20);
    assert.deepEqual(at('unknown = 1 or val/l| > 2').options[0]?.match, [0, 5]);
  });

  it('writes names as they have to be written', () => {
    assert.equal(chosen('acc|', 'val/acc'), 'val/acc ');
    assert.equal(chosen('train|', 'metrics.train loss'), 'metrics.`train loss` ');
    assert.equal(chosen('metrics.`tra|', 'metrics.train loss'), 'metrics.`train loss` ');
    assert.equal(chosen('nam|', 'params.name'), 'params.name ');
    assert.equal(chosen('TAG.ow|', 'TAG.owner'), 'TAG.owner ');
    assert.equal(chosen('op|lrr < 1', 'optim.lr'), 'optim.lr  < 1');
    assert.equal(chosen('min(|', 'val/loss'), 'min(val/loss) ');
    assert.equal(chosen('min(v|) < 1', 'val/acc'), 'min(val/acc) < 1');
    assert.equal(chosen('at(val/l|', 'val/loss'), 'at(val/loss, ');
  });

  it('offers the operators that fit the field', () => {
    assert.deepEqual(labels('val/acc |').slice(0, 3), ['>', '>=', '<']);
    assert.ok(!labels('val/acc |').includes('like') && labels('optim.lr |').includes('like'));
    assert.ok(!labels('name |').includes('>') && labels('name |').includes('~'));
    assert.ok(labels('started |').includes('between'));
    assert.deepEqual(labels('seed not |'), ['in', 'like', 'ilike', 'matches', 'between']);
    assert.deepEqual(labels('seed is |'), ['null', 'not null']);
    assert.deepEqual(labels('seed is not |'), ['null']);
    assert.deepEqual(labels('max(val/acc) i|'), ['in', 'is null', 'is not null', 'not in']);
    assert.equal(chosen('seed |', 'in'), 'seed in (');
  });

  it('offers values, in quotes where they need some', () => {
    assert.equal(chosen('seed = |', '2'), 'seed = 2 ');
    assert.equal(chosen("seed = '|", '2'), "seed = '2' ");
    assert.equal(chosen('tags.owner = o|', "o'neil"), "tags.owner = 'o''neil' ");
    assert.equal(chosen(`tags.owner = "o|`, "o'neil"), `tags.owner = "o'neil" `);
    assert.deepEqual(labels('tags.owner = |'), ['ada', "o'neil"]);
    assert.equal(chosen('status = r|', 'RUNNING'), "status = 'RUNNING' ");
    assert.ok(labels('started > |').includes('-7d') && labels('started > -7|').includes('-7d'));
    assert.equal(chosen('seed in (|', '0'), 'seed in (0');
    assert.deepEqual(labels('seed in (0|'), ['0']);
    assert.deepEqual(labels('seed in (0 |'), [',', ')']);
    assert.equal(chosen('seed in (0, |)', '2'), 'seed in (0, 2)');
    assert.deepEqual(labels('seed between 1 |'), ['and']);
    assert.ok(labels('seed between 1 and |').includes('2'));
  });

  it('joins what is complete, and says nothing where all is lost', () => {
    assert.deepEqual(labels('seed = 1 |'), ['and', 'or']);
    assert.deepEqual(labels('(seed = 1 |'), ['and', 'or', ')']);
    assert.deepEqual(labels('seed in 1..2 |'), ['and', 'or']);
    assert.deepEqual(labels('(seed in (1, 2) a|'), ['and']);
    for (const text of ['foo bar |', 'seed = 1 seed |', 'at(val/acc, |', 'foo(|', '> |', 'seed in 1 |', ') |']) {
      assert.deepEqual(labels(text), [], text);
    }
    assert.equal(at('seed = 1 |').place, 'next');
  });

  it('puts what is just the text first, in the same case before others', () => {
    const values = ['r50-wide', 'R50', 'r50', 'my-r50'].map((value) => ({ value, runs: 1 }));
    const words = { ...vocabulary, values: () => values };
    const shown = (marked: string) => at(marked, words).options.map(({ label }) => label);
    assert.deepEqual(shown("tags.owner = 'r50'|"), ['r50', 'R50', 'r50-wide', 'my-r50']);
    assert.deepEqual(shown('tags.owner = r50|'), ['r50', 'R50', 'r50-wide', 'my-r50']);
    const loss = ['loss_total', 'loss'].map((key): NamedKey => ({ kind: 'metric', key, runs: 1 }));
    assert.deepEqual(at('loss|', { ...vocabulary, keys: loss }).options[0]?.label, 'loss');
  });

  it('tells how many more there are', () => {
    const many = Array.from({ length: 12_000 }, (_, i): NamedKey => ({ kind: 'metric', key: `m${i}`, runs: 1 }));
    const found = at('m|', { ...vocabulary, keys: many });
    assert.deepEqual([found.options.length, found.more], [100, 11_908]);
  });

  it('proposes the name that was probably meant', () => {
    const names = ['optim.lr', 'optim.wd', 'val/acc'];
    assert.equal(nearestName('optim.lrr', names), 'optim.lr');
    assert.equal(nearestName('val/cac', names), 'val/acc');
    assert.equal(nearestName('VAL/ACC', names), 'val/acc');
    assert.equal(nearestName('batch', names), undefined);
    assert.equal(nearestName('x', ['y']), undefined);
  });

  it('writes every name so that it means the same key', () => {
    const kind = fc.constantFrom('metric' as const, 'param' as const, 'tag' as const);
    const letters = fc.constantFrom(...'ab1 ._-/:@`"\'é💥()', 'and', 'tags', 'user');
    const key = fc.string({ unit: letters, minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(fc.array(fc.record({ kind, key, runs: fc.constant(1) }), { minLength: 1, maxLength: 8 }), (named) => {
        const has = (wanted: string, name: string): boolean =>
          named.some((each) => each.kind === wanted && each.key === name);
        const { options } = completionsAt('', 0, { ...vocabulary, keys: named });
        for (const option of options.filter((each) => ['metric', 'param', 'tag'].includes(each.kind))) {
          const filter = parseFilter(`${option.insert}is null`, {
            entity: 'runs',
            dialect: 'labbook',
            resolve: (name) => bareKind(name, has),
          });
          assert.ok(filter.ok && filter.value && 'field' in filter.value, option.insert);
          assert.deepEqual([filter.value.field.kind, filter.value.field.key], [option.kind, option.key], option.insert);
        }
      }),
    );
  });

  it('never throws, replaces a word around the caret, and leaves a text with that word at its beginning', () => {
    const unit = fc.constantFrom(
      ...["'", '"', '`', '(', ')', ' ', '.', ',', '..', '<', '=', '~', '!', '-', '7', 'd', 'e', 'é', '💥'],
      ...[
        'seed',
        'val/acc',
        'tags.owner',
        'and',
        'or',
        'not',
        'in',
        'is',
        'null',
        'between',
        'min(',
        'at(',
        'metrics.',
      ],
    );
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 12 }), fc.nat(), (text, place) => {
        const caret = place % (text.length + 1);
        const { from, to, typed, options } = completionsAt(text, caret, vocabulary);
        assert.ok(from <= caret && caret <= to && to <= text.length);
        assert.equal(typed, text.slice(from, caret));
        for (const { match, label } of options) {
          assert.ok(match[0] >= 0 && match[1] <= label.length);
        }
        const tokens = scan(text);
        const covered = tokens.map(({ offset, length }) => text.slice(offset, offset + length)).join('');
        assert.equal(
          covered,
          text.replace(/[\s\uFEFF]/g, (space, i: number) =>
            tokens.some(({ offset, length }) => offset <= i && i < offset + length) ? space : '',
          ),
        );
      }),
      { numRuns: 400 },
    );
  });
});
