import assert from 'node:assert/strict';
import type { ModelVersion, RegisteredModel } from '../../../src/core/registry';
import { pathsInHistory } from '../../../src/host/commands/modelSources';
import { modelThingOf, modelThingsOf, thingOf } from '../../../src/host/commands/targets';
import {
  loadLines,
  modelRefs,
  modelTooltip,
  modelUri,
  modelView,
  versionRefs,
  type RegistryModel,
} from '../../../src/host/models/modelNodes';
import type { Translate } from '../../../src/host/platform/text';

const t: Translate = (message, ...values) => message.replace(/\{(\d)\}/g, (_, i: string) => String(values[Number(i)]));

const version = (change: Partial<ModelVersion> & { version: number }): ModelVersion => ({
  name: 'net',
  createdAt: 1_700_000_000_000,
  updatedAt: 0,
  description: '',
  stage: 'None',
  source: 'mlflow-artifacts:/1/r/artifacts/model',
  runId: undefined,
  runLink: '',
  tags: [],
  aliases: [],
  ...change,
});

const model = (name: string, latestVersions: readonly ModelVersion[] = []): RegisteredModel => ({
  name,
  createdAt: 0,
  updatedAt: 0,
  description: '',
  tags: [],
  aliases: [],
  latestVersions,
});

function registry(models: RegisteredModel[], versions: ModelVersion[] | undefined): RegistryModel {
  return {
    models,
    versions: () => versions,
    runName: (id) => (id === 'r1' ? 'wrn28' : undefined),
  };
}

describe('the view Models', () => {
  const versions = [
    version({ version: 3, aliases: ['champion', 'x'], stage: 'Production', runId: 'r1' }),
    version({ version: 1, runId: 'gone' }),
  ];
  const full = registry([model('net'), model('alpha')], versions);

  it('lists models by name and versions with aliases, stage and run', () => {
    const [alpha, net] = modelRefs(full);
    assert.deepEqual([alpha?.id, net?.id], ['model:alpha', 'model:net']);
    assert.ok(net);
    assert.equal(modelView(net, full, t)?.description, '2 versions');
    assert.equal(modelView(net, full, t)?.accessibleName, 'net, registered model, 2 versions');
    const [three, one] = versionRefs('net', full) ?? [];
    assert.ok(three && one);
    const view = modelView(three, full, t);
    assert.deepEqual(
      [view?.label, view?.description, view?.contextValue, view?.accessibleName],
      [
        'v3',
        '@champion @x · Production · wrn28',
        'version;stage=production;run;alias;',
        'net, version 3, @champion @x, Production, wrn28',
      ],
    );
    assert.deepEqual(
      [modelView(one, full, t)?.description, modelView(one, full, t)?.contextValue],
      ['', 'version;stage=none;run;'],
    );
  });

  it('says what is known before the versions were read', () => {
    const unread = registry([model('net', [version({ version: 4 })]), model('alpha')], undefined);
    const [alpha, net] = modelRefs(unread);
    assert.ok(alpha && net);
    assert.equal(modelView(net, unread, t)?.description, 'newest v4');
    assert.equal(modelView(alpha, unread, t)?.description, 'no versions');
    assert.equal(versionRefs('net', unread), undefined);
  });

  it('makes names harmless in hovers', () => {
    const bad = version({ version: 1, description: '[x](command:evil) <b>', tags: [{ key: '*k*', value: '`v`' }] });
    const [ref] = versionRefs('net', registry([model('net')], [bad])) ?? [];
    assert.ok(ref);
    const text = modelTooltip(ref, registry([model('net')], [bad]), t, Date.now()) ?? '';
    assert.ok(!text.includes('](command:') && !text.includes('<b>') && text.includes('\\*k\\*'), text);
  });

  it('gives the address and the lines that load a version', () => {
    assert.equal(modelUri(version({ version: 2 })), 'models:/net/2');
    assert.equal(modelUri(version({ version: 2, aliases: ['champion'] })), 'models:/net@champion');
    assert.equal(
      loadLines(version({ version: 2, name: `it's "x"` })),
      'import mlflow\nmodel = mlflow.pyfunc.load_model("models:/it\'s \\"x\\"/2")\n',
    );
  });

  it('tells models and versions from runs in arguments of commands', () => {
    const item = { kind: 'version', id: 'x', model: 'net', version: 3, runId: 'r1' };
    assert.deepEqual(modelThingOf(item), { kind: 'version', model: 'net', version: 3, runId: 'r1' });
    assert.deepEqual(modelThingOf({ model: 'net' }), { kind: 'model', model: 'net' });
    assert.equal(modelThingOf({ model: 'net', version: '3' }), undefined);
    assert.equal(modelThingOf({ runId: 'r1' }), undefined);
    assert.equal(
      thingOf({ model: 'net', version: 3, runId: 'r1' }),
      undefined,
      'deleting a version never deletes its run',
    );
    assert.deepEqual(
      modelThingsOf(item, [item, { model: 'net' }], []).map(({ kind }) => kind),
      ['version', 'model'],
    );
    assert.equal(modelThingsOf(undefined, undefined, [item]).length, 1);
  });

  it('reads the models that older clients wrote down, whatever the tag holds', () => {
    assert.deepEqual(pathsInHistory('[{"artifact_path": "model"}, {"artifact_path": 3}, {"run_id": "x"}, null]'), [
      'model',
    ]);
    for (const text of ['', '{', '{}', 'null', '[[]]']) {
      assert.deepEqual(pathsInHistory(text), [], text);
    }
    assert.deepEqual(pathsInHistory(undefined), []);
  });
});
