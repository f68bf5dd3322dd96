import assert from 'node:assert/strict';
import { startLabbook, type LabbookServer } from '../../fakes/labbookServer';
import { MlflowServer } from '../../fakes/mlflowServer';
import { batchScenarios } from './cases/batches';
import { experimentScenarios } from './cases/experiments';
import { runScenarios } from './cases/runs';
import { formScenarios } from './cases/forms';
import { modelScenarios } from './cases/models';
import { registryScenarios } from './cases/registry';
import { searchScenarios } from './cases/search';
import { differences } from './differences';
import { play, type Outcome } from './exchange';

const scenarios = [
  ...searchScenarios,
  ...experimentScenarios,
  ...runScenarios,
  ...batchScenarios,
  ...modelScenarios,
  ...registryScenarios,
  ...formScenarios,
];
const lanes = 4;

/**
 * The same requests to `mlflow server` and to Labbook: status, error code and body must agree, but for what
 * `differences.ts` lists, and all of that must really differ.
 */
describe('compared with mlflow server', function () {
  this.timeout(180_000);
  let mlflow: MlflowServer | undefined;
  let labbook: LabbookServer | undefined;
  const outcomes = new Map<string, readonly Outcome[]>();

  before(async () => {
    [mlflow, labbook] = await Promise.all([MlflowServer.start(), startLabbook()]);
    const theirs = { url: mlflow.address.url, headers: {} };
    const ours = { url: labbook.url, headers: { authorization: `Bearer ${labbook.token}` } };
    const waiting = [...scenarios];
    const lane = async (): Promise<void> => {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
        outcomes.set(next.name, await play(next, theirs, ours));
      }
    };
    await Promise.all(Array.from({ length: lanes }, lane));
  });

  after(async () => {
    await Promise.all([mlflow?.dispose(), labbook?.dispose()]);
  });

  const listed = new Set(differences.flatMap(({ cases }) => cases));
  for (const { name } of scenarios) {
    it(name, () => {
      const wrong = (outcomes.get(name) ?? []).flatMap((outcome) =>
        outcome.differs !== undefined && !listed.has(outcome.name) ? [`${outcome.name}${outcome.differs}`] : [],
      );
      assert.ok(outcomes.has(name), 'it was not played');
      if (wrong.length > 0) {
        assert.fail(`\n${wrong.join('\n')}`);
      }
    });
  }

  it('lists only what differs', () => {
    const differing = new Set([...outcomes.values()].flat().flatMap(({ name, differs }) => (differs ? [name] : [])));
    assert.deepEqual(
      [...listed].filter((name) => !differing.has(name)),
      [],
    );
  });

  it('asks enough', () => {
    const count = scenarios.reduce((sum, { steps }) => sum + steps.length, 0);
    assert.ok(count >= 300, `${count} requests`);
    const names = scenarios.flatMap(({ name, steps }) => steps.map((step) => `${name}: ${step.name}`));
    assert.equal(new Set(names).size, names.length, 'two cases of one name');
  });
});
