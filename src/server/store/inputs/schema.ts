/**
 * The tables of datasets and of what runs take in and give out; docs/store.md explains each column. Made where they are
 * missing, so that stores from before them open. `run` is `runs.id`, `dataset` is `datasets.id`, `input` is `run_datasets.id`.
 */
export const inputSchema = `
CREATE TABLE IF NOT EXISTS datasets (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  experiment INTEGER NOT NULL,
  name TEXT NOT NULL,
  digest TEXT NOT NULL,
  source_type TEXT NOT NULL,
  source TEXT NOT NULL,
  schema TEXT,
  profile TEXT,
  UNIQUE (experiment, name, digest)
);
CREATE TABLE IF NOT EXISTS run_datasets (
  id INTEGER PRIMARY KEY AUTOINCREMENT, run INTEGER NOT NULL, dataset INTEGER NOT NULL, UNIQUE (run, dataset)
);
CREATE INDEX IF NOT EXISTS run_datasets_by_dataset ON run_datasets (dataset);
CREATE TABLE IF NOT EXISTS run_dataset_tags (
  input INTEGER NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (input, key)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS run_model_inputs (
  id INTEGER PRIMARY KEY AUTOINCREMENT, run INTEGER NOT NULL, model_id TEXT NOT NULL, UNIQUE (run, model_id)
);
CREATE TABLE IF NOT EXISTS run_model_outputs (
  id INTEGER PRIMARY KEY AUTOINCREMENT, run INTEGER NOT NULL, model_id TEXT NOT NULL, step INTEGER NOT NULL,
  UNIQUE (run, model_id)
);
`;
