import assert from 'node:assert/strict';
import { oncePerTurn } from '../../../src/host/platform/oncePerTurn';

describe('reading once in a turn', () => {
  it('asks again in the next turn, and not in this one', async () => {
    let reads = 0;
    const read = oncePerTurn(() => ++reads);
    assert.equal(read(), 1);
    await Promise.resolve();
    assert.equal(read(), 1);
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(read(), 2);
  });

  it('asks again where asking failed', () => {
    let reads = 0;
    const read = oncePerTurn(() => {
      reads += 1;
      if (reads === 1) {
        throw new Error('not yet');
      }
      return reads;
    });
    assert.throws(read, /not yet/);
    assert.equal(read(), 2);
  });
});
