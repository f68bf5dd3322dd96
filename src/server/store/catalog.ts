import type { Experiment, Int64, KeyValue, LifecycleStage, RunInfo, RunStatus } from '../../core/model';
import { runStatuses } from '../../core/model';
import { catalogSchema, stage } from './catalogSchema';
import type { MetricSummary } from './metricSummary';
import { specialOf, storedValue, valueFrom } from './points';
import { inputSchema } from './inputs/schema';
import { migrations, stepsFrom } from './migrations';
import { modelSchema } from './models/schema';
import { purgeSchema } from './purge/schema';
import { registrySchema } from './registry/schema';
import {
  type Cell,
  Database,
  formatOf,
  formatVersion,
  integer,
  openDatabase,
  real,
  type Row,
  type SqlJs,
  text,
} from './sqlite';

/** A run with what only the store needs to know of it. */
export interface RunRow {
  /** Its number inside the catalog. */
  readonly id: number;
  readonly slot: number;
  readonly info: RunInfo;
  /** One of `stage`. */
  readonly stage: number;
}

const runColumns =
  'r.id, r.run_id, r.experiment, r.slot, r.name, r.user_id, r.status, r.started, r.ended, r.stage, r.artifact_uri';

/** Runs, and metrics, that are remembered at most. */
const remembered = 10_000;

/** So many changed metrics become rows at once: that takes a millisecond. */
const manyUnsaved = 100;

const rowsAtOnce = 10;

/** SQL after which a remembered run or metric may be another one. */
const changesRows = /^(?!SELECT\b)[^]*\b(?:runs|metrics)\b/;

interface Unsaved {
  readonly run: number;
  readonly key: string;
  readonly metric: MetricSummary;
}

/**
 * The catalog database: rows in and out. What may be written is decided in resolve*.ts, what is written in apply.ts.
 *
 * A point that is logged asks for its run and its metric and changes the metric. So runs and metrics that were asked for are remembered,
 * and changed metrics become rows only when SQL of any kind comes next, or when they are many: many points of one metric are one row,
 * and a transaction in which nothing but known metrics changes needs no SQL at all. SQL that changes these tables, or takes a transaction
 * back, makes all be forgotten.
 */
export class Catalog {
  /** Sequence number of the last change in it. */
  applied: number;
  /** How often a transaction was taken back: what was read before may never have come to be. */
  rollbacks = 0;
  private readonly knownRuns = new Map<string, RunRow>();
  private readonly knownMetrics = new Map<string, MetricSummary | undefined>();
  /** Metrics that the running transaction changed and that are no rows yet. */
  private unsaved = new Map<string, Unsaved>();
  /** The same of transactions before it. */
  private unsavedBefore = new Map<string, Unsaved>();
  /** Of which run rows were asked for last, and whether it has none. */
  private readonly asked = new Map<'params' | 'metrics', { readonly run: number; isEmpty?: boolean }>();
  private saving = false;
  /** `pending`: begun, without SQL so far. */
  private transaction: 'none' | 'pending' | 'open' = 'none';

  private constructor(
    readonly db: Database,
    applied: number,
    /** The version of its file, where that is an older one. */
    readonly migratedFrom?: number,
  ) {
    this.applied = applied;
    db.beforeUse = (sql) => {
      if (!this.saving) {
        this.prepareFor(sql);
      }
    };
  }

  static create(sqlite: SqlJs): Catalog {
    const db = new Database(sqlite, undefined, 'inPieces');
    db.script(catalogSchema);
    makeLaterTables(db);
    db.run("INSERT INTO meta VALUES ('format', ?), ('applied', 0)", formatVersion);
    return new Catalog(db, 0);
  }

  /**
   * From a file of this or an older version, which stays as it is.
   * @throws StoreDamagedError, StoreVersionError
   */
  static open(sqlite: SqlJs, file: string, bytes: Uint8Array, known = migrations): Catalog {
    const db = openDatabase(sqlite, file, bytes, 'inPieces');
    const format = formatOf(bytes);
    const steps = stepsFrom(format, formatVersion, file, known);
    steps.forEach((step) => db.transaction(step.catalog));
    makeLaterTables(db);
    const applied = real(db.row("SELECT value FROM meta WHERE name = 'applied'")?.[0]);
    if (steps.length === 0) {
      return new Catalog(db, applied);
    }
    db.run("UPDATE meta SET value = ? WHERE name = 'format'", formatVersion);
    return new Catalog(db, applied, format);
  }

  /** The catalog as a file, saying that it holds the changes up to `applied`. Not inside a transaction. */
  export(): Uint8Array {
    this.noteApplied();
    return this.db.export();
  }

  /** The same as `Database.snapshot`. */
  snapshot(): Uint8Array[] {
    this.noteApplied();
    return this.db.snapshot();
  }

  private noteApplied(): void {
    this.db.run("UPDATE meta SET value = ? WHERE name = 'applied'", this.applied);
  }

  begin(): void {
    this.transaction = 'pending';
  }

