import assert from 'node:assert/strict';
import { Deadlines } from '../../../src/server/http/deadlines';

describe('deadlines', () => {
  it('are told of when they pass, in their order, unless they are taken back', async function () {
    // The timer alone does not keep a process alive.
    const alive = setInterval(() => undefined, 1000);
    const deadlines = new Deadlines(20);
    const told: string[] = [];
    const takenBack = (): void => void told.push('taken back');
    await new Promise<void>((resolve) => {
      deadlines.add(() => told.push('first'));
      deadlines.add(takenBack);
      deadlines.delete(takenBack);
      deadlines.add(() => {
        told.push('second');
        // Another one, after the timer was used up.
        deadlines.add(resolve);
      });
    });
    clearInterval(alive);
    assert.deepEqual(told, ['first', 'second']);
  });
});
