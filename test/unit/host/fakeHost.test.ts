import assert from 'node:assert/strict';
import { decodeTableColumns, decodeTableRows } from '../../../src/protocol/tableCodec';
import type { PanelNotices, PanelRequests } from '../../../src/protocol/panels';
import { RpcChannel, type None, type Port } from '../../../src/protocol/rpc';
import { FakeHost } from '../../fakes/fakeHost/fakeHost';
import { keyFact } from '../../fakes/fakeHost/fakeTable';
import { madeUpRuns } from '../../fakes/fakeHost/madeUpRuns';
import { curve, experimentScenario, fakeRun, madeUpScenario, type Scenario } from '../../fakes/fakeHost/scenario';

function pairOfPorts(): [Port, Port] {
  const listeners: ((message: unknown) => void)[][] = [[], []];
  const port = (own: number): Port => ({
    post: (message) =>
      setImmediate(() => listeners[1 - own]?.forEach((listener) => listener(structuredClone(message)))),
    listen: (handler) => {
      listeners[own]?.push(handler);
      return { dispose: () => undefined };
    },
  });
  return [port(0), port(1)];
}

function open(scenario: Scenario) {
  const [panelPort, hostPort] = pairOfPorts();
  const host = new FakeHost(scenario, hostPort);
  const notices: string[] = [];
  const panel = new RpcChannel<PanelRequests, None, None, PanelNotices>(panelPort, {
    handlers: {},
    notices: {
      changed: ({ runIds }) => notices.push(`changed ${runIds.length}`),
      factsChanged: () => notices.push('factsChanged'),
      viewsChanged: () => notices.push('viewsChanged'),
    },
  });
  return { host, panel, notices };
}

describe('The fake host', () => {
  it('knows of made-up runs what counting finds', () => {
    const wish = { runs: 41, metrics: 30, params: 30, tags: 12, nested: true };
    const { runs, keys } = madeUpRuns(wish);
    for (const kind of ['metrics', 'params', 'tags'] as const) {
      assert.equal(keys(kind).length, wish[kind]);
      for (const fact of keys(kind)) {
        assert.deepEqual(keyFact(runs, kind, fact.key), fact);
      }
    }
  });

  it('answers for 10,000 made-up runs of 200 keys, and for those that were edited', async () => {
    const { panel, notices } = open(madeUpScenario({ runs: 10_000, metrics: 120, params: 60, tags: 20 }));
    const rows = decodeTableRows(await panel.request('tableRows', {}));
    assert.equal(rows.id.length, 10_000);
    assert.equal(rows.metrics.length + rows.params.length + rows.tags.length, 200);
    const [first = '', second = ''] = rows.id;
    await panel.request('setTag', { runIds: [first, second], key: 'verdict', value: 'good' });
    await panel.request('setName', { runId: first, name: 'renamed' });
    await panel.request('trashRuns', { runIds: [second] });
    const after = decodeTableRows(await panel.request('tableRows', { runIds: [first, second] }));
    assert.deepEqual([after.id, after.name], [[first], ['renamed']]);
    assert.deepEqual(after.tags.at(-1), { key: 'verdict', runs: 1, differs: false });
    const buffer = await panel.request('tableColumns', {
      columns: [
        { kind: 'tag', key: 'verdict' },
        { kind: 'metric', key: 'val/acc', aggregate: 'max' },
      ],
    });
    const [tag, metric] = decodeTableColumns(buffer).columns;
    assert.deepEqual(tag, {
      kind: 'texts',
      number: rows.number.slice(0, 1),
      code: Uint32Array.of(0),
      values: ['good'],
    });
    assert.equal(metric?.number.length, 9_999);
    assert.deepEqual(notices, ['changed 2', 'changed 1', 'changed 1']);
  });

  it('tells of facts and views that change', async () => {
    const run = fakeRun(0, { metrics: { loss: curve(3, (step) => step) }, params: { lr: '1' } });
    const { host, panel, notices } = open(experimentScenario([run]));
    await panel.request('setPrimaryMetric', { key: 'loss', aggregate: 'min' });
    await panel.request('saveView', { name: 'mine', content: '{}', was: null });
    host.changeFacts({ digits: 6 });
    const facts = await panel.request('tableFacts', {});
    assert.deepEqual([facts.primaryMetric, facts.digits], [{ key: 'loss', aggregate: 'min' }, 6]);
    assert.deepEqual(await panel.request('listViews', {}), { views: [{ name: 'mine', content: '{}' }] });
    assert.deepEqual(notices, ['factsChanged', 'viewsChanged', 'factsChanged']);
  });
});
