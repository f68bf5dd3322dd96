/** The model registry on the wire (MLflow's `model_registry.proto`), and how the domain becomes it. */
import type { ModelVersion, RegisteredModel } from '../core/registry';
import type { WireInt64, WireKeyValue } from './mlflow';

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
