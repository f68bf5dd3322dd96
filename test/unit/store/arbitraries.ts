import fc from 'fast-check';
import { runStatuses } from '../../../src/core/model';
import { modelStages } from '../../../src/core/registry';
import type { RegistryWrite } from '../../../src/server/store/registry/types';
import type { Write } from '../../../src/server/store/types';
import type { ModelledWrite } from './model';

const runText = fc.constantFrom('', 'a', 'b', 'ü🙂', "x'y");
const key = fc.constantFrom('k', 'l', 'mlflow.runName');
const pairs = fc.array(fc.record({ key, value: runText }), { maxLength: 2 });
const experimentId = fc.constantFrom('0', '1', '2', '9');
const runId = fc.constantFrom('r1', 'R1', '0123456789abcdef0123456789abcdef', 'zz');
const runTime = fc.constantFrom(0, 1, 1_700_000_000_000, 2n ** 53n + 1n);
const metrics = fc.array(
  fc.record({
    key: fc.constantFrom('loss', 'acc'),
    value: fc.oneof(fc.constantFrom(NaN, 0, -0, 1, Infinity, -Infinity, 5e-324), fc.double()),
    step: fc.oneof(fc.integer({ min: 0, max: 5 }), fc.constantFrom(-1, 2n ** 63n - 1n)),
    timestamp: fc.integer({ min: 0, max: 5 }),
  }),
  { maxLength: 6 },
);

/** A write to experiments or runs, from few names, so that they meet. */
export const runWrite: fc.Arbitrary<ModelledWrite> = fc.oneof(
  fc.record({
    kind: fc.constant('createExperiment' as const),
    name: runText,
    artifactLocation: fc.constantFrom(undefined, 's3://b/c'),
    tags: pairs,
    time: runTime,
  }),
  fc.record({ kind: fc.constant('renameExperiment' as const), experimentId, name: runText, time: runTime }),
  fc.record({
    kind: fc.constantFrom('deleteExperiment' as const, 'restoreExperiment' as const),
    experimentId,
    time: runTime,
  }),
  fc.record({
    kind: fc.constant('setExperimentTag' as const),
    experimentId,
    tag: fc.record({ key, value: runText }),
    time: runTime,
  }),
  fc.record({ kind: fc.constant('deleteExperimentTag' as const), experimentId, key, time: runTime }),
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('createRun' as const),
      runId,
      experimentId,
      name: runText,
      userId: runText,
      startTime: runTime,
      tags: pairs,
    }),
  },
  fc.record(
    {
      kind: fc.constant('updateRun' as const),
      runId,
      status: fc.constantFrom(...runStatuses),
      endTime: runTime,
      name: fc.constantFrom('n', 'm'),
    },
    { requiredKeys: ['kind', 'runId'] },
  ),
  fc.record({ kind: fc.constant('deleteRun' as const), runId, time: runTime }),
  fc.record({ kind: fc.constant('restoreRun' as const), runId }),
  fc.record({
    kind: fc.constant('purge' as const),
    runIds: fc.array(runId, { maxLength: 2 }),
    experimentIds: fc.oneof({ weight: 2, arbitrary: fc.constant([]) }, fc.array(experimentId, { maxLength: 1 })),
  }),
  fc.record({ kind: fc.constant('deleteTag' as const), runId, key }),
  {
    weight: 12,
    arbitrary: fc.record({ kind: fc.constant('log' as const), runId, metrics, params: pairs, tags: pairs }),
  },
);

const name = fc.constantFrom('a', 'b', 'ü🙂');
const number = fc.integer({ min: 0, max: 4 });
const tag = fc.record({ key: fc.constantFrom('k', 'l'), value: fc.constantFrom('', 'v', "x'y") });
const text = fc.constantFrom('', 'text', 'ü🙂');
const alias = fc.constantFrom('best', 'Best', 'x');
const time = fc.constantFrom(0, 1_700_000_000_000, 2n ** 53n + 1n);
const kind = <K extends RegistryWrite['kind']>(each: K): fc.Arbitrary<K> => fc.constant(each);

