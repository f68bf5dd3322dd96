/**
 * The tables of logged models in the catalog; docs/store.md explains each column. Made where they are missing, so that stores
 * from before them open. `model` is `logged_models.id`, `run` is `runs.id`; dataset columns are empty where none was named.
 */
export const modelSchema = `
CREATE TABLE IF NOT EXISTS logged_models (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  model_id TEXT NOT NULL UNIQUE,
  experiment INTEGER NOT NULL,
  name TEXT NOT NULL,
  model_type TEXT NOT NULL,
  source_run_id TEXT NOT NULL,
  status INTEGER NOT NULL,
  created INTEGER NOT NULL,
  updated INTEGER NOT NULL,
  stage INTEGER NOT NULL,
  artifact_uri TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS logged_models_by_creation ON logged_models (experiment, created);
CREATE TABLE IF NOT EXISTS logged_model_params (
  model INTEGER NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (model, key)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS logged_model_tags (
  model INTEGER NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (model, key)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS logged_model_metrics (
  model INTEGER NOT NULL,
  key TEXT NOT NULL,
  timestamp INTEGER NOT NULL,
  step INTEGER NOT NULL,
  run INTEGER NOT NULL,
  value REAL NOT NULL,
  special INTEGER NOT NULL,
  dataset_name TEXT NOT NULL,
  dataset_digest TEXT NOT NULL,
  PRIMARY KEY (model, key, timestamp, step, run, value, special, dataset_name, dataset_digest)
) WITHOUT ROWID;
`;
