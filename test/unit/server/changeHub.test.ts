import assert from 'node:assert/strict';
import type { ChangeBatch } from '../../../src/protocol/extras';
import { ChangeHub } from '../../../src/server/changeHub';
import { until } from '../../fakes/labbookServer';

function change(revision: number, run = 'r', aspect: 'metrics' | 'artifacts' = 'metrics'): ChangeBatch {
  return { revision, experiments: [], runs: [{ run_id: run, experiment_id: '0', aspects: [aspect] }] };
}

class Reader {
  readonly batches: ChangeBatch[] = [];
  readonly resets: number[] = [];
  readonly times: number[] = [];
  send = (batch: ChangeBatch): void => {
    this.batches.push(batch);
    this.times.push(performance.now());
  };
  reset = (revision: number): void => void this.resets.push(revision);
}

describe('ChangeHub', () => {
  let hub: ChangeHub;
  let reader: Reader;

  beforeEach(() => {
    hub = new ChangeHub(10);
    reader = new Reader();
  });
  afterEach(() => hub.dispose());

  it('sends the first change at once and merges what follows within 100 ms', async () => {
    hub.subscribe(reader);
    for (let revision = 11; revision <= 60; revision++) {
      hub.add(change(revision, `r${revision % 3}`, revision % 2 === 0 ? 'metrics' : 'artifacts'));
    }
    assert.deepEqual(reader.batches, [change(11, 'r2', 'artifacts')]);
    assert.ok(await until(() => reader.batches.length === 2));
    const merged = reader.batches[1];
    assert.equal(merged?.revision, 60);
    assert.deepEqual(merged?.runs.map((run) => [run.run_id, [...run.aspects].sort()]).sort(), [
      ['r0', ['artifacts', 'metrics']],
      ['r1', ['artifacts', 'metrics']],
      ['r2', ['artifacts', 'metrics']],
    ]);
    assert.ok((reader.times[1] ?? 0) - (reader.times[0] ?? 0) >= 90);
  });

  it('sends a reader that comes back what it missed, in one message', async () => {
    hub.add(change(11, 'a'));
    hub.add(change(12, 'b'));
    const first = new Reader();
    hub.subscribe(first);
    assert.ok(await until(() => first.batches.length === 1));
    hub.subscribe(reader, 10);
    assert.deepEqual(
      reader.batches.map(({ revision, runs }) => [revision, runs.length]),
      [[12, 2]],
    );
    const upToDate = new Reader();
    hub.subscribe(upToDate, 12);
    assert.deepEqual([upToDate.batches, upToDate.resets], [[], []]);
  });

  it('tells a reader to start afresh where the past is forgotten or from another store', () => {
    hub.subscribe(reader, 9);
    hub.subscribe(reader, 11);
    assert.deepEqual(reader.resets, [10, 10]);
  });

  it('does not lose changes of artifacts, which raise no revision', () => {
    hub.add(change(10, 'a', 'artifacts'));
    hub.subscribe(reader, 10);
    assert.equal(reader.batches.length, 1);
  });

  it('sends nothing to a reader that left', () => {
    hub.subscribe(reader).dispose();
    hub.add(change(11));
    assert.equal(hub.readerCount, 0);
    assert.deepEqual(reader.batches, []);
  });

  it('tells readers to read afresh rather than of very many runs, and forgets old changes of many', async () => {
    hub.subscribe(reader);
    const many = (revision: number, count: number): ChangeBatch => ({
      revision,
      experiments: [],
      runs: Array.from({ length: count }, (_, i) => ({
        run_id: `r${i}`,
        experiment_id: '0',
        aspects: ['info'],
      })),
    });
    hub.add(many(11, 10_001));
    assert.deepEqual(reader.resets, [11]);
    assert.deepEqual(reader.batches, []);
    const late = new Reader();
    hub.subscribe(late, 10);
    assert.deepEqual(late.resets, [11]);

    for (let revision = 12; revision <= 24; revision++) {
      hub.add(many(revision, 9000));
      assert.ok(await until(() => reader.batches.at(-1)?.revision === revision));
    }
    const old = new Reader();
    hub.subscribe(old, 12);
    assert.deepEqual([old.resets, old.batches], [[24], []], '13 times 9,000 runs are more than are kept');
    const recent = new Reader();
    hub.subscribe(recent, 20);
    assert.equal(recent.batches[0]?.runs.length, 9000);
  });
});
