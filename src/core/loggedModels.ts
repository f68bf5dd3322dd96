/**
 * Logged models (MLflow 3), datasets and what a run takes in and gives out: the domain and MLflow's rules for it (its
 * `utils/validation.py`). Lengths count code points, as Python does.
 */
import { ApiError } from './errors';
import { checkLength, missingValue } from './limits';
import type { Int64, KeyValue, Metric } from './model';

/** A dataset of an experiment; name and digest identify it there. */
export interface Dataset {
  readonly name: string;
  readonly digest: string;
  readonly sourceType: string;
  readonly source: string;
  readonly schema: string | undefined;
  readonly profile: string | undefined;
}

/** A dataset that a run used. The tag `mlflow.data.context` says for what ("training"). */
export interface DatasetInput {
  readonly dataset: Dataset;
  readonly tags: readonly KeyValue[];
}

export interface RunInputs {
  readonly datasets: readonly DatasetInput[];
  /** Ids of logged models. */
  readonly models: readonly string[];
}

/** A logged model that a run made. */
export interface ModelOutput {
  readonly modelId: string;
  readonly step: Int64;
}

/** A dataset with one context in which runs of its experiment used it. */
export interface DatasetSummary {
  readonly experimentId: string;
  readonly name: string;
  readonly digest: string;
  readonly context: string | undefined;
}

/** MLflow's LoggedModelStatus; the enum numbers are 1 to 3 in this order. */
export const loggedModelStatuses = [
  'LOGGED_MODEL_PENDING',
  'LOGGED_MODEL_READY',
  'LOGGED_MODEL_UPLOAD_FAILED',
] as const;
export type LoggedModelStatus = (typeof loggedModelStatuses)[number];

/** Which model a point of a metric is about; dataset fields are empty where none was named. */
export interface ModelMetricSubject {
  readonly modelId: string;
  readonly datasetName: string;
  readonly datasetDigest: string;
}

/** A point of a metric of a model. */
export interface ModelPoint extends Metric, ModelMetricSubject {}

/** The same with the run that logged it. */
export interface ModelMetric extends ModelPoint {
  readonly runId: string;
}

export interface LoggedModel {
  /** `m-` and 32 hexadecimal digits. */
  readonly id: string;
  readonly experimentId: string;
  readonly name: string;
  readonly artifactUri: string;
  /** Unix milliseconds. */
  readonly createdAt: Int64;
  /** Unix milliseconds. */
  readonly updatedAt: Int64;
  /** May be empty. */
  readonly modelType: string;
  /** The run that made it; may be empty, and the run need not exist. */
  readonly sourceRunId: string;
  readonly status: LoggedModelStatus;
  readonly tags: readonly KeyValue[];
  readonly params: readonly KeyValue[];
  /** All points, not only the latest. */
  readonly metrics: readonly ModelMetric[];
}

const lengths = {
  datasetName: 500,
  digest: 36,
  source: 65_535,
  schema: 1_048_575,
  profile: 16_777_215,
  inputTagKey: 255,
  inputTagValue: 500,
  modelKey: 255,
} as const;

/** Largest number of datasets of one log-inputs. */
const maxDatasets = 1000;

/** @throws ApiError for more than 1000 datasets, or for the first one that breaks a rule */
export function checkDatasetInputs(inputs: readonly DatasetInput[]): readonly DatasetInput[] {
  if (inputs.length > maxDatasets) {
    throw invalid(`A request can name at most ${maxDatasets} datasets. Got ${inputs.length} datasets.`);
  }
  for (const { dataset, tags } of inputs) {
    checkLength('name', dataset.name, lengths.datasetName);
    checkLength('digest', dataset.digest, lengths.digest);
    checkLength('source', dataset.source, lengths.source);
    checkLength('schema', dataset.schema ?? '', lengths.schema);
    checkLength('profile', dataset.profile ?? '', lengths.profile);
    for (const tag of tags) {
      checkLength('key', tag.key, lengths.inputTagKey);
      checkLength('value', tag.value, lengths.inputTagValue);
    }
  }
  return inputs;
}

export function checkLoggedModelName(name: string): string {
  if (name === '' || /[/:.%"']/.test(name)) {
    throw invalid(
      `Invalid model name ('${name.slice(0, 200)}') provided. Model name must be a non-empty string and cannot contain ` +
        `the following characters: ('/', ':', '.', '%', '"', "'")`,
    );
  }
  return checkLength('name', name, lengths.datasetName);
}

/** The rule for keys of a model's params and tags. */
export function checkModelPairs(pairs: readonly KeyValue[], path: string): readonly KeyValue[] {
  pairs.forEach(({ key }, i) => {
    if (key === '') {
      throw missingValue(`${path}[${i}].key`);
    }
    checkLength(`${path}[${i}].key`, key, lengths.modelKey);
  });
  return pairs;
}

export function modelNotFound(modelId: string): ApiError {
  return new ApiError('RESOURCE_DOES_NOT_EXIST', `Logged model with ID '${modelId.slice(0, 200)}' not found.`);
}

function invalid(message: string): ApiError {
  return new ApiError('INVALID_PARAMETER_VALUE', message);
}
