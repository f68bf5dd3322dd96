import { type Int64, tagNames } from '../../core/model';
import { finish, type Steps } from '../../core/steps';
import type { Aspect } from '../../protocol/extras';
import type { Catalog } from './catalog';
import type { RunRow } from './catalogRows';
import { stage } from './catalogSchema';
import type { Effect, MetricEffect } from './effects';
import { summarize } from './metricSummary';
import { applyToInputs } from './inputs/apply';
import { isOfInputs } from './inputs/effects';
import { applyModelMetrics, applyToModels } from './models/apply';
import { isOfModels, type ModelEffect } from './models/effects';
import { applyToRegistry } from './registry/apply';
import { applyToPurge } from './purge/apply';
import { isOfPurge, type PurgeEffect } from './purge/effects';
import { isOfRegistry, type RegistryEffect } from './registry/effects';
import { integer, real } from './sqlite';

/** Runs that are deleted or restored with their experiment in one step: one to four milliseconds. */
const runsInStep = 2000;

/** So many datasets are linked at once: with a description of 10 KB each that takes a millisecond. */
const datasetsAtOnce = 16;

/** What an effect changed, for readers of the change feed. */
export interface Change {
  readonly experiment?: number;
  readonly experiments?: readonly number[];
  /** Names of registered models. */
  readonly models?: readonly string[];
  readonly run?: ChangedRun;
  readonly runs?: readonly ChangedRun[];
  /** What is still to be done of it, in the same transaction and before anything else is decided. */
  readonly rest?: Steps<void>;
}

export interface ChangedRun {
  readonly id: string;
  readonly experimentId: string;
  readonly aspects: readonly Aspect[];
}

/** Writes an effect into the catalog. Decides nothing: the same effects in the same order give the same catalog. */
export function applyToCatalog(catalog: Catalog, effect: Effect): Change {
  // Most effects.
  if (effect.kind === 'log') {
    return applyToRun(catalog, effect);
  }
  if (isOfRegistry(effect)) {
    return applyToRegistry(catalog, effect);
  }
  if (isOfModels(effect)) {
    return { experiment: applyToModels(catalog, effect) };
  }
  if (isOfPurge(effect)) {
    return applyToPurge(catalog, effect);
  }
  switch (effect.kind) {
    case 'createExperiment':
    case 'renameExperiment':
    case 'setExperimentTag':
    case 'deleteExperimentTag':
      applyToExperiment(catalog, effect);
      return { experiment: effect.id };
    case 'deleteExperiment':
    case 'restoreExperiment':
      applyToExperiment(catalog, effect);
      return { experiment: effect.id, rest: stageRuns(catalog, effect) };
    case 'createRun':
      return createRun(catalog, effect);
    case 'updateRun':
    case 'deleteRun':
    case 'restoreRun':
    case 'deleteTag':
    case 'logInputs':
    case 'logOutputs':
      return applyToRun(catalog, effect);
  }
}

type ExperimentEffect = Extract<Effect, { id: number }>;
type StageEffect = Extract<Effect, { kind: 'deleteExperiment' | 'restoreExperiment' }>;
type RunEffect = Exclude<Effect, ExperimentEffect | RegistryEffect | ModelEffect | PurgeEffect | { kind: 'createRun' }>;

function applyToExperiment(catalog: Catalog, effect: ExperimentEffect): void {
  const { db } = catalog;
  const { id, time } = effect;
  switch (effect.kind) {
    case 'createExperiment':
      db.run(
        'INSERT INTO experiments VALUES (?, ?, ?, ?, ?, ?, 0)',
        id,
        effect.name,
        effect.artifactLocation,
        stage.active,
        time,
        time,
      );
      effect.tags.forEach((tag) => catalog.setExperimentTag(id, tag));
      return;
    case 'renameExperiment':
      db.run('UPDATE experiments SET name = ? WHERE id = ?', effect.name, id);
      break;
    case 'deleteExperiment':
      db.run('UPDATE experiments SET stage = ? WHERE id = ?', stage.deleted, id);
      break;
    case 'restoreExperiment':
      db.run('UPDATE experiments SET stage = ? WHERE id = ?', stage.active, id);
      break;
    case 'setExperimentTag':
      catalog.setExperimentTag(id, effect.tag);
      break;
    case 'deleteExperimentTag':
      db.run('DELETE FROM experiment_tags WHERE experiment = ? AND key = ?', id, effect.key);
      break;
  }
  db.run('UPDATE experiments SET updated = ? WHERE id = ?', time, id);
}

