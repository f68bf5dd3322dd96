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
import { metricToWire, pairToWire, readFields, readInt64, readList, readPairs, readText } from './wire';

export function inputsToWire({ datasets, models }: RunInputs): NonNullable<WireRun['inputs']> {
  return {
    ...(datasets.length > 0 ? { dataset_inputs: datasets.map(datasetInputToWire) } : {}),
    ...(models.length > 0 ? { model_inputs: models.map((model_id) => ({ model_id })) } : {}),
  };
}

/** @throws WireFormatError */
export function inputsFromWire(wire: unknown): RunInputs {
  const fields = readFields(wire, 'inputs');
  return {
    datasets: readList(fields, 'dataset_inputs', (item) => {
      const input = readFields(item, 'dataset_inputs');
      const dataset = readFields(input['dataset'], 'dataset');
      return {
        dataset: {
          name: readText(dataset, 'name', ''),
          digest: readText(dataset, 'digest', ''),
          sourceType: readText(dataset, 'source_type', ''),
          source: readText(dataset, 'source', ''),
          schema: dataset['schema'] === undefined ? undefined : readText(dataset, 'schema'),
          profile: dataset['profile'] === undefined ? undefined : readText(dataset, 'profile'),
        },
        tags: readPairs(input, 'tags'),
      };
    }),
    models: readList(fields, 'model_inputs', (item) => readText(readFields(item, 'model_inputs'), 'model_id')),
  };
}

/** @throws WireFormatError */
export function outputFromWire(wire: unknown): ModelOutput {
  const fields = readFields(wire, 'model_outputs');
  return { modelId: readText(fields, 'model_id'), step: readInt64(fields, 'step', 0) };
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
