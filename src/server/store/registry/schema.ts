/**
 * The registry's tables in the catalog. Made where they are missing, so that stores from before the registry open. `model` is
 * a number used in the catalog only: renaming touches one row. A deleted version stays, with `deleted` 1 and without what it
 * said, so that its number is not given again.
 */
export const registrySchema = `
CREATE TABLE IF NOT EXISTS registered_models (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL UNIQUE,
  created INTEGER NOT NULL,
  updated INTEGER NOT NULL,
  description TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS registered_model_tags (
  model INTEGER NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (model, key)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS registered_model_aliases (
  model INTEGER NOT NULL, alias TEXT NOT NULL, version INTEGER NOT NULL, PRIMARY KEY (model, alias)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS model_versions (
  model INTEGER NOT NULL,
  version INTEGER NOT NULL,
  created INTEGER NOT NULL,
  updated INTEGER NOT NULL,
  description TEXT,
  stage TEXT NOT NULL,
  source TEXT NOT NULL,
  location TEXT NOT NULL,
  run_id TEXT,
  run_link TEXT NOT NULL,
  deleted INTEGER NOT NULL,
  PRIMARY KEY (model, version)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS model_versions_by_run ON model_versions (run_id) WHERE deleted = 0 AND run_id <> '';
CREATE TABLE IF NOT EXISTS model_version_tags (
  model INTEGER NOT NULL, version INTEGER NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL,
  PRIMARY KEY (model, version, key)
) WITHOUT ROWID;
`;
