import { decode } from '@msgpack/msgpack';
import type { KeyValue, RunStatus } from '../../core/model';
import { runStatuses } from '../../core/model';
import type { Steps } from '../../core/steps';
import { binary, count, list, pack, pairs, string, time } from './packing';
import { inputEffectFromArray, inputEffectToArray, type InputEffect, isInputKind, isOfInputs } from './inputs/effects';
import {
  isModelKind,
  isOfModels,
  type ModelEffect,
  modelEffectFromArray,
  modelEffectToArray,
  type ModelMetricEffect,
  modelMetricsFromArray,
  modelMetricsToArray,
} from './models/effects';
import { MessageWriter } from './messageWriter';
import { migrations, stepsFrom } from './migrations';
import { packPoints, type Point, unpackPoints } from './points';
import { formatVersion } from './sqlite';
import { isOfPurge, isPurgeKind, type PurgeEffect, purgeEffectFromArray, purgeEffectToArray } from './purge/effects';
import {
  isOfRegistry,
  isRegistryKind,
  type RegistryEffect,
  registryEffectFromArray,
  registryEffectToArray,
} from './registry/effects';
import type { ExperimentWrite, RunWrite } from './types';

/**
 * How the points of one metric go into the store:
 * `single`: the metric's first point ever; its row in the catalog is its history.
 * `start`: the metric's first points, several at once, all for the history.
 * `move`: the metric had one point, in the catalog only. It comes first in `points`, to go into the history, and is not new.
 * `append`: the history has the metric's earlier points already.
 */
export type MetricMode = 'single' | 'start' | 'move' | 'append';
/** In the journal a mode is its place here. */
const metricModes: readonly MetricMode[] = ['single', 'start', 'move', 'append'];

export interface MetricEffect {
  readonly key: string;
  readonly mode: MetricMode;
  /** Sorted by `comparePoints`, none of them stored before (but see `move`). */
  readonly points: readonly Point[];
}

/** A write about an experiment, with its number instead of its id. */
type OfExperiment<W> = W extends unknown ? Omit<W, 'experimentId'> & { id: number } : never;

/**
 * What a write really did, every default filled in and every duplicate left out, so that replay decides nothing. An effect
 * says for the catalog and for the run's history separately all that they need: each of them can be replayed without looking
 * into the other, whose file may be older or newer.
 */
export type Effect =
  | RegistryEffect
  | ModelEffect
  | InputEffect
  | PurgeEffect
  | (Extract<ExperimentWrite, { kind: 'createExperiment' }> & { id: number; artifactLocation: string })
  | OfExperiment<Exclude<ExperimentWrite, { kind: 'createExperiment' }>>
  | (Omit<Extract<RunWrite, { kind: 'createRun' }>, 'experimentId'> & { experimentId: number; artifactUri: string })
  /** The `name` of updateRun is also written to the tag mlflow.runName. */
  | Exclude<RunWrite, { kind: 'createRun' }>
  | {
      kind: 'log';
      runId: string;
      metrics: readonly MetricEffect[];
      params: readonly KeyValue[];
      tags: readonly KeyValue[];
      /** Absent for none, so that logging costs nothing for it. */
      modelMetrics?: readonly ModelMetricEffect[];
    };

const writer = new MessageWriter();

/**
 * A frame's payload: MessagePack of `[[kind, field, …], …]`. docs/store.md lists the fields of each kind.
 * @returns bytes that are good until the next call
 */
export function encodeEffects(effects: readonly Effect[]): Uint8Array {
  return writer.write(effects.map(toArray));
}

/** The same of what may be long, in steps. @returns pieces of it that stay good */
export function encodeEffectsInSteps(effects: readonly Effect[]): Steps<Uint8Array[]> {
  return new MessageWriter().writeInSteps(effects.map(toArray));
}

/**
 * @param format version of the changes
 * @param known for tests: other migrations than there are
 * @throws Error where the bytes hold something else (another, perhaps newer program wrote them)
 */
export function decodeEffects(bytes: Uint8Array, format = formatVersion, known = migrations): Effect[] {
  const steps = stepsFrom(format, formatVersion, 'the journal', known);
  return list(decode(bytes, { useBigInt64: true })).map((raw) =>
    fromArray(steps.reduce((fields, { change }) => change?.(list(fields)) ?? fields, raw)),
  );
}

