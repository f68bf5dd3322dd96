import assert from 'node:assert/strict';
import { Pace } from '../../../src/server/store/pace';

const limits = { quick: 1000, appends: 3, alone: 2, stall: 1000, pause: 60_000 };

async function quickOnes(pace: Pace, count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    await pace.time(() => Promise.resolve());
  }
}

/** Asks as often as it takes until one writer counts as alone. */
function alone(pace: Pace): boolean {
  return [1, 2, 3].map(() => pace.isToWaitHere(1)).at(-1) ?? false;
}

describe('Store: the pace of appends', () => {
  it('lets the event loop wait for one writer that was alone for some appends', async () => {
    const pace = new Pace(limits);
    await quickOnes(pace, 10);
    assert.deepEqual(
      [1, 1, 1, 1, 0, 1, 1, 1].map((all) => pace.isToWaitHere(all)),
      [...[false, false, true, true], ...[false, false, false, true]],
    );
  });

  it('lets it wait for several when they are all, and only for a quick disk', async () => {
    const pace = new Pace(limits);
    await quickOnes(pace, 2);
    assert.deepEqual([pace.mayHold, pace.isToWaitHere(16)], [false, false]);
    await quickOnes(pace, 1);
    assert.deepEqual([pace.mayHold, pace.isToWaitHere(16), pace.isToWaitHere(0)], [true, true, false]);
  });

  it('lets it wait only after some quick appends, and not after a failed one', async () => {
    const pace = new Pace(limits);
    await quickOnes(pace, 2);
    assert.equal(alone(pace), false);
    await quickOnes(pace, 1);
    assert.equal(alone(pace), true);
    await assert.rejects(pace.time(() => Promise.reject(new Error('full'))));
    assert.equal(alone(pace), false);
  });

  it('never lets it wait for a slow disk', async () => {
    const pace = new Pace({ ...limits, quick: 0 });
    await quickOnes(pace, 100);
    assert.equal(alone(pace), false);
  });

  it('does not let it wait for some time after a stall', async () => {
    const pace = new Pace({ ...limits, stall: 0 });
    await quickOnes(pace, 3);
    assert.equal(alone(pace), true);
    pace.timeHere(() => undefined);
    assert.deepEqual([alone(pace), pace.mayHold], [false, false]);
    await quickOnes(pace, 100);
    assert.deepEqual([alone(pace), pace.mayHold], [false, false]);
  });

  it('lets two groups share the writers again as soon as syncs cost little, stall or not', async () => {
    const pace = new Pace({ ...limits, stall: 0 });
    pace.timeHere(() => undefined);
    await quickOnes(pace, 3);
    assert.equal(pace.groupSize(15, 1), 1);
    assert.equal(pace.groupSize(1, 15), 8);
  });

  it('lets two groups share the writers where syncs cost little', async () => {
    const pace = new Pace(limits);
    const sizes = (): number[] =>
      [
        [0, 16],
        [15, 1],
        [1, 15],
        [8, 8],
        [1, 1],
        [3, 4],
      ].map(([last = 0, waiting = 0]) => pace.groupSize(last, waiting));
    assert.deepEqual(sizes(), [16, 1, 15, 8, 1, 4]);
    await quickOnes(pace, 3);
    assert.deepEqual(sizes(), [16, 1, 8, 8, 1, 4]);
  });
});
