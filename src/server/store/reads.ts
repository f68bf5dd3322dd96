import type { MetricColumns } from '../../core/metricColumns';
import type { Experiment, KeyValue, Metric, Run, RunInfo } from '../../core/model';
import type { Steps } from '../../core/steps';
import type { Catalog } from './catalog';
import { type RunRow, toKeyValue } from './catalogRows';
import { StoreDamagedError } from './damage';
import type { Histories } from './histories';
import type { History } from './history';
import { valueFrom } from './points';
import { InputReads } from './inputs/reads';
import { LoggedModelReads } from './models/reads';
import type { LoggedModelReader } from './models/types';
import { RegistryReads } from './registry/reads';
import type { RegistryReader } from './registry/types';
import { experimentNumber } from './resolve';
import { type Cell, integer, real, type Row, text } from './sqlite';
import { searchFunctions } from './search/functions';
import { findRuns, type FoundRuns } from './search/findRuns';
import { compileExperiments, type SearchStatement } from './search/statements';
import { takingTurns } from '../turns';
import type { Page, SearchPage, Store } from './types';

/** Runs whose data are read before others get their turn: at first, when nothing may be compiled yet, and at most. */
const runsAtOnce = { first: 20, most: 100 };
/** Milliseconds of that which are aimed at. */
const aim = 8;

type Query<Name extends 'searchExperiments' | 'searchRuns' | 'getMetricHistory' | 'sampleMetric'> = Parameters<
  Store[Name]
>[0];

/** The reading half of `Store`; see there for what each method answers. */
export class Reads {
  readonly registry: RegistryReader;
  readonly loggedModels: LoggedModelReader;
  readonly inputs: InputReads;

  constructor(
    private readonly catalog: Catalog,
    private readonly histories: Histories,
  ) {
    catalog.db.define(searchFunctions);
    this.registry = new RegistryReads(catalog);
    this.loggedModels = new LoggedModelReads(catalog);
    this.inputs = new InputReads(catalog);
  }

  getExperiment(id: string): Experiment | undefined {
    const number = experimentNumber(id);
    return number === undefined ? undefined : this.catalog.experiment(number);
  }

  getExperimentByName(name: string): Experiment | undefined {
    return this.catalog.experimentByName(name);
  }

  searchExperiments(query: Query<'searchExperiments'>): SearchPage<Experiment> {
    return this.search(compileExperiments(query), query.limit, (ids) =>
      this.catalog.experiments('WHERE id IN (SELECT value FROM json_each(?))', [ids]).map((each) => [+each.id, each]),
    );
  }

  getRunInfo(id: string): RunInfo | undefined {
    return this.catalog.run(id)?.info;
  }

  getRun(id: string): Run | undefined {
    const run = this.catalog.run(id);
    return run && this.withData([run])[0];
  }

  async searchRuns({ experimentIds, ...query }: Query<'searchRuns'>): Promise<SearchPage<Run>> {
    const experiments = experimentIds.flatMap((id) => experimentNumber(id) ?? []);
    const turn = takingTurns();
    const found = await findRuns(this.catalog, query, experiments);
    await turn();
    const runs: Run[] = [];
    const { ids, next } = toSearchPage(found, query.limit);
    for (let from = 0, size = runsAtOnce.first; from < ids.length;) {
      const began = performance.now();
      runs.push(...this.someRuns(ids.slice(from, from + size)));
      from += size;
      const fitting = Math.round((size * aim) / (performance.now() - began));
      size = Math.min(runsAtOnce.most, Math.max(runsAtOnce.first, fitting));
      await turn();
    }
    return { items: runs, ...next };
  }

  /** Runs with all their data, in the order of `ids`, their numbers in the catalog. */
  private someRuns(ids: readonly number[]): Run[] {
    const rows = this.catalog.runs('WHERE r.id IN (SELECT value FROM json_each(?))', [JSON.stringify(ids)]);
    const runs = new Map(this.withData(rows).map((run, i) => [rows[i]?.id, run]));
    return ids.flatMap((id) => runs.get(id) ?? []);
  }

  getMetricHistory({ runId, key, offset, limit }: Query<'getMetricHistory'>): Page<Metric> {
    const metric = this.metric(runId, key);
    if (metric === undefined) {
      return { items: [], more: false };
    }
    const points =
      metric.history === undefined
        ? [metric.latest].slice(offset, offset + limit)
        : metric.history.page(key, offset, limit + 1);
    return toPage(
      points.map((point) => ({ key, ...point })),
      limit,
    );
  }

  sampleMetric({ runId, key, range, limit }: Query<'sampleMetric'>): Metric[] {
    const metric = this.metric(runId, key);
    if (metric === undefined) {
      return [];
    }
    if (metric.history !== undefined) {
      return metric.history.sample(key, range, limit).map((point) => ({ key, ...point }));
    }
    const { step } = metric.latest;
    return range === undefined || (step >= range.start && step <= range.end) ? [{ key, ...metric.latest }] : [];
  }

  getMetricColumns(runId: string, key: string): MetricColumns | undefined {
    const count = this.countPoints(runId, key);
    if (count === 0) {
      return undefined;
    }
    const column = (): Float64Array => new Float64Array(count);
    const columns = { step: column(), time: column(), value: column() };
    this.copyMetricColumns(runId, key, { from: 0, count }, columns);
    return columns;
  }

