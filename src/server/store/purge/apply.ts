import type { Change } from '../apply';
import type { Catalog } from '../catalog';
import { type Cell, real } from '../sqlite';
import type { PurgeEffect } from './effects';

/** Tables with the number of a run as `run`; each of them finds a run's rows by an index. */
const ofRuns = [
  'params',
  'tags',
  'metrics',
  'run_datasets',
  'run_model_inputs',
  'run_model_outputs',
  'logged_model_metrics',
];
/** Tables with the number of a logged model as `model`. */
const ofModels = ['logged_model_params', 'logged_model_tags', 'logged_model_metrics'];

/** Writes an effect into the catalog; it decides nothing. */
export function applyToPurge(catalog: Catalog, effect: PurgeEffect): Change {
  const { db } = catalog;
  if (effect.kind === 'noteRemoved') {
    effect.removals.forEach(({ kind, name }) => db.run('DELETE FROM removals WHERE kind = ? AND name = ?', kind, name));
    return {};
  }
  // Most stores have nothing in most of these: a look at each table is less than one for each run.
  const tables = effect.runIds.length === 0 ? [] : ofRuns.filter((table) => hasRows(db, table));
  const runs = effect.runIds.map((runId) => purgeRun(catalog, tables, runId));
  effect.models.forEach((modelId) => purgeModel(catalog, modelId));
  for (const id of effect.experiments) {
    db.run('DELETE FROM experiment_tags WHERE experiment = ?', id);
    db.run('DELETE FROM datasets WHERE experiment = ?', id);
    db.run('DELETE FROM experiments WHERE id = ?', id);
  }
  for (const { kind, name } of [...effect.runIds.map((name) => ({ kind: 'history', name })), ...effect.removals]) {
    db.run('INSERT OR IGNORE INTO removals VALUES (?, ?)', kind, name);
  }
  return {
    experiments: [...new Set([...effect.experiments, ...runs.map(({ experiment }) => experiment)])],
    runs: runs.map(({ id, experiment }) => ({ id, experimentId: String(experiment), aspects: ['info'] })),
  };
}

/** @param tables those of `ofRuns` that have rows */
function purgeRun({ db }: Catalog, tables: readonly string[], id: string): { id: string; experiment: number } {
  const row = db.row('SELECT id, experiment FROM runs WHERE run_id = ?', id);
  if (row === undefined) {
    throw new Error(`the run ${id} of a change is not in the catalog`);
  }
  const run = real(row[0]);
  const datasets = tables.includes('run_datasets')
    ? db.rows('SELECT dataset FROM run_datasets WHERE run = ?', run).map((each) => real(each[0]))
    : [];
  if (datasets.length > 0) {
    db.run('DELETE FROM run_dataset_tags WHERE input IN (SELECT id FROM run_datasets WHERE run = ?)', run);
  }
  deleteFrom(db, tables, 'run', run);
  for (const dataset of datasets) {
    // What no run uses any more.
    db.run(
      'DELETE FROM datasets WHERE id = ? AND NOT EXISTS (SELECT 1 FROM run_datasets WHERE dataset = ?)',
      dataset,
      dataset,
    );
  }
  db.run('DELETE FROM runs WHERE id = ?', run);
  return { id, experiment: real(row[1]) };
}

function purgeModel({ db }: Catalog, modelId: string): void {
  const row = db.row('SELECT id FROM logged_models WHERE model_id = ?', modelId);
  if (row === undefined) {
    throw new Error(`the model ${modelId} of a change is not in the catalog`);
  }
  deleteFrom(db, ofModels, 'model', real(row[0]));
  db.run('DELETE FROM logged_models WHERE id = ?', real(row[0]));
}

function hasRows(db: Catalog['db'], table: string): boolean {
  return db.row(`SELECT 1 FROM ${table} LIMIT 1`) !== undefined;
}

function deleteFrom(db: Catalog['db'], tables: readonly string[], column: string, value: Cell): void {
  tables.forEach((table) => db.run(`DELETE FROM ${table} WHERE ${column} = ?`, value));
}
