import { loggedModelStatuses, type LoggedModelStatus, type ModelMetricSubject } from '../../../core/loggedModels';
import { binary, count, list, pack, pairs, string, time } from '../packing';
import { packPoints, type Point, unpackPoints } from '../points';
import type { ModelWrite } from './types';

/** What a write to the logged models really did; see `Effect` (store/effects.ts). */
export type ModelEffect =
  | Exclude<ModelWrite, { kind: 'createLoggedModel' }>
  | (Omit<Extract<ModelWrite, { kind: 'createLoggedModel' }>, 'experimentId'> & {
      experimentId: number;
      artifactUri: string;
    });

/** Points of a metric of a model, none of them stored before; a part of the effect `log`. */
export interface ModelMetricEffect extends ModelMetricSubject {
  readonly key: string;
  readonly points: readonly Point[];
}

const kinds = {
  createLoggedModel: true,
  setLoggedModelStatus: true,
  deleteLoggedModel: true,
  setLoggedModelTags: true,
  deleteLoggedModelTag: true,
  addLoggedModelParams: true,
} satisfies Record<ModelEffect['kind'], true>;

export function isModelKind(kind: unknown): kind is ModelEffect['kind'] {
  return typeof kind === 'string' && Object.hasOwn(kinds, kind);
}

/** True for writes and effects of logged models. */
export function isOfModels<T extends { readonly kind: string }>(
  item: T,
): item is Extract<T, { readonly kind: ModelEffect['kind'] }> {
  return isModelKind(item.kind);
}

/** As the journal keeps it: `[kind, model id, …]`. docs/store.md lists the fields. */
export function modelEffectToArray(effect: ModelEffect): unknown[] {
  const { kind, modelId } = effect;
  switch (kind) {
    case 'createLoggedModel':
      return [
        kind,
        modelId,
        effect.experimentId,
        effect.name,
        effect.modelType,
        effect.sourceRunId,
        effect.artifactUri,
        pack(effect.params),
        pack(effect.tags),
        effect.time,
      ];
    case 'setLoggedModelStatus':
      return [kind, modelId, effect.status, effect.time];
    case 'deleteLoggedModel':
      return [kind, modelId, effect.time];
    case 'setLoggedModelTags':
      return [kind, modelId, pack(effect.tags)];
    case 'deleteLoggedModelTag':
      return [kind, modelId, effect.key];
    case 'addLoggedModelParams':
      return [kind, modelId, pack(effect.params)];
  }
}

/**
 * @param f what follows the kind
 * @throws Error where the fields are others
 */
export function modelEffectFromArray(kind: ModelEffect['kind'], f: readonly unknown[]): ModelEffect {
  const modelId = string(f[0]);
  switch (kind) {
    case 'createLoggedModel':
      return {
        kind,
        modelId,
        experimentId: count(f[1]),
        name: string(f[2]),
        modelType: string(f[3]),
        sourceRunId: string(f[4]),
        artifactUri: string(f[5]),
        params: pairs(f[6]),
        tags: pairs(f[7]),
        time: time(f[8]),
      };
    case 'setLoggedModelStatus':
      return { kind, modelId, status: toModelStatus(f[1]), time: time(f[2]) };
    case 'deleteLoggedModel':
      return { kind, modelId, time: time(f[1]) };
    case 'setLoggedModelTags':
      return { kind, modelId, tags: pairs(f[1]) };
    case 'deleteLoggedModelTag':
      return { kind, modelId, key: string(f[1]) };
    case 'addLoggedModelParams':
      return { kind, modelId, params: pairs(f[1]) };
  }
}

function toModelStatus(raw: unknown): LoggedModelStatus {
  const found = loggedModelStatuses.find((each) => each === raw);
  if (found === undefined) {
    throw new Error(`unknown status of a model ${JSON.stringify(raw)}`);
  }
  return found;
}

/** As the journal keeps them: columns, `[[model id, key, dataset name, dataset digest, number of points], …]` first. */
export function modelMetricsToArray(metrics: readonly ModelMetricEffect[]): unknown[] {
  const { counts, values, steps, timestamps } = packPoints(metrics.map(({ points }) => points));
  const subjects = metrics.map((each, i) => [
    each.modelId,
    each.key,
    each.datasetName,
    each.datasetDigest,
    counts[i] ?? 0,
  ]);
  return [subjects, values, steps, timestamps];
}

/** @throws Error, RangeError where the fields are others */
export function modelMetricsFromArray(raw: unknown): ModelMetricEffect[] {
  const [subjects, values, steps, timestamps] = list(raw);
  const rows = list(subjects).map(list);
  const groups = unpackPoints({
    counts: rows.map((row) => count(row[4])),
    values: binary(values),
    steps: binary(steps),
    timestamps: binary(timestamps),
  });
  return rows.map((row, i) => ({
    modelId: string(row[0]),
    key: string(row[1]),
    datasetName: string(row[2]),
    datasetDigest: string(row[3]),
    points: groups[i] ?? [],
  }));
}
