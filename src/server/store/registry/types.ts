import type { Int64, KeyValue } from '../../../core/model';
import type { ModelStage, ModelVersion, RegisteredModel } from '../../../core/registry';
import type { Steps } from '../../../core/steps';
import type { SearchQuery } from '../search/statements';
import type { SearchPage } from '../types';

/** Wishes to change the model registry; `name` is a registered model's. Times are Unix milliseconds. */
export type RegistryWrite =
  | { kind: 'createRegisteredModel'; name: string; description: string; tags: readonly KeyValue[]; time: Int64 }
  | { kind: 'renameRegisteredModel'; name: string; newName: string; time: Int64 }
  | { kind: 'describeRegisteredModel'; name: string; description: string; time: Int64 }
  /** With all its versions; the name is free again, and versions begin at 1. */
  | { kind: 'deleteRegisteredModel'; name: string }
  | { kind: 'setRegisteredModelTag'; name: string; tag: KeyValue }
  | { kind: 'deleteRegisteredModelTag'; name: string; key: string }
  | { kind: 'setRegisteredModelAlias'; name: string; alias: string; version: number }
  | { kind: 'deleteRegisteredModelAlias'; name: string; alias: string }
  | {
      kind: 'createModelVersion';
      name: string;
      source: string;
      /** Where the artifacts are: `source`, or what a `models:` source stands for. */
      location: string;
      runId: string | undefined;
      runLink: string;
      description: string;
      tags: readonly KeyValue[];
      time: Int64;
    }
  | { kind: 'describeModelVersion'; name: string; version: number; description: string | undefined; time: Int64 }
  | {
      kind: 'setModelVersionStage';
      name: string;
      version: number;
      stage: ModelStage;
      /** The other versions of that stage become Archived. */
      archiveOthers: boolean;
      time: Int64;
    }
  | { kind: 'deleteModelVersion'; name: string; version: number; time: Int64 }
  | { kind: 'setModelVersionTag'; name: string; version: number; tag: KeyValue }
  | { kind: 'deleteModelVersionTag'; name: string; version: number; key: string };

/**
 * One page of what passes the filter; without one, of everything but prompts, which only a filter for their tag finds
 * (MLflow's rule). `order` must decide totally.
 */
export type RegistryQuery = Omit<SearchQuery, 'view'>;

/** Reads of the model registry. Deleted versions are not there. */
export interface RegistryReader {
  model(name: string): RegisteredModel | undefined;
  version(name: string, version: number): ModelVersion | undefined;
  /** The version that an alias names; `latest` (any case) names the highest one. */
  versionByAlias(name: string, alias: string): ModelVersion | undefined;
  /** Where a version's artifacts are. */
  location(name: string, version: number): string | undefined;
  /** @throws ApiError for a page token of another search, or none at all */
  searchModels(query: RegistryQuery): SearchPage<RegisteredModel>;
  /** @throws ApiError as `searchModels` */
  searchVersions(query: RegistryQuery): SearchPage<ModelVersion>;
  /** The same in steps: a page may have very many. Versions that go meanwhile are left out. */
  searchVersionsInSteps(query: RegistryQuery): Steps<SearchPage<ModelVersion>>;
}
