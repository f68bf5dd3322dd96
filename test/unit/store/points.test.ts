import assert from 'node:assert/strict';
import fc from 'fast-check';
import { int64 } from '../../../src/core/int64';
import { packPoints, unpackPoints } from '../../../src/server/store/points';

describe('points as the journal has them', () => {
  it('are the same when they are read again, to the last bit', () => {
    const edges = [32n, 53n, 63n].flatMap((bits) =>
      [-2n, -1n, 0n, 1n].flatMap((by) => [2n ** bits + by, by - 2n ** bits]),
    );
    const integer = fc
      .oneof(fc.integer().map(BigInt), fc.maxSafeInteger().map(BigInt), fc.bigInt(), fc.constantFrom(...edges))
      .map((value) => int64(BigInt.asIntN(64, value)) ?? 0);
    const point = fc.record({ value: fc.double(), step: integer, timestamp: integer }, { noNullPrototype: true });
    fc.assert(
      fc.property(fc.array(fc.array(point)), (groups) => {
        assert.deepEqual(unpackPoints(packPoints(groups)), groups);
      }),
    );
  });
});
