import assert from 'node:assert/strict';
import { Liveness } from '../../../src/server/liveness/liveness';

describe('Liveness', () => {
  it('finds the process behind a connection out once, whatever runs it logs to, and again after a while', async () => {
    let now = 1_000_000;
    const asked: number[] = [];
    const liveness = new Liveness(
      () => now,
      (port) => {
        asked.push(port);
        return Promise.resolve(process.ppid);
      },
    );
    const [first, second] = [{ socket: { remotePort: 1 } }, { socket: { remotePort: 2 } }];
    for (const run of ['a', 'b', 'c']) {
      liveness.note(run, first);
      liveness.note(run, first);
    }
    liveness.note('d', second);
    assert.deepEqual(asked, [1, 2]);
    // What was found out for another run holds for this one.
    for (let turns = 0; turns < 10_000 && (await liveness.of('c'))?.process === 'unknown'; turns++) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    assert.deepEqual(await liveness.of('b'), { last_sign: now, process: 'alive' });
    now += 30_000;
    liveness.note('a', first);
    assert.deepEqual(asked, [1, 2, 1]);
  });

  it('does not know what cannot be found out', async () => {
    const liveness = new Liveness(undefined, () => Promise.reject(new Error('no such file')));
    liveness.note('a', { socket: { remotePort: 1 } });
    assert.equal((await liveness.of('a'))?.process, 'unknown');
    assert.equal(await liveness.of('b'), undefined);
  });
});
