import { ApiError } from '../../core/errors';
import type { Experiment } from '../../core/model';
import { tagNames } from '../../core/model';
import type { Catalog } from './catalog';
import type { RunRow } from './catalogRows';
import { stage } from './catalogSchema';
import type { Effect } from './effects';
import type { Histories } from './histories';
import { isOfInputs } from './inputs/effects';
import { resolveInputs } from './inputs/resolve';
import { isOfModels } from './models/effects';
import { recordModel } from './models/recordModel';
import { resolveModel } from './models/resolve';
import { isOfPurge } from './purge/effects';
import { isPending, resolvePurge } from './purge/resolve';
import { isOfRegistry } from './registry/effects';
import { resolveRegistry } from './registry/resolve';
import { resolveLog } from './resolveLog';
import { lastOfEachKey, wellFormed, wellFormedPair } from './wellFormed';
import type { ExperimentWrite, RunWrite, Write } from './types';

/** What deciding about a write needs; it reads only. */
export interface ResolveContext {
  readonly catalog: Catalog;
  readonly histories: Histories;
  /** Default root for artifacts of new experiments. */
  readonly artifactRoot: string;
}

/**
 * Decides what a write does in the present state of the store, changing nothing. Rules and messages are those of MLflow's SQL
 * store (`sqlalchemy_store.py`), except that what a caller did wrong is never a 500, which clients retry for minutes.
 * @returns undefined where there is nothing to change
 * @throws ApiError where the write is refused
 */
export function resolve(context: ResolveContext, write: Write): Effect | undefined {
  // Most writes.
  if (write.kind === 'log') {
    return resolveLog(context, activeRun(context.catalog, write.runId), write);
  }
  if (isOfRegistry(write)) {
    return resolveRegistry(context.catalog, write);
  }
  if (isOfModels(write)) {
    return resolveModel(context.catalog, write, (experimentId) => {
      const { id, experiment } = activeExperiment(context.catalog, experimentId);
      return { id, artifactUri: join(experiment.artifactLocation, `models/${write.modelId}/artifacts`) };
    });
  }
  if (isOfInputs(write)) {
    return resolveInputs(context.catalog, activeRun(context.catalog, write.runId), write);
  }
  if (isOfPurge(write)) {
    return resolvePurge(context.catalog, write, (experimentId) => anyExperiment(context.catalog, experimentId).id);
  }
  switch (write.kind) {
    case 'createExperiment':
    case 'renameExperiment':
    case 'deleteExperiment':
    case 'restoreExperiment':
    case 'setExperimentTag':
    case 'deleteExperimentTag':
      return resolveExperiment(context, write);
    case 'createRun':
    case 'updateRun':
    case 'deleteRun':
    case 'restoreRun':
    case 'deleteTag':
      return resolveRun(context, write);
    case 'recordModel':
      return recordModel(context.catalog, activeRun(context.catalog, write.runId), write);
  }
}

function resolveExperiment({ catalog, artifactRoot }: ResolveContext, write: ExperimentWrite): Effect | undefined {
  const { time } = write;
  switch (write.kind) {
    case 'createExperiment': {
      const name = wellFormed(write.name);
      if (catalog.experimentByName(name) !== undefined) {
        throw new ApiError('RESOURCE_ALREADY_EXISTS', `Experiment(name=${name}) already exists.`);
      }
      const id = catalog.nextExperimentId();
      const artifactLocation = wellFormed(write.artifactLocation ?? '') || defaultArtifactLocation(artifactRoot, id);
      return { kind: write.kind, id, name, artifactLocation, tags: lastOfEachKey(write.tags), time };
    }
    case 'renameExperiment': {
      const { id, experiment } = anyExperiment(catalog, write.experimentId);
      const name = wellFormed(write.name);
      if (experiment.stage === 'deleted') {
        throw new ApiError('INVALID_PARAMETER_VALUE', 'Cannot rename a non-active experiment.');
      }
      const other = catalog.experimentByName(name);
      if (other !== undefined && other.id !== experiment.id) {
        throw new ApiError('BAD_REQUEST', `Experiment(name=${name}) already exists.`);
      }
      return { kind: write.kind, id, name, time };
    }
    case 'deleteExperiment':
      return { kind: write.kind, id: experimentIn(catalog, write.experimentId, 'active'), time };
    case 'restoreExperiment':
      return { kind: write.kind, id: experimentIn(catalog, write.experimentId, 'deleted'), time };
    case 'setExperimentTag':
      return {
        kind: write.kind,
        id: activeExperiment(catalog, write.experimentId).id,
        tag: wellFormedPair(write.tag),
        time,
      };
    case 'deleteExperimentTag': {
      const { id } = activeExperiment(catalog, write.experimentId);
      const key = wellFormed(write.key);
      if (catalog.experimentTag(id, key) === undefined) {
        throw missing(`No tag with name: ${key} in experiment with id ${write.experimentId}`);
      }
      return { kind: write.kind, id, key, time };
    }
  }
}

