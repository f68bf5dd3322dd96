import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { int64 } from '../../../src/core/int64';
import { parseJson, stringifyJson } from '../../../src/core/json';
import type { Experiment, Int64, KeyValue, Run } from '../../../src/core/model';
import {
  artifactFromWire,
  artifactToWire,
  decodeDouble,
  encodeDouble,
  experimentFromWire,
  experimentToWire,
  metricFromWire,
  runFromWire,
  runToWire,
  WireFormatError,
} from '../../../src/protocol/wire';

const overTheWire = (message: unknown): unknown => parseJson(stringifyJson(message));

const anyInt64: fc.Arbitrary<Int64> = fc
  .bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })
  .map((value) => int64(value) ?? 0);
const stage = fc.constantFrom('active' as const, 'deleted' as const);
const byKey = (a: { key: string }, b: { key: string }): number => (a.key < b.key ? -1 : 1);
const pairs: fc.Arbitrary<KeyValue[]> = fc
  .uniqueArray(fc.record({ key: fc.string({ minLength: 1 }), value: fc.string() }, { noNullPrototype: true }), {
    selector: ({ key }) => key,
    maxLength: 4,
  })
  .map((all) => all.sort(byKey));

const anyExperiment: fc.Arbitrary<Experiment> = fc.record(
  {
    id: fc.nat().map(String),
    name: fc.string(),
    artifactLocation: fc.string(),
    stage,
    createdAt: anyInt64,
    updatedAt: anyInt64,
    tags: pairs,
  },
  { noNullPrototype: true },
);

const anyRun: fc.Arbitrary<Run> = fc.record(
  {
    info: fc.record(
      {
        id: fc.uuid(),
        experimentId: fc.nat().map(String),
        name: fc.string(),
        userId: fc.string(),
        status: fc.constantFrom('RUNNING', 'SCHEDULED', 'FINISHED', 'FAILED', 'KILLED'),
        startTime: anyInt64,
        // As MLflow does, an end of 0 is not sent: the run has not ended.
        endTime: fc.option(anyInt64, { nil: undefined }).map((end) => (end === 0 ? undefined : end)),
        stage,
        artifactUri: fc.string(),
      },
      { noNullPrototype: true },
    ),
    metrics: fc
      .uniqueArray(
        fc.record(
          {
            key: fc.string(),
            // JSON.stringify writes -0 as 0.
            value: fc.double().map((value) => value + 0),
            timestamp: anyInt64,
            step: anyInt64,
          },
          { noNullPrototype: true },
        ),
        { selector: ({ key }) => key, maxLength: 4 },
      )
      .map((all) => all.sort(byKey)),
    params: pairs,
    tags: pairs,
  },
  { noNullPrototype: true },
);

