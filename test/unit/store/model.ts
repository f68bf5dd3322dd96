import assert from 'node:assert/strict';
import type { ErrorCode } from '../../../src/core/errors';
import type { Int64, Metric, RunStatus } from '../../../src/core/model';
import type { Store, Write } from '../../../src/server/store/types';

/** Writes to experiments and runs; models and the registry have tests of their own. */
export type ModelledWrite = Extract<
  Write,
  { kind: `${string}Experiment` | `${string}ExperimentTag` | `${string}Run` | 'log' | 'deleteTag' | 'purge' }
>;

/** What the store should be, as plainly as it can be said: maps, no files, no SQL. */

interface ModelExperiment {
  name: string;
  location: string;
  deleted: boolean;
  created: Int64;
  updated: Int64;
  tags: Map<string, string>;
  runs: string[];
  /** How many runs were ever created in it. */
  everCreated: number;
}

interface ModelRun {
  experiment: string;
  slot: number;
  name: string;
  userId: string;
  status: RunStatus;
  start: Int64;
  end: Int64 | undefined;
  deleted: false | 'alone' | 'with experiment';
  params: Map<string, string>;
  tags: Map<string, string>;
  metrics: Map<string, Metric[]>;
}

class Refusal extends Error {
  constructor(readonly code: ErrorCode) {
    super(code);
  }
}

function refuse(code: ErrorCode): never {
  throw new Refusal(code);
}

export class Model {
  readonly experiments = new Map<string, ModelExperiment>();
  readonly runs = new Map<string, ModelRun>();
  /** How many experiments there ever were. */
  experimentCount = 0;
  /** Runs that are purged, and whose files may still be there. */
  private readonly purged = new Set<string>();

  constructor(createdAt: Int64) {
    this.addExperiment('0', 'Default', 'root:/0', createdAt);
  }

  /** @returns the code of the error that the store should answer, undefined where the write should succeed */
  write(write: ModelledWrite): ErrorCode | undefined {
    try {
      this.apply(write);
      return undefined;
    } catch (error) {
      if (error instanceof Refusal) {
        return error.code;
      }
      throw error;
    }
  }

  private apply(write: ModelledWrite): void {
    switch (write.kind) {
      case 'createExperiment': {
        if ([...this.experiments.values()].some(({ name }) => name === write.name)) {
          refuse('RESOURCE_ALREADY_EXISTS');
        }
        const id = String(this.experimentCount);
        const made = this.addExperiment(id, write.name, write.artifactLocation ?? `root:/${id}`, write.time);
        write.tags.forEach(({ key, value }) => made.tags.set(key, value));
        return;
      }
      case 'renameExperiment': {
        const found = this.experiment(write.experimentId);
        if (found.deleted) {
          refuse('INVALID_PARAMETER_VALUE');
        }
        if ([...this.experiments.values()].some((each) => each.name === write.name && each !== found)) {
          refuse('BAD_REQUEST');
        }
        found.name = write.name;
        found.updated = write.time;
        return;
      }
      case 'deleteExperiment':
      case 'restoreExperiment': {
        const found = this.experiment(write.experimentId);
        const deletes = write.kind === 'deleteExperiment';
        if (found.deleted === deletes) {
          refuse('RESOURCE_DOES_NOT_EXIST');
        }
        found.deleted = deletes;
        found.updated = write.time;
        for (const run of found.runs.map((id) => this.run(id))) {
          if (run.deleted === (deletes ? false : 'with experiment')) {
            run.deleted = deletes ? 'with experiment' : false;
          }
        }
        return;
      }
      case 'setExperimentTag':
      case 'deleteExperimentTag': {
        const found = this.activeExperiment(write.experimentId);
        if (write.kind === 'setExperimentTag') {
          found.tags.set(write.tag.key, write.tag.value);
        } else if (!found.tags.delete(write.key)) {
          refuse('RESOURCE_DOES_NOT_EXIST');
        }
        found.updated = write.time;
        return;
      }
      case 'createRun': {
        const found = this.activeExperiment(write.experimentId);
        if (this.runs.has(write.runId) || this.purged.has(write.runId)) {
          refuse('RESOURCE_ALREADY_EXISTS');
        }
        found.runs.push(write.runId);
        this.runs.set(write.runId, {
          experiment: write.experimentId,
          slot: found.everCreated++,
          name: write.name,
          userId: write.userId,
          status: 'RUNNING',
          start: write.startTime,
          end: undefined,
          deleted: false,
          params: new Map(),
          tags: new Map([...write.tags.map(({ key, value }) => [key, value] as const), ['mlflow.runName', write.name]]),
          metrics: new Map(),
        });
        return;
      }
      case 'purge':
        this.purge(write);
        return;
      case 'deleteRun':
        this.run(write.runId).deleted = 'alone';
        return;
      case 'restoreRun':
        this.run(write.runId).deleted = false;
        return;
      case 'updateRun':
      case 'deleteTag':
      case 'log':
        this.applyToActiveRun(write);
    }
  }

