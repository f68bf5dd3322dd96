/**
 * What purges left to be removed from the disk; docs/store.md explains it. Made where it is missing, so that stores from before
 * open. The indexes find what belongs to a run.
 */
export const purgeSchema = `
CREATE TABLE IF NOT EXISTS removals (kind TEXT NOT NULL, name TEXT NOT NULL, PRIMARY KEY (kind, name)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS logged_models_by_run ON logged_models (source_run_id) WHERE source_run_id <> '';
CREATE INDEX IF NOT EXISTS logged_model_metrics_by_run ON logged_model_metrics (run);
`;