  commit(applied: number): void {
    if (this.transaction === 'open') {
      this.db.run('COMMIT');
    } else {
      this.unsaved.forEach((each, name) => this.unsavedBefore.set(name, each));
      this.unsaved.clear();
    }
    this.transaction = 'none';
    this.applied = applied;
    if (this.unsavedBefore.size >= manyUnsaved) {
      this.saveEarlier();
    }
  }

  rollback(): void {
    this.rollbacks++;
    this.unsaved.clear();
    this.forget();
    const { transaction } = this;
    this.transaction = 'none';
    if (transaction === 'open') {
      this.db.run('ROLLBACK');
    }
  }

  /** Makes rows of what the running transaction changed where that is much; all other SQL does so anyway. */
  saveMany(): void {
    if (this.unsaved.size >= manyUnsaved) {
      this.prepareFor(undefined);
    }
  }

  experiment(id: number): Experiment | undefined {
    return this.oneExperiment('WHERE id = ?', id);
  }

  experimentByName(name: string): Experiment | undefined {
    return this.oneExperiment('WHERE name = ?', name);
  }

  /** @param tail SQL after FROM experiments */
  experiments(tail: string, params: readonly Cell[]): Experiment[] {
    const rows = this.db.rows(
      `SELECT id, name, artifact_location, stage, created, updated FROM experiments ${tail}`,
      ...params,
    );
    return rows.map((row) => this.toExperiment(row));
  }

  /** Never given before, deleted experiments counted. */
  nextExperimentId(): number {
    return real(this.db.row("SELECT coalesce(max(seq), -1) + 1 FROM sqlite_sequence WHERE name = 'experiments'")?.[0]);
  }

  run(runId: string): RunRow | undefined {
    const known = this.knownRuns.get(runId);
    if (known !== undefined) {
      return known;
    }
    const [run] = this.runs('WHERE r.run_id = ?', [runId]);
    if (run !== undefined) {
      this.makeRoom(this.knownRuns);
      this.knownRuns.set(runId, run);
    }
    return run;
  }

  /** @param tail SQL after FROM runs r */
  runs(tail: string, params: readonly Cell[]): RunRow[] {
    return this.db.rows(`SELECT ${runColumns} FROM runs r ${tail}`, ...params).map(toRunRow);
  }

  param(run: number, key: string): string | undefined {
    if (this.hasNone('params', run)) {
      return undefined;
    }
    const row = this.db.row('SELECT value FROM params WHERE run = ? AND key = ?', run, key);
    return row && text(row[0]);
  }

  /** Params that the run does not have. */
  addParams(run: number, params: readonly KeyValue[]): void {
    this.insert(
      'INSERT INTO params',
      params.map(({ key, value }) => [run, key, value]),
    );
  }

  tag(run: number, key: string): string | undefined {
    const row = this.db.row('SELECT value FROM tags WHERE run = ? AND key = ?', run, key);
    return row && text(row[0]);
  }

  experimentTag(experiment: number, key: string): string | undefined {
    const row = this.db.row('SELECT value FROM experiment_tags WHERE experiment = ? AND key = ?', experiment, key);
    return row && text(row[0]);
  }

  setTag(run: number, { key, value }: KeyValue): void {
    this.db.run('INSERT OR REPLACE INTO tags VALUES (?, ?, ?)', run, key, value);
  }

  setExperimentTag(experiment: number, { key, value }: KeyValue): void {
    this.db.run('INSERT OR REPLACE INTO experiment_tags VALUES (?, ?, ?)', experiment, key, value);
  }

  metric(run: number, key: string): MetricSummary | undefined {
    const name = `${run} ${key}`;
    const known = this.knownMetrics.get(name);
    if (known !== undefined || this.knownMetrics.has(name)) {
      return known;
    }
    const found = this.findMetric(run, key);
    this.makeRoom(this.knownMetrics);
    this.knownMetrics.set(name, found);
    return found;
  }

  setMetric(run: number, key: string, metric: MetricSummary): void {
    const name = `${run} ${key}`;
    if (!this.knownMetrics.has(name)) {
      this.makeRoom(this.knownMetrics);
    }
    this.knownMetrics.set(name, metric);
    this.asked.delete('metrics');
    this.unsaved.set(name, { run, key, metric });
  }

  private prepareFor(sql: string | undefined): void {
    // Before the running transaction begins in SQL, so that its end does not take them back.
    this.saveEarlier();
    if (this.transaction === 'pending' && (sql !== undefined || this.unsaved.size > 0)) {
      this.unasked('BEGIN');
      this.transaction = 'open';
    }
    this.save(this.unsaved);
    this.unsaved.clear();
    if (sql !== undefined) {
      this.asked.clear();
      if (changesRows.test(sql)) {
        this.forget();
      }
    }
  }

  private saveEarlier(): void {
    if (this.unsavedBefore.size === 0) {
      return;
    }
    this.unasked('BEGIN');
    try {
      this.save(this.unsavedBefore);
      this.unasked('COMMIT');
    } catch (error) {
      this.unasked('ROLLBACK');
      throw error;
    }
    this.unsavedBefore.clear();
  }

