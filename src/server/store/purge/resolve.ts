import { ApiError } from '../../../core/errors';
import type { RunInfo } from '../../../core/model';
import type { Catalog } from '../catalog';
import { text } from '../sqlite';
import type { PurgeEffect } from './effects';
import type { PurgeWrite, Removal } from './types';

/**
 * Decides what a purge takes with it, changing nothing: of runs their logged models and their artifacts, of experiments their
 * runs and all logged models. Model versions made from them stay, as `mlflow gc` leaves them.
 * @param experimentNumber an experiment's number; it throws where there is none
 * @returns undefined where there is nothing to change
 * @throws ApiError INVALID_PARAMETER_VALUE where something is not deleted, as `mlflow gc`; RESOURCE_DOES_NOT_EXIST
 */
export function resolvePurge(
  catalog: Catalog,
  write: PurgeWrite,
  experimentNumber: (experimentId: string) => number,
): PurgeEffect | undefined {
  if (write.kind === 'noteRemoved') {
    const removals = write.removals.filter((removal) => isPending(catalog, removal));
    return removals.length === 0 ? undefined : { kind: write.kind, removals };
  }
  const experiments = [...new Set(write.experimentIds.map(experimentNumber))];
  const runs = new Map<string, RunInfo>();
  for (const id of experiments) {
    const experiment = catalog.experiment(id);
    if (experiment?.stage !== 'deleted') {
      throw notDeleted('experiment', String(id));
    }
    catalog.runs('WHERE r.experiment = ?', [id]).forEach(({ info }) => runs.set(info.id, info));
  }
  for (const runId of write.runIds) {
    const run = catalog.run(runId);
    if (run === undefined) {
      throw new ApiError('RESOURCE_DOES_NOT_EXIST', `Run with id=${runId} not found`);
    }
    runs.set(runId, run.info);
  }
  for (const { id, stage } of runs.values()) {
    if (stage !== 'deleted') {
      throw notDeleted('run', id);
    }
  }
  if (runs.size + experiments.length === 0) {
    return undefined;
  }
  const models = new Map([
    ...[...runs.keys()].flatMap((runId) => modelsOf(catalog, 'source_run_id', runId)),
    ...experiments.flatMap((id) => modelsOf(catalog, 'experiment', id)),
  ]);
  const uris = [...[...runs.values()].map(({ artifactUri }) => artifactUri), ...models.values()];
  const locations = experiments.map((id) => catalog.experiment(id)?.artifactLocation ?? '');
  return {
    kind: write.kind,
    runIds: [...runs.keys()],
    experiments,
    models: [...models.keys()],
    removals: [
      ...uris.map((name): Removal => ({ kind: 'artifacts', name })),
      ...locations.map((name): Removal => ({ kind: 'location', name })),
    ],
  };
}

/** Logged models, deleted ones included, as pairs of id and artifact URI. */
export function modelsOf(
  catalog: Catalog,
  column: 'source_run_id' | 'experiment',
  value: string | number,
): [string, string][] {
  if (catalog.db.row('SELECT 1 FROM logged_models LIMIT 1') === undefined) {
    return [];
  }
  // The second condition lets the index of runs be used.
  const more = column === 'source_run_id' ? " AND source_run_id <> ''" : '';
  return catalog.db
    .rows(`SELECT model_id, artifact_uri FROM logged_models WHERE ${column} = ?${more} ORDER BY id`, value)
    .map((row) => [text(row[0]), text(row[1])]);
}

export function isPending({ db }: Catalog, { kind, name }: Removal): boolean {
  return db.row('SELECT 1 FROM removals WHERE kind = ? AND name = ?', kind, name) !== undefined;
}

/** The refusal of things that are not in the trash. */
export function notDeleted(what: 'run' | 'experiment', id: string): ApiError {
  return new ApiError(
    'INVALID_PARAMETER_VALUE',
    `The ${what} ${id} must be in the 'deleted' state to be deleted for good. Delete it first.`,
  );
}
