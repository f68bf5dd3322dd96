import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { ExpressionError, maxExpression, metricExpression, parseExpression } from '../../../src/core/expression';

function evaluate(text: string, values: Record<string, number> = {}): number {
  const expression = parseExpression(text);
  return expression.evaluate(expression.keys.map((key) => values[key] ?? NaN));
}

/** Expressions with what they should give, in JavaScript's own words. */
const anyExpression = fc.letrec<{ text: { text: string; value: number } }>((tie) => ({
  text: fc.oneof(
    { depthSize: 'medium', withCrossShrink: true },
    fc.integer({ min: 0, max: 99 }).map((value) => ({ text: `${value}`, value })),
    fc.constant({ text: '`a b`', value: 3 }),
    fc.constant({ text: 'loss.x', value: 0.5 }),
    fc.tuple(fc.constantFrom('+', '-', '*', '/'), tie('text'), tie('text')).map(([sign, a, b]) => ({
      text: `(${a.text}) ${sign}(${b.text})`,
      value:
        sign === '+'
          ? a.value + b.value
          : sign === '-'
            ? a.value - b.value
            : sign === '*'
              ? a.value * b.value
              : a.value / b.value,
    })),
    tie('text').map((a) => ({ text: `-(${a.text})`, value: -a.value })),
    tie('text').map((a) => ({ text: `sqrt(${a.text})`, value: Math.sqrt(a.value) })),
    fc
      .tuple(tie('text'), tie('text'))
      .map(([a, b]) => ({ text: `max(${a.text},${b.text})`, value: Math.max(a.value, b.value) })),
  ),
})).text;

/** A formula as a tree; what it gives; and as what it binds: 1 a sum, 2 a product, 3 with a sign, 4 a power, 5 an operand. */
interface Formula {
  readonly text: string;
  readonly value: number;
  readonly binds: number;
}

/** With no more brackets than mathematics wants. */
const within = ({ text, binds }: Formula, least: number): string => (binds >= least ? text : `(${text})`);
const arithmetic: Record<string, (a: number, b: number) => number> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
  '^': (a, b) => a ** b,
};
const space = fc.constantFrom('', ' ', '  ');
const anyFormula = fc.letrec<{ formula: Formula }>((tie) => ({
  formula: fc.oneof(
    { depthSize: 'medium', withCrossShrink: true },
    fc
      .double({ min: 0, noNaN: true, noDefaultInfinity: true })
      .map((value) => ({ text: String(Math.abs(value)), value: Math.abs(value), binds: 5 })),
    fc.constant({ text: '`a b`', value: 3, binds: 5 }),
    fc.constant({ text: 'loss.x', value: -0.5, binds: 5 }),
    fc
      .tuple(fc.constantFrom('+', '-', '*', '/', '^'), tie('formula'), tie('formula'), space)
      .map(([sign, a, b, gap]): Formula => {
        const binds = sign === '^' ? 4 : sign === '*' || sign === '/' ? 2 : 1;
        const [left, right] = sign === '^' ? [within(a, 5), within(b, 3)] : [within(a, binds), within(b, binds + 1)];
        return { text: left + gap + sign + gap + right, value: arithmetic[sign]?.(a.value, b.value) ?? NaN, binds };
      }),
    tie('formula').map((a) => ({ text: `-${within(a, 3)}`, value: -a.value, binds: 3 })),
    tie('formula').map((a) => ({ text: `log10(${a.text})`, value: Math.log10(a.value), binds: 5 })),
    fc
      .tuple(tie('formula'), tie('formula'), space)
      .map(([a, b, gap]) => ({ text: `min(${a.text},${gap}${b.text})`, value: Math.min(a.value, b.value), binds: 5 })),
  ),
})).formula;

describe('expressions of metrics', () => {
  it('are read as they are written, with no more brackets than needed', () => {
    fc.assert(
      fc.property(anyFormula, ({ text, value }) => {
        fc.pre(text.length <= maxExpression);
        const given = evaluate(text, { 'a b': 3, 'loss.x': -0.5 });
        assert.ok(Object.is(given, value), `${text} is ${given}, not ${value}`);
      }),
    );
  });

  it('give what arithmetic gives', () => {
    fc.assert(
      fc.property(anyExpression, ({ text, value }) => {
        assert.equal(evaluate(text, { 'a b': 3, 'loss.x': 0.5 }), value);
      }),
    );
  });

  it('bind as in mathematics', () => {
    const cases: [string, number][] = [
      ['1 + 2 * 3', 7],
      ['10 - 4 - 3', 3],
      ['16 / 4 / 2', 2],
      ['2 ^ 3 ^ 2', 512],
      ['-2 ^ 2', -4],
      ['2 ^ -1', 0.5],
      ['2 * -3', -6],
      ['1.5e2 + .5', 150.5],
      ['log10(1000) + log2(8) + min(1, 2)', 7],
    ];
    for (const [text, value] of cases) {
      assert.ok(Math.abs(evaluate(text) - value) < 1e-12, `${text} = ${evaluate(text)}`);
    }
  });

  it('name each metric once, by any name in back-ticks', () => {
    assert.deepEqual(parseExpression('`train/loss` / val + `train/loss` + `val`').keys, ['train/loss', 'val']);
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), (key) => {
        fc.pre(!key.includes('`'));
        assert.deepEqual(parseExpression(metricExpression(key)).keys, [key]);
      }),
    );
    assert.equal(evaluate('max', { max: 4 }), 4);
  });

  it('are refused with the place of the fault', () => {
    const cases: [string, number, RegExp][] = [
      ['', 0, /missing/],
      ['1 +', 3, /missing/],
      ['1 2', 2, /2 was not expected/],
      ['(1', 2, /missing/],
      ['1)', 1, /"\)" was not expected/],
      ['foo(1)', 0, /no function foo; there are abs/],
      ['max(1)', 0, /takes 2, not 1/],
      ['a # b', 2, /"#" was not expected/],
      ['`a', 0, /"`" was not expected/],
      ['constructor(1)', 0, /no function/],
      ['('.repeat(200), 100, /too deep/],
      ['-'.repeat(200), 100, /too deep/],
      ['1'.repeat(3000), 2000, /at most 2000/],
    ];
    for (const [text, position, message] of cases) {
      assert.throws(
        () => parseExpression(text),
        (error) => {
          assert.ok(error instanceof ExpressionError, text);
          assert.match(error.message, message);
          assert.equal(error.position, position, text);
          return true;
        },
      );
    }
  });

  it('never fail otherwise', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'ab1.e+-*/^(),`  ') }), (text) => {
        try {
          parseExpression(text).evaluate([1, 2]);
        } catch (error) {
          assert.ok(error instanceof ExpressionError, String(error));
        }
      }),
      { numRuns: 2000 },
    );
  });
});
