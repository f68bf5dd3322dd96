import assert from 'node:assert/strict';
import type { WireRun } from '../../../src/protocol/mlflow';
import { doubleOfHex, pointOf, type LoggedRun, type Point, type ReadRun, type Report } from './report';
import { compareIntegers, doubleOf, type Rest } from './rest';
import { reference } from './server';

/** Holds everything that a script says it logged against what the client read back and what the server says over REST. */
export async function compareRuns(report: Report, rest: Rest): Promise<void> {
  for (const [runId, logged] of Object.entries(report.logged)) {
    const served = await serve(rest, runId);
    compareLogged(logged, served);
    const read = report.read[runId];
    if (read !== undefined) {
      compareRead(read, served);
    }
  }
}

interface Served {
  readonly run: WireRun;
  readonly params: [string, string][];
  readonly tags: [string, string][];
  readonly history: Record<string, Point[]>;
  readonly artifacts: Record<string, string>;
}

async function serve(rest: Rest, runId: string): Promise<Served> {
  const run = await rest.run(runId);
  const history: Record<string, Point[]> = {};
  for (const { key } of run.data.metrics ?? []) {
    history[key] = await rest.history(runId, key);
  }
  const artifacts = await rest.artifacts(run);
  const roots = new Set(Object.keys(artifacts).map((file) => file.split('/')[0] ?? ''));
  assert.deepEqual(await rest.listed(runId), [...roots].sort(), 'artifacts/list and the artifact proxy disagree');
  return { run, params: pairsOf(run.data.params), tags: pairsOf(run.data.tags), history, artifacts };
}

function compareLogged(logged: LoggedRun, { run, params, tags, history, artifacts }: Served): void {
  assert.equal(run.info.run_uuid, run.info.run_id);
  assert.equal(run.info.status, logged.status);
  if (logged.name !== null) {
    assert.equal(run.info.run_name, logged.name);
  }
  const ended = ['FINISHED', 'FAILED', 'KILLED'].includes(logged.status);
  assert.equal(run.info.end_time !== undefined, ended, 'an end time means that the run ended');
  assert.deepEqual(params, logged.params.sort(byKey));
  const added = new Map(logged.tags);
  const own = tags.filter(([key]) => added.has(key) || !key.startsWith('mlflow.'));
  assert.deepEqual(own, logged.tags.sort(byKey));

  assert.deepEqual(Object.keys(history).sort(), Object.keys(logged.metrics).sort());
  for (const [key, expected] of Object.entries(logged.metrics)) {
    comparePoints(key, expected.map(pointOf), history[key] ?? []);
  }
  assert.deepEqual(latestOf(run), latestOfHistory(history));

  assert.deepEqual(Object.keys(artifacts).sort(), Object.keys(logged.artifacts).sort());
  for (const [file, expected] of Object.entries(logged.artifacts)) {
    if (expected !== null) {
      assert.equal(artifacts[file], expected, `content of ${file}`);
    }
  }
}

function compareRead(read: ReadRun, { run, params, tags, history, artifacts }: Served): void {
  assert.deepEqual(
    {
      name: read.name,
      status: read.status,
      stage: read.stage,
      experiment: read.experiment,
      user: read.user,
      start: read.start,
      end: read.end,
      artifactUri: read.artifactUri,
    },
    {
      name: run.info.run_name,
      status: run.info.status,
      stage: run.info.lifecycle_stage,
      experiment: run.info.experiment_id,
      user: run.info.user_id,
      start: String(run.info.start_time),
      end: run.info.end_time === undefined ? null : String(run.info.end_time),
      artifactUri: run.info.artifact_uri,
    },
  );
  assert.deepEqual(read.params.sort(byKey), params);
  assert.deepEqual(read.tags.sort(byKey), tags);
  assert.deepEqual(
    mapValues(read.latest, doubleOfHex),
    mapValues(latestOf(run), ([, value]) => value),
  );
  assert.deepEqual(
    mapValues(read.history, (points) => points.map(pointOf)),
    history,
  );
  assert.deepEqual(read.artifacts, artifacts);
}

/**
 * MLflow's order of a history, and no point lost, added or changed. Minus zero is zero, since MLflow's database has none;
 * MLflow's own server turns ±Infinity into the largest double, ours keeps it.
 */
function comparePoints(key: string, expected: Point[], served: Point[]): void {
  const inOrder = [...served].sort((a, b) => compareIntegers(a[2] ?? '0', b[2] ?? '0') || byStepAndValue(a, b));
  assert.deepEqual(served, inOrder, `${key} is in the order of timestamp, step, value`);
  const wanted = expected.map(asKept).sort(byStepAndValue);
  const found = served.map(asKept).sort(byStepAndValue);
  const untimed = found.map(([step, value, time], index): Point => [step, value, wanted[index]?.[2] ? time : null]);
  assert.deepEqual(untimed, wanted, `points of ${key}`);
}

/** The latest point of each metric: the largest by (step, timestamp, value), where NaN counts as 0. */
function latestOfHistory(history: Record<string, Point[]>): Record<string, Point> {
  return mapValues(history, (points) =>
    points.reduce((a, b) => {
      const order =
        compareIntegers(a[0], b[0]) || compareIntegers(a[2] ?? '0', b[2] ?? '0') || (a[1] || 0) - (b[1] || 0);
      return order > 0 ? a : b;
    }),
  );
}

function latestOf(run: WireRun): Record<string, Point> {
  const metrics = run.data.metrics ?? [];
  return Object.fromEntries(
    metrics.map(({ key, step, value, timestamp }) => [key, [String(step), doubleOf(value), String(timestamp)]]),
  );
}

function pairsOf(list: readonly { key: string; value: string }[] = []): [string, string][] {
  return list.map(({ key, value }): [string, string] => [key, value]).sort(byKey);
}

function byKey([a]: readonly [string, string], [b]: readonly [string, string]): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** MLflow keeps NaN as 0 with a mark, so it sorts as 0. */
function byStepAndValue(a: Point, b: Point): number {
  const [left, right] = [a[1] || 0, b[1] || 0];
  return compareIntegers(a[0], b[0]) || (left < right ? -1 : left > right ? 1 : 0);
}

function asKept([step, value, time]: Point): Point {
  const largest = reference === undefined ? Infinity : Number.MAX_VALUE;
  return [step, Math.min(Math.max(value, -largest), largest) + 0, time];
}

function mapValues<A, B>(record: Readonly<Record<string, A>>, convert: (value: A) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, convert(value)]));
}
