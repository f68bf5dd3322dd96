/** Logged models, datasets, inputs and outputs in MLflow's wire forms; the rest is in `wire.ts`. */
import type {
  DatasetInput,
  DatasetSummary,
  LoggedModel,
  ModelMetric,
  ModelOutput,
  RunInputs,
} from '../core/loggedModels';
import type {
  WireDatasetInput,
  WireDatasetSummary,
  WireLoggedModel,
  WireModelMetric,
  WireModelOutput,
  WireRun,
} from './mlflow';
import { metricToWire, pairToWire } from './wire';

export function inputsToWire({ datasets, models }: RunInputs): NonNullable<WireRun['inputs']> {
  return {
    ...(datasets.length > 0 ? { dataset_inputs: datasets.map(datasetInputToWire) } : {}),
    ...(models.length > 0 ? { model_inputs: models.map((model_id) => ({ model_id })) } : {}),
  };
}

export function outputToWire({ modelId, step }: ModelOutput): WireModelOutput {
  return { model_id: modelId, step };
}

function datasetInputToWire({ dataset, tags }: DatasetInput): WireDatasetInput {
  const { name, digest, sourceType, source, schema, profile } = dataset;
  return {
    ...(tags.length > 0 ? { tags: tags.map(pairToWire) } : {}),
    dataset: {
      name,
      digest,
      source_type: sourceType,
      source,
      ...(schema === undefined ? {} : { schema }),
      ...(profile === undefined ? {} : { profile }),
    },
  };
}

export function datasetSummaryToWire({ experimentId, name, digest, context }: DatasetSummary): WireDatasetSummary {
  return { experiment_id: experimentId, name, digest, ...(context === undefined ? {} : { context }) };
}

export function loggedModelToWire(model: LoggedModel): WireLoggedModel {
  const { tags, params, metrics } = model;
  return {
    info: {
      model_id: model.id,
      experiment_id: model.experimentId,
      name: model.name,
      creation_timestamp_ms: model.createdAt,
      last_updated_timestamp_ms: model.updatedAt,
      artifact_uri: model.artifactUri,
      status: model.status,
      model_type: model.modelType,
      source_run_id: model.sourceRunId,
      ...(tags.length > 0 ? { tags: tags.map(pairToWire) } : {}),
    },
    data: {
      ...(params.length > 0 ? { params: params.map(pairToWire) } : {}),
      ...(metrics.length > 0 ? { metrics: metrics.map(modelMetricToWire) } : {}),
    },
  };
}

function modelMetricToWire(metric: ModelMetric): WireModelMetric {
  const { datasetName, datasetDigest, modelId, runId } = metric;
  return {
    ...metricToWire(metric),
    ...(datasetName === '' ? {} : { dataset_name: datasetName }),
    ...(datasetDigest === '' ? {} : { dataset_digest: datasetDigest }),
    model_id: modelId,
    run_id: runId,
  };
}
