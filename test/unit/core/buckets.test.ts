import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { neverShared, sameX, sharedExponent } from '../../../src/core/buckets';

/** The bucket of width 2^exponent that holds a double, in exact arithmetic: x * 2^1074 is a whole number. */
function bucketOf(x: number, exponent: number): bigint {
  const bits = new BigUint64Array(new Float64Array([Math.abs(x)]).buffer)[0] ?? 0n;
  const binade = bits >> 52n;
  const mantissa = bits & ((1n << 52n) - 1n);
  const scaled = binade === 0n ? mantissa : (mantissa | (1n << 52n)) << (binade - 1n);
  const whole = x < 0 ? -scaled : scaled;
  return whole >> BigInt(exponent + 1074);
}

const anyX = fc.oneof(
  fc.integer({ min: -2000, max: 2000 }),
  fc.integer(),
  fc.constantFrom(0, -0, 5e-324, -5e-324, 2 ** -1022, -(2 ** -1022), Number.MAX_VALUE, -Number.MAX_VALUE, 1, -1, 0.5),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.double({ noNaN: true, noDefaultInfinity: true, min: 1.7e9, max: 1.7e9 + 100 }),
);

describe('buckets', () => {
  it('says exactly from which width on two x share a bucket', () => {
    fc.assert(
      fc.property(anyX, anyX, (one, two) => {
        const [a, b] = one < two ? [one, two] : [two, one];
        const exponent = sharedExponent(a, b);
        if (a === b) {
          assert.equal(exponent, sameX);
        } else if (a < 0 && b >= 0) {
          assert.equal(exponent, neverShared);
        } else {
          assert.equal(bucketOf(a, exponent), bucketOf(b, exponent), `2^${exponent}`);
          assert.ok(exponent === -1074 || bucketOf(a, exponent - 1) !== bucketOf(b, exponent - 1), `2^${exponent - 1}`);
        }
      }),
      { numRuns: 5000 },
    );
  });
});
