import type { Steps } from '../../../core/steps';
import type { Catalog } from '../catalog';
import { real } from '../sqlite';
import type { InputEffect } from './effects';
import { datasetNumber } from './resolve';

/** Writes an effect into the catalog; it decides nothing. In a step is one dataset: its description may be long. */
export function* applyToInputs(catalog: Catalog, run: number, experiment: number, effect: InputEffect): Steps<void> {
  const { db } = catalog;
  if (effect.kind === 'logOutputs') {
    for (const { modelId, step } of effect.models) {
      db.run('INSERT INTO run_model_outputs (run, model_id, step) VALUES (?, ?, ?)', run, modelId, step);
    }
    return;
  }
  for (const { name, digest, added, tags } of effect.datasets) {
    if (added !== undefined) {
      db.run(
        'INSERT INTO datasets (experiment, name, digest, source_type, source, schema, profile) VALUES (?, ?, ?, ?, ?, ?, ?)',
        experiment,
        name,
        digest,
        added.sourceType,
        added.source,
        added.schema ?? null,
        added.profile ?? null,
      );
    }
    const dataset = datasetNumber(catalog, experiment, name, digest);
    if (dataset === undefined) {
      throw new Error(`the dataset ${name} of a change is not in the catalog`);
    }
    db.run('INSERT INTO run_datasets (run, dataset) VALUES (?, ?)', run, dataset);
    const input = real(db.row('SELECT id FROM run_datasets WHERE run = ? AND dataset = ?', run, dataset)?.[0]);
    for (const tag of tags) {
      db.run('INSERT INTO run_dataset_tags VALUES (?, ?, ?)', input, tag.key, tag.value);
    }
    yield;
  }
  for (const model of effect.models) {
    db.run('INSERT INTO run_model_inputs (run, model_id) VALUES (?, ?)', run, model);
  }
}