  /** Runs SQL for which nothing has to be made ready. */
  private unasked(sql: string): void {
    this.saving = true;
    try {
      this.db.run(sql);
    } finally {
      this.saving = false;
    }
  }

  private save(metrics: ReadonlyMap<string, Unsaved>): void {
    if (metrics.size === 0) {
      return;
    }
    this.saving = true;
    try {
      this.asked.clear();
      this.insert('INSERT OR REPLACE INTO metrics', Array.from(metrics.values(), toMetricRow));
    } finally {
      this.saving = false;
    }
  }

  private forget(): void {
    this.asked.clear();
    this.knownRuns.clear();
    this.knownMetrics.clear();
  }

  private makeRoom(known: Map<string, unknown>): void {
    if (known.size >= remembered) {
      known.clear();
    }
  }

  private findMetric(run: number, key: string): MetricSummary | undefined {
    if (this.hasNone('metrics', run)) {
      return undefined;
    }
    const row = this.db.row(
      'SELECT step, timestamp, value, special, points, finite, nans, sum, min, min_step, max, max_step FROM metrics ' +
        'WHERE run = ? AND key = ?',
      run,
      key,
    );
    return (
      row && {
        latest: { step: integer(row[0]), timestamp: integer(row[1]), value: valueFrom(real(row[2]), real(row[3])) },
        points: real(row[4]),
        finite: real(row[5]),
        nans: real(row[6]),
        sum: real(row[7]),
        min: extreme(row[8], row[9]),
        max: extreme(row[10], row[11]),
      }
    );
  }

  /** Writes rows of one table, ten at a time: half of what a row takes is taken by its statement. */
  private insert(into: string, rows: readonly Row[]): void {
    for (let at = 0; at < rows.length;) {
      const some = rows.length - at >= rowsAtOnce ? rowsAtOnce : 1;
      const values = rows.slice(at, at + some);
      const marks = `(${values[0]?.map(() => '?').join(', ')})`;
      this.db.run(`${into} VALUES ${Array.from(values, () => marks).join(', ')}`, ...values.flat());
      at += some;
    }
  }

  /** Whether a run has no rows there. Not before the second question for the same run: one alone costs nothing more. */
  private hasNone(table: 'params' | 'metrics', run: number): boolean {
    const asked = this.asked.get(table);
    if (asked?.run !== run) {
      this.asked.set(table, { run });
      return false;
    }
    asked.isEmpty ??= this.db.row(`SELECT 1 FROM ${table} WHERE run = ? LIMIT 1`, run) === undefined;
    return asked.isEmpty;
  }

  private oneExperiment(tail: string, param: Cell): Experiment | undefined {
    return this.experiments(tail, [param])[0];
  }

  private toExperiment(row: Row): Experiment {
    const id = real(row[0]);
    const tags = this.db.rows('SELECT key, value FROM experiment_tags WHERE experiment = ? ORDER BY key', id);
    return {
      id: String(id),
      name: text(row[1]),
      artifactLocation: text(row[2]),
      stage: toStage(real(row[3])),
      createdAt: integer(row[4]),
      updatedAt: integer(row[5]),
      tags: tags.map(toKeyValue),
    };
  }
}

/** Tables that stores from before them do not have. */
function makeLaterTables(db: Database): void {
  [registrySchema, modelSchema, inputSchema, purgeSchema].forEach((schema) => db.script(schema));
}

export function toKeyValue(row: Row): KeyValue {
  return { key: text(row[0]), value: text(row[1]) };
}

function toRunRow(row: Row): RunRow {
  return {
    id: real(row[0]),
    slot: real(row[3]),
    stage: real(row[9]),
    info: {
      id: text(row[1]),
      experimentId: String(real(row[2])),
      name: text(row[4]),
      userId: text(row[5]),
      status: toStatus(text(row[6])),
      startTime: integer(row[7]),
      endTime: optionalInteger(row[8]),
      stage: toStage(real(row[9])),
      artifactUri: text(row[10]),
    },
  };
}

function toMetricRow({ run, key, metric: { latest, points, finite, nans, sum, min, max } }: Unsaved): Row {
  return [
    ...[run, key, latest.step, latest.timestamp, storedValue(latest.value), specialOf(latest.value)],
    ...[points, finite, nans, sum, min?.value ?? null, min?.step ?? null, max?.value ?? null, max?.step ?? null],
  ];
}

function toStage(value: number): LifecycleStage {
  return value === stage.active ? 'active' : 'deleted';
}

function toStatus(value: string): RunStatus {
  const found = runStatuses.find((each) => each === value);
  if (found === undefined) {
    throw new TypeError(`unknown run status in the database: ${value}`);
  }
  return found;
}

function optionalInteger(cell: Cell | undefined): Int64 | undefined {
  return cell === null ? undefined : integer(cell);
}

function extreme(value: Cell | undefined, step: Cell | undefined): { value: number; step: Int64 } | undefined {
  return value === null ? undefined : { value: real(value), step: integer(step) };
}
