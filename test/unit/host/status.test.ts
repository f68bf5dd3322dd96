import assert from 'node:assert/strict';
import type { Run } from '../../../src/core/model';
import { diagnosticsText, problemsIn, withoutSecrets } from '../../../src/host/status/diagnostics';
import { RunEnds, toTell } from '../../../src/host/status/runEnds';
import { allRuns, liveRuns, statusView, type LiveRun } from '../../../src/host/status/statusText';
import type { Translate } from '../../../src/host/platform/text';
import type { ServerState } from '../../../src/host/platform/connection';
import type { ExperimentEntry } from '../../../src/host/tree/model';
import { runForest } from '../../../src/host/tree/runForest';

const t: Translate = (message, ...values) => message.replace(/\{(\d)\}/g, (_, i: string) => String(values[Number(i)]));

const makeRun = (id: string, startTime: number, status: Run['info']['status'], name = id): Run => ({
  info: {
    id,
    experimentId: '1',
    name,
    userId: '',
    status,
    startTime,
    endTime: undefined,
    stage: 'active',
    artifactUri: '',
  },
  metrics: [
    { key: 'a', value: 1, step: 0, timestamp: 0 },
    { key: 'val/acc', value: 0.75743, step: 5, timestamp: 0 },
  ],
  params: [],
  tags: [],
});

function entry(runs: Run[]): ExperimentEntry {
  const byId = new Map(runs.map((run) => [run.info.id, run]));
  return {
    experiment: { id: '1', name: 'cifar', artifactLocation: '', stage: 'active', createdAt: 0, updatedAt: 0, tags: [] },
    list: {
      runs: byId,
      forest: runForest(byId),
      slots: new Map(),
      more: false,
      primaryMetric: 'val/acc',
      running: new Set(runs.filter(({ info }) => info.status === 'RUNNING').map(({ info }) => info.id)),
      childrenOf: () => 'all',
    },
  };
}

// The text of the bar does not look into the session.
const facts = { storeName: 'this workspace' };
const ready = { kind: 'ready' } as ServerState;

