/** The model registry's part of the domain: what MLflow calls registered model and model version, and the rules for their fields. */
import { ApiError } from './errors';
import { checkKey, checkLength, invalidValue, missingValue } from './limits';
import type { Int64, KeyValue } from './model';

export const modelStages = ['None', 'Staging', 'Production', 'Archived'] as const;
/** A model version's stage; MLflow deprecates stages in favour of aliases, and serves them still. */
export type ModelStage = (typeof modelStages)[number];

/** The stages of which a transition may archive the other versions. */
const activeStages: readonly ModelStage[] = ['Staging', 'Production'];

/** MLflow keeps its prompts as registered models and model versions with this tag. */
export const promptTag = 'mlflow.prompt.is_prompt';

export interface ModelAlias {
  readonly alias: string;
  readonly version: number;
}

export interface RegisteredModelInfo {
  readonly name: string;
  /** Unix milliseconds. */
  readonly createdAt: Int64;
  /** Unix milliseconds. */
  readonly updatedAt: Int64;
  /** Empty for none. */
  readonly description: string;
  readonly tags: readonly KeyValue[];
  readonly aliases: readonly ModelAlias[];
}

export interface RegisteredModel extends RegisteredModelInfo {
  /** The highest version of each stage that has one, stages in the order of their first versions. */
  readonly latestVersions: readonly ModelVersion[];
}

export interface ModelVersion {
  /** The registered model's. */
  readonly name: string;
  /** From 1; numbers of deleted versions are not given again. */
  readonly version: number;
  /** Unix milliseconds. */
  readonly createdAt: Int64;
  /** Unix milliseconds. */
  readonly updatedAt: Int64;
  /** Undefined after an update without one. */
  readonly description: string | undefined;
  readonly stage: ModelStage;
  /** As it was given: a URI of artifacts, `runs:/…` or `models:/…`. */
  readonly source: string;
  /** Empty or undefined for none. */
  readonly runId: string | undefined;
  /** Empty for none. */
  readonly runLink: string;
  readonly tags: readonly KeyValue[];
  readonly aliases: readonly string[];
}

const tagValueLimit = 100_000;
const aliasLimit = 255;

/** @param path names the field in the error */
export function checkModelName(name: string, path = 'name'): string {
  if (name.trim() === '') {
    throw missingValue(path);
  }
  if (/[/:]/.test(name)) {
    throw invalid(`Invalid model name '${name}'. Names cannot contain '/' or ':'.`);
  }
  if (name === '.' || name.startsWith('..')) {
    throw invalidValue('name', name, `Names must also do as file names, and '${name}' would climb`);
  }
  return name;
}

/** @returns a number that no version has where `version` is an integer beyond all versions' */
export function checkModelVersion(version: string): number {
  if (!/^\s*[+-]?\d+\s*$/.test(version)) {
    throw invalid(`Parameter 'version' must be an integer, got '${version}'.`);
  }
  return Number.isSafeInteger(Number(version)) ? Number(version) : -1;
}

export function checkModelTag(tag: KeyValue): KeyValue {
  checkKey(tag.key);
  checkLength('value', tag.value, tagValueLimit);
  return tag;
}

export function checkModelTagKey(key: string): string {
  return checkKey(key);
}

export function checkModelAlias(alias: string): string {
  if (!/^[\p{L}\p{N}_-]*$/u.test(alias)) {
    throw invalid(
      `Invalid alias name: '${alias}'. Names may only contain alphanumerics, underscores (_), and dashes (-).`,
    );
  }
  return checkLength('Registered model alias name', alias, aliasLimit);
}

/** Aliases that cannot be given away: `latest` names the highest version, and `v3` looks like one. */
export function checkNewModelAlias(alias: string): string {
  checkModelAlias(alias);
  if (isLatest(alias)) {
    throw invalid("'latest' alias name (case insensitive) is reserved.");
  }
  if (/^v\d+$/i.test(alias)) {
    throw invalid(`Version alias name '${alias}' is reserved.`);
  }
  return alias;
}

/** @returns the stage of this name in any case */
export function checkModelStage(stage: string): ModelStage {
  const found = modelStages.find((each) => each.toLowerCase() === stage.toLowerCase());
  if (found === undefined) {
    throw invalid(`Invalid Model Version stage: ${stage}. Value must be one of ${modelStages.join(', ')}.`);
  }
  return found;
}

/** MLflow answers this with a 500, which clients retry; it is the caller's mistake. @param given for the message */
export function checkArchives(stage: ModelStage, given: string): void {
  if (!activeStages.includes(stage)) {
    throw invalid(
      `Model version transition cannot archive existing model versions because '${given}' is not an Active stage. ` +
        `Valid stages are [${activeStages.map((each) => `'${each}'`).join(', ')}]`,
    );
  }
}

export function isLatest(alias: string): boolean {
  return alias.toLowerCase() === 'latest';
}

export function isPrompt(tags: readonly KeyValue[]): boolean {
  return (
    tags
      .filter(({ key }) => key === promptTag)
      .at(-1)
      ?.value.toLowerCase() === 'true'
  );
}

function invalid(message: string): ApiError {
  return new ApiError('INVALID_PARAMETER_VALUE', message);
}