  /** What purges left on the disk is removed. */
  finishPurges(): void {
    this.purged.clear();
  }

  private purge({ runIds, experimentIds }: Extract<ModelledWrite, { kind: 'purge' }>): void {
    const experiments = experimentIds.map((id) => this.experiment(id));
    if (experiments.some(({ deleted }) => !deleted)) {
      refuse('INVALID_PARAMETER_VALUE');
    }
    const all = new Set([...runIds, ...experiments.flatMap(({ runs }) => runs)]);
    if ([...all].map((id) => this.run(id)).some(({ deleted }) => deleted === false)) {
      refuse('INVALID_PARAMETER_VALUE');
    }
    for (const id of all) {
      const { runs } = this.experiment(this.run(id).experiment);
      runs.splice(runs.indexOf(id), 1);
      this.runs.delete(id);
      this.purged.add(id);
    }
    experimentIds.forEach((id) => this.experiments.delete(id));
  }

  private applyToActiveRun(write: Extract<ModelledWrite, { kind: 'updateRun' | 'deleteTag' | 'log' }>): void {
    const run = this.run(write.runId);
    if (run.deleted !== false) {
      refuse('INVALID_PARAMETER_VALUE');
    }
    switch (write.kind) {
      case 'updateRun':
        run.status = write.status ?? run.status;
        run.end = write.endTime ?? run.end;
        this.setTag(run, 'mlflow.runName', write.name ?? run.tags.get('mlflow.runName'), write.name !== undefined);
        return;
      case 'deleteTag':
        if (!run.tags.delete(write.key)) {
          refuse('RESOURCE_DOES_NOT_EXIST');
        }
        return;
      case 'log': {
        const params = new Map(run.params);
        for (const { key, value } of write.params) {
          if ((params.get(key) ?? value) !== value) {
            refuse('INVALID_PARAMETER_VALUE');
          }
          params.set(key, value);
        }
        run.params = params;
        for (const metric of write.metrics) {
          const points = run.metrics.get(metric.key) ?? [];
          if (!points.some((each) => samePoint(each, metric))) {
            run.metrics.set(metric.key, [...points, { ...metric }]);
          }
        }
        write.tags.forEach(({ key, value }) => this.setTag(run, key, value, true));
      }
    }
  }

  private setTag(run: ModelRun, key: string, value: string | undefined, set: boolean): void {
    if (set && value !== undefined) {
      run.tags.set(key, value);
      run.name = key === 'mlflow.runName' ? value : run.name;
    }
  }

  private addExperiment(id: string, name: string, location: string, time: Int64): ModelExperiment {
    const made: ModelExperiment = {
      name,
      location,
      deleted: false,
      created: time,
      updated: time,
      tags: new Map<string, string>(),
      runs: [],
      everCreated: 0,
    };
    this.experimentCount++;
    this.experiments.set(id, made);
    return made;
  }

