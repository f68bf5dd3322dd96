import assert from 'node:assert/strict';
import type { Run, RunStatus } from '../../../src/core/model';
import { AwakeTime, isLost, LostMemory, silenceUnknown, silenceWithoutProcess } from '../../../src/host/tree/lostRuns';

const now = 1_700_000_000_000;
const run = (status: RunStatus, lastPoint: number, start = 0): Run => ({
  info: {
    id: 'r',
    experimentId: '1',
    name: 'r',
    userId: '',
    status,
    startTime: start,
    endTime: undefined,
    stage: 'active',
    artifactUri: '',
  },
  metrics: [{ key: 'm', value: 1, step: 0, timestamp: lastPoint }],
  params: [],
  tags: [],
});

describe('lost runs', () => {
  it('are those whose process is gone, after a minute of silence', () => {
    const gone = (last: number) => ({ last_sign: last, process: 'gone' as const });
    assert.equal(isLost(run('RUNNING', 0), gone(now - silenceWithoutProcess), now), true);
    assert.equal(isLost(run('RUNNING', 0), gone(now - silenceWithoutProcess + 1), now), false);
    assert.equal(isLost(run('RUNNING', now), gone(0), now), false, 'a point is a sign, too');
    assert.equal(isLost(run('FINISHED', 0), gone(0), now), false);
  });

  it('are never those whose process lives, however silent', () => {
    assert.equal(isLost(run('RUNNING', 0), { last_sign: 0, process: 'alive' }, now), false);
  });

  it('are, where no process is known, those that are silent for long', () => {
    for (const liveness of [undefined, { last_sign: 0, process: 'unknown' as const }]) {
      assert.equal(isLost(run('RUNNING', now - silenceUnknown), liveness, now), true);
      assert.equal(isLost(run('RUNNING', now - silenceUnknown + 1), liveness, now), false);
      assert.equal(isLost(run('RUNNING', 0, now - 1000), liveness, now), false, 'it has only just begun');
    }
  });

  it('are not hidden by points with times of the future', () => {
    assert.equal(isLost(run('RUNNING', now + 1e12), { last_sign: 0, process: 'gone' }, now), false);
    assert.equal(isLost(run('RUNNING', now + 1e12), { last_sign: 0, process: 'gone' }, now + 2e12), true);
  });

  it('are none because the computer slept, until something could have been heard since', () => {
    const awake = new AwakeTime(15_000);
    assert.equal(awake.look(now - 8 * 3_600_000), 0);
    assert.equal(awake.look(now - 8 * 3_600_000 + 15_000), 0);
    const since = awake.look(now);
    assert.equal(since, now);
    const silent = { last_sign: 0, process: 'unknown' as const };
    assert.equal(isLost(run('RUNNING', 0), silent, now), true);
    assert.equal(isLost(run('RUNNING', 0), silent, now, since), false);
    assert.equal(awake.look(now + 15_000), now);
    assert.equal(isLost(run('RUNNING', 0), silent, now + silenceUnknown, since), true);
  });

  it('stay lost when the server is started again and knows nothing of them, until they are heard of', () => {
    const memory = new LostMemory();
    const silent = run('RUNNING', now - 2 * silenceWithoutProcess);
    const gone = new Map([['r', { last_sign: now - silenceWithoutProcess, process: 'gone' as const }]]);
    const nothing = new Map<string, never>();
    assert.deepEqual(memory.lost([silent], nothing, now, 0), [], 'it may well be alive');
    assert.deepEqual(memory.lost([silent], gone, now, 0), [silent]);
    assert.deepEqual(memory.lost([], nothing, now + 500, 0), [], 'runs are read again');
    assert.deepEqual(memory.lost([silent], nothing, now + 1000, 0), [silent]);
    assert.deepEqual(memory.lost([silent], nothing, now + 2000, now + 1500), [silent], 'also after a sleep');
    const alive = new Map([['r', { last_sign: 0, process: 'alive' as const }]]);
    assert.deepEqual(memory.lost([silent], alive, now + 3000, 0), []);
    assert.deepEqual(memory.lost([silent], nothing, now + 4000, 0), [], 'that was taken back');
    assert.deepEqual(memory.lost([silent], gone, now, 0), [silent]);
    assert.deepEqual(memory.lost([run('RUNNING', now + 4000)], nothing, now + 5000, 0), [], 'it logged');
  });
});
