import assert from 'node:assert/strict';
import { Gathering } from '../../../src/server/store/gathering';

const never = Number.POSITIVE_INFINITY;
const limits = { next: never, most: 32, count: never, inVain: 2, rest: 4 };

/** Writers that come one after the other, a look at them each; the last ones never. */
class Arrivals {
  looks = 0;
  private count = 0;

  constructor(private readonly all: number) {}

  readonly waiting = (): number => {
    this.looks++;
    this.count = Math.min(this.all, this.count + 1);
    return this.count;
  };

  get there(): number {
    return this.count;
  }
}

describe('Store: gathering those who write', () => {
  it('waits until as many are there as wrote before', async () => {
    const gathering = new Gathering(limits);
    gathering.note(16);
    const arrivals = new Arrivals(20);
    await gathering.gather(arrivals.waiting);
    assert.ok(arrivals.there >= 16, String(arrivals.there));
  });

  it('waits awake for the only one who wrote', async () => {
    const gathering = new Gathering(limits);
    gathering.note(1);
    let looks = 0;
    await gathering.gather(() => (++looks < 5 ? 0 : 1));
    assert.ok(looks >= 5, String(looks));
  });

  it('waits for nobody where nobody wrote, or too many for a sync to matter', async () => {
    const gathering = new Gathering({ ...limits, count: 0 });
    for (const active of [0, 33]) {
      gathering.note(active);
      const arrivals = new Arrivals(50);
      await gathering.gather(arrivals.waiting);
      assert.equal(arrivals.looks, 0);
    }
  });

  it('knows who are all', () => {
    const gathering = new Gathering(limits);
    assert.deepEqual(
      [1, 2, 16].map((each) => gathering.isAll(each)),
      [true, false, false],
    );
    gathering.note(8);
    assert.deepEqual(
      [1, 7, 8, 16].map((each) => gathering.isAll(each)),
      [false, false, true, true],
    );
  });

  it('waits for less and less groups where those who wrote do not come again, and for all when they do', async () => {
    const gathering = new Gathering({ ...limits, next: -1 });
    const waits = async (arrivals: Arrivals): Promise<boolean> => {
      gathering.note(16);
      await gathering.gather(arrivals.waiting);
      return arrivals.looks > 0;
    };
    const seen: boolean[] = [];
    for (let group = 0; group < 20; group++) {
      seen.push(await waits(new Arrivals(3)));
    }
    const expected = [true, true, false, true, false, false, true, false, false, false, false];
    assert.deepEqual(seen, [...expected, ...expected.slice(6), ...expected.slice(6)].slice(0, 20));
    while (!(await waits(new Arrivals(100)))) {
      // Its rest.
    }
    assert.ok(await waits(new Arrivals(100)));
    assert.ok(await waits(new Arrivals(3)));
    assert.ok(await waits(new Arrivals(100)));
  });

  it('waits for twice as many now and then: halves that take turns look like all of them', async () => {
    const gathering = new Gathering({ ...limits, count: 2 });
    const found: number[] = [];
    for (let group = 0; group < 7; group++) {
      gathering.note(8);
      const arrivals = new Arrivals(16);
      await gathering.gather(arrivals.waiting);
      found.push(arrivals.there);
    }
    const counted = found.map((each) => each >= 16);
    assert.deepEqual(counted, [false, false, true, false, false, true, false]);
  });
});
