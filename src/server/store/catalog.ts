import type { Experiment, Int64, KeyValue, LifecycleStage, RunInfo, RunStatus } from '../../core/model';
import { runStatuses } from '../../core/model';
import { catalogSchema, stage } from './catalogSchema';
import { KnownMetrics } from './knownMetrics';
import type { MetricSummary } from './metricSummary';
import type { FilePieces, Snapshot } from './pieceFile';
import { valueFrom } from './points';
import { inputSchema } from './inputs/schema';
import { migrations, stepsFrom } from './migrations';
import { modelSchema } from './models/schema';
import { purgeSchema } from './purge/schema';
import { registrySchema } from './registry/schema';
import { UnsavedRows } from './unsavedRows';
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

/** Experiments and runs that are remembered at most, of each. */
const remembered = 10_000;

/** So many rows are written at once: that takes a millisecond. */
const manyUnsaved = 200;

/**
 * With so many some are written when nobody waits, of the runs that were changed first. A short run has fewer: while it is logged all that is
 * asked of it is here.
 */
const someUnsaved = 64;
/** So many then: that takes less than a client takes until its next request. */
const savedAtOnce = 12;

/** After one of these little more is logged to a run. */
const ends: ReadonlySet<RunStatus> = new Set(['FINISHED', 'FAILED', 'KILLED'] as const);

/** SQL after which what is remembered may be another one. */
const changesRows = /^(?!SELECT\b)[^]*\b(?:experiments|experiment_tags|runs|params|tags|metrics|removals)\b/;

/**
 * The catalog database: rows in and out. What may be written is decided in resolve*.ts, what is written in apply.ts.
 *
 * A point that is logged asks for its run and its metric and changes the metric. So what was asked for is remembered, and what logging
 * changes, new runs included, becomes rows only when SQL of any kind comes next, when it is much, or when nobody waits: many points of one
 * metric are one row, a short run is written in a few statements, and a transaction in which nothing else changes needs no SQL at all.
 * SQL that changes these tables, or takes a transaction back, makes all that is remembered be forgotten.
 */
