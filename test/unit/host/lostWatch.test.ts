import assert from 'node:assert/strict';
import { Emitter } from '../../../src/client/emitter';
import type { Run } from '../../../src/core/model';
import type { ChangeBatch, Liveness } from '../../../src/protocol/extras';
import { LostWatch } from '../../../src/host/tree/lostWatch';
import { until } from '../../fakes/labbookServer';

const run = (id: string): Run =>
  ({ info: { id, status: 'RUNNING', startTime: 0 }, metrics: [], params: [], tags: [] }) as unknown as Run;

/** A tree whose runs are read one after the other, and a server that knows all their processes to be gone. */
function scene() {
  const runs = new Map<string, Run>();
  const asked: string[][] = [];
  const lost: string[][] = [];
  const answers: (() => void)[] = [];
  let isAway = false;
  const client = {
    liveness: async (ids: string[]): Promise<Map<string, Liveness>> => {
      asked.push(ids);
      await new Promise<void>((resolve) => answers.push(resolve));
      if (isAway) {
        throw new Error('It went away.');
      }
      return new Map(ids.map((id) => [id, { last_sign: 0, process: 'gone' }]));
    },
  };
  const catalog = {
    get experiments() {
      return [{ list: { runs, running: new Set(runs.keys()) } }];
    },
    isLost: () => false,
    setLost: (ids: string[]) => {
      lost.push(ids);
      return true;
    },
  };
  const changes = new Emitter<ChangeBatch>();
  const connection = { session: { client }, onChange: changes.on.bind(changes) };
  const watch = new LostWatch(catalog as never, connection as never, { warn: () => undefined }, () => undefined);
  const answer = async (): Promise<void> => {
    assert.ok(await until(() => answers.length > 0), 'it is asked');
    answers.shift()?.();
  };
  return { runs, asked, lost, watch, answer, goAway: (away: boolean) => (isAway = away) };
}

describe('the watch for lost runs', () => {
  it('looks as soon as running runs were read, also those that were read while it looked, and each once', async () => {
    const { runs, asked, lost, watch, answer } = scene();
    watch.onRead();
    assert.deepEqual(asked, [], 'nothing is read yet');
    runs.set('a', run('a'));
    watch.onRead();
    runs.set('b', run('b'));
    watch.onRead();
    await answer();
    await answer();
    assert.ok(await until(() => lost.length === 2), 'both are lost');
    watch.onRead();
    assert.deepEqual(asked, [['a'], ['a', 'b']]);
    assert.deepEqual(lost, [['a'], ['a', 'b']]);
    watch.dispose();
  });

  it('looks again with the next reading where the server did not answer, and not before', async () => {
    const { runs, asked, lost, watch, answer, goAway } = scene();
    runs.set('a', run('a'));
    goAway(true);
    const look = watch.look();
    await answer();
    await look;
    assert.equal(asked.length, 1);
    goAway(false);
    watch.onRead();
    await answer();
    assert.ok(await until(() => lost.length === 1), 'it is lost');
    watch.dispose();
  });
});
