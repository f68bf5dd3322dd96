import assert from 'node:assert/strict';
import path from 'node:path';
import fc from 'fast-check';
import { fromUriPath, toUriPath } from '../../../src/host/artifacts/uri';
import { thingsOf } from '../../../src/host/commands/targets';
import { panelHtml } from '../../../src/host/panels/html';
import { panelState, requests } from '../../../src/host/panels/messages';
import { PendingNotice } from '../../../src/host/panels/notices';
import { toPanelRun } from '../../../src/host/panels/panelRun';
import type { ServerState } from '../../../src/host/platform/connection';
import {
  folderOf,
  folderSetting,
  sharedStorage,
  storeFolder,
  storeWords,
} from '../../../src/host/platform/storeFolder';
import { PlaceOnceUsed } from '../../../src/host/platform/storePlace';
import { english, inMessage, inPick } from '../../../src/host/platform/text';
import { addressFor, setsVariable, trackingEnvironment, withTracking } from '../../../src/host/terminal/environment';
import { matchesGlob, pickMetric } from '../../../src/core/primaryMetric';

describe('environment of scripts', () => {
  const environment = trackingEnvironment({ url: 'http://127.0.0.1:5000', token: 'secret' });

  it('keeps the secret out of the address', () => {
    assert.deepEqual(environment, {
      MLFLOW_TRACKING_URI: 'http://127.0.0.1:5000',
      MLFLOW_TRACKING_TOKEN: 'secret',
    });
  });

  it('is added to programs that take variables, beside their own', () => {
    for (const type of ['debugpy', 'python', 'node', 'node-terminal']) {
      const result = withTracking({ type, request: 'launch', env: { A: '1' } }, environment, undefined);
      assert.deepEqual(result.env, { ...environment, A: '1' }, type);
    }
    assert.deepEqual(withTracking({ type: 'debugpy' }, environment, undefined), { type: 'debugpy', env: environment });
  });

  it('leaves alone what takes none, or attaches', () => {
    for (const configuration of [{ type: 'chrome' }, { type: 'debugpy', request: 'attach' }]) {
      assert.equal(withTracking(configuration, environment, undefined), configuration);
    }
  });

  it('never overrides a tracking server that the user chose', () => {
    const own = { type: 'debugpy', env: { MLFLOW_TRACKING_URI: 'http://other' } };
    assert.equal(withTracking(own, environment, undefined), own);
    const byFile = { type: 'debugpy', envFile: '.env' };
    assert.equal(withTracking(byFile, environment, 'A=1\nexport MLFLOW_TRACKING_URI = http://other\n'), byFile);
    assert.notEqual(withTracking(byFile, environment, '# MLFLOW_TRACKING_URI=x\nMLFLOW_TRACKING_URI_2=y'), byFile);
  });

  it('reads env files as debuggers do', () => {
    assert.equal(setsVariable('X=1\r\nY = 2', 'Y'), true);
    assert.equal(setsVariable('XY=1', 'Y'), false);
  });
});

describe('where new terminals log', () => {
  const own = { url: 'http://127.0.0.1:1', token: 't' };
  const expected = (): Promise<typeof own> => Promise.resolve(own);

  it('is where the server is expected while it starts, and nowhere while it is away or off', async () => {
    assert.deepEqual(await addressFor({ kind: 'starting', phase: 'starting' }, expected), own);
    assert.equal(
      await addressFor({ kind: 'starting', phase: 'starting' }, () => Promise.resolve(undefined)),
      undefined,
    );
    const others: ServerState[] = [
      { kind: 'starting', phase: 'lost' },
      { kind: 'off' },
      { kind: 'failed', reason: '' },
      { kind: 'stopped' },
    ];
    for (const state of others) {
      assert.equal(await addressFor(state, expected), undefined);
    }
  });
});

