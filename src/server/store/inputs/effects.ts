import type { Dataset, ModelOutput } from '../../../core/loggedModels';
import type { KeyValue } from '../../../core/model';
import { list, pack, pairs, string, time } from '../packing';

/** A dataset that a run newly uses. */
export interface DatasetLink {
  readonly name: string;
  readonly digest: string;
  /** Undefined where the experiment knows the dataset already. */
  readonly added: Dataset | undefined;
  readonly tags: readonly KeyValue[];
}

/** What a write to inputs and outputs really did; see `Effect` (store/effects.ts). */
export type InputEffect =
  | { kind: 'logInputs'; runId: string; datasets: readonly DatasetLink[]; models: readonly string[] }
  | { kind: 'logOutputs'; runId: string; models: readonly ModelOutput[] };

export function isInputKind(kind: unknown): kind is InputEffect['kind'] {
  return kind === 'logInputs' || kind === 'logOutputs';
}

/** True for writes and effects of inputs and outputs. */
export function isOfInputs<T extends { readonly kind: string }>(
  item: T,
): item is Extract<T, { readonly kind: InputEffect['kind'] }> {
  return isInputKind(item.kind);
}

/** As the journal keeps it: `[kind, run id, …]`. docs/store.md lists the fields. */
export function inputEffectToArray(effect: InputEffect): unknown[] {
  const { kind, runId } = effect;
  switch (kind) {
    case 'logInputs':
      return [
        kind,
        runId,
        effect.datasets.map(({ name, digest, added, tags }) => [
          name,
          digest,
          added === undefined ? null : [added.sourceType, added.source, added.schema ?? null, added.profile ?? null],
          pack(tags),
        ]),
        effect.models,
      ];
    case 'logOutputs':
      return [kind, runId, effect.models.map(({ modelId, step }) => [modelId, step])];
  }
}

/**
 * @param f what follows the kind
 * @throws Error where the fields are others
 */
export function inputEffectFromArray(kind: InputEffect['kind'], f: readonly unknown[]): InputEffect {
  const runId = string(f[0]);
  switch (kind) {
    case 'logInputs':
      return { kind, runId, datasets: list(f[1]).map(toLink), models: list(f[2]).map(string) };
    case 'logOutputs':
      return {
        kind,
        runId,
        models: list(f[1]).map((raw) => {
          const [modelId, step] = list(raw);
          return { modelId: string(modelId), step: time(step) };
        }),
      };
  }
}

function toLink(raw: unknown): DatasetLink {
  const [rawName, rawDigest, added, tags] = list(raw);
  const name = string(rawName);
  const digest = string(rawDigest);
  return { name, digest, added: added === null ? undefined : toDataset(name, digest, list(added)), tags: pairs(tags) };
}

function toDataset(name: string, digest: string, f: readonly unknown[]): Dataset {
  return {
    name,
    digest,
    sourceType: string(f[0]),
    source: string(f[1]),
    schema: f[2] === null ? undefined : string(f[2]),
    profile: f[3] === null ? undefined : string(f[3]),
  };
}
