import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, symlink, writeFile, mkdir } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { readChartDefaults } from '../../../src/host/panels/chartDefaults';
import { ExperimentFacts } from '../../../src/host/panels/experimentFacts';
import { forEachRun } from '../../../src/host/panels/bulk';
import { matchingRuns } from '../../../src/host/panels/matchingRuns';
import { experimentRequests, panelSubject } from '../../../src/host/panels/messages';
import { PendingNotice } from '../../../src/host/panels/notices';
import { OpenPanel } from '../../../src/host/panels/openPanel';
import { placeOfViews } from '../../../src/host/panels/placeOfViews';
import { SavedViews } from '../../../src/host/panels/savedViews';
import { keyOf } from '../../../src/host/panels/subjects';
import { ExperimentMarks } from '../../../src/host/platform/experimentMarks';
import type { Session } from '../../../src/host/platform/connection';
import type { PanelSubject } from '../../../src/protocol/panels';
import { until } from '../../fakes/labbookServer';

const words = (message: string, ...values: (string | number)[]): string =>
  message.replace(/\{(\d)\}/g, (_, i: string) => String(values[Number(i)]));

describe('runs that meet a condition', () => {
  it('are found by the server where MLflow knows the condition, else among all runs, which are read once', async () => {
    const filters: (string | undefined)[] = [];
    const run = (id: string, artifactUri: string) => ({
      info: { id, name: id, artifactUri, status: 'FINISHED', startTime: 1, experimentId: '1', userId: '' },
      params: [],
      tags: [],
      metrics: [],
    });
    const client = {
      allRuns: (query: { filter?: string }) => {
        filters.push(query.filter);
        const all = [run('a', 'mlflow-artifacts:/1/a'), run('b', 's3://bucket/b')];
        return Promise.resolve(query.filter === undefined ? all : all.slice(0, 1));
      },
    };
    const ask = (...conditions: string[]) =>
      matchingRuns(client as never, ['1'], conditions, new AbortController().signal);
    const conditions = ['dataset.name = "x"', 'artifact_uri ~ "^s3:"', 'not artifact_uri ~ "^s3:"'];
    assert.deepEqual(await ask(...conditions), [['a'], ['b'], ['a']]);
    assert.deepEqual(filters, ['dataset.name = "x"', undefined]);
    await assert.rejects(ask('artifact_uri ~'), Error);
  });
});

describe('settings of charts', () => {
  const read = (values: Record<string, unknown>) =>
    readChartDefaults({ getConfiguration: () => ({ get: (id: string) => values[id] }) as never });

  it('are handed to panels, what does not fit as if it was not set', () => {
    const plain = { x: 'step', smoothing: 0, smoothingKind: 'ema', clip: false, bands: true };
    assert.deepEqual(read({}), plain);
    const values = { smoothing: 0.6, smoothingKind: 'gaussian', xAxis: 'wall', clipOutliers: true, minMax: false };
    const ids = Object.fromEntries(Object.entries(values).map(([key, value]) => [`labbook.charts.${key}`, value]));
    assert.deepEqual(read(ids), { x: 'time', smoothing: 0.6, smoothingKind: 'gaussian', clip: true, bands: false });
    assert.deepEqual(
      read({
        'labbook.charts.smoothing': 7,
        'labbook.charts.smoothingKind': 'toString',
        'labbook.charts.xAxis': 'toString',
        'labbook.charts.minMax': 'no',
      }),
      { ...plain, smoothing: 1 },
    );
  });
});

describe('a panel that a command shows a view in', () => {
  it('is told when its page asks for the views, and again after it was hidden', () => {
    const sent: unknown[] = [];
    let changed = (): void => undefined;
    const tab = {
      active: true,
      visible: true,
      reveal: () => undefined,
      onDidChangeViewState: (listener: () => void) => {
        changed = listener;
        return { dispose: () => undefined };
      },
    };
    const subject = { panel: 'experiment', experimentId: '1' } as const;
    const panel = new OpenPanel(tab as never, subject, () => ({
      notify: (name, data) => void sent.push([name, data]),
    }));
    panel.showView('a');
    assert.deepEqual(sent, []);
    panel.listen();
    panel.listen();
    panel.showView('b');
    tab.visible = false;
    changed();
    tab.visible = true;
    changed();
    panel.showView('c');
    const shown = (name: string): unknown => ['showView', { name }];
    assert.deepEqual(sent, [shown('a'), shown('b')]);
    panel.listen();
    panel.saveView(undefined);
    panel.saveView('d');
    assert.deepEqual(sent.slice(2), [shown('c'), ['saveView', {}], ['saveView', { name: 'd' }]]);
  });
});

