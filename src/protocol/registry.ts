/** The model registry on the wire (MLflow's `model_registry.proto`), and how the domain becomes it. */
import { modelStages, type ModelVersion, type RegisteredModel } from '../core/registry';
import type { WireInt64, WireKeyValue } from './mlflow';
import { readFields, readInt64, readList, readPairs, readText } from './wire';

export interface WireModelVersion {
  name: string;
  /** A decimal number. */
  version: string;
  creation_timestamp: WireInt64;
  last_updated_timestamp: WireInt64;
  current_stage: string;
  description?: string;
  source: string;
  run_id?: string;
  run_link: string;
  status: 'READY';
  tags?: WireKeyValue[];
  aliases?: string[];
}

export interface WireRegisteredModel {
  name: string;
  creation_timestamp: WireInt64;
  last_updated_timestamp: WireInt64;
  description?: string;
  latest_versions?: WireModelVersion[];
  tags?: WireKeyValue[];
  aliases?: { alias: string; version: string }[];
}

/** Texts that are empty are written, as MLflow does; empty lists are not. */
export function modelVersionToWire(version: ModelVersion): WireModelVersion {
  return {
    name: version.name,
    version: String(version.version),
    creation_timestamp: version.createdAt,
    last_updated_timestamp: version.updatedAt,
    current_stage: version.stage,
    ...(version.description === undefined ? {} : { description: version.description }),
    source: version.source,
    ...(version.runId === undefined ? {} : { run_id: version.runId }),
    run_link: version.runLink,
    status: 'READY',
    ...(version.tags.length > 0 ? { tags: [...version.tags] } : {}),
    ...(version.aliases.length > 0 ? { aliases: [...version.aliases] } : {}),
  };
}

/** An empty description is not written, unlike a version's: MLflow's own way. */
export function registeredModelToWire(model: RegisteredModel): WireRegisteredModel {
  const { latestVersions, tags, aliases } = model;
  return {
    name: model.name,
    creation_timestamp: model.createdAt,
    last_updated_timestamp: model.updatedAt,
    ...(model.description === '' ? {} : { description: model.description }),
    ...(latestVersions.length > 0 ? { latest_versions: latestVersions.map(modelVersionToWire) } : {}),
    ...(tags.length > 0 ? { tags: [...tags] } : {}),
    ...(aliases.length > 0
      ? { aliases: aliases.map(({ alias, version }) => ({ alias, version: String(version) })) }
      : {}),
  };
}

/** @throws WireFormatError */
export function modelVersionFromWire(wire: unknown): ModelVersion {
  const fields = readFields(wire, 'model version');
  const stage = readText(fields, 'current_stage', 'None');
  return {
    name: readText(fields, 'name'),
    version: Number(readInt64(fields, 'version')),
    createdAt: readInt64(fields, 'creation_timestamp', 0),
    updatedAt: readInt64(fields, 'last_updated_timestamp', 0),
    description: readText(fields, 'description', ''),
    // A server that has done away with stages may say anything.
    stage: modelStages.find((each) => each === stage) ?? 'None',
    source: readText(fields, 'source', ''),
    runId: readText(fields, 'run_id', '') || undefined,
    runLink: readText(fields, 'run_link', ''),
    tags: readPairs(fields, 'tags'),
    aliases: readList(fields, 'aliases', String),
  };
}

/** @throws WireFormatError */
export function registeredModelFromWire(wire: unknown): RegisteredModel {
  const fields = readFields(wire, 'registered model');
  return {
    name: readText(fields, 'name'),
    createdAt: readInt64(fields, 'creation_timestamp', 0),
    updatedAt: readInt64(fields, 'last_updated_timestamp', 0),
    description: readText(fields, 'description', ''),
    latestVersions: readList(fields, 'latest_versions', modelVersionFromWire),
    tags: readPairs(fields, 'tags'),
    aliases: readList(fields, 'aliases', (item) => {
      const alias = readFields(item, 'alias');
      return { alias: readText(alias, 'alias'), version: Number(readInt64(alias, 'version')) };
    }),
  };
}
