import { loggedModelStatuses } from '../../../core/loggedModels';
import type { KeyValue } from '../../../core/model';
import type { Catalog } from '../catalog';
import { stage } from '../catalogSchema';
import { specialOf, storedValue } from '../points';
import { real } from '../sqlite';
import type { ModelEffect, ModelMetricEffect } from './effects';
import { modelNumber } from './resolve';

/** Writes an effect into the catalog; it decides nothing. @returns the number of the model's experiment */
export function applyToModels(catalog: Catalog, effect: ModelEffect): number {
  const { db } = catalog;
  if (effect.kind === 'createLoggedModel') {
    db.run(
      'INSERT INTO logged_models (model_id, experiment, name, model_type, source_run_id, status, created, updated, stage, ' +
        'artifact_uri) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
      effect.modelId,
      effect.experimentId,
      effect.name,
      effect.modelType,
      effect.sourceRunId,
      loggedModelStatuses.indexOf('LOGGED_MODEL_PENDING') + 1,
      effect.time,
      effect.time,
      stage.active,
      effect.artifactUri,
    );
    const model = requiredNumber(catalog, effect.modelId);
    setParams(catalog, model, effect.params);
    setTags(catalog, model, effect.tags);
    return effect.experimentId;
  }
  const model = requiredNumber(catalog, effect.modelId);
  switch (effect.kind) {
    case 'setLoggedModelStatus':
      db.run(
        'UPDATE logged_models SET status = ?, updated = ? WHERE id = ?',
        loggedModelStatuses.indexOf(effect.status) + 1,
        effect.time,
        model,
      );
      break;
    case 'deleteLoggedModel':
      db.run('UPDATE logged_models SET stage = ?, updated = ? WHERE id = ?', stage.deleted, effect.time, model);
      break;
    case 'setLoggedModelTags':
      setTags(catalog, model, effect.tags);
      break;
    case 'deleteLoggedModelTag':
      db.run('DELETE FROM logged_model_tags WHERE model = ? AND key = ?', model, effect.key);
      break;
    case 'addLoggedModelParams':
      setParams(catalog, model, effect.params);
      break;
  }
  return real(db.row('SELECT experiment FROM logged_models WHERE id = ?', model)?.[0]);
}

/** @param run the number of the run that logged them */
export function applyModelMetrics(catalog: Catalog, run: number, metrics: readonly ModelMetricEffect[]): void {
  for (const { modelId, key, datasetName, datasetDigest, points } of metrics) {
    const model = requiredNumber(catalog, modelId);
    for (const { timestamp, step, value } of points) {
      catalog.db.run(
        'INSERT INTO logged_model_metrics VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
        model,
        key,
        timestamp,
        step,
        run,
        storedValue(value),
        specialOf(value),
        datasetName,
        datasetDigest,
      );
    }
  }
}

function setParams({ db }: Catalog, model: number, params: readonly KeyValue[]): void {
  for (const { key, value } of params) {
    db.run('INSERT INTO logged_model_params VALUES (?, ?, ?)', model, key, value);
  }
}

function setTags({ db }: Catalog, model: number, tags: readonly KeyValue[]): void {
  for (const { key, value } of tags) {
    db.run('INSERT OR REPLACE INTO logged_model_tags VALUES (?, ?, ?)', model, key, value);
  }
}

function requiredNumber(catalog: Catalog, modelId: string): number {
  const model = modelNumber(catalog, modelId);
  if (model === undefined) {
    throw new Error(`the model ${modelId} of a change is not in the catalog`);
  }
  return model;
}