  copyMetricColumns(
    runId: string,
    key: string,
    { from, count }: { from: number; count: number },
    into: Partial<MetricColumns>,
  ): void {
    const metric = this.metric(runId, key);
    if (metric?.history === undefined) {
      const isThere = metric !== undefined && from === 0 && count === 1;
      this.expectPoints(runId, key, count, isThere ? 1 : 0);
      into.step?.fill(Number(metric?.latest.step), 0, count);
      into.time?.fill(Number(metric?.latest.timestamp), 0, count);
      into.value?.fill(metric?.latest.value ?? NaN, 0, count);
      return;
    }
    this.expectPoints(runId, key, count, metric.history.copyColumns(key, from, count, into));
  }

  openPoints(runId: string): Steps<void> {
    return this.histories.openInSteps(runId);
  }

  getPointAt(runId: string, key: string, place: number): Omit<Metric, 'key'> | undefined {
    const metric = this.metric(runId, key);
    return metric?.history === undefined
      ? place === 0
        ? metric?.latest
        : undefined
      : metric.history.pointAt(key, place);
  }

  get rollbacks(): number {
    return this.catalog.rollbacks;
  }

  countPoints(runId: string, key: string): number {
    const run = this.catalog.run(runId);
    return (run && this.catalog.metric(run.id, key)?.points) ?? 0;
  }

  getSlots(runIds: readonly string[]): ReadonlyMap<string, number> {
    const slots = new Map<string, number>();
    this.catalog.db.each(
      'SELECT run_id, slot FROM runs WHERE run_id IN (SELECT value FROM json_each(?))',
      [JSON.stringify(runIds)],
      (row) => slots.set(text(row[0]), real(row[1])),
    );
    return slots;
  }

  countRunningRuns(): number {
    return real(
      this.catalog.db.row("SELECT count(*) FROM runs WHERE stage = 0 AND status IN ('RUNNING', 'SCHEDULED')")?.[0],
    );
  }

  /** @throws StoreDamagedError where the metric's points should be in a history and that is not there */
  private metric(runId: string, key: string) {
    const run = this.catalog.run(runId);
    const summary = run && this.catalog.metric(run.id, key);
    if (summary === undefined) {
      return undefined;
    }
    let history: History | undefined;
    if (summary.points > 1) {
      history = this.histories.find(runId);
      this.expectPoints(runId, key, 1, history === undefined ? 0 : 1);
    }
    return { latest: summary.latest, points: summary.points, history };
  }

  private expectPoints(runId: string, key: string, expected: number, found: number): void {
    if (found !== expected) {
      throw new StoreDamagedError(
        this.histories.fileOf(runId),
        0,
        `Points of metric ${JSON.stringify(key)} of run ${runId} are missing.`,
      );
    }
  }

  /** @param load from a JSON list of numbers in the catalog to the things, in any order */
  private search<T>(
    statement: SearchStatement,
    limit: number,
    load: (ids: string) => readonly (readonly [number, T])[],
  ): SearchPage<T> {
    const rows = this.catalog.db.rowsOnce(statement.sql, statement.parameters);
    const { ids, next } = toSearchPage({ rows, tokenAfter: statement.tokenAfter }, limit);
    const found = new Map(load(JSON.stringify(ids)));
    return { items: ids.flatMap((id) => found.get(id) ?? []), ...next };
  }

  /** Adds metrics, params and tags: three statements, however many runs. */
  private withData(runs: readonly RunRow[]): Run[] {
    const ids = JSON.stringify(runs.map((run) => run.id));
    const metrics = this.grouped<Metric>('run, key, step, timestamp, value, special', 'metrics', ids, (row) => ({
      key: text(row[1]),
      value: valueFrom(real(row[4]), real(row[5])),
      timestamp: integer(row[3]),
      step: integer(row[2]),
    }));
    const params = this.grouped<KeyValue>('run, key, value', 'params', ids, (row) => toKeyValue(row.slice(1)));
    const tags = this.grouped<KeyValue>('run, key, value', 'tags', ids, (row) => toKeyValue(row.slice(1)));
    const links = this.inputs.links(ids);
    return runs.map(({ id, info }) => ({
      info,
      metrics: metrics.get(id) ?? [],
      params: params.get(id) ?? [],
      tags: tags.get(id) ?? [],
      ...links.get(id),
    }));
  }

  private grouped<T>(columns: string, table: string, ids: Cell, toItem: (row: Row) => T): Map<number, T[]> {
    const groups = new Map<number, T[]>();
    const sql = `SELECT ${columns} FROM ${table} WHERE run IN (SELECT value FROM json_each(?)) ORDER BY run, key`;
    this.catalog.db.each(sql, [ids], (row) => {
      const run = real(row[0]);
      const group = groups.get(run);
      if (group === undefined) {
        groups.set(run, [toItem(row)]);
      } else {
        group.push(toItem(row));
      }
    });
    return groups;
  }
}

/** Of rows of (id in the catalog, sort values…), one more than the limit where more follow. */
function toSearchPage(
  { rows, tokenAfter }: FoundRuns,
  limit: number,
): { ids: number[]; next: { nextPageToken?: string } } {
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  const more = rows.length > limit && last !== undefined;
  return { ids: page.map((row) => real(row[0])), next: more ? { nextPageToken: tokenAfter(last.slice(1)) } : {} };
}

/** @param rows one more than `limit` where more follow */
function toPage<T>(rows: readonly T[], limit: number): Page<T> {
  return { items: rows.slice(0, limit), more: rows.length > limit };
}
