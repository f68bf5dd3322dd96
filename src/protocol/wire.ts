/**
 * Between MLflow's wire forms (`mlflow.ts`) and the domain (`core/model.ts`). Reading takes `unknown`, for it may come from any
 * server: absent fields get protobuf's defaults, numbers may be strings; what makes no sense throws a `WireFormatError` that names it.
 */
import { int64 } from '../core/int64';
import { negativeZero, type NegativeZero } from '../core/json';
import {
  runStatuses,
  type ArtifactEntry,
  type Experiment,
  type Int64,
  type KeyValue,
  type LifecycleStage,
  type Metric,
  type Run,
  type RunInfo,
  type RunStatus,
} from '../core/model';
import { inputsFromWire, inputsToWire, outputFromWire, outputToWire } from './modelWire';
import type {
  WireDouble,
  WireExperiment,
  WireFileInfo,
  WireInt64,
  WireKeyValue,
  WireMetric,
  WireRun,
  WireRunInfo,
} from './mlflow';

/** The message is not what MLflow's API says; `message` names the field. */
export class WireFormatError extends Error {
  override readonly name = 'WireFormatError';
}

export type Fields = Readonly<Record<string, unknown>>;

/** `stringifyJson` must write it: no other writer keeps the sign of -0. */
export function encodeDouble(value: number): WireDouble | NegativeZero {
  if (Object.is(value, -0)) {
    return negativeZero;
  }
  if (Number.isNaN(value)) {
    return 'NaN';
  }
  return Number.isFinite(value) ? value : value > 0 ? 'Infinity' : '-Infinity';
}

/** @returns undefined where `value` is no double in any of protobuf's JSON forms (numbers, also as strings; three words). */
export function decodeDouble(value: unknown): number | undefined {
  if (typeof value === 'number') {
    return value;
  }
  if (typeof value === 'bigint') {
    return Number(value);
  }
  if (typeof value !== 'string') {
    return undefined;
  }
  if (value === 'NaN' || value === 'Infinity' || value === '-Infinity') {
    return Number(value);
  }
  return /^-?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(value) ? Number(value) : undefined;
}

export function experimentToWire(experiment: Experiment): WireExperiment {
  return {
    experiment_id: experiment.id,
    name: experiment.name,
    artifact_location: experiment.artifactLocation,
    lifecycle_stage: experiment.stage,
    last_update_time: experiment.updatedAt,
    creation_time: experiment.createdAt,
    ...(experiment.tags.length > 0 ? { tags: experiment.tags.map(pairToWire) } : {}),
  };
}

export function experimentFromWire(wire: unknown): Experiment {
  const fields = readFields(wire, 'experiment');
  return {
    id: readText(fields, 'experiment_id'),
    name: readText(fields, 'name', ''),
    artifactLocation: readText(fields, 'artifact_location', ''),
    stage: readStage(fields),
    createdAt: readInt64(fields, 'creation_time', 0),
    updatedAt: readInt64(fields, 'last_update_time', 0),
    tags: readPairs(fields, 'tags'),
  };
}

export function runInfoToWire(info: RunInfo): WireRunInfo {
  return {
    run_id: info.id,
    run_uuid: info.id,
    run_name: info.name,
    experiment_id: info.experimentId,
    user_id: info.userId,
    status: info.status,
    start_time: info.startTime,
    // MLflow writes no end time of 0.
    ...(info.endTime === undefined || info.endTime === 0 ? {} : { end_time: info.endTime }),
    artifact_uri: info.artifactUri,
    lifecycle_stage: info.stage,
  };
}

export function runInfoFromWire(wire: unknown): RunInfo {
  const fields = readFields(wire, 'run info');
  return {
    id: readText(fields, 'run_id' in fields ? 'run_id' : 'run_uuid'),
    experimentId: readText(fields, 'experiment_id'),
    name: readText(fields, 'run_name', ''),
    userId: readText(fields, 'user_id', ''),
    status: readStatus(fields),
    startTime: readInt64(fields, 'start_time', 0),
    endTime: absent(fields, 'end_time') ? undefined : readInt64(fields, 'end_time'),
    stage: readStage(fields),
    artifactUri: readText(fields, 'artifact_uri', ''),
  };
}

/** Empty lists are not written; `inputs` is always there from MLflow 2.4 on, `outputs` from 3 on. */
export function runToWire({ info, metrics, params, tags, inputs, outputs }: Run): WireRun {
  return {
    info: runInfoToWire(info),
    data: {
      ...(metrics.length > 0 ? { metrics: metrics.map(metricToWire) } : {}),
      ...(params.length > 0 ? { params: params.map(pairToWire) } : {}),
      ...(tags.length > 0 ? { tags: tags.map(pairToWire) } : {}),
    },
    inputs: inputs === undefined ? {} : inputsToWire(inputs),
    outputs: outputs === undefined || outputs.length === 0 ? {} : { model_outputs: outputs.map(outputToWire) },
  };
}

