import type { RunRow } from './catalogRows';
import type { MetricSummary } from './metricSummary';
import { special, specialOf, storedValue } from './points';
import type { Cell, Database } from './sqlite';

/** What is to be written of a run. */
interface RunRows {
  readonly id: number;
  /** Undefined where its own row is as it should be. */
  row: RunRow | undefined;
  /** It has no row yet, and so none in any other table. */
  isNew: boolean;
  params: Map<string, string> | undefined;
  tags: Map<string, string> | undefined;
  metrics: Map<string, MetricSummary> | undefined;
}

type Table = 'params' | 'tags' | 'metrics';

const rowsAtOnce = 10;

/** SQL that writes one row, and that which writes ten. */
interface Insertion {
  readonly cells: number;
  readonly one: string;
  readonly ten: string;
}

/** @param row a row's values; `#1` stands for the first cell that is given for it */
function insertion(into: string, cells: number, row: string): Insertion {
  const rows = Array.from({ length: rowsAtOnce }, (_, i) =>
    row.replaceAll(/#(\d+)/g, (_match, cell: string) => `?${i * cells + Number(cell)}`),
  );
  return { cells, one: `${into} VALUES ${rows[0] ?? ''}`, ten: `${into} VALUES ${rows.join(', ')}` };
}

function plain(cells: number): [number, string] {
  return [cells, `(${Array.from({ length: cells }, (_, i) => `#${i + 1}`).join(', ')})`];
}

const insertions = {
  runs: insertion('INSERT INTO runs', ...plain(12)),
  params: insertion('INSERT OR REPLACE INTO params', ...plain(3)),
  tags: insertion('INSERT OR REPLACE INTO tags', ...plain(3)),
  metrics: insertion('INSERT OR REPLACE INTO metrics', ...plain(14)),
  /** Metrics of one point, a finite one. */
  points: insertion('INSERT OR REPLACE INTO metrics', 5, '(#1, #2, #3, #4, #5, 0, 1, 1, 0, #5, #5, #3, #5, #3)'),
};

/** What is to become rows of the catalog, by the numbers of the runs: the newest of each. */
export class UnsavedRows {
  /** In the order of their first changes. Of those that have a row only name, status and end may differ. */
  private readonly runs = new Map<number, RunRows>();
  private readonly runNumbers = new Map<string, number>();
  /** Of experiments: the place of the next run. */
  private readonly slots = new Map<number, number>();
  private rows = 0;
  /** That which was looked for last: what is logged comes run by run. */
  private last: RunRows | undefined;

  /** Rows. */
  get size(): number {
    return this.rows + this.slots.size;
  }

  run(runId: string): RunRow | undefined {
    const id = this.runNumbers.get(runId);
    return id === undefined ? undefined : this.runs.get(id)?.row;
  }

  setRun(row: RunRow, isNew: boolean): void {
    const rows = this.rowsOf(row.id);
    this.rows += rows.row === undefined ? 1 : 0;
    rows.row = row;
    rows.isNew ||= isNew;
    this.runNumbers.set(row.info.id, row.id);
  }

  isNew(run: number): boolean {
    return this.find(run)?.isNew === true;
  }

  param(run: number, key: string): string | undefined {
    return this.find(run)?.params?.get(key);
  }

  hasParams(run: number): boolean {
    return this.find(run)?.params !== undefined;
  }

  metric(run: number, key: string): MetricSummary | undefined {
    return this.find(run)?.metrics?.get(key);
  }

  setParam(run: number, key: string, value: string): void {
    const rows = this.rowsOf(run);
    this.put((rows.params ??= new Map<string, string>()), key, value);
  }

  setTag(run: number, key: string, value: string): void {
    const rows = this.rowsOf(run);
    this.put((rows.tags ??= new Map<string, string>()), key, value);
  }

  setMetric(run: number, key: string, metric: MetricSummary): void {
    const rows = this.rowsOf(run);
    this.put((rows.metrics ??= new Map<string, MetricSummary>()), key, metric);
  }

  slot(experiment: number): number | undefined {
    return this.slots.get(experiment);
  }

  setSlot(experiment: number, slot: number): void {
    this.slots.set(experiment, slot);
  }

  /** Adds what came later, which is left empty. */
  take(later: UnsavedRows): void {
    later.runs.forEach((rows, id) => {
      const known = this.find(id);
      if (known === undefined) {
        this.runs.set(id, rows);
        this.rows += countOf(rows);
      } else {
        this.merge(known, rows);
      }
    });
    later.runNumbers.forEach((id, runId) => this.runNumbers.set(runId, id));
    later.slots.forEach((slot, experiment) => this.slots.set(experiment, slot));
    later.clear();
  }

  /** Takes out about so many rows, those that are the oldest, and leaves the places of next runs. */
  split(most: number): UnsavedRows {
    const some = new UnsavedRows();
    for (const rows of this.runs.values()) {
      if (some.rows >= most) {
        break;
      }
      this.move(rows, some, most);
    }
    this.last = undefined;
    return some;
  }

  clear(): void {
    if (this.size > 0) {
      this.runs.clear();
      this.runNumbers.clear();
      this.slots.clear();
      this.rows = 0;
      this.last = undefined;
    }
  }

  save(db: Database): void {
    const cells: Record<keyof typeof insertions, Cell[]> = { runs: [], params: [], tags: [], metrics: [], points: [] };
    const changed: RunRow[] = [];
    this.runs.forEach(({ id, row, isNew, params, tags, metrics }) => {
      if (row !== undefined && isNew) {
        addRun(cells.runs, row);
      } else if (row !== undefined) {
        changed.push(row);
      }
      params?.forEach((value, key) => cells.params.push(id, key, value));
      tags?.forEach((value, key) => cells.tags.push(id, key, value));
      metrics?.forEach((metric, key) => {
        if (isOnePoint(metric)) {
          const { step, timestamp, value } = metric.latest;
          cells.points.push(id, key, step, timestamp, value);
        } else {
          addMetric(cells.metrics, id, key, metric);
        }
      });
    });
    insert(db, insertions.runs, cells.runs);
    for (const { id, info } of changed) {
      const { name, status, endTime = null } = info;
      db.run('UPDATE runs SET name = ?, status = ?, ended = ? WHERE id = ?', name, status, endTime, id);
    }
    for (const [experiment, slot] of this.slots) {
      db.run('UPDATE experiments SET next_slot = ? WHERE id = ?', slot, experiment);
    }
    insert(db, insertions.params, cells.params);
    insert(db, insertions.tags, cells.tags);
    insert(db, insertions.metrics, cells.metrics);
    insert(db, insertions.points, cells.points);
  }

  private find(run: number): RunRows | undefined {
    if (this.last?.id !== run) {
      this.last = this.runs.get(run);
    }
    return this.last;
  }

  private rowsOf(run: number): RunRows {
    let rows = this.find(run);
    if (rows === undefined) {
      rows = { id: run, row: undefined, isNew: false, params: undefined, tags: undefined, metrics: undefined };
      this.runs.set(run, rows);
      this.last = rows;
    }
    return rows;
  }

  private put<T>(map: Map<string, T>, key: string, value: T): void {
    const before = map.size;
    map.set(key, value);
    this.rows += map.size - before;
  }

  /** @param later of a run that was there before, so it is not new there; not used any more */
  private merge(known: RunRows, later: RunRows): void {
    const before = countOf(known);
    known.row = later.row ?? known.row;
    known.params = merged(known.params, later.params);
    known.tags = merged(known.tags, later.tags);
    known.metrics = merged(known.metrics, later.metrics);
    this.rows += countOf(known) - before;
  }

  /** Its own row goes first: from then on its other rows are looked for in the tables. */
  private move(rows: RunRows, to: UnsavedRows, most: number): void {
    const { id, row } = rows;
    if (row !== undefined) {
      to.setRun(row, rows.isNew);
      rows.row = undefined;
      rows.isNew = false;
      this.rows--;
      this.runNumbers.delete(row.info.id);
    }
    const { tags, params, metrics } = rows;
    this.rows -= moveSome(tags, (key, value) => to.setTag(id, key, value), most - to.rows);
    this.rows -= moveSome(params, (key, value) => to.setParam(id, key, value), most - to.rows);
    this.rows -= moveSome(metrics, (key, metric) => to.setMetric(id, key, metric), most - to.rows);
    if (countOf(rows) === 0) {
      this.runs.delete(id);
    }
  }
}

function countOf({ row, params, tags, metrics }: Pick<RunRows, 'row' | Table>): number {
  return (row === undefined ? 0 : 1) + (params?.size ?? 0) + (tags?.size ?? 0) + (metrics?.size ?? 0);
}

function merged<T>(known: Map<string, T> | undefined, later: Map<string, T> | undefined): Map<string, T> | undefined {
  if (known === undefined || known.size === 0 || later === undefined) {
    return later ?? known;
  }
  later.forEach((value, key) => known.set(key, value));
  return known;
}

/** Moves about `most` rows, ten by ten, as they are written. @returns how many */
function moveSome<T>(from: Map<string, T> | undefined, move: (key: string, value: T) => void, most: number): number {
  let moved = 0;
  if (from !== undefined) {
    const end = Math.ceil(most / rowsAtOnce) * rowsAtOnce;
    for (const [key, value] of from) {
      if (moved >= end) {
        break;
      }
      move(key, value);
      from.delete(key);
      moved++;
    }
  }
  return moved;
}

/** Writes rows of one table, ten at a time: half of what a row takes is taken by its statement. */
function insert(db: Database, { cells: width, one, ten }: Insertion, cells: readonly Cell[]): void {
  let at = 0;
  for (const wide = rowsAtOnce * width; cells.length - at >= wide; at += wide) {
    db.execute(ten, cells.length === wide ? cells : cells.slice(at, at + wide));
  }
  for (; at < cells.length; at += width) {
    db.execute(one, cells.slice(at, at + width));
  }
}

function addRun(cells: Cell[], { id, slot, stage, info }: RunRow): void {
  const { experimentId, name, userId, status, startTime, endTime = null, artifactUri } = info;
  cells.push(
    id,
    info.id,
    Number(experimentId),
    slot,
    name,
    userId,
    status,
    startTime,
    endTime,
    stage,
    null,
    artifactUri,
  );
}

/** Its other figures are then those of the point. */
function isOnePoint({ latest, points, finite }: MetricSummary): boolean {
  return points === 1 && finite === 1 && specialOf(latest.value) === special.none;
}

function addMetric(cells: Cell[], run: number, key: string, metric: MetricSummary): void {
  const { latest, points, finite, nans, sum, min, max } = metric;
  cells.push(run, key, latest.step, latest.timestamp, storedValue(latest.value), specialOf(latest.value));
  cells.push(points, finite, nans, sum, min?.value ?? null, min?.step ?? null, max?.value ?? null, max?.step ?? null);
}
