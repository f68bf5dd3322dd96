import type { Dataset, DatasetInput, ModelOutput } from '../../../core/loggedModels';
import type { Catalog } from '../catalog';
import type { RunRow } from '../catalogRows';
import { real } from '../sqlite';
import { lastOfEachKey, wellFormed } from '../wellFormed';
import type { DatasetLink, InputEffect } from './effects';
import type { InputWrite } from './types';

/**
 * Decides what a write to a run's inputs or outputs does, changing nothing. As in MLflow's SQL store the first word counts: a
 * dataset that the experiment knows keeps what it is, and one that the run uses already keeps its tags. Models need not exist.
 * A model that the run has given out already is left alone (MLflow: BAD_REQUEST).
 * @returns undefined where there is nothing to change
 */
export function resolveInputs(catalog: Catalog, run: RunRow, write: InputWrite): InputEffect | undefined {
  const { runId } = write;
  switch (write.kind) {
    case 'logInputs': {
      const datasets = newDatasets(catalog, run, write.datasets);
      const models = [...new Set(write.models.map(wellFormed))].filter(
        (model) =>
          catalog.db.row('SELECT 1 FROM run_model_inputs WHERE run = ? AND model_id = ?', run.id, model) === undefined,
      );
      return datasets.length + models.length === 0 ? undefined : { kind: write.kind, runId, datasets, models };
    }
    case 'logOutputs': {
      const models = new Map<string, ModelOutput>();
      for (const { modelId, step } of write.models) {
        const known = catalog.db.row(
          'SELECT 1 FROM run_model_outputs WHERE run = ? AND model_id = ?',
          run.id,
          wellFormed(modelId),
        );
        if (known === undefined && !models.has(modelId)) {
          models.set(modelId, { modelId: wellFormed(modelId), step });
        }
      }
      return models.size === 0 ? undefined : { kind: write.kind, runId, models: [...models.values()] };
    }
  }
}

/** A dataset's number in the catalog. */
export function datasetNumber({ db }: Catalog, experiment: number, name: string, digest: string): number | undefined {
  const row = db.row(
    'SELECT id FROM datasets WHERE experiment = ? AND name = ? AND digest = ?',
    experiment,
    name,
    digest,
  );
  return row && real(row[0]);
}

function newDatasets(catalog: Catalog, run: RunRow, inputs: readonly DatasetInput[]): DatasetLink[] {
  const links = new Map<string, DatasetLink>();
  for (const { dataset, tags } of inputs) {
    const name = wellFormed(dataset.name);
    const digest = wellFormed(dataset.digest);
    const identity = JSON.stringify([name, digest]);
    const known = datasetNumber(catalog, Number(run.info.experimentId), name, digest);
    const isLinked =
      known !== undefined &&
      catalog.db.row('SELECT 1 FROM run_datasets WHERE run = ? AND dataset = ?', run.id, known) !== undefined;
    if (!isLinked && !links.has(identity)) {
      const added = known === undefined ? clean({ ...dataset, name, digest }) : undefined;
      links.set(identity, { name, digest, added, tags: lastOfEachKey(tags) });
    }
  }
  return [...links.values()];
}

function clean({ name, digest, sourceType, source, schema, profile }: Dataset): Dataset {
  return {
    name,
    digest,
    sourceType: wellFormed(sourceType),
    source: wellFormed(source),
    schema: schema === undefined ? undefined : wellFormed(schema),
    profile: profile === undefined ? undefined : wellFormed(profile),
  };
}
