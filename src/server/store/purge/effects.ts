import { count, list, string } from '../packing';
import type { Removal } from './types';

/** What a purge really did; see `Effect` (store/effects.ts). */
export type PurgeEffect =
  | {
      kind: 'purge';
      /** Those of the experiments included. */
      runIds: readonly string[];
      experiments: readonly number[];
      /** Ids of logged models. */
      models: readonly string[];
      /** What is to be removed from the disk, but for the runs' histories. */
      removals: readonly Removal[];
    }
  | { kind: 'noteRemoved'; removals: readonly Removal[] };

export function isPurgeKind(kind: unknown): kind is PurgeEffect['kind'] {
  return kind === 'purge' || kind === 'noteRemoved';
}

/** True for writes and effects of permanent deletion. */
export function isOfPurge<T extends { readonly kind: string }>(
  item: T,
): item is Extract<T, { readonly kind: PurgeEffect['kind'] }> {
  return isPurgeKind(item.kind);
}

/** As the journal keeps it: `[kind, …]`. docs/store.md lists the fields. */
export function purgeEffectToArray(effect: PurgeEffect): unknown[] {
  const removals = effect.removals.flatMap(({ kind, name }) => [kind, name]);
  return effect.kind === 'noteRemoved'
    ? [effect.kind, removals]
    : [effect.kind, effect.runIds, effect.experiments, effect.models, removals];
}

/**
 * @param f what follows the kind
 * @throws Error where the fields are others
 */
export function purgeEffectFromArray(kind: PurgeEffect['kind'], f: readonly unknown[]): PurgeEffect {
  if (kind === 'noteRemoved') {
    return { kind, removals: removals(f[0]) };
  }
  return {
    kind,
    runIds: list(f[0]).map(string),
    experiments: list(f[1]).map(count),
    models: list(f[2]).map(string),
    removals: removals(f[3]),
  };
}

function removals(raw: unknown): Removal[] {
  const flat = list(raw).map(string);
  return flat.flatMap((kind, i) => (i % 2 === 0 ? [{ kind: removalKind(kind), name: string(flat[i + 1]) }] : []));
}

/** @throws Error for any other text */
export function removalKind(kind: string): Removal['kind'] {
  if (kind === 'history' || kind === 'artifacts' || kind === 'location') {
    return kind;
  }
  throw new Error(`unknown kind of removal ${JSON.stringify(kind)}`);
}