export class Catalog {
  /** Sequence number of the last change in it. */
  applied: number;
  /** How often a transaction was taken back: what was read before may never have come to be. */
  rollbacks = 0;
  private readonly knownRuns = new Map<string, RunRow>();
  private readonly knownMetrics = new KnownMetrics();
  private readonly knownExperiments = new Map<number, Experiment>();
  /** The run that was looked for last and is not there: who makes it looks first. */
  private missingRun: string | undefined;
  /** The number of the next run; undefined while it is not known. */
  private nextRun: number | undefined;
  private removals: boolean | undefined;
  /** What the running transaction changed and is no rows yet. */
  private unsaved = new UnsavedRows();
  /** The same of transactions before it. */
  private unsavedBefore = new UnsavedRows();
  /** Of which run rows were asked for last, and whether it has none. */
  private readonly asked = new Map<'params' | 'metrics', { readonly run: number; isEmpty?: boolean }>();
  /** SQL is run for which nothing has to be made ready. */
  private aside = false;
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
      if (!this.aside) {
        this.prepareFor(sql);
      }
    };
  }

  static create(sqlite: SqlJs): Catalog {
    const db = Database.inPieces(sqlite);
    db.script(catalogSchema);
    makeLaterTables(db);
    db.run("INSERT INTO meta VALUES ('format', ?), ('applied', 0)", formatVersion);
    return new Catalog(db, 0);
  }

  /**
   * From a file of this or an older version.
   * @param content nobody else may have its pieces
   * @throws StoreDamagedError, StoreVersionError
   */
  static open(sqlite: SqlJs, file: string, content: FilePieces, known = migrations): Catalog {
    const format = formatOf(content);
    const db = openDatabase(sqlite, file, content);
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
  snapshot(): Snapshot {
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
      this.keepUnsaved();
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

  /**
   * Makes rows of what the running transaction changed where that is much; all other SQL does so anyway.
   * @param many so many rows
   */
  saveMany(many = manyUnsaved): void {
    if (this.unsaved.size >= many) {
      this.prepareFor(undefined);
    }
  }

  /** Whether so much has gathered that some of it should become rows when nobody waits. */
  get hasSome(): boolean {
    return this.unsavedBefore.size >= someUnsaved;
  }

  /** Makes a few rows, the oldest, of what transactions that ended changed. Not inside a transaction. */
  saveSome(): void {
    const some = this.unsavedBefore.split(savedAtOnce);
    try {
      this.saveInTransaction(some);
    } catch (error) {
      some.take(this.unsavedBefore);
      this.unsavedBefore = some;
      throw error;
    }
  }

  experiment(id: number): Experiment | undefined {
    let found = this.knownExperiments.get(id);
    if (found === undefined) {
      found = this.oneExperiment('WHERE id = ?', id);
      if (found !== undefined) {
        this.makeRoom(this.knownExperiments);
        this.knownExperiments.set(id, found);
      }
    }
    return found;
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

  /** Whether permanent deletion left something to be removed from the disk. */
  get hasRemovals(): boolean {
    return (this.removals ??= this.unprepared(() => this.db.row('SELECT 1 FROM removals LIMIT 1') !== undefined));
  }

  /** Never given before, deleted experiments counted. */
  nextExperimentId(): number {
    return real(this.db.row("SELECT coalesce(max(seq), -1) + 1 FROM sqlite_sequence WHERE name = 'experiments'")?.[0]);
  }

  run(runId: string): RunRow | undefined {
    const known = this.knownRuns.get(runId);
    if (known !== undefined || runId === this.missingRun) {
      return known;
    }
    const run =
      this.unsaved.run(runId) ??
      this.unsavedBefore.run(runId) ??
      this.unprepared(() => this.runs('WHERE r.run_id = ?', [runId])[0]);
    if (run === undefined) {
      this.missingRun = runId;
    } else {
      this.remember(run);
    }
    return run;
  }

  /**
   * A new run. @param info with the id of an experiment, and of no run, that is there
   * @throws Error where it is not so
   */
  addRun(info: RunInfo): RunRow {
    const experiment = Number(info.experimentId);
    const slot = this.nextSlot(experiment);
    if (slot === undefined || this.run(info.id) !== undefined) {
      throw new Error(
        slot === undefined ? `there is no experiment ${experiment}` : `there is a run ${info.id} already`,
      );
    }
    const id = (this.nextRun ??= this.unusedRun());
    const row = { id, slot, stage: stage.active, info };
    this.nextRun++;
    this.unsaved.setSlot(experiment, slot + 1);
    this.setRun(row, true);
    return row;
  }

  /** Changes the name, the status, or the end of a run. */
  changeRun(run: RunRow, changes: Partial<Pick<RunInfo, 'name' | 'status' | 'endTime'>>): void {
    const isNew = this.unsaved.isNew(run.id);
    this.setRun({ ...run, info: { ...run.info, ...changes } }, isNew);
    if (changes.status !== undefined && ends.has(changes.status)) {
      this.knownMetrics.forget(run.id);
    }
  }

  /** @param tail SQL after FROM runs r */
  runs(tail: string, params: readonly Cell[]): RunRow[] {
    return this.db.rows(`SELECT ${runColumns} FROM runs r ${tail}`, ...params).map(toRunRow);
  }

  param(run: number, key: string): string | undefined {
    const unsaved = this.unsaved.param(run, key) ?? this.unsavedBefore.param(run, key);
    if (unsaved !== undefined || this.isNew(run)) {
      return unsaved;
    }
    return this.unprepared(() => {
      if (this.hasNone('params', run)) {
        return undefined;
      }
      const row = this.db.row('SELECT value FROM params WHERE run = ? AND key = ?', run, key);
      return row && text(row[0]);
    });
  }

  /** True of a new run to which no param was logged; where it is false it may have none all the same. */
  hasNoParams(run: number): boolean {
    return this.isNew(run) && !this.unsaved.hasParams(run) && !this.unsavedBefore.hasParams(run);
  }

  /** Params that the run does not have. */
  addParams(run: number, params: readonly KeyValue[]): void {
    for (const { key, value } of params) {
      this.unsaved.setParam(run, key, value);
    }
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
    this.unsaved.setTag(run, key, value);
  }

  setExperimentTag(experiment: number, { key, value }: KeyValue): void {
    this.db.run('INSERT OR REPLACE INTO experiment_tags VALUES (?, ?, ?)', experiment, key, value);
  }

  metric(run: number, key: string): MetricSummary | undefined {
    const known = this.knownMetrics.get(run, key);
    if (known !== undefined || this.knownMetrics.has(run, key)) {
      return known;
    }
    const unsaved = this.unsaved.metric(run, key) ?? this.unsavedBefore.metric(run, key);
    if (unsaved === undefined && this.isNew(run)) {
      return undefined;
    }
    const found = unsaved ?? this.unprepared(() => this.findMetric(run, key));
    this.knownMetrics.set(run, key, found);
    return found;
  }

  setMetric(run: number, key: string, metric: MetricSummary): void {
    this.knownMetrics.set(run, key, metric);
    this.unsaved.setMetric(run, key, metric);
  }

  private prepareFor(sql: string | undefined): void {
    // Before the running transaction begins in SQL, so that its end does not take them back.
    this.saveEarlier();
    if (this.transaction === 'pending' && (sql !== undefined || this.unsaved.size > 0)) {
      this.unprepared(() => this.db.run('BEGIN'));
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

  private keepUnsaved(): void {
    const { unsaved, unsavedBefore } = this;
    if (unsavedBefore.size === 0) {
      this.unsaved = unsavedBefore;
      this.unsavedBefore = unsaved;
    } else {
      unsavedBefore.take(unsaved);
    }
  }

  /** Runs SQL for which nothing has to be made ready: it sees nothing of what is no rows yet. */
  private unprepared<T>(use: () => T): T {
    const before = this.aside;
    this.aside = true;
    try {
      return use();
    } finally {
      this.aside = before;
    }
  }

  /** Makes rows of what transactions that ended changed. */
  private saveEarlier(): void {
    if (this.unsavedBefore.size > 0) {
      this.saveInTransaction(this.unsavedBefore);
      this.unsavedBefore.clear();
    }
  }

  /** Rows of transactions that ended: none may be running in SQL. */
  private saveInTransaction(rows: UnsavedRows): void {
    this.unprepared(() => this.db.run('BEGIN'));
    try {
      this.save(rows);
      this.unprepared(() => this.db.run('COMMIT'));
    } catch (error) {
      this.unprepared(() => this.db.run('ROLLBACK'));
      throw error;
    }
  }

  private save(rows: UnsavedRows): void {
    if (rows.size > 0) {
      this.asked.clear();
      this.unprepared(() => rows.save(this.db));
    }
  }

  private forget(): void {
    this.asked.clear();
    this.knownExperiments.clear();
    this.knownRuns.clear();
    this.knownMetrics.clear();
    this.missingRun = undefined;
    this.nextRun = undefined;
    this.removals = undefined;
  }

  private setRun(row: RunRow, isNew: boolean): void {
    this.unsaved.setRun(row, isNew);
    this.remember(row);
  }

  private remember(run: RunRow): void {
    this.makeRoom(this.knownRuns);
    this.knownRuns.set(run.info.id, run);
    this.missingRun = undefined;
  }

  /** Never given before, runs that were deleted for good counted. */
  private unusedRun(): number {
    const row = this.db.row(
      "SELECT max(coalesce((SELECT max(seq) FROM sqlite_sequence WHERE name = 'runs'), 0), coalesce(max(id), 0)) + 1 FROM runs",
    );
    return real(row?.[0]);
  }

  /** The place of an experiment's next run; undefined where there is no such experiment. */
  private nextSlot(experiment: number): number | undefined {
    const unsaved = this.unsaved.slot(experiment) ?? this.unsavedBefore.slot(experiment);
    if (unsaved !== undefined) {
      return unsaved;
    }
    const row = this.unprepared(() => this.db.row('SELECT next_slot FROM experiments WHERE id = ?', experiment));
    return row && real(row[0]);
  }

  private makeRoom(known: { readonly size: number; clear(): void }): void {
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

  /** It has no rows of any kind yet. */
  private isNew(run: number): boolean {
    return this.unsaved.isNew(run) || this.unsavedBefore.isNew(run);
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
