import assert from 'node:assert/strict';
import { openChangeFeed } from '../../../src/client/changeFeed';
import { connectTracking } from '../../../src/client/tracking';
import type { ChangeFeed, TrackingClient } from '../../../src/client/types';
import { formatCount } from '../../../src/core/format';
import type { KeyValue } from '../../../src/core/model';
import { english } from '../../../src/host/platform/text';
import { Catalog } from '../../../src/host/tree/catalog';
import type { Touched } from '../../../src/host/tree/catalogOptions';
import { rowsPerPage, type NodeRef } from '../../../src/host/tree/model';
import { childRefs } from '../../../src/host/tree/nodes';
import { viewOf } from '../../../src/host/tree/nodeViews';
import { experimentRef } from '../../../src/host/tree/refs';
import { parseTreeFilter } from '../../../src/host/tree/treeQuery';
import { startLabbook, until, type LabbookServer } from '../../fakes/labbookServer';
import { script } from './harness';

const start = 1_700_000_000_000;

/** The model of the tree against a real server, as the view feeds it. */
describe('the tree at real sizes', () => {
  let server: LabbookServer;
  let client: TrackingClient;
  let feed: ChangeFeed;
  let catalog: Catalog;
  let touched: Touched[] = [];
  /** Names of the client's calls that read runs. */
  let calls: string[] = [];

  before(async () => {
    server = await startLabbook();
    const real = await connectTracking(server);
    // The real client; it is only written down what is asked of it.
    client = new Proxy(real, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name);
        if (typeof value !== 'function') {
          return value;
        }
        return (...given: unknown[]): unknown => {
          if (name === 'searchRuns' || name === 'getRun') {
            calls.push(name);
          }
          return Reflect.apply(value, target, given);
        };
      },
    });
    feed = openChangeFeed(server, real);
    catalog = new Catalog({
      primaryPatterns: () => ['*loss*'],
      onTouched: (each) => touched.push(each),
      onError: (what, error) => console.error(what, error),
    });
    feed.onChange((batch) => catalog.apply(batch));
    catalog.connect(client);
  });

  after(async () => {
    catalog.dispose();
    feed.dispose();
    client.dispose();
    await server.dispose();
  });

  const ask = <T>(call: string, body: object): Promise<T> => script({ address: server }, call, body) as Promise<T>;
  const experiment = async (name: string): Promise<string> =>
    (await ask<{ experiment_id: string }>('experiments/create', { name })).experiment_id;

  async function run(
    experimentId: string,
    name: string,
    { at = 0, parent, status = 'FINISHED' }: { at?: number; parent?: string; status?: string } = {},
  ): Promise<string> {
    const tags: KeyValue[] = parent === undefined ? [] : [{ key: 'mlflow.parentRunId', value: parent }];
    const body = { experiment_id: experimentId, run_name: name, start_time: start + at, tags };
    const { run: made } = await ask<{ run: { info: { run_id: string } } }>('runs/create', body);
    const id = made.info.run_id;
    if (status !== 'RUNNING') {
      await ask('runs/update', { run_id: id, status, end_time: start + at + 1 });
    }
    return id;
  }

  /** Runs `0`…, each a second younger than the one before. */
  async function fill(experimentId: string, count: number): Promise<string[]> {
    const ids: string[] = [];
    for (let from = 0; from < count; from += 20) {
      const some = Array.from({ length: Math.min(20, count - from) }, (_, i) => from + i);
      ids.push(...(await Promise.all(some.map((i) => run(experimentId, String(i), { at: i * 1000 })))));
    }
    return ids;
  }

  const quiet = async (condition: () => boolean): Promise<void> => {
    assert.ok(await until(condition, 10_000), 'it did not come true in 10 s');
  };
  const labels = (parent: NodeRef): string[] =>
    (childRefs(parent, catalog) ?? []).map((ref) => viewOf(ref, catalog, english)?.label ?? '');
  const rowOf = (parent: NodeRef, label: string): NodeRef => {
    const found = (childRefs(parent, catalog) ?? []).find((ref) => viewOf(ref, catalog, english)?.label === label);
    assert.ok(found, `${label} is shown`);
    return found;
  };
  const loaded = (id: string): number => catalog.experiment(id)?.list?.runs.size ?? -1;
  const descriptionOf = (ref: NodeRef): string | undefined => viewOf(ref, catalog, english)?.description;
  /** Has the first page of an experiment read, which then has so many runs loaded. */
  const afresh = async (id: string, count: number): Promise<void> => {
    catalog.clear();
    catalog.reload();
    await quiet(() => loaded(id) === count && catalog.experiment(id)?.total !== undefined);
  };

  it('lists the models that a run logged with either kind of client, and what they were registered as', async () => {
    const id = await experiment('with models');
    const runId = await run(id, 'logged');
    await run(id, 'none');
    const history = JSON.stringify([{ artifact_path: 'model' }]);
    await ask('runs/set-tag', { run_id: runId, key: 'mlflow.log-model.history', value: history });
    const model = { experiment_id: id, name: 'net', source_run_id: runId };
    const made = await ask<{ model: { info: { model_id: string } } }>('logged-models', model);
    const outputs = [{ model_id: made.model.info.model_id, step: 0 }];
    await ask('runs/outputs', { run_id: runId, models: outputs });
    await ask('registered-models/create', { name: 'digits' });
    await ask('model-versions/create', { name: 'digits', source: `runs:/${runId}/model`, run_id: runId });
    await ask('registered-models/alias', { name: 'digits', alias: 'champion', version: '1' });
    catalog.reload();
    await quiet(() => {
      const logged = catalog.experiment(id)?.list?.runs.get(runId);
      return loaded(id) === 2 && (logged?.outputs?.length ?? 0) === 1 && logged?.tags.length === 2;
    });

    const below = (name: string): string[] => labels(rowOf(experimentRef(id), name));
    assert.deepEqual([below('none'), below('logged')], [['Artifacts'], ['Artifacts', 'Models']]);
    const group = rowOf(rowOf(experimentRef(id), 'logged'), 'Models');
    assert.equal(childRefs(group, catalog), undefined, 'read when it is opened');
    const parent = rowOf(experimentRef(id), 'logged');
    assert.ok(parent.kind === 'run');
    await catalog.loadModels(parent);
    assert.deepEqual(labels(group), ['model', 'net']);
    assert.equal(descriptionOf(group), '2');
    assert.deepEqual(
      (childRefs(group, catalog) ?? []).map((ref) => descriptionOf(ref)),
      ['digits v1 @champion', 'not registered'],
    );
  });

  it('reads again by itself what could not be read at first', async () => {
    let failures = 2;
    const errors: unknown[] = [];
    const unlucky = new Proxy(client, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name);
        return name === 'allExperiments' && failures-- > 0 ? () => Promise.reject(new Error('too busy')) : value;
      },
    });
    const shown = new Catalog({
      primaryPatterns: () => [],
      onTouched: () => undefined,
      onError: (_, error) => errors.push(error),
    });
    try {
      shown.connect(unlucky);
      await quiet(() => shown.experiments.length > 0);
      assert.equal(errors.length, 2);
    } finally {
      shown.dispose();
    }
  });

  it('counts runs that go to the trash and come back beyond the page that is loaded', async () => {
    const id = await experiment('counted');
    const [oldest = ''] = await fill(id, rowsPerPage + 5);
    await afresh(id, rowsPerPage);
    const row = (): string | undefined => descriptionOf(experimentRef(id));
    assert.equal(row(), `${rowsPerPage + 5} runs`);
    for (const [call, count] of [
      ['delete', rowsPerPage + 4],
      ['restore', rowsPerPage + 5],
    ] as const) {
      touched = [];
      await ask(`runs/${call}`, { run_id: oldest });
      await quiet(() => row() === `${count} runs` && touched.some(({ experiments }) => experiments.has(id)));
    }
    assert.equal(loaded(id), rowsPerPage);
  });

  it('counts no lost run as running', async () => {
    const id = await experiment('lost');
    const lost = await run(id, 'lost', { status: 'RUNNING' });
    await quiet(() => loaded(id) === 1);
    const before = catalog.runningRuns;
    catalog.setLost([lost]);
    assert.equal(catalog.runningRuns, before - 1);
    catalog.setLost([]);
    assert.equal(catalog.runningRuns, before);
    await ask('runs/update', { run_id: lost, status: 'FINISHED', end_time: start });
  });

  describe('with more runs than a page', () => {
    const count = 2 * rowsPerPage + 50;
    let id: string;
    let ids: string[];
    const top = (): NodeRef => experimentRef(id);

    before(async () => {
      id = await experiment('many');
      ids = await fill(id, count);
      await afresh(id, rowsPerPage);
    });

    it('shows the first page and says how many there are', () => {
      const rows = labels(top());
      assert.equal(rows.length, rowsPerPage + 1);
      assert.deepEqual(
        [rows[0], rows.at(-2), rows.at(-1)],
        [String(count - 1), String(count - rowsPerPage), 'Load more runs'],
      );
      assert.equal(descriptionOf(top()), `${count} runs`);
    });

    it('reads one page for one more page, also after runs of the first were deleted', async () => {
      await ask('runs/delete', { run_id: ids[count - 1] });
      await quiet(() => loaded(id) === rowsPerPage - 1);
      await quiet(() => descriptionOf(top()) === `${count - 1} runs`);
      calls = [];
      await catalog.loadMore(id);
      assert.deepEqual(calls, ['searchRuns']);
      assert.equal(loaded(id), 2 * rowsPerPage - 1);
      assert.equal(labels(top()).at(-2), String(count - 2 * rowsPerPage));
      calls = [];
      await catalog.loadMore(id);
      assert.deepEqual(calls, ['searchRuns']);
      assert.deepEqual(labels(top()).slice(-2), ['1', '0'], 'all, in their order, and no row for more');
      await ask('runs/restore', { run_id: ids[count - 1] });
      await quiet(() => labels(top())[0] === String(count - 1));
      assert.equal(loaded(id), count);
    });

    it('reads and redraws of a live run its own row only', async () => {
      const live = await run(id, 'live', { at: 1e9, status: 'RUNNING' });
      await quiet(() => catalog.runningRuns === 1);
      await quiet(() => descriptionOf(top()) === `${count + 1} runs · 1 running`);
      await ask('runs/log-metric', { run_id: live, key: 'loss', value: 1.5, timestamp: start, step: 0 });
      const row = rowOf(top(), 'live');
      await quiet(() => descriptionOf(row) === '1.500 · 0');
      await quiet(() => touched.at(-1)?.runs.has(live) === true || touched.at(-1)?.experiments.has(id) === true);
      const { forest } = catalog.experiment(id)?.list ?? {};
      for (let step = 1; step <= 3; step += 1) {
        [calls, touched] = [[], []];
        await ask('runs/log-metric', { run_id: live, key: 'loss', value: 1.5 / step, timestamp: start, step });
        await quiet(() => descriptionOf(row)?.endsWith(` · ${step}`) === true && touched.length > 0);
        assert.deepEqual(calls, ['getRun']);
        for (const each of touched) {
          assert.deepEqual([each.all, [...each.experiments], [...each.runs.keys()]], [false, [], [live]]);
        }
      }
      assert.equal(catalog.experiment(id)?.list?.forest, forest, 'nothing was put in order again');
      await ask('runs/delete', { run_id: live });
      await quiet(() => catalog.runningRuns === 0);
    });

    it('shows a run under its new name, at its place', async () => {
      const before = labels(top()).indexOf('7');
      await ask('runs/update', { run_id: ids[7], run_name: 'seven' });
      await quiet(() => labels(top())[before] === 'seven');
    });

    it('shows a run that is put below another there, and at the top again', async () => {
      await ask('runs/set-tag', { run_id: ids[9], key: 'mlflow.parentRunId', value: ids[8] });
      await quiet(() => !labels(top()).includes('9'));
      assert.ok(labels(rowOf(top(), '8')).includes('9'));
      await ask('runs/delete-tag', { run_id: ids[9], key: 'mlflow.parentRunId' });
      await quiet(() => labels(top()).includes('9'));
    });

    it('leaves what is beyond the pages alone when it changes, but shows what runs there', async () => {
      await afresh(id, rowsPerPage);
      await ask('runs/set-tag', { run_id: ids[3], key: 'note', value: 'x' });
      await ask('runs/set-tag', { run_id: ids[count - 1], key: 'note', value: 'x' });
      await quiet(
        () =>
          catalog
            .experiment(id)
            ?.list?.runs.get(ids[count - 1] ?? '')
            ?.tags.some(({ key }) => key === 'note') === true,
      );
      assert.equal(loaded(id), rowsPerPage);
      await ask('runs/update', { run_id: ids[4], status: 'RUNNING' });
      await quiet(() => labels(top()).at(-2) === '4');
      assert.equal(catalog.runningRuns, 1);
      catalog.reload();
      await quiet(() => touched.at(-1)?.experiments.has(id) === true);
      assert.ok(labels(top()).includes('4'), 'also when all is read afresh');
      await ask('runs/update', { run_id: ids[4], status: 'FINISHED', end_time: start });
      await quiet(() => catalog.runningRuns === 0);
    });

    it('reads runs at once that changed at once', async () => {
      [calls, touched] = [[], []];
      const some = ids.slice(count - 60, count);
      await Promise.all(some.map((each) => ask('runs/set-tag', { run_id: each, key: 'again', value: 'y' })));
      const tagged = (): number =>
        [...(catalog.experiment(id)?.list?.runs.values() ?? [])].filter((each) =>
          each.tags.some(({ key }) => key === 'again'),
        ).length;
      await quiet(() => tagged() === some.length);
      // How many depends on how long the writes took; one for each run is what must not be.
      assert.ok(calls.length <= some.length / 3, `${calls.length} reads for ${some.length} runs`);
    });

    it('pages what a filter finds, where the server knows it and where it does not', async () => {
      for (const text of ["attributes.run_name != '5'", "attributes.run_name != '5' or params.none = '1'"]) {
        const parsed = parseTreeFilter(text);
        assert.ok(parsed.ok);
        const before = catalog.experiment(id)?.list;
        catalog.setQuery({ sort: 'newest', filter: parsed.filter });
        await quiet(
          () => catalog.experiment(id)?.list !== before && descriptionOf(top())?.endsWith('+ found') === true,
        );
        await catalog.loadMore(id);
        await catalog.loadMore(id);
        assert.equal(loaded(id), count - 1);
        assert.ok(!labels(top()).includes('5'));
      }
      catalog.setQuery({ sort: 'newest' });
    });
  });

  it('nests three levels across pages, and pages children', async () => {
    const id = await experiment('nested');
    const top = experimentRef(id);
    const grandparent = await run(id, 'grandparent');
    const parent = await run(id, 'parent', { at: 1, parent: grandparent });
    // Older than what fills the first page: on a later page than its parent and its sister.
    await run(id, 'hidden child', { at: 2, parent });
    for (let i = 0; i < rowsPerPage + 5; i += 1) {
      await run(id, `filling ${i}`, { at: 10 + i });
    }
    await run(id, 'young child', { at: 1000, parent });
    await afresh(id, rowsPerPage + 2);
    assert.deepEqual(labels(top).slice(-2), ['grandparent', 'Load more runs']);
    assert.ok(!labels(top).includes('young child') && !labels(top).includes('parent'));
    const below = async (label: string, ref: NodeRef): Promise<NodeRef> => {
      const row = rowOf(ref, label);
      if (childRefs(row, catalog) === undefined && row.kind === 'run') {
        await catalog.loadChildren(row.experimentId, row.runId);
      }
      return row;
    };
    const middle = await below('parent', await below('grandparent', top));
    assert.deepEqual(labels(middle).slice(0, 2), ['young child', 'hidden child']);
    for (let i = 0; i < rowsPerPage + 1; i += 1) {
      await run(id, `leaf ${i}`, { at: 5000 + i, parent });
    }
    await afresh(id, rowsPerPage + 2);
    const again = await below('parent', await below('grandparent', top));
    assert.equal(labels(again)[rowsPerPage], 'Load more runs');
    await catalog.loadMore(id, again.id);
    assert.ok(labels(again).includes('hidden child') && !labels(again).includes('Load more runs'));
  });

  it('loads pages on until there is a row more, where runs stand below one that is there', async () => {
    const id = await experiment('sweep');
    const top = experimentRef(id);
    await run(id, 'lonely');
    const sweep = await run(id, 'sweep', { at: 1 });
    for (let i = 0; i < 2 * rowsPerPage; i += 1) {
      await run(id, `trial ${i}`, { at: 10 + i, parent: sweep });
    }
    await afresh(id, rowsPerPage + 1);
    assert.deepEqual(labels(top), ['sweep', 'Load more runs']);
    await catalog.loadMore(id);
    assert.deepEqual(labels(top), ['sweep', 'lonely']);
  });

  it('pages 12,000 metrics of a run', async () => {
    const id = await experiment('wide');
    const wide = await run(id, 'wide');
    for (let from = 0; from < 12_000; from += 1000) {
      const metrics = Array.from({ length: 1000 }, (_, i) => ({
        key: `m${String(from + i).padStart(5, '0')}`,
        value: i,
        timestamp: start,
        step: 0,
      }));
      await ask('runs/log-batch', { run_id: wide, metrics });
    }
    const list = (): NodeRef => rowOf(rowOf(experimentRef(id), 'wide'), 'Metrics');
    const hasList = (): boolean => loaded(id) === 1 && labels(rowOf(experimentRef(id), 'wide')).includes('Metrics');
    await quiet(() => hasList() && descriptionOf(list()) === formatCount(12_000));
    assert.equal(labels(list()).length, rowsPerPage + 1);
    assert.equal(labels(list()).at(-1), 'Show more');
    touched = [];
    await catalog.loadMore(id, list().id);
    assert.deepEqual(touched[0]?.elements, [list().id]);
    assert.equal(labels(list()).length, 2 * rowsPerPage + 1);
    assert.equal(labels(list())[rowsPerPage], 'm00200');
  });

  it('shows odd names of metrics in one harmless line, and finds their rows again', async () => {
    const id = await experiment('odd');
    const odd = await run(id, 'odd');
    const keys = [
      'a/b/c',
      'loss: val',
      'with  spaces',
      '-',
      '_',
      'ünï',
      '训练/损失',
      'm.1',
      '.hidden',
      'constructor',
      '__proto__',
    ];
    const metrics = keys.map((key) => ({ key, value: 0.5, timestamp: start, step: 0 }));
    await ask('runs/log-batch', { run_id: odd, metrics });
    const list = (): NodeRef => rowOf(rowOf(experimentRef(id), 'odd'), 'Metrics');
    const hasList = (): boolean => loaded(id) === 1 && labels(rowOf(experimentRef(id), 'odd')).includes('Metrics');
    await quiet(() => hasList() && descriptionOf(list()) === formatCount(keys.length));
    const refs = childRefs(list(), catalog) ?? [];
    assert.equal(new Set(refs.map((ref) => ref.id)).size, keys.length);
    assert.deepEqual(refs.map((ref) => viewOf(ref, catalog, english)?.label).sort(), [...keys].sort());
    assert.deepEqual([...new Set(refs.map((ref) => descriptionOf(ref)))], ['0.5000 · step 0']);
  });

  it('takes renamed and deleted experiments over', async () => {
    const id = await experiment('before');
    await run(id, 'one');
    await quiet(() => loaded(id) === 1);
    await ask('experiments/update', { experiment_id: id, new_name: 'after' });
    await quiet(() => viewOf(experimentRef(id), catalog, english)?.label === 'after');
    await ask('experiments/delete', { experiment_id: id });
    await quiet(() => catalog.experiment(id) === undefined);
    await ask('experiments/restore', { experiment_id: id });
    await quiet(() => loaded(id) === 1);
  });
});