/** A write to the model registry. */
export const registryWrite: fc.Arbitrary<RegistryWrite> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      kind: kind('createRegisteredModel'),
      name,
      description: text,
      tags: fc.array(tag, { maxLength: 2 }),
      time,
    }),
  },
  fc.record({ kind: kind('renameRegisteredModel'), name, newName: name, time }),
  fc.record({ kind: kind('describeRegisteredModel'), name, description: text, time }),
  fc.record({ kind: kind('deleteRegisteredModel'), name }),
  fc.record({ kind: kind('setRegisteredModelTag'), name, tag }),
  fc.record({ kind: kind('deleteRegisteredModelTag'), name, key: fc.constantFrom('k', 'l') }),
  fc.record({ kind: kind('setRegisteredModelAlias'), name, alias, version: number }),
  fc.record({ kind: kind('deleteRegisteredModelAlias'), name, alias }),
  {
    weight: 5,
    arbitrary: fc.record({
      kind: kind('createModelVersion'),
      name,
      source: text,
      location: text,
      runId: fc.constantFrom(undefined, '', 'r1'),
      runLink: text,
      description: text,
      tags: fc.array(tag, { maxLength: 2 }),
      time,
    }),
  },
  fc.record({
    kind: kind('describeModelVersion'),
    name,
    version: number,
    description: fc.option(text, { nil: undefined }),
    time,
  }),
  {
    weight: 2,
    arbitrary: fc.record({
      kind: kind('setModelVersionStage'),
      name,
      version: number,
      stage: fc.constantFrom(...modelStages),
      archiveOthers: fc.boolean(),
      time,
    }),
  },
  fc.record({ kind: kind('deleteModelVersion'), name, version: number, time }),
  fc.record({ kind: kind('setModelVersionTag'), name, version: number, tag }),
  fc.record({ kind: kind('deleteModelVersionTag'), name, version: number, key: fc.constantFrom('k', 'l') }),
);

const modelId = fc.constantFrom('m-1', 'm-2', 'm-3');
const loggedRun = fc.constantFrom('r1', '0123456789abcdef0123456789abcdef');
const loggedPairs = fc.array(tag, { maxLength: 2 });

/** A write to logged models, datasets, inputs or outputs. */
export const modelWrite: fc.Arbitrary<Write> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('createLoggedModel' as const),
      modelId,
      experimentId,
      name: text,
      modelType: text,
      sourceRunId: loggedRun,
      params: loggedPairs,
      tags: loggedPairs,
      time,
    }),
  },
  fc.record({
    kind: fc.constant('setLoggedModelStatus' as const),
    modelId,
    status: fc.constantFrom('LOGGED_MODEL_READY' as const, 'LOGGED_MODEL_UPLOAD_FAILED' as const),
    time,
  }),
  fc.record({ kind: fc.constant('deleteLoggedModel' as const), modelId, time }),
  fc.record({ kind: fc.constant('setLoggedModelTags' as const), modelId, tags: loggedPairs }),
  fc.record({ kind: fc.constant('addLoggedModelParams' as const), modelId, params: loggedPairs }),
  fc.record({
    kind: fc.constant('logOutputs' as const),
    runId: loggedRun,
    models: fc.array(fc.record({ modelId, step: fc.constantFrom(0, 2n ** 61n) }), { maxLength: 2 }),
  }),
  fc.record({
    kind: fc.constant('logInputs' as const),
    runId: loggedRun,
    datasets: fc.array(
      fc.record({
        dataset: fc.record({
          name: text,
          digest: fc.constantFrom('1', '2'),
          sourceType: text,
          source: text,
          schema: fc.constantFrom(undefined, '{}'),
          profile: fc.constantFrom(undefined, 'p'),
        }),
        tags: loggedPairs,
      }),
      { maxLength: 2 },
    ),
    models: fc.array(modelId, { maxLength: 2 }),
  }),
  fc.tuple(modelId, loggedRun, metrics).map(([id, runId, points]): Write => ({
    kind: 'log',
    runId,
    metrics: points,
    params: [],
    tags: [],
    modelMetrics: points.map((point) => ({ ...point, modelId: id, datasetName: '', datasetDigest: '' })),
  })),
);

export const anyWrite: fc.Arbitrary<Write> = fc.oneof(
  { weight: 5, arbitrary: runWrite },
  { weight: 1, arbitrary: registryWrite },
  { weight: 1, arbitrary: modelWrite },
);

/** So that most histories have a run with points. */
export const runWithPoints: readonly Write[] = [
  { kind: 'createRun', runId: 'r1', experimentId: '0', name: 'n', userId: 'u', startTime: 1, tags: [] },
  {
    kind: 'log',
    runId: 'r1',
    metrics: [1, 2, 3].map((step) => ({ key: 'loss', value: step, step, timestamp: step })),
    params: [{ key: 'k', value: 'a' }],
    tags: [],
  },
];

/** Deletes that run for good. */
export const purgeOfRun: readonly Write[] = [
  { kind: 'deleteRun', runId: 'r1', time: 1 },
  { kind: 'purge', runIds: ['r1'], experimentIds: [] },
];