describe('the status bar', () => {
  it('counts running runs and shows the newest one’s value', () => {
    const live = liveRuns([
      entry([makeRun('old', 1000, 'RUNNING'), makeRun('new', 61_000, 'RUNNING'), makeRun('x', 9, 'FINISHED')]),
    ]);
    assert.deepEqual(
      live.map(({ run }) => run.info.id),
      ['new', 'old'],
    );
    const view = statusView(ready, live, 121_000, t, facts);
    assert.equal(view.text, '$(record) 2 running · val/acc 0.7574');
    assert.match(view.tooltip, /\*\*new\*\* · cifar · val\/acc 0&#46;7574 · 1m 00s/);
    assert.equal(view.isProblem, false);
  });

  it('says when there is nothing, or no server', () => {
    assert.equal(statusView(ready, [], 0, t, facts).text, 'Labbook');
    for (const state of [{ kind: 'stopped' }, { kind: 'failed', reason: 'no [room](command:x)' }] as const) {
      const view = statusView(state, [], 0, t, facts);
      assert.equal(view.text, '$(debug-disconnect) Labbook');
      assert.equal(view.isProblem, true);
      assert.ok(!view.tooltip.includes('](command'));
    }
    assert.equal(statusView({ kind: 'starting', phase: 'starting' }, [], 0, t, facts).text, '$(sync~spin) Labbook');
  });

  it('names the store, and how many runs it holds where all of them are counted', () => {
    const tooltip = (runs: number | undefined): string => statusView(ready, [], 0, t, { ...facts, runs }).tooltip;
    assert.match(tooltip(1062), /^\*\*Labbook\*\* this workspace, 1.?062 runs\n/);
    assert.match(tooltip(1), /^\*\*Labbook\*\* this workspace, 1 run\n/);
    assert.match(tooltip(undefined), /^\*\*Labbook\*\* this workspace\n/);
    const known = entry([makeRun('a', 0, 'FINISHED'), makeRun('b', 1, 'FINISHED')]);
    const { list } = known;
    assert.ok(list);
    const long = { ...known, list: { ...list, more: true } };
    const closed = { ...known, list: undefined };
    assert.equal(allRuns([], false), 0);
    assert.equal(allRuns([known, { ...long, total: 500 }, { ...closed, total: 7 }], false), 509);
    assert.equal(allRuns([known, long], false), undefined, 'more than were read');
    assert.equal(allRuns([known, closed], false), undefined, 'not looked into');
    assert.equal(allRuns([known], true), undefined, 'a filter keeps runs away');
  });

  it('offers a restart where the server is of another version', () => {
    const words = /The server is version 0&#46;0&#46;9; a restart takes version 0&#46;1&#46;0/;
    const versions = { server: '0.0.9', own: '0.1.0' };
    assert.match(statusView(ready, [], 0, t, { ...facts, versions }).tooltip, words);
    const live = liveRuns([entry([makeRun('r', 0, 'RUNNING')])]);
    assert.match(statusView(ready, live, 0, t, { ...facts, versions }).tooltip, words);
    assert.doesNotMatch(statusView(ready, live, 0, t, facts).tooltip, /version/);
  });

  it('never turns a metric’s name into an icon', () => {
    const live: LiveRun[] = [
      { run: makeRun('r', 0, 'RUNNING'), experimentName: 'e', value: '$(bug) 1', isLost: false },
    ];
    assert.equal(statusView(ready, live, 0, t, facts).text, '$(record) 1 running · \\$(bug) 1');
  });

  it('counts lost runs as none that go on, and names them last', () => {
    const lost = new Set(['b']);
    const both = liveRuns([entry([makeRun('a', 0, 'RUNNING'), makeRun('b', 1, 'RUNNING')])], lost);
    const view = statusView(ready, both, 60_000, t, facts);
    assert.equal(view.text, '$(record) 1 running · val/acc 0.7574');
    assert.match(view.tooltip, /\*\*a\*\*.*\n.*\*\*b\*\*.* · lost/);
    assert.equal(statusView(ready, liveRuns([entry([makeRun('b', 1, 'RUNNING')])], lost), 0, t, facts).text, 'Labbook');
  });

  it('names ten runs at most', () => {
    const live = liveRuns([entry(Array.from({ length: 12 }, (_, i) => makeRun(`r${i}`, i, 'RUNNING')))]);
    assert.match(statusView(ready, live, 0, t, facts).tooltip, /2 more/);
  });
});

describe('diagnostics', () => {
  it('hold no secret, wherever it stands', () => {
    const token = 'abcdefgh-12345678';
    const text = [
      `token ${token}`,
      'Authorization: Bearer zzzzzzzzzzzz',
      'http://labbook:hunter2@127.0.0.1:5000/x',
      '"token": "qqqqqqqqqqqq"',
    ].join('\n');
    const cleaned = withoutSecrets(text, [token, '']);
    for (const secret of [token, 'zzzzzzzzzzzz', 'hunter2', 'qqqqqqqqqqqq']) {
      assert.ok(!cleaned.includes(secret), cleaned);
    }
    assert.match(cleaned, /http:\/\/\[removed\]@127\.0\.0\.1:5000\/x/);
  });

  it('tell versions, the server, sizes, changed settings and the last problems', () => {
    const text = diagnosticsText(
      {
        time: new Date(0),
        extensionVersion: '1.2.3',
        editor: 'VS Code 1.100',
        platform: 'linux',
        remoteName: 'wsl',
        isTrusted: true,
        serverState: 'ready',
        server: { url: 'http://127.0.0.1:5000', pid: 7, version: '1.2.3', revision: 9, isReadOnly: false },
        storePath: '/store',
        sizes: new Map([['artifacts', { files: 3, bytes: 1500, isWhole: false }]]),
        counts: { experiments: 1, runs: 2, running: 0 },
        settings: { 'labbook.store.path': 'x' },
        lastErrors: [],
      },
      [],
    );
    assert.match(text, /Labbook: 1\.2\.3\n/);
    assert.match(text, /artifacts: more than 1\.5 kB in more than 3 files/);
    assert.match(text, /`labbook\.store\.path`: `"x"`/);
    assert.match(text, /## Last warnings and errors\n\nNone\./);
  });

  it('take the warnings and errors from a log', () => {
    const log = '2026 [info] fine\n2026 [warning] hm\r\n2026 [error] bad\n';
    assert.deepEqual(problemsIn(log), ['2026 [warning] hm', '2026 [error] bad']);
    assert.deepEqual(problemsIn(log, 1), ['2026 [error] bad']);
  });
});

describe('ends of runs', () => {
  it('are noticed once, of runs that were seen running', () => {
    const ends = new RunEnds();
    const at = (...runs: Run[]): string[] => ends.look([entry(runs)]).map(({ run }) => run.info.id);
    assert.deepEqual(at(makeRun('a', 0, 'RUNNING'), makeRun('old', 0, 'FAILED')), [], 'what ended before is no news');
    assert.deepEqual(at(makeRun('a', 0, 'FINISHED'), makeRun('old', 0, 'FAILED')), ['a']);
    assert.deepEqual(at(makeRun('a', 0, 'FINISHED')), []);
    assert.deepEqual(at(makeRun('b', 0, 'RUNNING')), []);
    assert.deepEqual(at(), [], 'a deleted run did not end');
  });

  it('are told as the setting says, and failures where it says something else', () => {
    const ended = (['FINISHED', 'FAILED', 'KILLED'] as const).map((status) => ({
      run: makeRun(status, 0, status),
      experimentName: '',
    }));
    const told = (wanted: string): string[] => toTell(ended, wanted).map(({ run }) => run.info.id);
    assert.deepEqual(told('always'), ['FINISHED', 'FAILED', 'KILLED']);
    assert.deepEqual(told('never'), []);
    assert.deepEqual(told('failed'), ['FAILED', 'KILLED']);
    assert.deepEqual(told('nonsense'), ['FAILED', 'KILLED']);
  });
});
