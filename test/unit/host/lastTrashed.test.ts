import assert from 'node:assert/strict';
import { LastTrashed, type Trashed } from '../../../src/host/platform/lastTrashed';

describe('What was moved to the trash last', () => {
  const run = (runId: string): Trashed => ({ kind: 'run', runId });
  const experiment: Trashed = { kind: 'experiment', experimentId: 'a' };

  it('can be taken back until all of it was restored in another way', () => {
    const told: boolean[] = [];
    const trashed = new LastTrashed((canUndo) => told.push(canUndo));
    trashed.set([run('a'), run('b'), experiment]);
    trashed.restored([run('a'), run('c')]);
    assert.deepEqual(trashed.things, [run('b'), experiment]);
    trashed.restored([run('b')]);
    assert.deepEqual(told, [true, true, true]);
    trashed.restored([experiment]);
    assert.deepEqual([trashed.things, told.at(-1)], [[], false]);
    trashed.set([run('d')]);
    trashed.set([experiment]);
    assert.deepEqual(trashed.things, [experiment], 'only the last');
  });
});