describe('saved views', () => {
  let folder: string;
  let views: SavedViews;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'labbook-views-'));
    views = new SavedViews(() => path.join(folder, 'a', 'views'), words);
  });
  afterEach(() => rm(folder, { recursive: true }));
  const fileOf = (name: string) => path.join(folder, 'a', 'views', `${name}.json`);

  it('are JSON files that people can read and compare, with a mark of what they are', async () => {
    assert.deepEqual(await views.list(), []);
    await views.save('best of März', '{"sort":[{"key":"val/acc"}],"schema":"other"}', null);
    const text = await readFile(fileOf('best of März'), 'utf8');
    assert.equal(text, '{\n  "schema": "labbook.view/1",\n  "sort": [\n    {\n      "key": "val/acc"\n    }\n  ]\n}\n');
    assert.deepEqual(await views.list(), [{ name: 'best of März', content: '{"sort":[{"key":"val/acc"}]}' }]);
    await views.save('best of März', '{"sort":[]}', '{"sort":[{"key":"val/acc"}]}');
    await views.save('b', '{}', null);
    assert.deepEqual(
      (await views.list()).map(({ name, content }) => [name, content]),
      [
        ['b', '{}'],
        ['best of März', '{"sort":[]}'],
      ],
    );
    await views.delete('b');
    await views.delete('not there');
    assert.deepEqual(await readdir(path.join(folder, 'a', 'views')), ['best of März.json']);
  });

  it('say what is wrong with a file, beside those that are right', async () => {
    await views.save('good', '{}', null);
    await writeFile(fileOf('broken'), '{"a":');
    await writeFile(fileOf('comma'), '{\r\n  "a at position 1": 1,\n  "b": [1,, 2]\n}');
    await writeFile(fileOf('conflict'), '{\n<<<<<<< HEAD\n  "a": 1\n=======\n  "a": 2\n>>>>>>> theirs\n}\n');
    await writeFile(fileOf('empty'), '');
    await writeFile(fileOf('twice'), '{"a":1,"a":2,}');
    await writeFile(fileOf('deep'), '['.repeat(900_000));
    await writeFile(fileOf('list'), '[]');
    await writeFile(fileOf('newer'), '{"schema":"labbook.view/9"}');
    await writeFile(fileOf('huge'), ' '.repeat(1_000_001));
    await mkdir(fileOf('folder'));
    await symlink('/etc/passwd', fileOf('link'));
    const problems = Object.fromEntries((await views.list()).map(({ name, problem }) => [name, problem]));
    assert.deepEqual(problems, {
      broken: 'This file is no JSON object: see line 1, column 6.',
      comma: 'This file is no JSON object: see line 3, column 11.',
      conflict: 'This file has merge conflicts. Resolve them first.',
      deep: 'This file is no JSON object.',
      empty: 'This file is no JSON object: see line 1, column 1.',
      folder: 'This is no file.',
      good: undefined,
      huge: 'This file is too large for a view.',
      link: 'This is no file.',
      list: 'This file is no JSON object.',
      newer: 'This view was written by another version of Labbook.',
      twice: 'This file is no JSON object: see line 1, column 14.',
    });
  });

  it('are not replaced where they are not what whoever saves has seen', async () => {
    const save = (content: string, was: string | null): Promise<string> => views.save('team', content, was);
    const told = await save('{"query":"a","schema":7}', null);
    assert.equal(told, (await views.list())[0]?.content);
    await writeFile(fileOf('team'), '{"query":"theirs"}');
    await assert.rejects(save('{"query":"b"}', told), /“team” was changed on disk/);
    await assert.rejects(save('{"query":"b"}', null), /“team” was changed on disk/);
    assert.equal(await readFile(fileOf('team'), 'utf8'), '{"query":"theirs"}');
    await save('{"query":"b"}', '{"query":"theirs"}');
    await rm(fileOf('team'));
    await assert.rejects(save('{"query":"c"}', '{"query":"b"}'), /“team” was changed on disk/);
    await save('{"query":"c"}', null);
    await writeFile(fileOf('team'), '<<<<<<< ');
    await assert.rejects(save('{"query":"d"}', '{"query":"c"}'), /“team” was changed on disk/);
    await save('{"query":"d"}', '');
    assert.deepEqual(await views.list(), [{ name: 'team', content: '{"query":"d"}' }]);
  });

  it('have a file that can be opened at the place where it is wrong', async () => {
    await views.save('good', '{}', null);
    await writeFile(fileOf('comma'), '{\n  "b": [1,, 2]\n}');
    await writeFile(fileOf('conflict'), '{\n  "a": 1,\n<<<<<<< HEAD\n');
    await writeFile(path.join(folder, 'a', 'outside.json'), '{}');
    const at = async (name: string): Promise<[string, number, number]> => {
      const { file, line, column } = await views.locate(name);
      return [path.relative(folder, file), line, column];
    };
    assert.deepEqual(await at('good'), ['a/views/good.json', 1, 1]);
    assert.deepEqual(await at('comma'), ['a/views/comma.json', 2, 11]);
    assert.deepEqual(await at('conflict'), ['a/views/conflict.json', 3, 1]);
    await symlink('/etc/passwd', fileOf('link'));
    for (const name of ['../outside', 'none', 'link', '']) {
      await assert.rejects(views.locate(name), /There is no file of the view/);
    }
  });

  it('say of a name why it will not do', () => {
    assert.equal(views.faultOf('Best'), undefined);
    assert.match(views.faultOf('a/b') ?? '', /cannot have/);
    assert.match(views.faultOf('con') ?? '', /cannot be the name/);
  });

  it('stay in their folder, whatever they are called', async () => {
    await writeFile(path.join(folder, 'outside.json'), 'mine');
    await mkdir(path.join(folder, 'a', 'views'), { recursive: true });
    await symlink(path.join(folder, 'outside.json'), fileOf('link'));
    await views.save('link', '{}', '');
    const odd = [
      '../../outside',
      '..',
      '.',
      '',
      ' ',
      '.hidden',
      'a/b',
      'a\\b',
      'c:x',
      'x\0',
      'CON',
      'nul.txt',
      'a.',
      '\n',
    ];
    for (const name of [...odd, '/etc/x', 'x'.repeat(101)]) {
      await assert.rejects(views.save(name, '{}', null), Error, JSON.stringify(name));
      await assert.rejects(views.delete(name), Error, JSON.stringify(name));
    }
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 12 }), async (name) => {
        await views.save(name, '{}', null).catch(() => undefined);
        await views.delete(name).catch(() => undefined);
      }),
      { numRuns: 40 },
    );
    assert.equal(await readFile(path.join(folder, 'outside.json'), 'utf8'), 'mine');
    assert.deepEqual((await readdir(folder)).sort(), ['a', 'outside.json']);
    assert.deepEqual(await readdir(path.join(folder, 'a')), ['views']);
  });

  it('say in plain words why the system does not take them', async () => {
    await mkdir(path.join(folder, 'a'));
    await writeFile(path.join(folder, 'a', 'views'), 'a file');
    const there = path.join(folder, 'a', 'views');
    const inTheWay = `The folder of the views cannot be made, as a file is in its way: ${there}`;
    await assert.rejects(views.save('team', '{}', null), { message: inTheWay });
    assert.deepEqual(await views.list(), []);
    await views.delete('team');
    assert.match(views.faultOf('長'.repeat(80)) ?? '', /cannot be the name of a file/);
    assert.equal(views.faultOf('長'.repeat(70)), undefined);
  });

  it('are listed while others replace their files', async () => {
    await views.save('stays', '{}', null);
    let isOver = false;
    const replacing = (async () => {
      while (!isOver) {
        await Promise.all(['x', 'y', 'z'].map((name) => writeFile(fileOf(name), '{}')));
        await Promise.all(['x', 'y', 'z'].map((name) => rm(fileOf(name), { force: true })));
      }
    })();
    try {
      for (let i = 0; i < 200; i++) {
        const names = (await views.list()).map(({ name }) => name);
        assert.ok(names.includes('stays'));
      }
    } finally {
      isOver = true;
      await replacing;
    }
  });

  it('lie where the setting says: in the project, or at a place of its own, for which no folder has to be open', () => {
    const of = (setting: string, workspaceFolder: string | undefined = '/work/project') =>
      placeOfViews(setting, { workspaceFolder, home: '/home/ada' });
    assert.equal(of('.labbook/views'), path.resolve('/work/project/.labbook/views'));
    assert.equal(of(' '), path.resolve('/work/project/.labbook/views'));
    assert.equal(of('../shared'), path.resolve('/work/shared'));
    for (const workspaceFolder of ['/work/project', undefined]) {
      assert.equal(of('~/views', workspaceFolder), path.resolve('/home/ada/views'));
      assert.equal(of(path.resolve('/shared/views'), workspaceFolder), path.resolve('/shared/views'));
    }
    for (const setting of ['.labbook/views', '', '~ada/views', '../shared']) {
      assert.equal(placeOfViews(setting, { workspaceFolder: undefined, home: '/home/ada' }), undefined);
    }
  });

  it('are refused where they are no JSON object, or where no folder is open', async () => {
    for (const content of ['', '1', '[]', 'null', '{']) {
      await assert.rejects(views.save('a', content, null), /no JSON object/);
    }
    const nowhere = new SavedViews(() => undefined, words);
    await assert.rejects(nowhere.save('a', '{}', null), /open a folder first/);
    assert.deepEqual(await nowhere.list(), []);
  });
});

