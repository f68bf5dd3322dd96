/**
 * The catalog's tables; docs/store.md explains each column. Texts are UTF-8; times are Unix milliseconds; `stage` is 0 active,
 * 1 deleted, 2 deleted together with its experiment (and restored with it).
 */
export const catalogSchema = `
CREATE TABLE meta (name TEXT PRIMARY KEY, value) WITHOUT ROWID;

CREATE TABLE experiments (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL UNIQUE,
  artifact_location TEXT NOT NULL,
  stage INTEGER NOT NULL,
  created INTEGER NOT NULL,
  updated INTEGER NOT NULL,
  next_slot INTEGER NOT NULL
);
CREATE TABLE experiment_tags (
  experiment INTEGER NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (experiment, key)
) WITHOUT ROWID;

CREATE TABLE runs (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  run_id TEXT NOT NULL UNIQUE,
  experiment INTEGER NOT NULL,
  slot INTEGER NOT NULL,
  name TEXT NOT NULL,
  user_id TEXT NOT NULL,
  status TEXT NOT NULL,
  started INTEGER NOT NULL,
  ended INTEGER,
  stage INTEGER NOT NULL,
  deleted INTEGER,
  artifact_uri TEXT NOT NULL
);
CREATE INDEX runs_by_start ON runs (experiment, started);
CREATE INDEX runs_going_on ON runs (status) WHERE stage = 0 AND status IN ('RUNNING', 'SCHEDULED');

CREATE TABLE params (run INTEGER NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (run, key)) WITHOUT ROWID;
CREATE TABLE tags (run INTEGER NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (run, key)) WITHOUT ROWID;

CREATE TABLE metrics (
  run INTEGER NOT NULL,
  key TEXT NOT NULL,
  step INTEGER NOT NULL,
  timestamp INTEGER NOT NULL,
  value REAL NOT NULL,
  special INTEGER NOT NULL,
  points INTEGER NOT NULL,
  finite INTEGER NOT NULL,
  nans INTEGER NOT NULL,
  sum REAL NOT NULL,
  min REAL,
  min_step INTEGER,
  max REAL,
  max_step INTEGER,
  PRIMARY KEY (run, key)
) WITHOUT ROWID;
`;

/** Values of the column `stage`. */
export const stage = { active: 0, deleted: 1, deletedWithExperiment: 2 } as const;
