import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import fc from 'fast-check';
import { ApiError, type ErrorCode } from '../../../src/core/errors';
import { parseOrder } from '../../../src/core/search/order';
import { parseFilter } from '../../../src/core/search/parse';
import { finish } from '../../../src/core/steps';
import type { ChangeBatch } from '../../../src/protocol/extras';
import { Catalog } from '../../../src/server/store/catalog';
import type { RegistryQuery, RegistryWrite } from '../../../src/server/store/registry/types';
import { loadSqlite } from '../../../src/server/store/sqlite';
import type { Store, Write } from '../../../src/server/store/types';
import { registryWrite } from './arbitraries';
import { PlainRegistry, readRegistry } from './registryModel';
import { Scene } from './support';

const scene = new Scene();

function create(name: string, rest: Partial<Extract<RegistryWrite, { kind: 'createRegisteredModel' }>> = {}): Write {
  return { kind: 'createRegisteredModel', name, description: '', tags: [], time: 1, ...rest };
}

function version(name: string, rest: Partial<Extract<RegistryWrite, { kind: 'createModelVersion' }>> = {}): Write {
  const source = 's3://bucket/model';
  const empty = { runId: '', runLink: '', description: '', tags: [] };
  return { kind: 'createModelVersion', name, source, location: source, ...empty, time: 2, ...rest };
}

async function refused(store: Store, write: Write, code: ErrorCode, message: string): Promise<void> {
  const { revision } = store;
  await assert.rejects(store.write(write), (error) => {
    assert.ok(error instanceof ApiError);
    assert.deepEqual([error.code, error.message], [code, message]);
    return true;
  });
  assert.equal(store.revision, revision);
}

function query(
  entity: 'registeredModels' | 'modelVersions',
  filter: string,
  order: readonly string[] = [],
): RegistryQuery {
  const parsed = parseFilter(filter, { entity, dialect: 'mlflow' });
  const ordered = parseOrder(order, { entity, dialect: 'mlflow' });
  assert.ok(parsed.ok && ordered.ok);
  return { filter: parsed.value, order: ordered.order, limit: 1000 };
}