function toArray(effect: Effect): unknown[] {
  // Most effects.
  if (effect.kind === 'log') {
    return logToArray(effect);
  }
  if (isOfRegistry(effect)) {
    return registryEffectToArray(effect);
  }
  if (isOfModels(effect)) {
    return modelEffectToArray(effect);
  }
  if (isOfInputs(effect)) {
    return inputEffectToArray(effect);
  }
  if (isOfPurge(effect)) {
    return purgeEffectToArray(effect);
  }
  const { kind } = effect;
  switch (kind) {
    case 'createExperiment':
      return [kind, effect.id, effect.name, effect.artifactLocation, pack(effect.tags), effect.time];
    case 'renameExperiment':
      return [kind, effect.id, effect.name, effect.time];
    case 'deleteExperiment':
    case 'restoreExperiment':
      return [kind, effect.id, effect.time];
    case 'setExperimentTag':
      return [kind, effect.id, effect.tag.key, effect.tag.value, effect.time];
    case 'deleteExperimentTag':
      return [kind, effect.id, effect.key, effect.time];
    case 'createRun':
      return [
        kind,
        effect.runId,
        effect.experimentId,
        effect.name,
        effect.userId,
        effect.startTime,
        effect.artifactUri,
        pack(effect.tags),
      ];
    case 'updateRun':
      return [kind, effect.runId, effect.status ?? null, effect.endTime ?? null, effect.name ?? null];
    case 'deleteRun':
      return [kind, effect.runId, effect.time];
    case 'restoreRun':
      return [kind, effect.runId];
    case 'deleteTag':
      return [kind, effect.runId, effect.key];
  }
}

function logToArray(effect: Extract<Effect, { kind: 'log' }>): unknown[] {
  const { kind, runId, metrics, params, tags, modelMetrics } = effect;
  const row = [kind, runId, metrics.length === 0 ? null : columnsOf(metrics), pack(params), pack(tags)];
  return modelMetrics === undefined ? row : [...row, modelMetricsToArray(modelMetrics)];
}

function columnsOf(metrics: readonly MetricEffect[]): unknown[] {
  const { counts, values, steps, timestamps } = packPoints(metrics.map((metric) => metric.points));
  const keys = metrics.map((metric) => metric.key);
  const modes = metrics.map((metric) => metricModes.indexOf(metric.mode));
  return [keys, modes, counts, values, steps, timestamps];
}

function fromArray(raw: unknown): Effect {
  const [kind, ...f] = list(raw);
  if (isRegistryKind(kind)) {
    return registryEffectFromArray(kind, f);
  }
  if (isModelKind(kind)) {
    return modelEffectFromArray(kind, f);
  }
  if (isInputKind(kind)) {
    return inputEffectFromArray(kind, f);
  }
  if (isPurgeKind(kind)) {
    return purgeEffectFromArray(kind, f);
  }
  switch (kind) {
    case 'createExperiment':
      return {
        kind,
        id: count(f[0]),
        name: string(f[1]),
        artifactLocation: string(f[2]),
        tags: pairs(f[3]),
        time: time(f[4]),
      };
    case 'renameExperiment':
      return { kind, id: count(f[0]), name: string(f[1]), time: time(f[2]) };
    case 'deleteExperiment':
    case 'restoreExperiment':
      return { kind, id: count(f[0]), time: time(f[1]) };
    case 'setExperimentTag':
      return { kind, id: count(f[0]), tag: { key: string(f[1]), value: string(f[2]) }, time: time(f[3]) };
    case 'deleteExperimentTag':
      return { kind, id: count(f[0]), key: string(f[1]), time: time(f[2]) };
    case 'createRun':
      return {
        kind,
        runId: string(f[0]),
        experimentId: count(f[1]),
        name: string(f[2]),
        userId: string(f[3]),
        startTime: time(f[4]),
        artifactUri: string(f[5]),
        tags: pairs(f[6]),
      };
    case 'updateRun':
      return {
        kind,
        runId: string(f[0]),
        ...(f[1] === null ? {} : { status: status(f[1]) }),
        ...(f[2] === null ? {} : { endTime: time(f[2]) }),
        ...(f[3] === null ? {} : { name: string(f[3]) }),
      };
    case 'deleteRun':
      return { kind, runId: string(f[0]), time: time(f[1]) };
    case 'restoreRun':
      return { kind, runId: string(f[0]) };
    case 'log':
      return {
        kind,
        runId: string(f[0]),
        metrics: metrics(f[1]),
        params: pairs(f[2]),
        tags: pairs(f[3]),
        ...(f[4] === undefined ? {} : { modelMetrics: modelMetricsFromArray(f[4]) }),
      };
    case 'deleteTag':
      return { kind, runId: string(f[0]), key: string(f[1]) };
    default:
      throw new Error(`unknown kind of change ${JSON.stringify(kind)}`);
  }
}

function metrics(raw: unknown): MetricEffect[] {
  if (raw === null) {
    return [];
  }
  const [keys, modes, counts, values, steps, timestamps] = list(raw);
  const groups = unpackPoints({
    counts: list(counts).map(count),
    values: binary(values),
    steps: binary(steps),
    timestamps: binary(timestamps),
  });
  const modeNumbers = list(modes).map(count);
  return list(keys).map((key, i) => {
    const mode = metricModes[modeNumbers[i] ?? -1];
    const points = groups[i];
    if (mode === undefined || points === undefined) {
      throw new Error('incomplete metric columns');
    }
    return { key: string(key), mode, points };
  });
}

function status(raw: unknown): RunStatus {
  const found = runStatuses.find((each) => each === raw);
  if (found === undefined) {
    throw new Error(`unknown run status ${JSON.stringify(raw)}`);
  }
  return found;
}
