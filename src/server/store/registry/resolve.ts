import { ApiError } from '../../../core/errors';
import { isPrompt } from '../../../core/registry';
import type { Catalog } from '../catalog';
import { real, text } from '../sqlite';
import { lastOfEachKey, wellFormed, wellFormedPair } from '../wellFormed';
import type { RegistryEffect } from './effects';
import type { RegistryWrite } from './types';

/**
 * Decides what a write to the registry does, changing nothing, by the rules and with the messages of MLflow's SQL store
 * (`store/model_registry/sqlalchemy_store.py`).
 * @returns undefined where there is nothing to change
 * @throws ApiError where the write is refused
 */
export function resolveRegistry(catalog: Catalog, write: RegistryWrite): RegistryEffect | undefined {
  const name = wellFormed(write.name);
  if (write.kind === 'createRegisteredModel') {
    const tags = lastOfEachKey(write.tags);
    refuseTaken(catalog, name, isPrompt(tags));
    return { ...write, name, description: wellFormed(write.description), tags };
  }
  const model = existingModel(catalog, { ...write, name });
  switch (write.kind) {
    case 'renameRegisteredModel': {
      const newName = wellFormed(write.newName);
      if (newName !== name && modelNumber(catalog, newName) !== undefined) {
        throw new ApiError('RESOURCE_ALREADY_EXISTS', `Registered Model (name=${newName}) already exists.`);
      }
      return { ...write, name, newName };
    }
    case 'describeRegisteredModel':
      return { ...write, name, description: wellFormed(write.description) };
    case 'deleteRegisteredModel':
      return { ...write, name };
    case 'setRegisteredModelTag':
      return { ...write, name, tag: wellFormedPair(write.tag) };
    case 'deleteRegisteredModelTag': {
      const key = wellFormed(write.key);
      const found = catalog.db.row('SELECT 1 FROM registered_model_tags WHERE model = ? AND key = ?', model, key);
      return found && { ...write, name, key };
    }
    case 'deleteRegisteredModelAlias': {
      const alias = wellFormed(write.alias);
      const found = catalog.db.row(
        'SELECT 1 FROM registered_model_aliases WHERE model = ? AND alias = ?',
        model,
        alias,
      );
      return found && { ...write, name, alias };
    }
    case 'createModelVersion':
      return {
        ...write,
        name,
        version: nextVersion(catalog, model),
        source: wellFormed(write.source),
        location: wellFormed(write.location),
        runLink: wellFormed(write.runLink),
        description: wellFormed(write.description),
        tags: lastOfEachKey(write.tags),
      };
    default:
      return resolveVersion(catalog, model, { ...write, name });
  }
}

type VersionWrite = Extract<RegistryWrite, { version: number }>;

function resolveVersion(catalog: Catalog, model: number, write: VersionWrite): RegistryEffect | undefined {
  const { db } = catalog;
  const { name, version } = write;
  if (
    db.row('SELECT 1 FROM model_versions WHERE model = ? AND version = ? AND deleted = 0', model, version) === undefined
  ) {
    throw missingVersion(name, version);
  }
  switch (write.kind) {
    case 'setRegisteredModelAlias':
      return { ...write, alias: wellFormed(write.alias) };
    case 'describeModelVersion':
      return { ...write, description: write.description === undefined ? undefined : wellFormed(write.description) };
    case 'setModelVersionStage': {
      const { kind, stage, time } = write;
      const sql = 'SELECT version FROM model_versions WHERE model = ? AND version <> ? AND stage = ? AND deleted = 0';
      const archived = write.archiveOthers ? db.rows(sql, model, version, stage).map((row) => real(row[0])) : [];
      return { kind, name, version, stage, archived, time };
    }
    case 'deleteModelVersion':
      return write;
    case 'setModelVersionTag':
      return { ...write, tag: wellFormedPair(write.tag) };
    case 'deleteModelVersionTag': {
      const key = wellFormed(write.key);
      const sql = 'SELECT 1 FROM model_version_tags WHERE model = ? AND version = ? AND key = ?';
      return db.row(sql, model, version, key) && { ...write, key };
    }
  }
}

function modelNumber({ db }: Catalog, name: string): number | undefined {
  const row = db.row('SELECT id FROM registered_models WHERE name = ?', name);
  return row && real(row[0]);
}

/** A version of a missing model is a missing version, as in MLflow. */
function existingModel(catalog: Catalog, write: RegistryWrite): number {
  const { name } = write;
  const model = modelNumber(catalog, name);
  if (model === undefined) {
    throw 'version' in write ? missingVersion(name, write.version) : missingModel(name);
  }
  return model;
}

export function missingModel(name: string): ApiError {
  return new ApiError('RESOURCE_DOES_NOT_EXIST', `Registered Model with name=${name} not found`);
}

export function missingVersion(name: string, version: number): ApiError {
  return new ApiError('RESOURCE_DOES_NOT_EXIST', `Model Version (name=${name}, version=${version}) not found`);
}

function nextVersion({ db }: Catalog, model: number): number {
  return real(db.row('SELECT coalesce(max(version), 0) + 1 FROM model_versions WHERE model = ?', model)?.[0]);
}

/** Models and prompts share their names. */
function refuseTaken(catalog: Catalog, name: string, prompt: boolean): void {
  const model = modelNumber(catalog, name);
  if (model === undefined) {
    return;
  }
  const rows = catalog.db.rows('SELECT key, value FROM registered_model_tags WHERE model = ?', model);
  const old = isPrompt(rows.map((row) => ({ key: text(row[0]), value: text(row[1]) })));
  const nameOf = (isOne: boolean): string => (isOne ? 'Prompt' : 'Registered Model');
  throw new ApiError(
    'RESOURCE_ALREADY_EXISTS',
    old === prompt
      ? `${nameOf(prompt)} (name=${name}) already exists.`
      : `Tried to create a ${nameOf(prompt).toLowerCase()} with name '${name}', but the name is already taken by a ` +
          `${nameOf(old).toLowerCase()}. MLflow does not allow creating a model and a prompt with the same name.`,
  );
}