function resolveRun({ catalog }: ResolveContext, write: RunWrite): Effect | undefined {
  const { runId } = write;
  switch (write.kind) {
    case 'createRun': {
      const { id, experiment } = activeExperiment(catalog, write.experimentId);
      // A history that is still to be removed must not become that of another run.
      const isThere =
        catalog.run(runId) !== undefined ||
        (catalog.hasRemovals && isPending(catalog, { kind: 'history', name: runId }));
      if (isThere) {
        throw new ApiError('RESOURCE_ALREADY_EXISTS', `Run with id=${runId} already exists.`);
      }
      const name = wellFormed(write.name);
      const tags = lastOfEachKey([...write.tags, { key: tagNames.runName, value: name }]);
      const userId = wellFormed(write.userId);
      const artifactUri = join(experiment.artifactLocation, `${runId}/artifacts`);
      return { kind: write.kind, runId, experimentId: id, name, userId, startTime: write.startTime, artifactUri, tags };
    }
    case 'updateRun': {
      activeRun(catalog, runId);
      const { name, ...rest } = write;
      // An empty name leaves the name alone, as in MLflow.
      return { ...rest, ...(name === undefined || name === '' ? {} : { name: wellFormed(name) }) };
    }
    case 'deleteRun': {
      const deleted = anyRun(catalog, runId).stage === stage.deleted;
      return deleted ? undefined : { kind: write.kind, runId, time: write.time };
    }
    case 'restoreRun': {
      const active = anyRun(catalog, runId).stage === stage.active;
      return active ? undefined : { kind: write.kind, runId };
    }
    case 'deleteTag': {
      const key = wellFormed(write.key);
      if (catalog.tag(activeRun(catalog, runId).id, key) === undefined) {
        throw missing(`No tag with name: ${key} in run with id ${runId}`);
      }
      return { kind: write.kind, runId, key };
    }
  }
}

export function defaultArtifactLocation(root: string, experiment: number): string {
  return join(root, String(experiment));
}

const numeral = /^\d{1,15}$/;

/** An experiment's number; ids are decimal numbers, as in MLflow's SQL store. Undefined for anything else. */
export function experimentNumber(id: string): number | undefined {
  return numeral.test(id) ? Number(id) : undefined;
}

function anyExperiment(catalog: Catalog, experimentId: string): { id: number; experiment: Experiment } {
  const id = experimentNumber(experimentId);
  if (id === undefined && !/^-?\d+$/.test(experimentId)) {
    throw new ApiError(
      'INVALID_PARAMETER_VALUE',
      `Invalid experiment ID '${experimentId}'. Experiment ID must be a valid integer.`,
    );
  }
  const experiment = id === undefined ? undefined : catalog.experiment(id);
  if (id === undefined || experiment === undefined) {
    throw missing(`No Experiment with id=${experimentId} exists`);
  }
  return { id, experiment };
}

function activeExperiment(catalog: Catalog, experimentId: string): { id: number; experiment: Experiment } {
  const found = anyExperiment(catalog, experimentId);
  if (found.experiment.stage === 'deleted') {
    throw new ApiError(
      'INVALID_PARAMETER_VALUE',
      `The experiment ${experimentId} must be in the 'active' state. Current state is deleted.`,
    );
  }
  return found;
}

/** MLflow looks among the experiments of one stage only, and then knows no other. */
function experimentIn(catalog: Catalog, experimentId: string, wanted: 'active' | 'deleted'): number {
  const { id, experiment } = anyExperiment(catalog, experimentId);
  if (experiment.stage !== wanted) {
    throw missing(`No Experiment with id=${experimentId} exists`);
  }
  return id;
}

function anyRun(catalog: Catalog, runId: string): RunRow {
  const run = catalog.run(runId);
  if (run === undefined) {
    throw missing(`Run with id=${runId} not found`);
  }
  return run;
}

function activeRun(catalog: Catalog, runId: string): RunRow {
  const run = anyRun(catalog, runId);
  if (run.info.stage === 'deleted') {
    throw new ApiError(
      'INVALID_PARAMETER_VALUE',
      `The run ${runId} must be in the 'active' state. Current state is deleted.`,
    );
  }
  return run;
}

function missing(message: string): ApiError {
  return new ApiError('RESOURCE_DOES_NOT_EXIST', message);
}

/** Appends to the path of a URI, leaving a query behind it (`s3://bucket/a?region=b`). */
function join(uri: string, tail: string): string {
  const at = uri.search(/[?#]/);
  const [path, rest] = at === -1 ? [uri, ''] : [uri.slice(0, at), uri.slice(at)];
  return `${path.replace(/\/+$/, '')}/${tail}${rest}`;
}
