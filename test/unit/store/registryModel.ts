import assert from 'node:assert/strict';
import { parseOrder } from '../../../src/core/search/order';
import type { ErrorCode } from '../../../src/core/errors';
import type { Int64 } from '../../../src/core/model';
import type { ModelStage } from '../../../src/core/registry';
import type { RegistryWrite } from '../../../src/server/store/registry/types';
import type { Store } from '../../../src/server/store/types';

/** What the registry should be, as plainly as it can be said: maps and lists. */
interface PlainVersion {
  deleted: boolean;
  created: Int64;
  updated: Int64;
  description: string | undefined;
  stage: ModelStage;
  source: string;
  location: string;
  runId: string | undefined;
  runLink: string;
  tags: Map<string, string>;
}

interface PlainModel {
  created: Int64;
  updated: Int64;
  description: string;
  tags: Map<string, string>;
  aliases: Map<string, number>;
  /** Version n is at n - 1. */
  versions: PlainVersion[];
}

export class PlainRegistry {
  readonly models = new Map<string, PlainModel>();

  /** @returns the code of the error that the store should answer, undefined where the write should succeed */
  write(write: RegistryWrite): ErrorCode | undefined {
    const model = this.models.get(write.name);
    if (write.kind === 'createRegisteredModel') {
      if (model !== undefined) {
        return 'RESOURCE_ALREADY_EXISTS';
      }
      const { time, description } = write;
      const tags = new Map(write.tags.map(({ key, value }) => [key, value]));
      this.models.set(write.name, {
        created: time,
        updated: time,
        description,
        tags,
        aliases: new Map(),
        versions: [],
      });
      return undefined;
    }
    if (model === undefined) {
      return 'RESOURCE_DOES_NOT_EXIST';
    }
    if (!('version' in write)) {
      return this.writeModel(model, write);
    }
    const version = model.versions[write.version - 1];
    if (version === undefined || version.deleted) {
      return 'RESOURCE_DOES_NOT_EXIST';
    }
    writeVersion(model, version, write);
    return undefined;
  }

  /** Everything that reading the registry should give, with `what` as the store has it. */
  expected() {
    return [...this.models].sort(byName).map(([name, model]) => {
      const aliases = [...model.aliases].sort(byName).map(([alias, version]) => ({ alias, version }));
      const versions = model.versions.flatMap((each, i) => {
        if (each.deleted) {
          return [];
        }
        const { created, updated, description, stage, source, runId, runLink } = each;
        const own = aliases.filter(({ version }) => version === i + 1).map(({ alias }) => alias);
        const rest = { description, stage, source, runId, runLink, tags: pairsOf(each.tags), aliases: own };
        return [{ name, version: i + 1, createdAt: created, updatedAt: updated, ...rest }];
      });
      const stages = [...new Set(versions.map(({ stage }) => stage))];
      return {
        name,
        createdAt: model.created,
        updatedAt: model.updated,
        description: model.description,
        tags: pairsOf(model.tags),
        aliases,
        latestVersions: stages.map((stage) => versions.filter((each) => each.stage === stage).at(-1)),
        versions,
        locations: versions.map(({ version }) => model.versions[version - 1]?.location),
      };
    });
  }

  private writeModel(
    model: PlainModel,
    write: Exclude<RegistryWrite, { version: number } | { kind: 'createRegisteredModel' }>,
  ): ErrorCode | undefined {
    switch (write.kind) {
      case 'renameRegisteredModel':
        if (write.newName !== write.name && this.models.has(write.newName)) {
          return 'RESOURCE_ALREADY_EXISTS';
        }
        this.models.delete(write.name);
        this.models.set(write.newName, model);
        model.updated = write.time;
        model.versions.forEach((version) => (version.updated = write.time));
        return undefined;
      case 'describeRegisteredModel':
        model.description = write.description;
        model.updated = write.time;
        return undefined;
      case 'deleteRegisteredModel':
        this.models.delete(write.name);
        return undefined;
      case 'setRegisteredModelTag':
        model.tags.set(write.tag.key, write.tag.value);
        return undefined;
      case 'deleteRegisteredModelTag':
        model.tags.delete(write.key);
        return undefined;
      case 'deleteRegisteredModelAlias':
        model.aliases.delete(write.alias);
        return undefined;
      case 'createModelVersion': {
        const { description, source, location, runId, runLink, time } = write;
        const tags = new Map(write.tags.map(({ key, value }) => [key, value]));
        const rest = { description, stage: 'None' as const, source, location, runId, runLink, tags };
        model.versions.push({ deleted: false, created: time, updated: time, ...rest });
        model.updated = time;
        return undefined;
      }
    }
  }
}

function writeVersion(
  model: PlainModel,
  version: PlainVersion,
  write: Extract<RegistryWrite, { version: number }>,
): void {
  switch (write.kind) {
    case 'setRegisteredModelAlias':
      model.aliases.set(write.alias, write.version);
      return;
    case 'describeModelVersion':
      version.description = write.description;
      version.updated = write.time;
      return;
    case 'setModelVersionStage':
      for (const other of model.versions) {
        if (write.archiveOthers && other !== version && !other.deleted && other.stage === write.stage) {
          other.stage = 'Archived';
          other.updated = write.time;
        }
      }
      version.stage = write.stage;
      version.updated = write.time;
      model.updated = write.time;
      return;
    case 'deleteModelVersion':
      version.deleted = true;
      model.updated = write.time;
      for (const [alias, number] of model.aliases) {
        if (number === write.version) {
          model.aliases.delete(alias);
        }
      }
      return;
    case 'setModelVersionTag':
      version.tags.set(write.tag.key, write.tag.value);
      return;
    case 'deleteModelVersionTag':
      version.tags.delete(write.key);
      return;
  }
}

/** What reading the whole registry gives. */
export function readRegistry({ registry }: Store) {
  const everything = (entity: 'registeredModels' | 'modelVersions') => {
    const parsed = parseOrder([], { entity, dialect: 'mlflow' });
    assert.ok(parsed.ok);
    return { filter: undefined, order: parsed.order, limit: 1_000_000 };
  };
  const versions = registry.searchVersions(everything('modelVersions')).items;
  return [...registry.searchModels(everything('registeredModels')).items].sort(byModelName).map((model) => {
    const own = versions.filter(({ name }) => name === model.name).sort((a, b) => a.version - b.version);
    return {
      ...model,
      versions: own,
      locations: own.map(({ name, version }) => registry.location(name, version)),
    };
  });
}

function pairsOf(tags: Map<string, string>): { key: string; value: string }[] {
  return [...tags].sort(byName).map(([key, value]) => ({ key, value }));
}

function byName(a: readonly [string, unknown], b: readonly [string, unknown]): number {
  return a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0;
}

function byModelName(a: { name: string }, b: { name: string }): number {
  return byName([a.name, 0], [b.name, 0]);
}
