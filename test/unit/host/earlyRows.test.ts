import assert from 'node:assert/strict';
import { EarlyColumns } from '../../../src/host/panels/earlyColumns';
import { EarlyAnswer, readAllRows } from '../../../src/host/panels/earlyRows';
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
  let early: EarlyAnswer;
  beforeEach(() => (early = new EarlyAnswer()));
  afterEach(() => early.dispose());

  const begin = () => {
    let signal: AbortSignal | undefined;
    const { promise, resolve, reject } = later<ArrayBuffer>();
    void early.begin((given) => {
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

describe('Columns that are read while the page of their panel loads', () => {
  const never = new AbortController().signal;
  const loss = { kind: 'metric', key: 'loss', aggregate: 'last' } as const;
  const model = { kind: 'param', key: 'model' } as const;
  const memory = new Map<string, unknown>();
  const memento = {
    get: (key: string): never => memory.get(key) as never,
    update: (key: string, value: unknown) => Promise.resolve(void memory.set(key, value)),
  };
  const opened: EarlyColumns[] = [];
  beforeEach(() => memory.clear());
  afterEach(() => opened.splice(0).forEach((each) => each.dispose()));

  /** A panel is opened; its page begins. */
  const open = (...experimentIds: string[]) => {
    const asked: unknown[] = [];
    const signals: AbortSignal[] = [];
    const answer = new ArrayBuffer(8);
    const early = new EarlyColumns(memento, experimentIds);
    opened.push(early);
    early.begin((request, signal) => {
      asked.push(request);
      signals.push(signal);
      return Promise.resolve(answer);
    });
    early.expect();
    return { early, asked, signals, answer };
  };

  it('are those that the last page of the same experiments asked for first', async () => {
    const first = open('2', '1');
    assert.deepEqual(first.asked, []);
    assert.equal(first.early.take([loss, model], never), undefined);
    assert.equal(first.early.take([model], never), undefined);
    assert.deepEqual(open('1').asked, []);
    const next = open('1', '2');
    assert.deepEqual(next.asked, [{ experiment_ids: ['1', '2'], stage: 'active', columns: [loss, model] }]);
    assert.equal(await next.early.take([loss, model], never), next.answer);
    assert.equal(next.early.take([loss, model], never), undefined);
  });

  it('are read no further where others are asked for, which are kept instead', () => {
    void open('1').early.take([loss], never);
    const next = open('1');
    assert.equal(next.early.take([model], never), undefined);
    assert.equal(next.signals[0]?.aborted, true);
    assert.deepEqual(open('1').asked, [{ experiment_ids: ['1'], stage: 'active', columns: [model] }]);
  });

  it('are not used after a change', () => {
    void open('1').early.take([loss], never);
    const next = open('1');
    next.early.drop();
    assert.equal(next.early.take([loss], never), undefined);
  });

  it('are none where too much would be kept, or what is kept is something else', () => {
    void open('1').early.take([{ kind: 'tag', key: 'x'.repeat(30_000) }], never);
    assert.equal(memory.size, 0);
    void open('1').early.take([loss], never);
    const [key = ''] = memory.keys();
    for (const kept of ['', '[]', '{', '[{"kind":"other"}]', 7]) {
      memory.set(key, kept);
      assert.deepEqual(open('1').asked, [], String(kept));
    }
  });
});