  private experiment(id: string): ModelExperiment {
    return this.experiments.get(id) ?? refuse('RESOURCE_DOES_NOT_EXIST');
  }

  private activeExperiment(id: string): ModelExperiment {
    const found = this.experiment(id);
    return found.deleted ? refuse('INVALID_PARAMETER_VALUE') : found;
  }

  private run(id: string): ModelRun {
    return this.runs.get(id) ?? refuse('RESOURCE_DOES_NOT_EXIST');
  }
}

function samePoint(a: Metric, b: Metric): boolean {
  return a.step === b.step && a.timestamp === b.timestamp && Object.is(a.value, b.value);
}

/** NaN takes part as 0; what is equal then is ordered 0, NaN, -0. */
function byStep(a: Metric, b: Metric): number {
  return compare(a.step, b.step) || compare(a.timestamp, b.timestamp) || byValue(a.value, b.value);
}

function byTime(a: Metric, b: Metric): number {
  return compare(a.timestamp, b.timestamp) || compare(a.step, b.step) || byValue(a.value, b.value);
}

function byValue(a: number, b: number): number {
  const rank = (value: number): number => (Number.isNaN(value) ? 1 : Object.is(value, -0) ? 2 : 0);
  return compare(Number.isNaN(a) ? 0 : a, Number.isNaN(b) ? 0 : b) || rank(a) - rank(b);
}

function compare(a: Int64, b: Int64): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

const sortedPairs = (map: Map<string, string>) =>
  [...map].map(([k, value]) => ({ key: k, value })).sort((a, b) => (a.key < b.key ? -1 : 1));

/** Everything that reading gives of experiments and runs is as the model has it. */
export function compareWithModel(store: Store, model: Model): void {
  for (const [id, each] of model.experiments) {
    assert.deepStrictEqual(store.getExperiment(id), {
      id,
      name: each.name,
      artifactLocation: each.location,
      stage: each.deleted ? 'deleted' : 'active',
      createdAt: each.created,
      updatedAt: each.updated,
      tags: sortedPairs(each.tags),
    });
    assert.deepEqual(
      [...store.getSlots(each.runs)].sort(([, a], [, b]) => a - b),
      each.runs.map((run) => [run, model.runs.get(run)?.slot]),
    );
  }
  for (let id = 0; id <= model.experimentCount; id++) {
    assert.equal(store.getExperiment(String(id)) !== undefined, model.experiments.has(String(id)));
  }
  for (const [id, run] of model.runs) {
    const latest = [...run.metrics]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([, points]) => [...points].sort(byStep).at(-1));
    const found = store.getRun(id);
    assert.ok(found !== undefined);
    const { info, metrics, params, tags } = found;
    assert.deepStrictEqual(
      { info, metrics, params, tags },
      {
        info: {
          id,
          experimentId: run.experiment,
          name: run.name,
          userId: run.userId,
          status: run.status,
          startTime: run.start,
          endTime: run.end,
          stage: run.deleted === false ? 'active' : 'deleted',
          artifactUri: `${model.experiments.get(run.experiment)?.location}/${id}/artifacts`,
        },
        metrics: latest,
        params: sortedPairs(run.params),
        tags: sortedPairs(run.tags),
      },
    );
    for (const [name, points] of run.metrics) {
      const { items, more } = store.getMetricHistory({ runId: id, key: name, offset: 0, limit: 1000 });
      assert.deepStrictEqual([...items], [...points].sort(byTime));
      assert.equal(more, false);
      const columns = store.getMetricColumns(id, name);
      const sorted = [...points].sort(byStep);
      assert.deepStrictEqual(
        [...(columns?.value ?? [])],
        sorted.map(({ value }) => value),
      );
      assert.deepStrictEqual(
        [...(columns?.step ?? [])],
        sorted.map((point) => Number(point.step)),
      );
    }
  }
}
