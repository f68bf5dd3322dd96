import { ApiError } from '../../../core/errors';
import { modelNotFound, type ModelPoint } from '../../../core/loggedModels';
import type { KeyValue } from '../../../core/model';
import type { Catalog } from '../catalog';
import { specialOf, storedValue } from '../points';
import { real, text } from '../sqlite';
import { lastOfEachKey, wellFormed, wellFormedPair } from '../wellFormed';
import type { ModelEffect, ModelMetricEffect } from './effects';
import type { ModelWrite } from './types';

/**
 * Decides what a write to the logged models does, changing nothing, by the rules of MLflow's SQL store; a deleted model can be
 * changed, as there. Params never change; the same value again is fine (MLflow: BAD_REQUEST).
 * @param home of a new model: the number of its experiment, and where its artifacts go
 * @returns undefined where there is nothing to change
 * @throws ApiError where the write is refused
 */
export function resolveModel(
  catalog: Catalog,
  write: ModelWrite,
  home: (experimentId: string) => { id: number; artifactUri: string },
): ModelEffect | undefined {
  const { modelId } = write;
  if (write.kind === 'createLoggedModel') {
    const { id, artifactUri } = home(write.experimentId);
    if (modelNumber(catalog, modelId) !== undefined) {
      throw new ApiError('RESOURCE_ALREADY_EXISTS', `Logged model with ID '${modelId}' already exists.`);
    }
    return {
      ...write,
      experimentId: id,
      name: wellFormed(write.name),
      modelType: wellFormed(write.modelType),
      sourceRunId: wellFormed(write.sourceRunId),
      artifactUri,
      params: newParams(catalog, undefined, modelId, write.params),
      tags: lastOfEachKey(write.tags),
    };
  }
  const model = modelNumber(catalog, modelId);
  if (model === undefined) {
    throw modelNotFound(modelId);
  }
  switch (write.kind) {
    case 'setLoggedModelStatus':
    case 'deleteLoggedModel':
      return { ...write };
    case 'setLoggedModelTags':
      return write.tags.length === 0 ? undefined : { ...write, tags: lastOfEachKey(write.tags) };
    case 'deleteLoggedModelTag': {
      const key = wellFormed(write.key);
      if (catalog.db.row('SELECT 1 FROM logged_model_tags WHERE model = ? AND key = ?', model, key) === undefined) {
        throw new ApiError('RESOURCE_DOES_NOT_EXIST', `No tag with key '${key}' found for model with ID '${modelId}'.`);
      }
      return { ...write, key };
    }
    case 'addLoggedModelParams': {
      const params = newParams(catalog, model, modelId, write.params);
      return params.length === 0 ? undefined : { ...write, params };
    }
  }
}

/**
 * The points of models' metrics that are not stored yet, by model, metric and dataset.
 * @throws ApiError where a model does not exist (MLflow's database refuses it with BAD_REQUEST, too)
 */
export function resolveModelMetrics(catalog: Catalog, run: number, logged: readonly ModelPoint[]): ModelMetricEffect[] {
  const groups = new Map<string, ModelMetricEffect & { points: ModelPoint[] }>();
  const seen = new Set<string>();
  for (const metric of logged) {
    const model = modelNumber(catalog, metric.modelId);
    if (model === undefined) {
      throw new ApiError('BAD_REQUEST', modelNotFound(metric.modelId).message);
    }
    const key = wellFormed(metric.key);
    const datasetName = wellFormed(metric.datasetName);
    const datasetDigest = wellFormed(metric.datasetDigest);
    const group = JSON.stringify([metric.modelId, key, datasetName, datasetDigest]);
    const stored = storedValue(metric.value);
    const special = specialOf(metric.value);
    const point = `${group} ${metric.step} ${metric.timestamp} ${stored} ${special}`;
    const isKnown =
      seen.has(point) ||
      catalog.db.row(
        'SELECT 1 FROM logged_model_metrics WHERE model = ? AND key = ? AND timestamp = ? AND step = ? AND run = ? ' +
          'AND value = ? AND special = ? AND dataset_name = ? AND dataset_digest = ?',
        model,
        key,
        metric.timestamp,
        metric.step,
        run,
        stored,
        special,
        datasetName,
        datasetDigest,
      ) !== undefined;
    seen.add(point);
    if (!isKnown) {
      const known = groups.get(group);
      if (known === undefined) {
        groups.set(group, { modelId: metric.modelId, key, datasetName, datasetDigest, points: [metric] });
      } else {
        known.points.push(metric);
      }
    }
  }
  return [...groups.values()];
}

/** A model's number in the catalog, deleted or not. */
export function modelNumber({ db }: Catalog, modelId: string): number | undefined {
  const row = db.row('SELECT id FROM logged_models WHERE model_id = ?', modelId);
  return row && real(row[0]);
}

function newParams(
  { db }: Catalog,
  model: number | undefined,
  modelId: string,
  params: readonly KeyValue[],
): KeyValue[] {
  const added = new Map<string, string>();
  for (const { key, value } of params.map(wellFormedPair)) {
    const row =
      model === undefined
        ? undefined
        : db.row('SELECT value FROM logged_model_params WHERE model = ? AND key = ?', model, key);
    const old = added.get(key) ?? (row && text(row[0]));
    if (old !== undefined && old !== value) {
      throw new ApiError(
        'INVALID_PARAMETER_VALUE',
        `Changing param values is not allowed. Param with key='${key}' was already logged with value='${old}' for ` +
          `model ID='${modelId}'. Attempted logging new value '${value}'.`,
      );
    }
    if (row === undefined) {
      added.set(key, value);
    }
  }
  return [...added].map(([key, value]) => ({ key, value }));
}
