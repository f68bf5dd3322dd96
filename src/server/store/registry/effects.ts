import type { Int64 } from '../../../core/model';
import type { ModelStage } from '../../../core/registry';
import { modelStages } from '../../../core/registry';
import { count, list, pack, pairs, string, time } from '../packing';
import type { RegistryWrite } from './types';

/** What a write to the registry really did; see `Effect` (store/effects.ts). */
export type RegistryEffect =
  | Exclude<RegistryWrite, { kind: 'createModelVersion' | 'setModelVersionStage' }>
  | (Extract<RegistryWrite, { kind: 'createModelVersion' }> & { version: number })
  /** `archived`: versions that become Archived at the same time. */
  | {
      kind: 'setModelVersionStage';
      name: string;
      version: number;
      stage: ModelStage;
      archived: readonly number[];
      time: Int64;
    };

const kinds = {
  createRegisteredModel: true,
  renameRegisteredModel: true,
  describeRegisteredModel: true,
  deleteRegisteredModel: true,
  setRegisteredModelTag: true,
  deleteRegisteredModelTag: true,
  setRegisteredModelAlias: true,
  deleteRegisteredModelAlias: true,
  createModelVersion: true,
  describeModelVersion: true,
  setModelVersionStage: true,
  deleteModelVersion: true,
  setModelVersionTag: true,
  deleteModelVersionTag: true,
} satisfies Record<RegistryEffect['kind'], true>;

/** True for writes and effects of the registry, by their kind. */
export function isRegistryKind(kind: unknown): kind is RegistryEffect['kind'] {
  return typeof kind === 'string' && Object.hasOwn(kinds, kind);
}

export function isOfRegistry<T extends { readonly kind: string }>(
  item: T,
): item is Extract<T, { readonly kind: RegistryEffect['kind'] }> {
  return isRegistryKind(item.kind);
}

/** As the journal keeps it: `[kind, name, …]`. docs/store.md lists the fields. */
export function registryEffectToArray(effect: RegistryEffect): unknown[] {
  const { kind, name } = effect;
  switch (kind) {
    case 'createRegisteredModel':
      return [kind, name, effect.description, pack(effect.tags), effect.time];
    case 'renameRegisteredModel':
      return [kind, name, effect.newName, effect.time];
    case 'describeRegisteredModel':
      return [kind, name, effect.description, effect.time];
    case 'deleteRegisteredModel':
      return [kind, name];
    case 'setRegisteredModelTag':
      return [kind, name, effect.tag.key, effect.tag.value];
    case 'deleteRegisteredModelTag':
      return [kind, name, effect.key];
    case 'setRegisteredModelAlias':
      return [kind, name, effect.alias, effect.version];
    case 'deleteRegisteredModelAlias':
      return [kind, name, effect.alias];
    case 'createModelVersion':
      return [
        kind,
        name,
        effect.version,
        effect.source,
        effect.location,
        effect.runId ?? null,
        effect.runLink,
        effect.description,
        pack(effect.tags),
        effect.time,
      ];
    case 'describeModelVersion':
      return [kind, name, effect.version, effect.description ?? null, effect.time];
    case 'setModelVersionStage':
      return [kind, name, effect.version, effect.stage, effect.archived, effect.time];
    case 'deleteModelVersion':
      return [kind, name, effect.version, effect.time];
    case 'setModelVersionTag':
      return [kind, name, effect.version, effect.tag.key, effect.tag.value];
    case 'deleteModelVersionTag':
      return [kind, name, effect.version, effect.key];
  }
}

/**
 * @param f what follows the kind
 * @throws Error where the fields are others
 */
export function registryEffectFromArray(kind: RegistryEffect['kind'], f: readonly unknown[]): RegistryEffect {
  const name = string(f[0]);
  switch (kind) {
    case 'createRegisteredModel':
      return { kind, name, description: string(f[1]), tags: pairs(f[2]), time: time(f[3]) };
    case 'renameRegisteredModel':
      return { kind, name, newName: string(f[1]), time: time(f[2]) };
    case 'describeRegisteredModel':
      return { kind, name, description: string(f[1]), time: time(f[2]) };
    case 'deleteRegisteredModel':
      return { kind, name };
    case 'setRegisteredModelTag':
      return { kind, name, tag: { key: string(f[1]), value: string(f[2]) } };
    case 'deleteRegisteredModelTag':
      return { kind, name, key: string(f[1]) };
    case 'setRegisteredModelAlias':
      return { kind, name, alias: string(f[1]), version: count(f[2]) };
    case 'deleteRegisteredModelAlias':
      return { kind, name, alias: string(f[1]) };
    case 'createModelVersion':
      return {
        kind,
        name,
        version: count(f[1]),
        source: string(f[2]),
        location: string(f[3]),
        runId: optionalString(f[4]),
        runLink: string(f[5]),
        description: string(f[6]),
        tags: pairs(f[7]),
        time: time(f[8]),
      };
    case 'describeModelVersion':
      return { kind, name, version: count(f[1]), description: optionalString(f[2]), time: time(f[3]) };
    case 'setModelVersionStage':
      return {
        kind,
        name,
        version: count(f[1]),
        stage: toStage(f[2]),
        archived: list(f[3]).map(count),
        time: time(f[4]),
      };
    case 'deleteModelVersion':
      return { kind, name, version: count(f[1]), time: time(f[2]) };
    case 'setModelVersionTag':
      return { kind, name, version: count(f[1]), tag: { key: string(f[2]), value: string(f[3]) } };
    case 'deleteModelVersionTag':
      return { kind, name, version: count(f[1]), key: string(f[2]) };
  }
}

/** @throws Error where it is no stage */
export function toStage(raw: unknown): ModelStage {
  const found = modelStages.find((each) => each === raw);
  if (found === undefined) {
    throw new Error(`unknown stage ${JSON.stringify(raw)}`);
  }
  return found;
}

function optionalString(raw: unknown): string | undefined {
  return raw === null ? undefined : string(raw);
}
