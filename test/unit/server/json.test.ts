import assert from 'node:assert/strict';
import fc from 'fast-check';
import { maxJsonDepth, negativeZero, parseJson, stringifyJson } from '../../../src/core/json';

describe('core/json', () => {
  it('keeps every digit of integers that a double would round', () => {
    assert.deepEqual(parseJson('{"step": 9007199254740993, "small": 12}'), { step: 9007199254740993n, small: 12 });
    assert.deepEqual(parseJson('[-9223372036854775808]'), [-9223372036854775808n]);
    assert.equal(stringifyJson({ step: 9007199254740993n }), '{"step":9007199254740993}');
  });

  it('reads doubles of many digits as doubles', () => {
    const tokens = ['0.1234567890123456789', '1234567890123456789.5', '12345678901234567890e3'];
    assert.deepEqual(parseJson(`[${tokens.join(', ')}]`), tokens.map(Number));
  });

  it('gives back every int64 and every double', () => {
    const number = fc.oneof(
      fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
      fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0),
    );
    fc.assert(
      fc.property(fc.array(number), (values) => {
        const plain = values.map((value) =>
          typeof value === 'bigint' && value >= -(2n ** 53n - 1n) && value <= 2n ** 53n - 1n ? Number(value) : value,
        );
        const read = parseJson(stringifyJson(plain));
        assert.ok(Array.isArray(read));
        // A double beyond 2^53 is written as an integer, and so read as a bigint of the same value.
        assert.deepEqual(read.map(Number), plain.map(Number));
        plain.forEach((value, i) => assert.ok(typeof value !== 'bigint' || read[i] === value));
      }),
    );
  });

  it('agrees with JSON.parse on any other value', () => {
    fc.assert(
      fc.property(fc.json({ depthSize: 'medium' }), (text) => {
        assert.deepEqual(JSON.parse(stringifyJson(parseJson(text))), JSON.parse(text));
      }),
    );
  });

  it('refuses what is no JSON, a bare NaN included', () => {
    for (const text of ['', 'NaN', '{"a":NaN}', '{', '[1,]', '{"step":9007199254740993']) {
      assert.throws(() => parseJson(text), SyntaxError, text);
    }
  });

  it('refuses deep nesting, and counts no brackets in strings', () => {
    const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);
    assert.doesNotThrow(() => parseJson(nested(maxJsonDepth)));
    assert.throws(() => parseJson(nested(maxJsonDepth + 1)), /deeper/);
    assert.throws(() => parseJson('{"a":'.repeat(10_000)), /deeper/);
    const brackets = `${'['.repeat(500)}\\"${'{'.repeat(500)}\\\\`;
    assert.deepEqual(parseJson(`{"a":"${brackets}"}`), { a: JSON.parse(`"${brackets}"`) as string });
  });

  it('takes __proto__ and duplicate keys for plain keys, the last one counting', () => {
    for (const number of ['1', '9007199254740993']) {
      const value = parseJson(`{"__proto__":{"polluted":${number}},"a":1,"a":${number}}`);
      assert.ok(typeof value === 'object' && value !== null);
      assert.equal(Object.getPrototypeOf(value), Object.prototype);
      assert.deepEqual(Object.keys(value), ['__proto__', 'a']);
      assert.equal(String(Object.entries(value)[1]?.[1]), number);
      assert.equal('polluted' in {}, false);
    }
  });

  it('does not hang on an integer of a million digits', () => {
    assert.deepEqual(parseJson(`[${'1'.repeat(1_000_000)}]`), [Infinity]);
  });

  it('writes minus zero with its sign, and no text for it', () => {
    const text = { text: '\\ud800-0', quoted: '"\\ud800-0"', lone: '\ud83d' };
    const written = stringifyJson({ ...text, values: [negativeZero, 0, -0], big: 2n ** 63n - 1n });
    assert.match(written, /"values":\[-0\.0,0,0\],"big":9223372036854775807/);
    const read = parseJson(written.replace(/,"big".*/, '}'));
    assert.deepEqual(read, { ...text, values: [-0, 0, 0] });
    assert.equal(stringifyJson([1, negativeZero]), '[1,-0.0]');
    assert.equal(stringifyJson(text), JSON.stringify(text));
  });
});