/** Deletes the runs of an experiment with it, or brings those back, some after the other in the order of their starts, which is an index. */
function* stageRuns({ db }: Catalog, { kind, id, time }: StageEffect): Steps<void> {
  const deleting = kind === 'deleteExperiment';
  const { active, deletedWithExperiment } = stage;
  const [from, to] = deleting ? [active, deletedWithExperiment] : [deletedWithExperiment, active];
  const deleted = deleting ? time : null;
  const behind = '(started, id) > (CAST(? AS INTEGER), ?)';
  const upTo = '(started, id) <= (CAST(? AS INTEGER), ?)';
  const last = `SELECT started, id FROM runs WHERE experiment = ? AND ${behind} ORDER BY started, id LIMIT 1 OFFSET ?`;
  const change = `UPDATE runs SET stage = ?, deleted = ? WHERE experiment = ? AND stage = ? AND ${behind}`;
  let done: [Int64, number] = [-(2n ** 63n), 0];
  for (;;) {
    const row = db.row(last, id, ...done, runsInStep - 1);
    if (row === undefined) {
      db.run(change, to, deleted, id, from, ...done);
      return;
    }
    const end: [Int64, number] = [integer(row[0]), real(row[1])];
    db.run(`${change} AND ${upTo}`, to, deleted, id, from, ...done, ...end);
    done = end;
    yield;
  }
}

function createRun(catalog: Catalog, effect: Extract<Effect, { kind: 'createRun' }>): Change {
  const { runId, name, userId, startTime, artifactUri } = effect;
  const experimentId = String(effect.experimentId);
  const { id } = catalog.addRun({
    ...{ id: runId, experimentId, name, userId, status: 'RUNNING', startTime, endTime: undefined, stage: 'active' },
    artifactUri,
  });
  effect.tags.forEach((tag) => catalog.setTag(id, tag));
  return { run: { id: runId, experimentId, aspects: ['info', 'tags'] } };
}

function applyToRun(catalog: Catalog, effect: RunEffect): Change {
  const { db } = catalog;
  const run = runOf(catalog, effect.runId);
  const { id } = run;
  const { experimentId } = run.info;
  const change = (aspects: readonly Aspect[]): Change => ({ run: { id: effect.runId, experimentId, aspects } });
  if (isOfInputs(effect)) {
    const steps = applyToInputs(catalog, id, Number(experimentId), effect);
    if (effect.kind === 'logInputs' && effect.datasets.length > datasetsAtOnce) {
      return { ...change(['info']), rest: steps };
    }
    finish(steps);
    return change(['info']);
  }
  switch (effect.kind) {
    case 'updateRun': {
      const { status, endTime, name } = effect;
      catalog.changeRun(run, {
        ...(status === undefined ? {} : { status }),
        ...(endTime === undefined ? {} : { endTime }),
        ...(name === undefined ? {} : { name }),
      });
      if (name !== undefined) {
        catalog.setTag(id, { key: tagNames.runName, value: name });
      }
      return change(name === undefined ? ['info'] : ['info', 'tags']);
    }
    case 'deleteRun':
      db.run('UPDATE runs SET stage = ?, deleted = ? WHERE id = ?', stage.deleted, effect.time, id);
      return change(['info']);
    case 'restoreRun':
      db.run('UPDATE runs SET stage = ?, deleted = NULL WHERE id = ?', stage.active, id);
      return change(['info']);
    case 'log':
      return change(log(catalog, run, effect));
    case 'deleteTag':
      db.run('DELETE FROM tags WHERE run = ? AND key = ?', id, effect.key);
      return change(['tags']);
  }
}

function log(catalog: Catalog, row: RunRow, effect: Extract<Effect, { kind: 'log' }>): Aspect[] {
  const { id: run } = row;
  const aspects: Aspect[] = [];
  catalog.addParams(run, effect.params);
  for (const metric of effect.metrics) {
    const summary = summarize(catalog.metric(run, metric.key), newPoints(metric));
    if (summary !== undefined) {
      catalog.setMetric(run, metric.key, summary);
    }
  }
  applyModelMetrics(catalog, run, effect.modelMetrics ?? []);
  for (const tag of effect.tags) {
    catalog.setTag(run, tag);
    if (tag.key === tagNames.runName) {
      catalog.changeRun(row, { name: tag.value });
      aspects.push('info');
    }
  }
  aspects.push(...(effect.params.length > 0 ? (['params'] as const) : []));
  aspects.push(...(effect.metrics.length > 0 ? (['metrics'] as const) : []));
  aspects.push(...(effect.tags.length > 0 ? (['tags'] as const) : []));
  return aspects;
}

/** The moved point is in the catalog already. */
function newPoints({ mode, points }: MetricEffect): MetricEffect['points'] {
  return mode === 'move' ? points.slice(1) : points;
}

function runOf(catalog: Catalog, runId: string): RunRow {
  const run = catalog.run(runId);
  if (run === undefined) {
    throw new Error(`the run ${runId} of a change is not in the catalog`);
  }
  return run;
}
