import assert from 'node:assert/strict';
import type { Int64, Metric } from '../../../src/core/model';
import { experimentEndpoints } from '../../../src/server/api/experiments';
import { runEndpoints } from '../../../src/server/api/runs';
import { LocalFolders } from '../../../src/server/artifacts/localFolders';
import type { Store } from '../../../src/server/store/types';
import { Scene } from '../store/support';

const scene = new Scene();

interface Answer {
  runs?: { info: { run_id: string } }[];
  experiments?: { name: string }[];
  next_page_token?: string;
}

/** What the endpoint answers, or the error that it throws. */
async function ask(store: Store, path: '/runs/search' | '/experiments/search', request: object): Promise<Answer> {
  const folders = new LocalFolders({ store: store.folder, workspace: undefined, allowed: [] });
  const endpoint = [...runEndpoints(store), ...experimentEndpoints(store, folders)].find((each) => each.path === path);
  return (await endpoint?.handle(request)) as Answer;
}

async function makeRun(store: Store, id: string, startTime: Int64, value?: number): Promise<void> {
  await store.write({ kind: 'createRun', runId: id, experimentId: '0', name: id, userId: '', startTime, tags: [] });
  const metrics: Metric[] = value === undefined ? [] : [{ key: 'm', value, timestamp: 0, step: 0 }];
  await store.write({ kind: 'log', runId: id, metrics, params: [{ key: 'p', value: `${id}'` }], tags: [] });
}

const found = (answer: Answer) => (answer.runs ?? []).map(({ info }) => info.run_id).join('');

describe('Search: pages', () => {
  afterEach(() => scene.end());

  it('neither repeat nor skip runs that were there, whatever is added before them meanwhile', async () => {
    const values = [3, NaN, Infinity, undefined, 3, -Infinity];
    for (const [order_by, whole] of [
      [[], 'fedcba'],
      [['metrics.m'], 'feacbd'],
      [['metrics.m DESC'], 'ceafbd'],
      [['params.p DESC'], 'fedcba'],
    ] as const) {
      const store = await scene.open(await scene.folder());
      for (const [i, value] of values.entries()) {
        await makeRun(store, String.fromCharCode(97 + i), i, value);
      }
      let pages = '';
      let page_token: string | undefined;
      for (let page = 0; page === 0 || page_token !== undefined; page++) {
        const answer = await ask(store, '/runs/search', {
          experiment_ids: ['0'],
          order_by,
          max_results: 2,
          page_token,
        });
        pages += found(answer);
        page_token = answer.next_page_token;
        // First in each of the orders: a token that counted rows would repeat one.
        await makeRun(store, `z${page}`, 1000, order_by[0] === 'metrics.m' ? -Infinity : Infinity);
      }
      assert.equal(pages, whole, order_by.join());
    }
  });

  it('go on after the last row, though it is gone', async () => {
    const store = await scene.open(await scene.folder());
    for (const [i, id] of ['a', 'b', 'c', 'd'].entries()) {
      await makeRun(store, id, i);
    }
    const first = await ask(store, '/runs/search', { experiment_ids: ['0'], max_results: 2 });
    assert.equal(found(first), 'dc');
    await store.write({ kind: 'deleteRun', runId: 'c', time: 0 });
    await makeRun(store, 'e', 9);
    const second = await ask(store, '/runs/search', {
      experiment_ids: ['0'],
      max_results: 5,
      page_token: first.next_page_token,
    });
    assert.equal(found(second), 'ba');
    assert.equal(second.next_page_token, undefined);
  });

  it('refuse tokens that are none, or of another search', async () => {
    const store = await scene.open(await scene.folder());
    await makeRun(store, 'a', 1);
    await makeRun(store, 'b', 2n ** 53n + 1n);
    const { next_page_token: page_token } = await ask(store, '/runs/search', { experiment_ids: ['0'], max_results: 1 });
    assert.ok(page_token !== undefined);
    assert.match(page_token, /^[\w-]+$/, 'fit for a URL');
    assert.equal(found(await ask(store, '/runs/search', { experiment_ids: ['0', '0'], page_token })), 'a');
    const forged = (content: object) => Buffer.from(JSON.stringify(content)).toString('base64url');
    const { q } = JSON.parse(Buffer.from(page_token, 'base64url').toString()) as { q: string };
    const bad = [
      { page_token: 'x' },
      { page_token: Buffer.from('{"offset": 1}').toString('base64') },
      { page_token: forged([]) },
      { page_token: forged({ q, k: [] }) },
      { page_token: forged({ q, k: ['n1', 'q'] }) },
      { page_token: forged({ q, k: ['nNaN', 'ta'] }) },
      { page_token: forged({ q, k: [1, 2] }) },
      { page_token, filter: 'metrics.m > 1' },
      { page_token, order_by: ['run_name'] },
      { page_token, run_view_type: 'ALL' },
      { page_token, experiment_ids: ['1'] },
    ];
    for (const request of bad) {
      await assert.rejects(
        () => ask(store, '/runs/search', { experiment_ids: ['0'], ...request }),
        { code: 'INVALID_PARAMETER_VALUE', message: /^Invalid page token/ },
        JSON.stringify(request),
      );
    }
    await assert.rejects(() => ask(store, '/experiments/search', { max_results: 1, page_token }), /Invalid page token/);
  });
});

