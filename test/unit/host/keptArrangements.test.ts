import assert from 'node:assert/strict';
import { arrangementRequests } from '../../../src/host/panels/arrangementRequests';
import { KeptArrangements } from '../../../src/host/panels/keptArrangements';
import type { PanelSubject } from '../../../src/protocol/panels';

const experiment: PanelSubject = { panel: 'experiment', experimentId: '1' };
const several: PanelSubject = { panel: 'experiment', experimentId: '2', moreExperimentIds: ['1'] };
const run: PanelSubject = { panel: 'run', runId: 'r' };
const compare: PanelSubject = { panel: 'compare', runIds: ['r', 's'] };

function scene(values: Record<string, unknown> = {}) {
  const memory = new Map(Object.entries(values));
  const kept = new KeptArrangements({
    get: (key: string) => structuredClone(memory.get(key)) as never,
    update: (key, value) => {
      memory.set(key, structuredClone(value));
      return Promise.resolve();
    },
  });
  /** A panel that VS Code made, and its pages. */
  const open = (subject: PanelSubject, arrangement?: string) => {
    const own = { id: undefined, arrangement };
    const { readArrangement, keepArrangement } = arrangementRequests({ subject, own, kept });
    const { signal } = new AbortController();
    return {
      own,
      read: (asked: Record<string, unknown> = {}) => readArrangement(asked, signal),
      keep: (panel: string, at: number, text: string) => keepArrangement({ panel, at, arrangement: text }, signal),
    };
  };
  return { memory, kept, open };
}

describe('arrangements that the workspace keeps', () => {
  it('count where they are of the same panel and later than what VS Code brought back', async () => {
    const { open } = scene();
    await open(experiment).keep('a', 20, 'twenty');
    const back = open(experiment, 'ten');
    assert.deepEqual(back.read({ panel: 'a', at: 10 }), { arrangement: 'twenty', at: 20 });
    assert.equal(back.own.arrangement, 'twenty', 'a split is as it is now');
    assert.deepEqual(back.read({ panel: 'a', at: 20 }), {});
    assert.deepEqual(back.read({ panel: 'a', at: 30 }), {}, 'VS Code has a later one');
    assert.deepEqual(back.read({ panel: 'b', at: 10 }), {}, 'another panel of the same');
    assert.deepEqual(back.read({ panel: 'old' }), {}, 'an earlier version left no id');
  });

  it('are those of each panel where several show the same', async () => {
    const { open } = scene();
    await open(experiment).keep('a', 20, 'of a');
    await open(experiment).keep('b', 30, 'of b');
    assert.deepEqual(open(experiment).read({ panel: 'a', at: 0 }), { arrangement: 'of a', at: 20 });
    assert.deepEqual(open(experiment).read({ panel: 'b', at: 0 }), { arrangement: 'of b', at: 30 });
    assert.deepEqual(open(several).read({ panel: 'a', at: 0 }), {});
  });

  it('are what new panels of an experiment begin with: as the one that they were made from, else as the last one', async () => {
    const { open } = scene();
    assert.deepEqual(open(experiment).read(), {});
    await open(experiment).keep('a', 20, 'of a');
    await open(experiment).keep('b', 10, 'of b');
    assert.deepEqual(open(experiment).read(), { arrangement: 'of b' });
    assert.deepEqual(open(experiment, 'of a').read(), { arrangement: 'of a' });
    assert.deepEqual(open(several).read(), {});
    await open(several).keep('c', 1, 'of c');
    const turned: PanelSubject = { panel: 'experiment', experimentId: '1', moreExperimentIds: ['2'] };
    assert.deepEqual(open(turned).read(), { arrangement: 'of c' });
  });

  it('bring runs and comparisons back, of which new panels begin afresh', async () => {
    const { open } = scene();
    await open(run).keep('a', 20, 'of a');
    await open(compare).keep('b', 20, 'of b');
    assert.deepEqual(open(run).read({ panel: 'a', at: 10 }), { arrangement: 'of a', at: 20 });
    assert.deepEqual(open(compare).read({ panel: 'b', at: 10 }), { arrangement: 'of b', at: 20 });
    assert.deepEqual(open(run).read(), {});
    assert.deepEqual(open(run, 'of a').read(), { arrangement: 'of a' }, 'a split');
  });

  it('are few, and go when their panel is closed, but for the last of an experiment', async () => {
    const { open, kept, memory } = scene();
    for (let at = 1; at <= 20; at++) {
      await open(experiment).keep(`panel ${at}`, at, 'x');
      await open({ panel: 'run', runId: `run ${at}` }).keep(`panel ${at}`, at, 'x');
    }
    const count = () => [...memory.values()].flat().filter((each) => each !== undefined).length;
    assert.equal(count(), 12);
    for (let at = 1; at <= 20; at++) {
      await kept.drop(experiment, `panel ${at}`);
      await kept.drop({ panel: 'run', runId: `run ${at}` }, `panel ${at}`);
    }
    assert.equal(count(), 1);
    assert.deepEqual(open(experiment).read(), { arrangement: 'x' });
  });

  it('of earlier versions begin new panels, and what is not one is as none', async () => {
    const { open } = scene({
      'arrangement.1': 'old',
      'arrangement.run': [{ panel: 'a' }, null, 7],
      'arrangement.1+2': 7,
    });
    assert.deepEqual(open(experiment).read(), { arrangement: 'old' });
    assert.deepEqual(open(experiment).read({ panel: 'a', at: 0 }), {});
    assert.deepEqual(open(run).read({ panel: 'a', at: 0 }), {});
    assert.deepEqual(open(several).read(), {});
    await open(experiment).keep('a', 5, 'new');
    assert.deepEqual(open(experiment).read(), { arrangement: 'new' });
  });

  it('are refused where they are anything else', async () => {
    const { open, memory } = scene();
    const { read, keep } = open(experiment);
    assert.throws(() => read({ panel: 7 }));
    assert.throws(() => read({ panel: 'a', at: Infinity }));
    await assert.rejects(async () => keep('', 1, 'x'));
    await assert.rejects(async () => keep('a', Number.NaN, 'x'));
    await assert.rejects(async () => keep('a', 1, 'x'.repeat(1_000_001)));
    assert.equal(memory.size, 0);
  });
});