describe('changes of many runs', () => {
  it('are all tried, a few at a time, whatever fails', async () => {
    let now = 0;
    let most = 0;
    const tried: string[] = [];
    const ids = Array.from({ length: 50 }, (_, i) => String(i));
    const { done, errors } = await forEachRun(ids, new AbortController().signal, async (id) => {
      tried.push(id);
      most = Math.max(most, ++now);
      await Promise.resolve();
      now--;
      if (Number(id) % 10 === 3) {
        throw new Error(id);
      }
    });
    assert.deepEqual(tried, ids);
    assert.deepEqual([done, errors.length, most], [45, 5, 8]);
  });

  it('end when nobody waits any more', async () => {
    const aborter = new AbortController();
    const { done } = await forEachRun(['a', 'b', 'c', ...'defghijklmn'], aborter.signal, async () => {
      aborter.abort();
      return Promise.resolve();
    });
    assert.ok(done <= 8);
  });
});

describe('messages of the experiment panel', () => {
  it('are taken as the contract says', () => {
    for (const [name, params] of [
      ['tableRows', {}],
      ['tableRows', { runIds: ['a'] }],
      ['tableColumns', { columns: [{ kind: 'metricAt', key: 'loss', step: -4 }] }],
      ['setTag', { runIds: ['a'], key: 'k', value: '' }],
      ['setTag', { runIds: ['a'], key: 'k' }],
      ['setBaseline', {}],
      ['setPrimaryMetric', { key: 'loss', aggregate: 'min' }],
      ['saveFile', { name: 'a.csv', content: new ArrayBuffer(3) }],
      ['openChart', { metric: '<b>/損失', runIds: [] }],
      ['copyText', { parts: [new ArrayBuffer(3)] }],
      [
        'exportRuns',
        {
          name: 'a',
          format: 'parquet',
          runIds: ['a'],
          columns: [
            { name: 'Name', field: { kind: 'attribute', key: 'name' } },
            { name: '=loss', field: { kind: 'metric', key: 'loss', aggregate: 'min' } },
          ],
        },
      ],
    ] as const) {
      assert.doesNotThrow(() => experimentRequests[name].parse(params), name);
    }
  });

  it('are refused where they are anything else', () => {
    const hostile: [keyof typeof experimentRequests, unknown][] = [
      ['tableRows', { runIds: 'a' }],
      ['tableRows', { runIds: [''] }],
      ['tableRows', { runIds: Array.from({ length: 50_001 }, () => 'a') }],
      ['tableColumns', {}],
      ['tableColumns', { columns: [{ kind: 'sql', key: 'x' }] }],
      ['tableColumns', { columns: [{ kind: 'metric', key: 'x', aggregate: '1; DROP TABLE runs' }] }],
      ['tableColumns', { columns: [{ kind: 'metricAt', key: 'x', step: 0.5 }] }],
      ['tableColumns', { columns: Array.from({ length: 1001 }, () => ({ kind: 'tag', key: 'x' })) }],
      ['setName', { runId: 'a', name: '  ' }],
      ['setName', { runId: { $ne: 1 }, name: 'x' }],
      ['setTag', { runIds: ['a'], key: '', value: 'x' }],
      ['setTag', { runIds: ['a'], key: 'k', value: 5 }],
      ['setDirection', { key: '__proto__', better: 'sideways' }],
      ['saveFile', { name: 'a', content: { length: 3 } }],
      ['saveFile', { name: '', content: '' }],
      ['saveView', { name: 7, content: '{}', was: null }],
      ['saveView', { name: 'a', content: '{}' }],
      ['openViewFile', { name: '' }],
      ['openChart', { metric: '', runIds: [] }],
      ['copyText', {}],
      ['copyText', { parts: ['text'] }],
      ['exportRuns', { name: 'a', format: 'exe', runIds: ['a'], columns: [] }],
      [
        'exportRuns',
        { name: 'a', format: 'csv', runIds: [], columns: [{ name: 'a', field: { kind: 'tag', key: 'a' } }] },
      ],
      [
        'exportRuns',
        {
          name: 'a',
          format: 'csv',
          runIds: ['a'],
          columns: [{ name: 'a', field: { kind: 'attribute', key: 'token' } }],
        },
      ],
    ];
    for (const [name, params] of hostile) {
      assert.throws(() => experimentRequests[name].parse(params), `${name} ${JSON.stringify(params).slice(0, 80)}`);
      assert.throws(() => experimentRequests[name].parse(undefined), name);
    }
  });
});