export function runFromWire(wire: unknown): Run {
  const fields = readFields(wire, 'run');
  const data = absent(fields, 'data') ? {} : readFields(fields['data'], 'run data');
  const inputs = inputsFromWire(fields['inputs'] ?? {});
  const outputs = readList(readFields(fields['outputs'] ?? {}, 'outputs'), 'model_outputs', outputFromWire);
  return {
    info: runInfoFromWire(fields['info']),
    metrics: readList(data, 'metrics', metricFromWire).sort(byKey),
    params: readPairs(data, 'params'),
    tags: readPairs(data, 'tags'),
    ...(inputs.datasets.length + inputs.models.length > 0 ? { inputs } : {}),
    ...(outputs.length > 0 ? { outputs } : {}),
  };
}

export function metricToWire({ key, value, timestamp, step }: Metric): WireMetric {
  return { key, value: encodeDouble(value), timestamp, step };
}

export function metricFromWire(wire: unknown): Metric {
  const fields = readFields(wire, 'metric');
  const value = absent(fields, 'value') ? 0 : decodeDouble(fields['value']);
  if (value === undefined) {
    throw wrong('value', fields['value']);
  }
  return {
    key: readText(fields, 'key'),
    value,
    timestamp: readInt64(fields, 'timestamp', 0),
    step: readInt64(fields, 'step', 0),
  };
}

export function artifactToWire({ path, isDirectory, size }: ArtifactEntry): WireFileInfo {
  return { path, is_dir: isDirectory, ...(size === undefined ? {} : { file_size: size }) };
}

export function artifactFromWire(wire: unknown): ArtifactEntry {
  const fields = readFields(wire, 'file');
  const isDirectory = fields['is_dir'] === true;
  return {
    path: readText(fields, 'path'),
    isDirectory,
    size: isDirectory || absent(fields, 'file_size') ? undefined : Number(readInt64(fields, 'file_size')),
  };
}

/** An object's fields. @param what names it in the error */
export function readFields(value: unknown, what: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw wrong(what, value);
  }
  return value as Fields;
}

/** A list of messages; absent is empty. */
export function readList<T>(fields: Fields, name: string, read: (item: unknown) => T): T[] {
  const value = fields[name] ?? [];
  if (!Array.isArray(value)) {
    throw wrong(name, value);
  }
  return value.map(read);
}

/** @param fallback for an absent field; without it the field must be there */
export function readText(fields: Fields, name: string, fallback?: string): string {
  const value = fields[name] ?? fallback;
  if (typeof value !== 'string') {
    throw wrong(name, value);
  }
  return value;
}

/** @param fallback for an absent field; without it the field must be there */
export function readInt64(fields: Fields, name: string, fallback?: WireInt64): Int64 {
  const value = fields[name] ?? fallback;
  const integer =
    typeof value === 'number' || typeof value === 'bigint' || typeof value === 'string' ? int64(value) : undefined;
  if (integer === undefined) {
    throw wrong(name, value);
  }
  return integer;
}

function readStage(fields: Fields): LifecycleStage {
  return fields['lifecycle_stage'] === 'deleted' ? 'deleted' : 'active';
}

function readStatus(fields: Fields): RunStatus {
  // MLflow 1.x wrote the enum's number.
  const value = fields['status'] ?? 'RUNNING';
  const status = runStatuses.find((name, i) => name === value || i + 1 === Number(value));
  if (status === undefined) {
    throw wrong('status', value);
  }
  return status;
}

export function readPairs(fields: Fields, name: string): KeyValue[] {
  return readList(fields, name, (item) => {
    const pair = readFields(item, name);
    return { key: readText(pair, 'key'), value: readText(pair, 'value', '') };
  }).sort(byKey);
}

export function pairToWire({ key, value }: KeyValue): WireKeyValue {
  return { key, value };
}

function byKey(a: { key: string }, b: { key: string }): number {
  return a.key < b.key ? -1 : a.key > b.key ? 1 : 0;
}

function absent(fields: Fields, name: string): boolean {
  return fields[name] === undefined || fields[name] === null;
}

function wrong(name: string, value: unknown): WireFormatError {
  const text = typeof value === 'bigint' ? String(value) : (JSON.stringify(value) ?? 'nothing');
  return new WireFormatError(
    `Not as MLflow's API says: ${name} is ${text.length > 80 ? `${text.slice(0, 80)}…` : text}`,
  );
}