describe('Store: registry', () => {
  afterEach(() => scene.end());

  it('numbers versions without giving a number twice, and begins again with a new model of the name', async () => {
    const store = await scene.open(await scene.folder());
    await store.write(create('m'));
    assert.deepEqual(await store.write(version('m')), { modelVersion: 1 });
    assert.deepEqual(await store.write(version('m')), { modelVersion: 2 });
    await store.write({ kind: 'deleteModelVersion', name: 'm', version: 2, time: 3 });
    await refused(
      store,
      { kind: 'deleteModelVersion', name: 'm', version: 2, time: 3 },
      'RESOURCE_DOES_NOT_EXIST',
      'Model Version (name=m, version=2) not found',
    );
    assert.deepEqual(await store.write(version('m')), { modelVersion: 3 });
    await store.write({ kind: 'deleteRegisteredModel', name: 'm' });
    await refused(store, version('m'), 'RESOURCE_DOES_NOT_EXIST', 'Registered Model with name=m not found');
    await store.write(create('m'));
    assert.deepEqual(await store.write(version('m')), { modelVersion: 1 });
    assert.deepEqual(store.registry.version('m', 1)?.tags, []);
  });

  it('keeps names unique, of models and prompts together', async () => {
    const store = await scene.open(await scene.folder());
    const prompt = [{ key: 'mlflow.prompt.is_prompt', value: 'true' }];
    const refusal = (write: Write, message: string) => refused(store, write, 'RESOURCE_ALREADY_EXISTS', message);
    await store.write(create('m'));
    await store.write(create('p', { tags: prompt }));
    await refusal(create('m'), 'Registered Model (name=m) already exists.');
    await refusal(create('p', { tags: prompt }), 'Prompt (name=p) already exists.');
    await refusal(
      create('p'),
      "Tried to create a registered model with name 'p', but the name is already taken by a prompt. " +
        'MLflow does not allow creating a model and a prompt with the same name.',
    );
    const rename: Write = { kind: 'renameRegisteredModel', name: 'm', newName: 'p', time: 5 };
    await refusal(rename, 'Registered Model (name=p) already exists.');
    await store.write({ ...rename, newName: 'm' });
    assert.equal(store.registry.model('m')?.updatedAt, 5);
  });

  it('renames with versions, tags and aliases', async () => {
    const store = await scene.open(await scene.folder());
    await store.write(create('old', { tags: [{ key: 'k', value: 'v' }] }));
    await store.write(version('old', { tags: [{ key: 'a', value: 'b' }] }));
    await store.write({ kind: 'setRegisteredModelAlias', name: 'old', alias: 'best', version: 1 });
    await store.write({ kind: 'renameRegisteredModel', name: 'old', newName: 'new', time: 9 });
    assert.equal(store.registry.model('old'), undefined);
    assert.equal(store.registry.version('old', 1), undefined);
    const model = store.registry.model('new');
    assert.deepEqual(model?.tags, [{ key: 'k', value: 'v' }]);
    assert.deepEqual(model.aliases, [{ alias: 'best', version: 1 }]);
    const [latest] = model.latestVersions;
    assert.deepEqual([latest?.name, latest?.updatedAt, latest?.tags], ['new', 9, [{ key: 'a', value: 'b' }]]);
    assert.deepEqual(store.registry.versionByAlias('new', 'best'), latest);
  });

  it('archives the other versions of a stage, deleted ones aside, and knows the latest of each', async () => {
    const store = await scene.open(await scene.folder());
    await store.write(create('m'));
    const stage = (number: number, to: 'Production' | 'Staging', archiveOthers: boolean): Write => {
      return { kind: 'setModelVersionStage', name: 'm', version: number, stage: to, archiveOthers, time: 7 };
    };
    for (let i = 0; i < 4; i++) {
      await store.write(version('m'));
    }
    await store.write(stage(1, 'Production', false));
    await store.write(stage(2, 'Production', false));
    await store.write(stage(4, 'Staging', true));
    await store.write(stage(3, 'Production', true));
    const stages = () =>
      [1, 2, 3, 4].map((number) => store.registry.version('m', number)?.stage.slice(0, 1) ?? '-').join('');
    assert.equal(stages(), 'AAPS');
    const latest = () => store.registry.model('m')?.latestVersions.map((each) => `${each.stage} ${each.version}`);
    assert.deepEqual(latest(), ['Archived 2', 'Production 3', 'Staging 4']);
    assert.equal(store.registry.versionByAlias('m', 'LATEST')?.version, 4);
    await store.write({ kind: 'deleteModelVersion', name: 'm', version: 4, time: 8 });
    assert.deepEqual(latest(), ['Archived 2', 'Production 3']);
    assert.equal(store.registry.versionByAlias('m', 'latest')?.version, 3);
  });

  it('takes a deleted version’s aliases, tags and source away', async () => {
    const store = await scene.open(await scene.folder());
    await store.write(create('m'));
    await store.write(version('m'));
    await store.write({ kind: 'setRegisteredModelAlias', name: 'm', alias: 'a', version: 1 });
    await refused(
      store,
      { kind: 'setRegisteredModelAlias', name: 'm', alias: 'b', version: 2 },
      'RESOURCE_DOES_NOT_EXIST',
      'Model Version (name=m, version=2) not found',
    );
    await store.write({ kind: 'deleteModelVersion', name: 'm', version: 1, time: 3 });
    assert.deepEqual(store.registry.model('m')?.aliases, []);
    assert.equal(store.registry.versionByAlias('m', 'a'), undefined);
    assert.equal(store.registry.location('m', 1), undefined);
    const { revision } = store;
    await store.write({ kind: 'deleteRegisteredModelAlias', name: 'm', alias: 'a' });
    await store.write({ kind: 'deleteRegisteredModelTag', name: 'm', key: 'k' });
    assert.equal(store.revision, revision, 'nothing to change, nothing written');
  });

  it('reads a long page of versions in steps, without those that go meanwhile', async () => {
    const store = await scene.open(await scene.folder());
    await store.write(create('m'));
    await Promise.all(Array.from({ length: 501 }, (_, i) => store.write(version('m', { time: i }))));
    const all = query('modelVersions', '', ['version_number ASC']);
    const whole = store.registry.searchVersions(all).items;
    const numbers = Array.from({ length: 501 }, (_, i) => i + 1);
    assert.deepEqual(
      whole.map((each) => each.version),
      numbers,
    );
    const steps = store.registry.searchVersionsInSteps(all);
    assert.equal(steps.next().done, false);
    await store.write({ kind: 'deleteModelVersion', name: 'm', version: 1, time: 1000 });
    assert.equal(steps.next().done, false);
    // The first ones are read already.
    await store.write({ kind: 'deleteModelVersion', name: 'm', version: 2, time: 1000 });
    await store.write({ kind: 'deleteModelVersion', name: 'm', version: 501, time: 1000 });
    assert.deepEqual(finish(steps).items, whole.slice(1, -1));
  });

  it('searches by MLflow’s grammar, page by page, prompts hidden unless asked for', async () => {
    const store = await scene.open(await scene.folder());
    const prompt = [{ key: 'mlflow.prompt.is_prompt', value: 'true' }];
    await store.write(create('b', { tags: [{ key: 'team', value: 'x' }], time: 3 }));
    await store.write(create('a', { time: 5 }));
    await store.write(create('B', { time: 4 }));
    await store.write(create('p', { tags: prompt, time: 6 }));
    await store.write(version('p', { tags: prompt, source: 'dummy-source', time: 9 }));
    await store.write(version('b', { runId: 'r1', time: 7 }));
    await store.write(version('b', { runId: 'r2', source: 's3://other', time: 8 }));
    const models = (filter: string, order?: readonly string[]) =>
      store.registry
        .searchModels(query('registeredModels', filter, order))
        .items.map(({ name }) => name)
        .join('');
    assert.equal(models(''), 'Bab');
    assert.equal(models('', ['name DESC']), 'baB');
    assert.equal(models('', ['timestamp']), 'Bab');
    assert.equal(models('', ['last_updated_timestamp DESC']), 'baB');
    assert.equal(models("name ILIKE 'B'"), 'Bb');
    assert.equal(models("name LIKE 'B' AND name != 'B'"), '');
    assert.equal(models("tags.team = 'x'"), 'b');
    assert.equal(models("tags.team != 'y'"), 'b');
    assert.equal(models("tags.`mlflow.prompt.is_prompt` = 'true'"), 'p');
    assert.equal(models("tags.`mlflow.prompt.is_prompt` != 'true' AND name != 'a'"), 'Bb');
    assert.equal(models("tags.`mlflow.prompt.is_prompt` = 'false'"), 'Bab');
    const versions = (filter: string, order?: readonly string[]) =>
      store.registry
        .searchVersions(query('modelVersions', filter, order))
        .items.map((each) => each.name + String(each.version))
        .join(' ');
    assert.equal(versions(''), 'b2 b1');
    assert.equal(versions('', ['version_number ASC']), 'b1 b2');
    assert.equal(versions("run_id IN ('r1', 'r9')"), 'b1');
    assert.equal(versions("source_path LIKE 's3://o%' AND version_number > 1"), 'b2');
    assert.equal(versions("tags.`mlflow.prompt.is_prompt` = 'true'"), 'p1');
    const all = query('registeredModels', '');
    const first = store.registry.searchModels({ ...all, limit: 2 });
    assert.deepEqual(
      first.items.map(({ name }) => name),
      ['B', 'a'],
    );
    await store.write(create('A', { time: 9 }));
    await store.write({ kind: 'deleteRegisteredModel', name: 'a' });
    const last = store.registry.searchModels({ ...all, limit: 2, pageToken: first.nextPageToken });
    assert.deepEqual(
      last.items.map(({ name, latestVersions }) => [name, latestVersions.length]),
      [['b', 1]],
    );
    assert.equal(last.nextPageToken, undefined);
    assert.throws(
      () => store.registry.searchVersions({ ...query('modelVersions', ''), pageToken: first.nextPageToken }),
      /Invalid page token/,
    );
  });

  it('tells readers of the feed which models changed', async () => {
    const store = await scene.open(await scene.folder());
    const batches: ChangeBatch[] = [];
    store.onChange((batch) => batches.push(batch));
    await store.write(create('m'));
    await Promise.all([
      store.write(version('m')),
      store.write({ kind: 'renameRegisteredModel', name: 'm', newName: 'n', time: 1 }),
    ]);
    assert.deepEqual(batches, [
      { revision: 1, experiments: [], runs: [], models: ['m'] },
      { revision: 3, experiments: [], runs: [], models: ['m', 'n'] },
    ]);
  });

  it('opens a store from before the registry', async () => {
    const folder = await scene.folder();
    const catalog = Catalog.create(await loadSqlite());
    const tables = catalog.db.rows("SELECT name FROM sqlite_master WHERE type = 'table' AND name GLOB '*model*'");
    tables.forEach(([name]) => catalog.db.script(`DROP TABLE ${String(name)}`));
    await writeFile(path.join(folder, 'catalog.sqlite'), catalog.export());
    catalog.db.close();
    assert.ok(tables.length >= 5);
    const store = await scene.open(folder);
    await store.write(create('m'));
    assert.deepEqual(await store.write(version('m')), { modelVersion: 1 });
    await store.close();
    assert.equal((await scene.open(folder)).registry.model('m')?.latestVersions.length, 1);
  });
});

