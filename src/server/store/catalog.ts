import type { Experiment, KeyValue, RunInfo, RunStatus } from '../../core/model';
import { metricColumns, runColumns, type RunRow, toKeyValue, toMetricSummary, toRunRow, toStage } from './catalogRows';
import { catalogSchema, stage } from './catalogSchema';
import { CatalogTransactions } from './catalogTransactions';
import { KnownMetrics } from './knownMetrics';
import type { MetricSummary } from './metricSummary';
import type { FilePieces, Snapshot } from './pieceFile';
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

/** Experiments and runs that are remembered at most, of each. */
const remembered = 10_000;

/** After one of these little more is logged to a run. */
const ends: ReadonlySet<RunStatus> = new Set(['FINISHED', 'FAILED', 'KILLED'] as const);

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
  private readonly knownRuns = new Map<string, RunRow>();
  private readonly knownMetrics = new KnownMetrics();
  private readonly knownExperiments = new Map<number, Experiment>();
  /** The run that was looked for last and is not there: who makes it looks first. */
  private missingRun: string | undefined;
  /** The number of the next run; undefined while it is not known. */
  private nextRun: number | undefined;
  private removals: boolean | undefined;
  /** Of which run rows were asked for last, and whether it has none. */
  private readonly asked = new Map<'params' | 'metrics', { readonly run: number; isEmpty?: boolean }>();
  private readonly transactions: CatalogTransactions;

  private constructor(
    readonly db: Database,
    applied: number,
    /** The version of its file, where that is an older one. */
    readonly migratedFrom?: number,
  ) {
    this.applied = applied;
    this.transactions = new CatalogTransactions(db, {
      forgetAsked: () => this.asked.clear(),
      forget: () => this.forget(),
    });
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

  /** How often a transaction was taken back: what was read before may never have come to be. */
  get rollbacks(): number {
    return this.transactions.rollbacks;
  }

  begin(): void {
    this.transactions.begin();
  }

  commit(applied: number): void {
    this.transactions.commit();
    this.applied = applied;
    this.transactions.saveManyEarlier();
  }

  rollback(): void {
    this.transactions.rollback();
  }

  /** The same as `CatalogTransactions.saveMany`. */
  saveMany(many?: number): void {
    this.transactions.saveMany(many);
  }

  /** Whether so much has gathered that some of it should become rows when nobody waits. */
  get hasSome(): boolean {
    return this.transactions.hasSome;
  }

  /** Makes a few rows, the oldest, of what transactions that ended changed. Not inside a transaction. */
  saveSome(): void {
    this.transactions.saveSome();
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
    return (this.removals ??= this.transactions.unprepared(
      () => this.db.row('SELECT 1 FROM removals LIMIT 1') !== undefined,
    ));
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
      this.transactions.unsaved.run(runId) ??
      this.transactions.unsavedBefore.run(runId) ??
      this.transactions.unprepared(() => this.runs('WHERE r.run_id = ?', [runId])[0]);
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
    this.transactions.unsaved.setSlot(experiment, slot + 1);
    this.setRun(row, true);
    return row;
  }

  /** Changes the name, the status, or the end of a run. */
  changeRun(run: RunRow, changes: Partial<Pick<RunInfo, 'name' | 'status' | 'endTime'>>): void {
    const isNew = this.transactions.unsaved.isNew(run.id);
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
    const unsaved = this.transactions.unsaved.param(run, key) ?? this.transactions.unsavedBefore.param(run, key);
    if (unsaved !== undefined || this.transactions.isNew(run)) {
      return unsaved;
    }
    return this.transactions.unprepared(() => {
      if (this.hasNone('params', run)) {
        return undefined;
      }
      const row = this.db.row('SELECT value FROM params WHERE run = ? AND key = ?', run, key);
      return row && text(row[0]);
    });
  }

  /** True of a new run to which no param was logged; where it is false it may have none all the same. */
  hasNoParams(run: number): boolean {
    return (
      this.transactions.isNew(run) &&
      !this.transactions.unsaved.hasParams(run) &&
      !this.transactions.unsavedBefore.hasParams(run)
    );
  }

  /** Params that the run does not have. */
  addParams(run: number, params: readonly KeyValue[]): void {
    for (const { key, value } of params) {
      this.transactions.unsaved.setParam(run, key, value);
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
    this.transactions.unsaved.setTag(run, key, value);
  }

  setExperimentTag(experiment: number, { key, value }: KeyValue): void {
    this.db.run('INSERT OR REPLACE INTO experiment_tags VALUES (?, ?, ?)', experiment, key, value);
  }

  metric(run: number, key: string): MetricSummary | undefined {
    const known = this.knownMetrics.get(run, key);
    if (known !== undefined || this.knownMetrics.has(run, key)) {
      return known;
    }
    const unsaved = this.transactions.unsaved.metric(run, key) ?? this.transactions.unsavedBefore.metric(run, key);
    if (unsaved === undefined && this.transactions.isNew(run)) {
      return undefined;
    }
    const found = unsaved ?? this.transactions.unprepared(() => this.findMetric(run, key));
    this.knownMetrics.set(run, key, found);
    return found;
  }

  setMetric(run: number, key: string, metric: MetricSummary): void {
    this.knownMetrics.set(run, key, metric);
    this.transactions.unsaved.setMetric(run, key, metric);
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
    this.transactions.unsaved.setRun(row, isNew);
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
    const unsaved = this.transactions.unsaved.slot(experiment) ?? this.transactions.unsavedBefore.slot(experiment);
    if (unsaved !== undefined) {
      return unsaved;
    }
    const row = this.transactions.unprepared(() =>
      this.db.row('SELECT next_slot FROM experiments WHERE id = ?', experiment),
    );
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
    const row = this.db.row(`SELECT ${metricColumns} FROM metrics WHERE run = ? AND key = ?`, run, key);
    return row && toMetricSummary(row);
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
