import type { Catalog } from '../catalog';
import { real } from '../sqlite';
import type { RegistryEffect } from './effects';

/** What an effect changed: names of registered models, the old and the new one where it was renamed. */
export interface RegistryChange {
  readonly models: readonly string[];
}

/** Writes an effect into the catalog; it decides nothing. */
export function applyToRegistry(catalog: Catalog, effect: RegistryEffect): RegistryChange {
  const { db } = catalog;
  if (effect.kind === 'createRegisteredModel') {
    const { name, time, description } = effect;
    db.run(
      'INSERT INTO registered_models (name, created, updated, description) VALUES (?, ?, ?, ?)',
      name,
      time,
      time,
      description,
    );
    const model = modelNumber(catalog, name);
    for (const { key, value } of effect.tags) {
      db.run('INSERT INTO registered_model_tags VALUES (?, ?, ?)', model, key, value);
    }
    return { models: [name] };
  }
  const model = modelNumber(catalog, effect.name);
  if ('version' in effect && effect.kind !== 'setRegisteredModelAlias') {
    applyToVersion(catalog, model, effect);
  } else {
    applyToModel(catalog, model, effect);
  }
  return { models: effect.kind === 'renameRegisteredModel' ? [effect.name, effect.newName] : [effect.name] };
}

type VersionEffect = Extract<RegistryEffect, { kind: `${string}ModelVersion${string}` }>;
type ModelEffect = Exclude<RegistryEffect, VersionEffect | { kind: 'createRegisteredModel' }>;

function applyToModel({ db }: Catalog, model: number, effect: ModelEffect): void {
  switch (effect.kind) {
    case 'renameRegisteredModel':
      db.run('UPDATE registered_models SET name = ?, updated = ? WHERE id = ?', effect.newName, effect.time, model);
      db.run('UPDATE model_versions SET updated = ? WHERE model = ? AND deleted = 0', effect.time, model);
      return;
    case 'describeRegisteredModel':
      db.run(
        'UPDATE registered_models SET description = ?, updated = ? WHERE id = ?',
        effect.description,
        effect.time,
        model,
      );
      return;
    case 'deleteRegisteredModel':
      for (const table of [
        'registered_model_tags',
        'registered_model_aliases',
        'model_version_tags',
        'model_versions',
      ]) {
        db.run(`DELETE FROM ${table} WHERE model = ?`, model);
      }
      db.run('DELETE FROM registered_models WHERE id = ?', model);
      return;
    case 'setRegisteredModelTag':
      db.run('INSERT OR REPLACE INTO registered_model_tags VALUES (?, ?, ?)', model, effect.tag.key, effect.tag.value);
      return;
    case 'deleteRegisteredModelTag':
      db.run('DELETE FROM registered_model_tags WHERE model = ? AND key = ?', model, effect.key);
      return;
    case 'setRegisteredModelAlias':
      db.run('INSERT OR REPLACE INTO registered_model_aliases VALUES (?, ?, ?)', model, effect.alias, effect.version);
      return;
    case 'deleteRegisteredModelAlias':
      db.run('DELETE FROM registered_model_aliases WHERE model = ? AND alias = ?', model, effect.alias);
      return;
  }
}

function applyToVersion({ db }: Catalog, model: number, effect: VersionEffect): void {
  const { version } = effect;
  const set = (columns: string, ...values: readonly (string | number | bigint | null)[]): void =>
    void db.run(`UPDATE model_versions SET ${columns} WHERE model = ? AND version = ?`, ...values, model, version);
  const touchModel = (time: number | bigint): void =>
    void db.run('UPDATE registered_models SET updated = ? WHERE id = ?', time, model);
  switch (effect.kind) {
    case 'createModelVersion': {
      const { time, description, source, location, runId = null, runLink } = effect;
      db.run(
        "INSERT INTO model_versions VALUES (?, ?, ?, ?, ?, 'None', ?, ?, ?, ?, 0)",
        ...[model, version, time, time, description, source, location, runId, runLink],
      );
      for (const { key, value } of effect.tags) {
        db.run('INSERT INTO model_version_tags VALUES (?, ?, ?, ?)', model, version, key, value);
      }
      touchModel(time);
      return;
    }
    case 'describeModelVersion':
      set('description = ?, updated = ?', effect.description ?? null, effect.time);
      return;
    case 'setModelVersionStage':
      for (const other of effect.archived) {
        db.run(
          "UPDATE model_versions SET stage = 'Archived', updated = ? WHERE model = ? AND version = ?",
          effect.time,
          model,
          other,
        );
      }
      set('stage = ?, updated = ?', effect.stage, effect.time);
      touchModel(effect.time);
      return;
    case 'deleteModelVersion':
      set(
        "deleted = 1, updated = ?, description = NULL, source = '', location = '', run_id = NULL, run_link = ''",
        effect.time,
      );
      db.run('DELETE FROM model_version_tags WHERE model = ? AND version = ?', model, version);
      db.run('DELETE FROM registered_model_aliases WHERE model = ? AND version = ?', model, version);
      touchModel(effect.time);
      return;
    case 'setModelVersionTag':
      db.run(
        'INSERT OR REPLACE INTO model_version_tags VALUES (?, ?, ?, ?)',
        model,
        version,
        effect.tag.key,
        effect.tag.value,
      );
      return;
    case 'deleteModelVersionTag':
      db.run('DELETE FROM model_version_tags WHERE model = ? AND version = ? AND key = ?', model, version, effect.key);
      return;
  }
}

function modelNumber({ db }: Catalog, name: string): number {
  const row = db.row('SELECT id FROM registered_models WHERE name = ?', name);
  if (row === undefined) {
    throw new Error(`the registered model ${name} of a change is not in the catalog`);
  }
  return real(row[0]);
}