describe('panels of several experiments, and of a chart', () => {
  const subject: PanelSubject = { panel: 'experiment', experimentId: '1', moreExperimentIds: ['2', '1'] };

  it('are restored, and found again, whatever the order', () => {
    assert.deepEqual(panelSubject.parse(subject), subject);
    assert.equal(keyOf(subject), keyOf({ panel: 'experiment', experimentId: '2', moreExperimentIds: ['1'] }));
    assert.notEqual(keyOf(subject), keyOf({ panel: 'experiment', experimentId: '1' }));
    const chart: PanelSubject = { panel: 'chart', metric: 'loss', runIds: ['a', 'b'] };
    assert.deepEqual(panelSubject.parse(chart), chart);
    assert.notEqual(keyOf(chart), keyOf({ ...chart, metric: 'acc' }));
  });

  it('hear of runs of each of them that are new, changed or gone', () => {
    const pending = new PendingNotice();
    const runs = ['1', '2', '3'].map((id) => ({ run_id: `r${id}`, experiment_id: id, aspects: ['info' as const] }));
    assert.equal(pending.add({ revision: 1, experiments: [], runs }, subject), true);
    assert.deepEqual(pending.take(), { runIds: ['r1', 'r2'], metrics: false, runs: true, artifacts: false });
  });
});

