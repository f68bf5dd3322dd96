import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import { Line, nextTurn } from '../../../src/server/turns';

describe('Server: work that stands in line', () => {
  const steps: string[] = [];
  beforeEach(() => steps.splice(0));

  async function work(name: string, turns: number): Promise<string> {
    for (let i = 0; i < turns; i++) {
      steps.push(name);
      await nextTurn();
    }
    return name;
  }

  it('is done one after the other, in the order in which it came', async () => {
    const line = new Line();
    const all = [line.do(() => work('a', 3)), line.do(() => work('b', 1)), line.do(() => work('c', 2))];
    assert.deepEqual(await Promise.all(all), ['a', 'b', 'c']);
    assert.equal(steps.join(''), 'aaabcc');
    assert.equal(await line.do(() => work('d', 1)), 'd');
  });

  it('goes on behind work that fails', async () => {
    const line = new Line();
    const failed = line.do(() => Promise.reject(new Error('broken')));
    const next = line.do(() => work('b', 1));
    await assert.rejects(failed, /broken/);
    assert.equal(await next, 'b');
  });

  it('shares its turns with what takes long', async () => {
    const line = new Line();
    let isShared = false;
    const long = line.do(async () => {
      while (!isShared) {
        await turn();
      }
      return 'long';
    });
    // Only beside the long one can it begin, which ends no sooner.
    const short = line.do(() => {
      isShared = true;
      return Promise.resolve('short');
    });
    assert.deepEqual(await Promise.all([long, short]), ['long', 'short']);
  });
});
