import type { RunRow } from './catalog';
import type { MetricSummary } from './metricSummary';
import { specialOf, storedValue } from './points';
import type { Database, Row } from './sqlite';

interface UnsavedRun {
  readonly row: RunRow;
  /** It has no row yet, and so none in any other table. */
  readonly isNew: boolean;
}

interface UnsavedPair {
  readonly run: number;
  readonly key: string;
  readonly value: string;
}

interface UnsavedMetric {
  readonly run: number;
  readonly key: string;
  readonly metric: MetricSummary;
}

const rowsAtOnce = 10;

/** SQL that writes one row, and that which writes ten. */
interface Insertion {
  readonly one: string;
  readonly ten: string;
}

function insertion(into: string, columns: number): Insertion {
  const row = `(${Array.from({ length: columns }, () => '?').join(', ')})`;
  const rows = Array.from({ length: rowsAtOnce }, () => row).join(', ');
  return { one: `${into} VALUES ${row}`, ten: `${into} VALUES ${rows}` };
}

const insertions = {
  runs: insertion('INSERT INTO runs', 12),
  params: insertion('INSERT OR REPLACE INTO params', 3),
  tags: insertion('INSERT OR REPLACE INTO tags', 3),
  metrics: insertion('INSERT OR REPLACE INTO metrics', 14),
};

/** What is to become rows of the catalog: the newest of each. Params, tags and metrics by the run's number and the key (`7 loss`). */
export class UnsavedRows {
  /** By their numbers. Of those that have a row only name, status and end may differ. */
  private readonly runs = new Map<number, UnsavedRun>();
  private readonly runNumbers = new Map<string, number>();
  readonly params = new Map<string, UnsavedPair>();
  readonly tags = new Map<string, UnsavedPair>();
  readonly metrics = new Map<string, UnsavedMetric>();
  /** Of experiments: the place of the next run. */
  readonly slots = new Map<number, number>();

  /** Rows. */
  get size(): number {
    return this.runs.size + this.params.size + this.tags.size + this.metrics.size;
  }

  run(runId: string): RunRow | undefined {
    return this.runs.get(this.runNumbers.get(runId) ?? NaN)?.row;
  }

  setRun(row: RunRow, isNew: boolean): void {
    this.runs.set(row.id, { row, isNew });
    this.runNumbers.set(row.info.id, row.id);
  }

  isNew(run: number): boolean {
    return this.runs.get(run)?.isNew === true;
  }

  /** Adds what came later. */
  take(later: UnsavedRows): void {
    later.runs.forEach(({ row, isNew }, id) => this.setRun(row, isNew || this.isNew(id)));
    later.params.forEach((each, name) => this.params.set(name, each));
    later.tags.forEach((each, name) => this.tags.set(name, each));
    later.metrics.forEach((each, name) => this.metrics.set(name, each));
    later.slots.forEach((slot, experiment) => this.slots.set(experiment, slot));
  }

  clear(): void {
    this.runs.clear();
    this.runNumbers.clear();
    this.params.clear();
    this.tags.clear();
    this.metrics.clear();
    this.slots.clear();
  }

  save(db: Database): void {
    const runs = [...this.runs.values()];
    const added = runs.filter(({ isNew }) => isNew);
    insert(db, insertions.runs, Array.from(added, toRunRow));
    for (const { row, isNew } of runs) {
      if (!isNew) {
        const { name, status, endTime = null } = row.info;
        db.run('UPDATE runs SET name = ?, status = ?, ended = ? WHERE id = ?', name, status, endTime, row.id);
      }
    }
    for (const [experiment, slot] of this.slots) {
      db.run('UPDATE experiments SET next_slot = ? WHERE id = ?', slot, experiment);
    }
    insert(db, insertions.params, Array.from(this.params.values(), toPairRow));
    insert(db, insertions.tags, Array.from(this.tags.values(), toPairRow));
    insert(db, insertions.metrics, Array.from(this.metrics.values(), toMetricRow));
  }
}

/** Writes rows of one table, ten at a time: half of what a row takes is taken by its statement. */
function insert(db: Database, { one, ten }: Insertion, rows: readonly Row[]): void {
  let at = 0;
  for (; rows.length - at >= rowsAtOnce; at += rowsAtOnce) {
    db.run(ten, ...rows.slice(at, at + rowsAtOnce).flat());
  }
  for (; at < rows.length; at++) {
    db.run(one, ...(rows[at] ?? []));
  }
}

function toRunRow({ row: { id, slot, stage, info } }: UnsavedRun): Row {
  const { experimentId, name, userId, status, startTime, endTime = null, artifactUri } = info;
  return [id, info.id, Number(experimentId), slot, name, userId, status, startTime, endTime, stage, null, artifactUri];
}

function toPairRow({ run, key, value }: UnsavedPair): Row {
  return [run, key, value];
}

function toMetricRow({ run, key, metric: { latest, points, finite, nans, sum, min, max } }: UnsavedMetric): Row {
  return [
    ...[run, key, latest.step, latest.timestamp, storedValue(latest.value), specialOf(latest.value)],
    ...[points, finite, nans, sum, min?.value ?? null, min?.step ?? null, max?.value ?? null, max?.step ?? null],
  ];
}