describe('the place of the store', () => {
  it('is as the settings say until it is used, and the same from then on', () => {
    let folder = '/default';
    const place = new PlaceOnceUsed(() => ({ folder, name: path.basename(folder) }));
    assert.equal(place.folder, '/default');
    // The workspace is trusted: its own settings count.
    folder = '/w/runs';
    assert.deepEqual([place.folder, place.name, place.isLeft], ['/w/runs', 'runs', false]);
    place.use();
    folder = '/other';
    place.use();
    assert.deepEqual([place.folder, place.name, place.isLeft], ['/w/runs', 'runs', true]);
  });
});

describe('store folder', () => {
  const base = { setting: '', workspaceFolder: '/w', workspaceStorage: '/s', globalStorage: '/g', home: '/h' };
  const folder = (change: Partial<typeof base> | { workspaceStorage: undefined }): string =>
    storeFolder({ ...base, ...change });

  it('is the storage of the workspace, or of all windows where no folder is open', () => {
    assert.equal(folder({}), path.resolve('/s/store'));
    assert.equal(folder({ workspaceStorage: undefined }), path.resolve('/g/store'));
  });

  it('is the same for all windows of a workspace, though VS Code numbers their storages', () => {
    const shared = (workspace: string): string =>
      sharedStorage(path.join('/user', 'workspaceStorage', workspace, 'ext'));
    for (const workspace of ['428dbca', '-428dbca', '1a2b3c4d5e6f708192a3b4c5d6e7f809', '1700000000123', 'ext-dev']) {
      const own = path.join('/user', 'workspaceStorage', workspace, 'ext');
      assert.equal(shared(workspace), own);
      assert.equal(shared(`${workspace}-1`), own);
      assert.equal(shared(`${workspace}-9`), own);
    }
    for (const other of ['-5', '428dbca-10', '428dbca-0', 'a-1b']) {
      assert.equal(path.basename(path.dirname(shared(other))), other);
    }
  });

  it('follows the setting', () => {
    assert.equal(folder({ setting: '/abs' }), path.resolve('/abs'));
    assert.equal(folder({ setting: 'runs' }), path.resolve('/w/runs'));
    assert.equal(folder({ setting: '~/runs' }), path.resolve('/h/runs'));
  });

  it('is named from the project where it lies in it, and so moves with it', () => {
    const named = (chosen: string, workspaceFolder?: string): string =>
      folderSetting(path.resolve(chosen), workspaceFolder && path.resolve(workspaceFolder));
    assert.equal(named('/w/runs/all', '/w'), './runs/all');
    assert.equal(named('/w/..runs', '/w'), './..runs');
    assert.equal(named('/w', '/w'), './');
    for (const outside of ['/other/runs', '/wide', '/']) {
      assert.equal(named(outside, '/w'), path.resolve(outside));
    }
    assert.equal(named('/w/runs'), path.resolve('/w/runs'));
  });

  it('is found again by how it is named', () => {
    const from = { workspaceFolder: path.resolve('/w'), home: path.resolve('/h') };
    const part = fc.oneof(fc.constantFrom('w', '~', '..', 'runs'), fc.string({ minLength: 1 }).filter(isName));
    fc.assert(
      fc.property(fc.array(part), (parts) => {
        const chosen = path.resolve('/w', ...parts);
        assert.equal(folderOf(folderSetting(chosen, from.workspaceFolder), from), chosen);
      }),
    );
  });
});

/** Whether a text is the name of a folder on every system, and not one that `path` changes. */
function isName(text: string): boolean {
  return /^[^\0/\\:]+$/.test(text) && text !== '.';
}

describe('what people are told that a store is', () => {
  const words = (setting: string, workspaceStorage: string | undefined, folder: string): string =>
    storeWords({ setting, workspaceStorage, folder }, english);

  it('is the workspace’s own, that of windows without a folder, or a folder by its name', () => {
    assert.equal(words('', '/s', '/s/store'), 'this workspace');
    assert.equal(words(' ', undefined, '/g/store'), 'windows without a folder');
    assert.equal(words('~/team/runs', '/s', path.resolve('/h/team/runs')), 'runs');
    assert.equal(words('/', '/s', path.resolve('/')), path.resolve('/'));
  });
});

