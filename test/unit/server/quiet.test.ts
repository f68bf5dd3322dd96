import assert from 'node:assert/strict';
import { QuietMoment } from '../../../src/server/quiet';

/** The first look of which it says yes, from 1. */
function firstOf(busy: (look: number) => number): number {
  const moment = new QuietMoment();
  for (let look = 1; look < 1000; look++) {
    if (moment.isNow(busy(look))) {
      return look;
    }
  }
  return Infinity;
}

describe('A quiet moment after the start', () => {
  it('is not at once, not while there is much to do, and some time in any case', () => {
    assert.equal(
      firstOf(() => 0),
      5,
    );
    assert.equal(
      firstOf((look) => (look < 12 ? 0.9 : 0.2)),
      12,
    );
    assert.equal(
      firstOf(() => 1),
      200,
    );
  });
});