const step = fc.oneof(
  { weight: 5, arbitrary: fc.array(registryWrite, { minLength: 1, maxLength: 8 }) },
  fc.constantFrom('checkpoint' as const, 'reopen' as const, 'kill' as const),
);

describe('Store: registry against plain maps', () => {
  afterEach(() => scene.end());

  it('answers and holds the same after any history of writes, checkpoints, ends and kills', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 10 }), async (steps) => {
        let folder = await scene.folder();
        let store = await scene.open(folder);
        const plain = new PlainRegistry();
        for (const each of steps) {
          if (Array.isArray(each)) {
            const expected = each.map((one) => plain.write(one));
            assert.deepEqual(await Promise.all(each.map((one) => outcome(store, one))), expected);
          } else if (each === 'checkpoint') {
            await store.checkpoint();
          } else {
            folder = each === 'kill' ? await scene.copy(folder) : folder;
            await store.close();
            store = await scene.open(folder);
          }
          assert.deepStrictEqual(readRegistry(store), plain.expected());
        }
        const copy = await scene.open(await scene.copy(folder));
        assert.deepStrictEqual(readRegistry(copy), plain.expected());
        await scene.end();
      }),
      { numRuns: 60, interruptAfterTimeLimit: 30_000 },
    );
  }).timeout(60_000);
});

async function outcome(store: Store, write: Write): Promise<ErrorCode | undefined> {
  try {
    await store.write(write);
    return undefined;
  } catch (error) {
    assert.ok(error instanceof ApiError);
    return error.code;
  }
}
