import assert from 'node:assert/strict';
import fc from 'fast-check';
import { globOfLike, likeMatcher } from '../../../src/core/search/like';
import { compareText, numberOfText, parseDate, parseDuration, parseNumeral } from '../../../src/core/search/literals';
import { compilePattern } from '../../../src/core/search/pattern';

function test(pattern: string, text: string): boolean {
  const compiled = compilePattern(pattern);
  assert.ok(compiled.ok, compiled.ok ? '' : `${pattern}: ${compiled.error.message}`);
  return compiled.value.test(text);
}

describe('Search: regular expressions', () => {
  it('matches anywhere, with anchors, classes, groups and repetitions', () => {
    const cases: [string, string, boolean][] = [
      ['net', 'resnet50', true],
      ['^net', 'resnet50', false],
      ['^resnet(18|50)$', 'resnet50', true],
      ['^resnet(18|50)$', 'resnet34', false],
      ['a{2,3}b', 'xaab', true],
      ['^a{2,3}b', 'aaaab', false],
      ['^a{2}$', 'aa', true],
      ['^a{2,}$', 'aaaa', true],
      ['[^a-c]', 'abc', false],
      ['[]x]', ']', true],
      ['[a-]', '-', true],
      ['[\\d_]+-', '1_2-', true],
      ['\\bnet\\b', 'a net b', true],
      ['\\bnet\\b', 'resnet', false],
      ['\\Bnet', 'resnet', true],
      ['^.$', '💥', true],
      ['^[💥-💫]$', '💫', true],
      ['.', '\n', false],
      ['(?i)ÄPFEL', 'Äpfel', true],
      ['(?i)[a-c]', 'B', true],
      ['ÄPFEL', 'Äpfel', false],
      ['^\\w+$', 'größe_1', true],
      ['a|', '', true],
      ['', 'anything', true],
      ['(?:a|b)*?c', 'ababc', true],
      ['\\.', 'a', false],
      ['{', '{', true],
    ];
    for (const [pattern, text, expected] of cases) {
      assert.equal(test(pattern, text), expected, `${pattern} on ${text}`);
    }
  });

  it("agrees with JavaScript's on random patterns", () => {
    const atom = fc.constantFrom('a', 'b', '.', '[ab]', '[^a]', '\\d', '\\w', '\\b', '^', '$', '1', ' ', '\\.');
    const { pattern } = fc.letrec<{ pattern: string }>((tie) => ({
      pattern: fc.oneof(
        { depthSize: 'small', withCrossShrink: true },
        atom,
        fc.tuple(tie('pattern'), tie('pattern')).map(([a, b]) => a + b),
        fc.tuple(tie('pattern'), tie('pattern')).map(([a, b]) => `(${a}|${b})`),
        fc
          .tuple(tie('pattern'), fc.constantFrom('*', '+', '?', '{2}', '{1,2}', '*?'))
          .map(([a, count]) => `(?:${a})${count}`),
      ),
    }));
    const text = fc.array(fc.constantFrom('a', 'b', '1', ' ', '.'), { maxLength: 8 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(pattern, text, (source, subject) => {
        assert.equal(test(source, subject), new RegExp(source, 'u').test(subject), `/${source}/ on '${subject}'`);
      }),
      { numRuns: 1500 },
    );
  });

  it('answers at once where others go back and forth for ever', () => {
    assert.equal(test('^(a+)+$', `${'a'.repeat(5000)}b`), false);
    assert.equal(test('(a*)*(a*)*(a*)*c', 'a'.repeat(5000)), false);
    assert.equal(test('(x+x+)+y', 'x'.repeat(5000)), false);
    const tooMuch = ['(a{1000}){1000}', '((){9999}){9999}', `${'a?'.repeat(500)}${'a'.repeat(500)}`, 'x'.repeat(1001)];
    for (const pattern of tooMuch) {
      assert.ok(!compilePattern(pattern).ok, pattern.slice(0, 20));
    }
  });

  it('says what it does not know, and where', () => {
    const cases: [string, number, RegExp][] = [
      ['a(b', 1, /no end/],
      ['ab)', 2, /closes nothing/],
      ['[ab', 0, /set of characters/],
      ['a**', 2, /Only one repetition/],
      ['*a', 0, /Nothing stands before/],
      ['(?<=a)b', 0, /look-around/],
      ['(a)\\1', 3, /\\1 means nothing/],
      ['a\\', 1, /backslash/],
      ['[z-a]', 2, /goes down/],
      ['a{3,2}', 1, /goes down/],
      [`${'('.repeat(40)}${')'.repeat(40)}`, 31, /groups inside/],
    ];
    for (const [pattern, offset, message] of cases) {
      const compiled = compilePattern(pattern);
      assert.ok(!compiled.ok, pattern);
      assert.match(compiled.error.message, message);
      assert.equal(compiled.error.offset, offset, pattern);
    }
  });
});

describe('Search: LIKE', () => {
  it('knows % and _ and nothing else', () => {
    const like = (pattern: string, text: string, fold = false) => likeMatcher(pattern, fold)(text);
    assert.ok(like('a%', 'abc') && like('%c', 'abc') && like('a_c', 'abc') && like('%', '') && like('__', 'é💥'));
    assert.ok(!like('a', 'ab') && !like('A%', 'abc') && !like('_', '') && !like('a_', 'a'));
    assert.ok(like('[a]*?', '[a]*?') && !like('[a]', 'a'));
    assert.ok(like('ÄPFEL%', 'äpfelmus', true) && !like('ÄPFEL%', 'äpfelmus'));
    assert.equal(globOfLike('%a_[b]*?'), '*a?[[]b][*][?]');
  });

  it('agrees with the same as a regular expression', () => {
    const part = fc.constantFrom('a', 'B', '%', '_', '💥', '.', '\n');
    const text = fc.array(part, { maxLength: 10 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(text, text, (pattern, subject) => {
        const source = pattern.replace(/[.]/g, '\\.').replace(/%/g, '.*').replace(/_/g, '.');
        assert.equal(likeMatcher(pattern, false)(subject), new RegExp(`^${source}$`, 'su').test(subject));
      }),
      { numRuns: 1000 },
    );
  });
});

describe('Search: numbers, times and texts', () => {
  it('reads the numbers that params are', () => {
    for (const [text, number] of [
      ['1', 1],
      [' -1.5e3\n', -1500],
      ['.5', 0.5],
      ['5.', 5],
      ['inf', Infinity],
      ['-Infinity', -Infinity],
    ] as const) {
      assert.equal(numberOfText(text), number, text);
    }
    for (const text of ['', ' ', 'nan', '0x10', '1_000', '1,5', 'True', '1e', '--1', '1 2', '٣']) {
      assert.equal(numberOfText(text), undefined, text);
    }
    assert.equal(parseNumeral('9223372036854775807'), 9223372036854775807n);
    assert.equal(parseNumeral('9223372036854775808'), 9223372036854775808);
    assert.equal(parseNumeral('1e400'), Infinity);
  });

  it('reads times as long as they are precise', () => {
    const length = (text: string) => {
      const span = parseDate(text);
      return span && span.until - span.from;
    };
    assert.deepEqual(
      ['2026-01-02Z', '2026-01-02T10:30', '2026-01-02 10:30:05', '2026-01-02T10:30:05.25Z'].map(length),
      [86_400_000, 60_000, 1000, 1],
    );
    assert.equal(parseDate('2026-01-02T10:30:05.25Z')?.from, Date.UTC(2026, 0, 2, 10, 30, 5, 250));
    assert.deepEqual(
      ['2026-13-01', '2025-02-29', '2026-01-01T24:00', '2026-1-1', 'x', '0000-00-00'].map(length),
      Array(6).fill(undefined),
    );
    assert.deepEqual(['-7d', '2h', '1.5min', '10ms', '1w', '3m', '5s', '1y', 'd'].map(parseDuration), [
      -604_800_000,
      7_200_000,
      90_000,
      10,
      604_800_000,
      180_000,
      5000,
      undefined,
      undefined,
    ]);
  });

  it('orders texts by code points', () => {
    const unit = fc.constantFrom('a', 'b', '\ue000', '\uffff', '😀', '𐀀', 'é');
    const text = fc.array(unit, { maxLength: 4 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(text, text, (a, b) => {
        const bytes = Math.sign(Buffer.compare(Buffer.from(a), Buffer.from(b)));
        assert.equal(Math.sign(compareText(a, b)), bytes);
      }),
      {
        numRuns: 1000,
        examples: [
          ['\uffff', '😀'],
          ['a', 'ab'],
          ['', ''],
        ],
      },
    );
  });
});
