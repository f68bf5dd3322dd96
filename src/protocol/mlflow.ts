/**
 * The MLflow REST API as it is on the wire (`/api/2.0/mlflow/…`), for the messages that Labbook speaks. Fields are
 * snake_case; unset fields are absent, never null; doubles that JSON cannot say are the strings below.
 */

import type { NegativeZero } from '../core/json';

/** int64 on the wire: a JSON number. Read losslessly it is a bigint where a double would round. */
export type WireInt64 = number | bigint;

/** A double on the wire. MLflow writes what JSON has no number for as these strings. */
export type WireDouble = number | 'NaN' | 'Infinity' | '-Infinity';

export interface WireKeyValue {
  key: string;
  value: string;
}

export interface WireExperiment {
  experiment_id: string;
  name: string;
  artifact_location: string;
  lifecycle_stage: string;
  last_update_time: WireInt64;
  creation_time: WireInt64;
  tags?: WireKeyValue[];
}

export interface WireMetric {
  key: string;
  /** Written by `stringifyJson`, which alone writes the sign of -0. */
  value: WireDouble | NegativeZero;
  timestamp: WireInt64;
  step: WireInt64;
}

export interface WireRunInfo {
  run_id: string;
  run_uuid: string;
  run_name: string;
  experiment_id: string;
  user_id: string;
  status: string;
  start_time: WireInt64;
  end_time?: WireInt64;
  artifact_uri: string;
  lifecycle_stage: string;
}

export interface WireRun {
  info: WireRunInfo;
  data: { metrics?: WireMetric[]; params?: WireKeyValue[]; tags?: WireKeyValue[] };
  /** Always there from MLflow 2.4 on; older clients ignore it. */
  inputs?: { dataset_inputs?: WireDatasetInput[]; model_inputs?: { model_id: string }[] };
  /** From MLflow 3 on. */
  outputs?: { model_outputs?: WireModelOutput[] };
}

export interface WireDatasetInput {
  tags?: WireKeyValue[];
  dataset: { name: string; digest: string; source_type: string; source: string; schema?: string; profile?: string };
}

export interface WireModelOutput {
  model_id: string;
  step: WireInt64;
}

export interface WireModelMetric extends WireMetric {
  dataset_name?: string;
  dataset_digest?: string;
  model_id: string;
  run_id: string;
}

export interface WireLoggedModel {
  info: {
    model_id: string;
    experiment_id: string;
    name: string;
    creation_timestamp_ms: WireInt64;
    last_updated_timestamp_ms: WireInt64;
    artifact_uri: string;
    status: string;
    model_type: string;
    source_run_id: string;
    tags?: WireKeyValue[];
  };
  data: { params?: WireKeyValue[]; metrics?: WireModelMetric[] };
}

export interface WireDatasetSummary {
  experiment_id: string;
  name: string;
  digest: string;
  context?: string;
}

export interface WireFileInfo {
  path: string;
  is_dir: boolean;
  file_size?: WireInt64;
}

/** The body of every error. */
export interface WireError {
  error_code: string;
  message: string;
}

export const apiPrefix = '/api/2.0/mlflow';
export const artifactPrefix = '/api/2.0/mlflow-artifacts/artifacts';
