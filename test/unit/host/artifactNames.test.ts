import assert from 'node:assert/strict';
import { toUriPath } from '../../../src/host/artifacts/uri';
import { namesOf } from '../../../src/host/tree/artifactNames';
import type { TreeModel } from '../../../src/host/tree/model';

describe('addresses of artifacts in the tree', () => {
  it('have the names that an editor shows, and ids alone where nothing is known', () => {
    const entry = { experiment: { name: 'digits' }, list: { runs: new Map([['r1', { info: { name: 'lr-0.1' } }]]) } };
    const model = { experiment: (id: string) => (id === '7' ? entry : undefined) } as unknown as TreeModel;
    const pathOf = (experimentId: string): string => {
      const address = { experimentId, runId: 'r1', path: 'a/b.txt' };
      return toUriPath(address, namesOf(model, address));
    };
    assert.deepEqual([pathOf('7'), pathOf('8')], ['/digits~7/lr-0.1~r1/a/b.txt', '/8/r1/a/b.txt']);
  });
});
