import assert from 'node:assert/strict';
import { goingOn } from '../../../webview-ui/shared/lostRuns';

describe('runs that go on', () => {
  it('are those that are running and not lost', () => {
    const runs = [
      { id: 'live', status: 'RUNNING' },
      { id: 'lost', status: 'RUNNING' },
      { id: 'done', status: 'FINISHED' },
    ] as const;
    assert.deepEqual([...goingOn(runs, new Set(['lost', 'done']))], ['live']);
  });
});