describe('wire', () => {
  it('round-trips experiments', () => {
    fc.assert(
      fc.property(anyExperiment, (experiment) =>
        assert.deepEqual(experimentFromWire(overTheWire(experimentToWire(experiment))), experiment),
      ),
    );
  });

  it('round-trips runs, 64-bit integers and odd doubles included', () => {
    fc.assert(fc.property(anyRun, (run) => assert.deepEqual(runFromWire(overTheWire(runToWire(run))), run)));
  });

  it('round-trips inputs and outputs of runs, and leaves out what is not there', () => {
    const dataset = { name: 'd', digest: '1', sourceType: 'local', source: '{}', schema: undefined, profile: '{}' };
    const tags = [{ key: 'mlflow.data.context', value: 'training' }];
    const [plain] = fc.sample(anyRun, 1);
    assert.ok(plain);
    const run: Run = {
      ...plain,
      inputs: {
        datasets: [
          { dataset, tags },
          { dataset: { ...dataset, schema: '' }, tags: [] },
        ],
        models: ['m-1'],
      },
      outputs: [{ modelId: 'm-2', step: 2n ** 62n }],
    };
    assert.deepEqual(runFromWire(overTheWire(runToWire(run))), run);
    const [input] = runToWire(run).inputs?.dataset_inputs ?? [];
    assert.deepEqual(input?.dataset, { name: 'd', digest: '1', source_type: 'local', source: '{}', profile: '{}' });
    assert.throws(() => runFromWire({ ...runToWire(run), outputs: { model_outputs: [{}] } }), WireFormatError);
  });

  it('round-trips files', () => {
    for (const entry of [
      { path: 'a/b', isDirectory: false, size: 0 },
      { path: 'a', isDirectory: true, size: undefined },
    ]) {
      assert.deepEqual(artifactFromWire(overTheWire(artifactToWire(entry))), entry);
    }
  });

  it('writes no empty list, no null, and both names of a run', () => {
    const wire = runToWire({
      info: {
        id: 'r',
        experimentId: '0',
        name: 'n',
        userId: '',
        status: 'RUNNING',
        startTime: 1,
        endTime: undefined,
        stage: 'active',
        artifactUri: 'mlflow-artifacts:/0/r/artifacts',
      },
      metrics: [],
      params: [],
      tags: [],
    });
    assert.deepEqual(Object.keys(wire.data), []);
    assert.equal('end_time' in wire.info, false);
    assert.equal(wire.info.run_uuid, 'r');
  });

  it('writes what JSON has no number for as words, and reads every form of protobuf', () => {
    assert.deepEqual([NaN, Infinity, -Infinity, 1e-300].map(encodeDouble), ['NaN', 'Infinity', '-Infinity', 1e-300]);
    assert.deepEqual(['NaN', 'Infinity', '-Infinity', '1e-300', '-5', 7, 2n ** 53n].map(decodeDouble), [
      NaN,
      Infinity,
      -Infinity,
      1e-300,
      -5,
      7,
      2 ** 53,
    ]);
    for (const bad of ['', ' 1', 'nan', '0x10', '1.', null, undefined, true, {}]) {
      assert.equal(decodeDouble(bad), undefined, JSON.stringify(bad));
    }
  });

  it('fills in what another server leaves out', () => {
    const run = runFromWire({ info: { run_uuid: 'r', experiment_id: '1', status: 3, start_time: '12' } });
    assert.equal(run.info.id, 'r');
    assert.equal(run.info.status, 'FINISHED');
    assert.equal(run.info.startTime, 12);
    assert.deepEqual(run.tags, []);
    assert.deepEqual(metricFromWire({ key: 'k' }), { key: 'k', value: 0, timestamp: 0, step: 0 });
    assert.equal(experimentFromWire({ experiment_id: '1' }).stage, 'active');
  });

  it('sorts by key', () => {
    const data = { tags: [{ key: 'b' }, { key: 'a', value: '1' }] };
    const { tags } = runFromWire({ info: { run_id: 'r', experiment_id: '1' }, data });
    assert.deepEqual(tags, [
      { key: 'a', value: '1' },
      { key: 'b', value: '' },
    ]);
  });

  it('names what makes no sense', () => {
    const info = { run_id: 'r', experiment_id: '1' };
    for (const [wire, name] of [
      [null, 'run'],
      [[], 'run'],
      [{}, 'run info'],
      [{ info: {} }, 'run_uuid'],
      [{ info: { ...info, status: 'LOST' } }, 'status'],
      [{ info: { ...info, start_time: 1.5 } }, 'start_time'],
      [{ info: { ...info, start_time: 2n ** 70n } }, 'start_time'],
      [{ info, data: { metrics: 7 } }, 'metrics'],
      [{ info, data: { metrics: [{ key: 'k', value: 'much' }] } }, 'value'],
      [{ info, data: { tags: [{ key: 1 }] } }, 'key'],
    ] as const) {
      assert.throws(
        () => runFromWire(wire),
        (error) => error instanceof WireFormatError && error.message.includes(`: ${name} is`),
        name,
      );
    }
  });
});
