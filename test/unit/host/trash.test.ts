import assert from 'node:assert/strict';
import type { Experiment, Run } from '../../../src/core/model';
import type { Translate } from '../../../src/host/platform/text';
import {
  emptyTrash,
  itemKey,
  trashRefs,
  trashSummary,
  trashTooltip,
  trashView,
  type Trash,
} from '../../../src/host/tree/trashNodes';

const t: Translate = (message, ...values) => message.replace(/\{(\d)\}/g, (_, i: string) => String(values[Number(i)]));

const run = (id: string, startTime: number): Run => ({
  info: {
    id,
    experimentId: '1',
    name: `run ${id}`,
    userId: '',
    status: 'FINISHED',
    startTime,
    endTime: startTime,
    stage: 'deleted',
    artifactUri: '',
  },
  metrics: [],
  params: [],
  tags: [],
});
const experiment: Experiment = {
  id: '9',
  name: 'sweep',
  artifactLocation: '',
  stage: 'deleted',
  createdAt: 0,
  updatedAt: 0,
  tags: [],
};
const hour = 3_600_000;
const trash: Trash = {
  experiments: [experiment],
  runs: [run('a', 1000), run('b', 2000)],
  names: new Map([['1', 'digits']]),
  items: new Map([
    [itemKey('run', 'a'), { kind: 'run', id: 'a', bytes: 412_000_000, runs: 1, deleted: 9 * hour }],
    [itemKey('run', 'b'), { kind: 'run', id: 'b', bytes: 0, runs: 1, deleted: 8 * hour }],
    [itemKey('experiment', '9'), { kind: 'experiment', id: '9', bytes: 1_000_000, runs: 24, deleted: 2 * hour }],
  ]),
  more: false,
};

describe('the trash', () => {
  it('lists experiments, then what was deleted last first, with time and size', () => {
    const views = trashRefs(trash).map((ref) => trashView(ref, trash, 10 * hour, t));
    assert.deepEqual(
      views.slice(0, 2).map((view) => view?.accessibleName),
      [
        'sweep, experiment with 24 runs, moved to the trash 8 h ago, 1 MB',
        'run a, run of digits, moved to the trash 1 h ago, 412 MB',
      ],
    );
    assert.deepEqual(
      views.map((view) => [view?.label, view?.description]),
      [
        ['sweep', '24 runs · 8 h ago · 1 MB'],
        ['run a', 'digits · 1 h ago · 412 MB'],
        ['run b', 'digits · 2 h ago · 0 B'],
      ],
    );
    assert.equal(trashSummary(trash, t), '1 experiment · 2 runs · 413 MB');
  });

  it('does without sizes where the server does not know them', () => {
    const plain: Trash = { ...trash, items: new Map(), more: true };
    assert.deepEqual(
      trashRefs(plain).map((ref) => trashView(ref, plain, 0, t)?.description),
      ['experiment', 'digits', 'digits'],
    );
    assert.equal(trashSummary(plain, t), '1 experiment · 2+ runs');
    assert.equal(trashSummary(emptyTrash, t), '');
  });

  it('tells when something was moved to it', () => {
    const [, first] = trashRefs(trash);
    assert.ok(first);
    assert.match(trashTooltip(first, trash, t) ?? '', /Moved to the trash/);
  });
});