describe('Search: endpoints', () => {
  afterEach(() => scene.end());

  it('filter and order runs and experiments, before and after a checkpoint', async () => {
    const store = await scene.open(await scene.folder());
    for (const [id, value] of [
      ['a', 1],
      ['b', 2],
      ['c', undefined],
    ] as const) {
      await makeRun(store, id, 0, value);
    }
    const tags = [{ key: 'team', value: 'Ä' }];
    await store.write({ kind: 'createExperiment', name: 'x_y', artifactLocation: undefined, tags, time: 5 });
    const check = async (): Promise<void> => {
      const runs = async (filter: string, order_by: string[] = []) =>
        found(await ask(store, '/runs/search', { experiment_ids: ['0'], filter, order_by }));
      assert.equal(await runs('metrics.m > 0 AND params.p = "b\'"'), 'b');
      assert.equal(await runs("params.p ILIKE 'A%'"), 'a');
      assert.equal(await runs("params.p LIKE 'A%'"), '');
      assert.equal(await runs("run_id IN ('a', 'c')", ['run_id DESC']), 'ca');
      assert.equal(await runs('', ['metrics.m DESC']), 'bac');
      const experiments = async (filter: string) =>
        ((await ask(store, '/experiments/search', { max_results: 5, filter })).experiments ?? [])
          .map(({ name }) => name)
          .join();
      assert.equal(await experiments("name LIKE 'x_y'"), 'x_y');
      assert.equal(await experiments("tags.team ILIKE 'ä' AND experiment_id IN ('1', '2')"), 'x_y');
      assert.equal(await experiments('tags.team IS NULL'), 'Default');
    };
    await check();
    await store.checkpoint();
    await check();
  });

  it('say what is wrong with a filter, and where', async () => {
    const store = await scene.open(await scene.folder());
    const wrong = (request: object, message: RegExp) =>
      assert.rejects(() => ask(store, '/runs/search', { experiment_ids: ['0'], ...request }), {
        code: 'INVALID_PARAMETER_VALUE',
        message,
      });
    await wrong(
      { filter: "status = 'a' OR status = 'b'" },
      /^Invalid clause\(s\) in filter string: 'OR'.*\(filter, character 14\)$/,
    );
    await wrong({ filter: 'status = RUNNING' }, /Perhaps 'RUNNING' was meant\.$/);
    await wrong({ order_by: ['metrics.a', 'foo'] }, /^Invalid attribute key 'foo'.*\(order_by\[1\], character 1\)/);
    await wrong({ order_by: ['metrics.a', 'metrics.a'] }, /^`order_by` contains duplicate fields/);
  });
});