describe('artifact addresses', () => {
  it('come back as they were', () => {
    const part = fc.string({ minLength: 1 }).filter((text) => !text.includes('/') && !/^\.\.?$/.test(text));
    fc.assert(
      fc.property(fc.array(part), (parts) => {
        const address = { experimentId: '12', runId: 'a1b2', path: parts.join('/') };
        assert.deepEqual(fromUriPath(toUriPath(address)), address);
      }),
    );
  });

  it('show names, and find the file by its ids whatever the names are', () => {
    const address = { experimentId: '12', runId: 'a1b2', path: 'plots/loss.png' };
    const names = { experiment: 'digits', run: 'lr/0.1 ~best' };
    assert.equal(toUriPath(address, names), '/digits~12/lr-0.1 ~best~a1b2/plots/loss.png');
    fc.assert(
      fc.property(fc.string(), fc.string(), (experiment, run) => {
        assert.deepEqual(fromUriPath(toUriPath(address, { experiment, run })), address);
      }),
    );
  });

  it('never climb', () => {
    for (const bad of ['/1/r/../x', '/1/r/a/./b', '/1/..', '/1', '/', '1/r/a', '/1/r//x', '/1/%2e%2e/x']) {
      assert.equal(fromUriPath(bad), undefined, bad);
    }
  });
});

describe('targets of commands', () => {
  const run = { kind: 'run', id: 'run:a', runId: 'a', experimentId: '1' };

  it('are the selection, the item, or what is selected in the tree', () => {
    const other = { kind: 'run', runId: 'b', experimentId: '1' };
    assert.deepEqual(thingsOf(run, [run, other], []).length, 2);
    assert.deepEqual(thingsOf(run, undefined, [other]), [{ kind: 'run', runId: 'a' }]);
    assert.deepEqual(thingsOf(undefined, undefined, [other]), [{ kind: 'run', runId: 'b' }]);
    assert.deepEqual(thingsOf({ experimentId: '3' }, undefined, []), [{ kind: 'experiment', experimentId: '3' }]);
  });

  it('are never the run above a metric or an artifact, nor anything else', () => {
    const below = { kind: 'artifact', runId: 'a', experimentId: '1', path: 'x' };
    for (const bad of [below, { kind: 'group', run }, 'a', 3, null, { runId: 4 }, []]) {
      assert.deepEqual(thingsOf(bad, undefined, []), []);
    }
  });
});