describe('facts of an experiment panel', () => {
  const own: PanelSubject = { panel: 'experiment', experimentId: '1' };
  /** A server with one experiment, a memory, settings; and what the panel is told. */
  function scene({ readOnly = false, subject = own }: { readOnly?: boolean; subject?: PanelSubject } = {}) {
    const experiment = { id: '1', name: 'first', stage: 'active', tags: [] as { key: string; value: string }[] };
    const memory = new Map<string, unknown>();
    const settings: Record<string, unknown> = {};
    const told: string[] = [];
    const session = {
      server: { info: { read_only: readOnly } },
      client: {
        has: () => !readOnly,
        getExperiment: () => Promise.resolve(structuredClone(experiment)),
        setExperimentTag: (_id: string, key: string, value: string) => {
          experiment.tags = [{ key, value }];
          return Promise.resolve();
        },
      },
    } as unknown as Session;
    const memento = {
      get: (key: string) => memory.get(key),
      update: (key: string, value: unknown) => Promise.resolve(void memory.set(key, value)),
      keys: () => [...memory.keys()],
    } as unknown as ConstructorParameters<typeof ExperimentMarks>[0];
    const facts = new ExperimentFacts({
      subject,
      session: () => Promise.resolve(session),
      marks: new ExperimentMarks(memento),
      memory: memento,
      workspace: { getConfiguration: () => ({ get: (id: string) => settings[id] }) } as never,
      onFacts: () => told.push('facts'),
      onDirection: () => told.push('direction'),
      onStages: () => told.push('stages'),
      onError: (error) => told.push(String(error)),
    });
    return { facts, experiment, memory, settings, told };
  }

  it('come from the experiment, the settings and what the user said', async () => {
    const { facts, settings, told } = scene();
    settings['labbook.table.digits'] = 99;
    settings['labbook.metrics.lowerIsBetter'] = 'no list';
    await facts.setPrimaryMetric({ key: 'val loss', aggregate: 'min' });
    await facts.setDirection('__proto__', 'lower');
    await facts.setDirection('val loss', 'higher');
    await facts.setDirection('val loss', undefined);
    // Every panel hears of it, so that all show the same.
    assert.deepEqual(told, ['direction', 'direction', 'direction']);
    const read = await facts.read();
    assert.deepEqual(read.experiments, [{ id: '1', name: 'first' }]);
    assert.deepEqual(read.primaryMetric, { key: 'val loss', aggregate: 'min' });
    assert.equal(read.digits, 17);
    assert.ok(read.lowerIsBetter.includes('*loss*') && read.higherIsBetter.includes('*acc*'));
    assert.deepEqual(Object.keys(read.directions), ['__proto__']);
    const { lowerIsBetter, higherIsBetter, directions, digits } = read;
    // What the panels of runs and comparisons are told.
    assert.deepEqual(facts.ofMetrics(), { lowerIsBetter, higherIsBetter, directions, digits });
    assert.equal(read.canWrite, true);
    facts.dispose();
  });

  it('are remembered by the workspace where the server is read-only', async () => {
    const { facts, experiment, memory } = scene({ readOnly: true });
    await facts.setBaseline('r1');
    assert.deepEqual(experiment.tags, []);
    assert.ok([...memory.values()].includes('r1'));
    const read = await facts.read();
    assert.deepEqual([read.baseline, read.canWrite, read.figuresOfNewest], ['r1', false, 200]);
    facts.dispose();
  });

  it('tell the panel when they are others, and only then', async () => {
    const { facts, experiment, settings, told } = scene();
    facts.check();
    await facts.read();
    settings['labbook.table.digits'] = 6;
    facts.check();
    assert.ok(await until(() => told.length === 1));
    experiment.stage = 'deleted';
    facts.check();
    assert.ok(await until(() => told.length === 3));
    assert.deepEqual((await facts.read()).experiments, [{ id: '1', name: 'first', isDeleted: true }]);
    await facts.setBaseline('r2');
    assert.ok(await until(() => told.length === 4));
    // That it is in the trash is a fact, too.
    assert.deepEqual(told, ['facts', 'facts', 'stages', 'facts']);
    facts.dispose();
  });

  it('are of a panel of runs the metric that is looked at first, as soon as it was told one', async () => {
    const { facts, experiment, told } = scene({ subject: { panel: 'run', runId: 'r' } });
    const primary = (): string | undefined => facts.primaryOf(experiment as never, ['loss', 'acc']);
    assert.deepEqual([facts.isOf(['1']), primary()], [false, 'loss']);
    assert.deepEqual([facts.isOf(['2', '1']), facts.isOf(['2'])], [true, false]);
    experiment.tags = [{ key: 'other', value: 'acc' }];
    facts.check();
    experiment.tags = [{ key: 'labbook.primaryMetric', value: 'acc max' }];
    facts.check();
    assert.ok(await until(() => told.length > 0));
    assert.deepEqual([told, primary()], [['facts'], 'acc']);
    facts.dispose();
  });

  it('tell of a mark that only the workspace remembers', async () => {
    const kept: string[] = [];
    const memory = { get: () => undefined, update: () => Promise.resolve(), keys: () => [] };
    const marks = new ExperimentMarks(memory);
    marks.onKept(() => kept.push('kept'));
    const session = { server: { info: { read_only: true } } } as Session;
    await marks.setPrimaryMetric(session, '1', { key: 'acc', aggregate: 'max' });
    assert.deepEqual(kept, ['kept']);
    marks.dispose();
  });
});
