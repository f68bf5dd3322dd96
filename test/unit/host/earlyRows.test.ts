import assert from 'node:assert/strict';
import { EarlyRows, readAllRows } from '../../../src/host/panels/earlyRows';
import { until } from '../../fakes/labbookServer';

function later<Value>() {
  let resolve: (value: Value) => void = () => undefined;
  let reject: (error: Error) => void = () => undefined;
  const promise = new Promise<Value>((onValue, onError) => {
    [resolve, reject] = [onValue, onError];
  });
  return { promise, resolve, reject };
}

describe('Rows that are read while the page of their panel loads', () => {
  const never = new AbortController().signal;
  let early: EarlyRows;
  beforeEach(() => (early = new EarlyRows()));
  afterEach(() => early.dispose());

  const begin = () => {
    let signal: AbortSignal | undefined;
    const { promise, resolve, reject } = later<ArrayBuffer>();
    early.begin((given) => {
      signal = given;
      return promise;
    });
    return { resolve, reject, isEnded: () => signal?.aborted };
  };

  it('are handed to the first question, once', async () => {
    const { resolve } = begin();
    const rows = early.take(never);
    assert.equal(early.take(never), undefined);
    const answer = new ArrayBuffer(8);
    resolve(answer);
    assert.equal(await rows, answer);
  });

  it('are not used after a change, but what was taken goes on', () => {
    const dropped = begin();
    early.drop();
    assert.equal(dropped.isEnded(), true);
    assert.equal(early.take(never), undefined);
    const taken = begin();
    assert.notEqual(early.take(never), undefined);
    early.drop();
    early.dispose();
    assert.equal(taken.isEnded(), false);
  });

  it('end with the question, and with the panel that does not ask', () => {
    const question = new AbortController();
    const asked = begin();
    void early.take(question.signal);
    question.abort();
    assert.equal(asked.isEnded(), true);
    const idle = begin();
    early.dispose();
    assert.equal(idle.isEnded(), true);
  });

  it('are read anew where they could not be read before they were asked for', async () => {
    const { reject, isEnded } = begin();
    reject(new Error('no server yet'));
    assert.ok(await until(() => isEnded() === true));
    assert.equal(early.take(never), undefined);
    const late = begin();
    const rows = early.take(never);
    late.reject(new Error('gone'));
    await assert.rejects(rows ?? Promise.resolve(), /gone/);
  });

  it('tell how many there are, and how many came so far', async () => {
    const told: unknown[] = [];
    const count = later<number | undefined>();
    const rows = readAllRows(
      { panel: 'experiment', experimentId: '1', moreExperimentIds: ['2'] },
      {
        tableRows: (request, options) => {
          assert.deepEqual(request, { experiment_ids: ['1', '2'], stage: 'active' });
          options?.onRead?.(5);
          return count.promise.then(() => new ArrayBuffer(1));
        },
        countRuns: () => count.promise,
      },
      (progress) => told.push(progress),
      never,
    );
    count.resolve(22);
    await rows;
    assert.deepEqual(told, [{ read: 5 }, { read: 5, total: 22 }]);
  });
});
