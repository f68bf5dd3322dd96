import assert from 'node:assert/strict';
import { Coalescer } from '../../../src/core/coalescer';

/** A task whose runs are ended by hand. */
function handTask() {
  const ends: { resolve(): void; reject(error: unknown): void }[] = [];
  const task = (): Promise<void> =>
    new Promise((resolve, reject) => {
      ends.push({ resolve, reject });
    });
  return { ends, task };
}

const fail = (error: unknown): never => assert.fail(String(error));

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('Coalescer', () => {
  it('runs at once, and once more for any number of requests meanwhile', async () => {
    const { ends, task } = handTask();
    const coalescer = new Coalescer(task, { onError: fail });
    coalescer.request();
    assert.equal(ends.length, 1);
    coalescer.request();
    coalescer.request();
    await turn();
    assert.equal(ends.length, 1);
    ends[0]?.resolve();
    await turn();
    assert.equal(ends.length, 2);
    ends[1]?.resolve();
    await coalescer.whenIdle();
    await turn();
    assert.equal(ends.length, 2);
  });

  it('goes on after a run that throws, and runs again what was asked meanwhile', async () => {
    const { ends, task } = handTask();
    const errors: unknown[] = [];
    const coalescer = new Coalescer(task, { onError: (error) => errors.push(error) });
    coalescer.request();
    coalescer.request();
    ends[0]?.reject('first');
    await turn();
    assert.equal(ends.length, 2);
    ends[1]?.reject('second');
    await coalescer.whenIdle();
    assert.deepEqual(errors, ['first', 'second']);
    coalescer.request();
    assert.equal(ends.length, 3);
  });

  it('bears a task that throws at once', async () => {
    let runs = 0;
    const coalescer = new Coalescer(
      () => {
        runs++;
        throw new Error('no');
      },
      { onError: () => undefined },
    );
    coalescer.request();
    await coalescer.whenIdle();
    coalescer.request();
    await coalescer.whenIdle();
    assert.equal(runs, 2);
  });

  it('keeps the interval between the end of a run and the next', async () => {
    const times: number[] = [];
    const coalescer = new Coalescer(() => void times.push(Date.now()), { minInterval: 40, onError: fail });
    coalescer.request();
    await coalescer.whenIdle();
    coalescer.request();
    coalescer.request();
    await coalescer.whenIdle();
    assert.equal(times.length, 2);
    const [first = 0, second = 0] = times;
    assert.ok(second - first >= 39, `${second - first} ms`);
  });

  it('runs nothing after dispose, and lets go who waits', async () => {
    const { ends, task } = handTask();
    const coalescer = new Coalescer(task, { onError: fail });
    coalescer.request();
    coalescer.request();
    const idle = coalescer.whenIdle();
    coalescer.dispose();
    await idle;
    ends[0]?.resolve();
    await turn();
    coalescer.request();
    await turn();
    assert.equal(ends.length, 1);
  });
});