describe('panels', () => {
  const html = panelHtml({
    panel: 'run',
    title: '<b>&"',
    language: 'en',
    cspSource: 'https://src',
    nonce: 'n0nce',
    scriptUri: 'https://src/run.js',
    styleUri: 'https://src/run.css',
    strings: { a: '</script><script>alert(1)</script>' },
  });

  it('may load nothing but their own files', () => {
    const policy = /Content-Security-Policy" content="([^"]*)"/.exec(html)?.[1]?.replaceAll('&#39;', "'");
    assert.equal(
      policy,
      "default-src 'none'; script-src 'nonce-n0nce'; style-src https://src; font-src https://src; " +
        "img-src https://src blob:; connect-src 'none'",
    );
  });

  it('keep texts inside of their block', () => {
    assert.equal(html.match(/<script/g)?.length, 2);
    const data = /id="labbook-strings">(.*?)<\/script>/.exec(html)?.[1] ?? '';
    assert.deepEqual(JSON.parse(data), { a: '</script><script>alert(1)</script>' });
    assert.ok(html.includes('<title>&lt;b&gt;&amp;&quot;</title>'));
    assert.ok(html.includes('<div id="root" data-panel="run"></div>'));
  });

  it('are restored only from what they left behind', () => {
    assert.ok(panelState.safeParse({ subject: { panel: 'compare', runIds: ['a'] }, zoom: 1 }).success);
    for (const bad of [undefined, {}, { subject: { panel: 'run' } }, { subject: { panel: 'x', runId: 'a' } }]) {
      assert.ok(!panelState.safeParse(bad).success);
    }
  });

  it('have their requests checked', () => {
    const series = { runIds: ['a'], keys: ['k'], x: 'step', maxPoints: 500 };
    assert.ok(requests.series.safeParse(series).success);
    for (const bad of [
      { maxPoints: 1 },
      { maxPoints: 1e6 },
      { x: 'no' },
      { range: { min: NaN, max: 1 } },
      { runIds: [''] },
    ]) {
      assert.ok(!requests.series.safeParse({ ...series, ...bad }).success, JSON.stringify(bad));
    }
    assert.ok(!requests.command.safeParse({ command: 'workbench.action.quit', runIds: [] }).success);
    assert.ok(!requests.artifact.safeParse({ runId: 'a', path: 'x', limit: -1 }).success);
  });

  it('hear of their own runs only, once', () => {
    const pending = new PendingNotice();
    const subject = { panel: 'compare', runIds: ['a', 'b'] } as const;
    const change = (runId: string, ...aspects: ('info' | 'metrics' | 'artifacts')[]): boolean =>
      pending.add(
        { revision: 1, experiments: [], runs: [{ run_id: runId, experiment_id: '1', aspects }] },
        { ...subject, runIds: [...subject.runIds] },
      );
    assert.equal(change('other', 'metrics'), false);
    assert.equal(pending.take(), undefined);
    assert.equal(change('a', 'metrics'), true);
    assert.equal(change('b', 'metrics', 'artifacts'), true);
    assert.deepEqual(pending.take(), { runIds: ['a', 'b'], metrics: true, runs: false, artifacts: true });
    assert.equal(pending.take(), undefined);
  });

  it('get values that JSON cannot say', () => {
    const run = toPanelRun(
      {
        info: {
          id: 'r',
          experimentId: '1',
          name: 'n',
          userId: '',
          status: 'RUNNING',
          startTime: 5,
          endTime: undefined,
          stage: 'active',
          artifactUri: '',
        },
        metrics: [
          { key: 'a', value: NaN, step: 2n ** 60n, timestamp: 0 },
          { key: 'b', value: -Infinity, step: -1, timestamp: 0 },
        ],
        params: [],
        tags: [{ key: 'mlflow.runColor', value: 'url(x)' }],
      },
      3,
      'exp',
    );
    assert.deepEqual(
      run.metrics.map(({ value, step }) => [value, step]),
      [
        ['NaN', '1152921504606846976'],
        ['-Infinity', -1],
      ],
    );
    assert.ok(!('colour' in run) && !('endTime' in run));
  });
});

describe('names in messages and picks', () => {
  it('make no links and no icons', () => {
    assert.ok(!inMessage('[run](command:labbook.moveToTrash)').includes(']('));
    assert.equal(inPick('$(trash) x'), '\\$(trash) x');
    assert.equal(inMessage('a\u202eb\nc'), 'a b c');
  });
});

describe('primary metric', () => {
  it('is matched by globs', () => {
    assert.ok(matchesGlob('*val*acc*', 'Val/top1_Acc'));
    assert.ok(!matchesGlob('*val*acc*', 'acc/val'));
    assert.ok(
      matchesGlob('a*b', 'ab') && !matchesGlob('a*b', 'abc') && matchesGlob('*', '') && matchesGlob('a.c', 'a.c'),
    );
    assert.ok(!matchesGlob('a.c', 'abc'));
    // A regular expression of this form would take for ever.
    assert.ok(!matchesGlob('*a'.repeat(20) + 'b', 'a'.repeat(5000)));
  });

  it('is the first pattern’s first hit, else the first metric of the script', () => {
    assert.equal(pickMetric(['train/loss', 'val/acc', 'val/aacc'], ['*val*acc*', '*loss*']), 'val/aacc');
    assert.equal(pickMetric(['system/cpu', 'zeta'], ['*loss*']), 'zeta');
    assert.equal(pickMetric([], ['*']), undefined);
  });
});
