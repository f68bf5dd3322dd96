import assert from 'node:assert/strict';
import type { RunningServer } from '../../../src/client/serverTypes';
import type { TrackingClient } from '../../../src/client/types';
import { openChangeFeed } from '../../../src/client/changeFeed';
import { connectTracking } from '../../../src/client/tracking';
import { until } from '../../fakes/labbookServer';
import { Recorder, startRun, TemporaryStore } from './harness';
import { PlainServer } from './plainServer';

describe('client: the model registry', () => {
  let store: TemporaryStore;
  let server: RunningServer;
  let client: TrackingClient;
  before(async () => {
    store = await TemporaryStore.make();
    server = await store.ensure();
    client = await store.connect(server);
  });
  after(() => store.dispose());

  it('registers, stages, names and deletes versions', async () => {
    const { registry } = client;
    const runId = await startRun(server, 'maker');
    const name = `it's a model`;
    assert.equal(await registry.createModel(name), true);
    assert.equal(await registry.createModel(name), false, 'there is one already');
    const source = `${(await client.getRun(runId)).info.artifactUri}/model`;
    const first = await registry.createVersion({ name, source, runId });
    const second = await registry.createVersion({ name, source, runId });
    assert.deepEqual([first.version, first.runId, second.version, second.runId], [1, runId, 2, runId]);

    await registry.setStage(name, 1, 'Production', false);
    await registry.setStage(name, 2, 'Production', true);
    await registry.setAlias(name, 'champion', 1);
    await registry.setAlias(name, 'champion', 2);
    await registry.setVersionTag(name, 2, 'quality', 'good');
    await registry.setModelTag(name, 'team', 'vision');
    await registry.describeModel(name, 'What it is for');
    await registry.describeVersion(name, 2, 'Better');
    const [two, one] = await registry.versions(name);
    assert.ok(one && two);
    assert.deepEqual([one.stage, one.aliases], ['Archived', []]);
    assert.deepEqual(
      [two.stage, two.aliases, two.tags, two.description],
      ['Production', ['champion'], [{ key: 'quality', value: 'good' }], 'Better'],
    );
    const [model] = await registry.models();
    assert.deepEqual(
      [model?.name, model?.description, model?.aliases, model?.tags],
      [name, 'What it is for', [{ alias: 'champion', version: 2 }], [{ key: 'team', value: 'vision' }]],
    );

    await registry.deleteAlias(name, 'champion');
    await registry.deleteVersion(name, 1);
    assert.deepEqual(
      (await registry.versions(name)).map(({ version, aliases }) => [version, aliases]),
      [[2, []]],
    );
    await registry.renameModel(name, 'other');
    assert.deepEqual(
      (await registry.models()).map((each) => each.name),
      ['other'],
    );
    await registry.deleteModel('other');
    assert.deepEqual(await registry.models(), []);
  });

  it('finds the versions of a model whose name holds both quotes, and none of a run without logged models', async () => {
    const { registry } = client;
    const name = `'both" quotes`;
    await registry.createModel(name);
    await registry.createModel('neighbour');
    const runId = await startRun(server, 'plain');
    const { experimentId, artifactUri } = (await client.getRun(runId)).info;
    await registry.createVersion({ name, source: `${artifactUri}/model`, runId });
    await registry.createVersion({ name: 'neighbour', source: `${artifactUri}/model`, runId });
    assert.deepEqual(
      (await registry.versions(name)).map((each) => each.name),
      [name],
    );
    assert.deepEqual(await registry.loggedModels(experimentId, runId), []);
  });

  for (const kind of ['its feed', 'asking again and again'] as const) {
    it(`tells of changes by ${kind}`, async () => {
      const plain = kind === 'its feed' ? undefined : await PlainServer.start(server.address);
      const address = plain?.address ?? server.address;
      const reader = await connectTracking(address);
      const feed = openChangeFeed(address, reader, { times: { poll: 50 } });
      try {
        const recorder = new Recorder(feed);
        assert.ok(await recorder.connected());
        const name = `told by ${kind}`;
        await client.registry.createModel(name);
        const told = (): boolean => recorder.batches.some(({ models }) => models?.includes(name));
        assert.ok(await until(told));
        recorder.batches.length = 0;
        await client.registry.describeModel(name, 'new');
        assert.ok(await until(told));
      } finally {
        feed.dispose();
        reader.dispose();
        plain?.dispose();
      }
    });
  }
});
